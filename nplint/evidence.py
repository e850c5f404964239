"""What shows that a container dials a node port, and where that is written."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.configmap import ConfigMaps, entries
from nplint.dialing import REACH, Dialed, Directory, Line, Names, dialed, names_a_node
from nplint.document import Path, Span
from nplint.node import Node
from nplint.profile import KnownNode
from nplint.proof import Proof
from nplint.texts import Kind, Reader, Text, readers
from nplint.tree import texts_in
from nplint.workload import Container, Workload

# A port stands alone: it is no part of a word, a longer number, an address, a range or a mapping of ports.
_PORT = re.compile(r"(?<![\w.-])[0-9]{1,5}(?!\w|[.:-]\d)")
# Where references stand beside digits or each other, so that a number may be made of several texts.
_BESIDE = re.compile(r"\$(?:(?<=[0-9]\$)|\w+\$)")
_BEHIND = re.compile(r"[)}][0-9$]")
_LONG = 200
"""What is longer comes from ConfigMaps that many containers share, and is looked through once."""
_COMMENTS = ("#", "//", ";")


class Evidence(NamedTuple):
    """A place that shows that a container dials a node port.

    It dials its own node where `own` is set, else the declared node `to` where that is known. What is not proven is a
    likeness: a number beside a name. `apart` is set where address and port stand apart from each other. `node` is the
    value that it stands in, `line` which of its lines, counted from 0; `way` is how the text gets into the container.
    """

    workload: Workload
    container: Container
    number: int
    node: Node
    line: int
    way: tuple[Proof, ...]
    own: bool
    to: KnownNode | None
    proven: bool
    apart: bool

    @property
    def at(self) -> Node | Span:
        """The place: the line of a value that has several and stands in the file as it is, else the whole value."""
        return _place(self.node, self.line)

    @property
    def identity(self) -> tuple[object, ...]:
        """What the place is told apart from others by, without locating it."""
        return id(self.node.document), self.node.path, self.line


@dataclass(frozen=True, eq=False)
class Search:
    """A search for some ports in what containers work with."""

    config_maps: ConfigMaps
    ports: frozenset[int]
    directory: Directory

    def evidence(self, workload: Workload) -> Iterator[Evidence]:
        """Everything that shows that a workload's containers dial one of the ports."""
        if not self._may_dial(workload):
            return
        served = {port["containerPort"].number for each in _containers(workload) for port in each.ports}
        for reader in readers(workload, self.config_maps, self._matters):
            names = Names(reader.environment, self.directory, self._services)
            for text in reader.texts:
                for line in self._lines(text):
                    yield from self._in_line(reader, names, line, served)

    def _may_dial(self, workload: Workload) -> bool:
        """Whether a look at its manifest leaves it open that a port is in what its containers work with.

        To compose all of that takes much longer, and few workloads name a node port.
        """
        written = list(texts_in(workload.template.value))
        return self._may_hold_port(written) or not self._telling.isdisjoint(written)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """The names of the ConfigMaps and Secrets that a port may come from."""
        found = ((one.name, [entry.text for entry in entries(one).values()]) for one in self.config_maps.resources)
        return frozenset(name for name, held in found if self._may_hold_port(held))

    def _may_hold_port(self, texts: Iterable[str]) -> bool:
        text = "\n".join(texts)
        return not self.ports.isdisjoint(map(int, self._numbers.findall(text))) or _may_be_composed(text)

    @cached_property
    def _numbers(self) -> re.Pattern[str]:
        """Finds all that may be one of the ports: what begins as one of them, as quickly as can be."""
        known = [str(port) for port in self.ports if 0 < port < 100_000]
        first = "".join({port[0] for port in known}) or "0"
        return re.compile(rf"[{first}][0-9]{{{min(map(len, known), default=1) - 1},4}}")

    @cached_property
    def _services(self) -> dict[int, frozenset[str]]:
        cluster = self.config_maps.cluster
        found: dict[int, set[str]] = {}
        for service in (*cluster.services, *cluster.context_services):
            for number, _ in service.claimed_ports():
                found.setdefault(number, set()).add(service.name)
        return {number: frozenset(names) for number, names in found.items()}

    def _matters(self, text: str) -> bool:
        if len(text) < _LONG:
            return self._has_port(text)
        if text not in self._long:
            self._long[text] = self._has_port(text)
        return self._long[text]

    def _has_port(self, text: str) -> bool:
        return any(self._places(text))

    def _places(self, text: str) -> Iterator[int]:
        """Behind each of the ports in a text."""
        return (found.end() for found in _PORT.finditer(text) if int(found[0]) in self.ports)

    def _lines(self, text: Text) -> Iterable[Line]:
        """The lines of a text that hold a port. Many containers mount the same file, and mostly read the same in it."""
        if text.kind is not Kind.FILE:
            return self._searched(text)
        node = text.places[0][1]
        key = id(node.document), node.path
        if key not in self._searches or self._searches[key][0] != text.value:
            self._searches[key] = text.value, tuple(self._searched(text))
        return (line._replace(text=text) for line in self._searches[key][1])

    def _searched(self, text: Text) -> Iterator[Line]:
        done = -1
        of_nodes = text.kind is Kind.FILE and names_a_node(text.value)
        for place in self._places(text.value):
            if place > done:
                start, done = text.value.rfind("\n", 0, place) + 1, _end(text.value, place)
                value = text.value[start:done]
                if text.kind is Kind.VARIABLE or not value.lstrip().startswith(_COMMENTS):
                    yield Line(text, value, start, _beside(text.value, start, done), of_nodes)

    @cached_property
    def _searches(self) -> dict[tuple[int, Path], tuple[str, tuple[Line, ...]]]:
        return {}

    @cached_property
    def _long(self) -> dict[str, bool]:
        return {}

    def _in_line(self, reader: Reader, names: Names, line: Line, served: set[int | None]) -> Iterator[Evidence]:
        for found in _PORT.finditer(line.value):
            number = int(found[0])
            if number not in self.ports or _is_of_variable(line, found.start() - REACH, found.end()):
                continue
            known = dialed(names, line, found.start(), number)
            if known and line.text.kind is Kind.FILE and not line.text.is_script:
                # Nothing shows that anybody puts values into this file.
                known = known._replace(proven=known.proven and not _has_values(line, known, found.end()))
            # A port that stands alone and that the pod listens on is its own.
            is_own = known is not None and known.apart and number in served
            if known and not is_own and not _is_of_variable(line, known.start, found.end()):
                yield _evidence(reader, line, found, known)


def _may_be_composed(text: str) -> bool:
    """Whether a number may come to be in a text that is not written in it, nor in what is put into it."""
    has_brackets = "$(" in text or "${" in text
    return "\0" in text or bool(_BESIDE.search(text)) or (has_brackets and bool(_BEHIND.search(text)))


def _containers(workload: Workload) -> tuple[Container, ...]:
    return (*workload.containers, *workload.init_containers)


def _end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _beside(text: str, start: int, end: int) -> tuple[str, ...]:
    """The lines before and behind the one between two offsets."""
    before = (text[text.rfind("\n", 0, start - 1) + 1 : start - 1],) if start else ()
    behind = (text[end + 1 : _end(text, end + 1)],) if end < len(text) else ()
    return (*before, *behind)


def _is_of_variable(line: Line, start: int, end: int) -> bool:
    """Whether all of a part of a line is the value of one variable, which is looked at on its own."""
    start, end = line.start + start, line.start + end
    return any(part.start <= start and end <= part.end for part in line.text.parts_in(start, end))


def _has_values(line: Line, known: Dialed, end: int) -> bool:
    """Whether values of variables are in what shows that a port is dialed."""
    margin = max((len(each) + 1 for each in line.beside), default=0)
    start, end = (-margin, len(line.value) + margin) if known.apart else (known.start, end)
    return bool(line.text.parts_in(line.start + start, line.start + end))


def _evidence(reader: Reader, line: Line, found: re.Match[str], known: Dialed) -> Evidence:
    offset = line.start + found.start()
    start, node = line.text.place(offset)
    begin, end = (0, len(line.value)) if known.apart else (known.start, found.end())
    parts = line.text.parts_in(line.start + begin, line.start + end)
    way = (*line.text.way, *(proof for part in parts for proof in part.variable.proof))
    return Evidence(
        reader.workload,
        reader.container,
        int(found[0]),
        node,
        line.text.value.count("\n", start, offset),
        tuple(dict.fromkeys(way)),
        known.own,
        known.to,
        known.proven,
        known.apart,
    )


def _place(node: Node, index: int) -> Node | Span:
    lines = (node.raw or "").split("\n")
    if len(lines) < 2 or node.on_key or index >= len(lines):
        return node
    span, source = node.span, node.document.source
    written, at, line = source.slice(span), 0, ""
    for line in (each.strip() for each in lines[: index + 1]):
        at = written.find(line, at)
        if at < 0:
            return node
        at += len(line)
    end = source.line_starts[span.line - 1] + span.column - 1 + at
    return source.span(end - len(line), end)
