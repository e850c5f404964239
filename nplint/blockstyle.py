"""The YAML that nearly every manifest is written in, read line by line: what libyaml says of it, several times faster.

It is block style with one value to a line, plain or in quotes, texts after `|`, and short `{a: b}` and `[a, b]`.
Whatever might be anything else is left to libyaml, above all what might be wrong.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import methodcaller
from sys import intern
from typing import Any, NoReturn, TypeVar

from nplint import scalars

_PLAIN_KEY = "[A-Za-z_][A-Za-z0-9_./-]{0,200}+"
_KEY = rf"""{_PLAIN_KEY}|"[^"\\\n]{{0,200}}+"|'[^'\n]{{0,200}}+'"""
# Indentation, dash, key, the sign and the lines of a text, or else the rest of the line. No comment, no blank line.
_LINE = re.compile(
    rf"^( *+)(?!\#|$)(- ++)?(?:({_KEY}):(?= |$) *+)?(?:(\|[-+]?) *+\n((?:\1 .*+\n| *+\n)*+)|(.*+))", re.MULTILINE
)
_groups = methodcaller("groups", "")
_COMMENT = r" *+(?:(?<= )\#.*+)?"
_QUOTED = re.compile(rf"""(?:"([^"\\]*+)"|'((?:[^']|'')*+)'){_COMMENT}""")
_WORD = r"[A-Za-z0-9_./][A-Za-z0-9_./+@=-]*+"
_ITEM = rf"""(?:{_WORD}|"[^"\\]*+"|'[^']*+')"""
_PAIR = rf"{_PLAIN_KEY}: ++{_ITEM}"
# Compiled where a file has such brackets.
_PAIRS = rf"({_PLAIN_KEY}): ++({_ITEM})"
_LIST = rf"\[ *+((?:{_ITEM}(?: *+, *+{_ITEM})*+)?) *+\]{_COMMENT}"
_MAPPING = rf"\{{ *+((?:{_PAIR}(?: *+, *+{_PAIR})*+)?) *+\}}{_COMMENT}"
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")

# Far below the limit for documents, which is thus never met here.
DEPTH = 100
# As much as is taken apart in one go, which is faster and takes much more memory.
_AT_ONCE = 1 << 20
# Longer values seldom come again.
_SHORT = 40


Within = TypeVar("Within", list[Any], dict[str, Any])


class _InDoubtError(Exception):
    """The text is no such YAML, or may be none."""


def read(text: str) -> dict[str, Any] | None:
    """The mapping that a document is, in which no mapping has a key twice; None where libyaml has to be asked.

    Places in a document so read are the same as ever: they are worked out from its text.
    """
    text = text.replace("\r\n", "\n")
    # All that is not printable has a meaning of its own to some part of a YAML parser, or none at all.
    if not text.replace("\n", "").isprintable():
        return None
    # The end of a text after a `|` is another where the last line has no end.
    if "|" in text and not text.endswith("\n"):
        return None
    try:
        return _mapping(text)
    except _InDoubtError:
        return None


def _mapping(text: str) -> dict[str, Any]:
    nest = _Nest()
    mapping: dict[str, Any] = {}
    name, here, waiting = "", -1, -1
    found = _LINE.findall(text) if len(text) <= _AT_ONCE else map(_groups, _LINE.finditer(text))
    # Every line of a run comes through here: a call or an attribute more for each would show.
    for indent, dash, key, sign, lines, rest in found:
        column = len(indent)
        if dash:
            if 0 <= waiting <= column:
                items = mapping[name] = nest.enter(column, [])
            else:
                items = nest.list_at(column)
            here = waiting = -1
            if not key:
                items.append(_text(sign, lines, column) if sign else _value(rest))
                continue
            here = column = column + len(dash)
            mapping = nest.enter(column, {})
            items.append(mapping)
        elif column != here:
            if 0 <= waiting < column:
                mapping[name] = mapping = nest.enter(column, {})
            else:
                mapping = nest.mapping_at(column)
            here, waiting = column, -1
        name = _name(key)
        if name in mapping or (dash and sign):
            _give_up()
        if rest and rest[0] != "#":
            mapping[name] = _short_scalar(rest) if len(rest) <= _SHORT and rest[0] not in "{[" else _long_value(rest)
        elif sign:
            mapping[name] = _text(sign, lines, column)
        else:
            # What follows may be its value.
            mapping[name] = None
            here, waiting = -1, column
    return nest.root


def _give_up() -> NoReturn:
    raise _InDoubtError


class _Nest:
    """The lists and mappings that a line may belong to, with the columns that they begin at."""

    __slots__ = ("columns", "open")

    def __init__(self) -> None:
        self.columns: list[int] = []
        self.open: list[Any] = []

    @property
    def root(self) -> dict[str, Any]:
        if not self.open:
            _give_up()
        root: dict[str, Any] = self.open[0]
        return root

    def enter(self, column: int, within: Within) -> Within:
        if len(self.open) == DEPTH:
            _give_up()
        self.columns.append(column)
        self.open.append(within)
        return within

    def list_at(self, column: int) -> list[Any]:
        found = self._leave(column)
        if type(found) is not list:
            _give_up()
        return found

    def mapping_at(self, column: int) -> dict[str, Any]:
        if not self.open:
            return self.enter(column, {})
        found = self._leave(column)
        if type(found) is list:
            # The dashes of a list may stand below the key that it is the value of.
            self.columns.pop()
            self.open.pop()
            found = self._leave(column)
        if type(found) is not dict:
            _give_up()
        return found

    def _leave(self, column: int) -> Any:
        """The innermost list or mapping once those are left that begin further to the right."""
        columns = self.columns
        while columns and columns[-1] > column:
            columns.pop()
            self.open.pop()
        if not columns or columns[-1] != column:
            _give_up()
        return self.open[-1]


@lru_cache(maxsize=1 << 12)
def _name(key: str) -> str:
    if not key or key in scalars.WORDS:
        _give_up()
    return key[1:-1] if key[0] in "\"'" else intern(key)


def _value(rest: str) -> Any:
    return _short_scalar(rest) if len(rest) <= _SHORT and rest[:1] not in ("{", "[") else _long_value(rest)


def _long_value(rest: str) -> Any:
    return _flow(rest) if rest[0] in "{[" else _scalar(rest)


def _scalar(written: str) -> scalars.Scalar:
    """The value of what stands behind a key or a dash, up to the end of the line."""
    first = written[:1]
    if first in ('"', "'"):
        found = _QUOTED.fullmatch(written)
        if not found:
            _give_up()
        return found[1] if first == '"' else found[2].replace("''", "'")
    if not first or (first in _INDICATORS and (first != "-" or written[1:2] in ("", " "))):
        _give_up()
    text = written.partition(" #")[0].rstrip(" ")
    if ": " in text or text[-1] == ":":
        _give_up()
    try:
        return scalars.plain(text)
    except ValueError:
        _give_up()


# The same words stand in every manifest.
_short_scalar = lru_cache(maxsize=1 << 14)(_scalar)


def _flow(written: str) -> list[Any] | dict[str, Any]:
    """A list or mapping in brackets, of words and quoted texts alone."""
    # Each has to be one of its own, so what is remembered is not handed out.
    return _short_items(written).copy() if len(written) <= _SHORT else _items(written)


def _items(written: str) -> list[Any] | dict[str, Any]:
    found = re.fullmatch(_MAPPING if written[0] == "{" else _LIST, written)
    if not found:
        _give_up()
    if written[0] == "[":
        return [_scalar(item) for item in re.findall(_ITEM, found[1])]
    pairs = re.findall(_PAIRS, found[1])
    mapping = {_name(key): _scalar(item) for key, item in pairs}
    if len(mapping) < len(pairs):
        _give_up()
    return mapping


_short_items = lru_cache(maxsize=1 << 12)(_items)


def _text(sign: str, lines: str, column: int) -> str:
    """The text after a `|`: the lines below it as they stand, less the indentation of the first."""
    rows = f"\n{lines}".removesuffix("\n")
    first = lines.partition("\n")[0]
    indent = first[: len(first) - len(first.lstrip(" "))]
    if column < len(indent) < len(first) and rows.count(f"\n{indent}") == rows.count("\n") and sign != "|+":
        text = rows.replace(f"\n{indent}", "\n")[1:].rstrip("\n")
    else:
        text = _uneven_text(sign, lines, column)
    return f"{text}\n" if sign == "|" else text


def _uneven_text(sign: str, lines: str, column: int) -> str:
    """The same where a line is less indented than the first, as empty ones are, without the line end behind it."""
    rows = lines.split("\n")
    first = next((row for row in rows if row.strip(" ")), "")
    width = len(first) - len(first.lstrip(" "))
    if not first or width <= column or sign == "|+":
        _give_up()
    return "\n".join(_unindented(rows, rows.index(first), first[:width])).rstrip("\n")


def _unindented(rows: Sequence[str], blank: int, indent: str) -> list[str]:
    """The rows without their indentation; those that come first are blank and have less of it."""
    if any(len(row) > len(indent) for row in rows[:blank]):
        _give_up()
    if any(not row.startswith(indent) and row.strip(" ") for row in rows):
        _give_up()
    return [row[len(indent) :] for row in rows]
