"""How often each rule found something, in the place of the findings."""

import json
from typing import NamedTuple

import click

from nplint import __version__
from nplint.errors import NplintError
from nplint.finding import Finding, Severity
from nplint.hookspecs import Formatter, Terminal
from nplint.output.concise import COLORS
from nplint.output.excerpt import printable
from nplint.report import Report


class Row(NamedTuple):
    """How many findings of one severity a rule has, how many are fixable, and how many more by an `unsafe` fix."""

    rule: str
    severity: Severity
    findings: int
    fixable: int
    unsafe: int

    @property
    def fixes(self) -> str:
        safe = f"{self.fixable} fixable" if self.fixable else ""
        others = f"{self.unsafe} {'more' if safe else 'fixable'} with --unsafe" if self.unsafe else ""
        return ", ".join(filter(None, (safe, others)))


def formatter(format: str) -> Formatter:
    """What prints the statistics where findings would be printed in this format.

    Raises:
        NplintError: there are none in it.
    """
    if format not in _FORMATS:
        raise NplintError(f"--statistics has no format {format}: there are concise, json and text")
    return _FORMATS[format]


def rows(report: Report) -> list[Row]:
    """The findings that count by rule and severity, the most frequent first."""
    groups: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in report.open:
        groups.setdefault((finding.rule, finding.severity), []).append(finding)
    found = []
    for (rule, severity), findings in sorted(groups.items()):
        safe = sum(finding.is_safely_fixable for finding in findings)
        others = sum(finding.is_fixable for finding in findings) - safe
        found.append(Row(rule, severity, len(findings), safe, others))
    return sorted(found, key=lambda row: (row.findings, row.severity), reverse=True)


def _text(report: Report, terminal: Terminal) -> str:
    found = rows(report)
    digits = max((len(str(row.findings)) for row in found), default=0)
    width = max((len(row.rule) for row in found), default=0)
    summaries = {run.rule.name: printable(run.rule.summary) for run in report.runs}
    lines = []
    for row in found:
        severity = f"{row.severity.value:<7}"
        severity = click.style(severity, fg=COLORS[row.severity], bold=True) if terminal.color else severity
        fixable = f" ({row.fixes})" if row.fixes else ""
        summary = summaries.get(row.rule, "")
        lines.append(f"{row.findings:>{digits}}  {severity}  {row.rule:<{width}}  {summary}{fixable}".rstrip() + "\n")
    return "".join(lines)


def _json(report: Report, terminal: Terminal) -> str:
    told = [row._asdict() | {"severity": row.severity.value} for row in rows(report)]
    tool = {"name": "nplint", "version": __version__}
    return json.dumps({"version": 1, "tool": tool, "statistics": told}, indent=2) + "\n"


_FORMATS: dict[str, Formatter] = {"text": _text, "concise": _text, "json": _json}
