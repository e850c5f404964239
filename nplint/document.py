"""Bytes of a file -> its documents: plain data, typed as the API server types it, and exact places on demand."""

import codecs
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from nplint import jsontext, placeholder
from nplint.tree import Tree, UnreadableError, Value, compose, construct, key_of, mappings_to_merge

Path = tuple[str | int, ...]
"""The steps from a document's root to a value in it: ("spec", "ports", 0, "nodePort")."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_SEPARATOR = re.compile(r"^---[^\S\n]*(?:#[^\n]*)?(?:\n|\Z)", re.MULTILINE)
_DOCUMENT_END = re.compile(r"\s*(?:^\.\.\..*\s*)?", re.MULTILINE)
_BAD_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_TYPE_KEYS = [re.compile(rf"""["']?{key}["']?[ \t]*:""") for key in ("apiVersion", "kind")]


@dataclass(frozen=True)
class Span:
    """A place in a file: lines and columns count from 1, columns in code points, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    revision: str | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """The decoded text of one file in one revision (None: as it is now)."""

    path: str
    text: str
    revision: str | None = None
    stray: tuple[int, ...] = ()
    """Offsets of the bytes that are no text in the file's encoding; U+FFFD stands in their place."""

    @property
    def is_kustomization(self) -> bool:
        """Whether the file steers kustomize; such a file may leave its apiVersion and kind out."""
        return posixpath.basename(self.path) in ("kustomization.yaml", "kustomization.yml", "Kustomization")

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """The place between two offsets of the text."""
        return Span(self.path, *self._position(start), *self._position(max(start, end)), self.revision)

    def slice(self, span: Span) -> str:
        """The text of a place."""
        start = self.line_starts[span.line - 1] + span.column - 1
        return self.text[start : self.line_starts[span.end_line - 1] + span.end_column - 1]

    def stray_between(self, start: int, end: int) -> tuple[int, ...]:
        """The offsets of the stray bytes in a part of the text."""
        return self.stray[bisect_left(self.stray, start) : bisect_left(self.stray, end)]

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1


class DefectKind(Enum):
    """What may be wrong with a document as text."""

    UNREADABLE = "unreadable"
    TEMPLATE = "template"
    STRAY_BYTES = "stray bytes"
    IGNORED_REST = "ignored rest"


@dataclass(frozen=True)
class Defect:
    """Something wrong with a document as text."""

    kind: DefectKind
    message: str
    span: Span


@dataclass(frozen=True)
class RepeatedKey:
    """A mapping key that stands twice; kubectl keeps the value of the last one."""

    path: Path
    lost: Span
    kept: Span


@dataclass(frozen=True, eq=False)
class Document:
    """One document of a file. A document that could not be read has the value None and a defect that says why."""

    source: Source
    index: int
    start: int
    end: int
    value: Value = None
    defects: tuple[Defect, ...] = ()
    repeats_keys: bool = False

    @property
    def is_manifest(self) -> bool:
        """Whether it says what it is, or is a Service that forgets to."""
        if not isinstance(self.value, dict):
            return False
        return ("apiVersion" in self.value and "kind" in self.value) or _meant_as_service(self.value)

    @property
    def judged(self) -> bool:
        """Whether its values could be read at all."""
        return all(defect.kind not in (DefectKind.UNREADABLE, DefectKind.TEMPLATE) for defect in self.defects)

    def locate(self, path: Path, *, key: bool = False) -> Span:
        """The place of a value, or of the key that holds it; where the path ends early, that of the last step there is.

        A value that is an alias stands where the alias is written; what lies inside it, where the anchor is.
        """
        found = self._root and _find(self._root, path, key)
        if not found:
            return self.source.span(self.start, self.start + len(self.text.split("\n", 1)[0].rstrip()))
        return self.source.span(self.start + found[0], self.start + found[1])

    def repeated_keys(self) -> Iterator[RepeatedKey]:
        """Every key that an earlier, equal key of the same mapping precedes."""
        if self.repeats_keys and self._root:
            for path, lost, kept in _repeated(self._root, ()):
                yield RepeatedKey(path, self._span(lost), self._span(kept))

    def _span(self, node: Tree) -> Span:
        return self.source.span(self.start + node.start, self.start + node.end)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @cached_property
    def _root(self) -> Tree | None:
        try:
            return compose(jsontext.as_yaml(self.text) if self.text.lstrip().startswith(("{", "[")) else self.text)[0]
        except UnreadableError:
            return None


def _find(root: Tree, path: Path, want_key: bool) -> tuple[int, int]:
    key: Tree | None = None
    node, holder = root, root
    for step in path:
        found = _child(node.meant, step)
        if found is None:
            break
        holder, (key, node) = node, found
    if want_key and key:
        return key.start, key.end
    if node.start < node.end:
        return node.start, node.end
    # A null that is not written has no text of its own: its key stands for it, or the dash before a list item.
    return (key.start, key.end) if key else (max(node.start - 1, holder.start), node.start + (node is root))


def _child(node: Tree, step: str | int) -> tuple[Tree | None, Tree] | None:
    if isinstance(step, int):
        return (None, node.children[step]) if node.is_list and 0 <= step < len(node.children) else None
    if not node.is_mapping:
        return None
    found: tuple[Tree | None, Tree] | None = None
    for key, value in node.pairs():
        if key.is_merge:
            for source in mappings_to_merge(value):
                found = _child(source.meant, step) or found
        elif key_of(key) == step:
            found = key, value
    return found


def _repeated(node: Tree, path: Path) -> Iterator[tuple[Path, Tree, Tree]]:
    if node.is_list:
        for index, item in enumerate(node.children):
            yield from _repeated(item, (*path, index))
    if node.is_mapping:
        seen: dict[str, Tree] = {}
        for key, value in node.pairs():
            name = key_of(key)
            if not key.is_merge:
                if name in seen:
                    yield (*path, name), seen[name], key
                seen[name] = key
            yield from _repeated(value, (*path, name))


def decode(path: str, data: bytes, revision: str | None = None) -> Source:
    """The text of a file, by its byte order mark or else as UTF-8. Bytes that are no text are kept track of."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return _decode(path, data[len(mark) :], encoding, revision)
    return _decode(path, data, "utf-8", revision)


def _decode(path: str, data: bytes, encoding: str, revision: str | None) -> Source:
    try:
        return Source(path, data.decode(encoding), revision)
    except UnicodeDecodeError:
        text = data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    stray = tuple(found.start() for found in re.finditer("[\udc80-\udcff\ufffd]", text))
    return Source(path, re.sub("[\udc80-\udcff]", "\ufffd", text), revision, stray)


def read(source: Source) -> tuple[Document, ...]:
    """The documents of a file; none at all where nothing in it is, or was meant as, a Kubernetes manifest."""
    documents = tuple(document for document in _documents(source) if document.value is not None or document.defects)
    if source.is_kustomization or any(document.is_manifest or _meant_as_manifest(document) for document in documents):
        return documents
    return ()


def _meant_as_service(value: dict[str, Value]) -> bool:
    """Whether a mapping without apiVersion or without kind can be nothing but a Service."""
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return False
    if value.get("kind") == "Service":
        return True
    return value.get("apiVersion") == "v1" and isinstance(spec.get("ports"), list) and "kind" not in value


def _meant_as_manifest(document: Document) -> bool:
    # UTF-16 without a byte order mark is full of NULs, which nobody can read.
    text = document.text.replace("\0", "")
    return bool(document.defects) and all(key.search(text) for key in _TYPE_KEYS)


def _documents(source: Source) -> Iterator[Document]:
    index = 0
    for start, end in _chunks(source):
        for document in _read_chunk(source, index, start, end):
            yield document
            index += 1


def _chunks(source: Source) -> Iterator[tuple[int, int]]:
    """Where kubectl cuts a stream: at lines of `---` and nothing but space and a comment."""
    start = _after_mark(source, 0)
    for found in _SEPARATOR.finditer(source.text):
        yield start, found.start()
        start = _after_mark(source, found.end())
    yield start, len(source.text)


def _after_mark(source: Source, start: int) -> int:
    # Files joined into one leave byte order marks behind, which libyaml skips without counting them.
    return start + source.text.startswith("\ufeff", start)


def _read_chunk(source: Source, index: int, start: int, end: int) -> Iterator[Document]:
    text = source.text[start:end]
    parsed, rest = jsontext.parse(text) if text.lstrip().startswith("{") else ([], 0)
    for a, b, value, repeats in parsed:
        defects = _stray_bytes(source, start + a, start + b)
        yield Document(source, index, start + a, start + b, value, defects, repeats)
        index += 1
    if len(parsed) > 1 and rest < len(text):
        # After one JSON document kubectl still tries YAML, after two it is sure to read JSON.
        yield _broken(source, index, start + rest, end, UnreadableError("this is no JSON, unlike what precedes it", 0))
    elif text[rest:].strip():
        yield _read_yaml(source, index, start + rest, end)


def _stray_bytes(source: Source, start: int, end: int) -> tuple[Defect, ...]:
    message = "a byte is no text in the file's encoding: kubectl puts U+FFFD in its place"
    return tuple(
        Defect(DefectKind.STRAY_BYTES, message, source.span(offset, offset + 1))
        for offset in source.stray_between(start, end)
    )


def _read_yaml(source: Source, index: int, start: int, end: int) -> Document:
    text = source.text[start:end]
    try:
        if separator := _BAD_SEPARATOR.search(source.text, start, end):
            raise UnreadableError(
                "a `---` that separates documents stands alone on its line", separator.start() - start
            )
        root, more = compose(text)
        if root is None:
            return Document(source, index, start, end)
        value, repeats = construct(root)
    except UnreadableError as error:
        return _broken(source, index, start, end, error)
    ignored = (_ignored_rest(source, start + root.end, end),) if more else ()
    return Document(source, index, start, end, value, (*_stray_bytes(source, start, end), *ignored), repeats)


def _ignored_rest(source: Source, start: int, end: int) -> Defect:
    skipped = _DOCUMENT_END.match(source.text, start, end)
    offset = skipped.end() if skipped else start
    line_end = _LINE_END.search(source.text, offset, end)
    message = "kubectl reads only the document before this line: a separator is `---` alone on its line"
    return Defect(DefectKind.IGNORED_REST, message, source.span(offset, line_end.start() if line_end else end))


def _broken(source: Source, index: int, start: int, end: int, error: UnreadableError) -> Document:
    text = source.text[start:end]
    template = placeholder.find(text, placeholder.TEMPLATE_MARKS)
    if template:
        action = " ".join(text[slice(*template)].split())
        defect = Defect(DefectKind.TEMPLATE, action, source.span(start + template[0], start + template[1]))
    else:
        # The end of the text has no character to show: the last one there is stands for it.
        offset = min(error.offset, max(len(text.rstrip()) - 1, 0))
        defect = Defect(DefectKind.UNREADABLE, error.reason, source.span(start + offset, start + offset + 1))
    return Document(source, index, start, end, None, (defect,))
