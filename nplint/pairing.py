"""Which Service of the present is which of the past, told by more than its name and by more than its file."""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from nplint.resource import Service, ServicePort

T = TypeVar("T", bound=Hashable)
Key = Callable[[T], Hashable]
"""What two things have to have in common to be paired; None for what cannot be paired by it."""
Keys = tuple[Key[T], Key[T]]
"""The same, for what was and for what is."""


class Side(NamedTuple):
    """The Services of a cluster at one time, the namespaces that each may be in, and whether anything says so."""

    services: Sequence[Service]
    namespaces: Callable[[Service], frozenset[str]]
    has_namespace: Callable[[Service], bool]


class Pairs(NamedTuple):
    """What became of Services.

    `kept` are those that went on to exist, by their present state, `replaced` those that were deleted while another
    took over what they did. `vanished` were deleted without that. `dropped` are declarations that vanished while others
    of the same Service stay, so that it may well go on to exist.
    """

    kept: Mapping[Service, Service]
    replaced: tuple[tuple[Service, Service], ...] = ()
    vanished: tuple[Service, ...] = ()
    dropped: tuple[Service, ...] = ()


def pair(before: Side, now: Side, renamed: Mapping[str, str]) -> Pairs:
    """Compare every declaration of a Service with its own earlier self.

    One identity often stands in several files that go to different clusters, so a declaration is first looked for in
    its own file, then where git saw the file go (`renamed`: the earlier path by the present one), and only then
    wherever one and no other vanished and one and no other appeared. Two that live side by side are never compared.
    """
    matching = _Matching([one for one in before.services if one.name], [one for one in now.services if one.name])
    placed, written = (_placed(before), _placed(now)), (_written, _written)
    for place in ((_path, _path), (_path, _earlier_path(renamed))):
        for name in (placed, written):
            matching.in_order(*_both(place, name))
        # What stands in the same file under the same name, and alone, may only have had its namespace written out.
        matching.only(*_both(place, (_name, _name)))
    for where in (_folder, _content, _stem, _name):
        matching.only(*_both((where, where), placed))
    kept = {new: old for old, new in matching.found if not _is_moved(old, new, before, now)}
    moved = [(old, new) for old, new in matching.found if new not in kept]
    living = {(space, one.name) for one in now.services for space in now.namespaces(one)}
    dropped = [one for one in matching.before if any((space, one.name) in living for space in before.namespaces(one))]
    kept_elsewhere = set(dropped)
    gone = [one for one in matching.before if one not in kept_elsewhere]
    replaced = _replaced(gone, matching.now, renamed)
    left = {old for old, _ in replaced}
    return Pairs(kept, (*moved, *replaced), tuple(one for one in gone if one not in left), tuple(dropped))


def _is_moved(old: Service, new: Service, before: Side, now: Side) -> bool:
    """Whether it is in another namespace now, where it is another Service. What kubectl is told, nobody knows."""
    said = before.has_namespace(old) and now.has_namespace(new)
    return said and before.namespaces(old).isdisjoint(now.namespaces(new))


def _replaced(
    gone: Sequence[Service], appeared: Sequence[Service], renamed: Mapping[str, str]
) -> tuple[tuple[Service, Service], ...]:
    """The Services in whose place others were made: for the same pods, or behind the same node ports."""
    matching = _Matching([one for one in gone if one.has_node_ports], [one for one in appeared if one.has_node_ports])
    for what in (_pods_and_ports, _pods, _node_ports):
        matching.first(*_both((_path, _earlier_path(renamed)), (what, what)))
        matching.first(what, what)
    return tuple(matching.found)


class _Matching(Generic[T]):
    """Things of both sides that are still without their counterpart, and the pairs found."""

    def __init__(self, before: Iterable[T], now: Iterable[T]) -> None:
        self.before = list(before)
        self.now = list(now)
        self.found: list[tuple[T, T]] = []

    def in_order(self, before: Key[T], now: Key[T]) -> None:
        """Pair those of one key in their order. Where their number changes, the last ones count, and no others."""
        groups = list(self._groups(before, now))
        for old, new in groups:
            self.found += zip(old, new, strict=True) if len(old) == len(new) else [(old[-1], new[-1])]
        self._forget([one for old, _ in groups for one in old], [one for _, new in groups for one in new])

    def only(self, before: Key[T], now: Key[T]) -> None:
        """Pair those that have no rival."""
        self._pair((old[0], new[0]) for old, new in self._groups(before, now) if len(old) == len(new) == 1)

    def first(self, before: Key[T], now: Key[T]) -> None:
        """Pair as many as there are on both sides."""
        self._pair(pair for old, new in self._groups(before, now) for pair in zip(old, new, strict=False))

    def _groups(self, before: Key[T], now: Key[T]) -> Iterator[tuple[list[T], list[T]]]:
        old, new = _grouped(self.before, before), _grouped(self.now, now)
        return iter([(old[key], new[key]) for key in old if key in new])

    def _pair(self, pairs: Iterable[tuple[T, T]]) -> None:
        pairs = list(pairs)
        self.found += pairs
        self._forget([old for old, _ in pairs], [new for _, new in pairs])

    def _forget(self, before: Iterable[T], now: Iterable[T]) -> None:
        known = {*before, *now}
        if known:
            self.before = [one for one in self.before if one not in known]
            self.now = [one for one in self.now if one not in known]


def _grouped(things: Iterable[T], key: Key[T]) -> dict[Hashable, list[T]]:
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for thing in things:
        found = key(thing)
        if found is not None:
            groups[found].append(thing)
    return groups


def _both(first: Keys[T], second: Keys[T]) -> Keys[T]:
    """The keys of both sides that two of each make together."""
    return _joined(first[0], second[0]), _joined(first[1], second[1])


def _joined(one: Key[T], other: Key[T]) -> Key[T]:
    def key(thing: T) -> Hashable:
        parts = one(thing), other(thing)
        return None if None in parts else parts

    return key


def _placed(side: Side) -> Key[Service]:
    """What a cluster tells Services apart by, once kustomize has placed them."""
    return lambda service: (side.namespaces(service), service.name)


def _written(service: Service) -> Hashable:
    return service.namespace, service.name


def _name(service: Service) -> str:
    return service.name


def _path(service: Service) -> str:
    return service.node.document.source.path


def _earlier_path(renamed: Mapping[str, str]) -> Key[Service]:
    return lambda service: renamed.get(_path(service), _path(service))


def _folder(service: Service) -> str:
    return posixpath.dirname(_path(service))


def _stem(service: Service) -> str:
    return posixpath.basename(_path(service)).partition(".")[0]


def _content(service: Service) -> str:
    import json

    return json.dumps(service.node.value, sort_keys=True)


def _pods(service: Service) -> Hashable:
    return tuple(sorted(service.selector.items())) or None


def _node_ports(service: Service) -> Hashable:
    return tuple(sorted(number for number, _ in service.claimed_ports())) or None


def _pods_and_ports(service: Service) -> Hashable:
    ports = tuple(sorted((port.protocol, port.port or 0, port.node_port or 0) for port in service.ports))
    return (_pods(service), ports) if ports else None


PortPair = tuple[ServicePort | None, ServicePort | None]
"""An entry of `ports` before and after a change; None where it was added or removed."""


def pair_ports(old: Service, new: Service) -> list[PortPair]:
    """Pair the entries of `ports`: by name, else by port and protocol, by node port, or as the only ones left."""
    matching = _Matching(old.ports, new.ports)
    for key in (_name_of, _port_of, _node_port_of, _protocol_of):
        matching.only(key, key)
    gone, added = [(port, None) for port in matching.before], [(None, port) for port in matching.now]
    return [*matching.found, *gone, *added]


def _name_of(port: ServicePort) -> Hashable:
    return port.name or None


def _port_of(port: ServicePort) -> Hashable:
    return (port.port, port.protocol) if port.port else None


def _node_port_of(port: ServicePort) -> Hashable:
    return port.node_port


def _protocol_of(port: ServicePort) -> Hashable:
    return port.protocol
