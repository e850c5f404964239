"""What runs pods, and what its pods look like."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.node import Node
from nplint.resource import Resource, texts

POD_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
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

# Labels that controllers put on pods, with values that no manifest shows.
_HASHES = ("pod-template-hash", "controller-revision-hash", "pod-template-generation")
_ADDED_LABELS = {
    "Deployment": _HASHES,
    "ReplicaSet": _HASHES,
    "DaemonSet": _HASHES,
    "StatefulSet": ("apps.kubernetes.io/pod-index", *_HASHES),
    "Job": ("controller-uid", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index"),
}
CONTROLLER_LABELS = frozenset(
    {"statefulset.kubernetes.io/pod-name", "job-name", "batch.kubernetes.io/job-name"}.union(*_ADDED_LABELS.values())
)
"""Labels of pods that stand in no pod template."""

KINDS_WITHOUT_PODS = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "CustomResourceDefinition",
        "EndpointSlice",
        "Endpoints",
        "HorizontalPodAutoscaler",
        "Ingress",
        "IngressClass",
        "Kustomization",
        "LimitRange",
        "MutatingWebhookConfiguration",
        "Namespace",
        "NetworkPolicy",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "PriorityClass",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds that bring no pods, so that a file that cannot be read matters less when it says that it holds one of them."""


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
        probes = (self.node[name] for name in ("livenessProbe", "readinessProbe", "startupProbe"))
        lifecycle = self.node["lifecycle"]
        hooks = (lifecycle[name] for name in ("postStart", "preStop") if lifecycle.present)
        for handler in (*probes, *hooks):
            if handler.present:
                yield from handler["exec"]["command"]


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

    def adds_label(self, key: str, value: str) -> bool:
        """Whether the controller of its kind puts this label on pods, as far as the manifest can tell."""
        if key == "statefulset.kubernetes.io/pod-name":
            return self.kind == "StatefulSet" and value.rpartition("-")[0] == self.name
        if key in ("job-name", "batch.kubernetes.io/job-name"):
            return self.kind == "Job" and value == self.name
        return key in _ADDED_LABELS.get(self.kind, ())

    @property
    def containers(self) -> tuple[Container, ...]:
        return tuple(Container(node) for node in self.pod_spec["containers"])

    @property
    def init_containers(self) -> tuple[Container, ...]:
        return tuple(Container(node) for node in self.pod_spec["initContainers"])

    @property
    def images(self) -> tuple[str, ...]:
        return tuple(container.node["image"].text for container in self.containers)

    def node_listeners(self) -> tuple[tuple[int, Node], ...]:
        """The ports that its pods listen on in their nodes' network, and where these are written."""
        return self._node_listeners

    @cached_property
    def _node_listeners(self) -> tuple[tuple[int, Node], ...]:
        return tuple(self._listeners())

    def _listeners(self) -> Iterator[tuple[int, Node]]:
        for container in (*self.containers, *self.init_containers):
            for port in container.ports:
                host_port = port["hostPort"]
                node = host_port if host_port.number or not self.host_network else port["containerPort"]
                if node.number:
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

    def _unrendered(self) -> Iterator[Node]:
        yield from super()._unrendered()
        yield from self.template["metadata"]["labels"].placeholders()
        yield from self.pod_spec["hostNetwork"].placeholders()

    def unrendered_ports(self) -> Iterator[Node]:
        """Values in its containers' ports that a template tool still has to fill in."""
        for container in self.containers:
            yield from container.node["ports"].placeholders()
