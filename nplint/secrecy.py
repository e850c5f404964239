"""Texts and values without what Secrets hide, so that no format can show it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nplint.node import Node
from nplint.objects import resources_of

if TYPE_CHECKING:
    from nplint.document import Document, Source, Span

_HELD = re.compile(r"^[ \t]*[\"']?(?:data|stringData)[\"']?[ \t]*:", re.MULTILINE)
_HOLDERS = ("data", "stringData")
_COLON = re.compile(r"[ \t]*:")
_KIND = re.compile(r"kind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")
# kubectl keeps a copy of the whole object here.
_COPY = "kubectl.kubernetes.io/last-applied-configuration"


def may_hold_secret(document: "Document") -> bool:
    """Whether a document is, lists or could be a Secret."""
    if document.judged:
        kind = document.value.get("kind") if isinstance(document.value, dict) else None
        return kind == "Secret" or (isinstance(kind, str) and kind.endswith("List"))
    return bool(_KIND.search(document.text))


def veiled(source: "Source", documents: "Iterable[Document]") -> "Source":
    """The source with stars in the place of every character of its documents that a Secret must not show."""
    text, pieces, done = source.text, list[str](), 0
    for start, end in sorted(place for document in documents for place in _hidden(document)):
        pieces += (text[done:start], re.sub(r"\S", "*", text[max(start, done) : end]))
        done = max(end, done)
    return replace(source, text="".join((*pieces, text[done:])))


def veil(resource: Any) -> Any:
    """The value of a resource with stars in the place of what a Secret must not show; itself where nothing is."""
    # An item of a SecretList leaves its kind to the list.
    if not isinstance(resource, dict) or resource.get("kind", "Secret") != "Secret":
        return resource
    shown = {**resource, **{held: _starred(resource[held]) for held in _HOLDERS if held in resource}}
    metadata = resource.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and _COPY in annotations:
        shown["metadata"] = {**metadata, "annotations": {**annotations, _COPY: _starred(annotations[_COPY])}}
    return resource if shown == resource else shown


def _starred(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _starred(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_starred(child) for child in value]
    return value if value is None else re.sub(r"\S", "*", str(value))


def shown(node: Node) -> Any:
    """The value of a node as words may show it."""
    whole = Node(node.document, value=node.document.value)
    above, below = node.path[: node.root], node.path[node.root :]
    return Node(node.document, value=veil(whole.at(above).value)).at(below).value


def _hidden(document: "Document") -> Iterator[tuple[int, int]]:
    """What is secret in a document, as offsets in its source: all that follows where it cannot be read."""
    if not document.judged:
        found = _HELD.search(document.text)
        if found:
            yield document.start + found.end(), document.end
    for resource in resources_of(document):
        if resource.kind == "Secret":
            for held in _HOLDERS:
                yield from _between_keys(resource.node[held])
            copy = resource.node["metadata"]["annotations"][_COPY]
            yield from [_offsets(copy, copy.span)] if copy.present else []


def _between_keys(mapping: Node) -> Iterator[tuple[int, int]]:
    """Everything in a mapping that is no key, also what is lost because its key stands twice."""
    if mapping.value is None:
        return
    done, end = _offsets(mapping, mapping.span)
    lost = (key.lost for key in mapping.document.repeated_keys() if key.path[:-1] == mapping.path)
    keys = sorted(_offsets(mapping, span) for span in (*(node.key.span for _, node in mapping.items()), *lost))
    for key in keys:
        yield done, key[0]
        colon = _COLON.match(mapping.document.source.text, key[1])
        done = colon.end() if colon else key[1]
    yield done, end


def _offsets(node: Node, span: "Span") -> tuple[int, int]:
    starts = node.document.source.line_starts
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
