"""One Service as a drawing: its clients on the left, the workloads behind it on the right, and what is between them.

The columns are the same in every drawing, so what stands in one place always means the same; a Service without clients
takes half the width. Below each client a line leads to the workload whose node it may share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nplint.colocation import Sharing
from nplint.finding import Severity
from nplint.output.graph import words
from nplint.output.graph.shapes import LEVEL, LINE, WIDTH, Box, Point, arrow, cross, route, text, texts, wrapped
from nplint.output.markup import tag
from nplint.picture import Dial, Hub, Meeting, Pods, State

WIDE, NARROW = 1010, 499
_EDGE, _CORRIDOR = 16, 26
"""The margin on the left, and the wider one on the right, through which lines lead to the workloads."""
_SERVICE = 528
_BUS = _SERVICE - 18
"""Where the lines of all clients turn to the Service."""
_LANES = {Sharing.CERTAIN: 8, Sharing.POSSIBLE: 13, Sharing.EXCLUDED: 18}
"""How far beside the workloads a line runs, so that those that look different do not cover each other."""
_BESIDE, _ACROSS = 38, 140
"""The characters that a line has room for between client and Service, and across the whole."""
_MOST = 5
"""How many workloads or ports are drawn; of more, the number is told."""
_LOUD = {Severity.ERROR: "broken", Severity.WARNING: "doubtful", Severity.NOTE: "noted"}


class Card(NamedTuple):
    """A drawing and its size in pixels."""

    width: int
    height: int
    content: Element


def card(hub: Hub) -> Card:
    """The drawing of a Service."""
    return _Drawing(hub).card()


def style(dial: Dial) -> str:
    """What the state of a path is called in the style sheet."""
    return _LOUD[dial.finding.severity] if dial.finding else dial.state.value


class _Row(NamedTuple):
    """A client, where it is drawn, and how much room its words take."""

    dial: Dial
    top: int
    least: int

    @property
    def box(self) -> Box:
        return Box("client", self.dial.pods.kind, _named(self.dial.pods), self.dial.places[0].span)

    @property
    def above(self) -> list[str]:
        return wrapped(words.dials(self.dial), _BESIDE, 2)

    @property
    def told(self) -> str:
        return words.found(self.dial.finding) if self.dial.finding else words.doubt(self.dial)

    @property
    def below(self) -> list[str]:
        return wrapped(self.told, _BESIDE, 8)

    @property
    def level(self) -> int:
        """Where the line leaves the client."""
        return self.top + max(len(self.above) * LINE + 8, LEVEL)

    @property
    def bottom(self) -> int:
        below = self.level + len(self.below) * LINE + 6
        return max(self.top + self.least, self.top + self.box.height, below)

    @property
    def end(self) -> int:
        return self.bottom + (24 if self.dial.meeting.pods else 0)


@dataclass(frozen=True, eq=False)
class _Drawing:
    hub: Hub

    def card(self) -> Card:
        notes = list(self.notes())
        height = self.foot + (len(notes) * LINE + 6 if notes else 0)
        frame = tag("rect", x=0.5, y=0.5, width=self.width - 1, height=height - 1, rx=8, class_="frame")
        lines = (line for row in reversed(self.rows) for line in self.client(row))
        content = (*self.selecting(), *lines, self.service.draw(self.left, _EDGE), *notes)
        return Card(self.width, height, tag("g", tag("title", self.hub.title), frame, *content, class_="card"))

    @property
    def width(self) -> int:
        return WIDE if self.hub.dials else NARROW

    @property
    def left(self) -> int:
        return _SERVICE if self.hub.dials else _EDGE

    @property
    def right(self) -> int:
        return self.width - _CORRIDOR - WIDTH

    @cached_property
    def service(self) -> Box:
        ports = [words.port(one) for one in self.hub.ports]
        more = [words.kind(self.hub)[1], *ports[:_MOST], *_more(len(ports))]
        return Box("service", f"{words.kind(self.hub)[0]} Service", _named(self.hub), self.hub.span, more)

    @cached_property
    def behind(self) -> list[Pods]:
        """The workloads that are drawn, those that clients meet before all others."""
        met = {dial.meeting.pods for dial in self.hub.dials}
        known = dict.fromkeys(backend.pods for backend in self.hub.backends)
        return sorted(known, key=lambda pods: pods not in met)[:_MOST]

    @cached_property
    def boxes(self) -> dict[Pods, tuple[Box, int]]:
        """The boxes of the workloads behind the Service, and their tops."""
        found, top = {}, _EDGE
        for pods in self.behind:
            found[pods] = box, _ = Box("backend", pods.kind, _named(pods), pods.span), top
            top += box.height + 10
        return found

    @cached_property
    def rows(self) -> list[_Row]:
        """The clients. Beside the first of them are the Service and all that is behind it."""
        rows: list[_Row] = []
        for dial in self.hub.dials:
            rows.append(_Row(dial, rows[-1].end + 16 if rows else _EDGE, 0 if rows else self.beside - _EDGE))
        return rows

    @cached_property
    def beside(self) -> int:
        """Where the Service and what is behind it end."""
        bottoms = [top + box.height for box, top in self.boxes.values()]
        told = len(self.missing) * LINE
        return max(_EDGE + self.service.height, max(bottoms, default=_EDGE) + told)

    @property
    def foot(self) -> int:
        return (self.rows[-1].end if self.rows else self.beside) + _EDGE

    @cached_property
    def missing(self) -> list[str]:
        """What is told about workloads that are not drawn."""
        return [*_more(len(self.hub.backends)), *wrapped(words.unseen(self.hub), 30, 6)]

    def selecting(self) -> Iterator[Element]:
        """The workloads behind the Service, and the lines that lead to them."""
        start, turn, level = self.left + WIDTH, self.right - 16, _EDGE + LEVEL
        below = _EDGE
        for box, top in self.boxes.values():
            end = top + LEVEL
            way = route("selects", (start, level), (turn, level), (turn, end), (self.right, end))
            yield tag("g", way, arrow(self.right, end), class_="edge")
            yield box.draw(self.right, top)
            below = top + box.height
        yield from texts("more", self.right, below + LINE, self.missing)

    def client(self, row: _Row) -> Iterator[Element]:
        """A client, the line to the Service with what is said of it, and the line to whose node it may share."""
        yield from self.meeting(row)
        start, level, end = _EDGE + WIDTH, row.level, self.rows[0].level
        look = "dials" if row.dial.proven else "dials likely"
        way = route(look, (start, level), (_BUS, level), (_BUS, end), (_SERVICE, end))
        marks = [cross(_BUS - 14, level)] if row.dial.state is State.BROKEN else []
        above = texts("said", start + 12, level - 7 - (len(row.above) - 1) * LINE, row.above)
        below = texts("found", start + 12, level + LINE + 2, row.below)
        title = tag("title", f"{row.dial.pods.title} {words.dials(row.dial)} {row.told}".rstrip())
        yield tag("g", title, way, arrow(_SERVICE, end), *marks, *above, *below, class_=f"edge {style(row.dial)}")
        yield row.box.draw(_EDGE, row.top)

    def meeting(self, row: _Row) -> Iterator[Element]:
        meeting = row.dial.meeting
        if meeting.pods is None:
            return
        start, level = _EDGE + 20, row.bottom + 20
        (said,) = wrapped(words.meets(meeting), _ACROSS, 1)
        drawn = [tag("title", words.shares(meeting))]
        # Of very many workloads, not all are drawn.
        if meeting.pods in self.boxes:
            top = row.top + row.box.height
            drawn += self.sharing(meeting, (start, top), level)
        drawn.append(text("meets", start + 12, level - 6, said))
        yield tag("g", *drawn, class_=f"edge meeting {meeting.sharing.value}")

    def sharing(self, meeting: Meeting, start: Point, level: int) -> Iterator[Element]:
        """The line from a client to the workload whose node it may share; it runs below and beside everything else."""
        end = WIDE - _CORRIDOR, self.boxes[meeting.pods][1] + LEVEL if meeting.pods else 0
        side = end[0] + _LANES[meeting.sharing]
        yield route("meets", start, (start[0], level), (side, level), (side, end[1]), end)
        yield from (tag("circle", cx=x, cy=y, r=3) for x, y in (end, start))

    def notes(self) -> Iterator[Element]:
        """What was found about the Service alone."""
        y = self.foot + 2
        for finding in self.hub.findings:
            lines = wrapped(words.found(finding), _ACROSS if self.hub.dials else _ACROSS // 2, 6)
            yield from (
                text(f"found {_LOUD[finding.severity]}", _EDGE, y + index * LINE, line)
                for index, line in enumerate(lines)
            )
            y += len(lines) * LINE


def _more(number: int) -> list[str]:
    return [f"and {number - _MOST} more"] if number > _MOST else []


def _named(one: Hub | Pods) -> str:
    return one.title.removeprefix(f"{one.kind if isinstance(one, Pods) else 'Service'} ")
