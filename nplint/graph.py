"""Services, the pods behind them, the pods that dial their node ports, and whether the two share a node."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from nplint.cluster import Cluster, Scope
from nplint.colocation import NOTHING_KNOWN, CoLocation, Scheduling, Sharing
from nplint.configmap import ConfigMaps
from nplint.dialing import REACH, Directory
from nplint.evidence import Evidence, Search
from nplint.node import Node
from nplint.profile import KnownNode
from nplint.proof import Proof
from nplint.resource import Service, ServicePort
from nplint.workload import Workload

_MOST_BACKENDS = 50
"""How many workloads behind one Service are compared with a client; real Services have one or two."""
_SPOKEN = re.compile(r"\b(?:(https?|wss?|tcp)|udp)://|/dev/(?:(tcp)|udp)/", re.IGNORECASE)
"""What tells the protocol of an address. A group is set for TCP."""
_CALLED = re.compile("target|upstream|probe|check", re.IGNORECASE)
"""What a setting is called whose address is dialed by the one who has it."""
_DIALERS = frozenset(("curl", "wget"))
_NEAR = 5
"""How many words before an address its program is looked for."""
_NUMBER = re.compile(r"\d+")
_WORDS = re.compile(r"""[^\s"',;]+""")


class Backend(NamedTuple):
    """A workload whose pods a Service selects, and the label that proves it."""

    service: Service
    workload: Workload
    proof: tuple[Proof, ...]


class Client(NamedTuple):
    """A workload whose containers dial a node port of a Service on one node, and what shows it, the surest first.

    They dial the node that they run on where `own` is set, else the declared node `to` where that is known. A workload
    that dials several nodes is several clients.
    """

    service: Service
    port: ServicePort
    workload: Workload
    evidence: tuple[Evidence, ...]

    @property
    def own(self) -> bool:
        return self.evidence[0].own

    @property
    def to(self) -> KnownNode | None:
        return self.evidence[0].to

    @property
    def is_proven(self) -> bool:
        return self.evidence[0].proven

    @property
    def story(self) -> tuple[Proof, ...]:
        """The places that show who dials, and what else it is dialed from."""
        first, *others = self.evidence
        more = (each for each in others if each.proven and each.identity != first.identity)
        again = (Proof(each.at, "and dials it here") for each in islice(more, 2))
        return (Proof(first.container.node["name"], "this container is the client"), *first.way, *again)


class Path(NamedTuple):
    """A client's way to a Service: whether it starts on a node that runs a pod of the Service, and dials that node.

    `backend` is the one that decides about `location`; None where the input shows none whose pods are containers.
    """

    client: Client
    backend: Backend | None
    location: CoLocation

    @property
    def is_certain(self) -> bool:
        """Whether it surely starts beside a pod of the Service."""
        return self.location.is_certain

    @property
    def is_apart(self) -> bool:
        """Whether it never starts beside a pod of the Service, or surely leads to another node."""
        return self.location.is_excluded

    @property
    def story(self) -> tuple[Proof, ...]:
        """The places that tell it: Service, backend, client, what leads it there, and what makes the two meet."""
        policy = Proof(self.client.service.spec["externalTrafficPolicy"], "only pods on the dialed node answer")
        backend = self.backend.proof if self.backend else ()
        return tuple(dict.fromkeys((policy, *backend, *self.client.story, *self.location.proof)))


@dataclass(frozen=True, eq=False)
class Graph:
    """The graph of a cluster. Its parts are worked out when they are first asked for."""

    cluster: Cluster

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every Service that nodes answer for, those of the context among them."""
        everything = (*self.cluster.services, *self.cluster.context_services)
        return tuple(service for service in everything if service.has_node_ports)

    def backends(self, service: Service) -> list[Backend]:
        """The workloads behind a Service."""
        if service not in self._backends:
            selected = self.cluster.backends(service)
            self._backends[service] = [Backend(service, one, _selected(service, one)) for one in selected]
        return self._backends[service]

    def clients(self, service: Service) -> list[Client]:
        """The workloads that dial a node port of a Service."""
        return self._clients.get(service, [])

    def path(self, client: Client) -> Path:
        """Whether a client shares the node that it dials with a pod of the Service: the worst over all backends.

        Pods in the host's network do not count: a node reaches itself in another way.
        """
        backends = [backend for backend in self.backends(client.service) if not backend.workload.host_network]
        paths = [Path(client, backend, self._location(client, backend)) for backend in backends[:_MOST_BACKENDS]]
        order = list(Sharing)
        unknown = Path(client, None, NOTHING_KNOWN)
        return max(paths, key=lambda path: order.index(path.location.sharing), default=unknown)

    def name(self, client: Client) -> str:
        """What a client can dial instead of a node: the name of the Service as the client knows it, and its port."""
        service, port = client.service, f":{client.port.port}" if client.port.port else ""
        if client.workload.pod_spec["dnsPolicy"].text in ("Default", "None"):
            return f"the cluster IP of {service.title}{port and ' on port ' + port[1:]}"
        spaces = self.cluster.namespaces(service)
        if not service.name or len(spaces) > 1:
            return f"{service.title} by its DNS name"
        space = "" if spaces == self.cluster.namespaces(client.workload) else f".{next(iter(spaces))}.svc"
        return f"{service.name}{space}{port}"

    @cached_property
    def scheduling(self) -> Scheduling:
        return Scheduling(self.cluster)

    def _location(self, client: Client, backend: Backend) -> CoLocation:
        found = self._shared(client, backend)
        # No pod serves others before it is ready.
        if found.is_certain and client.workload is backend.workload and _is_early(client.evidence[0]):
            return found._replace(sharing=Sharing.POSSIBLE)
        # A kustomization may change the Service or the evidence; those who change pods are in doubt already.
        changed = (client.service.node.document.source.path, client.evidence[0].node.document.source.path)
        if found.is_certain and not self.cluster.kustomizations.patched.isdisjoint(changed):
            return found._replace(sharing=Sharing.POSSIBLE)
        return found

    def _shared(self, client: Client, backend: Backend) -> CoLocation:
        meeting = self.scheduling.meeting(client.workload, backend.workload)
        node = client.to
        if node is None or meeting.is_excluded:
            return meeting
        here = self.scheduling.presence(client.workload, node)
        there = here if client.workload is backend.workload else self.scheduling.presence(backend.workload, node)
        for sharing in (Sharing.EXCLUDED, Sharing.POSSIBLE):
            for presence in (here, there):
                if presence.sharing is sharing:
                    return presence
        return CoLocation(Sharing.CERTAIN, f"both run on {node.name}", (*here.proof, *there.proof))

    @cached_property
    def _backends(self) -> dict[Service, list[Backend]]:
        return {}

    @cached_property
    def _clients(self) -> dict[Service, list[Client]]:
        ports = frozenset(number for _, number in self._owners)
        search = Search(ConfigMaps(self.cluster), ports, Directory(self.cluster.profile.nodes))
        clients: dict[Service, list[Client]] = {}
        for workload in self.cluster.workloads if ports else ():
            for client in self._dialing(workload, search) if not workload.host_network else ():
                clients.setdefault(client.service, []).append(client)
        return clients

    def _dialing(self, workload: Workload, search: Search) -> Iterator[Client]:
        """What a workload dials. A likeness adds nothing where something is proven for the same Service."""
        found: dict[tuple[Service, bool, str], list[Evidence]] = {}
        for evidence in search.evidence(workload):
            owners = self._claimed(evidence)
            if owners:
                service, *others = owners
                key = service, evidence.own, evidence.to.name if evidence.to else ""
                weighed = self._weighed(service, evidence)
                found.setdefault(key, []).append(weighed._replace(proven=False) if others else weighed)
        proven = {service for (service, _, _), each in found.items() if any(one.proven for one in each)}
        for (service, _, _), each in found.items():
            surest = tuple(sorted(each, key=lambda one: (not one.proven, _is_early(one))))
            if surest[0].proven or service not in proven:
                yield Client(service, _port(service, surest[0].number), workload, surest)

    def _weighed(self, service: Service, evidence: Evidence) -> Evidence:
        """What a server says of itself, or of address and port apart, is most likely where others find it."""
        if not service.selects(evidence.workload) or not (evidence.apart or _is_stated(evidence)):
            return evidence
        is_other = self.cluster.namespaces(service).isdisjoint(self.cluster.namespaces(evidence.workload))
        return evidence if is_other else evidence._replace(proven=False)

    def _claimed(self, evidence: Evidence) -> tuple[Service, ...]:
        """The Services that a place may mean: several where they share a number and nothing tells the protocol."""
        for scope in self.cluster.scopes(evidence.workload.node):
            owners = self._owners.get((scope, evidence.number), {})
            spoken = self._spoken(evidence) if owners else ""
            fitting = [owners[each] for each in sorted(owners, key=_tcp_first) if spoken in ("", each) or not each]
            if fitting:
                return tuple(dict.fromkeys(fitting))
        return ()

    def _spoken(self, evidence: Evidence) -> str:
        """The protocol that the address of a port tells, if it does."""
        text, index = evidence.node.raw or "", evidence.line
        if text not in self._lines:
            self._lines[text] = text.split("\n")
        if (text, index) not in self._told:
            self._told[text, index] = _protocols("".join(self._lines[text][index : index + 1]))
        known = self._told[text, index]
        told = known.get(str(evidence.number), known[""])
        return next(iter(told)) if len(told) == 1 else ""

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _told(self) -> dict[tuple[str, int], dict[str, set[str]]]:
        return {}

    @cached_property
    def _owners(self) -> dict[tuple[Scope, int], dict[str, Service]]:
        """Who has a node port, by what is deployed together and by protocol; of several claimants, only the first."""
        owners: dict[tuple[Scope, int], dict[str, Service]] = {}
        for service in self.services:
            for number, protocol in {(port.node_port, port.protocol) for port in service.ports if port.node_port}:
                for scope in self.cluster.scopes(service.node):
                    owners.setdefault((scope, number), {}).setdefault(protocol, service)
        return owners


def _protocols(line: str) -> dict[str, set[str]]:
    """The protocols that the words of a line tell, by the numbers in these words; all of them for no number."""
    protocols: dict[str, set[str]] = {"": set()}
    for word in _WORDS.findall(line):
        told = {"TCP" if found.lastindex else "UDP" for found in _SPOKEN.finditer(word)}
        for number in ("", *_NUMBER.findall(word)):
            protocols.setdefault(number, set()).update(told)
    return protocols


def _tcp_first(protocol: str) -> bool:
    return protocol != "TCP"


def _port(service: Service, number: int) -> ServicePort:
    return next(port for port in service.ports if port.node_port == number)


def _is_early(evidence: Evidence) -> bool:
    """Whether a container dials before its pod is ready."""
    container = evidence.container
    if container.node.path[-2] == "initContainers":
        return not container.is_sidecar
    return _step(evidence) in ("startupProbe", "readinessProbe", "postStart")


def _is_stated(evidence: Evidence) -> bool:
    """Whether an address is a setting, and neither what a command gets to dial nor called so."""
    node, step = evidence.node, _step(evidence)
    if step not in ("env", None):
        return _is_flag(node, evidence.number)
    name = node.parent["name"].text if step == "env" else str(node.path[-1])
    return not _CALLED.search(name)


def _is_flag(word: Node, number: int) -> bool:
    """Whether a number in a word of a command is in the value of a flag, and not one of a program that dials."""
    text, place = word.raw or "", word.path[-1]
    end = text.find(str(number)) if str(number) in text else len(text)
    index = place if isinstance(place, int) else 0
    before = (word.parent[each].text for each in range(max(0, index - _NEAR), index))
    words = ["", *before, *text[max(0, end - REACH) : end].split()]
    flag = words[-1] if words[-1].startswith("-") else words[-2 if len(words) > 1 else 0]
    return _DIALERS.isdisjoint(words) and flag.startswith("-") and len(flag) > len("-ab")


def _step(evidence: Evidence) -> object:
    """What of the container a place belongs to: a field, or a hook of its lifecycle; None where it stands elsewhere."""
    node, container = evidence.node, evidence.container.node
    depth = len(container.path)
    if node.document is not container.document or node.path[:depth] != container.path:
        return None
    steps = [step for step in node.path[depth:] if step != "lifecycle"]
    return steps[0] if steps else None


def _selected(service: Service, workload: Workload) -> tuple[Proof, ...]:
    labels = workload.template["metadata"]["labels"]
    shown = [labels[key] for key in service.selector if labels[key].present]
    return (Proof(shown[0], f"{service.title} selects these pods"),) if shown else ()
