"""SARIF 2.1.0, as GitHub's code scanning and SARIF viewers read it."""

import os
import re
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from nplint import __version__
from nplint.check import Rule
from nplint.document import Span
from nplint.finding import Confidence, Finding, Related, Severity
from nplint.hookspecs import Terminal
from nplint.output import story
from nplint.output.excerpt import printable
from nplint.output.explain import shown_files
from nplint.output.json import dumps
from nplint.report import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/nplint/nplint"
_PRECISION = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high", Confidence.POSSIBLE: "medium"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
# A longer one says no more than its region does.
_LONGEST_SNIPPET = 500

Json = dict[str, Any]


def render(report: Report, terminal: Terminal) -> str:
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, terminal)]}, indent=2) + "\n"


def _run(report: Report, terminal: Terminal) -> Json:
    rules = _rules(report)
    indexes = {rule.name: index for index, rule in enumerate(rules)}
    writer = _Writer(report, terminal, indexes, _is_comparison(report))
    return {
        "tool": {"driver": _driver(rules, report)},
        "automationDetails": {"id": _automation(report)},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [writer.result(finding) for finding in report.findings],
    }


def _rules(report: Report) -> list[Rule]:
    """The rules that ran, also those that failed on the way, each once."""
    return list({run.rule.name: run.rule for run in report.runs if run.ran or run.error}.values())


def _driver(rules: list[Rule], report: Report) -> Json:
    sureness = _least_sureness(report)
    return {
        "name": "nplint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_descriptor(rule, sureness.get(rule.name, Confidence.CERTAIN)) for rule in rules],
    }


def _least_sureness(report: Report) -> dict[str, Confidence]:
    """How sure each rule is of the finding that it is least sure of."""
    least: dict[str, Confidence] = {}
    for finding in report.findings:
        known = least.get(finding.rule, Confidence.CERTAIN)
        least[finding.rule] = min(known, finding.confidence, key=list(Confidence).index)
    return least


def _descriptor(rule: Rule, confidence: Confidence) -> Json:
    on_cce = rule.when.type or rule.when.network
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why or rule.summary},
        "help": {"text": _text(rule), "markdown": _page(rule)},
        **({"helpUri": rule.link} if rule.link else {}),
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "tags": ["correctness", "kubernetes", *(["cce"] if on_cce else [])],
            "precision": _PRECISION[confidence],
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _text(rule: Rule) -> str:
    """What a reader without Markdown shows. The whole page would try the rule's examples, in each run again."""
    source = [f"Source: {rule.source}"] if rule.source else []
    return "\n\n".join([f"{rule.name} ({rule.severity.value})", rule.summary, rule.rationale, *source])


def _page(rule: Rule) -> str:
    """A rule as a page of Markdown."""
    examples = [("Found", example) for example in rule.bad] + [("Not found", example) for example in rule.good]
    blocks = [
        f"{word}, in `{path}`:\n\n```yaml\n{text}```"
        for word, example in examples
        for path, text in shown_files(example).items()
    ]
    source = [f"Source: <{rule.link}>"] if rule.link else []
    return "\n\n".join([rule.summary, rule.rationale, *blocks, *source])


def _automation(report: Report) -> str:
    """What tells this run's results from those for other clusters of the same commit."""
    names = sorted({cluster.profile.name for cluster in report.clusters if cluster.profile.name})
    return f"nplint/{'+'.join(quote(printable(name), safe='') for name in names)}/" if names else "nplint/"


def _is_comparison(report: Report) -> bool:
    """Whether there was anything to compare with, so that what is new is known to be."""
    return any(cluster.before is not None for cluster in report.clusters) or any(one.known for one in report.findings)


def _invocation(report: Report) -> Json:
    failed = [
        {
            "level": "error",
            "message": {"text": _plain(f"{run.rule.name}{_on(run.cluster)}: {run.reason}")},
            "associatedRule": {"id": run.rule.name},
        }
        for run in report.crashes
    ]
    return {"executionSuccessful": not failed, "toolExecutionNotifications": failed}


def _on(cluster: str | None) -> str:
    return f" on cluster {cluster}" if cluster else ""


class _Writer(NamedTuple):
    """Writes the results of a report; `rules` has the index of each rule."""

    report: Report
    terminal: Terminal
    rules: dict[str, int]
    compared: bool

    def result(self, finding: Finding) -> Json:
        result: Json = {
            "ruleId": finding.rule,
            "level": finding.severity.value,
            "message": {"text": _message(finding)},
            "locations": [self.location(finding)],
            "relatedLocations": [self.related(index, other) for index, other in enumerate(finding.related, 1)],
            "partialFingerprints": {"nplint/v1": finding.fingerprint},
            "suppressions": _suppressions(finding),
            "properties": {
                "clusters": [printable(name) for name in finding.clusters],
                "confidence": finding.confidence.value,
                "field": printable(finding.field),
            },
        }
        if finding.rule in self.rules:
            result["ruleIndex"] = self.rules[finding.rule]
        if self.compared:
            result["baselineState"] = "unchanged" if finding.known else "new"
        if finding.edits:
            result["fixes"] = [self.fix(finding)]
        return result

    def location(self, finding: Finding) -> Json:
        location: Json = {"physicalLocation": self.physical(finding.span)}
        if finding.resource:
            location["logicalLocations"] = [
                {"fullyQualifiedName": printable(finding.resource.title), "kind": "resource"}
            ]
        return location

    def related(self, index: int, other: Related) -> Json:
        text = {"text": _plain(story.about(other))}
        return {"id": index, "physicalLocation": self.physical(other.span), "message": text}

    def physical(self, span: Span) -> Json:
        place = story.place(span, self.report)
        source = self.report.sources.get((place.file, None))
        snippet = source.slice(place) if source and not span.revision else ""
        region: Json = _region(place)
        if 0 < len(snippet) <= _LONGEST_SNIPPET:
            region["snippet"] = {"text": printable(snippet)}
        return {"artifactLocation": {"uri": _uri(story.path(span, self.terminal))}, "region": region}

    def fix(self, finding: Finding) -> Json:
        changes = [
            {
                "artifactLocation": {"uri": _uri(file)},
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits
                ],
            }
            for file, edits in groupby(finding.edits, lambda edit: story.path(edit.span, self.terminal))
        ]
        kind = "safe" if all(edit.safe for edit in finding.edits) else "unsafe"
        return {"description": {"text": f"a {kind} fix"}, "artifactChanges": changes}


def _region(span: Span) -> Json:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _suppressions(finding: Finding) -> list[Json]:
    if finding.suppressed is None:
        return []
    kind = "external" if finding.suppressed.by == "configuration" else "inSource"
    told = {"justification": _plain(finding.suppressed.reason)} if finding.suppressed.reason else {}
    return [{"kind": kind, "status": "accepted", **told}]


def _message(finding: Finding) -> str:
    """The story in one paragraph; its first sentence is all that a list of results shows."""
    told = [_plain(story.sentence(line)) for line in story.counsel(finding)]
    links = [f"[{_label(other)}]({index})" for index, other in enumerate(finding.related, 1)]
    return " ".join([*told, *([f"See {', '.join(links)}."] if links else [])])


def _label(other: Related) -> str:
    text = printable(f"{other.message} ({other.span.place})" if other.message else other.span.place)
    return re.sub(r"([\\\[\]])", r"\\\1", _braced(text))


def _plain(text: str) -> str:
    """Text without what a viewer would take for a link or a place to fill in."""
    return _braced(printable(text)).replace("](", r"\](")


def _braced(text: str) -> str:
    return re.sub(r"\{(\d+)\}", r"{{\1}}", text)


def _uri(path: str) -> str:
    return quote(os.fsencode(path))
