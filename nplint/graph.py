"""Services, the pods behind them, the pods that dial their node ports, and whether the two share a node."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster, Scope
from nplint.colocation import NOTHING_KNOWN, CoLocation, Scheduling, Sharing
from nplint.configmap import ConfigMaps
from nplint.dialing import Directory
from nplint.evidence import Evidence, Search
from nplint.profile import KnownNode
from nplint.proof import Proof
from nplint.resource import Service, ServicePort
from nplint.workload import Workload

_MOST_BACKENDS = 50
"""How many workloads behind one Service are compared with a client; real Services have one or two."""


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
    own: bool
    to: KnownNode | None
    evidence: tuple[Evidence, ...]

    @property
    def is_proven(self) -> bool:
        return self.evidence[0].proven


class Path(NamedTuple):
    """A client's way to a Service: whether it starts on a node that runs a pod of the Service, and dials that node.

    `backend` is the one that decides about `location`; None where the input shows none.
    """

    client: Client
    backend: Backend | None
    location: CoLocation


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
        return [Backend(service, workload, _selected(service, workload)) for workload in self.cluster.backends(service)]

    def clients(self, service: Service) -> list[Client]:
        """The workloads that dial a node port of a Service."""
        return self._clients.get(id(service), [])

    def path(self, client: Client) -> Path:
        """Whether a client shares the node that it dials with a pod of the Service: the worst over all backends."""
        backends = self.backends(client.service)[:_MOST_BACKENDS]
        paths = [Path(client, backend, self._location(client, backend)) for backend in backends]
        order = [Sharing.CERTAIN, Sharing.POSSIBLE, Sharing.EXCLUDED]
        return min(
            paths, key=lambda path: order.index(path.location.sharing), default=Path(client, None, NOTHING_KNOWN)
        )

    @cached_property
    def scheduling(self) -> Scheduling:
        return Scheduling(self.cluster)

    def _location(self, client: Client, backend: Backend) -> CoLocation:
        meeting = self.scheduling.meeting(client.workload, backend.workload)
        node = client.to
        if node is None or meeting.sharing is Sharing.EXCLUDED:
            return meeting
        here = self.scheduling.presence(client.workload, node)
        there = here if client.workload is backend.workload else self.scheduling.presence(backend.workload, node)
        for sharing in (Sharing.EXCLUDED, Sharing.POSSIBLE):
            for presence in (here, there):
                if presence.sharing is sharing:
                    return presence
        return CoLocation(Sharing.CERTAIN, f"both run on {node.name}", (*here.proof, *there.proof))

    @cached_property
    def _clients(self) -> dict[int, list[Client]]:
        search = Search(ConfigMaps(self.cluster), frozenset(self._numbers), Directory(self.cluster.profile.nodes))
        clients: dict[int, list[Client]] = {}
        for workload in self.cluster.workloads if self._owners else ():
            for client in self._dialing(workload, search) if not workload.host_network else ():
                clients.setdefault(id(client.service), []).append(client)
        return clients

    def _dialing(self, workload: Workload, search: Search) -> Iterator[Client]:
        """What a workload dials. A likeness adds nothing where something is proven for the same Service."""
        found: dict[tuple[int, bool, str], Client] = {}
        proven = set()
        for evidence in search.evidence(workload):
            owner = self._owner(workload, evidence.number)
            if owner:
                weighed = self._weighed(owner[0], evidence)
                proven |= {id(owner[0])} if weighed.proven else set()
                key = id(owner[0]), weighed.own, weighed.to.name if weighed.to else ""
                known = found.setdefault(key, Client(*owner, workload, weighed.own, weighed.to, ()))
                found[key] = known._replace(evidence=_surest((*known.evidence, weighed)))
        for client in found.values():
            if client.is_proven or id(client.service) not in proven:
                yield client

    def _weighed(self, service: Service, evidence: Evidence) -> Evidence:
        """What a server says of address and port apart from each other is most likely where others find it."""
        is_server = evidence.apart and evidence.workload in self.cluster.backends(service)
        return evidence._replace(proven=False) if is_server else evidence

    def _owner(self, workload: Workload, number: int) -> tuple[Service, ServicePort] | None:
        keys = ((scope, number) for scope in self.cluster.scopes(workload.node))
        return next((self._owners[key] for key in keys if key in self._owners), None)

    @cached_property
    def _numbers(self) -> set[int]:
        return {number for _, number in self._owners}

    @cached_property
    def _owners(self) -> dict[tuple[Scope, int], tuple[Service, ServicePort]]:
        """Who has a node port, by what is deployed together. Of several that claim one, only the first can have it."""
        owners: dict[tuple[Scope, int], tuple[Service, ServicePort]] = {}
        for service in self.services:
            for port in service.ports:
                for scope in self.cluster.scopes(service.node) if port.node_port else ():
                    owners.setdefault((scope, port.node_port or 0), (service, port))
        return owners


def _surest(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda each: not each.proven))


def _selected(service: Service, workload: Workload) -> tuple[Proof, ...]:
    labels = workload.template["metadata"]["labels"]
    shown = [labels[key] for key in service.selector if labels[key].present]
    return (Proof(shown[0], f"{service.title} selects these pods"),) if shown else ()
