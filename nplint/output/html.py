"""One page for a browser: what was found, with the lines, to be filtered; it needs no network and no other file."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nplint.document import Source, Span
from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output.excerpt import excerpt, line_beside, printable
from nplint.output.footer import footer
from nplint.output.markup import page, part, tag
from nplint.output.text import subject
from nplint.report import Report

# The columns of a line; of a longer one, what is around the mark is shown.
_ROOM = 120


def render(report: Report, terminal: Terminal) -> str:
    style, script = part("style", __package__, "html.css"), part("script", __package__, "html.js")
    return page("nplint report", style, script, _header(report), _Writer.of(report).main())


def _header(report: Report) -> Element:
    first, *hints = footer(report, 0).splitlines()
    told = [tag("p", first), *(tag("p", hint, class_="hint") for hint in hints)]
    return tag("header", tag("h1", "nplint"), *told, *([_filter(report)] if report.open else []))


def _filter(report: Report) -> Element:
    """What the script filters by. Without it, all is shown and nothing can be filtered."""
    severities = Counter(finding.severity.value for finding in report.open)
    rules = Counter(finding.rule for finding in report.open)
    clusters = Counter(name for finding in report.open for name in finding.clusters)
    boxes = [_box(severity.value, severities) for severity in sorted(Severity, reverse=True)]
    text = tag("input", type="search", name="text", placeholder="find text", aria_label="text")
    choices = [_choice("rule", rules), *([_choice("cluster", clusters)] if clusters else [])]
    return tag("form", *boxes, *choices, text, tag("output", aria_live="polite"), hidden="")


def _box(severity: str, counts: Counter[str]) -> Element:
    box = tag("input", type="checkbox", name="severity", value=severity, checked="")
    return tag("label", box, tag("b", severity, class_=severity), f" {counts[severity]}")


def _choice(name: str, counts: Counter[str]) -> Element:
    options = [tag("option", f"{value} ({number})", value=value) for value, number in sorted(counts.items())]
    return tag("select", tag("option", f"every {name}", value=""), *options, name=name, aria_label=name)


class _Writer(NamedTuple):
    """Writes the findings of a report; `links` has the documentation of each rule."""

    findings: Sequence[Finding]
    sources: dict[tuple[str, str | None], Source]
    links: dict[str, str]

    @classmethod
    def of(cls, report: Report) -> "_Writer":
        return cls(report.open, report.sources, {run.rule.name: run.rule.link for run in report.runs})

    def main(self) -> Element:
        return tag("main", *(self.finding(finding) for finding in self.findings))

    def finding(self, finding: Finding) -> Element:
        severity = finding.severity.value
        owner = subject(finding.resource, finding.field)
        places = self.place(finding.span, owner, finding.label, severity)
        for other in finding.related:
            places += self.place(other.span, subject(other.resource), other.message, "related")
        is_open = {} if finding.severity is Severity.NOTE else {"open": ""}
        return tag(
            "details",
            _title(finding),
            *places,
            self.words(finding),
            class_=severity,
            data_severity=severity,
            data_rule=finding.rule,
            data_clusters=json.dumps(list(map(printable, finding.clusters))),
            **is_open,
        )

    def place(self, span: Span, owner: str, label: str, mark: str) -> list[Element]:
        """Where it is, and the line with the ones around it where its text is known."""
        head = tag("p", tag("code", span.place), tag("span", owner), class_="place")
        told = [tag("i", label, class_=mark)] if label else []
        source = self.sources.get((span.file, span.revision))
        if source is None or not source.text:
            head.extend(told)
            return [head]
        shown = excerpt(source, span, _ROOM)
        marked = _line(span.line, shown.before, tag("mark", shown.marked, class_=mark), shown.after, *told)
        return [head, tag("pre", *_beside(source, span.line - 1), marked, *_beside(source, span.line + 1))]

    def words(self, finding: Finding) -> Element:
        told = [("why", finding.why), ("help", finding.help), ("clusters", ", ".join(finding.clusters))]
        rows = [tag("div", tag("dt", word), tag("dd", text)) for word, text in told if text]
        link = self.links.get(finding.rule)
        if link:
            rows.append(tag("div", tag("dt", "source"), tag("dd", tag("a", link, href=link, rel="noreferrer"))))
        return tag("dl", *rows)


def _title(finding: Finding) -> Element:
    severity = finding.severity.value
    place = tag("code", finding.span.place)
    message, rule = tag("span", finding.message), tag("span", finding.rule, class_="rule")
    return tag("summary", tag("b", severity, class_=severity), message, rule, place)


def _line(number: int, *content: str | Element) -> Element:
    return tag("span", tag("span", str(number), class_="number"), *content)


def _beside(source: Source, number: int) -> list[Element]:
    """A line above or below the mark, if it is there and says anything."""
    text = line_beside(source, number, _ROOM)
    return [_line(number, text)] if text else []
