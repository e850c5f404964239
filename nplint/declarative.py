"""A rule that is written as data: a YAML file -> the same Rule as a Python function makes."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from nplint.check import LINK, Check, Example, Problem, Rule
from nplint.checks import About, Say, by_schema
from nplint.document import Source, Span
from nplint.errors import NplintError
from nplint.finding import Severity
from nplint.mistakes import documents, misshapen, repeated, text_of, unknown
from nplint.node import Node
from nplint.profile import TYPES, Profile, Version, When, declare, parse_version
from nplint.sandbox import Sandbox
from nplint.shape import Schema, ways
from nplint.spelling import cut, shown

Mistakes = Iterator[tuple[Span, str]]

_NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_BRACED = r"\{(\w*)\}"
_WORDS = ("name", "path", "value")
_LONGEST = 60
_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def read(
    source: Source, sandbox: Sandbox, *, trusted: bool = False, checked: bool = False, types: Sequence[str] = TYPES
) -> Rule:
    """The rule that a file is, which is named as its file.

    What is not trusted is judged in the sandbox wherever it could take for ever. What is checked already is not looked
    through for mistakes once more. `types` are the types of clusters.

    Raises:
        NplintError: the file says something that it cannot say.
    """
    name = posixpath.splitext(posixpath.basename(source.path))[0].replace("_", "-")
    if not re.fullmatch(_NAME, name):
        raise NplintError(f"{source.path}: a rule is named as its file, in small letters, digits and dashes")
    root = _root(source)
    wrong = [] if checked else sorted(set(_mistakes(root, sandbox, types)))
    if wrong:
        raise NplintError(*(f"{span.place}: {sentence}" for span, sentence in wrong))
    about = About(
        name, frozenset((text_of(kind["apiVersion"]), text_of(kind["kind"])) for kind in root["kinds"]), _say(root)
    )
    if root["expression"].present:
        from nplint.conditions import by_expression
        from nplint.expressions import Validation

        validation = Validation(text_of(root["expression"]), text_of(root["messageExpression"]))
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
    source = root["source"]
    if source.present and not LINK.fullmatch(text_of(source)):
        yield source.span, f"`{text_of(source)}` is no address of a page: write it like https://example.com/ssh"
    if root["schema"].present:
        yield from _schema_mistakes(root["schema"])
    else:
        from nplint.expressions import mistakes

        typed = [(root["expression"], "bool"), (root["messageExpression"], "string")]
        written = [(node, type) for node, type in typed if node.present]
        yield from ((span, said) for _, span, said in mistakes(sandbox, written, ("object", "objects")))
    for node in (root["summary"], root["why"], root["message"]):
        if node.present and not text_of(node).strip():
            yield node.span, f"{node.field} says nothing"
    for node in (root["message"], root["help"]):
        for word in re.findall(_BRACED, text_of(node)):
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
        if text_of(node) not in types:
            yield node.span, unknown("type of cluster", text_of(node), types)
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
            if text_of(node) and text_of(node) not in _TYPES:
                yield node.span, unknown("type", text_of(node), _TYPES)
        for node in (part["pattern"], *(each.key for _, each in part["patternProperties"].items())):
            yield from _pattern_mistakes(node)
        step = part["multipleOf"]
        if isinstance(step.value, int | float) and not step.value > 0:
            yield step.span, "multipleOf has to be more than 0"
        reference = part["$ref"]
        if text_of(reference) and not _leads_somewhere(schema, text_of(reference)):
            yield reference.span, f"there is no {text_of(reference)} in this schema: write it like #/$defs/port"


def _pattern_mistakes(node: Node) -> Mistakes:
    import warnings

    text = str(node.path[-1]) if node.on_key else text_of(node)
    try:
        with warnings.catch_warnings():
            # What may mean something else in a later Python means what it means in this one.
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError) as error:
        yield node.span, f"`{cut(text, _LONGEST)}` is no regular expression: {error}"
    except RecursionError:
        yield node.span, f"`{cut(text, _LONGEST)}` is nested too deeply for a regular expression"


def _leads_somewhere(schema: Node, reference: str) -> bool:
    start, *names = reference.split("/")
    way = tuple(name.replace("~1", "/").replace("~0", "~") for name in names)
    return start == "#" and isinstance(schema.at(way).value, dict | bool)


def _rule(root: Node, name: str, check: Check) -> Rule:
    when = root["when"]
    return Rule(
        name=name,
        severity=Severity(text_of(root["severity"])),
        summary=" ".join(text_of(root["summary"]).split()),
        rationale=text_of(root["why"]).strip(),
        source=text_of(root["source"]),
        good=_examples(root["good"]),
        bad=_examples(root["bad"]),
        check=check,
        when=When(
            type=tuple(text_of(node) for node in when["type"]),
            network=tuple(text_of(node) for node in when["network"]),
            since=_since(when["since"]) if when["since"].present else None,
        ),
        quiet=root["quiet"].value is True,
        default=root["default"].value is not False,
        neighbours="objects" in text_of(root["expression"]),
    )


def _examples(node: Node) -> tuple[Example, ...]:
    return tuple(_example(one) for one in (node if isinstance(node.value, list) else [node]))


def _example(node: Node) -> Example:
    if text_of(node):
        return Example(text_of(node))
    files = {path: text_of(child) for path, child in node["manifests"].items()}
    return Example(files or text_of(node["manifests"]), _profile(node["cluster"]))


def _since(node: Node) -> Version:
    return parse_version(text_of(node))


def _profile(node: Node) -> Profile:
    return declare(
        type=text_of(node["type"]),
        network=text_of(node["network"]),
        version=text_of(node["version"]),
        proxy_mode=text_of(node["proxy-mode"]) or None,
        node_port_range=text_of(node["node-port-range"]),
    )


def _say(root: Node) -> Say:
    """How the rule words a problem at a place, where its expression says nothing of its own."""
    summary, message, help = (" ".join(text_of(root[key]).split()) for key in ("summary", "message", "help"))

    def say(node: Node, at: Node, said: str = "") -> Problem:
        return Problem(at, said or _filled(message, node) or summary, help=_filled(help, node))

    return say


def _filled(template: str, node: Node) -> str:
    # A resource as a whole is called by its kind.
    kind = node["kind"].text or "it"
    words = {"name": str(node.path[-1]) if node.field else kind, "path": node.field or kind}
    if "{value}" in template:
        words["value"] = _written(node)
    return re.sub(_BRACED, lambda found: shown(words[found[1]]), template)


def _written(node: Node) -> str:
    """A value as JSON writes it; a text as it is, without what a Secret hides."""
    # Few runs have something to say.
    from nplint import secrecy

    value = secrecy.shown(node)
    if isinstance(value, str):
        return value
    from json import dumps

    return dumps(value, ensure_ascii=False) if node.present else "nothing"
