"""What a picture of a cluster's Services shows: plain values, in a stable order, with what was found on each path."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.colocation import Sharing
from nplint.document import Path as Steps
from nplint.document import Span
from nplint.finding import Finding, Severity
from nplint.graph import Client, Graph, Path
from nplint.node import Node
from nplint.proof import Proof
from nplint.report import Report
from nplint.resource import Resource, Service
from nplint.spelling import LONG, cut

HAIRPIN = "hairpin-unreachable"
RULES = (HAIRPIN, "node-without-endpoint-dialed")
"""The rules whose findings are about the path of a client to a Service."""

# Room for the longest kind, namespace and name that there are.
_LONGEST_TITLE = 400


class State(Enum):
    """What is known of a path, the worst first. What is doubtful has a finding that is no error."""

    BROKEN = "broken"
    DOUBTFUL = "doubtful"
    UNJUDGED = "unjudged"
    CLEAR = "clear"


class Place(NamedTuple):
    """A place in the manifests and what it shows."""

    span: Span
    shows: str


class Pods(NamedTuple):
    """A workload, with the place of its name. `title` has the namespace as written, `namespace` the one in effect."""

    kind: str
    namespace: str
    name: str
    title: str
    span: Span


class Selected(NamedTuple):
    """A workload behind a Service, and what proves it."""

    pods: Pods
    places: tuple[Place, ...]


class Meeting(NamedTuple):
    """Whether a client shares the node that it dials with a pod of a Service: the worst over all workloads behind it.

    `pods` is None where the input shows none that count.
    """

    sharing: Sharing
    why: str
    pods: Pods | None
    places: tuple[Place, ...]


class Dial(NamedTuple):
    """A workload that dials the node port of a Service on one node: `own`, or the one called `node` ("": not known).

    `doubt` is why the path could not be judged, `instead` what can be dialed instead.
    """

    pods: Pods
    number: int
    own: bool
    node: str
    proven: bool
    instead: str
    places: tuple[Place, ...]
    meeting: Meeting
    finding: Finding | None
    doubt: str

    @property
    def state(self) -> State:
        if self.finding:
            return State.BROKEN if self.finding.severity is Severity.ERROR else State.DOUBTFUL
        return State.UNJUDGED if self.doubt else State.CLEAR

    @property
    def order(self) -> tuple[object, ...]:
        return list(State).index(self.state), self.pods.title, self.node, self.pods.span, self.places


class Port(NamedTuple):
    """A port of a Service; None is what is not known yet."""

    name: str
    port: int | None
    node_port: int | None
    protocol: str


class Hub(NamedTuple):
    """A Service that nodes answer for, the workloads behind it, and those that dial it.

    `findings` are about the Service alone; `unseen` is why it may have pods that the input does not show.
    """

    namespace: str
    name: str
    title: str
    type: str
    policy: str
    ports: tuple[Port, ...]
    span: Span
    backends: tuple[Selected, ...]
    dials: tuple[Dial, ...]
    findings: tuple[Finding, ...]
    unseen: str

    @property
    def order(self) -> tuple[object, ...]:
        """By namespace, and in that what is broken and what is dialed at all before the rest."""
        return self.namespace, list(State).index(self.state), not self.dials, self.name, self.span

    @property
    def state(self) -> State:
        """The worst of its paths."""
        return self.dials[0].state if self.dials else State.CLEAR

    def broken(self) -> "Hub | None":
        """The Service with nothing but the paths that something was found on; None where there is none."""
        dials = tuple(dial for dial in self.dials if dial.finding)
        met = {dial.meeting.pods for dial in dials}
        backends = tuple(each for each in self.backends if each.pods in met) or self.backends
        return self._replace(dials=dials, backends=backends) if dials else None


class Scene(NamedTuple):
    """The Services of one cluster; `name` is "" where none is declared."""

    name: str
    hubs: tuple[Hub, ...]

    def spaces(self) -> dict[str, list[Hub]]:
        """The Services by namespace."""
        found: dict[str, list[Hub]] = {}
        for hub in self.hubs:
            found.setdefault(hub.namespace, []).append(hub)
        return found

    def broken(self) -> "Scene":
        """The cluster with nothing but the paths that something was found on."""
        return self._replace(hubs=tuple(left for hub in self.hubs if (left := hub.broken())))


class Picture(NamedTuple):
    """What is shown, cluster by cluster."""

    scenes: tuple[Scene, ...]

    @property
    def hubs(self) -> list[Hub]:
        return [hub for scene in self.scenes for hub in scene.hubs]

    def count(self, state: State) -> int:
        """How many paths are in this state."""
        return sum(dial.state is state for hub in self.hubs for dial in hub.dials)


def scene(cluster: Cluster, report: Report, wanted: Callable[[Service], bool]) -> Scene:
    """The wanted Services of a cluster, with what the rules of `RULES` found in it."""
    painter = _Painter(Graph(cluster), report)
    hubs = (painter.hub(service) for service in painter.graph.services if wanted(service))
    return Scene(cluster.profile.name or "", tuple(sorted(hubs, key=lambda hub: hub.order)))


@dataclass(frozen=True, eq=False)
class _Painter:
    graph: Graph
    report: Report

    def hub(self, service: Service) -> Hub:
        cluster = self.graph.cluster
        dials = sorted((self.dial(client) for client in self.graph.clients(service)), key=lambda dial: dial.order)
        told = {id(dial.finding) for dial in dials}
        own = (each for each in self.findings[_policy(service)] if id(each) not in told)
        return Hub(
            self.space(service),
            _cut(service.name),
            _title(service),
            _cut(service.type),
            _cut(service.external_traffic_policy),
            tuple(Port(_cut(port.name), port.port, port.node_port, _cut(port.protocol)) for port in service.ports),
            _span(service),
            tuple(Selected(self.pods(one.workload), _places(one.proof)) for one in self.graph.backends(service)),
            tuple(dials),
            tuple(own),
            cluster.unseen_backends(service),
        )

    def dial(self, client: Client) -> Dial:
        path, first = self.graph.path(client), client.evidence[0]
        finding = self.finding(path)
        return Dial(
            self.pods(client.workload),
            first.number,
            client.own,
            _cut(client.to.name) if client.to else "",
            client.is_proven,
            self.graph.name(client),
            _places((Proof(first.at, "dials it here"), *client.story)),
            self.meeting(path),
            finding,
            "" if finding else self.doubts.get((id(first.node.document), first.node.path), ""),
        )

    def finding(self, path: Path) -> Finding | None:
        """What was found on a path: its place is the evidence, or else that is the first that it relates to.

        Where a client's own end or the pods are not seen, what is found is about the Service alone.
        """
        client, first = path.client, path.client.evidence[0]
        if path.backend is None or client.workload.host_network is None:
            return None
        at, is_context = _place(first.at), self.graph.cluster.is_context(first.node.document)
        for finding in self.findings[_policy(client.service)]:
            place = finding.related[0].span if is_context and finding.related else finding.span
            if place == at and not (finding.rule == HAIRPIN and path.is_apart):
                return finding
        return None

    def meeting(self, path: Path) -> Meeting:
        pods = self.pods(path.backend.workload) if path.backend else None
        return Meeting(path.location.sharing, path.location.why, pods, _places(path.location.proof))

    def pods(self, workload: Resource) -> Pods:
        return Pods(_cut(workload.kind), self.space(workload), _cut(workload.name), _title(workload), _span(workload))

    def space(self, resource: Resource) -> str:
        return ", ".join(sorted(map(_cut, self.graph.cluster.namespaces(resource))))

    @cached_property
    def findings(self) -> dict[Span | None, list[Finding]]:
        """What was found, by each place that it tells of."""
        by_place: dict[Span | None, list[Finding]] = defaultdict(list)
        for finding in self.report.findings:
            for span in dict.fromkeys(finding.spans):
                by_place[span].append(finding)
        return by_place

    @cached_property
    def doubts(self) -> dict[tuple[int, Steps], str]:
        """Why something could not be judged, by its place."""
        unjudged = (each for run in self.report.runs for each in run.unjudged)
        return {(id(each.at.document), each.at.path): each.reason for each in unjudged}


def _policy(service: Service) -> Span | None:
    """The place that both rules tell of; None where nothing can be found."""
    return service.spec["externalTrafficPolicy"].span if service.external_traffic_policy == "Local" else None


def _cut(text: str) -> str:
    return cut(text, LONG)


def _title(resource: Resource) -> str:
    return cut(resource.title, _LONGEST_TITLE)


def _span(resource: Resource) -> Span:
    return resource.node["metadata"]["name"].span


def _place(at: Node | Span) -> Span:
    return at.span if isinstance(at, Node) else at


def _places(proofs: Iterable[Proof]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(Place(_place(proof.at), proof.shows) for proof in proofs))
