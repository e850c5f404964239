"""The texts that a container works with: its variables, its commands and the files that are mounted into it."""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from nplint.configmap import ConfigMaps
from nplint.environment import (
    Environment,
    Part,
    Variable,
    Variables,
    environment,
    expand,
    expand_for_shell,
)
from nplint.node import Node
from nplint.proof import Proof
from nplint.workload import Container, Workload

_SHELLS = frozenset(("sh", "ash", "bash", "dash", "ksh", "zsh"))


class Kind(Enum):
    """What a container does with a text."""

    VARIABLE = "variable"
    COMMAND = "command"
    FILE = "file"


class Text(NamedTuple):
    """A text with the values of variables put in, and where its parts are written, by their offsets.

    A variable's text is `NAME=value`; the words of a command have a space between them.
    """

    kind: Kind
    name: str
    value: str
    places: tuple[tuple[int, Node], ...]
    parts: tuple[Part, ...] = ()
    way: tuple[Proof, ...] = ()

    def place(self, offset: int) -> tuple[int, Node]:
        """Where the text at an offset is written: the start of that part, and its place."""
        return [place for place in self.places if place[0] <= offset][-1]


class Reader(NamedTuple):
    """A container with all that it reads."""

    workload: Workload
    container: Container
    environment: Environment
    texts: tuple[Text, ...]


def readers(workload: Workload, config_maps: ConfigMaps, matters: Callable[[str], bool]) -> Iterator[Reader]:
    """The containers of a workload with their texts, init containers and sidecars among them.

    Of files, which are large and which many containers share, those are left out that do not matter.
    """
    for container in (*workload.containers, *workload.init_containers):
        known = environment(container, workload, config_maps)
        texts = [_of_variable(variable) for variable in known.variables.values() if variable.text]
        texts += _commands(container.node, known.variables)
        texts += _files(container, workload, config_maps, known.variables, matters)
        yield Reader(workload, container, known, tuple(texts))


def _commands(node: Node, variables: Variables) -> Iterator[Text]:
    yield from _command((*node["command"], *node["args"]), variables, variables)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        # The kubelet knows no more here than what is written as a value.
        yield from _command(tuple(node[probe]["exec"]["command"]), _written(node), variables)
    for hook in ("postStart", "preStop"):
        yield from _command(tuple(node["lifecycle"][hook]["exec"]["command"]), {}, variables)


def _files(
    container: Container,
    workload: Workload,
    config_maps: ConfigMaps,
    variables: Variables,
    matters: Callable[[str], bool],
) -> Iterator[Text]:
    for entry in config_maps.files(container, workload):
        if matters(entry.text):
            expanded = expand_for_shell(entry.text, {}, variables)
            yield Text(Kind.FILE, entry.name, expanded.text, ((0, entry.node),), expanded.parts, entry.way)


def _written(container: Node) -> Variables:
    items = [item for item in container["env"] if item["name"].text]
    return {item["name"].text: Variable(item["name"].text, item["value"].text, item["value"]) for item in items}


def _of_variable(variable: Variable) -> Text:
    head = f"{variable.name}="
    parts = tuple(Part(part.start + len(head), part.end + len(head), part.variable) for part in variable.parts)
    return Text(Kind.VARIABLE, variable.name, head + (variable.text or ""), ((0, variable.node),), parts, variable.way)


def _command(nodes: Sequence[Node], variables: Variables, shell: Variables) -> Iterator[Text]:
    words = [(node, node.raw) for node in nodes if node.raw is not None]
    has_shell = any(posixpath.basename(word) in _SHELLS for _, word in words)
    pieces: list[str] = []
    places: list[tuple[int, Node]] = []
    parts: list[Part] = []
    offset = 0
    for node, word in words:
        expanded = expand_for_shell(word, variables, shell) if has_shell else expand(word, variables)
        places.append((offset, node))
        parts += (Part(part.start + offset, part.end + offset, part.variable) for part in expanded.parts)
        pieces.append(expanded.text)
        offset += len(expanded.text) + 1
    if words:
        yield Text(Kind.COMMAND, "", " ".join(pieces), tuple(places), tuple(parts))
