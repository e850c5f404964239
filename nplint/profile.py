"""What is known of a target cluster, and which clusters a rule speaks about."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from nplint.errors import NplintError
from nplint.node import Node
from nplint.spelling import shown, way_out

TYPES = ("standard", "turbo", "autopilot", "kubernetes")
NETWORKS = ("vpc", "tunnel", "cloud-native-2.0")
PROXY_MODES = ("iptables", "ipvs")
CCE_TYPES = ("standard", "turbo", "autopilot")

_TYPE_TITLES = {
    "standard": "CCE standard",
    "turbo": "CCE Turbo",
    "autopilot": "CCE Autopilot",
    "kubernetes": "plain Kubernetes",
}
_NETWORKS_OF = {"standard": ("vpc", "tunnel"), "turbo": ("cloud-native-2.0",), "autopilot": ("cloud-native-2.0",)}
_NETWORK_SPELLINGS = {"vpc-router": "vpc", "overlay_l2": "tunnel", "eni": "cloud-native-2.0"}
_VERSION = r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-r(\d+))?(?:[-+].*)?"

Version = tuple[int, int, int, int]
"""Major, minor, patch and CCE revision (`-rN`)."""


class PortRange(NamedTuple):
    """A range of port numbers, both ends in it."""

    low: int
    high: int

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and self.low <= port <= self.high

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"


DEFAULT_NODE_PORTS = PortRange(30000, 32767)
CCE_NODE_PORTS = PortRange(20106, 32767)
"""The bounds of what CCE lets `service-node-port-range` be."""

CCE_LISTENERS = {20257: "the node problem detector before 1.16.5", 28001: "the ICAgent", 28002: "the ICAgent"}
"""What listens on CCE's nodes within the bounds of the node port range."""


class KnownNode(NamedTuple):
    """A node of a cluster, as far as it is declared. Taints are written `key=value:effect`."""

    name: str
    address: str = ""
    labels: Mapping[str, str] = MappingProxyType({})
    taints: tuple[str, ...] = ()


class Profile(NamedTuple):
    """What is known of a target cluster; None is what nobody declared.

    `name` is the cluster's name in the configuration, None for a cluster that flags describe; `declaration` is where it
    is described. The node port range is the one that Kubernetes has by default unless it is declared.
    """

    name: str | None = None
    type: str | None = None
    network: str | None = None
    version: Version | None = None
    proxy_mode: str | None = None
    node_port_range: PortRange = DEFAULT_NODE_PORTS
    ip_families: tuple[str, ...] | None = None
    nodes: tuple[KnownNode, ...] = ()
    ledger: Mapping[int, str] = MappingProxyType({})
    is_declared: bool = False
    """Whether all manifests together are known to make one cluster."""
    declaration: Node | None = None

    @property
    def title(self) -> str:
        return _title(self.type) if self.type else "a cluster of undeclared type"

    @property
    def has_static_band(self) -> bool:
        return self.version is not None and self.version >= (1, 28, 0, 0)

    @property
    def reserved_ports(self) -> frozenset[int]:
        """Ports that components of CCE's nodes listen on, which a widened node port range reaches."""
        return frozenset(CCE_LISTENERS) if self.is_cce else frozenset()

    @property
    def static_band(self) -> PortRange:
        """The lower part of the node port range, which Kubernetes 1.28 and later keeps free for pinned ports."""
        ports = self.node_port_range
        size = ports.high - ports.low + 1
        return PortRange(ports.low, ports.low + (min(max(size // 32, 16), 128) if size > 16 else 0) - 1)

    @property
    def is_cce(self) -> bool:
        return self.type in CCE_TYPES


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        # As the console of CCE has them.
        "CCE": Profile(type="standard"),
        "Turbo": Profile(type="turbo"),
        **{name: Profile(type=name) for name in TYPES},
    }
)
"""What is known of a cluster of which nothing but its type is declared, by the names that types have."""


def declare(
    *,
    type: str | None = None,
    network: str | None = None,
    version: str | None = None,
    proxy_mode: str | None = None,
    node_port_range: str | None = None,
    profiles: Mapping[str, Profile] = PROFILES,
) -> Profile:
    """A profile from what somebody wrote, completed with what follows from it.

    Raises:
        NplintError: a value cannot be read.
    """
    known = typical(type, profiles) if type else Profile()
    return _complete(
        known._replace(
            network=_NETWORK_SPELLINGS.get(network, network) if network else known.network,
            version=parse_version(version) if version else known.version,
            proxy_mode=proxy_mode or known.proxy_mode,
            node_port_range=parse_port_range(node_port_range) if node_port_range else known.node_port_range,
            is_declared=any((type, network, version, proxy_mode, node_port_range)),
        )
    )


def typical(type: str, profiles: Mapping[str, Profile]) -> Profile:
    """What is known of every cluster of a type.

    Raises:
        NplintError: there is no such type.
    """
    if type not in profiles:
        raise NplintError(f"there is no type of cluster {shown(type)}: {way_out(type, sorted({*TYPES, *profiles}))}")
    return profiles[type]


def _complete(profile: Profile) -> Profile:
    """Fill in what the declared facts leave only one answer to."""
    if profile.type is None and profile.network in ("vpc", "tunnel"):
        profile = profile._replace(type="standard")
    if profile.network is None and profile.type in ("turbo", "autopilot"):
        profile = profile._replace(network="cloud-native-2.0")
    return profile


def impossibilities(profile: Profile) -> Iterator[tuple[str, str]]:
    """Why no cluster can be like that: the fact that cannot be, by its name in the configuration, and a sentence."""
    possible = _NETWORKS_OF.get(profile.type or "", ())
    if profile.type in TYPES and profile.network and profile.network not in possible:
        way = f"it is {' or '.join(possible)} there" if possible else "its network is none of CCE's"
        yield "network", f"{profile.title} has no {profile.network} network: {way}"
    ports, bounds = profile.node_port_range, CCE_NODE_PORTS
    if (profile.is_cce or profile.network) and not (ports.low in bounds and ports.high in bounds):
        yield "node-port-range", f"the node port range {ports} cannot be set on CCE: it lies within {bounds} there"
    if "IPv6" in (profile.ip_families or ()):
        yield from _impossible_ipv6(profile)
    for port in profile.ledger:
        if port not in ports:
            yield "ledger", f"node port {port} of the ledger is outside {ports}"


def _impossible_ipv6(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.network == "vpc":
        yield "ip-families", "the vpc network has no IPv6"
    elif profile.is_cce and profile.proxy_mode == "iptables":
        yield "ip-families", "CCE has IPv6 only with the proxy mode ipvs"


def parse_version(text: str) -> Version:
    """A cluster version as CCE or Kubernetes prints it: `v1.29.13-r0`, `1.29`.

    Raises:
        NplintError: it is no such version.
    """
    found = re.fullmatch(_VERSION, text.strip())
    if not found:
        raise NplintError(f"`{text}` is no cluster version: write it like v1.29.13-r0, v1.29.13 or 1.29")
    major, minor, patch, revision = (int(part or 0) for part in found.groups())
    return major, minor, patch, revision


def parse_port_range(text: str) -> PortRange:
    """A node port range: `30000-32767`.

    Raises:
        NplintError: it is no range of ports.
    """
    found = re.fullmatch(r"\s*(\d{1,5})\s*-\s*(\d{1,5})\s*", text)
    ports = PortRange(int(found[1]), int(found[2])) if found else PortRange(0, 0)
    if not 1 <= ports.low <= ports.high <= 65535:
        raise NplintError(f"`{text}` is no node port range: write it like 30000-32767")
    return ports


class Applies(Enum):
    """Whether a rule speaks about a cluster."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Verdict(NamedTuple):
    """Whether a rule applies. If not, `reason` says why; if unknown, `missing` names the fact, `on` what it must be."""

    applies: Applies
    reason: str = ""
    missing: str = ""
    on: str = ""


class When(NamedTuple):
    """The clusters that a rule speaks about. Conditions that are left empty hold everywhere."""

    type: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    since: Version | None = None

    def judge(self, profile: Profile) -> Verdict:
        """Hold the conditions against a cluster. One that fails decides; one that is unknown leaves all unknown."""
        verdicts = [self._type(profile), self._network(profile), self._since(profile)]
        for applies in (Applies.UNMET, Applies.UNKNOWN):
            for verdict in verdicts:
                if verdict.applies is applies:
                    return verdict
        return Verdict(Applies.MET)

    def _type(self, profile: Profile) -> Verdict:
        if not self.type or profile.type in self.type:
            return Verdict(Applies.MET)
        on = "CCE" if self.type == CCE_TYPES else " or ".join(_title(name) for name in self.type)
        if profile.type is None and _may_be(self.type, profile.network):
            return Verdict(Applies.UNKNOWN, missing="type", on=on)
        return Verdict(Applies.UNMET, f"it is about {on}, and this is {profile.title}")

    def _network(self, profile: Profile) -> Verdict:
        if not self.network or profile.network in self.network:
            return Verdict(Applies.MET)
        on = f"the {' or '.join(self.network)} network"
        if profile.network is None and (profile.type is None or _reaches(profile.type, self.network)):
            return Verdict(Applies.UNKNOWN, missing="network", on=on)
        return Verdict(Applies.UNMET, f"it is about {on}, and this cluster has {profile.network or 'none of CCE'}")

    def _since(self, profile: Profile) -> Verdict:
        if not self.since or (profile.version and profile.version >= self.since):
            return Verdict(Applies.MET)
        on = f"version {'.'.join(str(part) for part in self.since[:2])} and later"
        if profile.version is None:
            return Verdict(Applies.UNKNOWN, missing="version", on=on)
        return Verdict(Applies.UNMET, f"it is about {on}")


def _title(type: str) -> str:
    # A plugin may know of other types.
    return _TYPE_TITLES.get(type, type)


def _may_be(types: tuple[str, ...], network: str | None) -> bool:
    """Whether a cluster of this network could be of one of these types."""
    return network is None or any(_reaches(name, (network,)) for name in types)


def _reaches(type: str, networks: tuple[str, ...]) -> bool:
    return any(network in _NETWORKS_OF.get(type, ()) for network in networks)
