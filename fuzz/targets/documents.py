"""A file -> documents: they are read, and every place in them lies in the file and holds what it should."""

import json
import pickle
import re
from collections.abc import Iterator
from itertools import islice
from random import Random
from zlib import crc32

from fuzz.bundle import split
from nplint import jsontext, reading
from nplint.document import Document, Path, Source, Span
from nplint.reader import decode, parse, read
from nplint.tree import Value

# What ends a line for YAML, which is more than ends one for editors.
_LINE_END = re.compile("[\r\n\x85\u2028\u2029]")
# To parse again takes the longest; and aliases make far more values than there is text.
_MOST_DOCUMENTS = 3
_MOST_PATHS = 200
_MOST_TEXTS = 12
_MOST_ENTRIES = 4


def check(data: bytes) -> None:
    """Read each file of an input."""
    for file in split(data):
        _check_file(decode(file.path, file.data, file.revision), Random(crc32(file.data)))
        _check_sent(file.path, file.data)


def _check_file(source: Source, random: Random) -> None:
    documents = list(parse(source))
    assert [document.index for document in documents] == list(range(len(documents)))
    assert _are_among(read(source), documents)
    assert _all_of(read(source)) == _all_of(read(source, None)), "read by the shortcut, it is something else"
    end = 0
    for document in documents:
        assert end <= document.start <= document.end <= len(source.text), "documents overlap"
        end = document.end
        _check_document(document)
    for document in random.sample(documents, min(len(documents), _MOST_DOCUMENTS)):
        _check_places(document, random)


def _check_sent(path: str, data: bytes) -> None:
    """What another process reads and sends back is what is read here."""
    source = decode(path, data)
    [sent] = pickle.loads(pickle.dumps(reading.read_batch([reading.File(path, path, data)])))
    found = tuple(Document(source, *rest) for rest in sent)
    assert _all_of(found) == _all_of(read(source)), "read by another process, it is something else"


def _are_among(some: tuple[Document, ...], documents: list[Document]) -> bool:
    known = {document.index: document for document in documents}
    return all((known[one.index].value, known[one.index].defects) == (one.value, one.defects) for one in some)


def _all_of(documents: tuple[Document, ...]) -> list[tuple[object, ...]]:
    # Equal is not enough: True is 1, and mappings have an order.
    return [(one.index, one.start, one.end, repr(one.value), one.defects, one.repeats_keys) for one in documents]


def _check_document(document: Document) -> None:
    assert document.judged or document.value is None
    # What has no JSON form could not be sent to an API server, and no output could show it.
    json.dumps(document.value, allow_nan=False, ensure_ascii=False).encode()
    for defect in document.defects:
        assert defect.message
        check_span(defect.span, document.source)
    for key in document.repeated_keys():
        for span in filter(None, (key.lost, key.kept, key.value)):
            check_span(span, document.source)


def _check_places(document: Document, random: Random) -> None:
    known = list(islice(paths(document.value), _MOST_PATHS))
    for path, _ in known:
        for key_wanted in (False, True):
            span = document.locate(path, key=key_wanted)
            check_span(span, document.source)
            assert document.lines_of(span) <= set(range(1, len(document.source.line_starts) + 1))
    for path, value in random.sample(known, min(len(known), _MOST_TEXTS)):
        _check_text(document, path, value)
    for path, _ in random.sample(known, min(len(known), _MOST_ENTRIES)):
        _check_entry(document, path)


def check_span(span: Span, source: Source) -> None:
    """A place begins and ends in the text, in this order."""
    start, end = source.offsets(span)
    assert (span.line, span.column) <= (span.end_line, span.end_column), f"{span} ends before it begins"
    for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
        assert 1 <= line <= len(source.line_starts), f"{span} is on no line"
        assert column >= 1, f"{span} is left of its line"
        following = source.line_starts[line] if line < len(source.line_starts) else len(source.text) + 1
        assert source.offset(line, column) < following, f"{span} is right of its line"
    assert 0 <= start <= end <= len(source.text), f"{span} is not in the file"


def paths(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value in a value, with its path."""
    waiting: list[tuple[Path, Value]] = [(path, value)]
    while waiting:
        at, inner = waiting.pop()
        yield at, inner
        if isinstance(inner, dict):
            waiting += (((*at, key), child) for key, child in inner.items())
        if isinstance(inner, list):
            waiting += (((*at, index), child) for index, child in enumerate(inner))


def leaves(value: Value) -> Iterator[tuple[Path, Value]]:
    """The values that hold no others, with their paths."""
    return ((path, inner) for path, inner in paths(value) if not inner or not isinstance(inner, list | dict))


def _check_text(document: Document, path: Path, value: Value) -> None:
    """A scalar on one line is the text at its place. What has a tag or an anchor, or is an alias, is more than that."""
    span = document.locate(path)
    text = document.source.slice(span)
    is_more = text[:1] in tuple("|>&!*?") or _LINE_END.search(text)
    if not path or value is None or isinstance(value, list | dict) or is_more:
        return
    assert any(same(value, other) for other in _readings(text)), f"{path} is {value!r}, and its place holds {text!r}"


def _readings(text: str) -> Iterator[Value]:
    """What a text is in a block of YAML, and between brackets, as JSON is."""
    for around in (f"x: {text}\n", f'{{"x": {text}}}\n'):
        for document in parse(Source("f.yaml", around)):
            yield document.value.get("x") if isinstance(document.value, dict) else document.value


def same(value: Value, other: Value) -> bool:
    """Whether two values are equal in JSON, which knows no difference between 80 and 80.0."""
    return (isinstance(value, bool) == isinstance(other, bool)) and value == other


def _is_json(document: Document) -> bool:
    parsed, _ = jsontext.parse(document.text, document.source.limits.depth)
    return bool(parsed)


def _check_entry(document: Document, path: Path) -> None:
    """What is taken out for a key takes that key away and nothing else."""
    span = document.entry(path)
    if span is None:
        return
    check_span(span, document.source)
    start, end = document.source.offsets(span)
    text = document.source.text
    again = list(parse(Source(document.source.path, text[:start] + text[end:])))
    left = next((one for one in again if one.index == document.index), None)
    assert left is not None, f"without {path} the document is gone"
    if _is_json(left) and not _is_json(document):
        # It may be all that keeps a text from being JSON, which keeps other ends of lines and has other numbers. Fixes
        # that come to this are refused.
        return
    before, after = (
        {at: value for at, value in leaves(one.value) if at[: len(path)] != path} for one in (document, left)
    )
    assert before == after, f"with {path} other values go"
    assert document.repeats_keys or len(after) == len(list(leaves(left.value))), f"{path} is still there"
