"""The texts that a container works with: its variables, its commands and the files that are mounted into it."""

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from nplint.configmap import ConfigMaps, Entry
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
_ASSIGNED = re.compile(r"(?<![\w${.-])([A-Za-z_]\w*)(?:\+?=|[ \t]+in\b)|\bread[ \t]+(?:-\w+[ \t]+)*([A-Za-z_]\w*)")
_COMMENT = re.compile(r"(?<=\s)#.*")


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

    @property
    def is_script(self) -> bool:
        """Whether a shell reads it as a file."""
        return self.value.startswith("#!") or self.name.endswith(".sh")

    def place(self, offset: int) -> tuple[int, Node]:
        """Where the text at an offset is written: the start of that part, and its place."""
        return self.places[bisect_right(self.places, offset, key=lambda place: place[0]) - 1]

    def parts_in(self, start: int, end: int) -> tuple[Part, ...]:
        """What variables gave to the text between two offsets, also where it goes on outside."""
        first = bisect_right(self.parts, start, key=lambda part: part.end)
        return self.parts[first : bisect_left(self.parts, end, key=lambda part: part.start)]


class Reader(NamedTuple):
    """A container with all that it reads."""

    workload: Workload
    container: Container
    environment: Environment
    texts: tuple[Text, ...]


def readers(workload: Workload, config_maps: ConfigMaps, matters: Callable[[str], bool]) -> Iterator[Reader]:
    """The containers of a workload with the texts that matter, init containers and sidecars among them."""
    for container in (*workload.containers, *workload.init_containers):
        known = environment(container, workload, config_maps)
        told = (variable for variable in known.variables.values() if variable.text and matters(variable.text))
        texts = [_of_variable(variable) for variable in told]
        texts += _commands(container.node, known.variables)
        texts += (_of_file(entry, known.variables) for entry in config_maps.files(container, workload, matters))
        yield Reader(workload, container, known, tuple(texts))


def _commands(node: Node, variables: Variables) -> Iterator[Text]:
    yield from _command((*node["command"], *node["args"]), variables, variables)
    for probe in (node[name] for name in ("livenessProbe", "readinessProbe", "startupProbe")):
        if probe.present:
            # The kubelet knows no more here than what is written as a value.
            yield from _command(tuple(probe["exec"]["command"]), _written(node), variables)
    for hook in (node["lifecycle"][name] for name in ("postStart", "preStop")):
        if hook.present:
            yield from _command(tuple(hook["exec"]["command"]), {}, variables)


def _written(container: Node) -> Variables:
    items = [item for item in container["env"] if item["name"].text]
    return {item["name"].text: Variable(item["name"].text, item["value"].text, item["value"]) for item in items}


def _of_variable(variable: Variable) -> Text:
    head = f"{variable.name}="
    parts = tuple(Part(part.start + len(head), part.end + len(head), part.variable) for part in variable.parts)
    return Text(Kind.VARIABLE, variable.name, head + (variable.text or ""), ((0, variable.node),), parts, variable.way)


def _of_file(entry: Entry, variables: Variables) -> Text:
    expanded = expand_for_shell(entry.text, {}, variables)
    return Text(Kind.FILE, entry.name, expanded.text, ((0, entry.node),), expanded.parts, entry.way)


def _without_comment(found: re.Match[str]) -> str:
    """A comment of a shell is none between quotes."""
    before = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    return found[0] if before.count('"') % 2 or before.count("'") % 2 else ""


def _command(nodes: Sequence[Node], variables: Variables, shell: Variables) -> Iterator[Text]:
    words = [(node, node.raw) for node in nodes if node.raw is not None]
    has_shell = any(posixpath.basename(word) in _SHELLS for _, word in words)
    if has_shell:
        words = [(node, _COMMENT.sub(_without_comment, word)) for node, word in words]
        # What the command itself gives a value is not what the container was given.
        assigned = {name for _, word in words for found in _ASSIGNED.findall(word) for name in found}
        shell = {name: variable for name, variable in shell.items() if name not in assigned}
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
