"""Marks the findings that somebody asked to leave out; none is dropped."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

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

    def covers(self, finding: Finding) -> bool:
        if self.rule and finding.rule != self.rule:
            return False
        if self.paths and not self.paths(finding.span.file):
            return False
        return not self.resource or self.resource in _names(finding)


def _names(finding: Finding) -> tuple[str, ...]:
    resource = finding.resource
    return (resource.name, f"{resource.namespace or 'default'}/{resource.name}") if resource else ()


def apply(report: Report, ignores: Sequence[Ignore], today: str) -> Report:
    """The report with the findings marked that a wish covers which still holds today, a date as YYYY-MM-DD."""
    held = [ignore for ignore in ignores if not ignore.until or today <= ignore.until]
    return replace(report, findings=tuple(_marked(finding, held) for finding in report.findings)) if held else report


def _marked(finding: Finding, ignores: Sequence[Ignore]) -> Finding:
    found = next((ignore for ignore in ignores if ignore.covers(finding)), None)
    return finding._replace(suppressed=Suppression("configuration", found.reason)) if found else finding
