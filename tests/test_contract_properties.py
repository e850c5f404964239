"""The API contract over Services that are right by construction, with one thing wrong in them, and with that mended."""

import copy
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nplint import plugins
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Edit, Finding, Severity
from nplint.reader import decode, read
from nplint.structure import Schema, schema

RULES = plugins.load().rules.values()
Manifest = dict[str, Any]

TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
WITH_NODE_PORTS = ("NodePort", "LoadBalancer")
WORDS = re.compile(r"[A-Za-z][A-Za-z]{3,}")
FEW = 8  # examples of each row of a table
STYLES = ("plain", "single", "double", "json", "crlf")


def errors(text: str) -> list[Finding]:
    report = lint(Cluster(read(decode("f.yaml", text.encode()))), RULES)
    assert not report.crashes, report.crashes
    return [finding for finding in report.findings if finding.severity is Severity.ERROR]


def fields(manifest: Manifest) -> list[str]:
    return [finding.field for finding in errors(json.dumps(manifest))]


def written(value: object, style: str, indent: str = "") -> str:
    """YAML in block style with strings in the wanted quotes, or JSON."""
    if style == "json":
        return json.dumps(value, ensure_ascii=False)
    if style == "crlf":
        return written(value, "plain").replace("\n", "\r\n")
    if isinstance(value, dict) and value:
        return "".join(f"\n{indent}{quoted(key, style)}: {written(value[key], style, indent + '  ')}" for key in value)
    if isinstance(value, list) and value:
        return "".join(f"\n{indent}- {written(item, style, indent + '  ')}" for item in value)
    return quoted(value, style) if isinstance(value, str) else json.dumps(value)


def quoted(text: str, style: str) -> str:
    if style == "plain" and WORDS.fullmatch(text) and text.lower() not in ("true", "false", "null"):
        return text
    return json.dumps(text, ensure_ascii=False) if style == "double" else f"'{text}'"


def path_of(field: str) -> list[str | int]:
    """The steps of `spec.ports[0].port`."""
    return [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", field)]


def put(manifest: Manifest, field: str, value: object) -> Manifest:
    """A copy with another value in a field; what has to hold the field is made."""
    changed = copy.deepcopy(manifest)
    holder: Any = changed
    path = path_of(field)
    last: Any = path[-1]
    for step, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int) and step == len(holder):
            holder.append(empty)
        elif isinstance(step, str):
            holder.setdefault(step, empty)
        holder = holder[step]
    if isinstance(holder, list):
        holder[last:] = [value]
    else:
        holder[last] = value
    return changed


# Services that are right.

LOWER = "abcdefghijklmnopqrstuvwxyz"
LABELS_1035 = st.from_regex(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True) | st.just("x" * 63)
LABELS_1123 = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True) | st.just("0" * 63)
PLAIN_NAMES = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", fullmatch=True) | st.just("X" * 63)
PREFIXES = st.sampled_from(["", "example.com/", "app.kubernetes.io/", "x" * 253 + "/", "1.2/"])
QUALIFIED = st.builds("{}{}".format, PREFIXES, PLAIN_NAMES)
LABELS = st.dictionaries(QUALIFIED, st.just("") | PLAIN_NAMES, max_size=3)
PORT_NAMES = st.sampled_from(["http", "a", "x" * 15, "8080-a", "1-b-2"])
PORTS = st.integers(1, 65535) | st.sampled_from([1, 65535])
POLICIES = st.sampled_from(["Cluster", "Local"])
V4 = st.sampled_from(["10.247.0.9", "203.0.113.7", "010.0.0.1", "255.255.255.255", "::ffff:10.0.0.1"])
V6 = st.sampled_from(["fd00::9", "2001:0DB8::00001", "1:2:3:4:5:6:7::"])
BLOCKS = st.sampled_from(["0.0.0.0/0", "10.1.2.3/8", " 10.0.0.0/08 ", "::/0", "fd00::1/128", "::ffff:10.0.0.0/104"])
HEALTH_CHECK = 30000


@st.composite
def ports(draw: st.DrawFn, type: str, least: int) -> list[Manifest]:
    pairs = st.tuples(PORTS, st.sampled_from(["TCP", "UDP", "SCTP"]))
    found = draw(st.lists(pairs, min_size=least, max_size=4, unique=True))
    names = draw(st.lists(LABELS_1123, min_size=len(found), max_size=len(found), unique=True))
    numbers = draw(
        st.lists(st.integers(30001, 32767), min_size=len(found), max_size=len(found), unique=True),
    )
    entries = []
    for (port, protocol), name, number in zip(found, names, numbers, strict=True):
        entry: Manifest = {"name": name, "port": port, "protocol": protocol}
        if len(found) == 1 and draw(st.booleans()):
            entry = {"port": port}
        if type != "ClusterIP" and draw(st.booleans()):
            entry["nodePort"] = draw(st.just(number) | st.just(0))
        entry |= draw(
            st.fixed_dictionaries(
                {}, optional={"targetPort": PORTS | PORT_NAMES | st.just(0) | st.none(), "appProtocol": QUALIFIED}
            )
        )
        entries.append(entry)
    return entries


ADDRESSES = st.one_of(
    st.just({}),
    st.builds(lambda ip: {"clusterIP": ip}, V4 | V6),
    st.builds(lambda ip: {"clusterIP": ip, "clusterIPs": [ip], "ipFamilies": ["IPv4"]}, V4),
    st.builds(
        lambda a, b, policy: {"clusterIP": a, "clusterIPs": [a, b], "ipFamilyPolicy": policy},
        *(V4, V6, st.sampled_from(["PreferDualStack", "RequireDualStack"])),
    ),
    st.sampled_from([["IPv4", "IPv6"], ["IPv6", "IPv4"], ["IPv6"], [], None]).map(
        lambda families: {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": families}
    ),
    st.just({"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv6"]}),
)
ANY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "selector": LABELS,
    "internalTrafficPolicy": POLICIES,
    "publishNotReadyAddresses": st.booleans(),
    "trafficDistribution": st.sampled_from(["PreferClose", "PreferSameZone", "PreferSameNode"]),
    "loadBalancerIP": V4 | st.just("any text"),
    "externalIPs": st.lists(V4 | V6, max_size=2),
}
LOAD_BALANCER: dict[str, st.SearchStrategy[Any]] = {
    "loadBalancerClass": QUALIFIED,
    "loadBalancerSourceRanges": st.lists(BLOCKS, max_size=3),
    "allocateLoadBalancerNodePorts": st.booleans(),
}


@st.composite
def specs(draw: st.DrawFn, type: str) -> Manifest:
    headless = type == "ClusterIP" and draw(st.booleans())
    spec: Manifest = {"type": type, "ports": draw(ports(type, 0 if headless or type == "ExternalName" else 1))}
    spec |= draw(st.fixed_dictionaries({}, optional=ANY_TYPE | (LOAD_BALANCER if type == "LoadBalancer" else {})))
    if draw(st.booleans()):
        spec |= {"sessionAffinity": "ClientIP"}
        spec |= {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": draw(st.integers(1, 86400))}}}
    if type == "ExternalName":
        return spec | {"externalName": draw(st.sampled_from(["a", "db.example.com", "10.0.0.1", "x" * 253 + "."]))}
    spec |= {"clusterIP": "None"} if headless else draw(ADDRESSES)
    if type in WITH_NODE_PORTS and draw(st.booleans()):
        spec["externalTrafficPolicy"] = draw(POLICIES)
    if type == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local":
        spec["healthCheckNodePort"] = HEALTH_CHECK
    return spec


@st.composite
def services(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> Manifest:
    metadata = {
        "namespace": LABELS_1123,
        "labels": LABELS,
        "annotations": st.dictionaries(QUALIFIED, st.text(LOWER + "ä😀 ", max_size=9), max_size=2),
        "finalizers": st.lists(st.sampled_from(["orphan", "kubernetes", "example.com/F"]), unique=True),
        "generateName": LABELS_1035.map(lambda name: f"{name[:57]}-"),
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": draw(st.fixed_dictionaries({"name": LABELS_1035}, optional=metadata)),
        "spec": draw(specs(draw(st.sampled_from(types)))),
    }


@given(services(), st.sampled_from(STYLES))
def test_a_service_that_is_right_has_no_error(manifest: Manifest, style: str) -> None:
    assert errors(written(manifest, style)) == []


@given(services(), services())
def test_two_services_that_share_nothing_have_no_error(first: Manifest, second: Manifest) -> None:
    first, second = (put(manifest, "metadata.name", name) for manifest, name in ((first, "one"), (second, "two")))
    if second["spec"].get("clusterIP") != "None":
        second["spec"] = {key: value for key, value in second["spec"].items() if not key.startswith("clusterIP")}
    second["spec"].pop("healthCheckNodePort", None)
    for port in second["spec"]["ports"]:
        port.pop("nodePort", None)
    assert errors(json.dumps({"apiVersion": "v1", "kind": "List", "items": [first, second]})) == []


# One thing wrong.

LONG = "x" * 64
OWNER_NAME = "metadata.ownerReferences.name"
WRONG: list[tuple[tuple[str, ...], str, object, str]] = [
    (TYPES, "metadata.name", "2web", ""),
    (TYPES, "metadata.name", "my.web", ""),
    (TYPES, "metadata.name", LONG, ""),
    (TYPES, "metadata.name", None, ""),
    (TYPES, "metadata.namespace", "Shop", ""),
    (TYPES, "metadata.generateName", "-", ""),
    (TYPES, "metadata.labels", {"app": "a b"}, ""),
    (TYPES, "metadata.labels", {"app": LONG}, ""),
    (TYPES, "metadata.labels", {"é": "a"}, ""),
    (TYPES, "metadata.labels", {"/a": "a"}, ""),
    (TYPES, "metadata.annotations", {"a/b/c": ""}, ""),
    (TYPES, "metadata.annotations", {"a": "x" * 2**18}, ""),
    (TYPES, "metadata.finalizers", ["f"], "metadata.finalizers[0]"),
    (TYPES, "metadata.ownerReferences", [{"apiVersion": "v1", "kind": "Pod", "uid": "1"}], OWNER_NAME),
    (TYPES, "spec.selector", {"app": "a/b"}, ""),
    (TYPES, "spec.selector", {"": "a"}, ""),
    (TYPES, "spec.type", "nodePort", ""),
    (TYPES, "spec.sessionAffinity", "Cookie", ""),
    (TYPES, "spec.internalTrafficPolicy", "cluster", ""),
    (TYPES, "spec.internalTrafficPolicy", "", ""),
    (TYPES, "spec.trafficDistribution", "Close", ""),
    (TYPES, "spec.externalIPs", ["10.0.0.256"], "spec.externalIPs[0]"),
    (TYPES, "spec.externalIPs", ["10.0.0.1", "::1"], "spec.externalIPs[1]"),
    (TYPES, "spec.externalIPs", ["ff32::1"], "spec.externalIPs[0]"),
    (TYPES, "spec.ports", [{"port": 0}], "spec.ports[0].port"),
    (TYPES, "spec.ports", [{"port": 65536}], "spec.ports[0].port"),
    (TYPES, "spec.ports", [{"port": "80"}], "spec.ports[0].port"),
    (TYPES, "spec.ports", [{"port": 2**31}], "spec.ports[0].port"),
    (TYPES, "spec.ports", [{"name": "http"}], "spec.ports[0].port"),
    (TYPES, "spec.ports", [{"port": 80, "targetPort": 65536}], "spec.ports[0].targetPort"),
    (TYPES, "spec.ports", [{"port": 80, "targetPort": "8080"}], "spec.ports[0].targetPort"),
    (TYPES, "spec.ports", [{"port": 80, "targetPort": "a--b"}], "spec.ports[0].targetPort"),
    (TYPES, "spec.ports", [{"port": 80, "protocol": "tcp"}], "spec.ports[0].protocol"),
    (TYPES, "spec.ports", [{"port": 80, "protocol": "HTTP"}], "spec.ports[0].protocol"),
    (TYPES, "spec.ports", [{"port": 80, "appProtocol": ""}], "spec.ports[0].appProtocol"),
    (TYPES, "spec.ports", [{"port": 80, "appProtocol": "http/2/0"}], "spec.ports[0].appProtocol"),
    (TYPES, "spec.ports", [{"port": 80, "name": "Http"}], "spec.ports[0].name"),
    (TYPES, "spec.ports", [{"port": 80, "name": "a"}, {"port": 81}], "spec.ports[1].name"),
    (TYPES, "spec.ports", [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}], "spec.ports[1].name"),
    (TYPES, "spec.ports", [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}], "spec.ports[1]"),
    (TYPES, "spec.ports", [{"port": 80, "nodePort": "30080"}], "spec.ports[0].nodePort"),
    (TYPES, "spec.ports", [{"port": 80, "nodeport": 30080}], "spec.ports[0].nodeport"),
    (TYPES, "spec.ports", {"port": 80}, ""),
    (TYPES, "spec.replicas", 1, ""),
    (TYPES, "spec.ClusterIP", "", ""),
    (TYPES, "spec", "text", ""),
    (TYPES, "metadata.labels", ["app"], ""),
    (WITH_NODE_PORTS, "spec.ports", [], ""),
    (WITH_NODE_PORTS, "spec.ports", [{"port": 80, "nodePort": 29999}], "spec.ports[0].nodePort"),
    (WITH_NODE_PORTS, "spec.ports", [{"port": 80, "nodePort": -1}], "spec.ports[0].nodePort"),
    (WITH_NODE_PORTS, "spec.externalTrafficPolicy", "local", ""),
    (WITH_NODE_PORTS, "spec.externalTrafficPolicy", "Node", ""),
    (WITH_NODE_PORTS, "spec.ipFamilyPolicy", "", ""),
    (("ClusterIP",), "spec.ports", [{"port": 80, "nodePort": 30080}], "spec.ports[0].nodePort"),
    (("NodePort",), "spec.healthCheckNodePort", 1, ""),
    (("NodePort",), "spec.loadBalancerClass", "a/b", ""),
    (("NodePort",), "spec.loadBalancerSourceRanges", ["any"], "spec.LoadBalancerSourceRanges"),
    (("NodePort",), "spec.allocateLoadBalancerNodePorts", True, ""),
    (("LoadBalancer",), "spec.loadBalancerClass", "A.b/c", ""),
    (("LoadBalancer",), "spec.loadBalancerSourceRanges", ["10.0.0.0"], "spec.LoadBalancerSourceRanges[0]"),
    (("ExternalName",), "spec.externalName", "", ""),
    (("ExternalName",), "spec.externalName", "https://a.b", ""),
    (("ExternalName",), "spec.clusterIP", "None", "spec.clusterIPs"),
    (("ExternalName",), "spec.ipFamilies", ["IPv4"], ""),
    (("ExternalName",), "spec.ipFamilyPolicy", "singlestack", ""),
]  # fmt: skip
NO_ADDRESS = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


def without_addresses(manifest: Manifest, field: str) -> Manifest:
    """The same, where several fields would have to go along with the one that is changed."""
    if field.removeprefix("spec.") not in NO_ADDRESS and field != "spec.type":
        return manifest
    dropped = (*NO_ADDRESS, "externalTrafficPolicy", "healthCheckNodePort")
    return manifest | {"spec": {key: value for key, value in manifest["spec"].items() if key not in dropped}}


@pytest.mark.parametrize(("types", "field", "value", "named"), WRONG)
@settings(max_examples=FEW)
@given(data=st.data())
def test_one_thing_wrong_is_one_error_on_its_field(
    data: st.DataObject, types: tuple[str, ...], field: str, value: object, named: str
) -> None:
    manifest = without_addresses(data.draw(services(types)), field)
    if field == "metadata.name":
        manifest["metadata"].pop("generateName", None)
    assert fields(put(manifest, field, value)) == [named or field]


BASE: Manifest = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
}
PAIRS: list[tuple[Manifest, str]] = [
    ({"clusterIP": "10.0.0.256"}, "spec.clusterIPs[0]"),
    ({"clusterIP": "fe80::1%eth0"}, "spec.clusterIPs[0]"),
    ({"clusterIP": "fd00::9", "ipFamilies": ["IPv4"]}, "spec.clusterIPs[0]"),
    ({"clusterIP": "1.2.3.4", "clusterIPs": ["1.2.3.5"]}, "spec.clusterIPs"),
    ({"clusterIP": "1.2.3.4", "clusterIPs": ["1.2.3.4", "1.2.3.5"]}, "spec.clusterIPs"),
    ({"clusterIP": "1.2.3.4", "clusterIPs": ["1.2.3.4", "None"]}, "spec.clusterIPs[1]"),
    ({"clusterIP": "1.2.3.4", "clusterIPs": ["1.2.3.4", "fd00::9"]}, "spec.ipFamilyPolicy"),
    ({"clusterIPs": ["1.2.3.4"]}, "spec.clusterIPs"),
    ({"ipFamilies": ["IPv4", "IPv6"]}, "spec.ipFamilyPolicy"),
    ({"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "SingleStack"}, "spec.ipFamilyPolicy"),
    ({"ipFamilies": ["IPv4", "IPv4"]}, "spec.ipFamilies[1]"),
    ({"ipFamilies": ["IPv4", None]}, "spec.ipFamilies[1]"),
    ({"ipFamilies": ["ipv6"]}, "spec.ipFamilies[0]"),
    ({"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}}},
     "spec.sessionAffinityConfig.clientIP.timeoutSeconds"),
    ({"externalTrafficPolicy": "Local", "healthCheckNodePort": 8080}, "spec.healthCheckNodePort"),
    ({"externalTrafficPolicy": "Cluster", "healthCheckNodePort": 8080}, "spec.healthCheckNodePort"),
    ({"externalTrafficPolicy": "Local", "healthCheckNodePort": 30080, "ports": [{"port": 80, "nodePort": 30080}]},
     "spec.healthCheckNodePort"),
    ({"type": "ClusterIP", "externalTrafficPolicy": "local"}, "spec.externalTrafficPolicy"),
    ({"type": "NodePort", "clusterIP": "None"}, "spec.clusterIPs[0]"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "field"), PAIRS)
def test_fields_that_do_not_fit_together_are_one_error(spec: Manifest, field: str) -> None:
    assert fields(BASE | {"spec": BASE["spec"] | spec}) == [field]


def test_a_config_that_no_affinity_asks_for_is_not_read() -> None:
    config = {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}}}
    assert fields(put(BASE, "spec.sessionAffinity", "None") | {"spec": BASE["spec"] | config}) == []


def test_a_node_port_may_not_repeat_with_its_protocol_even_where_it_is_ignored() -> None:
    entries = [{"name": name, "port": port, "nodePort": 1} for name, port in (("a", 80), ("b", 81))]
    spec = {"type": "ExternalName", "externalName": "a.b", "ports": entries}
    assert fields(BASE | {"spec": spec}) == ["spec.ports[1].nodePort"]


@pytest.mark.parametrize(
    ("other", "names"),
    [("10.0.0.9", ["spec.clusterIPs"]), ("010.0.0.9", ["spec.clusterIPs"]), ("10.0.0.8", []), ("None", [])],
)
def test_one_cluster_ip_is_not_given_to_two_services(other: str, names: list[str]) -> None:
    first, second = (put(put(BASE, "spec.type", None), "spec.clusterIP", ip) for ip in ("10.0.0.9", other))
    items = [first, put(second, "metadata.name", "other")]
    assert fields({"apiVersion": "v1", "kind": "List", "items": items}) == names


@pytest.mark.parametrize(
    ("mode", "hints", "names"),
    [
        ("Auto", "Auto", []),
        ("Auto", "auto", ["metadata.annotations[service.kubernetes.io/topology-mode]"]),
        ("", "Auto", ["metadata.annotations[service.kubernetes.io/topology-mode]"]),
        (None, "", []),
        ("${MODE}", "Auto", []),
    ],
)
def test_topology_annotations_agree(mode: str | None, hints: str, names: list[str]) -> None:
    keys = ("service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints")
    assert fields(put(BASE, "metadata.annotations", dict(zip(keys, (mode, hints), strict=True)))) == names


@pytest.mark.parametrize(
    ("finalizers", "names"),
    [
        (["orphan", "a/b"], []),
        (["orphan", "foregroundDeletion"], ["metadata.finalizers"]),
        (["A!/b"], ["metadata.finalizers"]),
        ([""], ["metadata.finalizers[0]"]),
        (["a/b", None], ["metadata.finalizers[1]"]),
    ],
)
def test_finalizers(finalizers: list[str | None], names: list[str]) -> None:
    assert fields(put(BASE, "metadata.finalizers", finalizers)) == names


# Every field of the schema.


def parts(part: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    if path:
        yield path, part
    for name, child in part.get("properties", {}).items():
        if path or name in ("metadata", "spec", "status"):
            yield from parts(child, f"{path}.{name}".removeprefix("."))
    if "items" in part:
        yield from parts(part["items"], f"{path}[0]")
    if isinstance(part.get("additionalProperties"), dict):
        yield from parts(part["additionalProperties"], f"{path}.key")


PARTS = dict(parts(schema()))
OF_TYPE: dict[str, object] = {"object": {"a": "b"}, "array": ["a"], "string": "text", "integer": 80, "boolean": True}
PYTHON = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def around(field: str) -> Manifest:
    """A Service in which nothing but the field can be wrong."""
    for holder in re.findall(r"^.*ownerReferences\[0\]", field):
        return put(BASE, holder, {"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1"})
    return BASE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(field, value, id=f"{field}-{name}")
        for field, part in PARTS.items()
        for name, value in OF_TYPE.items()
        if name not in part["type"]
    ],
)
def test_a_wrong_type_is_one_error(field: str, value: object) -> None:
    assert fields(put(around(field), field, value)) == [field]


@pytest.mark.parametrize("field", [field for field, part in PARTS.items() if part.get("additionalProperties") is False])
def test_an_unknown_field_is_one_error(field: str) -> None:
    unknown = f"{field}.unknown"
    base = around(field)
    assert fields(put(base, unknown, 1)) == [unknown]


REQUIRED = ("metadata", "metadata.name", "spec", "spec.ports", "spec.ports[0]", "spec.ports[0].port")


@pytest.mark.parametrize("field", [field for field in PARTS if field not in REQUIRED and not field.endswith("[0]")])
def test_null_is_as_good_as_nothing(field: str) -> None:
    found = fields(put(around(field), field, None))
    assert found == (
        [re.sub(r"\[0\]", "", field)] if re.search(r"ownerReferences.*(apiVersion|kind|name|uid)$", field) else []
    )


# What is wrong is mended.


def mended(text: str, edits: tuple[Edit, ...]) -> str:
    lines = re.split(r"(?<=\n)", text)
    starts = [sum(len(line) for line in lines[:number]) for number in range(len(lines))]
    for edit in sorted(edits, key=lambda edit: (edit.span.line, edit.span.column), reverse=True):
        start, end = (
            starts[line - 1] + column - 1
            for line, column in ((edit.span.line, edit.span.column), (edit.span.end_line, edit.span.end_column))
        )
        text = text[:start] + edit.text + text[end:]
    return text


def mend_everything(text: str) -> str:
    """Mend one finding after the other; each edit removes its finding and brings none that was not there."""
    before = errors(text)
    while before:
        finding = next(finding for finding in before if finding.edits)
        assert all(edit.safe for edit in finding.edits)
        text = mended(text, finding.edits)
        after = errors(text)
        known = {(each.rule, each.field) for each in before} - {(finding.rule, finding.field)}
        assert {(each.rule, each.field) for each in after} == known
        before = after
    return text


CASES: dict[str, list[str]] = {
    "spec.type": [*TYPES[:3]],
    "spec.externalTrafficPolicy": ["Cluster", "Local"],
    "spec.internalTrafficPolicy": ["Cluster", "Local"],
    "spec.sessionAffinity": ["None", "ClientIP"],
    "spec.ipFamilyPolicy": ["SingleStack", "PreferDualStack", "RequireDualStack"],
    "spec.ipFamilies[0]": ["IPv4", "IPv6"],
    "spec.trafficDistribution": ["PreferClose", "PreferSameZone", "PreferSameNode"],
    "spec.ports[0].protocol": ["TCP", "UDP", "SCTP"],
}
NUMBERS = (
    "spec.ports[0].port",
    "spec.ports[0].targetPort",
    "spec.ports[0].nodePort",
    "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
)
MAPS = ("metadata.labels", "metadata.annotations", "spec.selector")
SHORT = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
READY = put(put(BASE, "spec.externalIPs", ["203.0.113.7"]), "metadata.annotations", {"note": "naïve 😀"})


def value_at(manifest: Manifest, field: str) -> object:
    value: Any = manifest
    for step in path_of(field):
        value = value[step]
    return value


def reread(text: str) -> Any:
    (document,) = read(decode("f.yaml", text.encode()))
    return document.value


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("field", CASES)
@settings(max_examples=FEW)
@given(data=st.data())
def test_the_case_of_a_word_is_mended(data: st.DataObject, field: str, style: str) -> None:
    right = data.draw(st.sampled_from(CASES[field]))
    word = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in right)
    text = mend_everything(written(put(READY, field, word), style))
    assert reread(text) == put(READY, field, right)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("field", NUMBERS)
@settings(max_examples=FEW)
@given(number=st.integers(30000, 32767), zeros=st.integers(0, 1))
def test_quotes_around_a_number_are_dropped(field: str, style: str, number: int, zeros: int) -> None:
    # In front of eights and nines alone zeros mean nothing; before others they would make an octal number.
    written_number = "0" * (zeros if "8" in str(number) or "9" in str(number) else 0) + str(number)
    text = mend_everything(written(put(READY, field, written_number), style))
    assert reread(text) == put(READY, field, number)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("field", MAPS)
@settings(max_examples=FEW)
@given(
    values=st.lists(st.booleans() | st.integers(0, 10**6) | st.sampled_from([1.5, 0.1, 1e-7]), min_size=1, max_size=3)
)
def test_values_that_are_no_strings_are_quoted(field: str, style: str, values: list[object]) -> None:
    manifest = put(READY, field, {f"key-{number}": value for number, value in enumerate(values)})
    text = mend_everything(written(manifest, style))
    strings = {f"key-{number}": json.dumps(value) for number, value in enumerate(values)}
    assert value_at(reread(text), field) == strings


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "y", "N", "True", "1_000", "0x50", "1.0", "+1", "010"])
def test_the_text_that_stood_there_is_what_is_quoted(word: str) -> None:
    text = SHORT.replace("name: web", f"name: web, annotations: {{a: {word}}}")
    assert reread(mend_everything(text))["metadata"]["annotations"] == {"a": word}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "field", ["spec.externalTrafficPolicy", "spec.ports[0].targetPort", "spec.internalTrafficPolicy"]
)
@settings(max_examples=FEW)
@given(data=st.data())
def test_the_case_of_a_field_is_mended(data: st.DataObject, field: str, style: str) -> None:
    value = 8080 if field.endswith("targetPort") else "Cluster"
    parent, _, name = field.rpartition(".")
    wrong = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in name)
    text = mend_everything(written(put(READY, f"{parent}.{wrong}", value), style))
    assert reread(text) == put(READY, field, value)


@pytest.mark.parametrize("digits", ["9" * 20, "0" * 5000 + "8", "9" * 5000])
@pytest.mark.parametrize("field", ["spec.ports[0].port", "spec.ports[0].targetPort"])
def test_a_number_past_all_bounds_is_left_alone(field: str, digits: str) -> None:
    (finding,) = errors(json.dumps(put(BASE, field, digits)))
    assert (finding.field, finding.edits) == (field, ())


def test_a_field_is_not_renamed_to_one_that_is_there() -> None:
    (finding,) = errors(json.dumps(put(BASE, "spec.Type", "NodePort")))
    assert (finding.field, finding.edits) == ("spec.Type", ())


@pytest.mark.parametrize(
    "ports",
    [
        "[{name: a, port: 80, protocol: &p udp}, {name: b, port: 81, protocol: *p}]",
        "[{port: !!str 80}]",
        "[{name: !!int 80, port: 80}]",
        "[{name: a, port: 80, targetPort: &p '80'}, {name: b, port: 81, targetPort: *p}]",
    ],
)
def test_what_an_anchor_alias_or_tag_belongs_to_is_left_to_people(ports: str) -> None:
    found = errors(SHORT.replace("[{port: 80}]", ports))
    assert [finding.edits for finding in found] == [()] * len(found)
    assert found


@pytest.mark.parametrize(
    ("port", "mended_to"), [("080", 80), ("010", 10), ("0", None), ("65536", None), ("٨٠", None), ("-1", None)]
)
def test_a_number_that_is_meant_as_a_target_port_is_one(port: str, mended_to: int | None) -> None:
    text = SHORT.replace("port: 80", f"port: 80, targetPort: '{port}'")
    (finding,) = errors(text)
    assert finding.field == "spec.ports[0].targetPort"
    fixed = reread(mended(text, finding.edits))["spec"]["ports"][0]["targetPort"] if finding.edits else None
    assert fixed == mended_to
