"""A table for comments and summaries, in the Markdown of GitHub and GitLab."""

import re
from itertools import accumulate, takewhile

from nplint.finding import Finding
from nplint.hookspecs import Terminal
from nplint.output import story
from nplint.output.excerpt import printable
from nplint.output.footer import footer
from nplint.report import Report

_HEAD = "| severity | rule | place | finding |\n|---|---|---|---|\n"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")
# Mentions and addresses become links whatever is escaped, but not with a space of no width in them.
_LINKS = re.compile(r"(@|:(?=//)|www(?=\.))", re.IGNORECASE)


def render(report: Report, terminal: Terminal) -> str:
    """What was looked at, and what was found, the worst first."""
    return _text(report, [_row(finding) for finding in story.worst_first(report)])


def summary(report: Report, room: int) -> str:
    """The same in at most so many bytes: what does not fit is counted. "" where there is room for nothing."""
    rows = [_row(finding) for finding in story.worst_first(report)]
    room -= len(_text(report, [], len(rows)).encode())
    fitting = list(takewhile(lambda taken: taken <= room, accumulate(len(row.encode()) for row in rows)))
    return _text(report, rows[: len(fitting)], len(rows) - len(fitting)) if room >= 0 else ""


def _text(report: Report, rows: list[str], left: int = 0) -> str:
    blocks = [f"{escaped(line)}\n" for line in footer(report, 0).splitlines()]
    blocks += [_HEAD + "".join(rows)] if rows or left else []
    blocks += [f"{left} more findings do not fit here: the log has them all.\n"] if left else []
    return "\n".join(blocks)


def _row(finding: Finding) -> str:
    told = "<br>".join(escaped(line) for line in story.lines(finding))
    cells = (finding.severity.value, escaped(finding.rule), escaped(finding.span.place), told)
    return f"| {' | '.join(cells)} |\n"


def escaped(text: str) -> str:
    """Text that is nothing but text in a cell."""
    return _LINKS.sub(r"\1&#8203;", _MARKUP.sub(r"\\\1", printable(text)))
