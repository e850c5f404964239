"""Values held against a schema of schemas/: what of a Service or a configuration does not have its shape."""

from collections.abc import Iterator
from functools import cache, partial
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from nplint.node import Node
from nplint.profile import Version, parse_version
from nplint.shape import FORMATS, Judge, gate, has_format
from nplint.spelling import nearest, recased

if TYPE_CHECKING:
    from jsonschema import FormatChecker
    from jsonschema.protocols import Validator

Schema = dict[str, Any]


class Flaw(NamedTuple):
    """A place that breaks the schema: the JSON Schema keyword that it breaks, and the schema that the keyword is in."""

    node: Node
    keyword: str
    schema: Schema


def flaws(root: Node, name: str = "service", *, may_be_template: bool = True) -> Iterator[Flaw]:
    """Everything that the schema of this name does not allow; what a template hides is not judged."""
    if _gate(name)(root.value):
        return
    validator = _validator(name)
    for error in validator.iter_errors(root.value):
        place = root.at(tuple(error.absolute_path))
        keyword, broken = str(error.validator), cast(Schema, error.schema)
        if keyword == "additionalProperties":
            unknown = (node for key, node in place.items() if key not in broken["properties"])
            shown = (node for node in unknown if not (may_be_template and node.is_placeholder_key))
            yield from (Flaw(node.key, keyword, broken) for node in shown)
        elif may_be_template and place.is_placeholder:
            continue
        elif keyword == "type" or _has_type(validator, error.instance, broken):
            yield Flaw(place, keyword, broken)


def _has_type(validator: "Validator", value: Any, part: Schema) -> bool:
    """Whether the type is right: a value of a wrong type is found as that alone."""
    return "type" not in part or validator.evolve(schema={"type": part["type"]}).is_valid(value)


def types(part: Schema) -> list[str]:
    """The types that a part of a schema allows, of which a schema with a single one makes no list."""
    allowed: str | list[str] = part["type"]
    return [allowed] if isinstance(allowed, str) else allowed


def meant(flaw: Flaw) -> str:
    """The field that an unknown key was most likely meant as, "" where none is near."""
    name, known = str(flaw.node.path[-1]), flaw.schema["properties"]
    return recased(name, known) or nearest(name, known) or ""


def newer(service: Node, version: Version) -> Iterator[tuple[Node, Version]]:
    """Fields and values that a cluster of this version does not know yet, with the version that brings them."""
    younger = _brought_after(version[:2])
    yield from _newer(service, younger) if younger else ()


def _newer(node: Node, part: Schema) -> Iterator[tuple[Node, Version]]:
    for text, place in _since(node, part):
        if node.value is not None:
            yield place, parse_version(text)
            return
    properties = part["properties"]
    for key in node.value if properties and isinstance(node.value, dict) else ():
        if key in properties:
            yield from _newer(node[key], properties[key])
    for item in node if part["items"] else ():
        yield from _newer(item, part["items"])


def _since(node: Node, part: Schema) -> Iterator[tuple[str, Node]]:
    if "x-since" in part:
        yield part["x-since"], node.key
    if node.text in part["x-since-values"]:
        yield part["x-since-values"][node.text], node


@cache
def _brought_after(version: tuple[int, ...]) -> Schema:
    """What of the schema of Services is younger than a version: few fields, which are soon looked for."""
    return _younger(schema(), version)


def _younger(part: Schema, version: tuple[int, ...]) -> Schema:
    """A part of a schema without what is known to a version; empty where that is all."""
    parts = {key: _younger(each, version) for key, each in part.get("properties", {}).items()}
    values = part.get("x-since-values", {})
    younger: Schema = {
        "x-since-values": {value: text for value, text in values.items() if parse_version(text)[:2] > version},
        "properties": {key: each for key, each in parts.items() if each},
        "items": _younger(part["items"], version) if "items" in part else {},
    }
    if parse_version(part.get("x-since", "0.0"))[:2] > version:
        younger["x-since"] = part["x-since"]
    return younger if any(younger.values()) else {}


@cache
def schema(name: str = "service") -> Schema:
    """The schema of this name."""
    import json

    loaded: Schema = json.loads(get_data("nplint.schemas", f"{name}.json") or "{}")
    return loaded


@cache
def _gate(name: str) -> Judge:
    return gate(schema(name))


@cache
def _validator(name: str) -> "Validator":
    # Costs more to import than a clean run takes, so it comes in only when the gate has found something.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(name), format_checker=format_checker())


def format_checker() -> "FormatChecker":
    """Judges the formats that `shape` knows, and no others."""
    from jsonschema import FormatChecker

    formats = FormatChecker(formats=())
    for format in FORMATS:
        formats.checks(format)(partial(has_format, format))
    return formats
