"""What else the API server's validation of a Service refuses."""

from nplint import (
    Cluster,
    Example,
    Node,
    Problem,
    Problems,
    Profile,
    Service,
    Severity,
    names,
    replacement,
    rule,
    unknown_word,
)
from nplint.addressing import is_known_text, refused_addresses, shared_cluster_ips
from nplint.spelling import nearest, recased, shown
from nplint.structure import Flaw

_TOPOLOGY = ("service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints")
# Enumerations that have a rule of their own.
_ELSEWHERE = ("protocol", "externalTrafficPolicy", "internalTrafficPolicy")


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: LoadBalancer
          sessionAffinity: ClientIP
          sessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}
          ipFamilyPolicy: PreferDualStack
          ipFamilies: [IPv4, IPv6]
          clusterIP: 10.247.0.9
          clusterIPs: [10.247.0.9, "fd00::9"]
          externalIPs: [203.0.113.7, 010.0.0.1]
          loadBalancerSourceRanges: [10.1.2.3/8, "::/0"]
          trafficDistribution: PreferClose
          ports: [{port: 80, appProtocol: kubernetes.io/h2c}]
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: Nodeport  # <- type Nodeport is not valid: it is spelled NodePort
          sessionAffinity: Cookie  # <- sessionAffinity Cookie is not valid: there are None and ClientIP
          ipFamilyPolicy: DualStack  # <- ipFamilyPolicy DualStack is not valid: did you mean PreferDualStack?
          ports: [{port: 80}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          clusterIP: 10.247.0.256  # <- clusterIP 10.247.0.256 is no IP address
          sessionAffinity: ClientIP
          sessionAffinityConfig:
            clientIP:
              timeoutSeconds: 90000  # <- timeoutSeconds 90000 is outside 1-86400
          externalIPs:
            - 127.0.0.1  # <- 127.0.0.1 cannot be an external IP: it is a loopback address
          ipFamilies: [IPv4, IPv6]  # <- two IP families take ipFamilyPolicy PreferDualStack or RequireDualStack
          ports:
            - {name: web, port: 80}
            - {name: web, port: 81}  # <- the port name web stands twice in this Service
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere}
        spec:
          type: ExternalName
          externalName: https://example.com  # <- externalName https://example.com is no DNS name: it takes lower-case letters, digits, inner hyphens and dots between these
        ---
        apiVersion: v1
        kind: Services  # <- v1 has no kind Services: did you mean Service?
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v2  # <- there is no Service in v2: it is v1
        kind: Service
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        """,
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              trafficDistribution: PreferSameNode  # <- PreferSameNode comes with Kubernetes 1.33, and this cluster is 1.31
              ports: [{port: 80}]
            """,
            profile=Profile(version=(1, 31, 1, 0)),
        ),
    ),
)
def invalid_service(cluster: Cluster) -> Problems:
    """A Service breaks a rule of the API that has no rule of its own here.

    kubectl or the API server refuses it.

    Session affinity, IP families, cluster and external addresses, source ranges, traffic distribution, names that
    appear twice, and what is no Service although it means to be one.
    """
    for (version, kind), documents in cluster.manifests_by_kind.items():
        if kind == "List" or (_meant(kind) if version == "v1" else kind == "Service"):
            for document in documents:
                yield from _kinds(Node(document, value=document.value))
    for flaw in cluster.flaws:
        if flaw.keyword == "enum" and flaw.node.path[-1] not in _ELSEWHERE:
            yield from _enumeration(cluster, flaw)
        elif flaw.keyword in ("minimum", "maximum") and flaw.node.path[-1] == "timeoutSeconds":
            yield from _timeout(cluster, flaw)
    yield from _newer_values(cluster)
    yield from shared_cluster_ips(cluster)
    for service in cluster.services:
        yield from _port_names(service)
        yield from refused_addresses(service, cluster.earlier(service))
        yield from _names(service)
        yield from _finalizers(service)
        yield from _topology(service)


def _kinds(root: Node) -> Problems:
    version, kind = root["apiVersion"], root["kind"]
    meant = _meant(kind.text) if version.text == "v1" else None
    if meant:
        edits = replacement(kind, meant, safe=recased(kind.text, (meant,)) is not None)
        yield Problem(kind, f"v1 has no kind {shown(kind.text)}: did you mean {meant}?", edits=edits)
    group = version.text.rpartition("/")[0]
    known = version.value in (None, "", "v1") or version.is_placeholder
    if kind.text == "Service" and not known and "." not in group:
        yield Problem(version, f"there is no Service in {shown(str(version.value))}: it is v1")
    for item in root["items"] if kind.text == "List" else ():
        if item["kind"].text == "List":
            yield Problem(item, "a List inside a List is not unpacked by kubectl")


def _meant(kind: str) -> str | None:
    """The kind of v1 that a kind which it does not have is meant as."""
    if kind in ("", "Service", "List", "ServiceList", "ServiceAccount"):
        return None
    if kind.casefold() in ("svc", "services"):
        return "Service"
    return recased(kind, ("Service", "List")) or nearest(kind, ("Service",))


def _enumeration(cluster: Cluster, flaw: Flaw) -> Problems:
    node = flaw.node
    service = cluster.service_of(node)
    name = next(str(step) for step in reversed(node.path) if isinstance(step, str))
    if name in ("ipFamilies", "ipFamilyPolicy") and service and service.type == "ExternalName":
        return
    yield unknown_word(node, name, flaw.schema["enum"])


def _timeout(cluster: Cluster, flaw: Flaw) -> Problems:
    service = cluster.service_of(flaw.node)
    # With another affinity the server drops the configuration unread.
    if service and service.spec["sessionAffinity"].text == "ClientIP":
        yield Problem(flaw.node, f"timeoutSeconds {flaw.node.value} is outside 1-86400")


def _newer_values(cluster: Cluster) -> Problems:
    this = ".".join(str(part) for part in (cluster.profile.version or ())[:2])
    for node, since in cluster.newer:
        if not node.on_key:
            says = f"comes with Kubernetes {since[0]}.{since[1]}"
            yield Problem(node, f"{node.text} {says}, and this cluster is {this}")


def _port_names(service: Service) -> Problems:
    seen: dict[str, Node] = {}
    for port in service.ports if len(service.ports) > 1 else ():
        node = port.node["name"]
        if port.name and seen.setdefault(port.name, node) is not node:
            message = f"the port name {shown(port.name)} stands twice in this Service"
            yield Problem(node, message, related=((seen[port.name], "first here"),))


def _names(service: Service) -> Problems:
    name = service.spec["externalName"]
    if service.type == "ExternalName" and name.text and (why := names.external_name(name.text)):
        yield Problem(name, f"externalName {shown(name.text)} is no DNS name: {why}")
    kind = service.spec["loadBalancerClass"]
    is_read = service.type == "LoadBalancer" and isinstance(kind.value, str) and not kind.is_placeholder
    if is_read and (why := names.qualified_name(kind.text)):
        yield Problem(kind, f"loadBalancerClass {shown(kind.text)} is not valid: {why}")
    for port in service.ports:
        node = port.node["appProtocol"]
        is_read = isinstance(node.value, str) and not node.is_placeholder
        if is_read and (why := names.qualified_name(node.text)):
            yield Problem(node, f"appProtocol {shown(node.text)} is not valid: {why}")


def _finalizers(service: Service) -> Problems:
    finalizers = service.node["metadata"]["finalizers"]
    if not finalizers.present:
        return
    for node in finalizers:
        if is_known_text(node) and (why := names.finalizer(node.text)):
            # The server names the item only where the prefix is missing.
            field = finalizers.field if "/" in node.text else node.field
            yield Problem(node, f"the finalizer {shown(node.text)} is not valid: {why}", field=field)
    if {"orphan", "foregroundDeletion"} <= {node.text for node in finalizers}:
        yield Problem(finalizers.key, "the finalizers orphan and foregroundDeletion exclude each other")


def _topology(service: Service) -> Problems:
    annotations = service.node["metadata"]["annotations"]
    if not annotations.present:
        return
    mode, hints = (annotations[key] for key in _TOPOLOGY)
    is_read = not (mode.is_placeholder or hints.is_placeholder)
    if is_read and mode.present and hints.present and (mode.value or "") != (hints.value or ""):
        message = f"the annotations {_TOPOLOGY[0]} and {_TOPOLOGY[1]} have different values"
        yield Problem(mode, message, field=f"metadata.annotations[{_TOPOLOGY[0]}]", related=((hints, "the other"),))
