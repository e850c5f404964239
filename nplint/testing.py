"""Rules held against their own examples: what `nplint rule test` does, for tests of your own.

@pytest.mark.parametrize("case", cases([my_rule]), ids=str)
def test_example(case):
    check(case)
"""

import re
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from nplint import config, suppress
from nplint.check import Example, Rule
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.document import Document, Source, Span
from nplint.engine import lint_clusters
from nplint.library import load_rules
from nplint.reader import decode, read
from nplint.report import Report

_MARK = re.compile(r"#\s*<-\s(?P<message>.*)$")
_BASE = "base"
_TODAY = "2026-06-30"
"""The day of examples, some of which have wishes that run out."""


class Case(NamedTuple):
    """One example of a rule."""

    rule: Rule
    kind: str
    number: int

    @property
    def example(self) -> Example:
        examples = self.rule.good if self.kind == "good" else self.rule.bad
        return examples[self.number - 1]

    def __str__(self) -> str:
        return f"{self.rule.name}-{self.kind}-{self.number}"


def cases(rules: Iterable[Rule]) -> list[Case]:
    """Every example of the rules."""
    return [
        Case(rule, kind, number)
        for rule in rules
        for kind, examples in (("good", rule.good), ("bad", rule.bad))
        for number, _ in enumerate(examples, 1)
    ]


def check(case: Case) -> None:
    """Pass where an example is as it says.

    Raises:
        AssertionError: the rule finds something else than the example marks.
    """
    found = differences(case)
    if found:
        raise AssertionError("\n".join([f"{case} (- marked, + found):", *found]))


def differences(case: Case) -> list[str]:
    """What the rule does not find of what an example marks (`-`), and what it finds besides (`+`); none is good."""
    marked, found = _marked(case.example), _found(case)
    lines = sorted((place, (place, message) in found, message) for place, message in marked ^ found)
    wrong = [f"{'+' if is_found else '-'} {place}: {message}" for place, is_found, message in lines]
    if case.kind == "good" and marked:
        wrong.append("a good example marks no line")
    if case.kind == "good" and not _holds_anything(case.example):
        wrong.append("a good example holds a manifest in which nothing is found")
    if case.kind == "bad" and not marked:
        wrong.append("a bad example marks each line that is found with `# <- ` and the message")
    return wrong


class _Place(NamedTuple):
    """A line of an example; `base` is the revision before its change."""

    file: str
    line: int
    revision: str = ""

    def __str__(self) -> str:
        return f"{self.revision}{':' if self.revision else ''}{self.file}:{self.line}"


_Said = set[tuple[_Place, str]]


def _marked(example: Example) -> _Said:
    files = {"example.yaml": cleandoc(example.config)} if example.config else example.files
    texts = [("", files), (_BASE, example.files_before or {})]
    return {
        (_Place(path, number, revision), found["message"])
        for revision, by_path in texts
        for path, text in by_path.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _MARK.search(line))
    }


def _found(case: Case) -> _Said:
    report = _report(case)
    said = {(_place(finding.span), finding.message) for finding in report.findings if finding.rule == case.rule.name}
    for run in report.runs:
        # An example that cannot be judged shows nothing.
        given_up = [one for one in run.unjudged if one.what == "resource"]
        said |= {(_place(one.at.span), f"not judged: {one.reason}") for one in given_up}
        if run.error:
            said.add((_Place("example.yaml", 1), f"the rule failed: {type(run.error).__name__}: {run.error}"))
    return said


def _holds_anything(example: Example) -> bool:
    return bool(example.config) or any(cluster.resources for cluster in _clusters(example))


def _place(span: Span) -> _Place:
    return _Place(span.file, span.line, span.revision or "")


def _report(case: Case) -> Report:
    """What the rule says of its example. The rule about suppressions speaks about what all rules have found."""
    if case.rule.name != suppress.RULE:
        return lint_clusters(_clusters(case.example), [case.rule])
    rules = load_rules()
    report = lint_clusters(_clusters(case.example), rules.values())
    return suppress.apply(report, _config(case.example).ignores, _TODAY, rules=rules, whole=True)


def _clusters(example: Example) -> list[Cluster]:
    if example.config:
        return [Cluster((), target.profile) for target in _config(example).targets] or [Cluster(())]
    before = example.files_before
    earlier = Cluster(_documents(before, _BASE), example.profile) if before else None
    return [Cluster(_documents(example.files), example.profile, earlier)]


def _config(example: Example) -> Config:
    return config.read(Source("example.yaml", cleandoc(example.config)), str(Path.cwd()))


def _documents(files: dict[str, str], revision: str | None = None) -> list[Document]:
    return [document for path, text in files.items() for document in read(decode(path, text.encode(), revision))]
