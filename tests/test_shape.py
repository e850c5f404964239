"""The gate in front of jsonschema: where it knows every keyword of a schema, both say the same of every value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from nplint import shape
from nplint.shape import fits, has_patterns, is_plain
from nplint.undecided import undecided
from nplint.violations import violations

SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from([1.0, 0.5, "", "a", "b", "ab", "2027-06-30"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
)
PATTERNS = st.sampled_from(["a", "^b", "[ab]$"])
TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])


def wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several, by_name = st.lists(inner, min_size=1, max_size=2), st.dictionaries(st.sampled_from("ab"), inner)
    small = st.integers(0, 2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "properties": by_name,
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": inner,
            "required": st.lists(st.sampled_from("ab"), unique=True),
            "items": inner,
            "contains": inner,
            "enum": st.lists(SCALARS, min_size=1, max_size=3),
            "const": SCALARS,
            "minimum": small,
            "maximum": small,
            "minLength": small,
            "maxLength": small,
            "minItems": small,
            "maxItems": small,
            "minProperties": small,
            "maxProperties": small,
            "pattern": PATTERNS,
            "format": st.just("date"),
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "x-since": st.just("1.30"),
        },
    )


SCHEMAS = st.recursive(st.booleans(), wider, max_leaves=8)
FORMAT = FormatChecker(formats=())
FORMAT.checks("date")(lambda value: not isinstance(value, str) or value == "2027-06-30")


@given(SCHEMAS, VALUES)
def test_the_gate_and_jsonschema_agree(schema: Any, value: Any) -> None:
    assert is_plain(schema)
    assert fits(value, schema) == Draft202012Validator(schema, format_checker=FORMAT).is_valid(value)


@given(SCHEMAS, VALUES)
def test_plain_code_and_jsonschema_find_the_same_places(schema: Any, value: Any) -> None:
    assert set(shape.violations(value, schema)) == set(violations(value, schema))


HIDDEN = st.recursive(
    SCALARS | st.just("${X}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "${X}"]), inner, max_size=2),
)


def rendered(value: Any, key: str, filling: Any) -> Any:
    if isinstance(value, dict):
        # A rendered key that stands there already would be a mistake of its own.
        pairs = ((key if name == "${X}" and key not in value else name, child) for name, child in value.items())
        return {name: rendered(child, key, filling) for name, child in pairs}
    if isinstance(value, list):
        return [rendered(item, key, filling) for item in value]
    return filling if value == "${X}" else value


@given(SCHEMAS, HIDDEN, st.sampled_from("abc"), VALUES)
def test_what_is_rendered_later_changes_nothing_that_is_sure(schema: Any, value: Any, key: str, filling: Any) -> None:
    unsure = {one.at for one in undecided(value, schema)}
    later = rendered(value, key, filling)
    sure = [one for one in violations(value, schema) if not any(one.path[: len(at)] == at for at in unsure)]
    assert {rendered_path(one.path, key) for one in sure} <= {one.path for one in violations(later, schema)}
    if not unsure:
        assert fits(value, schema) == fits(later, schema)


def rendered_path(path: tuple[str | int, ...], key: str) -> tuple[str | int, ...]:
    return tuple(key if step == "${X}" else step for step in path)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"uniqueItems": True},
        {"not": {"dependentRequired": {}}},
        {"items": {"enum": [[1]]}},
        {"properties": {"a": {"const": {}}}},
        {"anyOf": [{"format": "email"}]},
    ],
)
def test_what_the_gate_does_not_know_is_not_plain(schema: Any) -> None:
    assert not is_plain(schema)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, False),
        ({"properties": {"pattern": {"type": "string"}}}, False),
        ({"properties": {"a": {"pattern": "x"}}}, True),
        ({"anyOf": [{"not": {"patternProperties": {"x": True}}}]}, True),
    ],
)
def test_patterns_are_found_wherever_they_are(schema: Any, expected: bool) -> None:
    assert has_patterns(schema) is expected
