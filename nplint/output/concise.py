"""One line a finding, for grep and editors."""

import click

from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable
from nplint.report import Report

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def render(report: Report, terminal: Terminal) -> str:
    return "".join(line(finding, terminal) for finding in report.open)


def line(finding: Finding, terminal: Terminal) -> str:
    """`path:line:col: severity[rule] message [clusters]`."""
    head = f"{finding.severity.value}[{finding.rule}]"
    if terminal.color:
        head = click.style(head, fg=COLORS[finding.severity], bold=True)
    place = finding.span.place
    # GitHub's log takes a line that begins with two colons for a command.
    place = f"./{place}" if place.lstrip().startswith("::") else place
    where = f" [{', '.join(finding.clusters)}]" if finding.clusters else ""
    return f"{printable(place)}: {head} {printable(finding.message + where)}\n"
