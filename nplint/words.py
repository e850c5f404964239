"""Words that are looked for in files before these are read: a pattern that git knows as well as Python."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from nplint import scalars

# What git cannot look for is not worth a guess, and what it looks for long takes longer than to read all files.
_MOST = 2000
_LONG = 200
# A number is a pattern of many parts.
_WEIGHT = 4
_NUMBER = re.compile(rb"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[.\[\]{}()\\*+?|^$]")
# A scalar ends where none of these stands: longer names begin with shorter ones. Where it begins is not looked at by
# git, since what may begin with anything takes it twice as long.
_TOKEN = re.compile(rb"[-A-Za-z0-9._/]+")
_PLAIN = re.compile(r"[-A-Za-z0-9._/]+")
_END = "([^-A-Za-z0-9._/]|$)"
# What a file may hold without its words: escapes, lines that go on, tags, and letters of more than one byte.
_OTHERWISE = "\\\\([xuU]|\r?$)|![!<]|k[^a-z]+i[^a-z]+n[^a-z]+d"


class Words:
    """Words, numbers and kinds of which a file holds one or none.

    A word is a scalar of its own, or a part of one. Some count only in files that hold another word beside. A file that
    may hold them in a spelling of its own counts as holding them.
    """

    def __init__(self) -> None:
        self._by_neighbour = {"": _Wanted([_OTHERWISE])}
        self._number = 0
        self._is_text = True

    @property
    def is_sound(self) -> bool:
        """Whether they are few enough to be looked for, and each can be."""
        return self._is_text and self._number <= _MOST

    def add(self, words: Iterable[str], *, beside: str = "", is_part: bool = False) -> None:
        """Look for some words."""
        known = sorted({word for word in words if word})
        self._is_text &= not any("\0" in word or not _is_text(word) for word in known)
        wanted = self._wanted(beside)
        for word in known:
            if not is_part and _PLAIN.fullmatch(word) and len(word) < _LONG:
                wanted.words[word.encode()] = f"{_literal(word)}{_END}"
            elif part := max(word.split("\n"), key=len)[:_LONG]:
                wanted.patterns.append(_literal(part))
        self._number += len(known)

    def add_number(self, number: int, beside: str = "") -> None:
        """Look for a number, in each way that YAML may have it."""
        digits = str(number)
        significant = digits.rstrip("0") or "0"
        zeros = "_*".join(["", *digits[len(significant) :]])
        decimal = f"{'[_.]*'.join(significant)}({zeros}|[0_.]*[eE][-+]?[0-9])"
        bases = (("[xX]", f"{number:x}"), ("[oO]?", f"{number:o}"), ("[bB]", f"{number:b}"))
        others = "|".join(f"{mark}[0_]*{'_*'.join(map(_either_case, figures))}" for mark, figures in bases)
        self._wanted(beside).numbers[number] = f"{decimal}|0({others})"
        self._number += _WEIGHT

    def add_kind(self, kind: str) -> None:
        """Look for manifests of a kind, and for lists of them."""
        self.add((kind, f"{kind}List"))

    def add_pattern(self, pattern: str) -> None:
        """Look for what matches an extended regular expression."""
        self._wanted("").patterns.append(pattern)

    def _wanted(self, beside: str) -> "_Wanted":
        return self._by_neighbour.setdefault(beside, _Wanted())

    @property
    def patterns(self) -> frozenset[str]:
        """What to look for in lines, as extended regular expressions."""
        wanted = self._by_neighbour.values()
        return frozenset(
            pattern for each in wanted for pattern in (*each.patterns, *each.words.values(), *each.numbers.values())
        )

    def stand_in(self, data: bytes) -> bool:
        """Whether some of them stand in the content of a file."""
        return any(beside in data and wanted.stand_in(data) for beside, wanted in self._by_bytes)

    @cached_property
    def _by_bytes(self) -> list[tuple[bytes, "_Wanted"]]:
        return [(beside.encode(), wanted) for beside, wanted in self._by_neighbour.items()]


@dataclass(eq=False)
class _Wanted:
    """What is looked for: patterns, and words and numbers with the pattern of each."""

    patterns: list[str] = field(default_factory=list)
    words: dict[bytes, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)

    def stand_in(self, data: bytes) -> bool:
        if self.patterns and self._compiled.search(data):
            return True
        # To read what a file holds takes the same time however much is wanted; to search for each of hundreds does not.
        if self.words and not self.words.keys().isdisjoint(_TOKEN.findall(data)):
            return True
        numbers = _NUMBER.findall(data) if self.numbers else ()
        return any(scalars.plain(number.decode()) in self.numbers for number in numbers)

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        return re.compile("|".join(self.patterns).encode(), re.MULTILINE)


def _literal(word: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", word)


def _either_case(figure: str) -> str:
    return f"[{figure}{figure.upper()}]" if figure.isalpha() else figure


def _is_text(word: str) -> bool:
    """Whether a word can stand in a file: half a character cannot."""
    return word.isascii() or word == word.encode("utf-8", "replace").decode()
