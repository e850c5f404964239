import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nplint import plugins, structure
from nplint.cluster import Cluster
from nplint.node import Node
from nplint.profile import declare, parse_version
from nplint.reader import decode, read
from nplint.resource import Service
from nplint.shape import fits
from nplint.structure import Schema, flaws, newer, schema
from nplint.tree import Value

with (Path(__file__).parent / "data/api-cases.jsonl").open(encoding="utf-8") as file:
    CASES: list[dict[str, Any]] = [json.loads(line) for line in file]

FULL: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {
        "name": "web",
        "labels": {"app": "web"},
        "finalizers": ["example.com/f"],
        "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "1", "controller": True}],
        "generation": 1,
        "creationTimestamp": "2025-01-31T12:00:00Z",
        "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}],
    },
    "spec": {
        "type": "LoadBalancer",
        "selector": {"app": "web"},
        "ports": [{"name": "http", "port": 80, "targetPort": "http", "nodePort": 30080, "protocol": "TCP"}],
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "externalIPs": ["203.0.113.7"],
        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
        "allocateLoadBalancerNodePorts": False,
        "trafficDistribution": "PreferClose",
    },
    "status": {
        "loadBalancer": {"ingress": [{"ip": "203.0.113.7", "ports": [{"port": 80, "protocol": "TCP"}]}]},
        "conditions": [{"type": "Ready", "observedGeneration": 1, "lastTransitionTime": "2025-01-31T12:00:00+01:00"}],
    },
}


def services(text: str) -> tuple[Service, ...]:
    return Cluster(read(decode("f.yaml", text.encode("utf-8", "surrogatepass")))).services


def service(spec: str = "", metadata: str = "name: web") -> Node:
    text = f"{{apiVersion: v1, kind: Service, metadata: {{{metadata}}}, spec: {{{spec}}}}}\n"
    (found,) = services(text)
    return found.node


def agree(value: Value) -> bool:
    judged: bool = structure._validator("service").is_valid(value)
    return fits(value, schema()) == judged


def paths(value: Value, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in steps:
        yield from paths(child, (*path, step))


def put(path: tuple[str | int, ...], value: Value) -> Value:
    """FULL with another value in one place."""
    if not path:
        return value
    changed: Any = copy.deepcopy(FULL)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    changed_value: Value = changed
    return changed_value


# A document holds no float without a fraction, except those too big for an integer.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer() or abs(x) >= 2**63)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, 65535, 65536, 86400, 2**31, -(2**31) - 1, 2**63])
    | FLOATS
    | st.text(max_size=5)
    | st.sampled_from(["TCP", "udp", "Local", "", "ClientIP", "IPv6", "2025-01-31T12:00:00Z", "2025-01-31"])
)
KEYS = st.sampled_from(["name", "port", "metadata", "spec", "ports", "ip", "x"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
PLACES = st.sampled_from([*paths(FULL)])


@given(PLACES, VALUES)
def test_the_gate_and_the_validator_agree_on_every_value_in_every_place(
    path: tuple[str | int, ...], value: Value
) -> None:
    assert agree(put(path, value))


@given(st.sampled_from([path for path in paths(FULL) if isinstance(path and path[-1], str)]), st.text(max_size=6))
def test_the_gate_and_the_validator_agree_on_every_name(path: tuple[str | int, ...], name: str) -> None:
    assert agree(put((*path[:-1], name), 1))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_gate_and_the_validator_agree_on_every_case(case: dict[str, Any]) -> None:
    assert all(agree(found.node.value) for found in services(case.get("manifest", "")))


def test_a_service_with_everything_fits() -> None:
    assert fits(FULL, schema())
    assert agree(FULL)


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (service("type: NodePort, ports: [{port: 80}]"), []),
        (service("type: Nodeport, ports: [{port: 80}]"), [("spec.type", "enum")]),
        (service("nodePort: 1, ports: [{port: 80, x: y}]"), [("spec.nodePort", "+"), ("spec.ports[0].x", "+")]),
        (service("ports: [{port: 0}, {port: 65536}]"), [("spec.ports[0].port", "<"), ("spec.ports[1].port", ">")]),
        (service("ports: [{port: '80'}]"), [("spec.ports[0].port", "type")]),
        (service("ports: {port: 80}"), [("spec.ports", "type")]),
        (service("ports: [80, null]"), [("spec.ports[0]", "type")]),
        (service("selector: {a: 1, b: null, c: x}"), [("spec.selector.a", "type")]),
        (service("selector: {a: {b: c}, d: yes}"), [("spec.selector.a", "type"), ("spec.selector.d", "type")]),
        (service("ipFamilies: [IPv4, IPv5, null]"), [("spec.ipFamilies[1]", "enum"), ("spec.ipFamilies[2]", "type")]),
        (service("ipFamilyPolicy: ''"), [("spec.ipFamilyPolicy", "enum")]),
        (service("publishNotReadyAddresses: 'true'"), [("spec.publishNotReadyAddresses", "type")]),
        (
            service("ports: [{port: true}, {port: 0.5}]"),
            [("spec.ports[0].port", "type"), ("spec.ports[1].port", "type")],
        ),
        (service("ports: [{port: 1, protocol: 6}]"), [("spec.ports[0].protocol", "type")]),
        (service("type: [NodePort]"), [("spec.type", "type")]),
        (service("ports: [{nodePort: 2147483648}]"), [("spec.ports[0].nodePort", ">")]),
        (service(metadata="name: web, creationTimestamp: today"), [("metadata.creationTimestamp", "format")]),
        (service(metadata="name: web, generation: 1e30"), [("metadata.generation", ">")]),
        (service(metadata="name: web, Labels: {}"), [("metadata.Labels", "+")]),
    ],
)
def test_a_flaw_is_at_its_place_and_names_its_keyword(node: Node, found: list[tuple[str, str]]) -> None:
    short = {"additionalProperties": "+", "minimum": "<", "maximum": ">"}
    assert sorted((flaw.node.field, short.get(flaw.keyword, flaw.keyword)) for flaw in flaws(node)) == sorted(found)


def test_an_unknown_field_is_marked_at_its_key_and_a_wrong_value_at_the_value() -> None:
    found = list(flaws(service("x: 1, type: Nodeport")))
    shown = {flaw.node.document.source.slice(flaw.node.span) for flaw in found}
    assert shown == {"x", "Nodeport"}


@pytest.mark.parametrize(
    "spec",
    [
        "type: '{{ .type }}'",
        "type: '${TYPE}'",
        "ports: '{{ .ports }}'",
        "ports: [{port: '${PORT}', nodePort: \"{{ .nodePort }}\", protocol: '{{ .p }}'}]",
        "sessionAffinityConfig: '{{ .config }}'",
    ],
)
def test_what_a_template_hides_is_not_judged(spec: str) -> None:
    assert list(flaws(service(spec))) == []


def test_items_of_a_list_are_judged_by_their_own_paths() -> None:
    item = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: x}}"
    found = [flaw for each in services(f"{{apiVersion: v1, kind: List, items: [{item}]}}") for flaw in flaws(each.node)]
    assert [(flaw.node.field, flaw.node.path[:2]) for flaw in found] == [("spec.type", ("items", 0))]


NEWER = service(
    "clusterIPs: [a], ipFamilies: null, internalTrafficPolicy: Local, loadBalancerClass: x, "
    "trafficDistribution: PreferSameNode, ports: [{port: 80, appProtocol: http}]"
)


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("1.35", []),
        ("v1.33.0-r0", []),
        ("v1.32.9-r0", [("spec.trafficDistribution", (1, 33))]),
        ("v1.29.13-r0", [("spec.trafficDistribution", (1, 30))]),
        (
            "1.20",
            [
                ("spec.internalTrafficPolicy", (1, 21)),
                ("spec.loadBalancerClass", (1, 21)),
                ("spec.trafficDistribution", (1, 30)),
            ],
        ),
        (
            "1.17",
            [
                ("spec.clusterIPs", (1, 20)),
                ("spec.internalTrafficPolicy", (1, 21)),
                ("spec.loadBalancerClass", (1, 21)),
                ("spec.ports[0].appProtocol", (1, 18)),
                ("spec.trafficDistribution", (1, 30)),
            ],
        ),
    ],
)
def test_newer_names_the_version_that_brings_a_field_or_value(
    version: str, fields: list[tuple[str, tuple[int, int]]]
) -> None:
    found = [(node.field, since[:2]) for node, since in newer(NEWER, parse_version(version))]
    assert sorted(found) == fields


def test_a_newer_field_is_marked_at_its_key_and_a_newer_value_at_the_value() -> None:
    shown = [
        node.document.source.slice(node.span)
        for version in ("1.29", "1.30")
        for node, _ in newer(service("trafficDistribution: PreferSameZone"), parse_version(version))
    ]
    assert shown == ["trafficDistribution", "PreferSameZone"]


@pytest.mark.parametrize(
    ("version", "value", "rules"),
    [
        (None, "PreferSameZone", []),
        ("v1.34.1-r0", "PreferSameZone", []),
        ("v1.31.1-r0", "PreferSameZone", ["invalid-service"]),
        ("v1.31.1-r0", "PreferClose", []),
        ("v1.29.13-r0", "PreferSameZone", ["unknown-field"]),
    ],
)
def test_only_a_declared_version_makes_a_field_or_value_too_new(
    version: str | None, value: str, rules: list[str]
) -> None:
    node = service(f"ports: [{{port: 80}}], trafficDistribution: {value}")
    cluster = Cluster((node.document,), declare(version=version))
    found = [rule.name for rule in plugins.load().rules.values() for _ in rule.check(cluster)]
    assert found == rules


def parts(part: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    yield path, part
    for name, child in part.get("properties", {}).items():
        yield from parts(child, f"{path}.{name}".removeprefix("."))
    if "items" in part:
        yield from parts(part["items"], f"{path}[]")
    if isinstance(part.get("additionalProperties"), dict):
        yield from parts(part["additionalProperties"], f"{path}{{}}")


PARTS = dict(parts(schema()))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("path", PARTS)
def test_every_part_of_the_schema_has_a_type_and_every_field_a_description(path: str) -> None:
    part = PARTS[path]
    assert part["type"]
    assert set(part) <= {
        *("$schema", "title", "description", "type", "properties", "additionalProperties", "items"),
        *("enum", "minimum", "maximum", "format", "x-since", "x-since-values"),
    }
    if not path.endswith(("[]", "{}")):
        assert len(part["description"]) > 3
        assert part["description"].endswith((".", ")"))


@pytest.mark.parametrize(
    "path", [path for path, part in PARTS.items() if part["type"] in ("object", ["object", "null"])]
)
def test_every_mapping_of_the_schema_says_what_else_it_may_hold(path: str) -> None:
    assert "additionalProperties" in PARTS[path] or path.endswith("fieldsV1")


@pytest.mark.parametrize(
    "path", [path for path, part in PARTS.items() if "x-since" in part or "x-since-values" in part]
)
def test_versions_in_the_schema_are_versions(path: str) -> None:
    values = PARTS[path].get("x-since-values", {})
    assert set(values) <= set(PARTS[path].get("enum", ()))
    assert all(parse_version(text) > (1, 0, 0, 0) for text in (*values.values(), PARTS[path].get("x-since", "1.35")))
