"""The environment of a container, composed as the kubelet does it."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from nplint.configmap import ConfigMaps, Entry
from nplint.node import Node
from nplint.proof import Proof
from nplint.workload import Container, Workload

OWN_NODE = "\0"
"""Stands in a text for the address of the node that the container runs on."""

# What nothing closes is taken whole, lest its end be looked for again and again.
_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\)|\([^)]*\Z)")
# It begins with the dollar sign itself, which is quick to look for in a long text.
_SHELL_REFERENCE = re.compile(r"\$(?<!\\\$)(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-=?][^{}]*)?\})")
_MOST = 1 << 15
"""How much variables may add to a text, for each may double the one before."""
_MOST_SOURCES = 5
"""How many variables are followed to show where a value comes from."""
_OWN_NODE_FIELDS = ("status.hostIP", "status.hostIPs")


class Variable(NamedTuple):
    """A variable of a container: its value, None where the input does not tell it, and where that is written.

    `field` is the field of the pod that the value is taken from, `parts` is what other variables gave to it.
    """

    name: str
    text: str | None
    node: Node
    way: tuple[Proof, ...] = ()
    field: str = ""
    parts: "tuple[Part, ...]" = ()

    @property
    def proof(self) -> tuple[Proof, ...]:
        """The places that its value comes from, those of the variables that it is made of among them."""
        made, left = list[Variable](), [self]
        while left and len(made) < _MOST_SOURCES:
            variable = left.pop(0)
            made += [] if any(variable is one for one in made) else [variable]
            left += (part.variable for part in variable.parts[:_MOST_SOURCES])
        return tuple(proof for variable in made for proof in variable.places)

    @property
    def places(self) -> tuple[Proof, ...]:
        """Where its value is written, and how it gets from there into the container."""
        what = "the address of the pod's own node" if self.field in _OWN_NODE_FIELDS else f"the value of {self.name}"
        return (Proof(self.node, what), *self.way)


class Part(NamedTuple):
    """What of an expanded text is the value of a variable, as offsets."""

    start: int
    end: int
    variable: Variable


class Expanded(NamedTuple):
    """A text with the values of variables put in."""

    text: str
    parts: tuple[Part, ...] = ()


Variables = Mapping[str, Variable]


class Environment(NamedTuple):
    """The variables of a container by name. It is open where the input does not show all that define some."""

    variables: Variables
    is_open: bool = False


def environment(container: Container, workload: Workload, config_maps: ConfigMaps) -> Environment:
    """The variables of a container. Those of `env` win over those of `envFrom`, later ones over earlier ones."""
    found: dict[str, Variable] = {}
    is_open = False
    for source in container.node["envFrom"]:
        variables = _whole(source, workload, config_maps)
        is_open |= variables is None
        found |= variables or {}
    for item in container.node["env"]:
        if item["name"].text:
            found[item["name"].text] = _variable(item, workload, config_maps, found)
    return Environment(found, is_open)


def _whole(source: Node, workload: Workload, config_maps: ConfigMaps) -> dict[str, Variable] | None:
    """The variables that a whole ConfigMap or Secret makes; None where the input does not show it."""
    for kind, step in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
        name = source[step]["name"]
        if name.present:
            entries = config_maps.entries(kind, name, workload, f"all values of this {kind} become variables")
            if entries is None or source["prefix"].is_placeholder:
                return None
            prefix = source["prefix"].text
            return {prefix + key: _of_entry(prefix + key, entry) for key, entry in entries.items()}
    return {}


def _of_entry(name: str, entry: Entry) -> Variable:
    return Variable(name, _clean(entry.text), entry.node, entry.way)


def _variable(item: Node, workload: Workload, config_maps: ConfigMaps, before: Variables) -> Variable:
    name, value, source = item["name"].text, item["value"], item["valueFrom"]
    if value.raw:
        expanded = expand(value.raw, before)
        return Variable(name, expanded.text, value, parts=expanded.parts)
    field = source["fieldRef"]["fieldPath"]
    if field.present:
        return Variable(name, OWN_NODE if field.text in _OWN_NODE_FIELDS else None, field, field=field.text)
    for kind, step in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if source[step].present:
            what = f"a value of this {kind} becomes {name}"
            entries = config_maps.entries(kind, source[step]["name"], workload, what)
            entry = (entries or {}).get(source[step]["key"].text)
            if entry is None and entries is not None and source[step]["optional"].value is True and name in before:
                return before[name]
            return _of_entry(name, entry) if entry else Variable(name, None, source[step])
    return Variable(name, None if source.value else "", item["name"])


def _clean(text: str) -> str:
    return text.replace(OWN_NODE, "")


def expand(text: str, variables: Variables) -> Expanded:
    """Put the values of variables in the place of `$(NAME)`, as the kubelet does; `$$` is a dollar sign.

    What is not defined, or not yet, stays as it is written.
    """
    return _substitute(_REFERENCE, _clean(text), variables, Expanded)


def expand_for_shell(text: str, variables: Variables, shell: Variables) -> Expanded:
    """The same for what a shell reads next, which knows variables of its own as `$NAME` and `${NAME}`."""
    return _substitute(_REFERENCE, _clean(text), variables, partial(_expand_by_shell, shell=shell))


def _expand_by_shell(text: str, shell: Variables) -> Expanded:
    return _substitute(_SHELL_REFERENCE, text, shell, Expanded)


def _substitute(
    pattern: re.Pattern[str], text: str, variables: Variables, expand_rest: Callable[[str], Expanded]
) -> Expanded:
    pieces: list[Expanded] = []
    done = grown = 0
    for found in pattern.finditer(text):
        known = variables.get(found[found.lastindex or 0])
        value = "$" if found[0] == "$$" else known.text if known else None
        if value is not None and grown < _MOST:
            pieces.append(expand_rest(text[done : found.start()]))
            pieces.append(Expanded(value, (Part(0, len(value), known),) if known else ()))
            done, grown = found.end(), grown + len(value)
    return _joined((*pieces, expand_rest(text[done:])))


def _joined(pieces: Iterable[Expanded]) -> Expanded:
    texts: list[str] = []
    parts: list[Part] = []
    length = 0
    for piece in pieces:
        texts.append(piece.text)
        parts += (Part(part.start + length, part.end + length, part.variable) for part in piece.parts)
        length += len(piece.text)
    return Expanded("".join(texts), tuple(parts))
