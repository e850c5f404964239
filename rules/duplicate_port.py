"""One port twice in a Service."""

from nplint import Cluster, Problem, Problems, Service, ServicePort, Severity, rule


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
        yield from _same_port(service)
        if service.has_known_type and service.type != "ClusterIP":
            yield from _same_node_port(service, is_new=cluster.earlier(service) is None)
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
            )


def _same_node_port(service: Service, *, is_new: bool) -> Problems:
    taken: dict[int, list[ServicePort]] = {}
    for port in service.ports:
        if port.node_port is None:
            continue
        clash = next((other for other in taken.get(port.node_port, ()) if _clash(port, other)), None)
        taken.setdefault(port.node_port, []).append(port)
        # The allocator, which alone minds other protocols, looks at numbers that are new and at these types only.
        if clash and (clash.protocol == port.protocol or (is_new and service.takes_node_ports)):
            yield Problem(
                port.node["nodePort"],
                f"nodePort {port.node_port} stands twice in this Service",
                help="only different protocols of the same `port` may share a nodePort",
                related=((clash.node["nodePort"], "first here"),),
            )


def _clash(port: ServicePort, other: ServicePort) -> bool:
    """Whether two entries cannot share a nodePort. Entries that repeat port and protocol are found as that alone."""
    if None in (port.port, other.port) or not port.protocol or not other.protocol:
        return False
    return port.port != other.port


def _same_as_health_check(service: Service) -> Problems:
    node = service.spec["healthCheckNodePort"]
    same = next((port for port in service.ports if node.number and port.node_port == node.number), None)
    if same:
        message = f"healthCheckNodePort {node.number} is a nodePort of this Service too"
        yield Problem(node, message, related=((same.node["nodePort"], "taken here"),))
