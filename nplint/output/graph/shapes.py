"""Boxes, lines and wrapped texts of a drawing. What a colour or dash means is in svg.css."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nplint.document import Span
from nplint.output.excerpt import printable
from nplint.output.markup import tag

WIDTH = 210
"""How wide a box is."""
LINE = 15
"""From one line of text to the next."""
LEVEL = 31
"""How far below its top the lines from and to a box begin and end."""
_PADDING = 10
_CODE, _WORDS = 26, 32
"""The characters that a line of a box has room for, in names and in words."""

Point = tuple[float, float]


class Box(NamedTuple):
    """A Service or a workload: its kind, its name, what else is told, and its place."""

    style: str
    kind: str
    name: str
    span: Span
    more: Sequence[str] = ()

    @property
    def height(self) -> int:
        return len(self._lines()) * LINE + 2 * _PADDING - 4

    def draw(self, x: int, y: int) -> Element:
        title = tag("title", f"{self.kind} {self.name}, {self.span.place}")
        frame = tag("rect", x=x, y=y, width=WIDTH, height=self.height, rx=6)
        lines = enumerate(self._lines())
        told = (text(style, x + _PADDING, y + _PADDING + 9 + at * LINE, words) for at, (style, words) in lines)
        return tag("g", title, frame, *told, class_=f"box {self.style}")

    def _lines(self) -> list[tuple[str, str]]:
        """The class and the words of each line."""
        place = printable(f"{self.span.file}:{self.span.line}")
        # The end of a path tells more than its beginning.
        room = _room(place, _CODE + 4)
        at = place if len(place) <= room else f"...{place[3 - room :]}"
        names = wrapped(self.name, _CODE, 4)
        more = [line for each in self.more for line in wrapped(each, _WORDS, 2)]
        return [
            *(("kind", line) for line in wrapped(self.kind, _WORDS, 1)),
            *(("name", line) for line in names),
            *(("more", line) for line in more),
            ("at", at),
        ]


def wrapped(words: str, room: int, most: int) -> list[str]:
    """A text in lines, cut where there would be too many."""
    shown = printable(words)
    return wrap(shown, _room(shown, room), max_lines=most, placeholder="...")


def _room(words: str, room: int) -> int:
    # Chinese and other wide characters take the room of two.
    return room if words.isascii() else room // 2


def text(style: str, x: float, y: float, words: str) -> Element:
    return tag("text", words, x=x, y=y, class_=style)


def texts(style: str, x: float, y: float, lines: Iterable[str]) -> Iterator[Element]:
    """Lines below each other; `y` is where the first of them stands on."""
    for index, line in enumerate(lines):
        yield text(style, x, y + index * LINE, line)


def route(style: str, *points: Point) -> Element:
    """A line along points, with round corners."""
    way = f"M{_at(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        if before[0] == corner[0] == after[0] or before[1] == corner[1] == after[1]:
            continue
        way += f"L{_at(_towards(corner, before))}Q{_at(corner)} {_at(_towards(corner, after))}"
    return tag("path", d=f"{way}L{_at(points[-1])}", class_=f"line {style}")


def _towards(corner: Point, other: Point) -> Point:
    """A point near a corner, on the way to another one."""
    (x, y), (to_x, to_y) = corner, other
    length = abs(to_x - x) + abs(to_y - y)
    near = min(6, length / 2) / length if length else 0
    return x + (to_x - x) * near, y + (to_y - y) * near


def _at(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"


def arrow(x: float, y: float) -> Element:
    """The head of an arrow that points to the right."""
    return tag("path", d=f"M{x:g} {y:g}l-9 -4.5v9z", class_="head")


def cross(x: float, y: float) -> Element:
    """The mark of a line that leads nowhere."""
    return tag("path", d=f"M{x - 6:g} {y - 6:g}l12 12m0 -12l-12 12", class_="cross")
