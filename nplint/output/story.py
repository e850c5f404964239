"""What services are told of a finding: a place in the tree that they know, and lines that steer nothing."""

import posixpath

from nplint.document import Span
from nplint.finding import Finding, Related
from nplint.hookspecs import Terminal
from nplint.output.excerpt import first_line, printable
from nplint.report import Report


def path(span: Span, terminal: Terminal) -> str:
    """The file of a place as the root of the repository sees it."""
    return posixpath.normpath(posixpath.join(terminal.folder, span.file))


def place(span: Span, report: Report) -> Span:
    """A place on one line of the tree; for one of another revision, whose lines the tree does not have, its start."""
    if span.revision:
        return Span(span.file, 1, 1, 1, 1)
    return first_line(report.sources.get((span.file, None)), span)


def fact(finding: Finding) -> str:
    """The message, with the place where the tree does not have it."""
    return printable(finding.message + (f" (at {finding.span.place})" if finding.span.revision else ""))


def lines(finding: Finding) -> list[str]:
    """The whole story: the fact, the consequence, the way out, the clusters and the other places."""
    return [*counsel(finding), *(f"{printable(other.span.place)}: {about(other)}" for other in finding.related)]


def counsel(finding: Finding) -> list[str]:
    """The story without the other places."""
    told = [("", finding.why), ("help: ", finding.help), ("clusters: ", ", ".join(finding.clusters))]
    return [fact(finding), *(printable(word + text) for word, text in told if text)]


def about(other: Related) -> str:
    """What another place has to do with the finding."""
    return printable(other.message or "belongs to it")


def sentence(line: str) -> str:
    """A line as it stands among others in one paragraph."""
    return line if line.endswith((".", "!", "?")) else f"{line}."


def worst_first(report: Report) -> list[Finding]:
    """The findings that count, for readers who may not see all of them."""
    return sorted(report.open, key=lambda finding: finding.severity, reverse=True)
