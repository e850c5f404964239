"""What the API server asks an admission policy about a resource, as far as manifests tell."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Resource, Service, texts

_ALLOCATED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
_NAMESPACE_NAME = "kubernetes.io/metadata.name"


class Request(NamedTuple):
    """A resource that is created, or updated from an earlier state of itself."""

    resource: Resource
    old: Resource | None

    @property
    def operation(self) -> str:
        return "UPDATE" if self.old else "CREATE"


def requests(cluster: Cluster) -> Iterator[Request]:
    """What applying the manifests of a cluster asks of its API server."""
    earlier: dict[tuple[str, str, str], list[Resource]] = {}
    for resource in cluster.before.resources if cluster.before else ():
        earlier.setdefault(resource.identity, []).append(resource)
    for resource in cluster.resources:
        old = earlier.get(resource.identity, [])
        yield Request(resource, old[0] if len(old) == 1 else None)


def matches(constraints: Node, request: Request, cluster: Cluster, *, without_rules: bool = False) -> bool | str:
    """Whether constraints mean a request, or why that is not known; `without_rules` is what holds where they name none.

    They are `matchConstraints` of a policy or `matchResources` of a binding.
    """
    rules = list(constraints["resourceRules"])
    if any(_named(rule, request, cluster) is True for rule in constraints["excludeResourceRules"]):
        return False
    found = any_of(_named(rule, request, cluster) for rule in rules) if rules else without_rules
    if found is False:
        return False
    both = [one for one in (request.resource, request.old) if one]
    if not any(_selects(constraints["objectSelector"], one.labels) for one in both):
        return False
    in_namespace = _in_namespace(constraints["namespaceSelector"], request.resource, cluster)
    return in_namespace if in_namespace is not True else found


def any_of(verdicts: Iterable[bool | str]) -> bool | str:
    """Whether one of several verdicts is true; a reason where none is and one is not known."""
    reason = ""
    for verdict in verdicts:
        if verdict is True:
            return True
        reason = reason or verdict or ""
    return reason or False


def _named(rule: Node, request: Request, cluster: Cluster) -> bool | str:
    resource = request.resource
    version = resource.api_version.rpartition("/")[2]
    operations = _words(rule["operations"])
    if not _has(rule["apiGroups"], resource.group) or not _has(rule["resources"], plural(resource.kind), "*/*"):
        return False
    if rule["resourceNames"].value and resource.name not in _words(rule["resourceNames"]):
        return False
    if not operations & {"*", "CREATE", "UPDATE"} or rule["scope"].text == "Cluster":
        return False
    if not _has(rule["apiVersions"], version):
        return f"it looks at another version of {resource.kind}"
    if "*" in operations or request.operation in operations:
        return True
    # Without the state before, what is taken for a creation may be an update.
    return "it is about updates, and what there was before is not known" if cluster.before is None else False


def _words(node: Node) -> set[str]:
    return {item.text for item in node}


def _has(node: Node, *words: str) -> bool:
    return not _words(node).isdisjoint({"*", *words})


def plural(kind: str) -> str:
    """How the API calls the resources of a kind: `services`, `networkpolicies`, `ingresses`."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")


def _selects(selector: Node, labels: Mapping[str, str]) -> bool:
    wanted = texts(selector["matchLabels"])
    return wanted.items() <= labels.items() and all(
        _holds(condition, labels) for condition in selector["matchExpressions"]
    )


def _holds(condition: Node, labels: Mapping[str, str]) -> bool:
    key, operator, values = condition["key"].text, condition["operator"].text, _words(condition["values"])
    if operator in ("Exists", "DoesNotExist"):
        return (key in labels) is (operator == "Exists")
    return (labels.get(key) in values) is (operator == "In")


def _in_namespace(selector: Node, resource: Resource, cluster: Cluster) -> bool | str:
    keys = {*texts(selector["matchLabels"]), *(one["key"].text for one in selector["matchExpressions"])}
    verdicts = set()
    for name in sorted(cluster.namespaces(resource)) if keys else ():
        known = cluster.namespace_objects.get(name)
        if known is None and keys != {_NAMESPACE_NAME}:
            return f"it asks for labels of the namespace {name}, which is not in the input"
        verdicts.add(_selects(selector, {**(known.labels if known else {}), _NAMESPACE_NAME: name}))
    return "it looks at some of the namespaces of a resource" if len(verdicts) > 1 else verdicts != {False}


def shown_object(resource: Resource, cluster: Cluster) -> dict[str, Any]:
    """The object as a policy sees it: with the defaults that the API server fills in for every cluster alike."""
    value: dict[str, Any] = dict(resource.node.value) if isinstance(resource.node.value, dict) else {}
    value |= {"apiVersion": resource.api_version, "kind": resource.kind}
    spaces = cluster.namespaces(resource)
    if isinstance(value.get("metadata"), dict) and len(spaces) == 1:
        value["metadata"] = {**value["metadata"], "namespace": next(iter(spaces))}
    if isinstance(resource, Service):
        spec = value.get("spec")
        value["spec"] = _defaulted(resource, spec if isinstance(spec, dict) else {})
        value.setdefault("status", {"loadBalancer": {}})
    return value


def _defaulted(service: Service, spec: Mapping[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"type": "ClusterIP", "sessionAffinity": "None"}
    if service.type in ("ClusterIP", "NodePort", "LoadBalancer"):
        defaults["internalTrafficPolicy"] = "Cluster"
    if service.is_external:
        defaults["externalTrafficPolicy"] = "Cluster"
    if service.type == "LoadBalancer":
        defaults["allocateLoadBalancerNodePorts"] = True
    if spec.get("sessionAffinity") == "ClientIP":
        defaults["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": 10800}}
    filled = {**defaults, **{name: value for name, value in spec.items() if value is not None and value != ""}}
    if isinstance(spec.get("ports"), list):
        filled["ports"] = [_defaulted_port(port) for port in spec["ports"]]
    return filled


def _defaulted_port(port: Any) -> Any:
    if not isinstance(port, dict):
        return port
    given = {name: value for name, value in port.items() if value is not None and value != ""}
    known = {"protocol": "TCP", "targetPort": given.get("port"), **given}
    return {name: value for name, value in known.items() if not (name == "targetPort" and value in (None, 0))} or port


def chosen_by_the_cluster(resource: Resource) -> frozenset[str]:
    """Fields that the API server fills in with what only the cluster knows."""
    fields = {"uid", "creationTimestamp", "resourceVersion", "generation", "managedFields"}
    if isinstance(resource, Service) and resource.type != "ExternalName":
        written = resource.spec.value if isinstance(resource.spec.value, dict) else {}
        fields |= {name for name in _ALLOCATED if not written.get(name)}
        if resource.has_node_ports and not all(port.node_port for port in resource.ports):
            fields.add("nodePort")
        if resource.type == "LoadBalancer" and resource.external_traffic_policy == "Local":
            fields |= {"healthCheckNodePort"} - written.keys()
    return frozenset(fields)
