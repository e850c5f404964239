"""A file of findings that are known: they do not count, and those that are gone are to leave it."""

import json
import os
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from nplint import limits
from nplint.document import Document
from nplint.errors import NplintError, reason
from nplint.extent import Extent
from nplint.finding import Finding, Identity, identities
from nplint.limits import DEFAULT, Limits
from nplint.node import Node
from nplint.reader import decode
from nplint.report import Report
from nplint.structure import flaws

VERSION = 1
_SCHEMA = "https://raw.githubusercontent.com/nplint/nplint/main/schemas/baseline.json"


class Entry(NamedTuple):
    """A known finding of one cluster, and the file that it was in, relative to the baseline."""

    identity: Identity
    path: str

    @property
    def order(self) -> tuple[object, ...]:
        """The order in the file: what moves to another file stays where it is."""
        return self.identity.cluster, *self.identity, self.path

    @property
    def kind(self) -> Hashable:
        """What entries that may stand for each other have in common."""
        rule, cluster, resource, others, field, fact = self.identity
        # Who is said to collide with whom is a matter of the order of the files.
        return (rule, cluster, fact) if others else (rule, cluster, fact, resource, field)

    @property
    def resources(self) -> frozenset[str]:
        return frozenset((self.identity.resource, *self.identity.others))


class Baseline:
    """The entries of a baseline, which is in a folder that their paths are relative to."""

    def __init__(self, file: str, entries: Iterable[Entry] = ()) -> None:
        self.file = file
        self.folder = os.path.dirname(os.path.realpath(file))
        self.entries = sorted(entries, key=lambda entry: entry.order)

    def entries_of(self, finding: Finding) -> list[Entry]:
        """What stands for a finding: an entry for each of its clusters."""
        return [Entry(identity, self.inside(finding.span.file)) for identity in identities(finding)]

    def inside(self, path: str) -> str:
        """A path as findings give it, relative to the baseline."""
        if path.startswith("<"):
            return path
        real = os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
        return os.path.relpath(real, self.folder).replace(os.sep, "/")

    def outside(self, path: str) -> str:
        """The same the other way round."""
        return path if path.startswith("<") else os.path.relpath(self.absolute(path)).replace(os.sep, "/")

    def absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.folder, path))

    def has_lost(self, path: str) -> bool:
        """Whether the file of an entry is there no more."""
        return not path.startswith("<") and not os.path.lexists(self.absolute(path))


class Match(NamedTuple):
    """What a baseline makes of a report: the report with the known findings marked, and the entries left over."""

    report: Report
    left: list[Entry]


def match(report: Report, baseline: Baseline) -> Match:
    """Mark the findings that are in a baseline, where each entry stands for one finding."""
    entries = [(finding, baseline.entries_of(finding)) for finding in report.findings]
    stock = _Stock(baseline)
    stock.take([entry for _, several in entries for entry in several])
    marked = [
        finding._replace(known=finding.known or "baseline") if stock.holds(several) else finding
        for finding, several in entries
    ]
    return Match(replace(report, findings=tuple(marked)), stock.left())


class _Stock:
    """The entries of a baseline, of which each can be taken once."""

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.taken: set[int] = set()
        self.found: set[int] = set()
        self.resources: dict[Hashable, set[str]] = defaultdict(set)
        for entry in baseline.entries:
            self.resources[entry.kind] |= entry.resources

    def take(self, wanted: Collection[Entry]) -> None:
        """Take what is wanted, as far as it is there.

        What stands where it stood comes first, so that of two alike the one elsewhere is the new one. What belongs to
        no resource is recognised by its file, and by its words alone where that file is gone.
        """
        open_ = [entry for entry in wanted if entry.resources <= self.resources[entry.kind]]
        self._take(open_, lambda entry: (entry.kind, entry.path, entry.resources), self.baseline.entries)
        self._take(open_, lambda entry: (entry.kind, "" if entry.identity.resource else entry.path), self.left())
        lost = [entry for entry in self.left() if self.baseline.has_lost(entry.path)]
        self._take(open_, lambda entry: entry.kind, lost)

    def _take(self, wanted: Iterable[Entry], key: Callable[[Entry], Hashable], entries: Iterable[Entry]) -> None:
        shelves: dict[Hashable, deque[Entry]] = defaultdict(deque)
        for entry in entries:
            shelves[key(entry)].append(entry)
        for entry in wanted:
            if id(entry) not in self.found and shelves[key(entry)]:
                self.found.add(id(entry))
                self.taken.add(id(shelves[key(entry)].popleft()))

    def holds(self, several: Iterable[Entry]) -> bool:
        return all(id(entry) in self.found for entry in several)

    def left(self) -> list[Entry]:
        return [entry for entry in self.baseline.entries if id(entry) not in self.taken]


def gone(
    left: Iterable[Entry],
    baseline: Baseline,
    extent: Extent,
    looked_at: Callable[[str], bool],
    rules: Collection[str],
) -> list[Entry]:
    """The entries that stand for nothing any more, as far as the run can tell.

    An entry may still stand for something where its file was not `looked_at`, or where its rule cannot say. `rules` are
    the names of all rules that there are.
    """
    return [
        entry
        for entry in left
        if _is_reached(entry, baseline, extent, looked_at)
        and (entry.identity.rule not in rules or _is_settled(entry, baseline, extent))
    ]


def _is_reached(entry: Entry, baseline: Baseline, extent: Extent, looked_at: Callable[[str], bool]) -> bool:
    if entry.path.startswith("<"):
        return entry.path in extent.clusters
    return looked_at(baseline.absolute(entry.path))


def _is_settled(entry: Entry, baseline: Baseline, extent: Extent) -> bool:
    clusters = [cluster.profile for cluster in extent.report.clusters]
    names = {profile.name for profile in clusters}
    cluster = entry.identity.cluster or None
    if cluster not in names:
        # A cluster that is declared no more is gone, unless flags took the place of all that are declared.
        return extent.whole and not any(profile.is_declared and profile.name is None for profile in clusters)
    return extent.settles(entry.identity.rule, (cluster,), (baseline.outside(entry.path),))


def load(file: str, shown: str, most: Limits = DEFAULT) -> Baseline:
    """Read a baseline; `shown` is its path as messages give it.

    Raises:
        NplintError: it cannot be read, or is none.
    """
    way_out = f"write it with `nplint --write-baseline {shown}`"
    if not os.path.isfile(file):
        raise NplintError(f"there is no baseline {shown}: {way_out}")
    try:
        source = decode(shown, limits.load(file, most.file_size), limits=most)
    except (OSError, NplintError) as error:
        raise NplintError(f"cannot read {shown}: {reason(error)}") from None
    try:
        value = json.loads(source.text)
    except json.JSONDecodeError as error:
        place = source.span(error.pos, error.pos).place
        raise NplintError(f"{place}: this is no JSON: repair it, or delete the file and {way_out}") from None
    except (ValueError, RecursionError):
        raise NplintError(f"{shown} is no baseline: delete it and {way_out}") from None
    root = Node(Document(source, 0, 0, len(source.text), value), value=value)
    _check(root, way_out)
    return Baseline(file, (_entry(node) for node in root["findings"]))


def _check(root: Node, way_out: str) -> None:
    version = root["version"].number
    if version is not None and version > VERSION:
        place = root["version"].span.place
        raise NplintError(f"{place}: a newer nplint wrote this baseline: update nplint, or delete it and {way_out}")
    wrong = [
        f"{flaw.node.span.place}: {_sentence(flaw.node, flaw.keyword, way_out)}" for flaw in flaws(root, "baseline")
    ]
    if wrong:
        raise NplintError(*wrong[:10])


def _sentence(node: Node, keyword: str, way_out: str) -> str:
    what = node.field or "this"
    problem = {"additionalProperties": f"{what} is no part of a baseline", "required": f"{what} lacks a part"}
    return f"{problem.get(keyword, f'{what} is not as nplint writes it')}: repair it, or delete the file and {way_out}"


def _entry(node: Node) -> Entry:
    # A fact may hold what looks like a template, so this is not the node's text.
    names = ("rule", "cluster", "resource", "field", "fact", "path")
    rule, cluster, resource, field, fact, path = (str(node[name].value) for name in names)
    others = tuple(str(one.value) for one in node["others"])
    return Entry(Identity(rule, cluster, resource, others, field, fact), path)


def text(entries: Iterable[Entry]) -> str:
    """What a baseline of these entries looks like: stable, and for people and `git diff` to read."""
    findings = [_data(entry) for entry in sorted(entries, key=lambda entry: entry.order)]
    return json.dumps({"$schema": _SCHEMA, "version": VERSION, "findings": findings}, indent=2) + "\n"


def _data(entry: Entry) -> dict[str, Any]:
    data = {**entry.identity._asdict(), "others": list(entry.identity.others), "path": entry.path}
    return {name: value for name, value in data.items() if name != "others" or value}
