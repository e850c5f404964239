"""What else the API server's validation of a Service refuses."""

from collections.abc import Iterator
from types import NoneType

from nplint import (
    Cluster,
    Example,
    Node,
    Problem,
    Problems,
    Profile,
    Service,
    Severity,
    address,
    names,
    replacement,
    rule,
)
from nplint.spelling import listed, nearest, recased
from nplint.structure import Flaw
from nplint.update import keeps_both

_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
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
          type: Nodeport  # <- type Nodeport does not exist: it is spelled NodePort
          sessionAffinity: Cookie  # <- sessionAffinity Cookie does not exist: there are None and ClientIP
          ipFamilyPolicy: DualStack  # <- ipFamilyPolicy DualStack does not exist: did you mean PreferDualStack?
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
    for document in cluster.manifests:
        yield from _kinds(Node(document, value=document.value))
    for flaw in cluster.flaws:
        if flaw.keyword == "enum" and flaw.node.path[-1] not in _ELSEWHERE:
            yield from _enumeration(cluster, flaw)
        elif flaw.keyword in ("minimum", "maximum") and flaw.node.path[-1] == "timeoutSeconds":
            yield from _timeout(cluster, flaw)
    yield from _newer_values(cluster)
    yield from _shared_cluster_ips(cluster)
    for service in cluster.services:
        old = cluster.earlier(service)
        yield from _port_names(service)
        yield from _families(service, old)
        yield from _cluster_ips(service, old)
        yield from _external_ips(service)
        yield from _names(service)
        yield from _finalizers(service)
        yield from _source_ranges(service)
        yield from _topology(service)


def _shown(text: str) -> str:
    return text or '""'


def _kinds(root: Node) -> Problems:
    version, kind = root["apiVersion"], root["kind"]
    if version.text == "v1" and kind.text not in ("", "Service", "List", "ServiceList", "ServiceAccount"):
        meant = "Service" if kind.text.casefold() in ("svc", "services") else recased(kind.text, ("Service", "List"))
        if meant or nearest(kind.text, ("Service",)):
            yield Problem(kind, f"v1 has no kind {kind.text}: did you mean {meant or 'Service'}?")
    group = version.text.rpartition("/")[0]
    known = version.value in (None, "", "v1") or version.is_placeholder
    if kind.text == "Service" and not known and "." not in group:
        yield Problem(version, f"there is no Service in {version.value}: it is v1")
    for item in root["items"] if kind.text == "List" else ():
        if item["kind"].text == "List":
            yield Problem(item, "a List inside a List is not unpacked by kubectl")


def _enumeration(cluster: Cluster, flaw: Flaw) -> Problems:
    node = flaw.node
    service = cluster.service_of(node)
    name = next(str(step) for step in reversed(node.path) if isinstance(step, str))
    if name in ("ipFamilies", "ipFamilyPolicy") and service and service.type == "ExternalName":
        return
    known = [word for word in flaw.schema["enum"] if word]
    right = recased(node.text, known)
    near = nearest(node.text, known)
    way = f"it is spelled {right}" if right else f"did you mean {near}?" if near else f"there are {listed(known)}"
    edits = replacement(node, right, safe=True) if right else ()
    yield Problem(node, f"{name} {_shown(node.text)} does not exist: {way}", edits=edits)


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
    for port in service.ports:
        node = port.node["name"]
        if port.name and seen.setdefault(port.name, node) is not node:
            message = f"the port name {port.name} stands twice in this Service"
            yield Problem(node, message, related=((seen[port.name], "first here"),))


def _families(service: Service, old: Service | None) -> Problems:
    families = service.spec["ipFamilies"]
    seen: set[str] = set()
    for node in families if service.type != "ExternalName" else ():
        if node.text and node.text in seen:
            yield Problem(node, f"the IP family {node.text} stands twice")
        seen.add(node.text)
    policy = service.spec["ipFamilyPolicy"]
    decided = policy.text in ("PreferDualStack", "RequireDualStack") or policy.is_placeholder
    # Without a policy, a headless Service without a selector gets both families.
    decided = decided or (policy.value is None and service.is_headless and not service.spec["selector"].value)
    decided = decided or (old is not None and keeps_both(old, service, "ipFamilies"))
    if len(seen) > 1 and seen <= {"IPv4", "IPv6"} and not decided and policy.value in (None, "SingleStack"):
        message = "two IP families take ipFamilyPolicy PreferDualStack or RequireDualStack"
        yield Problem(policy if policy.present else families, message, field="spec.ipFamilyPolicy")


def _cluster_ips(service: Service, old: Service | None) -> Problems:
    if service.type == "ExternalName":
        return
    single, several = service.spec["clusterIP"], [*service.spec["clusterIPs"]]
    if single.text and single.text != "None" and not address.parse(single.text):
        yield Problem(single, f"clusterIP {single.text} is no IP address", field="spec.clusterIPs[0]")
    elif single.text and (not several or several[0].text == single.text):
        yield from _family_of_ip(service, single, 0)
    if several and all(_is_known_text(node) for node in (single, *several)):
        yield from _several_ips(service, old, several)


def _is_known_text(node: Node) -> bool:
    return isinstance(node.value, str | NoneType) and not node.is_placeholder


def _family_of_ip(service: Service, node: Node, index: int) -> Problems:
    parsed, wanted = address.parse(node.text), service.spec["ipFamilies"][index].text
    if parsed and wanted in ("IPv4", "IPv6") and address.family(parsed) != wanted:
        message = f"{node.text} is an {address.family(parsed)} address, and ipFamilies asks for {wanted}"
        yield Problem(node, message, field=f"spec.clusterIPs[{index}]")


def _several_ips(service: Service, old: Service | None, several: list[Node]) -> Problems:
    at, single = service.spec["clusterIPs"], service.spec["clusterIP"].text
    for index, node in enumerate(several):
        first = index == 0 and node.text in (single, "None")
        if not first and not address.parse(node.text):
            yield Problem(node, f"clusterIPs holds {_shown(node.text)}, which is no IP address")
        elif index > 0:
            yield from _family_of_ip(service, node, index)
    if not single and old and old.type != "ExternalName":
        # The server fills in the one that was.
        single = old.spec["clusterIP"].text
    if not single:
        yield Problem(at, "clusterIPs does not stand alone: clusterIP repeats its first value")
    elif several[0].text != single:
        yield Problem(at, f"clusterIPs begins with clusterIP, which is {single}")
    yield from _two_ips(service, old, several)


def _two_ips(service: Service, old: Service | None, several: list[Node]) -> Problems:
    at, policy = service.spec["clusterIPs"], service.spec["ipFamilyPolicy"].value
    families = [address.family(parsed) for node in several if (parsed := address.parse(node.text))]
    if len(several) > 2 or len(set(families)) < len(families):
        yield Problem(at, "clusterIPs holds one address of each family at the most")
    elif len(several) > 1 and several[0].text == "None":
        yield Problem(at, "None stands alone in clusterIPs")
    elif old and keeps_both(old, service, "clusterIPs"):
        return
    elif len(families) > 1 and policy in (None, "SingleStack"):
        message = "two cluster IPs take ipFamilyPolicy PreferDualStack or RequireDualStack"
        yield Problem(at, message, field="spec.ipFamilyPolicy")


def _shared_cluster_ips(cluster: Cluster) -> Problems:
    """One address twice in a file is surely one address twice in a cluster."""
    seen: dict[tuple[str, address.Address], tuple[Service, Node]] = {}
    for service in cluster.services:
        for node in (service.spec["clusterIP"], service.spec["clusterIPs"][1]):
            parsed = address.parse(node.text)
            if service.type == "ExternalName" or not parsed:
                continue
            first, at = seen.setdefault((node.document.source.path, parsed), (service, node))
            if first.identity != service.identity:
                message = f"cluster IP {node.text} is taken by {first.title}"
                yield Problem(node, message, related=((at, "first here"),), field="spec.clusterIPs")


def _external_ips(service: Service) -> Problems:
    for node in service.spec["externalIPs"]:
        if not _is_known_text(node):
            continue
        parsed = address.parse(node.text)
        if parsed is None:
            yield Problem(node, f"{_shown(node.text)} is no IP address")
        elif why := address.outside_use(parsed):
            yield Problem(node, f"{node.text} cannot be an external IP: {why}")


def _names(service: Service) -> Problems:
    name = service.spec["externalName"]
    if service.type == "ExternalName" and name.text and (why := names.external_name(name.text)):
        yield Problem(name, f"externalName {name.text} is no DNS name: {why}")
    kind = service.spec["loadBalancerClass"]
    is_read = service.type == "LoadBalancer" and isinstance(kind.value, str) and not kind.is_placeholder
    if is_read and (why := names.qualified_name(kind.text)):
        yield Problem(kind, f"loadBalancerClass {kind.text} is not valid: {why}")
    for port in service.ports:
        node = port.node["appProtocol"]
        is_read = isinstance(node.value, str) and not node.is_placeholder
        if is_read and (why := names.qualified_name(node.text)):
            yield Problem(node, f"appProtocol {_shown(node.text)} is not valid: {why}")


def _finalizers(service: Service) -> Problems:
    finalizers = service.node["metadata"]["finalizers"]
    for node in finalizers:
        if _is_known_text(node) and (why := names.finalizer(node.text)):
            # The server names the item only where the prefix is missing.
            field = finalizers.field if "/" in node.text else node.field
            yield Problem(node, f"the finalizer {_shown(node.text)} is not valid: {why}", field=field)
    if {"orphan", "foregroundDeletion"} <= {node.text for node in finalizers}:
        yield Problem(finalizers.key, "the finalizers orphan and foregroundDeletion exclude each other")


def _source_ranges(service: Service) -> Problems:
    for node, block, field in _blocks(service) if service.type == "LoadBalancer" else ():
        if not node.is_placeholder and not address.is_block(block.strip()):
            way = f"did you mean {block.strip()}/32?" if address.parse(block.strip()) else "write it like 10.0.0.0/8"
            yield Problem(node, f"{_shown(block)} is no CIDR block: {way}", field=field)


def _blocks(service: Service) -> Iterator[tuple[Node, str, str]]:
    ranges = service.spec["loadBalancerSourceRanges"]
    for index, node in enumerate(ranges):
        if isinstance(node.value, str | NoneType):
            yield node, node.text, f"spec.LoadBalancerSourceRanges[{index}]"
    annotation = service.node["metadata"]["annotations"][_SOURCE_RANGES]
    if not ranges.value and annotation.text.strip():
        for block in annotation.text.split(","):
            yield annotation, block, f"metadata.annotations[{_SOURCE_RANGES}]"


def _topology(service: Service) -> Problems:
    mode, hints = (service.node["metadata"]["annotations"][key] for key in _TOPOLOGY)
    is_read = not (mode.is_placeholder or hints.is_placeholder)
    if is_read and mode.present and hints.present and (mode.value or "") != (hints.value or ""):
        message = f"the annotations {_TOPOLOGY[0]} and {_TOPOLOGY[1]} have different values"
        yield Problem(mode, message, field=f"metadata.annotations[{_TOPOLOGY[0]}]", related=((hints, "the other"),))
