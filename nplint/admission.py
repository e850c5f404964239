"""What an admission policy sees of a resource, as far as manifests tell."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from nplint.cluster import Cluster
from nplint.matching import NAMESPACE_NAME, Request, is_namespaced, plural
from nplint.reach import Reach, nodes, reach
from nplint.resource import Resource, Service
from nplint.structure import schema

_ALLOCATED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
_OWN = tuple((name,) for name in ("name", "generateName", "namespace", "labels", "annotations", "ownerReferences"))
"""What of the metadata is as the manifest says, or else not there."""
# Fields that the API server keeps where they are empty, because it tells empty from absent.
_POINTERS = frozenset(
    ("allocateLoadBalancerNodePorts", "sessionAffinityConfig", "loadBalancerClass", "ipFamilyPolicy", "appProtocol")
) | {"internalTrafficPolicy", "trafficDistribution"}


def shown_object(resource: Resource, cluster: Cluster) -> dict[str, Any]:
    """The object as a policy sees it: with the defaults that the API server fills in for every cluster alike.

    What the API server takes for absent is not there: what is empty, and in a Service what it does not know.
    """
    value: dict[str, Any] = dict(resource.node.value) if isinstance(resource.node.value, dict) else {}
    value |= {"apiVersion": resource.api_version, "kind": resource.kind}
    if isinstance(value.get("metadata"), dict):
        value["metadata"] = _metadata(value["metadata"], resource, cluster)
    if isinstance(resource, Service):
        spec = value.get("spec")
        value["spec"] = _defaulted(resource, spec if isinstance(spec, dict) else {})
        value["status"] = {"loadBalancer": {}}
    return value


def _metadata(written: Mapping[str, Any], resource: Resource, cluster: Cluster) -> dict[str, Any]:
    shown = {name: value for name, value in written.items() if value}
    for name in ("labels", "annotations"):
        if isinstance(shown.get(name), dict):
            shown[name] = _texts(shown[name])
    spaces = cluster.namespaces(resource)
    if is_namespaced(resource) and len(spaces) == 1 and cluster.has_namespace(resource):
        shown["namespace"] = next(iter(spaces))
    if resource.kind == "Namespace" and resource.name:
        shown["labels"] = {NAMESPACE_NAME: resource.name, **shown.get("labels", {})}
    return shown


def _texts(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: "" if text is None else text for key, text in value.items()}


def _defaulted(service: Service, spec: Mapping[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"type": "ClusterIP", "sessionAffinity": "None"}
    if service.type in ("ClusterIP", "NodePort", "LoadBalancer"):
        defaults["internalTrafficPolicy"] = "Cluster"
    if service.is_external:
        defaults["externalTrafficPolicy"] = "Cluster"
    if service.type == "LoadBalancer":
        defaults["allocateLoadBalancerNodePorts"] = True
    filled = {**defaults, **_kept(spec, schema()["properties"]["spec"]["properties"])}
    _fill_in_affinity(filled)
    if isinstance(filled.get("selector"), dict):
        filled["selector"] = _texts(filled["selector"])
    if isinstance(filled.get("ports"), list):
        filled["ports"] = [_defaulted_port(port) for port in filled["ports"]]
    return filled


def _kept(written: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Service that are there once the API server has read it."""
    return {
        name: value
        for name, value in written.items()
        if name in known and (value is not None if name in _POINTERS else value)
    }


def _fill_in_affinity(spec: dict[str, Any]) -> None:
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        config = spec.get("sessionAffinityConfig")
        client = config.get("clientIP") if isinstance(config, dict) else None
        if not isinstance(client, dict) or client.get("timeoutSeconds") is None:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": 10800}}


def _defaulted_port(port: Any) -> Any:
    if not isinstance(port, dict):
        return port
    kept = _kept(port, schema()["properties"]["spec"]["properties"]["ports"]["items"]["properties"])
    known = {"protocol": "TCP", "targetPort": kept.get("port"), **kept}
    return {name: value for name, value in known.items() if value is not None}


class Wish(NamedTuple):
    """What an expression wants to know."""

    words: frozenset[str]
    asks_for_name: bool
    reach: Reach

    @classmethod
    def of(cls, expression: str) -> "Wish":
        """What an expression with all its variables wants to know."""
        asks_for_name = bool(re.search(r"\b(metadata|request)\W+name\b", expression))
        found = reach(expression, ("object",), ("oldObject", "request", "namespaceObject"))
        return cls(frozenset(re.findall(r"\w+", expression)), asks_for_name, found)


def unknown(wish: Wish, request: Request, cluster: Cluster) -> str:
    """Why that cannot be told of a request without the cluster, "" where it can."""
    resource = request.resource
    chosen = sorted(wish.words & _chosen_by_the_cluster(request))
    if chosen:
        return f"it looks at {chosen[0]}, which the cluster fills in"
    if not resource.name and wish.asks_for_name:
        return "it looks at the name, which the cluster chooses"
    if cluster.before is None and not wish.words.isdisjoint(("oldObject", "operation")):
        return "it looks at what there was before, which is not known"
    return _unknown_namespace(wish.words, resource, cluster) or _unknown_default(wish.reach, resource)


def _unknown_namespace(words: frozenset[str], resource: Resource, cluster: Cluster) -> str:
    if words.isdisjoint(("namespace", "namespaceObject")):
        return ""
    has_namespace = is_namespaced(resource)
    if has_namespace is None:
        return f"it is not known whether a {resource.kind} has a namespace"
    if not has_namespace:
        is_asked = resource.kind == "Namespace" and {"request", "namespace"} <= words
        return "it looks at the namespace of the request for a namespace" if is_asked else ""
    spaces = cluster.namespaces(resource)
    if not cluster.has_namespace(resource) or len(spaces) > 1:
        return "it looks at the namespace, which the manifest leaves to kubectl"
    is_missing = "namespaceObject" in words and not spaces <= cluster.namespace_objects.keys()
    return "it asks for the namespace, which is not in the input" if is_missing else ""


def _unknown_default(found: Reach, resource: Resource) -> str:
    """Only of Services it is known here what the API server fills in; of others only what is written is sure."""
    if isinstance(resource, Service):
        return ""
    for access in found.of("object"):
        own = access.steps[:1] == ("metadata",) and access.steps[1:2] in _OWN
        fields = () if own else nodes(resource.node, access.steps)
        if not access.steps or any(node.value is None for node in fields):
            field = ".".join("*" if step is None else str(step) for step in access.steps)
            return f"it looks at {field or 'all of it'}, which the API server may fill in"
    return "" if found.known else "what it looks at may be what the API server fills in"


def _chosen_by_the_cluster(request: Request) -> frozenset[str]:
    """Fields that the API server fills in with what only the cluster knows."""
    resource = request.resource
    fields = {"uid", "creationTimestamp", "resourceVersion", "generation", "managedFields"}
    if isinstance(resource, Service) and request.old:
        fields.add("status")
    if isinstance(resource, Service) and resource.type != "ExternalName":
        written = resource.spec.value if isinstance(resource.spec.value, dict) else {}
        fields |= {name for name in _ALLOCATED if not written.get(name)}
        if resource.has_node_ports and not all(port.node_port for port in resource.ports):
            fields.add("nodePort")
        if resource.type == "LoadBalancer" and resource.external_traffic_policy == "Local":
            fields |= {"healthCheckNodePort"} - written.keys()
    return frozenset(fields)


def item(request: Request, cluster: Cluster) -> dict[str, Any]:
    """What an expression is given for a request, by the names of its variables."""
    resource, before = request.resource, cluster.before or cluster
    group, _, version = resource.api_version.rpartition("/")
    object = shown_object(resource, cluster)
    metadata = object.get("metadata")
    return {
        "object": object,
        "oldObject": shown_object(request.old, before) if request.old else None,
        "namespaceObject": _namespace(resource, cluster),
        "request": {
            "operation": request.operation,
            "name": resource.name,
            "namespace": metadata.get("namespace", "") if isinstance(metadata, dict) else "",
            "kind": {"group": group, "version": version, "kind": resource.kind},
            "resource": {"group": group, "version": version, "resource": plural(resource.kind)},
        },
    }


def _namespace(resource: Resource, cluster: Cluster) -> Any:
    known = [cluster.namespace_objects.get(name) for name in cluster.namespaces(resource)]
    is_known = is_namespaced(resource) and len(known) == 1 and known[0]
    return shown_object(known[0], cluster) if is_known and known[0] else None
