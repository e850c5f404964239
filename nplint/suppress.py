"""Marks the findings that somebody asked to leave out; none is dropped."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from nplint import wishes
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import Document, Span
from nplint.engine import lint_clusters
from nplint.extent import Extent
from nplint.finding import Finding, Suppression
from nplint.lapse import Fault, Lapse
from nplint.node import Node
from nplint.report import Report, sort
from nplint.resource import Resource
from nplint.spelling import listed, nearest
from nplint.wishes import Key, Wish

RULE = "unused-suppression"
"""The rule about suppressions. What it finds is known once the others have run."""

_WHERE = {"line": "here", "file": "in this file", "resource": "in this resource"}


class Ignore(NamedTuple):
    """A wish of the configuration to leave findings out. Conditions that are empty hold for every finding.

    `resource` is `namespace/name` or `name`; `paths` tells whether a file is meant, `until` is the last day
    on which the wish holds, as YYYY-MM-DD; `node` is where it is written.
    """

    rule: str = ""
    resource: str = ""
    paths: Callable[[str], bool] | None = None
    reason: str = ""
    until: str = ""
    node: Node | None = None

    def holds(self, today: str) -> bool:
        """Whether it has not run out on this day."""
        return not self.until or today <= self.until

    def means(self, file: str, names: Iterable[str]) -> bool:
        """Whether a place is meant that is in this file and in a resource that goes by these names."""
        return (not self.paths or self.paths(file)) and (not self.resource or self.resource in names)

    def lapse(self, fault: Fault, at: Node, hint: str = "") -> Lapse:
        return Lapse(fault, "configuration", at.span, self.rule, hint)

    def is_about_itself(self, span: Span) -> bool:
        """Whether what is found there is found about this wish."""
        own = self.node.span if self.node else None
        return own is not None and span.file == own.file and own[1:3] <= span[1:3] <= own[3:5]


def apply(
    report: Report, ignores: Sequence[Ignore], today: str, *, rules: Mapping[str, Rule], whole: bool, hide: bool = True
) -> Report:
    """Mark what is suppressed, and find the suppressions that are useless, expired, or not as they should be.

    `today` is a date as YYYY-MM-DD, `rules` are all that there are, also those that did not run. A run that is not
    `whole` has left manifests of the project out. Without `hide` nothing is marked, as if nobody had asked for it.
    """
    extent = Extent(report, whole=whole)
    asked = list(_asked(extent))
    book = _Book(extent, [one for one in asked if isinstance(one, Wish)], ignores, today)
    marked = [book.mark(finding) for finding in report.findings]
    rule = next((run.rule for run in report.runs if run.rule.name == RULE), None)
    if rule:
        check = _Check(book, rules, extent, marked)
        malformed = [check.with_help(one) for one in asked if isinstance(one, Lapse)]
        early = _lint(report, rule, [*malformed, *check.lapses()])
        marked += [book.mark(finding) for finding in early.findings]
        # Only now it shows which wishes about this rule itself are useless. That is for nobody to suppress.
        late = _lint(report, rule, list(check.lapses(of_own_rule=True)))
        marked += late.findings
        crashes = (run for run in (*early.runs, *late.runs) if run.error)
        report = replace(report, runs=(*report.runs, *crashes))
    return replace(report, findings=sort(marked if hide else [one._replace(suppressed=None) for one in marked]))


def _asked(extent: Extent) -> Iterator[Wish | Lapse]:
    clusters = extent.report.clusters
    sources = (document.source for cluster in clusters for document in (*cluster.documents, *cluster.context))
    naming = dict.fromkeys(source.path for source in sources if source.revision is None and source.names_nplint)
    patches = [cluster.kustomizations.patches for cluster in clusters] if naming else []
    for path in naming:
        documents = extent.documents[path]
        yield from wishes.read(documents[0].source, documents, is_patch=any(path in each for each in patches))


def _lint(report: Report, rule: Rule, lapses: Sequence[Lapse]) -> Report:
    """Have the rule word what is wrong with suppressions: in each cluster those in its manifests, and the others."""
    by_document: dict[Document | None, list[Lapse]] = defaultdict(list)
    for lapse in lapses:
        by_document[lapse.document].append(lapse)
    clusters = []
    for cluster in report.clusters:
        documents = [document for document in cluster.documents if document in by_document]
        own = [lapse for document in documents for lapse in by_document[document]]
        if own:
            clusters.append(replace(cluster, documents=documents, context=(), before=None, lapses=own))
    rest = by_document[None]
    return lint_clusters([*clusters, *([Cluster((), lapses=rest)] if rest else [])], [rule])


class _Book:
    """All wishes, and which of them have suppressed something."""

    def __init__(self, extent: Extent, asked: Sequence[Wish], ignores: Sequence[Ignore], today: str) -> None:
        self.clusters = extent.report.clusters
        self.wishes = asked
        self.ignores = ignores
        self.held = [(number, one) for number, one in enumerate(ignores) if one.holds(today)]
        self.used: set[int] = set()
        self.used_ignores: set[int] = set()
        self.index: dict[str, dict[Key, list[int]]] = {}
        self.names: dict[Resource, set[str]] = {}
        for number, wish in enumerate(asked):
            for key in wish.keys:
                self.index.setdefault(wish.rule, {}).setdefault(key, []).append(number)
        self.extent = extent

    def mark(self, finding: Finding) -> Finding:
        """The finding, marked if any wish means it; every one that does is used."""
        wished = self._wished(finding)
        ignored = [(number, one) for number, one in self.held if self._is_ignored(finding, one)]
        self.used |= wished
        self.used_ignores |= {number for number, _ in ignored}
        by = [Suppression(self.wishes[number].by, self.wishes[number].reason) for number in sorted(wished)]
        by += [Suppression("configuration", ignore.reason) for _, ignore in ignored]
        return finding._replace(suppressed=by[0]) if by else finding

    def _wished(self, finding: Finding) -> set[int]:
        index = self.index.get(finding.rule)
        found = {number for key in self._keys(finding) for number in index.get(key, ())} if index else set()
        # A wish about this rule cannot hide what is wrong with itself.
        return {number for number in found if finding.span not in (self.wishes[number].at, self.wishes[number].written)}

    def _keys(self, finding: Finding) -> Iterator[Key]:
        """What a finding names: the files, lines and resources of its places in the text that is judged."""
        related = ((one.span, one.resource) for one in finding.related)
        for span, resource in ((finding.span, finding.resource), *related):
            if span.revision is None:
                yield "file", span.file
                yield from (("line", span.file, line) for line in self._lines(span))
                if resource:
                    yield wishes.resource_key(resource.node)

    def _lines(self, span: Span) -> set[int]:
        documents = self.extent.documents.get(span.file, ())
        offset = documents[0].source.offset(span.line, span.column) if documents else 0
        number = bisect_right(documents, offset, key=lambda document: document.start) - 1
        return documents[number].lines_of(span) if number >= 0 else {span.line}

    def _is_ignored(self, finding: Finding, ignore: Ignore) -> bool:
        """Whether a wish of the configuration means the finding: one that names the rule means each of its places."""
        if ignore.rule not in ("", finding.rule) or (finding.rule == RULE and ignore.is_about_itself(finding.span)):
            return False
        if ignore.means(finding.span.file, self.names_of(finding.resource)):
            return True
        others = [one for one in finding.related if one.span.revision is None] if ignore.rule else []
        return any(ignore.means(one.span.file, self.names_of(one.resource)) for one in others)

    def names_of(self, resource: Resource | None) -> set[str]:
        """What a wish may call a resource by."""
        if resource is None:
            return set()
        if resource not in self.names:
            spaces = frozenset[str]().union(*(cluster.namespaces(resource) for cluster in self.clusters))
            self.names[resource] = {resource.name, *(f"{space}/{resource.name}" for space in spaces)}
        return self.names[resource]


class _Check:
    """What is wrong with the wishes, once it is known what each has suppressed."""

    def __init__(self, book: _Book, rules: Mapping[str, Rule], extent: Extent, findings: Sequence[Finding]) -> None:
        self.book = book
        self.rules = rules
        self.extent = extent
        # Where what is not suppressed stands, for those who put their wish beside it.
        self.lines: dict[tuple[str, str], set[int]] = {}
        self.found: dict[tuple[str, int], set[str]] = {}
        for rule, span in ((finding.rule, finding.span) for finding in findings if not finding.suppressed):
            self.lines.setdefault((rule, span.file), set()).add(span.line)
            self.found.setdefault((span.file, span.line), set()).add(rule)

    def lapses(self, *, of_own_rule: bool = False) -> Iterator[Lapse]:
        """What is wrong with the wishes: with those about other rules, or with those about the rule that says it."""
        reasonless: set[Span] = set()
        for number, wish in enumerate(self.book.wishes):
            if (wish.rule == RULE) is not of_own_rule:
                continue
            if wish.rule not in self.rules:
                near = nearest(wish.rule, self.rules)
                yield wish.lapse(Fault.UNKNOWN_RULE, f"did you mean {near}?" if near else "`nplint rules` lists them")
            elif number not in self.book.used and self._is_settled(wish):
                yield wish.lapse(
                    Fault.USELESS, f"{wish.rule} is not found {_WHERE[str(wish.keys[0][0])]}", self._elsewhere(wish)
                )
            elif not wish.reason and wish.written not in reasonless:
                reasonless.add(wish.written)
                yield wish.lapse(Fault.REASONLESS)
        held = {number for number, _ in self.book.held}
        for number, ignore in enumerate(self.book.ignores):
            if ignore.node and (ignore.rule == RULE) is of_own_rule:
                yield from self._ignore(ignore, ignore.node, number in held, number in self.book.used_ignores)

    def _ignore(self, ignore: Ignore, node: Node, is_held: bool, is_used: bool) -> Iterator[Lapse]:
        if not is_held:
            yield ignore.lapse(Fault.EXPIRED, node["until"], ignore.until)
        elif not is_used and self.extent.whole and self._suppresses_nothing(ignore):
            at = next(node[name] for name in ("rule", "resource", "path") if node[name].present)
            hint = f"{ignore.rule} is not found where this looks" if ignore.rule else "it means no manifest"
            yield ignore.lapse(Fault.USELESS, at, hint)
        elif not ignore.reason:
            yield ignore.lapse(Fault.REASONLESS, node)

    def _is_settled(self, wish: Wish) -> bool:
        clusters = self.extent.clusters.get(wish.at.file, ())
        return self.extent.settles(wish.rule, clusters, (wish.at.file,))

    def _suppresses_nothing(self, ignore: Ignore) -> bool:
        """Whether an ignore that was not used is useless for sure. One without a rule is if it means no manifest."""
        clusters = self.extent.report.clusters
        paths = {path for path in self.extent.clusters if not ignore.paths or ignore.paths(path)}
        if ignore.resource:
            resources = (resource for cluster in clusters for resource in cluster.resources)
            meant = {one.node.document.source.path for one in resources if ignore.resource in self.book.names_of(one)}
            # What is nowhere to be seen may be in what could not be read.
            paths = paths & meant or {path for path in paths if self.extent.is_veiled(path)}
        if ignore.rule:
            return self.extent.settles(ignore.rule, {cluster.profile.name for cluster in clusters}, paths)
        return not paths

    def _elsewhere(self, wish: Wish) -> str:
        lines = [str(line) for line in sorted(self.lines.get((wish.rule, wish.at.file), ()))[:3]]
        return f"{wish.rule} is found on line {listed(lines)}: put it there, or drop it" if lines else ""

    def with_help(self, lapse: Lapse) -> Lapse:
        """What is malformed may be meant for what is found on its line or the next."""
        rules = {rule for line in (0, 1) for rule in self.found.get((lapse.at.file, lapse.at.line + line), ())}
        return lapse._replace(help=f"found here: {listed(sorted(rules))}") if rules else lapse
