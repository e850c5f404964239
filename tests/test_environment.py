"""What a container's variables are, composed as the kubelet does it."""

from collections.abc import Mapping
from textwrap import indent

import pytest

from nplint.cluster import Cluster
from nplint.configmap import ConfigMaps
from nplint.environment import OWN_NODE, Environment, Variable, environment, expand, expand_for_shell
from nplint.node import Node
from nplint.reader import decode, read

SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {URL: http://api, PORT: "30080", REFERENCE: $(PORT)}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
data: {PORT: MzAwODE=, BROKEN: "%%%", TEXT: aGVsbG8K}
stringData: {TEXT: plain}
---
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: client}}
spec:
  containers:
    - name: client
{fields}
"""


def variables(values: Mapping[str, str | None]) -> dict[str, Variable]:
    (document,) = read(decode("f.yaml", b"apiVersion: v1\nkind: X\n"))
    return {name: Variable(name, value, Node(document)) for name, value in values.items()}


def environment_of(fields: str) -> Environment:
    cluster = Cluster(read(decode("f.yaml", (SETTINGS + POD.format(fields=indent(fields, " " * 6))).encode())))
    (workload,) = cluster.workloads
    return environment(workload.containers[0], workload, ConfigMaps(cluster))


def values_of(fields: str) -> dict[str, str | None]:
    return {name: variable.text for name, variable in environment_of(fields).variables.items()}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("http://$(A):$(B)/", "http://1:2/"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$$$$(A)", "$$(A)"),
        ("$(C)", "$(C)"),
        ("$(A", "$(A"),
        ("$(A $(A", "$(A $(A"),
        ("$A ${A} $", "$A ${A} $"),
        ("$()", "$()"),
        ("$($(A))", "$($(A))"),
        ("$(N)", "$(N)"),
        ("\0$(A)", "1"),
    ],
)
def test_references_are_expanded_and_what_is_undefined_stays(text: str, expanded: str) -> None:
    assert expand(text, variables({"A": "1", "B": "2", "N": None})).text == expanded


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A", "1"),
        ("${A}", "1"),
        ("${A:-x}:${A?}", "1:1"),
        ("$AB ${AB} $(AB)", "$AB ${AB} $(AB)"),
        ("${A:+x}:${A+x}", "${A:+x}:${A+x}"),
        ("\\$A \\${A}", "\\$A \\${A}"),
        ("$(K)", "2"),
        ("$(curl $A)", "$(curl 1)"),
        ("$(curl $(date) $A)", "$(curl $(date) 1)"),
    ],
)
def test_a_shell_has_forms_of_its_own(text: str, expanded: str) -> None:
    assert expand_for_shell(text, variables({"K": "2"}), variables({"A": "1"})).text == expanded


def test_variables_that_double_each_other_end() -> None:
    doubling = "".join(f', {{name: V{number}, value: "$(V{number - 1})$(V{number - 1})"}}' for number in range(1, 60))
    known = environment_of(f"env: [{{name: V0, value: {'x' * 100}}}{doubling}]").variables
    assert known["V5"].text == "x" * 3200
    assert max(len(variable.text or "") for variable in known.values()) < 100_000
    assert len(known["V59"].proof) == 5


def test_what_came_from_a_variable_is_known() -> None:
    known = variables({"A": "10", "B": "30080"})
    (first, second) = expand("x$(A):$(B)", known).parts
    assert (first.start, first.end, first.variable) == (1, 3, known["A"])
    assert (second.start, second.end, second.variable) == (4, 9, known["B"])


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (
            'env: [{name: A, value: x}, {name: B, value: "$(A)$(C)"}, {name: C, value: z}]',
            {"A": "x", "B": "x$(C)", "C": "z"},
        ),
        ('env: [{name: A, value: x}, {name: A, value: "$(A)y"}]', {"A": "xy"}),
        ("env: [{name: A}, {value: nameless}, {name: B, value: null}]", {"A": "", "B": ""}),
        ("env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}]", {"A": OWN_NODE}),
        ("env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]", {"A": None}),
        ("env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]", {"A": None}),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: PORT}}}]", {"A": "30080"}),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: REFERENCE}}}]", {"A": "$(PORT)"}),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: gone}}}]", {"A": None}),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: gone, key: PORT}}}]", {"A": None}),
        (
            "envFrom: [{configMapRef: {name: settings}}]\n"
            "env: [{name: URL, valueFrom: {configMapKeyRef: {name: settings, key: gone, optional: true}}}]",
            {"URL": "http://api", "PORT": "30080", "REFERENCE": "$(PORT)"},
        ),
        (
            "envFrom: [{configMapRef: {name: settings}}]\n"
            "env: [{name: URL, valueFrom: {configMapKeyRef: {name: settings, key: gone}}}]",
            {"URL": None, "PORT": "30080", "REFERENCE": "$(PORT)"},
        ),
        ("env: [{name: A, valueFrom: {secretKeyRef: {name: secret, key: PORT}}}]", {"A": "30081"}),
        ("env: [{name: A, valueFrom: {secretKeyRef: {name: secret, key: TEXT}}}]", {"A": "plain"}),
        ("env: [{name: A, valueFrom: {secretKeyRef: {name: secret, key: BROKEN}}}]", {"A": ""}),
        (
            "envFrom: [{prefix: C_, configMapRef: {name: settings}}]",
            {"C_URL": "http://api", "C_PORT": "30080", "C_REFERENCE": "$(PORT)"},
        ),
        (
            "envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: secret}}]\n"
            'env: [{name: URL, value: "http://web:$(PORT)"}]',
            {"URL": "http://web:30081", "PORT": "30081", "REFERENCE": "$(PORT)", "TEXT": "plain", "BROKEN": ""},
        ),
    ],
)
def test_variables_are_those_that_the_kubelet_sets(fields: str, values: dict[str, str | None]) -> None:
    assert values_of(fields) == values


@pytest.mark.parametrize(
    ("source", "is_open"),
    [
        ("{configMapRef: {name: settings}}", False),
        ("{configMapRef: {name: gone, optional: true}}", True),
        ('{prefix: "{{ .p }}", configMapRef: {name: settings}}', True),
        ("{}", False),
    ],
)
def test_a_source_that_the_input_does_not_show_may_define_anything(source: str, is_open: bool) -> None:
    assert environment_of(f"envFrom: [{source}]").is_open is is_open


def test_a_value_knows_the_way_it_took() -> None:
    known = environment_of(
        "env:\n"
        "  - {name: PORT, valueFrom: {configMapKeyRef: {name: settings, key: PORT}}}\n"
        '  - {name: TARGET, value: "http://web:$(PORT)"}'
    )
    target = known.variables["TARGET"]
    assert target.text == "http://web:30080"
    told = [(proof.at.span.line, proof.shows) for proof in target.proof if isinstance(proof.at, Node)]
    assert told == [
        (20, "the value of TARGET"),
        (4, "the value of PORT"),
        (19, "a value of this ConfigMap becomes PORT"),
    ]
