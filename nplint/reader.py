"""Bytes of a file -> its documents, cut and decoded as kubectl does it."""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nplint import blockstyle, jsontext, placeholder
from nplint.document import LINE_END, Defect, DefectKind, Document, Source
from nplint.limits import DEFAULT, Limits, raised_by
from nplint.tree import UnreadableError, construct

# Compiled where a document is out of order. What is taken for a text is never given back: that would take memory for
# each character of it.
_HARMLESS = (
    r"""(?m)^[ \t]*\#[^\n]*|(?<=[\s\[{,:])(?:"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\n]++|'')*+')"""
    r"""(?=[ \t]*(?:[\r\n,\]}:]|\Z|[ \t]\#))"""
)
_SEPARATOR = re.compile(r"^---[^\S\n]*(?:#[^\n]*)?(?:\n|\Z)", re.MULTILINE)
_DOCUMENT_END = re.compile(r"\s*(?:^\.\.\..*\s*)?", re.MULTILINE)
_BAD_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_TYPE_KEYS = [re.compile(rf"""["']?{key}["']?[ \t]*:""") for key in ("apiVersion", "kind")]
# In what a key can be written otherwise: escapes, a tag for base64, and NULs that are overlooked.
_DISGUISES = ("\\", "!", "\0")

Shortcut = Callable[[str], dict[str, Any] | None]
"""Reads a document that is sure to be in order without a parser; None where it has to be parsed."""


class Encoding(NamedTuple):
    """How the bytes of a file are text: the mark they begin with, the encoding, and what is done with stray bytes.

    Each of these, in UTF-16 each code unit, is one character of the decoded text.
    """

    mark: bytes
    name: str
    errors: str


_ENCODINGS = (
    Encoding(codecs.BOM_UTF8, "utf-8", "surrogateescape"),
    Encoding(codecs.BOM_UTF16_LE, "utf-16-le", "replace"),
    Encoding(codecs.BOM_UTF16_BE, "utf-16-be", "replace"),
    Encoding(b"", "utf-8", "surrogateescape"),
)


def encoding_of(data: bytes) -> Encoding:
    """The encoding of a file, by its byte order mark or else UTF-8."""
    return next(encoding for encoding in _ENCODINGS if data.startswith(encoding.mark))


def decode(path: str, data: bytes, revision: str | None = None, limits: Limits = DEFAULT) -> Source:
    """The text of a file, of which `limits` may be read. Bytes that are no text in its encoding are kept track of."""
    encoding = encoding_of(data)
    body = data[len(encoding.mark) :]
    try:
        return Source(path, body.decode(encoding.name), revision, limits=limits)
    except UnicodeDecodeError:
        text = body.decode(encoding.name, encoding.errors)
    stray = tuple(found.start() for found in re.finditer("[\udc80-\udcff\ufffd]", text))
    return Source(path, re.sub("[\udc80-\udcff]", "\ufffd", text), revision, stray, limits)


def read(source: Source, shortcut: Shortcut | None = blockstyle.read) -> tuple[Document, ...]:
    """The documents of a file; none at all where nothing in it is, or was meant as, a Kubernetes manifest.

    What they are does not hang on the shortcut, which only saves time; None parses every file.
    """
    if shortcut and not may_hold_manifest(source):
        return ()
    documents = tuple(one for one in parse(source, shortcut) if one.value is not None or one.defects)
    if source.is_kustomization or any(document.is_manifest or _meant_as_manifest(document) for document in documents):
        return documents
    return ()


def may_hold_manifest(source: Source) -> bool:
    """Whether a look at the text leaves it open that some document in it is a manifest, or was meant as one."""
    text = source.text
    return "kind" in text or "apiVersion" in text or source.is_kustomization or any(one in text for one in _DISGUISES)


def _meant_as_manifest(document: Document) -> bool:
    # UTF-16 without a byte order mark is full of NULs, which nobody can read.
    text = document.text.replace("\0", "")
    return bool(document.defects) and all(key.search(text) for key in _TYPE_KEYS)


def parse(source: Source, shortcut: Shortcut | None = blockstyle.read) -> Iterator[Document]:
    index, most = 0, source.limits.documents
    # The shortcut knows no lower limit than its own.
    shortcut = shortcut if source.limits.depth >= blockstyle.DEPTH else None
    for start, end in _chunks(source):
        for document in _read_chunk(source, index, start, end, shortcut):
            if index == most:
                reason = f"there are more documents in its file than {most:,}{raised_by('documents')}"
                yield _too_much(source, index, document.start, reason)
                return
            yield document
            index += 1


def _too_much(source: Source, index: int, start: int, reason: str) -> Document:
    defect = Defect(DefectKind.UNREADABLE, reason, source.span(start, start + 1))
    return Document(source, index, start, len(source.text), None, (defect,))


def _chunks(source: Source) -> Iterator[tuple[int, int]]:
    """Where kubectl cuts a stream: at lines of `---` and nothing but space and a comment."""
    start = _after_mark(source, 0)
    # To look for it at each line takes a fifth of the time that it takes to read a file without any.
    for found in _SEPARATOR.finditer(source.text) if "---" in source.text else ():
        yield start, found.start()
        start = _after_mark(source, found.end())
    yield start, len(source.text)


def _after_mark(source: Source, start: int) -> int:
    # Files joined into one leave byte order marks behind, which libyaml skips without counting them.
    return start + source.text.startswith("\ufeff", start)


def _read_chunk(source: Source, index: int, start: int, end: int, shortcut: Shortcut | None) -> Iterator[Document]:
    text = source.text[start:end]
    parsed, rest = jsontext.parse(text, source.limits.depth) if text.lstrip().startswith("{") else ([], 0)
    for a, b, value, repeats in parsed:
        defects = _stray_bytes(source, start + a, start + b)
        yield Document(source, index, start + a, start + b, value, defects, repeats)
        index += 1
    if len(parsed) > 1 and rest < len(text):
        # After one JSON document kubectl still tries YAML, after two it is sure to read JSON.
        yield _broken(source, index, start + rest, end, UnreadableError("this is no JSON, unlike what precedes it", 0))
    elif text[rest:].strip():
        value = shortcut(text) if shortcut and not parsed else None
        if value is None:
            yield _read_yaml(source, index, start + rest, end)
        else:
            yield Document(source, index, start, end, value, _stray_bytes(source, start, end))


def _stray_bytes(source: Source, start: int, end: int) -> tuple[Defect, ...]:
    message = "a byte is no text in the file's encoding: kubectl puts U+FFFD in its place"
    return tuple(
        Defect(DefectKind.STRAY_BYTES, message, source.span(offset, offset + 1))
        for offset in source.stray_between(start, end)
    )


def _read_yaml(source: Source, index: int, start: int, end: int) -> Document:
    # What is read without a parser needs no libyaml.
    from nplint.yamltext import compose

    text = source.text[start:end]
    try:
        if separator := _BAD_SEPARATOR.search(source.text, start, end):
            raise UnreadableError(
                "a `---` that separates documents stands alone on its line", separator.start() - start
            )
        root, more = compose(text, source.limits.depth)
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
    line_end = LINE_END.search(source.text, offset, end)
    message = "kubectl reads only the document before this line: a separator is `---` alone on its line"
    return Defect(DefectKind.IGNORED_REST, message, source.span(offset, line_end.start() if line_end else end))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _broken(source: Source, index: int, start: int, end: int, error: UnreadableError) -> Document:
    text = source.text[start:end]
    template = placeholder.find(text, placeholder.TEMPLATE_MARKS)
    if template:
        # Marks in a comment or inside complete quotes disturb no parser: what is wrong is something else.
        template = placeholder.find(re.sub(_HARMLESS, _blank, text), placeholder.TEMPLATE_MARKS)
    if template:
        action = " ".join(text[slice(*template)].split())
        defect = Defect(DefectKind.TEMPLATE, action, source.span(start + template[0], start + template[1]))
    else:
        # The end of the text has no character to show: the last one there is stands for it.
        offset = min(error.offset, max(len(text.rstrip()) - 1, 0))
        defect = Defect(DefectKind.UNREADABLE, error.reason, source.span(start + offset, start + offset + 1))
    return Document(source, index, start, end, None, (defect,))
