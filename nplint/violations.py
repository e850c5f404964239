"""Where a value does not fit a JSON Schema with keywords that the gate of `shape` does not know."""

import json
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from nplint.shape import Schema, Violation, Way, additional, ways
from nplint.structure import format_checker


def violations(value: Any, schema: Schema) -> list[Violation]:
    """Every place in the value that does not fit; nothing is fetched to find out."""
    found = (place for error in _validator(schema).iter_errors(value) for place in _places(error))
    return list(dict.fromkeys(found))


def _validator(schema: Schema) -> Draft202012Validator:
    # Without a registry of its own, jsonschema would ask the network for what a `$ref` names.
    return Draft202012Validator(_spelt_out(schema), format_checker=format_checker(), registry=Registry())


_NEVER: dict[str, Any] = {"not": {}}
_OF_OTHERS = ("additionalProperties", "unevaluatedProperties", "unevaluatedItems")


def _spelt_out(schema: Schema) -> dict[str, Any]:
    """The schema with `false` as a mapping, because jsonschema loses the place of what the bare word forbids."""
    if isinstance(schema, bool):
        return {} if schema else _NEVER
    copy: dict[str, Any] = json.loads(json.dumps(schema))
    for *way, last in list(ways(copy))[1:]:
        holder: Any = copy
        for step in way:
            holder = holder[step]
        if holder[last] is False and last not in _OF_OTHERS:
            holder[last] = _NEVER
    return copy


def _places(error: ValidationError) -> list[Violation]:
    path, keyword = tuple(error.absolute_path), error.validator
    value, wanted = cast(Any, error.instance), cast(Any, error.validator_value)
    if keyword == "required":
        return [Violation((*path, name)) for name in wanted if name not in value]
    if keyword == "dependentRequired":
        needed = dict.fromkeys(name for other, names in wanted.items() if other in value for name in names)
        return [Violation((*path, name)) for name in needed if name not in value]
    if keyword in ("unevaluatedProperties", "unevaluatedItems"):
        steps = _unevaluated(value, error) or [()]
        return [Violation((*path, *step), on_key=bool(step)) for step in steps]
    if keyword == "additionalProperties":
        return [Violation((*path, name), on_key=True) for name in additional(value, cast(Any, error.schema))]
    if "propertyNames" in error.absolute_schema_path and isinstance(value, str):
        return [Violation((*path, value), on_key=True)]
    return [Violation(path, on_key=keyword == "not" and wanted in ({}, True))]


def _unevaluated(value: Any, error: ValidationError) -> list[Way]:
    """The keys or items that an error is about: jsonschema tells them in its sentence alone."""
    if isinstance(value, dict):
        return [(name,) for name in value if repr(name) in error.message]
    first = len(cast(Any, error.schema).get("prefixItems", ()))
    return [(index,) for index, item in enumerate(value) if index >= first and repr(item) in error.message]
