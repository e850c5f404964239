"""Typed views over nodes, with the defaults that the API server fills in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from nplint.node import Node
from nplint.spelling import recased

if TYPE_CHECKING:
    from nplint.workload import Workload

SERVICE_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
NODE_PORT_TYPES = ("NodePort", "LoadBalancer")
PROTOCOLS = ("TCP", "UDP", "SCTP")
TRAFFIC_POLICIES = ("Cluster", "Local")


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

    @cached_property
    def name(self) -> str:
        return self.node["metadata"]["name"].text

    @cached_property
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
        return self._unrendered() if self.node.document.may_hold_marks else iter(())

    def _unrendered(self) -> Iterator[Node]:
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


def protocol_of(number: Node) -> str:
    """The protocol of a port's number in a Service or a container; "" where that is not known."""
    # Health checks are asked over HTTP.
    return "TCP" if number.path[-1] == "healthCheckNodePort" else ServicePort(number.parent).protocol


class Service(Resource):
    """A v1 Service with the values in effect."""

    @cached_property
    def spec(self) -> Node:
        return self.node["spec"]

    @cached_property
    def who(self) -> tuple[object, ...]:
        """What tells Services apart. One that gets its name only in the cluster is a Service of its own.

        A name that a template hides is at least the same wherever it is written the same.
        """
        name = self.node["metadata"]["name"].value
        if isinstance(name, str) and name:
            return *self.identity[:2], name
        return self.node.document.source.path, self.node.document.start, self.node.path

    @cached_property
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

    @cached_property
    def takes_node_ports(self) -> bool:
        """Whether a nodePort may be written for it."""
        return self.type in NODE_PORT_TYPES

    @cached_property
    def has_node_ports(self) -> bool:
        """Whether nodes answer for this Service: NodePort, and LoadBalancer unless it opts out and pins none."""
        if self.type == "LoadBalancer" and self.spec["allocateLoadBalancerNodePorts"].value is False:
            return any(port.node_port for port in self.ports)
        return self.takes_node_ports

    @property
    def is_external(self) -> bool:
        """Whether traffic from outside the cluster can reach it, which is what externalTrafficPolicy is about."""
        return self.takes_node_ports or (self.type == "ClusterIP" and any(self.spec["externalIPs"]))

    @cached_property
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
        wanted = {key: value for key, value in self.selector.items() if not workload.adds_label(key, value)}
        return bool(self.selector) and wanted.items() <= workload.pod_labels.items()

    def _unrendered(self) -> Iterator[Node]:
        yield from super()._unrendered()
        yield from self.spec.placeholders()
