"""Annotations for GitHub Actions, as commands to the runner."""

from collections import Counter
from collections.abc import Sequence

from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output import concise, story
from nplint.output.excerpt import printable
from nplint.report import Report

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_SHOWN = 10
"""How many annotations of a kind are shown for one step; more are dropped without a word."""


def render(report: Report, terminal: Terminal) -> str:
    """The worst findings as annotations; what there is no room for as lines of the log, and a notice that says so."""
    shown, left = _parted(story.worst_first(report))
    lines = [_annotation(finding, report, terminal) for finding in shown]
    if left:
        lines += [concise.line(finding, terminal._replace(color=False)) for finding in left]
        lines.append(
            f"::notice title=nplint::{len(left)} of {len(shown) + len(left)} findings are not annotated, "
            f"for GitHub shows {_SHOWN} of a kind: the log of this step has them all\n"
        )
    return "".join(lines)


def _parted(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What is shown as annotations, and what is left; then one annotation is kept for the notice."""
    room = dict.fromkeys(Severity, _SHOWN)
    counts = Counter(finding.severity for finding in findings)
    room[Severity.NOTE] -= max(counts.values(), default=0) > _SHOWN
    shown: list[Finding] = []
    left: list[Finding] = []
    for finding in findings:
        (shown if room[finding.severity] else left).append(finding)
        room[finding.severity] -= bool(room[finding.severity])
    return shown, left


def _annotation(finding: Finding, report: Report, terminal: Terminal) -> str:
    place = story.place(finding.span, report)
    properties = {
        "file": printable(story.path(finding.span, terminal)),
        "line": place.line,
        "col": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "title": finding.rule,
    }
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_KINDS[finding.severity]} {written}::{_data(chr(10).join(story.lines(finding)))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
