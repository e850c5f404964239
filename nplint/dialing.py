"""Which node a port is dialed on: the address that stands with a port number in a text of a container."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from nplint import address
from nplint.environment import OWN_NODE, Variable
from nplint.profile import KnownNode
from nplint.texts import Kind, Reader, Text

_REFERENCE = r"\$\(\w+\)|\$\{\w+[^{}]*\}|\$\w+"
_LITERAL = r"\[[0-9A-Fa-f:.]+\]|(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}"
_HOST_AND_COLON = re.compile(rf"(\0|{_REFERENCE}|{_LITERAL}|[\w.-]+):$")
_HOST_AND_SPACE = re.compile(rf"""(\0|{_REFERENCE}|{_LITERAL})[\s,"']+$""")
_ADDRESS = re.compile(rf"\0|(?:{_LITERAL})(?![\w.-])")
_LABEL = re.compile(r"""([A-Za-z][\w.-]*)["']?\s*[:=]?\s*["'\[]?$""")
_SCHEME = re.compile(r"[\w+.-]+://(?:[^\s/@]*@)?$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_REACH = 300
"""How far before a port its host is looked for."""

_PORT_WORDS = frozenset(("PORT", "PORTS", "NODEPORT", "P"))
_ADDRESS_WORDS = frozenset(("HOST", "HOSTNAME", "IP", "ADDR", "ADDRESS"))
_PLAIN_WORDS = frozenset(("NODE", "NAME", "K", "S", "KUBE", "KUBERNETES", "MY", "POD", *_ADDRESS_WORDS))
# What is told to others, or listened on, is not dialed.
_TOLD = ("ADVERTI", "ANNOUNC", "LISTEN", "BIND", "EXTERNAL", "PUBLIC", "CALLBACK", "REDIRECT")
_SERVED = frozenset(("LISTEN", "BIND", "SERVER", "METRICS", "ADMIN", "MANAGEMENT", "CONTAINER"))


class Line(NamedTuple):
    """A line of a text with the lines beside it; `start` is its offset in the text."""

    text: Text
    value: str
    start: int = 0
    beside: tuple[str, ...] = ()


class Dialed(NamedTuple):
    """What a port is dialed on: the client's own node, or the declared node `to` where that is known.

    What is not proven is a likeness. `start` is where the address begins in the line; `apart` is set where address and
    port stand apart from each other.
    """

    own: bool = False
    to: KnownNode | None = None
    proven: bool = False
    start: int = 0
    apart: bool = False


@dataclass(frozen=True, eq=False)
class Directory:
    """The declared nodes, looked up by what clients call them."""

    nodes: tuple[KnownNode, ...] = ()

    @cached_property
    def by_address(self) -> dict[object, KnownNode]:
        found = ((address.parse(node.address), node) for node in self.nodes)
        return {parsed: node for parsed, node in found if parsed}

    @cached_property
    def by_name(self) -> dict[str, KnownNode]:
        return {node.name: node for node in self.nodes}

    def literal(self, text: str, *, is_node: bool = False) -> Dialed | None:
        """What an address that is written out stands for; `is_node` tells that its name calls it a node's."""
        parsed = address.parse(text.strip("[]"))
        if parsed is None or parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local:
            return None
        known = self.by_address.get(parsed)
        # Where nodes are declared with their addresses, an address of none of them leads elsewhere.
        return Dialed(to=known, proven=bool(known)) if known or is_node or not self.by_address else None


def dialed(reader: Reader, line: Line, at: int, directory: Directory) -> Dialed | None:
    """What the port at an offset of a line is dialed on; None where it does not look like a node."""
    head = line.value[max(0, at - _REACH) : at]
    host = _host(head)
    if host:
        rest = head[: host.start()]
        found = _by_host(reader, host[1], _is_node_name(line.text.name), directory)
        label = _label(_SCHEME.sub("", rest))
        start = at - len(head) + host.start()
    else:
        label, start = _label(head), at
        found = _by_label(reader, line, label, directory) if _PORT_WORDS & set(_words(label)) else None
    if found and found.proven and _is_told(line.text.name, label):
        found = found._replace(proven=False)
    return found._replace(start=start, apart=not host) if found else None


def _host(head: str) -> re.Match[str] | None:
    """The host that stands directly before a port."""
    if not head.endswith(":"):
        return _HOST_AND_SPACE.search(head)
    found = _HOST_AND_COLON.search(head)
    return None if found and _PORT_WORDS & set(_words(found[1])) else found


def _label(head: str) -> str:
    """The flag, key or name that a value follows."""
    found = _LABEL.search(head)
    return found[1] if found else ""


def _words(name: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(name)]


def _is_told(*names: str) -> bool:
    return any(word.startswith(_TOLD) for name in names for word in _words(name))


def _is_node_name(name: str) -> bool:
    """Whether something of this name is a node's address: NODE_IP, hostIP, K8S_NODE_ADDR."""
    words = _words(name)
    pairs = list(pairwise(words))
    return any(first == "NODE" and second in (*_ADDRESS_WORDS, "NAME") for first, second in pairs) or (
        ("HOST", "IP") in pairs or not {"NODEIP", "HOSTIP"}.isdisjoint(words)
    )


def _by_host(reader: Reader, host: str, is_node: bool, directory: Directory) -> Dialed | None:
    if host == OWN_NODE:
        return Dialed(own=True, proven=True)
    if host.startswith("$"):
        return _by_reference(reader, host, directory)
    if host in directory.by_name and not address.parse(host):
        return Dialed(to=directory.by_name[host])
    return directory.literal(host, is_node=is_node)


def _by_reference(reader: Reader, reference: str, directory: Directory) -> Dialed | None:
    """A variable that nothing that is seen here puts its value in for."""
    name = re.sub(r"^\W+|\W.*$", "", reference.lstrip("${("))
    variable, is_open = reader.environment.variables.get(name), reader.environment.is_open
    if variable and variable.text is None:
        return _by_unknown(variable)
    if reference.startswith("$("):
        return Dialed() if variable is None and is_open and _is_node_name(name) else None
    if variable is None:
        return Dialed() if _is_node_name(name) else None
    if variable.text == OWN_NODE:
        return Dialed(own=True)
    found = directory.literal(variable.text or "", is_node=_is_node_name(name))
    return found._replace(proven=False) if found else None


def _by_unknown(variable: Variable) -> Dialed | None:
    if variable.field == "spec.nodeName":
        return Dialed(own=True)
    return Dialed() if _is_node_name(variable.name) and not variable.field else None


def _by_label(reader: Reader, line: Line, label: str, directory: Directory) -> Dialed | None:
    """What a port is dialed on that only its name shows to be one."""
    kind = line.text.kind
    if kind is not Kind.VARIABLE:
        near = (line.value,) if kind is Kind.COMMAND else (line.value, *line.beside)
        found = _by_neighbour(near, directory)
        if found:
            return found
    if kind is Kind.FILE:
        return _weak(_by_names(reader, directory)) or (Dialed() if _names_a_node(line.text.value) else None)
    partner = _partner(reader, _stem(label, _PORT_WORDS))
    found = _by_value(partner, directory) if partner else _by_names(reader, directory)
    return _weak(found) if _SERVED & set(_words(label)) else found


def _weak(found: Dialed | None) -> Dialed | None:
    return found._replace(proven=False) if found else None


def _by_neighbour(lines: Iterable[str], directory: Directory) -> Dialed | None:
    for line in lines:
        for found in _ADDRESS.finditer(line):
            told = _is_told(_label(_SCHEME.sub("", line[max(0, found.start() - _REACH) : found.start()])))
            known = Dialed(own=True, proven=True) if found[0] == OWN_NODE else directory.literal(found[0])
            if known and known.proven and not told:
                return known
    return None


def _names_a_node(text: str) -> bool:
    return any(_is_node_name(name) for name in re.findall(r"[A-Za-z]\w*", text))


def _stem(name: str, without: frozenset[str]) -> frozenset[str]:
    return frozenset(_words(name)) - without


def _partner(reader: Reader, stem: frozenset[str]) -> Variable | None:
    """The variable that holds the address for a port of the same name: WEB_HOST for WEB_PORT."""
    for variable in reader.environment.variables.values():
        words = frozenset(_words(variable.name))
        if words & _ADDRESS_WORDS and words - _ADDRESS_WORDS == stem and stem:
            return variable
    return None


def _by_value(variable: Variable, directory: Directory) -> Dialed | None:
    if variable.text is None:
        return _by_unknown(variable)
    if variable.text == OWN_NODE:
        return Dialed(own=True, proven=True)
    return directory.literal(variable.text, is_node=_is_node_name(variable.name))


def _by_names(reader: Reader, directory: Directory) -> Dialed | None:
    """What the variables of a container that are called after nodes hold: the surest of it."""
    variables = reader.environment.variables.values()
    own = [variable for variable in variables if variable.text == OWN_NODE]
    if own:
        plain = any(_PLAIN_WORDS.issuperset(_words(variable.name)) for variable in own)
        return Dialed(own=True, proven=plain)
    named = [variable for variable in variables if _is_node_name(variable.name)]
    found = [_by_value(variable, directory) for variable in named]
    return next((each for each in found if each), None)
