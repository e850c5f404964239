"""Node ports that a pod already listens on."""

from collections.abc import Iterator

from nplint import Cluster, Node, Problem, Problems, Severity, Workload, rule
from nplint.cluster import Scope
from nplint.resource import protocol_of

_Listener = tuple[int, Workload, Node]
"""What listens on a port of its node, and where that is written; the number is its place in the input."""


@rule(
    severity=Severity.WARNING,
    neighbours=True,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
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
                  ports:
                    - {containerPort: 30080}
                    - {containerPort: 9100, hostPort: 9100}
                    - {containerPort: 53, hostPort: 30080, protocol: UDP}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - name: http
              port: 80
              nodePort: 30080  # <- nodePort 30080 is a host port of DaemonSet agent too
            - name: https
              port: 443
              nodePort: 30443  # <- nodePort 30443 is a port of DaemonSet gate in the host's network too
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent}
        spec:
          selector: {matchLabels: {app: agent}}
          template:
            metadata: {labels: {app: agent}}
            spec: {containers: [{name: agent, image: agent, ports: [{containerPort: 80, hostPort: 30080}]}]}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: gate}
        spec:
          selector: {matchLabels: {app: gate}}
          template:
            metadata: {labels: {app: gate}}
            spec: {hostNetwork: true, containers: [{name: gate, image: gate, ports: [{containerPort: 30443}]}]}
    """,
)
def host_port_conflict(cluster: Cluster) -> Problems:
    """A pod listens on a node's port that is a Service's node port as well.

    On nodes with such a pod, traffic to the port goes to the Service and never reaches the pod's own port, or the
    other way round: which of them wins depends on the nodes.

    A port of TCP and the same port of UDP are two.

    Nothing prevents the conflict: the scheduler does not look at node ports, and Services do not look at host ports.
    """
    listeners: dict[tuple[Scope, int, str], _Listener] = {}
    for order, (workload, number, node) in enumerate(_listeners(cluster)):
        for scope in cluster.scopes(node):
            listeners.setdefault((scope, number, protocol_of(node)), (order, workload, node))
    numbers = {number for _, number, _ in listeners}
    for service in cluster.services:
        for number, place in service.claimed_ports():
            if number not in numbers:
                continue
            protocol = protocol_of(place)
            keys = [(scope, number, protocol) for scope in cluster.scopes(place)]
            found = [listeners[key] for key in keys if key in listeners]
            if found and protocol:
                _, workload, node = min(found, key=lambda listener: listener[0])
                yield _problem(number, place, workload, node)


def _listeners(cluster: Cluster) -> Iterator[tuple[Workload, int, Node]]:
    for workload in cluster.workloads:
        for number, node in workload.node_listeners():
            yield workload, number, node


def _problem(number: int, place: Node, workload: Workload, node: Node) -> Problem:
    what = (
        f"a host port of {workload.title}"
        if node.path[-1] == "hostPort"
        else f"a port of {workload.title} in the host's network"
    )
    fact = f"{place.path[-1]} {number} is a host port too"
    help_ = "move one of the two: a node port that is left out is chosen by the cluster, which knows no host ports"
    return Problem(
        place, f"{place.path[-1]} {number} is {what} too", help=help_, related=((node, "listens here"),), fact=fact
    )
