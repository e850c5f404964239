"""Marks the findings that somebody asked to leave out; none is dropped."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.finding import Finding, Suppression
from nplint.report import Report


class Ignore(NamedTuple):
    """A wish to leave findings out. Conditions that are empty hold for every finding.

    `resource` is `namespace/name` or `name`; `paths` tells whether a file is meant, `until` is the last day
    on which the wish holds, as YYYY-MM-DD.
    """

    rule: str = ""
    resource: str = ""
    paths: Callable[[str], bool] | None = None
    reason: str = ""
    until: str = ""

    def covers(self, finding: Finding, names: Collection[str]) -> bool:
        """Whether a finding is meant, whose resource is known by these names."""
        if self.rule and finding.rule != self.rule:
            return False
        if self.paths and not self.paths(finding.span.file):
            return False
        return not self.resource or self.resource in names


def _names(finding: Finding, clusters: Sequence[Cluster]) -> set[str]:
    resource = finding.resource
    if resource is None:
        return set()
    spaces = frozenset[str]().union(*(cluster.namespaces(resource) for cluster in clusters))
    return {resource.name, *(f"{space}/{resource.name}" for space in spaces)}


def apply(report: Report, ignores: Sequence[Ignore], today: str) -> Report:
    """The report with the findings marked that a wish covers which still holds today, a date as YYYY-MM-DD."""
    held = [ignore for ignore in ignores if not ignore.until or today <= ignore.until]
    marked = (_marked(finding, _names(finding, report.clusters), held) for finding in report.findings)
    return replace(report, findings=tuple(marked)) if held else report


def _marked(finding: Finding, names: Collection[str], ignores: Sequence[Ignore]) -> Finding:
    found = next((ignore for ignore in ignores if ignore.covers(finding, names)), None)
    return finding._replace(suppressed=Suppression("configuration", found.reason)) if found else finding
