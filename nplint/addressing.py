"""The addresses and IP families that a Service asks for, and what the API server refuses about them."""

from collections.abc import Iterator
from types import NoneType

from nplint import address
from nplint.check import Problem, Problems
from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Service
from nplint.spelling import shown
from nplint.update import keeps_both

SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
"""The annotation that means what spec.loadBalancerSourceRanges means."""


def refused_addresses(service: Service, old: Service | None) -> Problems:
    """What is wrong with the addresses of one Service; `old` is its state before the change."""
    if not service.writes("ipFamilies", "clusterIP", "clusterIPs", "externalIPs") and service.type != "LoadBalancer":
        return
    yield from _families(service, old)
    yield from _cluster_ips(service, old)
    yield from _external_ips(service)
    yield from _source_ranges(service)


def shared_cluster_ips(cluster: Cluster) -> Problems:
    """Cluster IPs of two Services: one address twice in a file is surely one address twice in a cluster."""
    seen: dict[tuple[str, address.Address], tuple[Service, Node]] = {}
    for service in cluster.services:
        if not service.writes("clusterIP", "clusterIPs"):
            continue
        for node in (service.spec["clusterIP"], service.spec["clusterIPs"][1]):
            parsed = address.parse(node.text)
            if service.type == "ExternalName" or not parsed:
                continue
            first, at = seen.setdefault((node.document.source.path, parsed), (service, node))
            if first.who != service.who:
                message = f"cluster IP {node.text} is taken by {first.title}"
                fact, related = f"cluster IP {node.text} is taken twice", ((at, "first here"),)
                yield Problem(node, message, related=related, field="spec.clusterIPs", fact=fact, mutual=True)


def _families(service: Service, old: Service | None) -> Problems:
    families = service.spec["ipFamilies"]
    seen: set[str] = set()
    for node in families if service.type != "ExternalName" else ():
        if node.text and node.text in seen:
            yield Problem(node, f"the IP family {shown(node.text)} stands twice")
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
        yield Problem(single, f"clusterIP {shown(single.text)} is no IP address", field="spec.clusterIPs[0]")
    elif single.text and (not several or several[0].text == single.text):
        yield from _family_of_ip(service, single, 0)
    if several and all(is_known_text(node) for node in (single, *several)):
        yield from _several_ips(service, old, several)


def is_known_text(node: Node) -> bool:
    """Whether the API server sees a text here, which null stands for the empty one of, and it is known which."""
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
            yield Problem(node, f"clusterIPs holds {shown(node.text)}, which is no IP address")
        elif index > 0:
            yield from _family_of_ip(service, node, index)
    if not single and old and old.type != "ExternalName":
        # The server fills in the one that was.
        single = old.spec["clusterIP"].text
    if not single:
        yield Problem(at, "clusterIPs does not stand alone: clusterIP repeats its first value")
    elif several[0].text != single:
        yield Problem(at, f"clusterIPs begins with clusterIP, which is {shown(single)}")
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


def _external_ips(service: Service) -> Problems:
    for node in service.spec["externalIPs"]:
        if not is_known_text(node):
            continue
        parsed = address.parse(node.text)
        if parsed is None:
            yield Problem(node, f"{shown(node.text)} is no IP address")
        elif why := address.outside_use(parsed):
            yield Problem(node, f"{node.text} cannot be an external IP: {why}")


def _source_ranges(service: Service) -> Problems:
    for node, block, field in _blocks(service) if service.type == "LoadBalancer" else ():
        if not node.is_placeholder and not address.is_block(block.strip()):
            way = f"did you mean {block.strip()}/32?" if address.parse(block.strip()) else "write it like 10.0.0.0/8"
            yield Problem(node, f"{shown(block)} is no CIDR block: {way}", field=field)


def _blocks(service: Service) -> Iterator[tuple[Node, str, str]]:
    ranges = service.spec["loadBalancerSourceRanges"]
    for index, node in enumerate(ranges):
        if isinstance(node.value, str | NoneType):
            yield node, node.text, f"spec.LoadBalancerSourceRanges[{index}]"
    annotation = service.node["metadata"]["annotations"][SOURCE_RANGES]
    if not ranges.value and annotation.text.strip():
        for block in annotation.text.split(","):
            yield annotation, block, f"metadata.annotations[{SOURCE_RANGES}]"
