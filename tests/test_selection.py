"""Selectors: what they require of labels, also where not every label is known."""

from itertools import product

import pytest

from nplint.node import Node
from nplint.reader import decode, read
from nplint.selection import Requirement, selects

VALUES = ("a", "b", "5", None)


def node(text: str) -> Node:
    (document,) = read(decode("f.yaml", f"selector: {text}\napiVersion: v1\nkind: X\n".encode()))
    return Node(document, value=document.value)["selector"]


def required(operator: str, *values: str) -> Requirement:
    return Requirement("pool", operator, frozenset(values), node("{}"))


@pytest.mark.parametrize(
    ("operator", "values", "allowed"),
    [
        ("In", ("a", "b"), {"a", "b"}),
        ("NotIn", ("a",), {"b", "5", None}),
        ("Exists", (), {"a", "b", "5"}),
        ("DoesNotExist", (), {None}),
        ("Gt", ("4",), {"5"}),
        ("Gt", ("5",), set()),
        ("Lt", ("6",), {"5"}),
        ("Lt", ("x",), set()),
    ],
)
def test_an_operator_allows_values_and_the_lack_of_one(
    operator: str, values: tuple[str, ...], allowed: set[str | None]
) -> None:
    assert {value for value in VALUES if required(operator, *values).allows(value)} == allowed


REQUIRED = [
    required(operator, *values)
    for operator, values in (
        ("In", ("a",)),
        ("In", ("a", "b")),
        ("NotIn", ("a",)),
        ("NotIn", ("a", "b")),
        ("Exists", ()),
        ("DoesNotExist", ()),
        ("Gt", ("4",)),
        ("Lt", ("4",)),
    )
]


@pytest.mark.parametrize(("one", "other"), list(product(REQUIRED, REQUIRED)))
def test_what_excludes_or_implies_another_requirement_does_so_for_every_value(
    one: Requirement, other: Requirement
) -> None:
    values = (*VALUES, "c", "3")
    if one.excludes(other):
        assert not any(one.allows(value) and other.allows(value) for value in values)
    if one.implies(other):
        assert all(other.allows(value) for value in values if one.allows(value))
    assert one.excludes(other) == other.excludes(one)
    assert one.implies(one)


def test_values_of_two_lists_exclude_each_other_only_without_a_common_one() -> None:
    assert required("In", "a").excludes(required("In", "b"))
    assert not required("In", "a", "b").excludes(required("In", "b", "c"))
    assert required("In", "a").implies(required("NotIn", "b"))
    assert not required("NotIn", "b").implies(required("In", "a"))


@pytest.mark.parametrize(
    ("selector", "picked"),
    [
        ("{}", True),
        ("null", False),
        ("{matchLabels: {app: web}}", True),
        ("{matchLabels: {app: api}}", False),
        ("{matchLabels: {app: web, tier: back}}", False),
        ("{matchExpressions: [{key: app, operator: In, values: [web, api]}]}", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", False),
        ("{matchExpressions: [{key: gone, operator: NotIn, values: [web]}]}", True),
        ("{matchExpressions: [{key: gone, operator: Exists}]}", False),
        ("{matchExpressions: [{key: gone, operator: DoesNotExist}]}", True),
        ("{matchLabels: {hash: abc}}", None),
        ("{matchLabels: {hash: abc, app: api}}", False),
        ("{matchExpressions: [{key: app, operator: Is, values: [web]}]}", None),
        ('{matchLabels: {app: "{{ .name }}"}}', None),
        ("[]", None),
    ],
)
def test_a_label_selector_picks_as_the_api_server_does(selector: str, picked: bool | None) -> None:
    assert selects(node(selector), {"app": "web"}, lambda key: key == "hash") is picked
