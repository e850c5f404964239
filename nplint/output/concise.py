"""One line a finding, for grep and editors."""

import click

from nplint.finding import Finding, Severity, Suppression
from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable
from nplint.report import Report

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def render(report: Report, terminal: Terminal) -> str:
    shown = report.shown(suppressed=terminal.show_suppressed)
    return "".join(line(finding, terminal) for finding in shown)


def line(finding: Finding, terminal: Terminal) -> str:
    """`path:line:col: severity[rule] message [clusters]`, and who suppresses it, if anyone does."""
    head = f"{finding.severity.value}[{finding.rule}]"
    if terminal.color:
        head = click.style(head, fg=COLORS[finding.severity], bold=True)
    place = finding.span.place
    # GitHub's log takes a line that begins with two colons for a command.
    place = f"./{place}" if place.lstrip().startswith("::") else place
    where = f" [{', '.join(finding.clusters)}]" if finding.clusters else ""
    by = f" (suppressed by {suppressed(finding.suppressed)})" if finding.suppressed else ""
    return f"{printable(place)}: {head} {printable(finding.message + where + by)}\n"


def suppressed(suppression: Suppression) -> str:
    """Who leaves a finding out, and why."""
    return f"{suppression.by}: {suppression.reason}" if suppression.reason else suppression.by
