"""Lines of a manifest on a terminal: harmless, cut to the width, and with a mark under the place."""

import unicodedata
from itertools import accumulate, takewhile
from typing import NamedTuple

from nplint.document import Source, Span
from nplint.filenames import readable

_TAB = "    "
_ELLIPSIS = "..."
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_CHARACTERS = set("\ufffe\uffff")
# GitHub's log takes what follows for a command, wherever on a line it stands.
_COMMAND = "##["


def printable(text: str) -> str:
    """Text without anything that steers a terminal, a log or an XML parser: such characters are spelled out."""
    shown = text if text.isascii() and text.isprintable() else "".join(map(_shown, readable(text)))
    return shown.replace(_COMMAND, r"#\x23[")


def whole(text: str) -> str:
    """Text for a reader that takes nothing but characters: bytes of a path that are no UTF-8 are spelled out."""
    return text if text.isascii() else readable(text).encode("utf-8", "backslashreplace").decode()


def _shown(char: str) -> str:
    if char in _BIDI or char in _NO_CHARACTERS or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        code = ord(char)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return char


class Excerpt(NamedTuple):
    """The line of a place as it is shown: what is marked of it, and what stands before and after that."""

    line: int
    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.marked + self.after

    @property
    def indent(self) -> int:
        """Where the mark begins, in columns of a terminal."""
        return _width(self.before)

    @property
    def length(self) -> int:
        """How long the mark is, in columns of a terminal; what is empty is marked all the same."""
        return max(_width(self.marked), 1)


def first_line(source: Source | None, span: Span) -> Span:
    """A place without what goes on below its first line."""
    if span.end_line == span.line:
        return span
    end = len(source.line(span.line).rstrip()) + 1 if source else span.column
    return span._replace(end_line=span.line, end_column=max(span.column, end))


def excerpt(source: Source, span: Span, room: int, encoding: str = "utf-8") -> Excerpt:
    """The first line of a place, in at most `room` columns. A place that goes on below is marked to the line's end."""
    raw = source.line(span.line)
    start, end = span.column - 1, first_line(source, span).end_column - 1
    room = max(room, 20)
    # Of a line of a megabyte only what is near can be shown, and spelling out the rest takes long.
    reach = 4 * room
    near = (raw[max(start - reach, 0) : start], raw[start : min(end, start + reach)], raw[end : end + reach].rstrip())
    before, marked, after = (_spell(part, encoding) for part in near)
    return Excerpt(span.line, *_cut(before, marked, after, room))


def line_beside(source: Source, number: int, room: int) -> str:
    """A line that stands near a place, for what is around it; "" where there is none."""
    if not 0 < number <= len(source.line_starts):
        return ""
    return _start(_spell(source.line(number)[: 4 * room], "utf-8"), room).rstrip()


def _spell(text: str, encoding: str) -> str:
    # What the terminal cannot show is spelled out before the columns are counted, so that the mark stays in its place.
    return printable(text.replace("\t", _TAB)).encode(encoding, "backslashreplace").decode(encoding)


def _cut(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    """Keep the mark in view: a line of minified JSON is one line of a megabyte."""
    before = _end(before, max(room // 3, room - _width(marked) - _width(after)))
    marked = _start(marked, room - _width(before) - min(_width(after), len(_ELLIPSIS)))
    return before, marked, _start(after, room - _width(before) - _width(marked))


def _start(text: str, room: int) -> str:
    """The text, or as much of its start as there is room for."""
    if _width(text) <= room:
        return text
    kept = takewhile(lambda taken: taken <= room - len(_ELLIPSIS), accumulate(map(_char_width, text)))
    return text[: sum(1 for _ in kept)] + _ELLIPSIS


def _end(text: str, room: int) -> str:
    """The text, or as much of its end as there is room for."""
    return text if _width(text) <= room else _ELLIPSIS + _start(text[::-1], room).removesuffix(_ELLIPSIS)[::-1]


def _width(text: str) -> int:
    """Columns on a terminal: Chinese and other wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
