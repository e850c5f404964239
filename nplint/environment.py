"""The environment of a container, composed as the kubelet does it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from nplint.configmap import ConfigMaps, Entry
from nplint.node import Node
from nplint.proof import Proof
from nplint.workload import Container, Workload

OWN_NODE = "\0"
"""Stands in a text for the address of the node that the container runs on."""

_NAME = r"\(([^()\s$]*)\)"
_REFERENCE = re.compile(rf"\$(?:\$|{_NAME})")
_SHELL_REFERENCE = re.compile(
    rf"\$(?:\$|{_NAME}|(?P<plain>[A-Za-z_]\w*)|\{{(?P<braced>[A-Za-z_]\w*)(?::?[-=?+][^{{}}]*)?\}})"
)
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
        """The places that its value comes from."""
        what = "the address of the pod's own node" if self.text == OWN_NODE else f"the value of {self.name}"
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
        way = tuple(proof for part in expanded.parts for proof in part.variable.proof)
        return Variable(name, expanded.text, value, way, parts=expanded.parts)
    field = source["fieldRef"]["fieldPath"]
    if field.present:
        return Variable(name, OWN_NODE if field.text in _OWN_NODE_FIELDS else None, field, field=field.text)
    for kind, step in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if source[step].present:
            what = f"a value of this {kind} becomes {name}"
            entries = config_maps.entries(kind, source[step]["name"], workload, what)
            entry = (entries or {}).get(source[step]["key"].text)
            return _of_entry(name, entry) if entry else Variable(name, None, source[step])
    return Variable(name, None if source.value else "", item["name"])


def _clean(text: str) -> str:
    return text.replace(OWN_NODE, "")


def expand(text: str, variables: Variables) -> Expanded:
    """Put the values of variables in the place of `$(NAME)`, as the kubelet does; `$$` is a dollar sign.

    What is not defined, or not yet, stays as it is written.
    """
    return _substitute(_REFERENCE, text, variables, {})


def expand_for_shell(text: str, variables: Variables, shell: Variables) -> Expanded:
    """The same for what a shell reads next, which knows variables of its own as `$NAME` and `${NAME}`."""
    return _substitute(_SHELL_REFERENCE, text, variables, shell)


def _substitute(pattern: re.Pattern[str], text: str, variables: Variables, shell: Variables) -> Expanded:
    text = _clean(text)
    pieces: list[str] = []
    parts: list[Part] = []
    done = length = 0
    for found in pattern.finditer(text):
        name = found.groupdict().get("plain") or found.groupdict().get("braced")
        known = shell.get(name) if name else variables.get(found[1] or "")
        put = "$" if found[0] == "$$" else known.text if known else None
        if put is None:
            continue
        pieces += (text[done : found.start()], put)
        length += len(pieces[-2])
        if known:
            parts.append(Part(length, length + len(put), known))
        length += len(put)
        done = found.end()
    return Expanded("".join((*pieces, text[done:])), tuple(parts))
