"""What manifests ask to leave out, by comment and by annotation."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nplint import comments, directive
from nplint.document import Document, Path, Source, Span
from nplint.lapse import IGNORE, REASON, Fault, Lapse
from nplint.node import Node
from nplint.objects import resources_of
from nplint.spelling import nearest
from nplint.tree import Value

# What people may mean by a key that is neither.
_KNOWN = (IGNORE, REASON, "nplint.io/expects")

Key = tuple[object, ...]
"""What a finding can name: `("file", path)`, `("line", path, number)` or `("resource", path, start, steps)`."""


class Wish(NamedTuple):
    """The wish to leave out what one rule finds about any of some things.

    `at` is where the rule is named, `written` the whole suppression.
    """

    by: str
    rule: str
    reason: str
    keys: tuple[Key, ...]
    at: Span
    written: Span
    document: Document | None
    about: Node | None

    def lapse(self, fault: Fault, hint: str = "", help: str = "") -> Lapse:
        at = self.written if fault is Fault.REASONLESS else self.at
        return Lapse(fault, self.by, at, self.rule, hint, help, self.document, self.about)


def resource_key(node: Node) -> Key:
    """A resource as findings name it, by its root."""
    return "resource", node.document.source.path, node.document.start, node.path[: node.root]


def read(source: Source, documents: Sequence[Document], *, is_patch: bool) -> Iterator[Wish | Lapse]:
    """The wishes in a file, and what was meant as one; `documents` are all of the file's, in their order."""
    commented = _Commented(source, documents)
    for comment in comments.find(source, documents):
        yield from commented.wishes(comment)
    for document in documents:
        if "nplint" in document.text:
            yield from _annotated(document, is_patch=is_patch)


class _Commented:
    """The wishes in the comments of a file."""

    def __init__(self, source: Source, documents: Sequence[Document]) -> None:
        self.source = source
        self.documents = documents
        self.resources: dict[int, tuple[list[int], list[Node]]] = {}
        # The comment lines that were looked at last, and the line after them.
        self.block = (0, 0)

    def wishes(self, comment: comments.Comment) -> Iterator[Wish | Lapse]:
        document = comment.document or (self.documents[0] if self.documents else None)
        about = self._around(comment)
        if not comment.real:
            at = self._span(comment, 0, len(comment.text))
            yield Lapse(Fault.NO_COMMENT, "comment", at, document=document, about=about)
            return
        for found in directive.parse(comment.text):
            written = self._span(comment, found.start, found.end)
            if not found.names:
                yield Lapse(Fault.MALFORMED, "comment", written, document=document, about=about)
            keys = self._keys(comment, whole_file=found.whole_file)
            for offset, name in found.names:
                at = self._span(comment, offset, offset + len(name))
                yield Wish("comment", name, found.reason, keys, at, written, document, about)

    def _span(self, comment: comments.Comment, start: int, end: int) -> Span:
        return self.source.span(comment.start + start, comment.start + end)

    def _keys(self, comment: comments.Comment, *, whole_file: bool) -> tuple[Key, ...]:
        path, line = self.source.path, self.source.span(comment.start, comment.start).line
        if whole_file:
            return (("file", path),)
        lines = (line, self._next(line)) if comment.alone else (line,)
        return tuple(("line", path, each) for each in lines)

    def _next(self, line: int) -> int:
        """The first line below that is not a comment itself."""
        first, after = self.block
        if not first <= line < after:
            after = line + 1
            while after <= len(self.source.line_starts) and self.source.line(after).lstrip().startswith("#"):
                after += 1
            self.block = line, after
        return after

    def _around(self, comment: comments.Comment) -> Node | None:
        """The resource that a comment stands in or right before."""
        document = comment.document
        if document is None:
            return None
        if id(document) not in self.resources:
            nodes = [resource.node for resource in resources_of(document)]
            starts = [node.span.line for node in nodes] if len(nodes) > 1 else [0 for _ in nodes]
            self.resources[id(document)] = starts, nodes
        starts, nodes = self.resources[id(document)]
        line = self.source.span(comment.start, comment.start).line
        number = bisect_right(starts, self._next(line) if comment.alone else line) - 1
        return nodes[number] if number >= 0 else None


def _annotated(document: Document, *, is_patch: bool) -> Iterator[Wish | Lapse]:
    root = Node(document, value=document.value)
    resources = {resource.node.path: resource.node for resource in resources_of(document)} if not is_patch else {}
    for path in _ignoring(document.value, ()):
        resource = resources.get(path[:-3])
        if resource is None or path[-3:-1] != ("metadata", "annotations"):
            hint = "nplint applies no patches" if is_patch else "it belongs in metadata.annotations of a resource"
            yield _misplaced(root.at(path), hint)
        else:
            yield from _annotation(resource.at(path[-3:]))


def _ignoring(value: Value, path: Path) -> Iterator[Path]:
    """The paths of keys that look like nplint's annotations for suppression."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key.startswith("nplint") and "ignore" in key:
                yield (*path, key)
            yield from _ignoring(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _ignoring(child, (*path, index))


def _misplaced(node: Node, hint: str) -> Lapse:
    return Lapse(Fault.MISPLACED, "annotation", node.key.span, str(node.path[-1]), hint, "", node.document, node)


def _annotation(node: Node) -> Iterator[Wish | Lapse]:
    key, beside = node.path[-1], node.parent
    if (key == REASON and beside[IGNORE].present) or node.is_placeholder:
        return
    if key != IGNORE:
        near = nearest(str(key), _KNOWN)
        yield _misplaced(node, f"it stands without {IGNORE}" if key == REASON else f"did you mean {near or IGNORE}?")
    elif not node.text.replace(",", " ").split():
        yield Lapse(Fault.NO_TEXT, "annotation", node.key.span, IGNORE, "", "", node.document, node)
    else:
        reason = beside[REASON]
        # What a template will say is a reason all the same.
        given = str(reason.value) if reason.is_placeholder else directive.reason(reason.text)
        written, keys = node.span, (resource_key(node),)
        for name, at in _names(node, written):
            yield Wish("annotation", name, given, keys, at, written, node.document, node)


def _names(node: Node, written: Span) -> Iterator[tuple[str, Span]]:
    """The rules that an annotation names, each where it stands, if it stands there as it is."""
    text, start = node.document.source.slice(written), 0
    first = node.document.source.offset(written.line, written.column)
    for name in node.text.replace(",", " ").split():
        found = text.find(name, start)
        if found < 0:
            yield name, written
            continue
        start = found + len(name)
        yield name, node.document.source.span(first + found, first + start)
