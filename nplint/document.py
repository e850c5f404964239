"""The documents of a file: plain data, typed as the API server types it, and exact places on demand."""

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import NamedTuple

from nplint import jsontext, placeholder
from nplint.filenames import KUSTOMIZATION_NAMES
from nplint.limits import DEFAULT, Limits
from nplint.tree import Tree, UnreadableError, Value, key_of, mappings_to_merge

Path = tuple[str | int, ...]
"""The steps from a document's root to a value in it: ("spec", "ports", 0, "nodePort")."""

LINE_END = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """A place in a file: lines and columns count from 1, columns in code points, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    revision: str | None = None

    @property
    def place(self) -> str:
        """The start, as editors and terminals take it for a link; git's way of naming a file of another revision."""
        revision = f"{self.revision}:" if self.revision else ""
        return f"{revision}{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, eq=False)
class Source:
    """The decoded text of one file in one revision (None: as it is now)."""

    path: str
    text: str
    revision: str | None = None
    stray: tuple[int, ...] = ()
    """Offsets of the bytes that are no text in the file's encoding; U+FFFD stands in their place."""
    limits: Limits = DEFAULT
    """How much of it is read."""
    names_nplint: bool = field(init=False)
    """Whether the text may hold a comment or an annotation for nplint."""
    may_hold_marks: bool = field(init=False)
    """Whether a value may hold a mark of a template tool: nothing but an escape makes one that is not written."""

    def __post_init__(self) -> None:
        # Asked of nearly every text, for each of its documents; what a property remembers would take more memory.
        object.__setattr__(self, "names_nplint", "nplint" in self.text.lower())
        may = "\\" in self.text or any(opening in self.text for opening, _ in placeholder.VALUE_MARKS)
        object.__setattr__(self, "may_hold_marks", may)

    @property
    def is_kustomization(self) -> bool:
        """Whether the file steers kustomize; such a file may leave its apiVersion and kind out."""
        return posixpath.basename(self.path) in KUSTOMIZATION_NAMES

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_END.finditer(self.text))]

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
        return self.text[slice(*self.offsets(span))]

    def offsets(self, span: Span) -> tuple[int, int]:
        """Where in the text a place starts and ends."""
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def offset(self, line: int, column: int) -> int:
        """The offset in the text of a line and a column, both counted from 1."""
        return self.line_starts[line - 1] + column - 1

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


class Defect(NamedTuple):
    """Something wrong with a document as text."""

    kind: DefectKind
    message: str
    span: Span


class RepeatedKey(NamedTuple):
    """A mapping key that stands twice; kubectl keeps the value of the last one.

    `value` is the place of that value, None where it is a list, a mapping or not written at all.
    """

    path: Path
    lost: Span
    kept: Span
    value: Span | None = None


@dataclass(frozen=True, eq=False, slots=True)
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

    def is_marked(self, text: str) -> bool:
        """Whether a text of this document has a mark in it that a template tool puts a value in for."""
        return self.source.may_hold_marks and bool(placeholder.find(text, placeholder.VALUE_MARKS))

    def locate(self, path: Path, *, key: bool = False) -> Span:
        """The place of a value, or of the key that holds it; where the path ends early, that of the last step there is.

        A value that is an alias stands where the alias is written; what lies inside it, where the anchor is.
        """
        found = self._root and self._find(self._root, path, key)
        if not found:
            return self.source.span(self.start, self.start + len(self.text.split("\n", 1)[0].rstrip()))
        return self.source.span(self.start + found[0], self.start + found[1])

    def is_shared(self, path: Path) -> bool:
        """Whether other values hang on what is written here: an anchor, an alias or a merge leads to it."""
        root, _, merged = _composed(self)
        on_the_way = [root, *(value for _, _, value in self._steps(root, path))] if root else []
        return not on_the_way or any(node.anchor or node.target or id(node) in merged for node in on_the_way)

    def entry(self, path: Path) -> Span | None:
        """The text to take out so that a mapping loses this key with its value and nothing else changes.

        Where the key stands twice, the earlier one is left. None where it cannot go: the mapping would be left empty,
        other values hang on it, it hides what a merge brings, or it is no key at all.
        """
        steps = [*self._steps(self._root, path)] if self._root else []
        if len(steps) < len(path) or not steps or self.is_shared(path):
            return None
        from nplint.entry import outline

        mapping, key, value = steps[-1]
        if not key or _has_anchor(key) or _has_anchor(value) or self._hides_merged(mapping, path[-1]):
            return None
        found = outline(self.text, mapping, key, value)
        return self.source.span(self.start + found[0], self.start + found[1]) if found else None

    def _hides_merged(self, mapping: Tree, step: str | int) -> bool:
        """Whether a mapping would have a value for a key through a `<<` as well."""
        merges = (mappings_to_merge(value) for key, value in mapping.pairs() if key.is_merge)
        return any(step in self._pairs(source.meant) for sources in merges for source in sources)

    def _find(self, root: Tree, path: Path, want_key: bool) -> tuple[int, int]:
        holder, key, node = [(root, None, root), *self._steps(root, path)][-1]
        if want_key and key:
            return key.start, key.end
        if node.start < node.end:
            return node.start, node.end
        # A null that is not written has no text of its own: its key stands for it, or the dash before a list item.
        if key:
            return key.start, key.end
        return max(node.start - 1, holder.start), min(node.start + (node is root), len(self.text))

    def _steps(self, root: Tree, path: Path) -> "Iterator[tuple[Tree, Tree | None, Tree]]":
        """For each step of a path, as far as it leads anywhere: what holds the value, its key there, and the value."""
        node = root
        for step in path:
            found = self._child(node.meant, step)
            if found is None:
                return
            yield node, *found
            node = found[1]

    def _child(self, node: Tree, step: str | int) -> tuple[Tree | None, Tree] | None:
        if isinstance(step, int):
            return (None, node.children[step]) if node.is_list and 0 <= step < len(node.children) else None
        return self._pairs(node).get(step) if node.is_mapping else None

    def _pairs(self, node: Tree) -> "dict[str, tuple[Tree, Tree]]":
        """The keys and values of a mapping by name, worked out once: a search for each would be quadratic."""
        composed = _composed(self)
        pairs = composed.pairs.get(id(node))
        if pairs is None:
            pairs = composed.pairs[id(node)] = {}
            for key, value in node.pairs():
                if key.is_merge:
                    for source in mappings_to_merge(value):
                        merged = self._pairs(source.meant)
                        pairs.update(merged)
                        composed.merged.update(id(child) for _, child in merged.values())
                else:
                    pairs[key_of(key)] = key, value
        return pairs

    def lines_of(self, span: Span) -> set[int]:
        """The lines that a comment about a place may stand on: where the place begins, and where its key is.

        A place inside of a text of several lines has no room for a comment, so the lines where the text begins and ends
        count for it.
        """
        start = self.source.offset(span.line, span.column) - self.start
        end = self.source.offset(span.end_line, span.end_column) - self.start
        offsets = {start}
        key, node = None, self._root
        while node and node.start <= start and end <= node.end:
            is_scalar = not (node.is_list or node.is_mapping)
            if is_scalar or (node.start, node.end) == (start, end):
                offsets |= {node.start, *((key.start,) if key else ()), *((node.end - 1,) if is_scalar else ())}
                break
            key, node = _child_around(node, start)
        return {self.source.span(self.start + offset, self.start + offset).line for offset in offsets}

    def repeated_keys(self) -> Iterator[RepeatedKey]:
        """Every key that an earlier, equal key of the same mapping precedes."""
        if self.repeats_keys and self._root:
            for path, lost, kept, value in _repeated(self._root, ()):
                is_shown = value.start < value.end and not (value.is_list or value.is_mapping)
                yield RepeatedKey(path, self._span(lost), self._span(kept), self._span(value) if is_shown else None)

    def _span(self, node: Tree) -> Span:
        return self.source.span(self.start + node.start, self.start + node.end)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def _root(self) -> Tree | None:
        return _composed(self).root


class _Composed(NamedTuple):
    """A document as a tree, the keys and values of its mappings, and the values that some mapping has through a `<<`.

    Nodes are told apart by their `id`.
    """

    root: Tree | None
    pairs: dict[int, dict[str, tuple[Tree, Tree]]]
    merged: set[int]


# A tree takes many times the memory of its text, and whoever asks for a place asks for others nearby.
@lru_cache(maxsize=32)
def _composed(document: Document) -> _Composed:
    return _Composed(_tree(document), {}, set())


def _tree(document: Document) -> Tree | None:
    # What begins like JSON may be YAML all the same.
    if document.text.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return jsontext.compose(document.text)
    # Not needed for the places in JSON, nor where nothing is found.
    from nplint.yamltext import compose

    with suppress(UnreadableError):
        return compose(document.text, document.source.limits.depth)[0]
    return None


def _child_around(node: Tree, offset: int) -> tuple[Tree | None, Tree | None]:
    """The child of a list or mapping that an offset is in, after its key if it is the value of one."""
    number = bisect_right(node.children, offset, key=lambda child: child.start) - 1
    if number < 0:
        return None, None
    is_value = node.is_mapping and number % 2 == 1
    return node.children[number - 1] if is_value else None, node.children[number]


def _has_anchor(node: Tree) -> bool:
    return bool(node.anchor) or any(map(_has_anchor, node.children))


def _repeated(node: Tree, path: Path) -> Iterator[tuple[Path, Tree, Tree, Tree]]:
    if node.is_list:
        for index, item in enumerate(node.children):
            yield from _repeated(item, (*path, index))
    if node.is_mapping:
        seen: dict[str, Tree] = {}
        last = {key_of(key): value for key, value in node.pairs() if not key.is_merge}
        for key, value in node.pairs():
            name = key_of(key)
            if not key.is_merge:
                if name in seen:
                    yield (*path, name), seen[name], key, last[name]
                seen[name] = key
            yield from _repeated(value, (*path, name))


def _meant_as_service(value: dict[str, Value]) -> bool:
    """Whether a mapping without apiVersion or without kind can be nothing but a Service."""
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return False
    if value.get("kind") == "Service":
        return True
    return value.get("apiVersion") == "v1" and isinstance(spec.get("ports"), list) and "kind" not in value
