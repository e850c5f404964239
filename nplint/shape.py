"""Whether a value has the shape that a JSON Schema describes, and where it has not.

A judgement of the keywords that people write, in plain code: jsonschema costs more to import than a clean run takes, so
it comes in only to say what is wrong with a Service, or where the schema of a rule has other keywords.
"""

import re
from collections.abc import Callable, Iterator
from operator import ge, le
from typing import Any, NamedTuple

Schema = dict[str, Any] | bool
Judge = Callable[[Any], bool]
_Maker = Callable[[Any, dict[str, Any]], Judge]


class Violation(NamedTuple):
    """A place that does not fit: the way there, and whether it is the key there that must not be."""

    path: tuple[str | int, ...]
    on_key: bool = False


# Compiled when a value has one, as few do.
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
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


def gate(schema: Schema) -> Judge:
    """What tells whether a value has the shape that a plain schema describes: made once, it judges many quickly."""
    if isinstance(schema, bool):
        return lambda _: schema
    judges = [_CHECKS[keyword](schema[keyword], schema) for keyword in schema if keyword in _CHECKS]

    def fits(value: Any) -> bool:
        for judge in judges:  # noqa: SIM110 - half the time of `all`, and each Service comes through here
            if not judge(value):
                return False
        return True

    return judges[0] if len(judges) == 1 else fits


def size(schema: Schema) -> int:
    """How many keywords a schema has, and values for them to choose from: no more is done for one part of a value."""
    return sum(1 + (len(value) if isinstance(value, list | dict) else 0) for _, value in _keywords(schema))


def fits(value: Any, schema: Schema) -> bool:
    """Whether a value has the shape that a plain schema describes."""
    return gate(schema)(value)


def violations(value: Any, schema: Schema, path: Way = ()) -> Iterator[Violation]:
    """Every place in a value that does not fit a plain schema."""
    if isinstance(schema, bool):
        yield from () if schema else (Violation(path, on_key=True),)
        return
    for keyword, wanted in schema.items():
        if keyword in _CHECKS and not _CHECKS[keyword](wanted, schema)(value):
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


def _type(wanted: Any, schema: Schema) -> Judge:
    names = [wanted] if isinstance(wanted, str) else wanted
    # A boolean is an integer to Python alone, and 1.0 is one to JSON Schema alone.
    kinds = tuple(kind for name in names if name != "boolean" for kind in _TYPES[name])
    bools, whole = "boolean" in names, "integer" in names

    def judge(value: Any) -> bool:
        if isinstance(value, bool):
            return bools
        return isinstance(value, kinds) or (whole and isinstance(value, float) and value.is_integer())

    return judge


def _same(value: Any, other: Any) -> bool:
    """Equality without Python's notion that True is 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _properties(wanted: Any, schema: Schema) -> Judge:
    gates = {name: gate(part) for name, part in wanted.items()}

    def judge(value: Any) -> bool:
        for name in value if isinstance(value, dict) else ():
            if name in gates and not gates[name](value[name]):
                return False
        return True

    return judge


def _pattern_properties(wanted: Any, schema: Schema) -> Judge:
    gates = [(pattern, gate(part)) for pattern, part in wanted.items()]
    return lambda value: (
        not isinstance(value, dict)
        or all(fits(child) for name, child in value.items() for pattern, fits in gates if re.search(pattern, name))
    )


def _additional_properties(wanted: Any, schema: dict[str, Any]) -> Judge:
    fits = gate(wanted)
    if wanted is False and "patternProperties" not in schema:
        known = schema.get("properties", {}).keys()
        return lambda value: not isinstance(value, dict) or value.keys() <= known
    return lambda value: not isinstance(value, dict) or all(fits(value[name]) for name in additional(value, schema))


def additional(value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The fields that a schema names neither by name nor by pattern."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", ())
    return [name for name in value if name not in known and not any(re.search(one, name) for one in patterns)]


def _each(kind: type[Any], is_fit: Callable[[Iterator[bool]], bool]) -> _Maker:
    """Judges the items of a list or the keys of a mapping."""

    def make(wanted: Any, schema: Schema) -> Judge:
        fits = gate(wanted)
        return lambda value: not isinstance(value, kind) or is_fit(map(fits, value))

    return make


def _several(is_fit: Callable[[Iterator[bool]], bool]) -> _Maker:
    """Holds several schemas against a value."""

    def make(wanted: Any, schema: Schema) -> Judge:
        gates = [gate(part) for part in wanted]
        return lambda value: is_fit(fits(value) for fits in gates)

    return make


def _if(wanted: Any, schema: dict[str, Any]) -> Judge:
    condition, then, otherwise = gate(wanted), gate(schema.get("then", True)), gate(schema.get("else", True))
    return lambda value: then(value) if condition(value) else otherwise(value)


def _not(wanted: Any, schema: Schema) -> Judge:
    fits = gate(wanted)
    return lambda value: not fits(value)


def _required(wanted: Any, schema: Schema) -> Judge:
    names = frozenset(wanted)
    return lambda value: not isinstance(value, dict) or value.keys() >= names


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sized(kind: type[Any], judge: Callable[[int, int], bool]) -> _Maker:
    return lambda wanted, _: lambda value: not isinstance(value, kind) or judge(len(value), wanted)


def _bounded(judge: Callable[[Any, Any], bool]) -> _Maker:
    return lambda wanted, _: lambda value: not _is_number(value) or judge(value, wanted)


_CHECKS: dict[str, _Maker] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _each(dict, all),
    "items": _each(list, all),
    "contains": _each(list, any),
    "enum": lambda wanted, _: lambda value: any(_same(value, one) for one in wanted),
    "const": lambda wanted, _: lambda value: _same(value, wanted),
    "minimum": _bounded(ge),
    "maximum": _bounded(le),
    "minLength": _sized(str, ge),
    "maxLength": _sized(str, le),
    "minItems": _sized(list, ge),
    "maxItems": _sized(list, le),
    "minProperties": _sized(dict, ge),
    "maxProperties": _sized(dict, le),
    "pattern": lambda wanted, _: lambda value: not isinstance(value, str) or re.search(wanted, value) is not None,
    "format": lambda wanted, _: lambda value: has_format(wanted, value),
    "allOf": _several(all),
    "anyOf": _several(any),
    "oneOf": _several(lambda found: sum(found) == 1),
    "not": _not,
    "if": _if,
}
