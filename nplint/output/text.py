"""Findings for people: the place, the lines, the consequence and the way out."""

import click

from nplint.document import Span
from nplint.finding import Confidence, Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output import concise
from nplint.output.excerpt import excerpt, printable
from nplint.report import Report
from nplint.resource import Resource
from nplint.spelling import LONGEST, cut, shown

# Room for the longest kind, namespace and name that there are.
_LONGEST_TITLE = 200
_SUBJECT_COLUMN = 52


def render(report: Report, terminal: Terminal) -> str:
    """Errors and warnings with their lines, then the notes in one line each."""
    painter = _Painter(report, terminal)
    shown = report.shown(suppressed=terminal.show_suppressed)
    loud = [finding for finding in shown if finding.severity > Severity.NOTE]
    notes = [finding for finding in shown if finding.severity is Severity.NOTE]
    blocks = [painter.block(finding) for finding in loud]
    if notes:
        blocks.append("".join(concise.line(note, terminal) for note in notes))
    return "\n".join(blocks)


class _Painter:
    def __init__(self, report: Report, terminal: Terminal) -> None:
        self.terminal = terminal
        self.sources = report.sources

    def style(self, text: str, *, fg: str | None = None, bold: bool = False) -> str:
        return click.style(text, fg=fg, bold=bold or None) if self.terminal.color else text

    def block(self, finding: Finding) -> str:
        gutter = max(len(str(span.line)) for span in finding.spans)
        color = concise.COLORS[finding.severity]
        lines = [self.title(finding)]
        lines += self.place("-->", finding.span, subject(finding.resource, finding.field), gutter)
        lines += self.mark(finding.span, "^", finding.label, color, gutter)
        for related in finding.related:
            other = related.resource if related.resource is not finding.resource else None
            lines += self.place(":::", related.span, subject(other), gutter)
            lines += self.mark(related.span, "-", related.message, "blue", gutter)
        return "".join(f"{line}\n" for line in [*lines, *self.story(finding, gutter)])

    def title(self, finding: Finding) -> str:
        head = self.style(f"{finding.severity.value}[{finding.rule}]", fg=concise.COLORS[finding.severity], bold=True)
        mark = " (suppressed)" if finding.suppressed else ""
        return head + self.style(f": {printable(finding.message)}{mark}", bold=True)

    def place(self, arrow: str, span: Span, what: str, gutter: int) -> list[str]:
        place = printable(span.place)
        arrow = " " * gutter + self.style(arrow, fg="blue")
        gap = " " * max(_SUBJECT_COLUMN - gutter - 4 - len(place), 2)
        return [f"{arrow} {place}{gap}{what}".rstrip(), self.bar(gutter)]

    def mark(self, span: Span, sign: str, label: str, color: str, gutter: int) -> list[str]:
        source = self.sources.get((span.file, span.revision))
        if source is None or not source.text:
            return [f"{self.bar(gutter)} {printable(label)}", self.bar(gutter)] if label else []
        shown = excerpt(source, span, self.terminal.width - gutter - 3, self.terminal.encoding)
        number = self.style(f"{shown.line:>{gutter}} |", fg="blue")
        under = self.style(f"{sign * shown.length} {printable(label)}".rstrip(), fg=color)
        return [
            f"{number} {shown.text}".rstrip(),
            f"{self.bar(gutter)} {' ' * shown.indent}{under}",
            self.bar(gutter),
        ]

    def bar(self, gutter: int) -> str:
        return " " * (gutter + 1) + self.style("|", fg="blue")

    def story(self, finding: Finding, gutter: int) -> list[str]:
        confidence = "" if finding.confidence is Confidence.CERTAIN else finding.confidence.value
        told = [("confidence", confidence), ("clusters", ", ".join(finding.clusters))]
        told += [("why", finding.why), ("help", finding.help)]
        told.append(("fix", _fix(finding)))
        told += [("suppressed", f"by {concise.suppressed(finding.suppressed)}")] if finding.suppressed else []
        told.append(("note", f"explain it with `nplint explain {finding.rule}`"))
        sign = " " * (gutter + 1) + self.style("=", fg="blue")
        return [f"{sign} {self.style(word, bold=True)}: {printable(text)}" for word, text in told if text]


def subject(resource: Resource | None, field: str = "") -> str:
    """Whom a place belongs to: `Service shop/web, port "https"`."""
    return printable(cut(resource.title, _LONGEST_TITLE) + _port(resource, field)) if resource else ""


def _fix(finding: Finding) -> str:
    """What `nplint fix` does about it."""
    if not finding.is_fixable:
        return ""
    command = f"`nplint fix{'' if finding.is_safely_fixable else ' --unsafe'}`"
    texts = [edit.text for edit in finding.edits]
    if len(texts) > 1:
        return f"{command} mends it"
    return f"{command} writes {shown(texts[0])} here" if texts[0] else f"{command} takes it out"


def _port(resource: Resource, field: str) -> str:
    index = field.removeprefix("spec.ports[").partition("]")[0]
    if not field.startswith("spec.ports[") or not index.isdigit():
        return ""
    name = resource.node["spec"]["ports"][int(index)]["name"].text
    return f', port "{cut(name, LONGEST)}"' if name else ""
