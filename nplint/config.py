"""Reads a configuration: .nplint.yaml, or [tool.nplint] in pyproject.toml."""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nplint.declared import Config, Patterns, Target
from nplint.document import Document, Source, Span
from nplint.document import Path as Steps
from nplint.errors import NplintError
from nplint.node import Node
from nplint.profile import KnownNode, Profile, declare
from nplint.reader import decode, parse
from nplint.spelling import listed, nearest
from nplint.structure import Flaw, flaws
from nplint.suppress import Ignore

if TYPE_CHECKING:
    pass


class _TomlDocument(Document):
    """A table of a TOML file. The parser tells no places, so a key is looked for as text below the table's head."""

    def locate(self, path: Steps, *, key: bool = False) -> Span:
        start = self.start
        for step in (step for step in path if isinstance(step, str)):
            found = re.compile(rf"""["']?\b{re.escape(step)}\b["']?""").search(self.source.text, start)
            if not found:
                break
            span, start = self.source.span(found.start(), found.end()), found.end()
        else:
            return span if path else self.source.span(self.start, self.start)
        return self.source.span(start, start)


def load(file: str, shown: str) -> Config:
    """Read and check a configuration; `shown` is its path as messages give it.

    Raises:
        NplintError: it cannot be read, or says something that it cannot say.
    """
    try:
        with open(file, "rb") as opened:
            source = decode(shown, opened.read())
    except OSError as error:
        raise NplintError(f"cannot read {shown}: {(error.strerror or str(error)).lower()}") from None
    return read(source, os.path.dirname(os.path.realpath(file)))


def read(source: Source, folder: str) -> Config:
    """Check a configuration's text and make sense of it; its patterns are relative to the folder.

    Raises:
        NplintError: it says something that it cannot say.
    """
    document = _document(source)
    root = Node(document, value=document.value)
    wrong = list(problems(root))
    if wrong:
        raise NplintError(*wrong)
    return _config(root, folder)


def _document(source: Source) -> Document:
    if source.path.endswith(".toml"):
        return _toml(source)
    documents = [document for document in parse(source) if document.value is not None or document.defects]
    for document in documents:
        for defect in document.defects:
            place = f"{defect.span.file}:{defect.span.line}:{defect.span.column}"
            raise NplintError(f"{place}: this is no YAML: {defect.message}")
    if len(documents) > 1:
        raise NplintError(f"{source.path}: a configuration is one document, and these are {len(documents)}")
    return documents[0] if documents else Document(source, 0, 0, 0, {})


def _toml(source: Source) -> Document:
    import tomllib

    try:
        table = tomllib.loads(source.text).get("tool", {}).get("nplint", {})
    except tomllib.TOMLDecodeError as error:
        raise NplintError(f"{source.path}: this is no TOML: {error}") from None
    start = max(source.text.find("[tool.nplint"), 0)
    return _TomlDocument(source, 0, start, len(source.text), _plain(table))


def _plain(value: Any) -> Any:
    """TOML's values as a schema knows them: dates become text, and keys of numbers are text already."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def problems(root: Node) -> Iterator[str]:
    """What a configuration says that it cannot say, each with its place and the way out."""
    if not isinstance(root.value, dict):
        yield f"{root.document.source.path}: a configuration is a mapping, such as `clusters:` with names below it"
        return
    for flaw in flaws(root, "config"):
        span = flaw.node.span
        yield f"{span.file}:{span.line}:{span.column}: {_sentence(flaw)}"


def _sentence(flaw: Flaw) -> str:
    name, known = flaw.node.path[-1] if flaw.node.path else "", flaw.schema
    if flaw.keyword == "additionalProperties":
        near = nearest(str(name), known["properties"])
        way = f"did you mean {near}?" if near else f"there are {listed(sorted(known['properties']))}"
        return f"there is no key {name}: {way}"
    if flaw.keyword == "enum":
        words = sorted({str(word) for word in known["enum"] if not isinstance(word, bool)})
        near = nearest(str(flaw.node.value), words)
        way = f"did you mean {near}?" if near else f"there are {listed(words)}"
        return f"{flaw.node.field} cannot be {flaw.node.value}: {way}"
    if flaw.keyword == "required":
        return f"{flaw.node.field} needs {listed(known['required'])}"
    if flaw.keyword == "format":
        return f"{flaw.node.field} has to be a date like 2027-06-30"
    types = [known["type"]] if isinstance(known["type"], str) else known["type"]
    return f"{flaw.node.field} has to be {' or '.join(_TYPE_NAMES[name] for name in types)}"


_TYPE_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
}


def _config(root: Node, folder: str) -> Config:
    return Config(
        folder,
        root,
        targets=tuple(_target(node, name, folder) for name, node in root["clusters"].items()),
        severities=dict(root["rules"].items()),
        ignores=tuple(_ignore(node, folder) for node in root["ignore"]),
        expectations={node["resource"].text: _expected(node) for node in root["expect"]},
        exclude=Patterns(folder, _texts(root["exclude"])),
    )


def _target(node: Node, name: str, folder: str) -> Target:
    try:
        profile = _profile(node, name)
    except NplintError as error:
        span = node.key.span
        raise NplintError(f"{span.file}:{span.line}:{span.column}: {error}") from None
    paths = _texts(node["paths"]) if node["paths"].present else ("*",)
    return Target(profile, Patterns(folder, paths), Patterns(folder, _texts(node["context"])))


def _profile(node: Node, name: str) -> Profile:
    declared = declare(
        type=node["type"].text,
        network=node["network"].text,
        version=_written(node["version"]),
        proxy_mode=node["proxy-mode"].text or None,
        node_port_range=node["node-port-range"].text,
    )
    return declared._replace(
        name=name,
        is_declared=True,
        declaration=node,
        ip_families=_texts(node["ip-families"]) if node["ip-families"].present else None,
        nodes=tuple(_known_node(child, name) for name, child in node["nodes"].items()),
        ledger={_port(port): reason.text for port, reason in node["ledger"].items()},
    )


def _written(node: Node) -> str:
    """A version as it is written: YAML takes 1.30 for the number 1.3."""
    if isinstance(node.value, int | float) and not isinstance(node.document, _TomlDocument):
        return node.document.source.slice(node.span)
    return str(node.value) if node.present else ""


def _known_node(node: Node, name: str) -> KnownNode:
    labels = {key: child.text for key, child in node["labels"].items()}
    return KnownNode(name, node.text or node["address"].text, labels, _texts(node["taints"]))


def _port(text: str) -> int:
    if not text.isdecimal():
        raise NplintError(f"the ledger's key {text} is no port number")
    return int(text)


def _ignore(node: Node, folder: str) -> Ignore:
    rule, resource, path, reason, until = (node[name].text for name in ("rule", "resource", "path", "reason", "until"))
    return Ignore(rule, resource, Patterns(folder, (path,)).match if path else None, reason, until)


def _expected(node: Node) -> frozenset[str]:
    return frozenset(name for name in ("public", "source-ip") if node[name].value is True)


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(item.text for item in node)
