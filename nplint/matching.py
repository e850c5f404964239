"""Which requests the constraints of an admission policy mean, decided as the API server does."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Resource
from nplint.selection import selects

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has."""
UNRENDERED = "it is not rendered yet"

# The kinds that have no namespace, by their group; of other groups with a domain it is not known.
_CLUSTER_SCOPED = {
    "": {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
    "rbac.authorization.k8s.io": {"ClusterRole", "ClusterRoleBinding"},
    "storage.k8s.io": {"StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass"},
    "apiextensions.k8s.io": {"CustomResourceDefinition"},
    "apiregistration.k8s.io": {"APIService"},
    "scheduling.k8s.io": {"PriorityClass"},
    "node.k8s.io": {"RuntimeClass"},
    "networking.k8s.io": {"IngressClass", "IPAddress", "ServiceCIDR"},
    "flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
    "certificates.k8s.io": {"CertificateSigningRequest", "ClusterTrustBundle"},
    "resource.k8s.io": {"DeviceClass", "ResourceSlice"},
    "policy": {"PodSecurityPolicy"},
}
_WITH_NAMESPACES = frozenset(("apps", "batch", "autoscaling", "extensions", "policy", "")) | {
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "discovery.k8s.io",
    "coordination.k8s.io",
    "events.k8s.io",
    "resource.k8s.io",
}
_EXEMPT = "admissionregistration.k8s.io"


class Request(NamedTuple):
    """A resource that is created, or updated from an earlier state of itself."""

    resource: Resource
    old: Resource | None

    @property
    def operation(self) -> str:
        return "UPDATE" if self.old else "CREATE"


def requests(cluster: Cluster) -> Iterator[Request]:
    """What applying the manifests of a cluster asks of its API server, but for what no policy is asked about."""
    earlier: dict[tuple[str, str, str], list[Resource]] = {}
    for resource in cluster.before.resources if cluster.before else ():
        earlier.setdefault(resource.identity, []).append(resource)
    for resource in cluster.resources:
        if resource.group != _EXEMPT:
            old = earlier.get(resource.identity, [])
            yield Request(resource, old[0] if len(old) == 1 else None)


def matches(constraints: Node, request: Request, cluster: Cluster, *, without_rules: bool = False) -> bool | str:
    """Whether constraints mean a request, or why that is not known; `without_rules` is what holds where they name none.

    They are `matchConstraints` of a policy or `matchResources` of a binding.
    """
    rules = list(constraints["resourceRules"])
    is_exact = constraints["matchPolicy"].text == "Exact"
    excluded = any_of(_meant(rule, request, cluster, is_exact) for rule in constraints["excludeResourceRules"])
    named = any_of(_meant(rule, request, cluster, is_exact) for rule in rules) if rules else without_rules
    return all_of(
        (
            named,
            not excluded if isinstance(excluded, bool) else excluded,
            any_of(_selects(constraints["objectSelector"], one) for one in (request.resource, request.old) if one),
            _in_namespace(constraints["namespaceSelector"], request.resource, cluster),
        )
    )


def any_of(verdicts: Iterable[bool | str]) -> bool | str:
    """Whether one of several verdicts is true; a reason where none is and one is not known."""
    reason = ""
    for verdict in verdicts:
        if verdict is True:
            return True
        reason = reason or verdict or ""
    return reason or False


def all_of(verdicts: Iterable[bool | str]) -> bool | str:
    """Whether all of several verdicts are true; a reason where none is false and one is not known."""
    reason = ""
    for verdict in verdicts:
        if verdict is False:
            return False
        reason = reason or (verdict if isinstance(verdict, str) else "")
    return reason or True


def _meant(rule: Node, request: Request, cluster: Cluster, is_exact: bool) -> bool | str:
    return all_of(
        (
            names(rule, request.resource),
            _has_version(rule, request.resource, is_exact),
            _has_name(rule["resourceNames"], request.resource),
            _in_scope(rule["scope"].text, request.resource),
            _has_operation(rule, request, cluster),
        )
    )


def names(rule: Node, resource: Resource) -> bool:
    """Whether a rule names the resources of this kind."""
    # What follows a slash is a subresource, and a resource itself has the empty one.
    parts = (word.partition("/") for word in _words(rule["resources"]))
    is_named = any(name in ("*", plural(resource.kind)) and sub in ("", "*") for name, _, sub in parts)
    return is_named and _has(rule["apiGroups"], resource.group)


def operations(constraints: Node) -> set[str]:
    """The operations that constraints name."""
    return {word for rule in constraints["resourceRules"] for word in _words(rule["operations"])}


def _has_version(rule: Node, resource: Resource, is_exact: bool) -> bool | str:
    if _has(rule["apiVersions"], resource.api_version.rpartition("/")[2]):
        return True
    return False if is_exact else f"it looks at another version of {resource.kind}"


def _has_name(names: Node, resource: Resource) -> bool | str:
    if not names.value:
        return True
    if any(resource.node["metadata"]["name"].placeholders()):
        return UNRENDERED
    return resource.name in _words(names) if resource.name else "it looks at the name, which the cluster chooses"


def _in_scope(scope: str, resource: Resource) -> bool | str:
    if scope not in ("Cluster", "Namespaced"):
        return True
    has_namespace = is_namespaced(resource)
    if has_namespace is None:
        return f"it is not known whether a {resource.kind} has a namespace"
    return has_namespace is (scope == "Namespaced")


def is_namespaced(resource: Resource) -> bool | None:
    """Whether a resource is in a namespace; None where its kind is not known."""
    if resource.kind in _CLUSTER_SCOPED.get(resource.group, ()):
        return False
    if resource.group in _WITH_NAMESPACES or resource.namespace:
        return True
    return False if resource.group in _CLUSTER_SCOPED else None


def _has_operation(rule: Node, request: Request, cluster: Cluster) -> bool | str:
    found = _words(rule["operations"])
    if not found.isdisjoint(("*", request.operation)):
        return True
    # Without the state before, what is taken for a creation may be an update.
    is_open = "UPDATE" in found and cluster.before is None
    return "it is about updates, and what there was before is not known" if is_open else False


def _words(node: Node) -> set[str]:
    return {item.text for item in node}


def _has(node: Node, word: str) -> bool:
    return not _words(node).isdisjoint(("*", word))


def plural(kind: str) -> str:
    """How the API calls the resources of a kind: `services`, `networkpolicies`, `ingresses`."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")


def _selects(selector: Node, resource: Resource) -> bool | str:
    """Whether a selector picks a resource by its own labels; one that is not there or empty picks all."""
    if not selector.value:
        return True
    labels = resource.node["metadata"]["labels"]
    is_open = labels.is_placeholder or any(child.is_placeholder_key for _, child in labels.items())
    own = {**resource.labels, **({NAMESPACE_NAME: resource.name} if resource.kind == "Namespace" else {})}
    found = selects(selector, own, lambda key: is_open or labels[key].is_placeholder)
    return UNRENDERED if found is None else found


def _in_namespace(selector: Node, resource: Resource, cluster: Cluster) -> bool | str:
    if not selector.value:
        return True
    if resource.kind == "Namespace" and not resource.group:
        return _selects(selector, resource)
    has_namespace = is_namespaced(resource)
    if has_namespace is False:
        return True
    if has_namespace is None:
        return f"it is not known whether a {resource.kind} has a namespace"
    if not cluster.has_namespace(resource):
        return "it looks at the namespace, which the manifest leaves to kubectl"
    verdicts = {_of_namespace(selector, name, cluster) for name in sorted(cluster.namespaces(resource))}
    return verdicts.pop() if len(verdicts) == 1 else "it looks at some of the namespaces of a resource"


def _of_namespace(selector: Node, name: str, cluster: Cluster) -> bool | str:
    known = cluster.namespace_objects.get(name)
    if known:
        return _selects(selector, known)
    found = selects(selector, {NAMESPACE_NAME: name}, lambda key: key != NAMESPACE_NAME)
    return f"it asks for labels of the namespace {name}, which is not in the input" if found is None else found
