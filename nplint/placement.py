"""Where the pods of a workload may run: what their template asks of nodes, and which declared nodes have it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.node import Node
from nplint.profile import KnownNode
from nplint.selection import Requirement, Requirements, holds, is_readable, of_expressions, of_labels
from nplint.workload import Workload

HOSTNAME = "kubernetes.io/hostname"
_FIELD = "field "
_NAME = f"{_FIELD}metadata.name"
_MOST = 100
"""Real affinities require a handful of things; comparing all with all has to stay cheap."""

# Kubernetes lets the pods of a DaemonSet onto nodes with these.
_FOR_DAEMONS = "node.kubernetes.io/"


class Placement(NamedTuple):
    """What a pod template asks of its node: one of the alternatives, each of them with all that it requires.

    There are no alternatives where no node will do. `is_clear` is off there too, and where a template tool still has
    to fill something in, or the API server would refuse it.
    """

    alternatives: tuple[Requirements, ...]
    tolerations: tuple[Node, ...]
    is_pinned: bool
    is_daemon: bool
    is_clear: bool

    @property
    def is_free(self) -> bool:
        """Whether any node will do, apart from taints."""
        return self.alternatives == ((),)

    def tolerates(self, taint: str) -> bool:
        """Whether its pods go to a node with this taint, written `key=value:effect`."""
        name, _, effect = taint.rpartition(":")
        key, _, value = name.partition("=")
        if effect == "PreferNoSchedule" or (self.is_pinned and effect == "NoSchedule"):
            return True
        automatic = self.is_daemon and key.startswith(_FOR_DAEMONS)
        return automatic or any(_tolerates(each, key, value, effect) for each in self.tolerations)


def _tolerates(toleration: Node, key: str, value: str, effect: str) -> bool:
    if toleration["effect"].text not in ("", effect):
        return False
    if toleration["operator"].text == "Exists":
        return toleration["key"].text in ("", key)
    return toleration["key"].text == key and toleration["value"].text == value


def placement_of(workload: Workload) -> Placement:
    """Read what a workload's pod template asks of nodes. Preferences ask nothing."""
    spec = workload.pod_spec
    affinity = workload.affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    always = (*_pin(spec["nodeName"]), *of_labels(spec["nodeSelector"], workload.node_selector))
    terms = list(affinity["nodeSelectorTerms"])
    # A term that asks nothing matches no node.
    asking = [term for term in terms if any(_term(term)) or any(term.placeholders())]
    alternatives = tuple((*always, *_term(term)) for term in asking) if terms else (always,)
    return Placement(
        alternatives,
        tuple(spec["tolerations"]),
        is_pinned=bool(workload.node_name),
        is_daemon=workload.kind == "DaemonSet",
        is_clear=bool(asking or not terms)
        and _is_clear(spec, terms)
        and sum(map(len, alternatives)) + len(alternatives) <= _MOST,
    )


def _pin(name: Node) -> Requirements:
    return (Requirement(_NAME, "In", frozenset((name.text,)), name),) if name.text else ()


def _term(term: Node) -> Iterator[Requirement]:
    yield from of_expressions(term["matchExpressions"])
    yield from of_expressions(term["matchFields"], _FIELD)


def _is_clear(spec: Node, terms: list[Node]) -> bool:
    parts = (spec["nodeName"], spec["nodeSelector"], spec["affinity"]["nodeAffinity"], spec["tolerations"])
    lists = [term[name] for term in terms for name in ("matchExpressions", "matchFields")]
    return not any(any(part.placeholders()) for part in parts) and all(map(is_readable, lists))


def conflict(one: Placement, other: Placement) -> tuple[Requirement, Requirement] | None:
    """What keeps two placements off a common node: a requirement of each, where all alternatives exclude each other."""
    found = [_conflict(ours, theirs) for ours in one.alternatives for theirs in other.alternatives]
    return found[0] if all(found) else None


def _conflict(ours: Requirements, theirs: Requirements) -> tuple[Requirement, Requirement] | None:
    pairs = ((a, b) for a in ours for b in theirs if a.key == b.key)
    return next(((a, b) for a, b in pairs if a.excludes(b)), None)


def covers(wide: Placement, narrow: Placement) -> bool:
    """Whether every node that the narrow placement allows is surely one that the wide one allows."""
    tolerated = all(_is_among(each, wide) for each in narrow.tolerations)
    # A node name leads past the scheduler, and so past taints that the wide placement may not tolerate.
    slips_in = narrow.is_pinned and not wide.is_pinned and not any(map(_tolerates_scheduling, wide.tolerations))
    return (
        tolerated
        and not slips_in
        and all(
            any(
                all(any(ours.key == theirs.key and ours.implies(theirs) for ours in term) for theirs in wanted)
                for wanted in wide.alternatives
            )
            for term in narrow.alternatives
        )
    )


def _is_among(toleration: Node, wide: Placement) -> bool:
    if wide.is_daemon and toleration["key"].text.startswith(_FOR_DAEMONS):
        return True
    everything = (each for each in wide.tolerations if each["operator"].text == "Exists" and not each["effect"].text)
    keys = {each["key"].text for each in everything}
    same = (each.value == toleration.value for each in wide.tolerations)
    return "" in keys or toleration["key"].text in keys - {""} or any(same)


def _tolerates_scheduling(toleration: Node) -> bool:
    is_any = toleration["operator"].text == "Exists" and not toleration["key"].text
    return is_any and toleration["effect"].text in ("", "NoSchedule")


def sole_node(placement: Placement) -> Requirement | None:
    """What pins all pods to one node by its name or hostname, if anything does."""
    pins = [next((each for each in term if _pins(each)), None) for term in placement.alternatives]
    first = pins[0]
    return first if first and all(pin and pin[:3] == first[:3] for pin in pins) else None


def _pins(requirement: Requirement) -> bool:
    return requirement.key in (_NAME, HOSTNAME) and requirement.operator == "In" and len(requirement.values) == 1


@dataclass(frozen=True, eq=False)
class Hosts:
    """The declared nodes of a cluster. A label that no node is declared with may be on any of them."""

    nodes: tuple[KnownNode, ...]

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset({_NAME, HOSTNAME}.union(*(node.labels for node in self.nodes)))

    def fits(self, placement: Placement, node: KnownNode) -> bool | None:
        """Whether pods of this placement can run on a node; None where that hangs on labels that nobody declared."""
        if not placement.is_clear:
            return None
        if not all(placement.tolerates(taint) for taint in node.taints):
            return False
        labels = {HOSTNAME: node.name, **node.labels, _NAME: node.name}
        verdicts = {holds(term, labels, lambda key: key not in self._keys) for term in placement.alternatives}
        return True if True in verdicts else None if None in verdicts else False

    def open_to(self, placement: Placement) -> tuple[KnownNode, ...]:
        """The nodes that pods of this placement may run on; none where the declared ones cannot be all."""
        return tuple(node for node in self.nodes if self.fits(placement, node) is not False)

    def sure_for(self, placement: Placement) -> tuple[KnownNode, ...]:
        """The nodes that pods of this placement can surely run on."""
        return tuple(node for node in self.nodes if self.fits(placement, node))
