"""Typed views over nodes, with the defaults that the API server fills in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nplint.node import Node
from nplint.spelling import LONG, cut, recased

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
        return group_of(self.api_version)

    @cached_property
    def name(self) -> str:
        return self.node["metadata"]["name"].text

    @property
    def namespace(self) -> str:
        """The namespace, "" where the manifest leaves it to kubectl or a template hides it."""
        written = self.written_namespace
        return "" if self.node.document.is_marked(written) else written

    @cached_property
    def written_namespace(self) -> str:
        """The same with the marks of a template tool: what is written the same is at least the same namespace."""
        return self.node["metadata"]["namespace"].raw or ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What the cluster tells resources apart by: kind, namespace and name."""
        return self.kind, self.namespace or "default", self.name

    @property
    def title(self) -> str:
        """How a message names it: `Service shop/web`."""
        kind, namespace, name = (cut(part, LONG) for part in (self.kind, self.namespace, self.name))
        return f"{kind} {namespace + '/' if namespace else ''}{name or '(unnamed)'}"

    @property
    def labels(self) -> dict[str, str]:
        return texts(self.node["metadata"]["labels"])

    @property
    def annotations(self) -> dict[str, str]:
        return texts(self.node["metadata"]["annotations"])

    def unrendered(self) -> Iterator[Node]:
        """Values that decide what this resource is or reaches, and that a template tool still has to fill in."""
        return self._unrendered() if self.node.document.source.may_hold_marks else iter(())

    def _unrendered(self) -> Iterator[Node]:
        for step in ("name", "namespace", "labels"):
            yield from self.node["metadata"][step].placeholders()


def group_of(api_version: str) -> str:
    """The API group: `apps` of `apps/v1`, "" of `v1`."""
    return api_version.rpartition("/")[0]


def texts(node: Node) -> dict[str, str]:
    """The string values of a mapping; others and those not rendered yet are left out. Not to be changed."""
    values: dict[str, Any] = node.value if isinstance(node.value, dict) else {}
    if not node.document.source.may_hold_marks and all(isinstance(value, str) for value in values.values()):
        # Hundreds of thousands of selectors and labels need no copy.
        return values
    is_marked = node.document.is_marked
    return {key: value for key, value in values.items() if isinstance(value, str) and not is_marked(value)}


def _text_or(node: Node, default: str) -> str:
    """A string with the API's default for null and ""; "" where a template hides it or it is no string at all."""
    return default if node.value in (None, "") else node.text


class ServicePort(NamedTuple):
    """One entry of a Service's `ports`, with the values in effect."""

    node: Node
    name: str
    port: int | None
    protocol: str
    """The protocol as the API server sees it: TCP by default, "" where that is not known."""
    node_port: int | None
    """The pinned node port; None where the cluster picks one, which 0 asks for too."""


def _port(node: Node) -> ServicePort:
    return ServicePort(
        node, node["name"].text, node["port"].number, _protocol(node), node_port=node["nodePort"].number or None
    )


def _protocol(port: Node) -> str:
    return _text_or(port["protocol"], "TCP")


def protocol_of(number: Node) -> str:
    """The protocol of a port's number in a Service or a container; "" where that is not known."""
    # Health checks are asked over HTTP.
    return "TCP" if number.path[-1] == "healthCheckNodePort" else _protocol(number.parent)


class Service(Resource):
    """A v1 Service with the values in effect."""

    @cached_property
    def spec(self) -> Node:
        return self.node["spec"]

    def writes(self, *fields: str) -> bool:
        """Whether one of these fields stands in its spec, whatever it holds: rare ones need not be judged in all."""
        return isinstance(self.spec.value, dict) and not self.spec.value.keys().isdisjoint(fields)

    @property
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
        return tuple(_port(node) for node in self.spec["ports"])

    def claimed_ports(self) -> tuple[tuple[int, Node], ...]:
        """Every number that it takes out of the cluster's node ports, and where that is written."""
        return self._claimed_ports

    @cached_property
    def _claimed_ports(self) -> tuple[tuple[int, Node], ...]:
        return tuple(self._claims()) if self.takes_node_ports else ()

    def _claims(self) -> Iterator[tuple[int, Node]]:
        for port in self.ports:
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

    @cached_property
    def external_traffic_policy(self) -> str:
        """Cluster or Local as its author means it, Cluster by default; "" where it is not known.

        `local` counts as Local: the API server refuses the spelling, yet what is meant is clear.
        """
        text = _text_or(self.spec["externalTrafficPolicy"], "Cluster")
        return text if text in TRAFFIC_POLICIES else recased(text, TRAFFIC_POLICIES) or text

    @property
    def selector(self) -> dict[str, str]:
        return texts(self.spec["selector"])

    def selects(self, workload: "Workload") -> bool:
        """Whether the pods of a workload of the same namespace carry every selected label."""
        wanted = {key: value for key, value in self.selector.items() if not workload.adds_label(key, value)}
        return bool(self.selector) and wanted.items() <= workload.pod_labels.items()

    def _unrendered(self) -> Iterator[Node]:
        yield from super()._unrendered()
        yield from self.spec.placeholders()
