"""One port twice in a Service."""

from nplint import Cluster, Problem, Problems, Service, ServicePort, Severity, another_node_port, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec:
          type: NodePort
          ports:
            - {name: udp, port: 53, protocol: UDP, nodePort: 30053}
            - {name: tcp, port: 53, protocol: TCP, nodePort: 30053}
            - {name: metrics, port: 9153, nodePort: 0}
            - {name: health, port: 8080, nodePort: 0}
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - {name: http, port: 80, targetPort: 8080}
            - {name: admin, port: 80, targetPort: 9090}  # <- port 80 with protocol TCP stands twice in this Service
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - {name: http, port: 80, nodePort: 30080}
            - {name: https, port: 443, nodePort: 30080}  # <- nodePort 30080 stands twice in this Service
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec:
          type: NodePort
          ports:
            - {name: udp, port: 53, protocol: UDP, nodePort: 30053}
            - {name: tcp, port: 5353, protocol: TCP, nodePort: 30053}  # <- nodePort 30053 stands twice in this Service
        """,
    ),
)
def duplicate_port(cluster: Cluster) -> Problems:
    """A Service has one port and protocol twice, or one nodePort.

    The API server refuses such a Service.

    A nodePort may stand twice only for different protocols of the same `port`, as a DNS server has it.
    """
    for service in cluster.services:
        several = len(service.ports) > 1
        if several:
            yield from _same_port(service)
        if several and service.has_known_type and service.type != "ClusterIP":
            yield from _same_node_port(cluster, service, is_new=cluster.earlier(service) is None)
        if service.type == "LoadBalancer" and service.external_traffic_policy == "Local":
            yield from _same_as_health_check(service)


def _same_port(service: Service) -> Problems:
    first: dict[tuple[int, str], ServicePort] = {}
    for port in service.ports:
        if port.port is None or not port.protocol:
            continue
        earlier = first.setdefault((port.port, port.protocol), port)
        if earlier is not port:
            yield Problem(
                port.node["port"],
                f"port {port.port} with protocol {port.protocol} stands twice in this Service",
                related=((earlier.node["port"], "first here"),),
                field=port.node.field,
                mutual=True,
            )


def _same_node_port(cluster: Cluster, service: Service, *, is_new: bool) -> Problems:
    with_protocol: dict[tuple[int, str], list[ServicePort]] = {}
    with_any: dict[int, list[ServicePort]] = {}
    # The allocator, which alone minds other protocols, looks at numbers that are new and at these types only.
    is_allocated = is_new and service.takes_node_ports
    for port in service.ports:
        number, protocol = port.node_port, port.protocol
        if number is None or port.port is None or not protocol:
            continue
        same = _clash(with_protocol.setdefault((number, protocol), []), port)
        other = _clash(with_any.setdefault(number, []), port)
        clash = same or (other if is_allocated else None)
        if clash:
            yield Problem(
                port.node["nodePort"],
                f"nodePort {number} stands twice in this Service",
                help="only different protocols of the same `port` may share a nodePort",
                related=((clash.node["nodePort"], "first here"),),
                edits=another_node_port(cluster, service, port.node["nodePort"]),
                mutual=True,
            )


def _clash(earlier: list[ServicePort], port: ServicePort) -> ServicePort | None:
    """The first of the entries that cannot share a nodePort with this one, which joins them.

    Entries that repeat the port as well are found as that alone, so the first entries of two ports stand for all.
    """
    clash = next((other for other in earlier if other.port != port.port), None)
    if not earlier or (clash and len(earlier) == 1):
        earlier.append(port)
    return clash


def _same_as_health_check(service: Service) -> Problems:
    node = service.spec["healthCheckNodePort"]
    same = next((port for port in service.ports if node.number and port.node_port == node.number), None)
    if same:
        message = f"healthCheckNodePort {node.number} is a nodePort of this Service too"
        yield Problem(node, message, related=((same.node["nodePort"], "taken here"),))
