"""A rule that is written as data: a YAML file -> the same Rule as a Python function makes."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from nplint.check import Check, Example, Problem, Rule
from nplint.checks import About, Say, by_expression, by_schema
from nplint.document import Source, Span
from nplint.errors import NplintError
from nplint.expressions import Validation, mistakes
from nplint.finding import Severity
from nplint.mistakes import documents, misshapen, repeated, unknown
from nplint.node import Node
from nplint.profile import TYPES, Profile, Version, When, declare, parse_version
from nplint.sandbox import Sandbox
from nplint.shape import Schema, ways
from nplint.spelling import shown

Mistakes = Iterator[tuple[Span, str]]

_NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_BRACED = r"\{(\w*)\}"
_WORDS = ("name", "path", "value")
_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def read(source: Source, sandbox: Sandbox, *, trusted: bool = False, types: Sequence[str] = TYPES) -> Rule:
    """The rule that a file is, which is named as its file.

    What is not trusted is judged in the sandbox wherever it could take for ever. `types` are the types of clusters.

    Raises:
        NplintError: the file says something that it cannot say.
    """
    name = posixpath.splitext(posixpath.basename(source.path))[0].replace("_", "-")
    if not re.fullmatch(_NAME, name):
        raise NplintError(f"{source.path}: a rule is named as its file, in small letters, digits and dashes")
    root = _root(source)
    wrong = list(_mistakes(root, sandbox, types))
    if wrong:
        raise NplintError(*(f"{span.place}: {sentence}" for span, sentence in sorted(wrong)))
    about = About(name, frozenset((kind["apiVersion"].text, kind["kind"].text) for kind in root["kinds"]), _say(root))
    if root["expression"].present:
        validation = Validation(root["expression"].text, root["messageExpression"].text)
        return _rule(root, name, by_expression(about, validation, sandbox))
    schema: Schema = root["schema"].value  # type: ignore[assignment]
    return _rule(root, name, by_schema(about, schema, None if trusted else sandbox))


def _root(source: Source) -> Node:
    found = documents(source)
    if len(found) != 1:
        raise NplintError(f"{source.path}: a rule is one document, and there are {len(found) or 'none'}")
    if not isinstance(found[0].value, dict):
        raise NplintError(f"{source.path}: a rule is a mapping, with `summary:` and the like")
    return Node(found[0], value=found[0].value)


def _mistakes(root: Node, sandbox: Sandbox, types: Sequence[str]) -> Mistakes:
    shape = [*misshapen(root, "rule"), *repeated(root.document)]
    if shape:
        yield from shape
        return
    yield from _missing(root)
    yield from _unreadable(root, types)
    if root["schema"].present:
        yield from _schema_mistakes(root["schema"])
    else:
        typed = [(root["expression"], "bool"), (root["messageExpression"], "string")]
        written = [(node, type) for node, type in typed if node.present]
        yield from ((span, said) for _, span, said in mistakes(sandbox, written, ("object", "objects")))
    for node in (root["message"], root["help"]):
        for word in re.findall(_BRACED, node.text):
            if word not in _WORDS:
                yield node.span, unknown("word", f"{{{word}}}", [f"{{{word}}}" for word in _WORDS])


def _missing(root: Node) -> Mistakes:
    schema, expression, message = root["schema"], root["expression"], root["messageExpression"]
    kinds = root["kinds"].key
    if schema.present and expression.present:
        yield expression.key.span, "a rule has a schema or an expression: make two rules of these"
    elif not schema.present and not expression.present:
        yield kinds.span, "a rule needs a schema or an expression"
    elif message.present and schema.present:
        yield message.key.span, "messageExpression goes with an expression: beside a schema, write message"
    elif not message.present and not root["message"].present:
        yield kinds.span, f"a rule needs a message{'' if schema.present else ' or a messageExpression'}"


def _unreadable(root: Node, types: Sequence[str]) -> Mistakes:
    for node in root["when"]["type"]:
        if node.text not in types:
            yield node.span, unknown("type of cluster", node.text, types)
    clusters = [example["cluster"] for kind in ("good", "bad") for example in root[kind]]
    forms: list[tuple[Node, Callable[[Node], object]]] = [(cluster, _profile) for cluster in clusters]
    for node, read in [*forms, (root["when"]["since"], _since)]:
        try:
            if node.present:
                read(node)
        except NplintError as error:
            yield node.span, str(error)


def _schema_mistakes(schema: Node) -> Mistakes:
    for way in ways(schema.value):  # type: ignore[arg-type]
        part = schema.at(way)
        yield from misshapen(part, "keywords")
        for node in (part["type"], *part["type"]):
            if node.text and node.text not in _TYPES:
                yield node.span, unknown("type", node.text, _TYPES)
        for node in (part["pattern"], *(each.key for _, each in part["patternProperties"].items())):
            yield from _pattern_mistakes(node)
        reference = part["$ref"]
        if reference.text and not _leads_somewhere(schema, reference.text):
            yield reference.span, f"there is no {reference.text} in this schema: write it like #/$defs/port"


def _pattern_mistakes(node: Node) -> Mistakes:
    text = str(node.path[-1]) if node.on_key else node.text
    try:
        re.compile(text)
    except re.error as error:
        yield node.span, f"`{text}` is no regular expression: {error.msg}"


def _leads_somewhere(schema: Node, reference: str) -> bool:
    start, *names = reference.split("/")
    return start == "#" and schema.at(tuple(name.replace("~1", "/").replace("~0", "~") for name in names)).present


def _rule(root: Node, name: str, check: Check) -> Rule:
    when = root["when"]
    return Rule(
        name=name,
        severity=Severity(root["severity"].text),
        summary=" ".join(root["summary"].text.split()),
        rationale=root["why"].text.strip(),
        source=root["source"].text,
        good=_examples(root["good"]),
        bad=_examples(root["bad"]),
        check=check,
        when=When(
            type=tuple(node.text for node in when["type"]),
            network=tuple(node.text for node in when["network"]),
            since=_since(when["since"]) if when["since"].present else None,
        ),
        quiet=root["quiet"].value is True,
        default=root["default"].value is not False,
    )


def _examples(node: Node) -> tuple[Example, ...]:
    return tuple(_example(one) for one in (node if isinstance(node.value, list) else [node]))


def _example(node: Node) -> Example:
    if node.text:
        return Example(node.text)
    files = {path: child.text for path, child in node["manifests"].items()}
    return Example(files or node["manifests"].text, _profile(node["cluster"]))


def _since(node: Node) -> Version:
    return parse_version(node.text)


def _profile(node: Node) -> Profile:
    return declare(
        type=node["type"].text,
        network=node["network"].text,
        version=node["version"].text,
        proxy_mode=node["proxy-mode"].text or None,
        node_port_range=node["node-port-range"].text,
    )


def _say(root: Node) -> Say:
    """How the rule words a problem at a place, where its expression says nothing of its own."""
    message, help = root["message"].text.strip(), root["help"].text.strip()

    def say(node: Node, said: str = "") -> Problem:
        return Problem(node, said or _filled(message, node), help=_filled(help, node))

    return say


def _filled(template: str, node: Node) -> str:
    words = {"name": str(node.path[-1]), "path": node.field, "value": _written(node)}
    return re.sub(_BRACED, lambda found: shown(words[found[1]]), template)


def _written(node: Node) -> str:
    """A value as JSON writes it; a text as it is."""
    if isinstance(node.value, str):
        return node.value
    from json import dumps

    return dumps(node.value, ensure_ascii=False) if node.present else "nothing"
