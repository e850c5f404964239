"""Words that are looked for in files before these are read: a pattern that git knows as well as Python."""

import re
from collections.abc import Iterable
from functools import cached_property

# What git cannot look for is not worth a guess, and what it looks for long takes longer than to read all files.
_MOST = 2000
_LONG = 200
_SPECIAL = re.compile(r"[.\[\]{}()\\*+?|^$]")
# A scalar ends where none of these stands: longer names begin with shorter ones. Where it begins is not looked at,
# since what may begin with anything takes git twice as long.
_END = "([^-A-Za-z0-9._/]|$)"
# What a file may hold without its words: escapes and tags, and letters of more than one byte.
_OTHERWISE = r"\\[xuU]|![!<]|k[^a-z]+i[^a-z]+n[^a-z]+d"


class Words:
    """Words, numbers and kinds of which a file holds one or none.

    A word is a scalar of its own, or a part of one. Some count only in files that hold another word beside. A file that
    may hold them in a spelling of its own counts as holding them.
    """

    def __init__(self) -> None:
        self._by_neighbour: dict[str, list[str]] = {"": []}
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
        whole = [word for word in known if not is_part and "\n" not in word and len(word) < _LONG]
        parts = [max(word.split("\n"), key=len)[:_LONG] for word in known if word not in whole]
        if whole:
            self._take(f"({'|'.join(map(_literal, whole))}){_END}", beside)
        for part in filter(None, parts):
            self._take(_literal(part), beside)
        self._number += len(known)

    def add_number(self, number: int, beside: str = "") -> None:
        """Look for a number, in each way that YAML may have it."""
        digits = str(number)
        significant = digits.rstrip("0") or "0"
        zeros = "_?".join(["", *digits[len(significant) :]])
        decimal = f"{'[_.]?'.join(significant)}({zeros}|[0_.]*[eE][-+]?[0-9])"
        bases = (("[xX]", f"{number:x}"), ("[oO]?", f"{number:o}"), ("[bB]", f"{number:b}"))
        others = "|".join(f"{mark}[0_]*{'_?'.join(map(_either_case, figures))}" for mark, figures in bases)
        self._take(f"{decimal}|0({others})", beside)
        self._number += 1

    def add_kind(self, kind: str) -> None:
        """Look for manifests of a kind."""
        self._take(f"kind[\"']?[ \t]*:[ \t]*[\"']?{_literal(kind)}", "")

    def _take(self, pattern: str, beside: str) -> None:
        self._by_neighbour.setdefault(beside, []).append(pattern)

    @property
    def patterns(self) -> frozenset[str]:
        """What to look for in lines, as extended regular expressions."""
        return frozenset((_OTHERWISE, *(each for patterns in self._by_neighbour.values() for each in patterns)))

    def stand_in(self, data: bytes) -> bool:
        """Whether some of them stand in the content of a file."""
        return any(beside in data and bool(pattern.search(data)) for beside, pattern in self._compiled)

    @cached_property
    def _compiled(self) -> list[tuple[bytes, re.Pattern[bytes]]]:
        patterns = {beside: list(each) for beside, each in self._by_neighbour.items()}
        patterns[""].append(_OTHERWISE)
        return [
            (beside.encode(), re.compile("|".join(each).encode(), re.MULTILINE)) for beside, each in patterns.items()
        ]


def _literal(word: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", word)


def _either_case(figure: str) -> str:
    return f"[{figure}{figure.upper()}]" if figure.isalpha() else figure


def _is_text(word: str) -> bool:
    """Whether a word can stand in a file: half a character cannot."""
    return word.isascii() or word == word.encode("utf-8", "replace").decode()
