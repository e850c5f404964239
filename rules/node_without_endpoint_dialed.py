"""Clients that dial a node on which no pod of the Service runs."""

from typing import TYPE_CHECKING

from nplint import (
    Cluster,
    Confidence,
    Example,
    Problem,
    Problems,
    Profile,
    Severity,
    Unjudged,
    When,
    Workload,
    reported,
    rule,
)
from nplint.profile import KnownNode

if TYPE_CHECKING:
    from nplint.colocation import CoLocation
    from nplint.graph import Client, Graph

_WHAT = "Service path"
_OWN = "its client runs on the dialed node, about which the documentation disagrees with itself"
_NODES = (
    KnownNode("node-1", "10.100.0.136", {"pool": "front"}),
    KnownNode("node-2", "10.100.0.5", {"pool": "back"}),
)
_PROFILE = Profile(type="standard", network="tunnel", nodes=_NODES)


@rule(
    severity=Severity.ERROR,
    neighbours=True,
    when=When(network=("vpc", "tunnel")),
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/service_overview.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          selector: {app: web}
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {nodeSelector: {pool: front}, containers: [{name: web, image: nginx}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec:
          nodeSelector: {pool: back}
          containers:
            - name: client
              image: curl
              args: ["http://10.100.0.136:30080"]
        """,
        profile=_PROFILE,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          selector: {app: web}
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {nodeSelector: {pool: front}, containers: [{name: web, image: nginx}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec:
          nodeSelector: {pool: front}
          containers:
            - name: client
              image: curl
              args:
                - http://10.100.0.5:30080  # <- Pod client dials nodePort 30080 of node-2, which runs no pod of Service web
        """,
        profile=_PROFILE,
    ),
)
def node_without_endpoint_dialed(cluster: Cluster) -> Problems:
    """A container dials the node port of a Service with node-level affinity on a node that runs no pod of it.

    The connection fails: such a node answers for no pods of other nodes.

    This needs the cluster's nodes to be declared with their addresses, and with the labels and taints that keep the
    pods off. The documentation is not at one with itself about a client that runs on the dialed node, so that is not
    judged; where it may run there and elsewhere, this is a warning.
    """
    if not any(node.address for node in cluster.profile.nodes):
        return
    services = (*cluster.services, *cluster.context_services)
    if not any(service.external_traffic_policy == "Local" for service in services):
        return
    from nplint.graph import Graph

    graph = Graph(cluster)
    for service in graph.services:
        if service.external_traffic_policy == "Local":
            for client in graph.clients(service):
                if client.to and client.is_proven:
                    yield from _judge(graph, client, client.to)


def _judge(graph: "Graph", client: "Client", node: KnownNode) -> Problems:
    backends = graph.cluster.backends(client.service)
    there = [graph.scheduling.presence(workload, node) for workload in backends]
    if not there or not all(presence.is_excluded for presence in there):
        return
    others = [other for other in graph.cluster.profile.nodes if other != node]
    here = graph.scheduling.presence(client.workload, node)
    surely = [here] if here.is_excluded else _certain(graph, client.workload, others)
    doubt = _doubt(graph.cluster, client, backends) or (_OWN if here.is_certain and not surely else "")
    if doubt:
        yield Unjudged(client.evidence[0].node, _WHAT, doubt)
    else:
        yield _problem(graph, client, node, there, surely)


def _certain(graph: "Graph", workload: Workload, nodes: list[KnownNode]) -> "list[CoLocation]":
    found = (graph.scheduling.presence(workload, node) for node in nodes)
    return [presence for presence in found if presence.is_certain][:1]


def _doubt(cluster: Cluster, client: "Client", backends: list[Workload]) -> str:
    """Why it is not sure who runs where, or ""."""
    if client.workload.host_network is None:
        return "it is not rendered yet whether its client is in the host's network"
    if any(cluster.is_patched(workload) for workload in (client.workload, *backends)):
        return "a kustomization changes where the pods run"
    return cluster.unseen_backends(client.service)


def _problem(
    graph: "Graph", client: "Client", node: KnownNode, there: "list[CoLocation]", surely: "list[CoLocation]"
) -> Problem:
    """The problem of a client that surely, or perhaps, runs on another node than it dials."""
    evidence = client.evidence[0]
    policy = client.service.spec["externalTrafficPolicy"]
    proof = (each for presence in (*there[:3], *surely) for each in presence.proof)
    places = (*client.story, *proof)
    problem = Problem(
        evidence.at,
        f"{client.workload.title} dials nodePort {evidence.number} of {node.name}, "
        f"which runs no pod of {client.service.title}",
        label=f"dials {node.name}",
        help=f"dial {graph.name(client)} instead, which leads to any of its pods",
        related=((policy, "only pods on the dialed node answer"), *dict.fromkeys(places)),
        severity=None if surely else Severity.WARNING,
        confidence=Confidence.CERTAIN if surely else Confidence.LIKELY,
        about=evidence.node,
    )
    return reported(problem, graph.cluster)
