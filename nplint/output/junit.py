"""Findings as the tests of a JUnit report, for services that show tests."""

from collections import Counter
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from nplint.finding import Finding, Severity
from nplint.hookspecs import Terminal
from nplint.output import story, xmltext
from nplint.output.excerpt import printable
from nplint.report import Report

_UNREADABLE = "unreadable-manifest"


def render(report: Report, terminal: Terminal) -> str:
    """A suite for each file with findings; a suite with one test that passes where there is none."""
    root = Element("testsuites", name="nplint")
    for path, findings in groupby(report.open, lambda finding: story.path(finding.span, terminal)):
        suite = SubElement(root, "testsuite", name=printable(path))
        names: Counter[str] = Counter()
        for finding in findings:
            name = _name(finding)
            names[name] += 1
            number = f" ({names[name]})" if names[name] > 1 else ""
            case = SubElement(suite, "testcase", name=name + number, classname=printable(path))
            _result(case, finding)
    if not report.open:
        SubElement(SubElement(root, "testsuite", name="nplint"), "testcase", name="nothing found", classname="nplint")
    _count(root)
    return xmltext.document(root)


def _name(finding: Finding) -> str:
    """What a test is recognised by in the next run: never a line where there is anything else."""
    owner = f"{finding.resource.title} {finding.field}" if finding.resource else ""
    return printable(f"{finding.rule}: {owner.strip() or finding.span.place}")


def _result(case: Element, finding: Finding) -> None:
    """A note fails nothing, so it is a test that was skipped."""
    kind = "skipped" if finding.severity is Severity.NOTE else "failure"
    result = SubElement(case, "error" if finding.rule == _UNREADABLE else kind)
    result.set("type", finding.severity.value)
    result.set("message", story.fact(finding))
    # No line begins with a word of a manifest, which GitHub's log could take for a command.
    result.text = "\n".join(f"- {line}" for line in (printable(finding.span.place), *story.lines(finding)))


def _count(root: Element) -> None:
    for suite in (*root, root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    for suite in root:
        suite.set("skipped", str(sum(1 for _ in suite.iter("skipped"))))
