"""Edits of findings -> new text: which of them are made, and whether what comes out is what was meant."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.document import Document, Path, Span
from nplint.engine import Judge
from nplint.finding import Edit, Finding, Severity
from nplint.reader import decode, encoding_of, read
from nplint.report import Report
from nplint.tree import Value

MAX_PASSES = 100
"""How often the files are judged again: what one edit brings to light, another may do away with."""

Load = Callable[[str], bytes | None]
"""The bytes of a file as it was judged, None where it cannot be fixed."""

Replacements = Mapping[tuple[str, int], Document]
"""Documents that take the places of others, by their file and their number in it."""

_Place = tuple[int, int]
"""Line and column."""


class Refusal(NamedTuple):
    """A finding that was not fixed although it could be, and why."""

    finding: Finding
    reason: str


class Outcome(NamedTuple):
    """What became of the fixable findings: the report on the fixed files, and the new bytes of those that changed.

    A fixed finding stands where it stood when it was fixed; an earlier edit may have moved it by some lines.
    """

    report: Report
    contents: Mapping[str, bytes] = MappingProxyType({})
    fixed: tuple[Finding, ...] = ()
    refused: tuple[Refusal, ...] = ()


def fixable(report: Report, *, unsafe: bool) -> list[Finding]:
    """The findings that count and can be fixed, in the order of their edits."""
    found = [finding for finding in report.open if (finding.is_fixable if unsafe else finding.is_safely_fixable)]
    return sorted(found, key=lambda finding: (*_reach(finding), not finding.is_safely_fixable))


def mend(report: Report, judge: Judge, load: Load, *, unsafe: bool) -> Outcome:
    """Fix what can be fixed, pass by pass, until nothing is left that can be.

    Each pass makes edits that do not touch each other and has the result judged. Where that is not what was meant, half
    of them are tried, and so on down to the one that is to blame, which is refused.
    """
    state, most = Outcome(report), len(report.findings)
    seen: set[tuple[str, bytes | None]] = set()
    for _ in range(MAX_PASSES):
        batch = _choose(state, load, unsafe=unsafe)[:most]
        if not batch:
            break
        seen |= {(file, load(file)) for file in _by_file(batch)}
        after = _attempt(state, batch, judge, load, seen)
        if isinstance(after, Outcome):
            state, most = after, most * 2
            seen |= set(after.contents.items())
        elif len(batch) > 1:
            most = len(batch) // 2
        else:
            state = state._replace(refused=(*state.refused, Refusal(batch[0], after)))
    return state


def _choose(state: Outcome, load: Load, *, unsafe: bool) -> list[Finding]:
    refused = {refusal.finding.fingerprint for refusal in state.refused}
    chosen: list[Finding] = []
    for finding in fixable(state.report, unsafe=unsafe):
        file, start, _ = _reach(finding)
        last_file, _, last_end = _reach(chosen[-1]) if chosen else ("", start, start)
        is_apart = file != last_file or last_end < start
        if is_apart and load(file) is not None and finding.fingerprint not in refused:
            chosen.append(finding)
    return chosen


def _reach(finding: Finding) -> tuple[str, _Place, _Place]:
    """The file that its edits are in, and where there the first of them starts and the last one ends."""
    spans = [edit.span for edit in finding.edits]
    start, end = min(span[1:3] for span in spans), max(span[3:5] for span in spans)
    return spans[0].file, start, end


def _attempt(
    state: Outcome, batch: Sequence[Finding], judge: Judge, load: Load, seen: Collection[tuple[str, bytes | None]]
) -> Outcome | str:
    """The state after these fixes, or why they cannot be."""
    contents = dict(state.contents)
    replacements: dict[tuple[str, int], Document] = {}
    for file, edits in _by_file(batch).items():
        old = contents.get(file) or load(file) or b""
        contents[file] = applied(old, edits)
        limits = state.report.texts[file, None].limits
        before, after = (read(decode(file, data, limits=limits)) for data in (old, contents[file]))
        if wrong := _unmeant(before, after, edits):
            return wrong
        if (file, contents[file]) in seen:
            return "another fix undoes it"
        replacements |= {(file, document.index): document for document in after}
    report = judge(swapped(state.report.clusters, replacements))
    known = {key for key, _ in _errors(state.report)}
    for key, finding in _errors(report):
        if key not in known:
            return f"it would make an error at {finding.span.place}: {finding.message}"
    return state._replace(report=report, contents=contents, fixed=(*state.fixed, *batch))


def _by_file(batch: Iterable[Finding]) -> dict[str, list[Edit]]:
    edits: dict[str, list[Edit]] = {}
    for finding in batch:
        edits.setdefault(_reach(finding)[0], []).extend(finding.edits)
    return edits


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with edits made that do not overlap. Every other byte stays as it is."""
    encoding, source = encoding_of(data), decode("", data)
    done_to, byte = 0, len(encoding.mark)
    text = data[byte:].decode(encoding.name, encoding.errors)
    parts = [encoding.mark]
    for edit in sorted(edits, key=lambda edit: edit.span):
        start, end = source.offsets(edit.span)
        kept, lost = (
            len(part.encode(encoding.name, encoding.errors)) for part in (text[done_to:start], text[start:end])
        )
        parts += [data[byte : byte + kept], edit.text.encode(encoding.name)]
        done_to, byte = end, byte + kept + lost
    return b"".join([*parts, data[byte:]])


def swapped(clusters: Sequence[Cluster], replacements: Replacements) -> tuple[Cluster, ...]:
    """The same clusters with other documents in the places of some."""

    def swap(documents: Iterable[Document]) -> tuple[Document, ...]:
        return tuple(replacements.get((each.source.path, each.index), each) for each in documents)

    return tuple(
        replace(cluster, documents=swap(cluster.documents), context=swap(cluster.context)) for cluster in clusters
    )


def _unmeant(before: Sequence[Document], after: Sequence[Document], edits: Sequence[Edit]) -> str:
    """What the edits do besides changing one value each, or "" where they do nothing else."""
    if [_state(document) for document in before] != [_state(document) for document in after]:
        return "the file would no longer parse as it does"
    spans = sorted(edit.span for edit in edits)
    for old, new in zip(before, after, strict=True):
        for path in _differences(old.value, new.value, ()):
            cause = next((span for key in (False, True) for span in _touching(old.locate(path, key=key), spans)), None)
            if cause is None:
                return "it would change other values too"
            spans.remove(cause)
    return ""


def _state(document: Document) -> tuple[object, ...]:
    return document.index, *(defect.kind for defect in document.defects)


def _touching(place: Span, spans: Sequence[Span]) -> Iterator[Span]:
    """Those of the sorted spans that a place touches; they do not overlap, so only neighbours can."""
    index = bisect_right(spans, place[3:5], key=lambda span: span[1:3])
    while index and spans[index - 1][3:5] >= place[1:3]:
        index -= 1
        yield spans[index]


def _differences(old: Value, new: Value, path: Path) -> Iterator[Path]:
    """The paths at which two values differ; a key that has another name differs once."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = {key: value for key, value in old.items() if key not in new}
        yield from ((*path, key) for key in gone)
        kept = [*gone.values()]
        for key in (key for key in new if key not in old):
            if new[key] in kept:
                kept.remove(new[key])
            else:
                yield *path, key
        for key in old.keys() & new.keys():
            yield from _differences(old[key], new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, (*path, index))
    elif type(old) is not type(new) or old != new:
        yield path


def _errors(report: Report) -> Iterator[tuple[tuple[str, str, int], Finding]]:
    """The errors that count, each with its cluster, file and document."""
    for finding in report.open:
        if finding.severity is Severity.ERROR:
            index = finding.resource.node.document.index if finding.resource else -1
            for cluster in finding.clusters or ("",):
                yield (cluster, finding.span.file, index), finding
