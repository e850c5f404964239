"""The XML of Checkstyle, which many editors and services read."""

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from nplint.finding import Severity
from nplint.hookspecs import Terminal
from nplint.output import story, xmltext
from nplint.output.excerpt import printable
from nplint.report import Report

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def render(report: Report, terminal: Terminal) -> str:
    root = Element("checkstyle", version="4.3")
    for path, findings in groupby(report.open, lambda finding: story.path(finding.span, terminal)):
        file = SubElement(root, "file", name=printable(path))
        for finding in findings:
            place = story.place(finding.span, report)
            SubElement(
                file,
                "error",
                line=str(place.line),
                column=str(place.column),
                severity=_SEVERITIES[finding.severity],
                message=" ".join(map(story.sentence, story.lines(finding))),
                source=f"nplint.{finding.rule}",
            )
    return xmltext.document(root)
