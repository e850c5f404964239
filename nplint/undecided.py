"""What a JSON Schema asks of values that a template tool has not filled in yet, so that nobody can answer it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from nplint import placeholder
from nplint.shape import ANNOTATIONS, Schema, Way, additional

_OF_ALL_KEYS = ("required", "dependentRequired", "dependentSchemas", "minProperties", "maxProperties")
_OF_EACH_KEY = ("propertyNames", "patternProperties", "additionalProperties", "unevaluatedProperties")
_OF_ALL_ITEMS = ("minItems", "maxItems", "contains", "minContains", "maxContains")
_AS_ONE = ("anyOf", "oneOf", "not", "if", "contains")
"""Keywords of which only the whole value is found, or which decide what else it has to fit."""


class Undecided(NamedTuple):
    """A value, or a key, that is not rendered yet, and the value whose judgement hangs on it."""

    path: Way
    on_key: bool
    at: Way


def undecided(value: Any, schema: Schema) -> list[Undecided]:
    """Every place in a value that a schema looks at and that is not rendered yet."""
    return list(dict.fromkeys(_Walk(schema).of(value, schema, (), None)))


class _Walk(NamedTuple):
    root: Schema

    def of(self, value: Any, schema: Schema, path: Way, at: Way | None) -> Iterator[Undecided]:
        """What is undecided in a value; `at` is the value around it that is judged as one, if there is one."""
        if not isinstance(schema, dict):
            return
        if _is_hidden(value):
            if any(keyword not in ANNOTATIONS and not keyword.startswith("x-") for keyword in schema):
                yield Undecided(path, False, path if at is None else at)
            return
        if at is None and not schema.keys().isdisjoint(("unevaluatedProperties", "unevaluatedItems")):
            at = path
        for keyword, wanted in schema.items():
            whole = path if at is None else at
            if isinstance(value, dict):
                yield from _keys(keyword, value, path, at)
            elif isinstance(value, list) and keyword in _OF_ALL_ITEMS:
                yield from (Undecided((*path, i), False, whole) for i, item in enumerate(value) if _is_hidden(item))
            if keyword in ("const", "enum", "uniqueItems") and isinstance(value, dict | list):
                yield from (Undecided((*path, *way), on_key, whole) for way, on_key in _hidden_in(value))
            for way, part, child in self._parts(keyword, value, wanted, schema):
                yield from self.of(child, part, (*path, *way), whole if keyword in _AS_ONE else at)

    def _parts(
        self, keyword: str, value: Any, wanted: Any, schema: dict[str, Any]
    ) -> Iterable[tuple[Way, Schema, Any]]:
        """What a keyword looks at one by one: the way to it, the schema that it has to fit, and the value."""
        if keyword in ("allOf", "anyOf", "oneOf"):
            return (((), part, value) for part in wanted)
        if keyword in ("not", "if", "then", "else"):
            return [((), wanted, value)]
        if keyword == "$ref":
            return [((), self._named(wanted), value)]
        if isinstance(value, dict):
            return _of_mapping(keyword, value, wanted, schema)
        return _of_list(keyword, value, wanted, schema) if isinstance(value, list) else ()

    def _named(self, reference: str) -> Schema:
        part: Any = self.root
        for step in reference.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            part = part[int(name) if isinstance(part, list) else name]
        return part  # type: ignore[no-any-return]


def _keys(keyword: str, value: dict[str, Any], path: Way, at: Way | None) -> Iterator[Undecided]:
    if keyword in _OF_ALL_KEYS or keyword in _OF_EACH_KEY:
        for name in filter(_is_hidden, value):
            own = path if keyword in _OF_ALL_KEYS else (*path, name)
            yield Undecided((*path, name), True, own if at is None else at)


def _of_mapping(
    keyword: str, value: dict[str, Any], wanted: Any, schema: dict[str, Any]
) -> Iterator[tuple[Way, Schema, Any]]:
    if keyword == "properties":
        yield from (((name,), part, value[name]) for name, part in wanted.items() if name in value)
    elif keyword == "patternProperties":
        pairs = ((name, pattern) for name in value for pattern in wanted if re.search(pattern, name))
        yield from (((name,), wanted[pattern], value[name]) for name, pattern in pairs)
    elif keyword in ("additionalProperties", "unevaluatedProperties"):
        yield from (((name,), wanted, value[name]) for name in additional(value, schema))
    elif keyword == "dependentSchemas":
        yield from (((), part, value) for name, part in wanted.items() if name in value)


def _of_list(keyword: str, value: list[Any], wanted: Any, schema: dict[str, Any]) -> Iterator[tuple[Way, Schema, Any]]:
    if keyword == "prefixItems":
        yield from (((index,), part, item) for index, (part, item) in enumerate(zip(wanted, value, strict=False)))
    elif keyword in ("items", "unevaluatedItems", "contains"):
        first = 0 if keyword == "contains" else len(schema.get("prefixItems", ()))
        yield from (((first + index,), wanted, item) for index, item in enumerate(value[first:]))


def _is_hidden(value: Any) -> bool:
    return isinstance(value, str) and bool(placeholder.find(value, placeholder.VALUE_MARKS))


def _hidden_in(value: Any) -> Iterator[tuple[Way, bool]]:
    """The ways to every value, and to every key, that is not rendered yet."""
    if _is_hidden(value):
        yield (), False
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        if _is_hidden(step):
            yield (step,), True
        yield from (((step, *way), on_key) for way, on_key in _hidden_in(child))
