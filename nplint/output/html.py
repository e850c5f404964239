"""One page for a browser: what was found, with the lines, to be filtered; it needs no network and no other file."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pkgutil import get_data
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from nplint.document import Source, Span
from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output.excerpt import excerpt, line_beside, printable
from nplint.output.footer import footer
from nplint.output.text import subject
from nplint.report import Report

# The columns of a line; of a longer one, what is around the mark is shown.
_ROOM = 120


def render(report: Report, terminal: Terminal) -> str:
    style, script = _part("style", "html.css"), _part("script", "html.js")
    policy = ["default-src 'none'", f"style-src {_hash(style)}", f"script-src {_hash(script)}"]
    policy += ["base-uri 'none'", "form-action 'none'"]
    head = _tag(
        "head",
        _tag("meta", charset="utf-8"),
        _tag("meta", http_equiv="Content-Security-Policy", content="; ".join(policy)),
        _tag("meta", name="referrer", content="no-referrer"),
        _tag("meta", name="viewport", content="width=device-width"),
        _tag("title", "nplint report"),
        style,
    )
    body = _tag("body", _header(report), _Writer.of(report).main(), script)
    text: bytes = ElementTree.tostring(_tag("html", head, body, lang="en"), encoding="us-ascii", method="html")
    return f"<!DOCTYPE html>\n{text.decode('ascii')}\n"


def _tag(tag: str, /, *content: str | Element, **attributes: str) -> Element:
    """An element. Whatever a manifest says comes in as text or attribute, and is only that."""
    written = {key.rstrip("_").replace("_", "-"): printable(value) for key, value in attributes.items()}
    element = Element(tag, written)
    for item in content:
        if isinstance(item, Element):
            element.append(item)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + printable(item)
        else:
            element.text = (element.text or "") + printable(item)
    return element


def _part(tag: str, file: str) -> Element:
    """A style or script, as it stands beside this module."""
    element = Element(tag)
    element.text = (get_data(__package__, file) or b"").decode("ascii")
    return element


def _hash(part: Element) -> str:
    return f"'sha256-{b64encode(sha256((part.text or '').encode()).digest()).decode()}'"


def _header(report: Report) -> Element:
    first, *hints = footer(report, 0).splitlines()
    told = [_tag("p", first), *(_tag("p", hint, class_="hint") for hint in hints)]
    return _tag("header", _tag("h1", "nplint"), *told, *([_filter(report)] if report.open else []))


def _filter(report: Report) -> Element:
    """What the script filters by. Without it, all is shown and nothing can be filtered."""
    severities = Counter(finding.severity.value for finding in report.open)
    rules = Counter(finding.rule for finding in report.open)
    clusters = Counter(name for finding in report.open for name in finding.clusters)
    boxes = [_box(severity.value, severities) for severity in sorted(Severity, reverse=True)]
    text = _tag("input", type="search", name="text", placeholder="find text", aria_label="text")
    choices = [_choice("rule", rules), *([_choice("cluster", clusters)] if clusters else [])]
    return _tag("form", *boxes, *choices, text, _tag("output", aria_live="polite"), hidden="")


def _box(severity: str, counts: Counter[str]) -> Element:
    box = _tag("input", type="checkbox", name="severity", value=severity, checked="")
    return _tag("label", box, _tag("b", severity, class_=severity), f" {counts[severity]}")


def _choice(name: str, counts: Counter[str]) -> Element:
    options = [_tag("option", f"{value} ({number})", value=value) for value, number in sorted(counts.items())]
    return _tag("select", _tag("option", f"every {name}", value=""), *options, name=name, aria_label=name)


class _Writer(NamedTuple):
    """Writes the findings of a report; `links` has the documentation of each rule."""

    findings: Sequence[Finding]
    sources: dict[tuple[str, str | None], Source]
    links: dict[str, str]

    @classmethod
    def of(cls, report: Report) -> "_Writer":
        return cls(report.open, report.sources, {run.rule.name: run.rule.source for run in report.runs})

    def main(self) -> Element:
        return _tag("main", *(self.finding(finding) for finding in self.findings))

    def finding(self, finding: Finding) -> Element:
        severity = finding.severity.value
        owner = subject(finding.resource, finding.field)
        places = self.place(finding.span, owner, finding.label, severity)
        for other in finding.related:
            places += self.place(other.span, subject(other.resource), other.message, "related")
        is_open = {} if finding.severity is Severity.NOTE else {"open": ""}
        return _tag(
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
        head = _tag("p", _tag("code", span.place), _tag("span", owner), class_="place")
        told = [_tag("i", label, class_=mark)] if label else []
        source = self.sources.get((span.file, span.revision))
        if source is None or not source.text:
            head.extend(told)
            return [head]
        shown = excerpt(source, span, _ROOM)
        marked = _line(span.line, shown.before, _tag("mark", shown.marked, class_=mark), shown.after, *told)
        return [head, _tag("pre", *_beside(source, span.line - 1), marked, *_beside(source, span.line + 1))]

    def words(self, finding: Finding) -> Element:
        told = [("why", finding.why), ("help", finding.help), ("clusters", ", ".join(finding.clusters))]
        rows = [_tag("div", _tag("dt", word), _tag("dd", text)) for word, text in told if text]
        if finding.rule in self.links:
            link = self.links[finding.rule]
            rows.append(_tag("div", _tag("dt", "source"), _tag("dd", _tag("a", link, href=link, rel="noreferrer"))))
        return _tag("dl", *rows)


def _title(finding: Finding) -> Element:
    severity = finding.severity.value
    place = _tag("code", finding.span.place)
    message, rule = _tag("span", finding.message), _tag("span", finding.rule, class_="rule")
    return _tag("summary", _tag("b", severity, class_=severity), message, rule, place)


def _line(number: int, *content: str | Element) -> Element:
    return _tag("span", _tag("span", str(number), class_="number"), *content)


def _beside(source: Source, number: int) -> list[Element]:
    """A line above or below the mark, if it is there and says anything."""
    text = line_beside(source, number, _ROOM)
    return [_line(number, text)] if text else []
