from typing import Any

import pytest

from nplint.objects import resources_of
from nplint.reader import decode, read
from nplint.resource import Resource, Service
from nplint.workload import Workload


def resources(text: str) -> list[Resource]:
    return [resource for document in read(decode("f.yaml", text.encode())) for resource in resources_of(document)]


def service(spec: str = "{}", metadata: str = "{name: web}") -> Service:
    (found,) = resources(f"apiVersion: v1\nkind: Service\nmetadata: {metadata}\nspec: {spec}\n")
    assert isinstance(found, Service)
    return found


def workload(api_version: str, kind: str, body: str) -> Workload:
    (found,) = resources(f"apiVersion: {api_version}\nkind: {kind}\n{body}\n")
    assert isinstance(found, Workload)
    return found


# Which resources there are


@pytest.mark.parametrize(
    ("api_version", "kind", "type"),
    [
        ("v1", "Service", Service),
        ("serving.knative.dev/v1", "Service", Resource),
        ("v2", "Service", Resource),
        ("v1", "service", Resource),
        ("v1", "ConfigMap", Resource),
        ("v1", "PodTemplate", Workload),
        ("apps/v1", "Pod", Resource),
        ("v1", "Deployment", Resource),
        ("argoproj.io/v1alpha1", "Deployment", Resource),
    ],
)
def test_a_resource_is_known_by_group_and_kind(api_version: str, kind: str, type: type[Resource]) -> None:
    (found,) = resources(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\n")
    assert found.__class__ is type
    assert (found.api_version, found.kind, found.name) == (api_version, kind, "web")
    assert found.group == api_version.rpartition("/")[0]


ITEM = "apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n  spec: {ports: [{port: 80}]}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"apiVersion: v1\nkind: List\nitems:\n- {ITEM}\n- {ITEM}\n", ["web", "web"]),
        ("apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n", ["a", "b"]),
        ("apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n- kind: Service\n", []),
        (f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items: []\n- {ITEM}\n", ["web"]),
        ("apiVersion: v1\nkind: List\nitems:\n- 1\n- ~\n- x\n- [a]\n", []),
        ("apiVersion: v1\nkind: List\nitems: []\n", []),
    ],
)
def test_the_items_of_a_list_are_resources(text: str, names: list[str]) -> None:
    found = resources(text)
    assert [resource.name for resource in found] == names
    assert all(isinstance(resource, Service) for resource in found)


@pytest.mark.parametrize("items", ["", "items: {}\n", "items: x\n"])
def test_a_list_without_a_list_is_one_resource(items: str) -> None:
    (found,) = resources(f"apiVersion: v1\nkind: List\n{items}")
    assert found.kind == "List"


def test_a_kind_that_merely_has_items_is_one_resource() -> None:
    (found,) = resources("apiVersion: v1\nkind: Service\nitems: [{kind: Pod}]\n")
    assert isinstance(found, Service)


def test_fields_of_an_item_count_from_the_item() -> None:
    inner = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ServiceList\n  items:\n"
    (found,) = resources(f"{inner}  - spec:\n      ports:\n      - port: 80\n")
    assert isinstance(found, Service)
    assert found.kind == "Service"
    port = found.ports[0].node["port"]
    assert (found.node.root, found.node.path) == (4, ("items", 0, "items", 0))
    assert (port.field, port.path[:4]) == ("spec.ports[0].port", found.node.path)
    assert (port.span.line, port.span.column, port.span.end_column) == (9, 15, 17)


@pytest.mark.parametrize(
    "text", ["apiVersion: v1\nkind: ''\n", "apiVersion: ''\nkind: Pod\n", "apiVersion: 1\nkind: 2\n"]
)
def test_what_does_not_say_what_it_is_is_no_resource(text: str) -> None:
    assert resources(text) == []


# What every resource has


@pytest.mark.parametrize(
    ("metadata", "identity", "title"),
    [
        ("{name: web, namespace: shop}", ("Service", "shop", "web"), "Service shop/web"),
        ("{name: web}", ("Service", "default", "web"), "Service web"),
        ("{name: web, namespace: default}", ("Service", "default", "web"), "Service default/web"),
        ("{namespace: shop}", ("Service", "shop", ""), "Service shop/(unnamed)"),
        ("{name: 1}", ("Service", "default", ""), "Service (unnamed)"),
        ("{name: '{{ x }}'}", ("Service", "default", ""), "Service (unnamed)"),
        ("x", ("Service", "default", ""), "Service (unnamed)"),
        ("", ("Service", "default", ""), "Service (unnamed)"),
    ],
)
def test_how_a_resource_is_called(metadata: str, identity: tuple[str, str, str], title: str) -> None:
    found = service(metadata=metadata)
    assert (found.identity, found.title) == (identity, title)


def test_labels_and_annotations_are_the_texts_among_them() -> None:
    found = service(metadata="{labels: {a: b, c: 1, d: '', e: '${X}', f: ~, g: yes}, annotations: {h: i}}")
    assert found.labels == {"a": "b", "d": ""}
    assert found.annotations == {"h": "i"}
    assert (service().labels, service(metadata="{labels: [a]}").labels) == ({}, {})


def test_what_a_template_still_has_to_fill_in() -> None:
    found = service(
        "{type: '${T}', ports: [{port: 80, name: '{{ n }}'}], selector: {a: b}}",
        "{name: '${N}', labels: {a: '${L}'}, annotations: {a: '${A}'}}",
    )
    fields = ["metadata.name", "metadata.labels.a", "spec.type", "spec.ports[0].name"]
    assert [node.field for node in found.unrendered()] == fields
    assert list(service("{type: NodePort}").unrendered()) == []


# Services


DEFAULTS: dict[str, Any] = {
    "type": "ClusterIP",
    "ports": (),
    "selector": {},
    "external_traffic_policy": "Cluster",
    "takes_node_ports": False,
    "has_node_ports": False,
    "is_external": False,
    "is_headless": False,
    "has_known_type": True,
}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{}", {}),
        ("", {}),
        ("x", {}),
        ("[]", {}),
        ("{type: ~, externalTrafficPolicy: ~, ports: ~, selector: ~}", {}),
        ("{type: '', externalTrafficPolicy: ''}", {}),
        (
            "{type: NodePort}",
            {"type": "NodePort", "takes_node_ports": True, "has_node_ports": True, "is_external": True},
        ),
        ("{type: ExternalName}", {"type": "ExternalName"}),
        ("{type: nodePort}", {"type": "nodePort", "has_known_type": False}),
        ("{type: '${T}'}", {"type": "", "has_known_type": False}),
        ("{type: 1}", {"type": "", "has_known_type": False}),
        ("{externalIPs: [1.2.3.4]}", {"is_external": True}),
        ("{externalIPs: []}", {}),
        ("{type: ExternalName, externalIPs: [1.2.3.4]}", {"type": "ExternalName"}),
        ("{clusterIP: None}", {"is_headless": True}),
        ("{clusterIP: ''}", {}),
        ("{externalTrafficPolicy: Local}", {"external_traffic_policy": "Local"}),
        ("{externalTrafficPolicy: local}", {"external_traffic_policy": "Local"}),
        ("{externalTrafficPolicy: CLUSTER}", {}),
        ("{externalTrafficPolicy: Node}", {"external_traffic_policy": "Node"}),
        ("{externalTrafficPolicy: '{{ p }}'}", {"external_traffic_policy": ""}),
        ("{selector: {app: web, n: 1, x: '${X}'}}", {"selector": {"app": "web"}}),
        ("{selector: app}", {}),
    ],
)
def test_the_values_in_effect_of_a_service(spec: str, expected: dict[str, Any]) -> None:
    found = service(spec)
    assert {name: getattr(found, name) for name in DEFAULTS} == DEFAULTS | expected


@pytest.mark.parametrize(
    ("spec", "has"),
    [
        ("{type: NodePort, allocateLoadBalancerNodePorts: false}", True),
        ("{type: LoadBalancer}", True),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: true}", True),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: 'false'}", True),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: false}", False),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: off, ports: [{port: 80}]}", False),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{nodePort: 0}]}", False),
        ("{type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{}, {nodePort: 30000}]}", True),
        ("{type: ClusterIP, ports: [{nodePort: 30000}]}", False),
    ],
)
def test_whether_nodes_answer_for_a_service(spec: str, has: bool) -> None:
    assert service(spec).has_node_ports is has


@pytest.mark.parametrize(
    ("port", "read"),
    [
        ("{}", ("", None, "TCP", None)),
        ("{name: http, port: 80, protocol: UDP, nodePort: 30080}", ("http", 80, "UDP", 30080)),
        ("{port: 080, nodePort: 0x7530}", ("", 80, "TCP", 30000)),
        ("{port: '80', nodePort: '30080'}", ("", None, "TCP", None)),
        ("{port: 80.5, nodePort: 0, protocol: ''}", ("", None, "TCP", None)),
        ("{port: true, protocol: '${P}', name: 1}", ("", None, "", None)),
        ("{protocol: tcp}", ("", None, "tcp", None)),
        ("x", ("", None, "TCP", None)),
        ("~", ("", None, "TCP", None)),
    ],
)
def test_the_values_in_effect_of_a_port(port: str, read: tuple[str, int | None, str, int | None]) -> None:
    (found,) = service(f"{{ports: [{port}]}}").ports
    assert (found.name, found.port, found.protocol, found.node_port) == read


@pytest.mark.parametrize(
    ("selector", "labels", "selects"),
    [
        ("{app: web}", "{app: web, tier: front}", True),
        ("{app: web, tier: front}", "{app: web}", False),
        ("{app: web}", "{app: Web}", False),
        ("{app: web}", "{}", False),
        ("{}", "{app: web}", False),
        ("~", "{app: web}", False),
        ("{app: '${X}'}", "{app: '${X}'}", False),
        ("{n: 1}", "{n: 1}", False),
        ("{app: ''}", "{app: ''}", True),
        ("{app: ''}", "{tier: x}", False),
    ],
)
def test_a_service_selects_by_every_label(selector: str, labels: str, selects: bool) -> None:
    pod = workload("v1", "Pod", f"metadata: {{labels: {labels}}}")
    assert service(f"{{selector: {selector}}}").selects(pod) is selects


# Workloads


LABELS = "metadata: {labels: {app: web, x: '${X}'}}"
PODS = """spec: {hostNetwork: true, nodeName: n1, nodeSelector: {disk: ssd}, affinity: {nodeAffinity: {}},
  containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 81}]}, {name: b}], initContainers: [{name: i}]}"""


@pytest.mark.parametrize(
    ("api_version", "kind", "body", "replicas"),
    [
        ("v1", "Pod", f"{LABELS}\n{PODS}", 1),
        ("v1", "ReplicationController", "spec: {template: {%s}}", 1),
        ("apps/v1", "Deployment", "spec: {template: {%s}}", 1),
        ("apps/v1beta2", "Deployment", "spec: {replicas: 3, template: {%s}}", 3),
        ("apps/v1", "ReplicaSet", "spec: {replicas: 0, template: {%s}}", 0),
        ("apps/v1", "StatefulSet", "spec: {replicas: '3', template: {%s}}", 1),
        ("apps/v1", "DaemonSet", "spec: {replicas: 3, template: {%s}}", None),
        ("extensions/v1beta1", "Deployment", "spec: {template: {%s}}", 1),
        ("extensions/v1beta1", "ReplicaSet", "spec: {template: {%s}}", 1),
        ("extensions/v1beta1", "DaemonSet", "spec: {template: {%s}}", None),
        ("batch/v1", "Job", "spec: {template: {%s}}", None),
        ("batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: {%s}}}}", None),
    ],
)
def test_every_kind_with_a_pod_template(api_version: str, kind: str, body: str, replicas: int | None) -> None:
    found = workload(api_version, kind, body.replace("%s", f"{LABELS}, {PODS}"))
    assert found.replicas == replicas
    assert found.pod_labels == {"app": "web"}
    assert [container.name for container in found.containers] == ["a", "b"]
    assert [container.name for container in found.init_containers] == ["i"]
    assert [[port["containerPort"].number for port in each.ports] for each in found.containers] == [[80, 81], []]
    assert (found.host_network, found.node_name, found.node_selector) == (True, "n1", {"disk": "ssd"})
    assert found.affinity["nodeAffinity"].present
    assert {node.value for node in found.unrendered()} == {"${X}"}


@pytest.mark.parametrize("body", ["", "spec: x", "spec: {template: [1]}", "spec: {template: {spec: {containers: x}}}"])
def test_a_workload_of_another_shape_is_read_as_an_empty_one(body: str) -> None:
    found = workload("apps/v1", "Deployment", body)
    assert (found.pod_labels, found.containers, found.replicas, found.host_network) == ({}, (), 1, False)
    assert (found.node_name, found.node_selector, found.affinity.present) == ("", {}, False)


def test_host_network_is_a_boolean() -> None:
    assert not workload("v1", "Pod", "spec: {hostNetwork: 'true'}").host_network
    assert workload("v1", "Pod", "spec: {hostNetwork: yes}").host_network


def test_labels_of_a_deployment_are_not_those_of_its_pods() -> None:
    assert workload("apps/v1", "Deployment", "metadata: {labels: {app: web}}").pod_labels == {}
