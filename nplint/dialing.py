"""Which node a port is dialed on: the address that stands with a port number in a text of a container."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from nplint import address
from nplint.environment import OWN_NODE, Environment, Variable
from nplint.profile import KnownNode
from nplint.texts import Kind, Text

# A dollar sign in front spoils an address.
_OWN = r"(?<![\w.$-])\0"
_REFERENCE = r"\$\(\w+\)|\$\{\w+[^{}]*\}|\$\w+"
_LITERAL = r"\[[0-9A-Fa-f:.]+\]|(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}"
_HOST_AND_COLON = re.compile(rf"""({_OWN}|{_REFERENCE}|{_LITERAL}|(?<![\w.-])[\w.-]+)\]?["']?:$""")
_HOST_AND_SPACE = re.compile(rf"""({_OWN}|{_REFERENCE}|{_LITERAL})[\s,"']+$""")
_DEVICE = re.compile(rf"/dev/(?:tcp|udp)/({_OWN}|{_REFERENCE}|{_LITERAL})/$")
_ADDRESS = re.compile(rf"{_OWN}|(?:{_LITERAL})(?![\w.-])")
_LABEL = re.compile(r"""(?<![\w.-])([\w.-]+)["']?\s*(?:[:=]\s*)?["'\[]?$""")
_SCHEME = re.compile(r"(?<![\w+.-])[\w+.-]+://(?:[^\s/@]*@)?$")
_URL = re.compile(r"[\w+.-]+://([^\s/@]+)/?")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME = re.compile(r"[A-Za-z]\w*")
REACH = 300
"""How far before a port its host is looked for."""

_PORT_WORDS = frozenset(("PORT", "PORTS", "NODEPORT", "P"))
_ADDRESS_WORDS = frozenset(("HOST", "HOSTNAME", "IP", "ADDR", "ADDRESS"))
_TARGET_WORDS = frozenset(("SERVER", "TARGET", "ENDPOINT", "URL", "URI", "NODE", *_ADDRESS_WORDS))
_HOLDER_WORDS = _TARGET_WORDS - {"NODE"}
_PLAIN_WORDS = frozenset(("NODE", "K", "S", "KUBE", "KUBERNETES", "MY", "POD", *_ADDRESS_WORDS))
# What others are told to dial need not be dialed by the one who tells it.
_TOLD = ("ADVERTI", "ANNOUNC", "EXTERNAL", "PUBLIC", "CALLBACK", "REDIRECT")
_LISTENING = ("LISTEN", "BIND")
_SERVED = (
    "SERVER",
    "METRICS",
    "ADMIN",
    "MANAGEMENT",
    "CONTAINER",
    "HTTP",
    "GRPC",
    "HEALTH",
    "PROBE",
    "DEBUG",
    "WEB",
    "JMX",
)
_SERVICE_WORDS = frozenset(("SERVICE", "SVC"))


class Line(NamedTuple):
    """A line of a text with the lines beside it; `start` is its offset in the text.

    `of_nodes` tells that something in the text is called the address of a node.
    """

    text: Text
    value: str
    start: int = 0
    beside: tuple[str, ...] = ()
    of_nodes: bool = False


class Port(NamedTuple):
    """A port with the flag, key or name that it follows."""

    label: str
    number: int


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


@dataclass(frozen=True, eq=False)
class Names:
    """What the variables of a container and the declared nodes tell of addresses, and the Services of their ports.

    `services` are the names of the Services that have a node port.
    """

    environment: Environment
    directory: Directory
    services: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def partners(self) -> dict[frozenset[str], Variable]:
        """The variables that hold an address, by what their names say besides: WEB_HOST is the partner of WEB_PORT."""
        found: dict[frozenset[str], Variable] = {}
        for variable in self.environment.variables.values():
            words = frozenset(_words(variable.name))
            for besides in (words - _ADDRESS_WORDS, words - _HOLDER_WORDS) if words & _HOLDER_WORDS else ():
                if besides:
                    found.setdefault(besides, variable)
        return found

    def is_plain(self, label: str, number: int) -> bool:
        """Whether the name of a port says no more than that, or that it is a node port, or its Service's name."""
        words = _words(label)
        if _PORT_WORDS.issuperset(words) or "NODEPORT" in words or ("NODE", "PORT") in pairwise(words):
            return True
        return _joined(words) in {_joined(_words(name)) for name in self.services.get(number, ())}

    @cached_property
    def nodes(self) -> Dialed | None:
        """What the variables that are called after nodes hold: the surest of it."""
        variables = self.environment.variables.values()
        own = [variable for variable in variables if variable.text == OWN_NODE]
        if own:
            return Dialed(own=True, proven=any(_PLAIN_WORDS.issuperset(_words(variable.name)) for variable in own))
        found = (self.value(variable) for variable in variables if _is_node_name(variable.name))
        return next((each for each in found if each), None)

    def value(self, variable: Variable) -> Dialed | None:
        """What a variable stands for as an address."""
        if variable.text is None:
            return _by_unknown(variable)
        if variable.text == OWN_NODE:
            return Dialed(own=True, proven=True)
        url = _URL.fullmatch(variable.text)
        if url and url[1].strip("[]") == OWN_NODE:
            return Dialed(own=True, proven=True)
        return self.directory.literal(url[1] if url else variable.text, is_node=_is_node_name(variable.name))


def dialed(names: Names, line: Line, at: int, number: int) -> Dialed | None:
    """What the port that is a number at an offset of a line is dialed on; None where it does not look like a node."""
    head = line.value[max(0, at - REACH) : at]
    host = _host(head, line.text.kind is Kind.COMMAND or line.text.is_script)
    if host:
        rest = head[: host.start()]
        found = _by_host(names, host[1], _is_node_name(line.text.name))
        label = _label(_SCHEME.sub("", rest))
        start = at - len(head) + host.start()
    else:
        label, start = _label(head), at
        found = _by_label(names, line, at, Port(label, number)) if _PORT_WORDS & set(_words(label)) else None
    if found is None or _says(_LISTENING, line.text.name, label):
        return None
    proven = found.proven and not _says(_TOLD, line.text.name, label)
    return found._replace(proven=proven, start=start, apart=not host)


def _host(head: str, is_shell: bool) -> re.Match[str] | None:
    """The host that stands directly before a port."""
    if not head.endswith(":"):
        return _HOST_AND_SPACE.search(head) or _DEVICE.search(head)
    # A shell takes the quotes away; elsewhere a key stands between them.
    found = _HOST_AND_COLON.search(head) if is_shell or head[-2:-1] not in ("'", '"') else None
    return None if found and _PORT_WORDS & set(_words(found[1])) else found


def _label(head: str) -> str:
    """The flag, key or name that a value follows."""
    found = _LABEL.search(head)
    return found[1].strip("-.") if found else ""


def _words(name: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(name)]


def _says(what: tuple[str, ...], *names: str) -> bool:
    return any(word.startswith(what) for name in names for word in _words(name))


def _is_node_name(name: str) -> bool:
    """Whether something of this name is a node's address: NODE_IP, hostIP, K8S_NODE_ADDR."""
    words = _words(name)
    pairs = set(pairwise(words))
    nodes = any(first == "NODE" and second in _ADDRESS_WORDS for first, second in pairs)
    return nodes or ("HOST", "IP") in pairs or not {"NODEIP", "HOSTIP"}.isdisjoint(words)


def _by_host(names: Names, host: str, is_node: bool) -> Dialed | None:
    if host == OWN_NODE:
        return Dialed(own=True, proven=True)
    if host.startswith("$"):
        return _by_reference(names, host)
    if host in names.directory.by_name and not address.parse(host):
        return Dialed(to=names.directory.by_name[host])
    return names.directory.literal(host, is_node=is_node)


def _by_reference(names: Names, reference: str) -> Dialed | None:
    """A variable that nothing that is seen here puts its value in for."""
    found = _NAME.search(reference)
    name = found[0] if found else ""
    variable, is_open = names.environment.variables.get(name), names.environment.is_open
    if variable and variable.text is None:
        return _by_unknown(variable)
    if reference.startswith("$("):
        return Dialed() if variable is None and is_open and _is_node_name(name) else None
    if variable is None:
        return Dialed() if _is_node_name(name) else None
    known = names.value(variable)
    return known._replace(proven=False) if known else None


def _by_unknown(variable: Variable) -> Dialed | None:
    if variable.field == "spec.nodeName":
        return Dialed(own=True)
    return Dialed() if _is_node_name(variable.name) and not variable.field else None


def _by_label(names: Names, line: Line, at: int, port: Port) -> Dialed | None:
    """What a port is dialed on that only its name shows to be one."""
    kind = line.text.kind
    is_plain = names.is_plain(port.label, port.number)
    is_served = _says(_SERVED, port.label) and not is_plain
    near = _by_neighbour(line, at, port.label, is_plain, names.directory) if kind is not Kind.VARIABLE else None
    if near and not is_served:
        return near
    partner = names.partners.get(frozenset(_words(port.label)) - _PORT_WORDS) if kind is not Kind.FILE else None
    if is_served:
        # Who serves at it also names it so; only an address of the same name speaks for dialing it.
        found = names.value(partner) if partner else near if near and near.proven else None
        return found._replace(proven=False) if found else None
    if kind is Kind.FILE:
        found = names.nodes
        sure = found is not None and (found.proven or not found.own)
        return found._replace(proven=False) if found and sure else Dialed() if line.of_nodes else None
    found = names.value(partner) if partner else names.nodes
    # `-p` is the port in some commands and something else in others.
    is_sure = (partner or is_plain) and port.label.upper() != "P"
    return found if found is None or is_sure else found._replace(proven=False)


def _by_neighbour(line: Line, at: int, port: str, is_plain: bool, directory: Directory) -> Dialed | None:
    """The surest address that stands in the same line as a port, or in one beside it that calls it a host."""
    around = line.value[max(0, at - REACH) : at + REACH]
    likely = None
    for near in (around, *line.beside) if line.text.kind is Kind.FILE else (around,):
        for found in _ADDRESS.finditer(near[: 2 * REACH]):
            label = _label(_SCHEME.sub("", near[: found.start()]))
            known = Dialed(own=True, proven=True) if found[0] == OWN_NODE else directory.literal(found[0])
            is_host = near is around or _TARGET_WORDS & set(_words(label))
            if known and known.proven and is_host and not _says((*_TOLD, *_LISTENING), label):
                kin = _are_kin(port, label)
                if kin or (kin is None and is_plain and (near is around or not _particular(label))):
                    return known
                likely = likely or (known._replace(proven=False) if kin is None else None)
    return likely


def _are_kin(port: str, host: str) -> bool | None:
    """Whether the names of a port and of an address say the same besides; None where one says nothing besides."""
    rest = set(_words(port)) - _PORT_WORDS
    if rest and rest == set(_words(host)) - _ADDRESS_WORDS:
        return True
    of_port, of_host = _particular(port), _particular(host)
    return of_port == of_host if of_port and of_host else None


def _particular(label: str) -> frozenset[str]:
    """What a name says besides that it is a port, an address or a node."""
    words = frozenset(word for word in _words(label) if len(word) > 1)
    return words - _PORT_WORDS - _TARGET_WORDS - _PLAIN_WORDS


def _joined(words: list[str]) -> str:
    return "".join(word for word in words if word not in _PORT_WORDS and word not in _SERVICE_WORDS)


def names_a_node(text: str) -> bool:
    """Whether anything in a text is called the address of a node."""
    return any(_is_node_name(name) for name in set(_NAME.findall(text)))
