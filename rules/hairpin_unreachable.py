"""Services that containers on the node of a pod cannot reach by that node's port."""

from typing import TYPE_CHECKING

from nplint import (
    Cluster,
    Confidence,
    Example,
    Problem,
    Problems,
    Profile,
    Service,
    Severity,
    Unjudged,
    When,
    address,
    reported,
    rule,
)
from nplint.spelling import few

if TYPE_CHECKING:
    from nplint.graph import Backend, Client, Graph, Path

_VPC = Profile(type="standard", network="vpc")
_WHAT = "Service path"
_COST = "`externalTrafficPolicy: Cluster` works as well, but hides the client's source address from the pods"
_CONTESTED = "it dials its own node, which runs no pod of the Service: whether that works hangs on the proxy mode"
_PUBLIC = "a node's public address works by newer documentation, and not by older"
_HOSTS = "its pods are in the host's network, of which the documentation does not tell"


@rule(
    severity=Severity.ERROR,
    neighbours=True,
    when=When(network=("vpc",)),
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
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: probe}
        spec:
          selector: {matchLabels: {app: probe}}
          template:
            metadata: {labels: {app: probe}}
            spec:
              nodeSelector: {pool: back}
              containers:
                - name: probe
                  image: probe
                  env:
                    - {name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
                    - {name: TARGET, value: "http://$(NODE_IP):30080"}
        """,
        profile=_VPC,
    ),
    bad=(
        Example(
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
                spec: {containers: [{name: web, image: nginx}]}
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec:
                  containers:
                    - name: agent
                      image: agent
                      env:
                        - name: NODE_IP
                          valueFrom: {fieldRef: {fieldPath: status.hostIP}}
                        - name: TARGET
                          value: http://$(NODE_IP):30080  # <- DaemonSet agent cannot reach Service web through nodePort 30080 of its own node, which runs a pod of the Service
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: report}
            spec:
              jobTemplate:
                spec:
                  template:
                    spec:
                      containers:
                        - name: report
                          image: curl
                          command: [sh, -c]
                          args:
                            - curl http://$NODE_IP:30080/report  # <- CronJob report cannot reach Service web through nodePort 30080 of its own node, if that runs a pod of the Service
                          env:
                            - name: NODE_IP
                              valueFrom: {fieldRef: {fieldPath: status.hostIP}}
            """,
            profile=_VPC,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: Local  # <- containers on a node with a pod of this Service cannot reach it through the node's address and node port
              selector: {app: web}
              ports: [{port: 80}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: nginx}]}
            """,
            profile=_VPC,
        ),
    ),
)
def hairpin_unreachable(cluster: Cluster) -> Problems:
    """A container cannot reach a Service with node-level affinity through its own node, which runs a pod of it.

    In the VPC network such a connection fails, whatever the proxy mode; where the scheduler puts the pods on different
    nodes, nobody notices.

    Clients are looked for in what containers work with: variables, commands, probes, hooks, and the ConfigMaps and
    Secrets that are mounted or become variables. The address of the pod's own node (status.hostIP) together with the
    node port is proof, and so is the address of a declared node; other addresses and names of nodes beside the port are
    a likeness, reported with the confidence `possible`. Probes over HTTP and TCP are dialed by the node, not by a
    container, and pods in the host's network are no containers in this sense.

    It is an error where a pod of the client surely shares the node with a pod of the Service: both are pods of one
    workload, run on the same node, are brought together by an affinity, or one of them is a DaemonSet. Where nothing
    keeps them apart it is a warning. Where no client is seen, the Service itself is told once; for load balancers only
    proven clients of the node port are.
    """
    services = (*cluster.services, *cluster.context_services)
    if not any(service.external_traffic_policy == "Local" for service in services):
        return
    from nplint.graph import Graph

    graph = Graph(cluster)
    for service in graph.services:
        if service.external_traffic_policy == "Local":
            yield from _audit(graph, service)


def _audit(graph: "Graph", service: Service) -> Problems:
    hidden, backends = graph.cluster.unseen_backends(service), graph.backends(service)
    if not service.selector or not (backends or hidden):
        return
    if not hidden and all(backend.workload.host_network for backend in backends):
        yield Unjudged(service.spec["externalTrafficPolicy"], _WHAT, _HOSTS)
        return
    clients = [one for one in graph.clients(service) if one.is_proven or service.type == "NodePort"]
    paths = [graph.path(client) for client in clients]
    broken: dict[tuple[object, ...], list[Path]] = {}
    for path in paths:
        doubt = _doubt(graph, path, hidden)
        if doubt:
            yield Unjudged(path.client.evidence[0].node, _WHAT, doubt)
        elif not path.is_apart:
            broken.setdefault(path.client.evidence[0].identity, []).append(path)
    for group in broken.values():
        yield _problem(graph, group)
    unseen = [path.client for path in paths if _is_veiled(path)]
    if service.type == "NodePort" and len(unseen) == len(paths):
        yield _constraint(service, backends, unseen)


def _is_veiled(path: "Path") -> bool:
    """Whether the input does not show enough of the two ends to tell whether they meet."""
    return path.backend is None or path.client.workload.host_network is None


def _doubt(graph: "Graph", path: "Path", hidden: str) -> str:
    """Why a path cannot be judged, or ""."""
    client = path.client
    if client.workload.host_network is None:
        return "it is not rendered yet whether its client is in the host's network"
    if path.backend is None:
        return hidden
    if not path.is_apart:
        return _PUBLIC if client.to and address.is_public(client.to.address) else ""
    if client.to and graph.scheduling.presence(client.workload, client.to).is_excluded:
        return ""
    return hidden or (_CONTESTED if client.own and client.is_proven else "")


def _problem(graph: "Graph", paths: "list[Path]") -> Problem:
    """The problem of the clients that share a place, the surest first: a ConfigMap may be read by many."""
    path = min(paths, key=lambda path: (not path.client.is_proven, not path.is_certain))
    client, evidence = path.client, path.client.evidence[0]
    certain = client.is_proven and path.is_certain
    problem = Problem(
        evidence.at,
        f"{few(each.client.workload.title for each in paths)} {_fact(path)}",
        fact=f"nodePort {evidence.number} of {client.service.title} is dialed on a node with a pod of it",
        label=_label(client),
        help=f"dial {graph.name(client)} instead, which leads to any of its pods; {_COST}",
        related=path.story,
        severity=None if certain else Severity.WARNING,
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY if client.is_proven else Confidence.POSSIBLE,
        about=evidence.node,
    )
    return reported(problem, graph.cluster)


def _fact(path: "Path") -> str:
    client, service = path.client, path.client.service.title
    port = f"nodePort {client.evidence[0].number}"
    if not client.is_proven:
        return f"may dial {port} of {service}, which fails on a node that runs a pod of the Service"
    if client.to:
        meets = "where both run" if path.is_certain else "if both run there"
        return f"cannot reach {service} through {port} of {client.to.name}, {meets}"
    meets = "which runs a pod of the Service" if path.is_certain else "if that runs a pod of the Service"
    return f"cannot reach {service} through {port} of its own node, {meets}"


def _label(client: "Client") -> str:
    if not client.is_proven:
        return "looks like its node port"
    return f"dials {client.to.name}" if client.to else "dials its own node"


def _constraint(service: Service, backends: "list[Backend]", clients: "list[Client]") -> Problem:
    """What holds for the Service, where no client is seen that could be told."""
    dialed = [(client.evidence[0].at, f"{client.workload.title} dials it") for client in clients[:3]]
    return Problem(
        service.spec["externalTrafficPolicy"],
        "containers on a node with a pod of this Service cannot reach it through the node's address and node port",
        help=f"have clients inside the cluster dial its DNS name; {_COST}",
        related=(*(proof for backend in backends[:3] for proof in backend.proof), *dialed),
        severity=Severity.WARNING,
        confidence=Confidence.POSSIBLE,
    )
