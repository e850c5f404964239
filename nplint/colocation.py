"""Whether pods of two workloads share a node: certain, possible or excluded, with the places that prove it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.node import Node
from nplint.placement import HOSTNAME, Hosts, Placement, conflict, covers, placement_of, sole_node
from nplint.profile import KnownNode
from nplint.proof import Proof
from nplint.resource import Resource
from nplint.selection import selects
from nplint.spelling import few
from nplint.workload import CONTROLLER_LABELS, Workload

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_MOST = 100
"""Among how many workloads the one that an affinity means is looked for."""
_SPACE_NAME = "kubernetes.io/metadata.name"
# Every node of a cloud has these labels, so what may not share a zone or region shares no node either.
_WIDER = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")


class Sharing(Enum):
    """Whether something shares a node."""

    EXCLUDED = "excluded"
    POSSIBLE = "possible"
    CERTAIN = "certain"


class CoLocation(NamedTuple):
    """Whether pods share a node, why, and the places that prove it. What is merely possible needs no proof."""

    sharing: Sharing
    why: str
    proof: tuple[Proof, ...] = ()

    @property
    def is_certain(self) -> bool:
        return self.sharing is Sharing.CERTAIN

    @property
    def is_excluded(self) -> bool:
        return self.sharing is Sharing.EXCLUDED


NOTHING_KNOWN = CoLocation(Sharing.POSSIBLE, "nothing keeps them apart")


@dataclass(frozen=True, eq=False)
class Scheduling:
    """Where the pods of a cluster's workloads meet. Every workload's placement is read once."""

    cluster: Cluster

    def meeting(self, client: Workload, backend: Workload) -> CoLocation:
        """Whether pods of two workloads run on a common node."""
        if client is backend:
            place = Proof(client.node["kind"], "client and backend are the same pods")
            sharing = Sharing.POSSIBLE if self._is_in_doubt(client) else Sharing.CERTAIN
            return CoLocation(sharing, "they are the same pods", (place,))
        apart = self._kept_apart(client, backend) or self._kept_apart(backend, client)
        if apart:
            return CoLocation(Sharing.EXCLUDED, "an anti-affinity keeps them apart", (apart,))
        placed = self._by_placement(client, backend)
        if placed.is_excluded:
            return placed
        beside = self._drawn(client, backend) or self._drawn(backend, client)
        if beside and not self._is_in_doubt(client, backend):
            return CoLocation(Sharing.CERTAIN, "an affinity brings them together", (beside,))
        return placed

    def presence(self, workload: Workload, node: KnownNode) -> CoLocation:
        """Whether pods of a workload run on a declared node."""
        placement = self.placement(workload)
        allowed = self._open_nodes(workload)
        declared = self._declaration(node)
        if not allowed or not placement.is_clear:
            return NOTHING_KNOWN
        if node not in allowed:
            why = f"{workload.title} does not run on {node.name}"
            return CoLocation(Sharing.EXCLUDED, why, (*self._proof(workload), *declared))
        sure = placement.is_daemon and self._is_unbound(workload) and self.hosts.fits(placement, node)
        if (sure or node == self._sole_node(workload)) and not self._is_in_doubt(workload):
            why = f"{workload.title} runs on {node.name}"
            return CoLocation(Sharing.CERTAIN, why, (*self._proof(workload), *declared))
        return NOTHING_KNOWN

    def placement(self, workload: Workload) -> Placement:
        """Where the pods of a workload may run."""
        if workload not in self._placements:
            self._placements[workload] = placement_of(workload)
        return self._placements[workload]

    @cached_property
    def hosts(self) -> Hosts:
        return Hosts(self.cluster.profile.nodes)

    @cached_property
    def _placements(self) -> dict[Workload, Placement]:
        return {}

    @cached_property
    def _open(self) -> dict[Workload, tuple[KnownNode, ...]]:
        return {}

    def _open_nodes(self, workload: Workload) -> tuple[KnownNode, ...]:
        if workload not in self._open:
            self._open[workload] = self.hosts.open_to(self.placement(workload))
        return self._open[workload]

    def _by_placement(self, client: Workload, backend: Workload) -> CoLocation:
        ours, theirs = self.placement(client), self.placement(backend)
        if not (ours.is_clear and theirs.is_clear):
            return NOTHING_KNOWN
        against = conflict(ours, theirs)
        if against:
            why = f"{against[0].text} and {against[1].text} exclude each other"
            proof = (Proof(against[0].at, "the client runs there"), Proof(against[1].at, "the backend runs there"))
            return CoLocation(Sharing.EXCLUDED, why, proof)
        apart = self._on_different_nodes(client, backend)
        if apart or self._is_in_doubt(client, backend):
            return apart or NOTHING_KNOWN
        together = self._on_one_node(client, backend)
        return together or self._everywhere(client, backend) or self._everywhere(backend, client) or NOTHING_KNOWN

    def _on_different_nodes(self, client: Workload, backend: Workload) -> CoLocation | None:
        ours, theirs = self._open_nodes(client), self._open_nodes(backend)
        if not ours or not theirs or not set(_names(ours)).isdisjoint(_names(theirs)):
            return None
        why = f"no declared node takes both: the client runs on {_shown(ours)}, the backend on {_shown(theirs)}"
        return CoLocation(Sharing.EXCLUDED, why, (*self._proof(client), *self._proof(backend)))

    def _on_one_node(self, client: Workload, backend: Workload) -> CoLocation | None:
        pins = [sole_node(self.placement(workload)) for workload in (client, backend)]
        if pins[0] and pins[1] and pins[0][:3] == pins[1][:3]:
            places = (Proof(pins[0].at, "the client runs there"), Proof(pins[1].at, "the backend runs there"))
            return CoLocation(Sharing.CERTAIN, f"both run on {next(iter(pins[0].values))}", places)
        node = self._sole_node(client)
        if node and node == self._sole_node(backend):
            proof = (*self._proof(client), *self._proof(backend), *self._declaration(node))
            return CoLocation(Sharing.CERTAIN, f"{node.name} is the only declared node for both", proof)
        return None

    def _sole_node(self, workload: Workload) -> KnownNode | None:
        """The one declared node that is left by what a workload asks of nodes."""
        allowed, placement = self._open_nodes(workload), self.placement(workload)
        if len(allowed) != 1 or placement.is_free or not self.hosts.fits(placement, allowed[0]):
            return None
        return allowed[0]

    def _everywhere(self, daemon: Workload, other: Workload) -> CoLocation | None:
        """Whether a DaemonSet has a pod on every node that the other workload may run on."""
        if daemon.kind != "DaemonSet" or not self._is_unbound(daemon):
            return None
        wide, narrow = self.placement(daemon), self.placement(other)
        allowed = self._open_nodes(other)
        sure = {node.name for node in self.hosts.sure_for(wide)} if allowed else set()
        if covers(wide, narrow) or (allowed and sure.issuperset(_names(allowed))):
            proof = Proof(daemon.node["kind"], "has a pod on every node that the other may run on")
            return CoLocation(Sharing.CERTAIN, f"{daemon.title} runs wherever {other.title} does", (proof,))
        return None

    def _is_unbound(self, daemon: Workload) -> bool:
        """Whether no other pods decide where this workload's pods run."""
        return not any(any(daemon.affinity[kind][_REQUIRED]) for kind in ("podAffinity", "podAntiAffinity"))

    def _is_in_doubt(self, *workloads: Workload) -> bool:
        """Whether the pods may be others than written, or none at all."""
        return any(self.cluster.is_patched(workload) or self._is_idle(workload) for workload in workloads)

    def _is_idle(self, workload: Workload) -> bool:
        """Whether it is written to run no pods, or none that a node will do for."""
        return workload.replicas == 0 or _is_held(workload) or not self.placement(workload).alternatives

    def _kept_apart(self, one: Workload, other: Workload) -> Proof | None:
        for term in one.affinity["podAntiAffinity"][_REQUIRED]:
            if term["topologyKey"].text in (HOSTNAME, *_WIDER) and self._meant(term, one, other):
                return Proof(term["labelSelector"], f"keeps the pods of {other.title} off their nodes")
        return None

    def _drawn(self, one: Workload, other: Workload) -> Proof | None:
        """The affinity that puts each pod of one workload beside a pod of the other, and of no third one."""
        for term in one.affinity["podAffinity"][_REQUIRED]:
            if term["topologyKey"].text == HOSTNAME and self._meant(term, one, other):
                others = [each for each in self._candidates(term, one) if each is not other]
                if len(others) < _MOST and all(self._meant(term, one, each) is False for each in others):
                    return Proof(term["labelSelector"], f"puts each pod beside one of {other.title}")
        return None

    def _candidates(self, term: Node, owner: Workload) -> list[Workload]:
        """Workloads that a term may mean."""
        selector = term["labelSelector"]
        wanted = {key: node.text for key, node in selector["matchLabels"].items()}
        for item in selector["matchExpressions"]:
            if item["operator"].text == "In" and len(values := [value.text for value in item["values"]]) == 1:
                wanted[item["key"].text] = values[0]
        spaces = self.cluster.spaces if _is_wide(term) else self._named_spaces(term, owner)
        return self.cluster.labelled(wanted, spaces)

    def _meant(self, term: Node, owner: Workload, other: Workload) -> bool | None:
        """Whether a term of a pod affinity picks the pods of a workload; None where it cannot be told."""
        if any(term.placeholders()) or any(term[name].value for name in ("matchLabelKeys", "mismatchLabelKeys")):
            return None
        labels = other.template["metadata"]["labels"]
        veiled = {node.path[-1] for node in labels.placeholders()}
        unsure = any(node.is_placeholder_key for _, node in labels.items())
        picked = selects(
            term["labelSelector"],
            other.pod_labels,
            lambda key: key in CONTROLLER_LABELS or key in veiled or (unsure and key not in other.pod_labels),
        )
        there = self._reaches(term, owner, other)
        if picked is False or there is False:
            return False
        return None if picked is None or there is None else True

    def _named_spaces(self, term: Node, owner: Workload) -> frozenset[str]:
        named = frozenset(item.text for item in term["namespaces"])
        return named or (frozenset() if _is_wide(term) else self.cluster.namespaces(owner))

    def _reaches(self, term: Node, owner: Workload, other: Workload) -> bool | None:
        """Whether a term looks into the namespace of a workload."""
        spaces = self.cluster.namespaces(other)
        if spaces <= self._named_spaces(term, owner):
            return True
        if not _is_wide(term):
            return None if not spaces.isdisjoint(self._named_spaces(term, owner)) else False
        verdicts = {self._is_selected(term["namespaceSelector"], space) for space in spaces}
        return next(iter(verdicts)) if len(verdicts) == 1 else None

    def _is_selected(self, selector: Node, space: str) -> bool | None:
        known = self._namespaces.get(space)
        labels = {**(known.labels if known else {}), _SPACE_NAME: space}
        return selects(selector, labels, lambda key: known is None and key != _SPACE_NAME)

    @cached_property
    def _namespaces(self) -> dict[str, Resource]:
        everything = (*self.cluster.context_resources, *self.cluster.resources)
        return {resource.name: resource for resource in everything if resource.kind == "Namespace"}

    def _proof(self, workload: Workload) -> tuple[Proof, ...]:
        """What decides where the pods of a workload run."""
        placement = self.placement(workload)
        asked = [requirement.at for term in placement.alternatives[:1] for requirement in term[:2]]
        return tuple(Proof(at, f"where {workload.title} runs") for at in asked or [workload.node["kind"]])

    def _declaration(self, node: KnownNode) -> tuple[Proof, ...]:
        declared = self.cluster.profile.declaration
        return (Proof(declared["nodes"][node.name].key, "this node"),) if declared else ()


def _is_held(job: Workload) -> bool:
    """Whether a job waits until somebody sets it going."""
    spec = job.node["spec"]
    specs = {"Job": (spec,), "CronJob": (spec, spec["jobTemplate"]["spec"])}.get(job.kind, ())
    return any(each["suspend"].value is True or each["parallelism"].number == 0 for each in specs)


def _is_wide(term: Node) -> bool:
    return isinstance(term["namespaceSelector"].value, dict)


def _names(nodes: Sequence[KnownNode]) -> set[str]:
    return {node.name for node in nodes}


def _shown(nodes: Sequence[KnownNode]) -> str:
    return few(node.name for node in nodes)
