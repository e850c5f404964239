"""Node ports that two Services claim."""

from collections.abc import Iterator

from nplint import Cluster, Node, PortRange, Problem, Problems, Service, Severity, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: dns, namespace: platform}
        spec:
          type: NodePort
          ports:
            - {name: tcp, port: 53, protocol: TCP, nodePort: 30053}
            - {name: udp, port: 53, protocol: UDP, nodePort: 30053}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 0}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: dns, namespace: platform}
        spec:
          type: NodePort
          ports: [{port: 53, nodePort: 30053}]
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api, namespace: pay}
        spec:
          type: LoadBalancer
          externalTrafficPolicy: Local
          healthCheckNodePort: 30081
          ports:
            - port: 53
              protocol: UDP
              nodePort: 30080  # <- nodePort 30080 is claimed by Service shop/web too
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: admin, namespace: shop}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30081  # <- nodePort 30081 is claimed by Service pay/api too
    """,
)
def node_port_conflict(cluster: Cluster) -> Problems:
    """Two Services of one cluster claim the same node port.

    The API server refuses the second Service.

    Node ports belong to the whole cluster: namespaces do not separate them, and neither do protocols. Services of one
    file are taken to be of one cluster.
    """
    by_file: dict[str, list[Service]] = {}
    for service in cluster.services:
        by_file.setdefault(service.node.document.source.path, []).append(service)
    for services in by_file.values():
        yield from _conflicts(services, cluster.profile.node_port_range)


def _conflicts(services: list[Service], allowed: PortRange) -> Problems:
    """Claims in the order in which kubectl applies them: another state of a Service gives its earlier ports back."""
    claims: dict[int, tuple[Service, Node]] = {}
    held: dict[tuple[str, str, str], list[int]] = {}
    for service in services:
        for number in held.pop(service.identity, ()):
            del claims[number]
        for number, node in _claimed(service):
            owner, place = claims.setdefault(number, (service, node))
            if place is node:
                held.setdefault(service.identity, []).append(number)
            elif owner is not service and number in allowed:
                yield Problem(
                    node,
                    f"{node.path[-1]} {number} is claimed by {owner.title} too",
                    help="leave one of them out and let the cluster choose, or pin another port",
                    related=((place, "already taken here"),),
                )


def _claimed(service: Service) -> Iterator[tuple[int, Node]]:
    for port in service.ports if service.takes_node_ports else ():
        if port.node_port is not None:
            yield port.node_port, port.node["nodePort"]
    health_check = service.spec["healthCheckNodePort"]
    if service.type == "LoadBalancer" and service.external_traffic_policy == "Local" and health_check.number:
        yield health_check.number, health_check
