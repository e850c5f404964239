"""The machine's view, described by schemas/report.json."""

import json
from typing import Any

from nplint import __version__
from nplint.document import Span
from nplint.finding import Edit, Finding, Severity, Suppression
from nplint.hookspecs import Terminal
from nplint.output.excerpt import whole
from nplint.report import Report
from nplint.resource import Resource
from nplint.spelling import LONG, cut


def render(report: Report, terminal: Terminal) -> str:
    return dumps(document(report), indent=2) + "\n"


def dumps(data: Any, indent: int | None = None) -> str:
    """Data as JSON in ASCII, which no log takes for a command to it."""
    return json.dumps(data, indent=indent).replace("##[", r"#\u0023[")


def document(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "version": 1,
        "tool": {"name": "nplint", "version": __version__},
        "findings": [finding_data(finding) for finding in report.findings],
        "rules": _rules(report),
        "summary": _summary(report),
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding as plain data."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "why": finding.why,
        "help": finding.help,
        **_place(finding.span),
        "field": finding.field,
        "resource": _resource(finding.resource),
        "clusters": list(finding.clusters),
        "related": [{**_place(related.span), "message": related.message} for related in finding.related],
        "fix": _fix(finding.edits),
        "fingerprint": finding.fingerprint,
        "suppressed": _suppression(finding.suppressed),
        "baseline": finding.known or None,
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "path": whole(span.file),
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "revision": span.revision,
    }


def _resource(resource: Resource | None) -> dict[str, str] | None:
    if resource is None:
        return None
    return {
        "apiVersion": cut(resource.api_version, LONG),
        "kind": cut(resource.kind, LONG),
        "namespace": cut(resource.namespace, LONG),
        "name": cut(resource.name, LONG),
    }


def _fix(edits: tuple[Edit, ...]) -> dict[str, Any] | None:
    if not edits:
        return None
    return {
        "safe": all(edit.safe for edit in edits),
        "edits": [{**_place(edit.span), "text": edit.text} for edit in edits],
    }


def _suppression(suppression: Suppression | None) -> dict[str, str] | None:
    return {"by": suppression.by, "reason": suppression.reason} if suppression else None


def _rules(report: Report) -> list[dict[str, Any]]:
    """Each rule once; the reason tells the clusters apart where there are several."""
    rows: dict[str, dict[str, Any]] = {}
    for run in report.runs:
        row = rows.setdefault(run.rule.name, {"name": run.rule.name, "ran": False, "reason": None})
        row["ran"] |= run.ran
        if run.reason:
            reason = f"{run.cluster}: {run.reason}" if run.cluster else run.reason
            row["reason"] = f"{row['reason']}; {reason}" if row["reason"] else reason
    return list(rows.values())


def _summary(report: Report) -> dict[str, int]:
    coverage = report.coverage
    return {
        "files": coverage.files,
        "documents": coverage.documents,
        "services": coverage.services,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.NOTE),
        "suppressed": report.suppressed,
        "baseline": report.known.total(),
        "doubted": report.doubted,
        "unreadable": coverage.unreadable_documents,
        "templates": coverage.template_documents,
        "judgedFiles": coverage.judged,
        "patchFiles": coverage.patch_files,
        "templateFiles": coverage.templates,
        "unreadableFiles": coverage.unreadable,
    }
