import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.engine import lint
from nplint.finding import Severity
from nplint.reader import decode, read
from nplint.resource import Service
from nplint.update import is_dropped, keeps_both, refusals

RULES = plugins.load().rules.values()
LOCAL = "type: LoadBalancer, externalTrafficPolicy: Local"
DUAL = "ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv4, IPv6]"
IPS = "clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9, 'fd00::9']"
PORTS = "ports: [{port: 80}]"
A = "{name: a, port: 1, nodePort: 30001}"


def documents(spec: str, metadata: str = "name: web") -> tuple[Document, ...]:
    text = f"{{apiVersion: v1, kind: Service, metadata: {{{metadata}}}, spec: {{{spec}}}}}\n"
    return read(decode("f.yaml", text.encode()))


def service(spec: str, metadata: str = "name: web") -> Service:
    (found,) = Cluster(documents(spec, metadata)).services
    return found


def refused(old: Service, new: Service) -> list[str]:
    """The fields that the server names."""
    return [refusal.field or refusal.now.field for refusal in refusals(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("clusterIP: 10.0.0.9", "clusterIP: 10.0.0.10", "spec.clusterIPs[0]"),
        ("clusterIP: 10.0.0.9", "clusterIP: 010.0.0.9", "spec.clusterIPs[0]"),
        ("clusterIP: 10.0.0.9", "type: NodePort, clusterIP: 10.0.0.10", "spec.clusterIPs[0]"),
        ("clusterIP: 10.0.0.9", "clusterIP: None", "spec.clusterIPs[0]"),
        ("", "clusterIP: None", "spec.clusterIPs[0]"),
        ("clusterIP: None", "clusterIP: 10.0.0.9", "spec.clusterIPs[0]"),
        ("clusterIP: None", "type: NodePort", "spec.clusterIPs[0]"),
        ("clusterIP: None", "type: LoadBalancer, clusterIP: ''", "spec.clusterIPs[0]"),
        (IPS, "clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9, 'fd00::a']", "spec.clusterIPs[1]"),
        ("ipFamilies: [IPv4]", "ipFamilies: [IPv6]", "spec.ipFamilies[0]"),
        ("ipFamilies: [IPv4]", f"{DUAL[:-13]} [IPv6, IPv4]", "spec.ipFamilies[0]"),
        (DUAL, "ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv4]", "spec.ipFamilyPolicy"),
        (DUAL, "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4]", "spec.ipFamilyPolicy"),
        (DUAL, "ipFamilies: [IPv4]", "spec.ipFamilyPolicy"),
        (f"{DUAL}, {IPS}", "clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9]", "spec.ipFamilyPolicy"),
        (f"{DUAL}, {IPS}", "clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9], ipFamilies: [IPv4]", "spec.ipFamilyPolicy"),
        (f"{LOCAL}, healthCheckNodePort: 30100", f"{LOCAL}, healthCheckNodePort: 30101", "spec.healthCheckNodePort"),
        (
            "type: LoadBalancer, loadBalancerClass: a/b",
            "type: LoadBalancer, loadBalancerClass: a/c",
            "spec.loadBalancerClass",
        ),
        ("type: LoadBalancer, loadBalancerClass: a/b", "type: LoadBalancer", "spec.loadBalancerClass"),
        ("type: LoadBalancer", "type: LoadBalancer, loadBalancerClass: a/b", "spec.loadBalancerClass"),
    ],
)
def test_refused_updates(old: str, new: str, field: str) -> None:
    assert refused(service(old), service(new)) == [field]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("clusterIP: 10.0.0.9", "clusterIP: 10.0.0.9"),
        ("clusterIP: 10.0.0.9", ""),
        ("clusterIP: 10.0.0.9", "clusterIP: ''"),
        ("clusterIP: 10.0.0.9", "clusterIP: null, type: NodePort"),
        ("", "clusterIP: 10.0.0.9"),  # it may be the one that the cluster chose
        ("clusterIP: None", ""),
        ("clusterIP: None", "clusterIP: None"),
        ("clusterIP: 10.0.0.9", "type: ExternalName, externalName: a.b"),
        ("clusterIP: 10.0.0.9", "type: ExternalName, clusterIP: 10.0.0.10"),
        ("type: ExternalName", "clusterIP: 10.0.0.9"),
        ("type: ExternalName", "clusterIP: None"),
        ("clusterIP: None", "type: ExternalName"),
        ("clusterIP: None, ipFamilies: [IPv4]", "clusterIP: None, ipFamilies: [IPv6]"),
        ("ipFamilies: [IPv4]", DUAL),
        ("ipFamilies: [IPv4]", ""),
        ("type: ExternalName", "ipFamilies: [IPv6]"),
        (DUAL, "ipFamilyPolicy: SingleStack, ipFamilies: [IPv4]"),
        (DUAL, "ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6]"),
        (DUAL, "ipFamilyPolicy: '{{ .policy }}', ipFamilies: [IPv4]"),
        (DUAL, "type: ExternalName, ipFamilies: [IPv4]"),
        (DUAL, "ipFamilyPolicy: SingleStack"),
        (f"{DUAL}, {IPS}", "clusterIP: 10.0.0.9"),
        (f"{LOCAL}, healthCheckNodePort: 30100", LOCAL),
        (LOCAL, f"{LOCAL}, healthCheckNodePort: 30100"),
        (f"{LOCAL}, healthCheckNodePort: 30100", "type: LoadBalancer, healthCheckNodePort: 30100"),
        (f"{LOCAL}, healthCheckNodePort: 30100", "type: NodePort"),
        ("", "type: LoadBalancer, loadBalancerClass: a/b"),
        ("type: LoadBalancer, loadBalancerClass: a/b", "type: NodePort"),
        ("type: LoadBalancer, loadBalancerClass: a/b", "type: LoadBalancer, loadBalancerClass: a/b"),
        ("type: LoadBalancer, loadBalancerClass: a/b", "type: LoadBalancer, loadBalancerClass: '${CLASS}'"),
        ("clusterIP: '${IP}'", "clusterIP: 10.0.0.9"),
        ("clusterIP: 10.0.0.9", "clusterIP: '${IP}'"),
        ("type: '${TYPE}', clusterIP: 10.0.0.9", "clusterIP: 10.0.0.10"),
        ("ipFamilies: ['${FAMILY}']", "ipFamilies: [IPv6]"),
        (
            "ports: [{port: 80, nodePort: 30080}], type: NodePort",
            "ports: [{port: 81, nodePort: 30081}], type: NodePort",
        ),
        ("selector: {a: b}, sessionAffinity: ClientIP", "internalTrafficPolicy: Local"),
    ],
)
def test_tolerated_updates(old: str, new: str) -> None:
    assert refused(service(old), service(new)) == []


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("name: a", "name: b", ["metadata.name"]),
        ("name: a, namespace: shop", "name: a, namespace: pay", ["metadata.namespace"]),
        ("name: a, namespace: shop", "name: b, namespace: pay", ["metadata.name", "metadata.namespace"]),
        ("name: a, namespace: shop", "name: a", []),
        ("name: a", "name: '{{ .name }}'", []),
    ],
)
def test_who_a_service_is_cannot_change(old: str, new: str, fields: list[str]) -> None:
    assert refused(service("", old), service("", new)) == fields


def test_a_refusal_shows_both_states() -> None:
    (refusal,) = refusals(service("clusterIP: 10.0.0.9"), service("clusterIP: 10.0.0.10"))
    assert (refusal.before.value, refusal.now.value) == ("10.0.0.9", "10.0.0.10")
    assert refusal.message == "the clusterIP of a Service cannot change"


@pytest.mark.parametrize(
    ("old", "new", "field", "dropped"),
    [
        ("type: NodePort, externalTrafficPolicy: Local", "externalTrafficPolicy: Local", "externalTrafficPolicy", True),
        (
            "type: NodePort, externalTrafficPolicy: Local",
            "externalTrafficPolicy: Cluster",
            "externalTrafficPolicy",
            False,
        ),
        ("type: NodePort", "externalTrafficPolicy: Cluster", "externalTrafficPolicy", True),
        ("externalIPs: [1.2.3.4]", "externalTrafficPolicy: Cluster", "externalTrafficPolicy", True),
        ("", "externalTrafficPolicy: Cluster", "externalTrafficPolicy", False),
        ("type: LoadBalancer", "allocateLoadBalancerNodePorts: true", "allocateLoadBalancerNodePorts", True),
        ("type: LoadBalancer", "allocateLoadBalancerNodePorts: false", "allocateLoadBalancerNodePorts", False),
        ("type: NodePort", "allocateLoadBalancerNodePorts: true", "allocateLoadBalancerNodePorts", False),
        ("type: LoadBalancer, loadBalancerClass: a/b", "loadBalancerClass: a/b", "loadBalancerClass", True),
        ("type: LoadBalancer, loadBalancerClass: a/b", "loadBalancerClass: a/c", "loadBalancerClass", False),
        ("type: LoadBalancer", "loadBalancerClass: a/b", "loadBalancerClass", False),
        (
            "type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0]",
            "loadBalancerSourceRanges: [0.0.0.0/0]",
            "loadBalancerSourceRanges",
            False,
        ),
        (f"{LOCAL}, healthCheckNodePort: 30100", "healthCheckNodePort: 30100", "healthCheckNodePort", True),
        (f"{LOCAL}, healthCheckNodePort: 30100", "healthCheckNodePort: 30101", "healthCheckNodePort", False),
        ("type: LoadBalancer, healthCheckNodePort: 30100", "healthCheckNodePort: 30100", "healthCheckNodePort", False),
        ("clusterIP: 1.2.3.4", "type: ExternalName, clusterIP: 1.2.3.4", "clusterIP", True),
        ("clusterIP: None", "type: ExternalName, clusterIP: None", "clusterIP", True),
        ("clusterIP: None", "type: NodePort, clusterIP: None", "clusterIP", False),
        ("clusterIP: 1.2.3.4", "type: ExternalName, clusterIP: 1.2.3.5", "clusterIP", False),
        ("", "type: ExternalName, clusterIP: 1.2.3.4", "clusterIP", False),
        ("clusterIP: 1.2.3.4", "type: ExternalName, clusterIPs: [1.2.3.4]", "clusterIPs", True),
        ("clusterIP: 1.2.3.4, clusterIPs: [1.2.3.4]", "type: ExternalName, clusterIP: 1.2.3.4", "clusterIP", True),
        ("type: ExternalName", "type: ExternalName, clusterIP: None", "clusterIP", False),
        (DUAL, f"type: ExternalName, {DUAL}", "ipFamilies", True),
        (DUAL, f"type: ExternalName, {DUAL}", "ipFamilyPolicy", True),
        (DUAL, "type: ExternalName, ipFamilies: [IPv4]", "ipFamilies", False),
        (DUAL, "type: ExternalName, ipFamilyPolicy: SingleStack", "ipFamilyPolicy", False),
        ("", "type: ExternalName, ipFamilyPolicy: SingleStack", "ipFamilyPolicy", True),
    ],
)
def test_the_server_drops_a_field_of_the_old_type_that_is_as_it_was(
    old: str, new: str, field: str, dropped: bool
) -> None:
    now = service(new)
    assert is_dropped(service(old), now, now.spec[field]) is dropped


@pytest.mark.parametrize(
    ("type", "old", "new", "dropped"),
    [
        ("NodePort", [30080], [30080], True),
        ("LoadBalancer", [30080, 30081], [30081, 30080], True),
        ("NodePort", [30080, 30081], [30081], True),
        ("NodePort", [30080, 0], [30080], True),
        ("NodePort", [30080], [30081], False),
        ("NodePort", [30080], [30080, 30081], False),
        ("NodePort", [0], [30080], False),
        ("ClusterIP", [30080], [30080], False),
    ],
)
def test_the_server_drops_node_ports_when_none_is_new(type: str, old: list[int], new: list[int], dropped: bool) -> None:
    before, now = (
        service(
            f"type: {kind}, ports: [{', '.join(f'{{port: {80 + i}, nodePort: {n}}}' for i, n in enumerate(ports))}]"
        )
        for kind, ports in ((type, old), ("ClusterIP", new))
    )
    assert is_dropped(before, now, now.spec["ports"][0]["nodePort"]) is dropped


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (DUAL, "ipFamilies: [IPv4, IPv6]", True),
        (DUAL, "ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6]", True),
        (DUAL, "ipFamilyPolicy: SingleStack, ipFamilies: [IPv6, IPv4]", False),
        ("ipFamilies: [IPv4]", "ipFamilies: [IPv4, IPv6]", False),
        ("clusterIP: None", "selector: {a: b}, ipFamilies: [IPv4, IPv6]", True),
        ("clusterIP: None, selector: {a: b}", "ipFamilies: [IPv4, IPv6]", False),
        ("ipFamilyPolicy: '${POLICY}'", "ipFamilies: [IPv4, IPv6]", True),
        ("type: ExternalName", "ipFamilies: [IPv4, IPv6]", False),
    ],
)
def test_two_families_may_rest_on_the_state_before(old: str, new: str, kept: bool) -> None:
    assert keeps_both(service(old), service(new), "ipFamilies") is kept


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        (f"{DUAL}, {PORTS}", f"ipFamilies: [IPv4, IPv6], {PORTS}", set()),
        (f"{DUAL}, {PORTS}", f"ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6], {PORTS}", set()),
        (f"{DUAL}, {IPS}, {PORTS}", f"{IPS}, {PORTS}", set()),
        (PORTS, f"ipFamilies: [IPv4, IPv6], {PORTS}", {"spec.ipFamilyPolicy"}),
        (f"clusterIP: 10.0.0.9, {PORTS}", f"clusterIPs: [10.0.0.9], {PORTS}", set()),
        (f"clusterIP: 10.0.0.9, {PORTS}", f"clusterIPs: [10.0.0.8], {PORTS}", {"spec.clusterIPs"}),
        ("clusterIP: None", "selector: {a: b}", set()),
        ("clusterIP: None", "type: NodePort", {"spec.clusterIPs[0]"}),
        ("clusterIP: None", f"type: NodePort, clusterIP: None, {PORTS}", {"spec.clusterIPs[0]"}),
        (f"type: LoadBalancer, {PORTS}", f"allocateLoadBalancerNodePorts: true, {PORTS}", set()),
        (
            f"type: NodePort, {PORTS}",
            f"allocateLoadBalancerNodePorts: true, {PORTS}",
            {"spec.allocateLoadBalancerNodePorts"},
        ),
        (
            f"type: NodePort, {PORTS}",
            f"type: NodePort, ports: [{A}, {{name: b, port: 2, nodePort: 30001, protocol: UDP}}]",
            set(),
        ),
        (
            f"type: NodePort, {PORTS}",
            f"type: NodePort, ports: [{A}, {{name: b, port: 2, nodePort: 30001}}]",
            {"spec.ports[1].nodePort"},
        ),
    ],
)
def test_rules_know_what_was_before(old: str, new: str, fields: set[str]) -> None:
    report = lint(Cluster(documents(new), before=Cluster(documents(old))), RULES)
    assert {finding.field for finding in report.findings if finding.severity is Severity.ERROR} == fields
