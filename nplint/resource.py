"""Typed views over nodes, with the defaults that the API server fills in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.document import Document
from nplint.node import Node
from nplint.spelling import recased

SERVICE_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
NODE_PORT_TYPES = ("NodePort", "LoadBalancer")
PROTOCOLS = ("TCP", "UDP", "SCTP")
TRAFFIC_POLICIES = ("Cluster", "Local")

_POD_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("extensions", "Deployment"): ("spec", "template"),
    ("extensions", "ReplicaSet"): ("spec", "template"),
    ("extensions", "DaemonSet"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}


@dataclass(frozen=True, eq=False)
class Resource:
    """One Kubernetes object of the input: a document, or an item of a List."""

    node: Node
    api_version: str
    kind: str

    @property
    def group(self) -> str:
        """The API group: `apps` of `apps/v1`, "" of `v1`."""
        return self.api_version.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.node["metadata"]["name"].text

    @property
    def namespace(self) -> str:
        """The namespace as written, "" where the manifest leaves it to kubectl."""
        return self.node["metadata"]["namespace"].text

    @property
    def identity(self) -> tuple[str, str, str]:
        """What the cluster tells resources apart by: kind, namespace and name."""
        return self.kind, self.namespace or "default", self.name

    @property
    def title(self) -> str:
        """How a message names it: `Service shop/web`."""
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name or '(unnamed)'}"

    @property
    def labels(self) -> dict[str, str]:
        return texts(self.node["metadata"]["labels"])

    @property
    def annotations(self) -> dict[str, str]:
        return texts(self.node["metadata"]["annotations"])

    def unrendered(self) -> Iterator[Node]:
        """Values that decide what this resource is or reaches, and that a template tool still has to fill in."""
        for step in ("name", "namespace", "labels"):
            yield from self.node["metadata"][step].placeholders()


def texts(node: Node) -> dict[str, str]:
    """The string values of a mapping; others and those not rendered yet are left out."""
    return {key: value.text for key, value in node.items() if isinstance(value.value, str) and not value.is_placeholder}


def _text_or(node: Node, default: str) -> str:
    """A string with the API's default for null and ""; "" where a template hides it or it is no string at all."""
    return default if node.value in (None, "") else node.text


class ServicePort(NamedTuple):
    """One entry of a Service's `ports`."""

    node: Node

    @property
    def name(self) -> str:
        return self.node["name"].text

    @property
    def port(self) -> int | None:
        return self.node["port"].number

    @property
    def protocol(self) -> str:
        """The protocol as the API server sees it: TCP by default, "" where that is not known."""
        return _text_or(self.node["protocol"], "TCP")

    @property
    def node_port(self) -> int | None:
        """The pinned node port; None where the cluster picks one, which 0 asks for too."""
        return self.node["nodePort"].number or None


class Service(Resource):
    """A v1 Service with the values in effect."""

    @property
    def spec(self) -> Node:
        return self.node["spec"]

    @property
    def who(self) -> tuple[object, ...]:
        """What tells Services apart. One that gets its name only in the cluster is a Service of its own.

        A name that a template hides is at least the same wherever it is written the same.
        """
        name = self.node["metadata"]["name"].value
        if isinstance(name, str) and name:
            return *self.identity[:2], name
        return self.node.document.source.path, self.node.document.start, self.node.path

    @property
    def type(self) -> str:
        """ClusterIP by default, "" where it is not known."""
        return _text_or(self.spec["type"], "ClusterIP")

    @property
    def has_known_type(self) -> bool:
        return self.type in SERVICE_TYPES

    @property
    def is_headless(self) -> bool:
        return self.spec["clusterIP"].text == "None"

    @cached_property
    def ports(self) -> tuple[ServicePort, ...]:
        return tuple(ServicePort(node) for node in self.spec["ports"])

    def claimed_ports(self) -> Iterator[tuple[int, Node]]:
        """Every number that it takes out of the cluster's node ports, and where that is written."""
        for port in self.ports if self.takes_node_ports else ():
            if port.node_port is not None:
                yield port.node_port, port.node["nodePort"]
        health_check = self.spec["healthCheckNodePort"]
        if self.type == "LoadBalancer" and self.external_traffic_policy == "Local" and health_check.number:
            yield health_check.number, health_check

    @property
    def takes_node_ports(self) -> bool:
        """Whether a nodePort may be written for it."""
        return self.type in NODE_PORT_TYPES

    @property
    def has_node_ports(self) -> bool:
        """Whether nodes answer for this Service: NodePort, and LoadBalancer unless it opts out and pins none."""
        if self.type == "LoadBalancer" and self.spec["allocateLoadBalancerNodePorts"].value is False:
            return any(port.node_port for port in self.ports)
        return self.takes_node_ports

    @property
    def is_external(self) -> bool:
        """Whether traffic from outside the cluster can reach it, which is what externalTrafficPolicy is about."""
        return self.takes_node_ports or (self.type == "ClusterIP" and any(self.spec["externalIPs"]))

    @property
    def external_traffic_policy(self) -> str:
        """Cluster or Local as its author means it, Cluster by default; "" where it is not known.

        `local` counts as Local: the API server refuses the spelling, yet what is meant is clear.
        """
        text = _text_or(self.spec["externalTrafficPolicy"], "Cluster")
        return recased(text, TRAFFIC_POLICIES) or text

    @cached_property
    def selector(self) -> dict[str, str]:
        return texts(self.spec["selector"])

    def selects(self, workload: "Workload") -> bool:
        """Whether the pods of a workload of the same namespace carry every selected label."""
        selector = self.selector
        return bool(selector) and selector.items() <= workload.pod_labels.items()

    def unrendered(self) -> Iterator[Node]:
        yield from super().unrendered()
        yield from self.spec.placeholders()


class Container(NamedTuple):
    """A container of a pod template."""

    node: Node

    @property
    def name(self) -> str:
        return self.node["name"].text

    @property
    def ports(self) -> Iterator[Node]:
        return iter(self.node["ports"])

    @property
    def is_sidecar(self) -> bool:
        """Whether an init container goes on running beside the others."""
        return self.node["restartPolicy"].text == "Always"

    def commands(self) -> Iterator[Node]:
        """Every word of what it runs: command, arguments, and those of its probes and lifecycle hooks."""
        yield from self.node["command"]
        yield from self.node["args"]
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            yield from self.node[probe]["exec"]["command"]
        for hook in ("postStart", "preStop"):
            yield from self.node["lifecycle"][hook]["exec"]["command"]


@dataclass(frozen=True, eq=False)
class Workload(Resource):
    """A Pod, or what carries a pod template: every built-in kind that does, and others that look like one."""

    template: Node

    @property
    def runs_pods(self) -> bool:
        """Whether pods of its template come to be; a PodTemplate only keeps one."""
        return self.kind != "PodTemplate"

    @property
    def pod_spec(self) -> Node:
        return self.template["spec"]

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        return texts(self.template["metadata"]["labels"])

    @property
    def containers(self) -> tuple[Container, ...]:
        return tuple(Container(node) for node in self.pod_spec["containers"])

    @property
    def init_containers(self) -> tuple[Container, ...]:
        return tuple(Container(node) for node in self.pod_spec["initContainers"])

    @property
    def images(self) -> tuple[str, ...]:
        return tuple(container.node["image"].text for container in self.containers)

    def node_listeners(self) -> Iterator[tuple[int, Node]]:
        """The ports that its pods listen on in their nodes' network, and where these are written."""
        for container in (*self.containers, *self.init_containers):
            for port in container.ports:
                node = port["hostPort"] if port["hostPort"].number else port["containerPort"]
                if node.number and (node.path[-1] == "hostPort" or self.host_network):
                    yield node.number, node

    @property
    def pod_count(self) -> Node:
        """The place that decides how many pods there are: `replicas`, or else the kind."""
        replicas = self.node["spec"]["replicas"]
        return replicas if replicas.present else self.node["kind"]

    @property
    def replicas(self) -> int | None:
        """How many pods it wants, 1 by default; None for a DaemonSet, which has one a node, and for jobs."""
        if self.kind in ("DaemonSet", "Job", "CronJob"):
            return None
        number = self.node["spec"]["replicas"].number
        return 1 if number is None or self.kind == "Pod" else number

    @property
    def host_network(self) -> bool | None:
        """Whether its pods live in their node's network; None while a template hides it."""
        node = self.pod_spec["hostNetwork"]
        return None if node.is_placeholder else node.value is True

    @property
    def node_name(self) -> str:
        return self.pod_spec["nodeName"].text

    @property
    def node_selector(self) -> dict[str, str]:
        return texts(self.pod_spec["nodeSelector"])

    @property
    def affinity(self) -> Node:
        return self.pod_spec["affinity"]

    def unrendered(self) -> Iterator[Node]:
        yield from super().unrendered()
        yield from self.template["metadata"]["labels"].placeholders()
        yield from self.pod_spec["hostNetwork"].placeholders()

    def unrendered_ports(self) -> Iterator[Node]:
        """Values in its containers' ports that a template tool still has to fill in."""
        for container in self.containers:
            yield from container.node["ports"].placeholders()


def resources_of(document: Document) -> Iterator[Resource]:
    """The resources of a document, the items of a List each on their own."""
    yield from _expand(Node(document, value=document.value), "", "")


def _expand(node: Node, api_version: str, kind: str) -> Iterator[Resource]:
    api_version = node["apiVersion"].text or api_version
    kind = node["kind"].text or kind
    if kind.endswith("List") and isinstance(node["items"].value, list):
        # Items of a ServiceList may leave their type to it; those of a plain List may not.
        implied = (api_version, kind.removesuffix("List")) if kind != "List" else ("", "")
        for item in node["items"]:
            yield from _expand(Node(item.document, item.path, item.value, root=len(item.path)), *implied)
    elif api_version and kind:
        yield _typed(Resource(node, api_version, kind))


def _typed(resource: Resource) -> Resource:
    node, api_version, kind = resource.node, resource.api_version, resource.kind
    if api_version == "v1" and kind == "Service":
        return Service(node, api_version, kind)
    steps = _POD_TEMPLATES.get((resource.group, kind))
    if steps is None and "." in resource.group and any(node["spec"]["template"]["spec"]["containers"]):
        # Rollouts, CloneSets and the like: whatever carries a pod template runs pods of it.
        steps = ("spec", "template")
    return resource if steps is None else Workload(node, api_version, kind, node.at(steps))
