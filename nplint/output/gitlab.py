"""A Code Quality report for GitLab's merge requests."""

from typing import Any

from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output import story
from nplint.output.excerpt import printable
from nplint.output.json import dumps
from nplint.report import Report

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report, terminal: Terminal) -> str:
    return dumps([_entry(finding, report, terminal) for finding in report.open], indent=2) + "\n"


def _entry(finding: Finding, report: Report, terminal: Terminal) -> dict[str, Any]:
    return {
        "description": f"{story.fact(finding)}{_where(finding)}",
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": printable(story.path(finding.span, terminal)),
            "lines": {"begin": story.place(finding.span, report).line},
        },
    }


def _where(finding: Finding) -> str:
    return printable(f" [{', '.join(finding.clusters)}]") if finding.clusters else ""
