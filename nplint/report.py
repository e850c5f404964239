"""What a run found, what it ran, and what it could not judge."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from nplint.check import Rule, Unjudged
from nplint.cluster import Cluster
from nplint.document import DefectKind, Document, Source, Span
from nplint.finding import Confidence, Finding, Severity
from nplint.inventory import Tally, place
from nplint.profile import Verdict


class RuleRun(NamedTuple):
    """What became of a rule on a cluster.

    `withheld` counts what it kept to itself because a fact is missing, `unjudged` is what it could not decide, `error`
    what it failed with.
    """

    rule: Rule
    cluster: str | None
    verdict: Verdict
    ran: bool
    withheld: int = 0
    unjudged: tuple[Unjudged, ...] = ()
    error: BaseException | None = None

    @property
    def reason(self) -> str:
        """Why it did not run, or not in full; "" where nothing is to be said."""
        if self.error:
            return f"it failed: {type(self.error).__name__}: {self.error}"
        if self.withheld:
            return f"{self.withheld} withheld: the cluster's {self.verdict.missing} is not declared"
        return self.verdict.reason


class Coverage(NamedTuple):
    """What was looked at. Every file counts once: as judged, as a patch, as a template or as unreadable."""

    files: int
    judged: int
    templates: int
    unreadable: int
    documents: int
    template_documents: int
    unreadable_documents: int
    patch_files: int
    services: int
    services_with_node_ports: int
    clusters: int


@dataclass(frozen=True)
class Report:
    """The result of a run."""

    findings: tuple[Finding, ...]
    runs: tuple[RuleRun, ...]
    clusters: tuple[Cluster, ...]
    others: Mapping[tuple[str, str | None], Source] = field(default_factory=dict)
    """Texts that places are in besides those of the clusters, by path and revision."""
    configuration: Document | None = None
    """The configuration that the run was made with."""
    doubted: int = 0
    """How many findings were left out for being less sure than what was asked for."""

    def at_least(self, confidence: Confidence) -> "Report":
        """The report without what is less sure, which is only counted."""
        sure = tuple(
            finding
            for finding in self.findings
            if finding.confidence >= confidence or finding.suppressed or finding.known
        )
        return replace(self, findings=sure, doubted=self.doubted + len(self.findings) - len(sure))

    @cached_property
    def open(self) -> tuple[Finding, ...]:
        """The findings that count: those that are new and that nobody has suppressed."""
        return tuple(finding for finding in self.findings if finding.suppressed is None and not finding.known)

    def shown(self, *, suppressed: bool) -> tuple[Finding, ...]:
        """What people are shown: the findings that count, and those that are suppressed if they want to see them."""
        return tuple(one for one in self.findings if one.suppressed or not one.known) if suppressed else self.open

    @cached_property
    def suppressed(self) -> int:
        """How many findings somebody has suppressed."""
        return sum(finding.suppressed is not None for finding in self.findings)

    @cached_property
    def known(self) -> Counter[str]:
        """How many of the other findings do not count because they were known already, by where they are known from."""
        return Counter(finding.known for finding in self.findings if finding.known and not finding.suppressed)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.open)

    def fails(self, threshold: Severity) -> bool:
        """Whether anything was found that is at least this bad."""
        return any(finding.severity >= threshold for finding in self.open)

    @property
    def crashes(self) -> tuple[RuleRun, ...]:
        """The rules that failed on their own account, once for each cluster."""
        return tuple(run for run in self.runs if run.error)

    @cached_property
    def skipped(self) -> dict[str, str]:
        """The rules that apply to none of the clusters, with the reason."""
        ran = {run.rule.name for run in self.runs if run.ran or run.error}
        return {run.rule.name: run.reason for run in self.runs if run.rule.name not in ran}

    @cached_property
    def sources(self) -> dict[tuple[str, str | None], Source]:
        """The texts of the files that something was found in, by path and revision, without the values of Secrets."""
        from nplint.secrecy import may_hold_secret, veiled

        shown = {(span.file, span.revision) for finding in self.findings for span in finding.spans}
        files = {file for file, _ in shown} | {edit.span.file for finding in self.findings for edit in finding.edits}
        documents = [document for document in self._documents if document.source.path in files]
        secret: dict[tuple[str, str | None], list[Document]] = {}
        for document in _each_once(documents):
            place = document.source.path, document.source.revision
            if place in shown and may_hold_secret(document):
                secret.setdefault(place, []).append(document)
        texts = {**self.others, **_texts(documents)}
        return {**texts, **{place: veiled(texts[place], held) for place, held in secret.items()}}

    @cached_property
    def texts(self) -> dict[tuple[str, str | None], Source]:
        """All texts as they are, which is for no output."""
        return {**self.others, **_texts(self._documents)}

    @property
    def may_hold_wishes(self) -> bool:
        """Whether something in the texts may be a comment or an annotation for nplint."""
        sources = (*self.others.values(), *(document.source for document in self._documents))
        return any(source.names_nplint for source in sources)

    @cached_property
    def _documents(self) -> list[Document]:
        clusters = [cluster for now in self.clusters for cluster in (now, now.before) if cluster]
        documents = [document for cluster in clusters for document in (*cluster.documents, *cluster.context)]
        documents += [cluster.profile.declaration.document for cluster in clusters if cluster.profile.declaration]
        return documents + ([self.configuration] if self.configuration else [])

    @cached_property
    def coverage(self) -> Coverage:
        return _coverage(self.clusters)

    @cached_property
    def undecided(self) -> Counter[tuple[str, str]]:
        """How many findings wait for a fact about the cluster: by the missing fact and what it would have to be.

        What would stay a note whatever the fact is does not wait for it.
        """
        waiting = Counter(finding.awaits for finding in self.open if finding.awaits)
        for run in self.runs:
            if run.withheld:
                waiting[run.verdict.missing, run.verdict.on] += run.withheld
        return waiting


def _coverage(clusters: Sequence[Cluster]) -> Coverage:
    tallies = _tallies(clusters)
    templates = {document for tally in tallies for document in tally.unrendered}
    files: dict[str, set[str]] = {"judged": set(), "template": set(), "unreadable": set()}
    counts: Counter[str] = Counter()
    for document in _each_once(document for cluster in clusters for document in cluster.documents):
        state = _state({defect.kind for defect in document.defects}, document in templates)
        files[state].add(document.source.path)
        counts[state] += 1
    patches = frozenset[str]().union(*(cluster.kustomizations.patches for cluster in clusters)) & files["judged"]
    unsure = files["template"] | files["unreadable"]
    return Coverage(
        files=len(files["judged"]) + len(unsure - files["judged"]),
        judged=len(files["judged"]) - len(files["judged"] & (unsure | patches)),
        templates=len(files["template"] - files["unreadable"]),
        unreadable=len(files["unreadable"]),
        documents=counts.total(),
        template_documents=counts["template"],
        unreadable_documents=counts["unreadable"],
        patch_files=len(patches),
        services=sum(tally.services for tally in tallies),
        services_with_node_ports=sum(tally.services_with_node_ports for tally in tallies),
        clusters=sum(cluster.profile.name is not None for cluster in clusters),
    )


def _each_once(documents: Iterable[Document]) -> Iterator[Document]:
    """A document that goes to several clusters is one all the same."""
    seen: set[int] = set()
    for document in documents:
        if id(document) not in seen:
            seen.add(id(document))
            yield document


def _tallies(clusters: Sequence[Cluster]) -> list[Tally]:
    """What is counted of the clusters, each Service once however many of them it goes to."""
    documents = _each_once(document for cluster in clusters for document in cluster.documents)
    if sum(1 for _ in documents) == sum(len(cluster.documents) for cluster in clusters):
        return [cluster.tally for cluster in clusters]
    services = {
        place(service.node.document, service.node.path): service.has_node_ports
        for cluster in clusters
        for service in cluster.services
    }
    unrendered = _each_once(document for cluster in clusters for document in cluster.tally.unrendered)
    return [Tally(len(services), sum(services.values()), tuple(unrendered))]


def _texts(documents: Iterable[Document]) -> dict[tuple[str, str | None], Source]:
    return {(document.source.path, document.source.revision): document.source for document in documents}


def _state(defects: set[DefectKind], has_placeholders: bool) -> str:
    if DefectKind.UNREADABLE in defects:
        return "unreadable"
    return "template" if DefectKind.TEMPLATE in defects or has_placeholders else "judged"


def joined(reports: Sequence[tuple[str, Report]]) -> Report:
    """One report of what was found in several commits, each with its name, in their order.

    Places begin with the name of their commit, and those before it with the name of its parent. What is counted as
    looked at is what the last of them holds.
    """
    findings: list[Finding] = []
    texts: dict[tuple[str, str | None], Source] = {}
    for commit, report in reports:
        findings += (_placed(finding, commit) for finding in report.findings)
        texts |= {(path, _name(revision, commit)): source for (path, revision), source in report.sources.items()}
    runs = tuple(run for _, report in reports for run in report.runs)
    last = next((report.clusters for _, report in reversed(reports) if report.clusters), ())
    return Report(tuple(findings), runs, last, texts)


def _placed(finding: Finding, commit: str) -> Finding:
    related = tuple(one._replace(span=_named(one.span, commit)) for one in finding.related)
    return finding._replace(span=_named(finding.span, commit), related=related)


def _named(span: Span, commit: str) -> Span:
    return span._replace(revision=_name(span.revision, commit))


def _name(revision: str | None, commit: str) -> str:
    return f"{commit}^" if revision else commit


def sort(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The order of every format: path, line, column, rule."""
    return tuple(sorted(findings, key=lambda finding: finding.order))
