"""What a run found, what it ran, and what it could not judge."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import DefectKind
from nplint.finding import Finding, Severity
from nplint.profile import Verdict


@dataclass(frozen=True)
class RuleRun:
    """What became of one rule: whether it ran, if not why, and how much it kept to itself because a fact is missing."""

    rule: Rule
    ran: bool
    verdict: Verdict
    withheld: int = 0


@dataclass(frozen=True)
class Crash:
    """A rule that failed on its own account."""

    rule: str
    error: Exception


@dataclass(frozen=True)
class Coverage:
    """What was looked at. Every file is counted once: as judged, as a template or as unreadable."""

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


@dataclass(frozen=True)
class Report:
    """The result of a run."""

    findings: tuple[Finding, ...]
    runs: tuple[RuleRun, ...]
    crashes: tuple[Crash, ...]
    cluster: Cluster

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, threshold: Severity) -> bool:
        """Whether anything was found that is at least this bad."""
        return any(finding.severity >= threshold for finding in self.findings)

    @cached_property
    def coverage(self) -> Coverage:
        return _coverage(self.cluster)

    @cached_property
    def undecided(self) -> Counter[tuple[str, str]]:
        """How many findings wait for a fact about the cluster: by the missing fact and what it would have to be."""
        waiting: Counter[tuple[str, str]] = Counter()
        demoted = Counter(finding.rule for finding in self.findings)
        for run in self.runs:
            if run.verdict.missing:
                waiting[run.verdict.missing, run.verdict.on] += demoted[run.rule.name] + run.withheld
        return +waiting


def _coverage(cluster: Cluster) -> Coverage:
    templates = {resource.node.document for resource in cluster.resources if any(resource.unrendered())}
    state: dict[str, set[str]] = {"judged": set(), "template": set(), "unreadable": set()}
    counts: Counter[str] = Counter()
    for document in cluster.documents:
        kinds = {defect.kind for defect in document.defects}
        name = _state(kinds, document in templates)
        state[name].add(document.source.path)
        counts[name] += 1
    return Coverage(
        files=len(set().union(*state.values())),
        judged=len(state["judged"] - state["template"] - state["unreadable"]),
        templates=len(state["template"] - state["unreadable"]),
        unreadable=len(state["unreadable"]),
        documents=counts.total(),
        template_documents=counts["template"],
        unreadable_documents=counts["unreadable"],
        patch_files=len(cluster.patches & state["judged"]),
        services=len(cluster.services),
        services_with_node_ports=sum(service.has_node_ports for service in cluster.services),
    )


def _state(defects: set[DefectKind], has_placeholders: bool) -> str:
    if DefectKind.UNREADABLE in defects:
        return "unreadable"
    return "template" if DefectKind.TEMPLATE in defects or has_placeholders else "judged"


def sort(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The order of every format: path, line, column, rule."""
    return tuple(sorted(findings, key=lambda finding: finding.order))
