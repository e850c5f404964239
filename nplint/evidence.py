"""What shows that a container dials a node port, and where that is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from nplint.configmap import ConfigMaps
from nplint.dialing import Dialed, Directory, Line, dialed
from nplint.document import Span
from nplint.node import Node
from nplint.profile import KnownNode
from nplint.proof import Proof
from nplint.texts import Kind, Reader, Text, readers
from nplint.workload import Container, Workload

# A port stands alone: it is no part of a word, a longer number, an address, a range or a mapping of ports.
_PORT = re.compile(r"(?<![\w.-])\d{1,5}(?!\w|[.:-]\d)")
_COMMENTS = ("#", "//", ";")


class Evidence(NamedTuple):
    """A place that shows that a container dials a node port.

    It dials its own node where `own` is set, else the declared node `to` where that is known. What is not proven is a
    likeness: a number beside a name. `apart` is set where address and port stand apart from each other. `node` is the
    value that the place lies in, `way` how its text gets into the container.
    """

    workload: Workload
    container: Container
    number: int
    at: Node | Span
    node: Node
    way: tuple[Proof, ...]
    own: bool
    to: KnownNode | None
    proven: bool
    apart: bool


@dataclass(frozen=True, eq=False)
class Search:
    """A search for some ports in what containers work with."""

    config_maps: ConfigMaps
    ports: frozenset[int]
    directory: Directory

    def evidence(self, workload: Workload) -> Iterator[Evidence]:
        """Everything that shows that a workload's containers dial one of the ports."""
        served = {port["containerPort"].number for each in _containers(workload) for port in each.ports}
        for reader in readers(workload, self.config_maps, self._is_in_file):
            for text in reader.texts:
                for line in _lines(text) if self._is_in(text.value) else ():
                    yield from self._in_line(reader, line, served)

    def _is_in(self, text: str) -> bool:
        return any(int(found[0]) in self.ports for found in _PORT.finditer(text))

    def _is_in_file(self, text: str) -> bool:
        if text not in self._files:
            self._files[text] = self._is_in(text)
        return self._files[text]

    @cached_property
    def _files(self) -> dict[str, bool]:
        return {}

    def _in_line(self, reader: Reader, line: Line, served: set[int | None]) -> Iterator[Evidence]:
        for found in _PORT.finditer(line.value):
            number = int(found[0])
            known = dialed(reader, line, found.start(), self.directory) if number in self.ports else None
            # A port that stands alone and that the pod listens on is its own.
            if known and not (known.apart and number in served) and not _is_of_variable(line, known, found):
                yield _evidence(reader, line, found, known)


def _containers(workload: Workload) -> tuple[Container, ...]:
    return (*workload.containers, *workload.init_containers)


def _lines(text: Text) -> Iterator[Line]:
    values = text.value.split("\n")
    starts = accumulate((len(value) + 1 for value in values), initial=0)
    for index, (value, start) in enumerate(zip(values, starts, strict=False)):
        if text.kind is Kind.VARIABLE or not value.lstrip().startswith(_COMMENTS):
            beside = (*values[max(0, index - 1) : index], *values[index + 1 : index + 2])
            yield Line(text, value, start, beside)


def _is_of_variable(line: Line, known: Dialed, found: re.Match[str]) -> bool:
    """Whether all of it is the value of one variable, which is looked at on its own."""
    start, end = line.start + known.start, line.start + found.end()
    return any(part.start <= start and end <= part.end for part in line.text.parts)


def _evidence(reader: Reader, line: Line, found: re.Match[str], known: Dialed) -> Evidence:
    offset = line.start + found.start()
    start, node = line.text.place(offset)
    begin, end = (0, len(line.value)) if known.apart else (known.start, found.end())
    parts = [part for part in line.text.parts if line.start + begin < part.end and part.start < line.start + end]
    way = (*line.text.way, *(proof for part in parts for proof in part.variable.proof))
    return Evidence(
        reader.workload,
        reader.container,
        int(found[0]),
        _place(node, line.text.value[start:offset].count("\n")),
        node,
        tuple(dict.fromkeys(way)),
        known.own,
        known.to,
        known.proven,
        known.apart,
    )


def _place(node: Node, index: int) -> Node | Span:
    """The line of this index in a value of several lines, where the file holds it as it is; else the whole value."""
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
