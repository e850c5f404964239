"""The functions that Kubernetes adds to CEL for lists, regular expressions and addresses.

Addresses and networks are texts here, in their canonical spelling; the API server has types for them.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from itertools import pairwise
from typing import Any, NamedTuple

from cel_expr_python.cel import FunctionDecl, Overload, Type

_ANY, _BOOL, _INT, _TEXT = Type.DYN, Type.BOOL, Type.INT, Type.STRING
_LIST, _TEXTS = Type.List(_ANY), Type.List(_TEXT)


class _Function(NamedTuple):
    name: str
    gives: Type
    takes: tuple[Type, ...]
    call: Callable[..., Any]
    is_member: bool = True


def declarations() -> list[FunctionDecl]:
    """All of them, for an environment."""
    names = dict.fromkeys(function.name for function in _FUNCTIONS)
    return [FunctionDecl(name, [_overload(one) for one in _FUNCTIONS if one.name == name]) for name in names]


def _overload(function: _Function) -> Overload:
    kind = "member" if function.is_member else "global"
    return Overload(
        f"{function.name}_{kind}_{len(function.takes)}".replace(".", "_"),
        return_type=function.gives,
        parameters=list(function.takes),
        is_member=function.is_member,
        impl=function.call,
    )


def _ip(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and (address.scope_id or address.ipv4_mapped):
        raise ValueError(f"{text} has a zone or is an IPv4 address inside of an IPv6 address")
    return address


def _network(text: str) -> IPv4Network | IPv6Network:
    if not re.fullmatch(r".*/\d+", text):
        raise ValueError(f"{text} has no prefix length")
    return ip_network(text, strict=False)


def _can(read: Callable[[str], Any]) -> Callable[[str], bool]:
    def can(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return can


def _contains(outer: str, inner: str) -> bool:
    one, other = _network(outer), _network(inner if "/" in inner else f"{inner}/{_ip(inner).max_prefixlen}")
    return one.version == other.version and other.subnet_of(one)  # type: ignore[arg-type]


def _cidr(text: str) -> str:
    _network(text)
    return str(ip_interface(text))


def _find_all(text: str, pattern: str, most: int = -1) -> list[str]:
    found = [match[0] for match in re.finditer(pattern, text)]
    return found if most < 0 else found[:most]


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


def _is_global(text: str) -> bool:
    """Whether an address is one of a single host that others may reach, as Go sees it: private ones are."""
    ip = _ip(text)
    is_all = text == "255.255.255.255"
    return not (is_all or ip.is_unspecified or ip.is_loopback or ip.is_multicast or ip.is_link_local)


def _is_local_multicast(text: str) -> bool:
    ip = _ip(text)
    return ip in ip_network("224.0.0.0/24" if ip.version == 4 else "ff02::/16")


_FUNCTIONS = (
    _Function("isSorted", _BOOL, (_LIST,), lambda values: all(one <= other for one, other in pairwise(values))),
    _Function("sum", _ANY, (_LIST,), sum),
    _Function("min", _ANY, (_LIST,), min),
    _Function("max", _ANY, (_LIST,), max),
    _Function("find", _TEXT, (_TEXT, _TEXT), _find),
    _Function("findAll", _TEXTS, (_TEXT, _TEXT), _find_all),
    _Function("findAll", _TEXTS, (_TEXT, _TEXT, _INT), _find_all),
    _Function("isIP", _BOOL, (_TEXT,), _can(_ip), is_member=False),
    _Function("isCIDR", _BOOL, (_TEXT,), _can(_network), is_member=False),
    _Function("ip", _TEXT, (_TEXT,), lambda text: str(_ip(text)), is_member=False),
    _Function("ip", _TEXT, (_TEXT,), lambda cidr: str(ip_interface(cidr).ip)),
    _Function("cidr", _TEXT, (_TEXT,), _cidr, is_member=False),
    _Function("family", _INT, (_TEXT,), lambda ip: _ip(ip).version),
    _Function("isUnspecified", _BOOL, (_TEXT,), lambda ip: _ip(ip).is_unspecified),
    _Function("isLoopback", _BOOL, (_TEXT,), lambda ip: _ip(ip).is_loopback),
    _Function("isLinkLocalUnicast", _BOOL, (_TEXT,), lambda ip: _ip(ip).is_link_local),
    _Function("isLinkLocalMulticast", _BOOL, (_TEXT,), _is_local_multicast),
    _Function("isGlobalUnicast", _BOOL, (_TEXT,), _is_global),
    _Function("ip.isCanonical", _BOOL, (_TEXT,), lambda text: str(_ip(text)) == text, is_member=False),
    _Function("containsIP", _BOOL, (_TEXT, _TEXT), _contains),
    _Function("containsCIDR", _BOOL, (_TEXT, _TEXT), _contains),
    _Function("prefixLength", _INT, (_TEXT,), lambda cidr: ip_interface(cidr).network.prefixlen),
    _Function("masked", _TEXT, (_TEXT,), lambda cidr: str(_network(cidr))),
)
