"""Fields that belong to another type of Service."""

from collections.abc import Iterator

from nplint import Cluster, Node, Problem, Problems, Service, Severity, removal, rule
from nplint.addressing import SOURCE_RANGES
from nplint.update import is_dropped

_FIELDS = (
    *("externalTrafficPolicy", "healthCheckNodePort", "loadBalancerClass", "loadBalancerSourceRanges"),
    *("allocateLoadBalancerNodePorts", "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"),
)


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: LoadBalancer
          externalTrafficPolicy: Local
          healthCheckNodePort: 30100
          loadBalancerClass: example.com/lb
          loadBalancerSourceRanges: [10.0.0.0/8]
          allocateLoadBalancerNodePorts: false
          ports: [{port: 80, nodePort: 30080}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          externalTrafficPolicy: Local
          externalIPs: [203.0.113.7]
          loadBalancerIP: 203.0.113.8
          ports: [{port: 80, nodePort: 0}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere}
        spec:
          type: ExternalName
          externalName: web.example.com
          ports: [{port: 80, nodePort: 30080}]
        """,
    ),
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          externalTrafficPolicy: Local  # <- a ClusterIP Service has no externalTrafficPolicy, because nothing outside reaches it
          ports:
            - port: 80
              nodePort: 30080  # <- a ClusterIP Service has no nodePort
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          clusterIP: None  # <- a NodePort Service cannot be headless
          healthCheckNodePort: 30100  # <- healthCheckNodePort takes type LoadBalancer and externalTrafficPolicy Local
          loadBalancerClass: example.com/lb  # <- a NodePort Service has no loadBalancerClass
          loadBalancerSourceRanges: [10.0.0.0/8]  # <- a NodePort Service has no loadBalancerSourceRanges
          allocateLoadBalancerNodePorts: false  # <- a NodePort Service has no allocateLoadBalancerNodePorts
          ports: [{port: 80}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere}
        spec:
          type: ExternalName
          externalName: web.example.com
          clusterIP: 10.247.0.9  # <- an ExternalName Service has no clusterIP
        """,
    ),
)
def field_of_another_type(cluster: Cluster) -> Problems:
    """A field is set that a Service of this type does not have.

    The API server refuses such a Service.

    Most often the type was changed to ClusterIP and the nodePort stayed, or the type was forgotten. Where the type is
    written, dropping what has no effect is safe. What the API server tolerates is not found: loadBalancerIP on any
    type, and a nodePort on ExternalName, which it ignores.
    """
    for service in cluster.services:
        if service.takes_node_ports and not service.writes(*_FIELDS) and SOURCE_RANGES not in service.annotations:
            # This is what most Services are like.
            continue
        # Where the type or the policy is misspelt, nobody knows which fields belong.
        known = service.has_known_type and not cluster.is_misspelt(service.spec, "type")
        if not known or cluster.is_misspelt(service.spec, "externalTrafficPolicy"):
            continue
        old = cluster.earlier(service)
        # Where the type is not written it may have been forgotten, and a patch may set another.
        is_sure = bool(service.spec["type"].text) and not cluster.is_patched(service)
        for problem in _foreign_fields(service, is_sure=is_sure):
            # An update that changes the type may keep what the old type had: the server drops it.
            if old is None or not isinstance(problem.at, Node) or not is_dropped(old, service, problem.at):
                yield problem


def _foreign_fields(service: Service, *, is_sure: bool) -> Problems:
    yield from _node_ports(service, is_sure=is_sure)
    yield from _external_policy(service, is_sure=is_sure)
    yield from _health_check(service, is_sure=is_sure)
    yield from _load_balancer_fields(service)
    yield from _cluster_ips(service)
    yield from _families(service)


def _node_ports(service: Service, *, is_sure: bool) -> Problems:
    for port in service.ports if service.type == "ClusterIP" else ():
        node = port.node["nodePort"]
        if port.node_port:
            yield Problem(
                node,
                "a ClusterIP Service has no nodePort",
                help="drop nodePort, or set `type: NodePort`",
                related=_type_place(service),
                edits=removal(node, safe=is_sure),
            )


def _external_policy(service: Service, *, is_sure: bool) -> Problems:
    node = service.spec["externalTrafficPolicy"]
    if node.text and not service.is_external:
        message = f"{_a(service)} has no externalTrafficPolicy, because nothing outside reaches it"
        edits = removal(node, safe=is_sure)
        help_ = "drop it, or set `type: NodePort`"
        yield Problem(node, message, help=help_, related=_type_place(service), edits=edits)


def _health_check(service: Service, *, is_sure: bool) -> Problems:
    node = service.spec["healthCheckNodePort"]
    # A policy that does not exist is its own finding.
    if node.number and not (service.type == "LoadBalancer" and service.external_traffic_policy != "Cluster"):
        message = "healthCheckNodePort takes type LoadBalancer and externalTrafficPolicy Local"
        # A load balancer without a policy may have been meant to have one.
        edits = removal(node, safe=is_sure and service.type != "LoadBalancer")
        yield Problem(node, message, help="drop it", related=_type_place(service), edits=edits)


def _load_balancer_fields(service: Service) -> Problems:
    if service.type == "LoadBalancer":
        return
    for name in ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"):
        node = service.spec[name]
        if node.value is not None and node.value != []:
            # The server spells this one field differently.
            field = "spec.LoadBalancerSourceRanges" if name == "loadBalancerSourceRanges" else ""
            message, related = f"{_a(service)} has no {name}", _type_place(service)
            # Its author may rely on what it does elsewhere.
            edits = removal(node, safe=False)
            yield Problem(node.key, message, help="drop it", related=related, field=field, edits=edits)
    node = service.node["metadata"]["annotations"][SOURCE_RANGES]
    if isinstance(node.value, str) and not service.spec["loadBalancerSourceRanges"].value:
        message, edits = f"{_a(service)} has no source ranges", removal(node, safe=False)
        yield Problem(node.key, message, help="drop it", field=f"metadata.annotations[{SOURCE_RANGES}]", edits=edits)


def _cluster_ips(service: Service) -> Problems:
    for node in _written_cluster_ips(service):
        if service.type == "ExternalName":
            message = f"an ExternalName Service has no {node.path[service.node.root + 1]}"
            yield Problem(node, message, help="drop it", field="spec.clusterIPs", edits=removal(node, safe=False))
        elif service.type != "ClusterIP" and node.text == "None":
            help_ = "leave clusterIP to the cluster: a node port forwards through it"
            message, related = f"{_a(service)} cannot be headless", _type_place(service)
            yield Problem(node, message, help=help_, related=related, field="spec.clusterIPs[0]")


def _families(service: Service) -> Problems:
    for name in ("ipFamilies", "ipFamilyPolicy") if service.type == "ExternalName" else ():
        node = service.spec[name]
        if node.value not in (None, []):
            edits = removal(node, safe=False)
            yield Problem(node.key, f"an ExternalName Service has no {name}", help="drop it", edits=edits)


def _written_cluster_ips(service: Service) -> Iterator[Node]:
    single = service.spec["clusterIP"]
    if single.text:
        yield single
    else:
        yield from (node for node in service.spec["clusterIPs"] if node.text)


def _a(service: Service) -> str:
    return f"{'an' if service.type == 'ExternalName' else 'a'} {service.type} Service"


def _type_place(service: Service) -> tuple[tuple[Node, str], ...]:
    node = service.spec["type"]
    return (
        ((node, "the type is set here"),) if node.text else ((service.spec.key, "no type is set, so it is ClusterIP"),)
    )
