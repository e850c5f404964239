"""Files -> findings, in every format, suppressed, known, and fixed."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree
from zlib import crc32

from fuzz.bundle import split
from fuzz.case import Case, case, plugins
from fuzz.targets.documents import check_span
from nplint import baseline, fix, suppress
from nplint.baseline import Baseline
from nplint.cli.ports import claims
from nplint.cluster import Cluster
from nplint.engine import lint_clusters
from nplint.finding import Finding
from nplint.hookspecs import Terminal
from nplint.novelty import mark_known
from nplint.output import statistics
from nplint.output.diff import render as diff
from nplint.output.footer import footer
from nplint.output.ports import render as ports
from nplint.output.skips import skips
from nplint.reader import decode, read
from nplint.report import Report

TODAY = "2026-06-30"
TERMINALS = (Terminal(), Terminal(color=True, width=40, encoding="ascii", folder="a/b", show_suppressed=True))
_JSON = ("json", "sarif", "gitlab")
_XML = ("junit", "checkstyle")
_TWICE = 8
"""Every how manieth input is linted twice."""


def check(data: bytes) -> None:
    """Lint the files of an input, and do with the report all that a run may do."""
    given = case(data)
    report = judge(given, given.clusters)
    for finding in report.findings:
        check_finding(finding, report)
    number = crc32(data)
    _check_formats(report, number)
    if number % _TWICE == 0:
        again = case(data)
        first, second = (plugins().formats["json"](one, Terminal()) for one in (report, judge(again, again.clusters)))
        assert first == second, "linted twice, the findings differ"
    bases = [cluster.before for cluster in given.clusters if cluster.before]
    _check_baseline(mark_known(report, judge(given, bases)) if bases else report)
    _check_fixes(given, report, data)


def judge(given: Case, clusters: Sequence[Cluster]) -> Report:
    """What all rules find in the clusters, with what is suppressed marked."""
    root = given.config.root
    report = lint_clusters(clusters, given.rules)
    report = replace(report, configuration=root.document if root else None)
    report = suppress.apply(report, given.config.ignores, TODAY, rules=plugins().rules, whole=True)
    for crash in report.crashes:
        assert crash.error
        raise crash.error
    return report


def check_finding(finding: Finding, report: Report) -> None:
    """Every place of a finding lies in a text of the report."""
    assert finding.message
    for span in (*finding.spans, *(edit.span for edit in finding.edits)):
        check_span(span, report.texts[span.file, span.revision])


def _check_formats(report: Report, number: int) -> None:
    """Some of the formats, for all of them take longer than the rules."""
    formats = [*plugins().formats]
    for name in (formats[number % len(formats)], formats[number // 16 % len(formats)]):
        text = plugins().formats[name](report, TERMINALS[number % len(TERMINALS)])
        text.encode()
        if name in _JSON:
            json.loads(text)
        if name in _XML:
            ElementTree.fromstring(text)
    claimed = [claim for cluster in report.clusters for claim in claims(cluster)]
    counted = statistics.formatter("json")(report, Terminal())
    for text in (footer(report, 0), skips(report, {}), ports(claimed, "csv"), ports(claimed, "markdown"), counted):
        text.encode()


def _check_baseline(report: Report) -> None:
    """A baseline of all findings knows all of them, and has nothing left over."""
    empty = Baseline("baseline.json")
    text = baseline.text(entry for finding in report.findings for entry in empty.entries_of(finding))
    with open("baseline.json", "w", encoding="utf-8") as file:
        file.write(text)
    known, left = baseline.match(report, baseline.load("baseline.json", "baseline.json"))
    os.remove("baseline.json")
    assert left == []
    assert all(finding.known for finding in known.findings), "a finding is not in the baseline made of it"


def _check_fixes(given: Case, report: Report, data: bytes) -> None:
    """What is fixed is read as before but for that, and there is nothing left to fix."""
    texts = {file.path: file.data for file in split(data) if not file.revision}
    for unsafe in (False, True):
        if not fix.fixable(report, unsafe=unsafe):
            continue
        outcome = fix.mend(report, lambda clusters: judge(given, clusters), texts.get, unsafe=unsafe)
        for path, text in outcome.contents.items():
            before, after = (read(decode(path, each)) for each in (texts[path], text))
            assert len(before) == len(after)
            assert [one.judged for one in before] == [one.judged for one in after]
            diff([(decode(path, texts[path]), decode(path, text))], TERMINALS[1]).encode()
        refused = {refusal.finding.fingerprint for refusal in outcome.refused}
        left = [one for one in fix.fixable(outcome.report, unsafe=unsafe) if one.fingerprint not in refused]
        assert left == [], f"something is left to fix: {left[0].message}"
