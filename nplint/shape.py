"""Whether a value has the shape that a JSON Schema describes, and where it has not.

A judgement of the keywords that people write, in plain code: jsonschema costs more to import than a clean run takes, so
it comes in only to say what is wrong with a Service, or where the schema of a rule has other keywords.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any] | bool


class Violation(NamedTuple):
    """A place that does not fit: the way there, and whether it is the key there that must not be."""

    path: tuple[str | int, ...]
    on_key: bool = False


# Compiled when a value has one, as few do.
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)",
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
ANNOTATIONS = frozenset(("$schema", "$comment", "title", "description", "default", "examples"))
"""Keywords that judge nothing; those that begin with `x-` do not either."""
_SCHEMAS = frozenset(("not", "if", "then", "else", "contains", "items", "propertyNames", "additionalProperties")) | {
    "unevaluatedProperties",
    "unevaluatedItems",
}
_LISTS_OF_SCHEMAS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_MAPPINGS_OF_SCHEMAS = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs"))


def has_format(format: str, value: object) -> bool:
    """Whether a value has a format of `FORMATS`, which everything but a text has."""
    return not isinstance(value, str) or bool(re.fullmatch(FORMATS[format], value, re.ASCII))


Way = tuple[str | int, ...]


def ways(schema: Schema) -> Iterator[Way]:
    """The ways to every schema that a schema is made of, the first to itself."""
    yield ()
    for way, part in _parts(schema):
        yield from ((*way, *further) for further in ways(part))


def _parts(schema: Schema) -> Iterator[tuple[Way, Schema]]:
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        if keyword in _SCHEMAS:
            yield (keyword,), value
        elif keyword in _LISTS_OF_SCHEMAS and isinstance(value, list):
            yield from (((keyword, index), part) for index, part in enumerate(value))
        elif keyword in _MAPPINGS_OF_SCHEMAS and isinstance(value, dict):
            yield from (((keyword, name), part) for name, part in value.items())


def _keywords(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Every keyword with its value, in the schema itself and in all that it is made of."""
    if isinstance(schema, dict):
        yield from schema.items()
    for _, part in _parts(schema):
        yield from _keywords(part)


def is_plain(schema: Schema) -> bool:
    """Whether `fits` knows every keyword of a schema, so that it agrees with jsonschema."""
    return all(_is_known(keyword, value) for keyword, value in _keywords(schema))


def _is_known(keyword: str, value: Any) -> bool:
    if keyword == "format":
        return value in FORMATS
    if keyword in ("const", "enum"):
        return not any(isinstance(one, dict | list) for one in (value if keyword == "enum" else [value]))
    return keyword in _CHECKS or keyword in ("then", "else") or keyword in ANNOTATIONS or keyword.startswith("x-")


def has_patterns(schema: Schema) -> bool:
    """Whether a schema has a regular expression in it, which may take for ever where its author wants it to."""
    return any(keyword in ("pattern", "patternProperties") for keyword, _ in _keywords(schema))


def size(schema: Schema) -> int:
    """How many keywords a schema has, and values for them to choose from: no more is done for one part of a value."""
    return sum(1 + (len(value) if isinstance(value, list | dict) else 0) for _, value in _keywords(schema))


def fits(value: Any, schema: Schema) -> bool:
    """Whether a value has the shape that a plain schema describes."""
    if isinstance(schema, bool):
        return schema
    for keyword in schema:  # noqa: SIM110 - half the time of `all`, and each Service comes through here
        if keyword in _CHECKS and not _CHECKS[keyword](value, schema[keyword], schema):
            return False
    return True


def violations(value: Any, schema: Schema, path: Way = ()) -> Iterator[Violation]:
    """Every place in a value that does not fit a plain schema."""
    if isinstance(schema, bool):
        yield from () if schema else (Violation(path, on_key=True),)
        return
    for keyword, wanted in schema.items():
        if keyword in _CHECKS and not _CHECKS[keyword](value, wanted, schema):
            inner = list(_inner(keyword, value, wanted, schema))
            for way, part, child in inner:
                yield from violations(child, part, (*path, *way))
            if not inner:
                yield from _outer(keyword, value, wanted, path)


def _inner(keyword: str, value: Any, wanted: Any, schema: dict[str, Any]) -> Iterator[tuple[Way, Schema, Any]]:
    """What a keyword looks at one by one: the way to it, the schema that it has to fit, and the value."""
    if keyword == "properties":
        yield from (((name,), part, value[name]) for name, part in wanted.items() if name in value)
    elif keyword == "patternProperties":
        pairs = ((name, pattern) for name in value for pattern in wanted if re.search(pattern, name))
        yield from (((name,), wanted[pattern], value[name]) for name, pattern in pairs)
    elif keyword == "additionalProperties":
        yield from (((name,), wanted, value[name]) for name in additional(value, schema))
    elif keyword == "items":
        yield from (((index,), wanted, item) for index, item in enumerate(value))
    elif keyword == "allOf":
        yield from (((), part, value) for part in wanted)
    elif keyword == "if":
        yield (), schema["then" if fits(value, wanted) else "else"], value


def _outer(keyword: str, value: Any, wanted: Any, path: Way) -> Iterator[Violation]:
    """What a keyword finds that judges a value as one."""
    if keyword == "required":
        yield from (Violation((*path, name)) for name in wanted if name not in value)
    elif keyword == "propertyNames":
        yield from (Violation((*path, name), on_key=True) for name in value if not fits(name, wanted))
    else:
        # What fits nothing must not be there at all.
        yield Violation(path, on_key=keyword == "not" and wanted in ({}, True))


_Check = Callable[[Any, Any, dict[str, Any]], bool]


def _type(value: Any, wanted: Any, schema: Schema) -> bool:
    if isinstance(wanted, str):
        return _is_of(value, wanted)
    return any(_is_of(value, name) for name in wanted)


def _is_of(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name]) or (name == "integer" and isinstance(value, float) and value.is_integer())


def _same(value: Any, other: Any) -> bool:
    """Equality without Python's notion that True is 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _properties(value: Any, wanted: Any, schema: Schema) -> bool:
    for name in value if isinstance(value, dict) else ():
        if name in wanted and not fits(value[name], wanted[name]):
            return False
    return True


def _pattern_properties(value: Any, wanted: Any, schema: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    pairs = ((name, child, pattern) for name, child in value.items() for pattern in wanted)
    return all(fits(child, wanted[pattern]) for name, child, pattern in pairs if re.search(pattern, name))


def _additional_properties(value: Any, wanted: Any, schema: dict[str, Any]) -> bool:
    if wanted is True or not isinstance(value, dict):
        return True
    return all(fits(value[name], wanted) for name in additional(value, schema))


def additional(value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The fields that a schema names neither by name nor by pattern."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", ())
    return [name for name in value if name not in known and not any(re.search(one, name) for one in patterns)]


def _if(value: Any, wanted: Any, schema: dict[str, Any]) -> bool:
    return fits(value, schema.get("then" if fits(value, wanted) else "else", True))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: Any, wanted: Any, schema: Schema) -> int:
    return sum(fits(value, part) for part in wanted)


def _sized(kind: type[str] | type[list[Any]] | type[dict[str, Any]], judge: Callable[[int, int], bool]) -> _Check:
    return lambda value, wanted, _: not isinstance(value, kind) or judge(len(value), wanted)


def _bounded(judge: Callable[[Any, Any], bool]) -> _Check:
    return lambda value, wanted, _: not _is_number(value) or judge(value, wanted)


_CHECKS: dict[str, _Check] = {
    "type": _type,
    "required": lambda value, wanted, _: not isinstance(value, dict) or all(name in value for name in wanted),
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": lambda value, wanted, _: not isinstance(value, dict) or all(fits(name, wanted) for name in value),
    "items": lambda value, wanted, _: not isinstance(value, list) or all(fits(item, wanted) for item in value),
    "contains": lambda value, wanted, _: not isinstance(value, list) or any(fits(item, wanted) for item in value),
    "enum": lambda value, wanted, _: any(_same(value, one) for one in wanted),
    "const": lambda value, wanted, _: _same(value, wanted),
    "minimum": _bounded(lambda value, bound: value >= bound),
    "maximum": _bounded(lambda value, bound: value <= bound),
    "minLength": _sized(str, lambda length, bound: length >= bound),
    "maxLength": _sized(str, lambda length, bound: length <= bound),
    "minItems": _sized(list, lambda length, bound: length >= bound),
    "maxItems": _sized(list, lambda length, bound: length <= bound),
    "minProperties": _sized(dict, lambda length, bound: length >= bound),
    "maxProperties": _sized(dict, lambda length, bound: length <= bound),
    "pattern": lambda value, wanted, _: not isinstance(value, str) or re.search(wanted, value) is not None,
    "format": lambda value, wanted, _: has_format(wanted, value),
    "allOf": lambda value, wanted, _: all(fits(value, part) for part in wanted),
    "anyOf": lambda value, wanted, _: any(fits(value, part) for part in wanted),
    "oneOf": lambda value, wanted, schema: _count(value, wanted, schema) == 1,
    "not": lambda value, wanted, _: not fits(value, wanted),
    "if": _if,
}
