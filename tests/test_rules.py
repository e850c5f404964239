"""Every example of every rule: an example is documentation, test of place and words, and proof of what is not found."""

import re
from inspect import cleandoc
from pathlib import Path

import pytest

from nplint import plugins
from nplint.check import Example, Rule
from nplint.cluster import Cluster
from nplint.config import read as read_config
from nplint.document import Document, Source
from nplint.engine import lint_clusters
from nplint.reader import decode, read

RULES = plugins.load().rules
MARK = re.compile(r"^(?P<code>.*)#\s*<-\s(?P<message>.*)$")

Found = set[tuple[str | None, str, int, str]]
"""Revision, file, line and message."""


def documents(files: dict[str, str], revision: str | None = None) -> list[Document]:
    return [document for path, text in files.items() for document in read(decode(path, text.encode(), revision))]


def clusters(example: Example) -> list[Cluster]:
    if example.config:
        config = read_config(Source("example.yaml", cleandoc(example.config)), str(Path.cwd()))
        return [Cluster((), target.profile) for target in config.targets]
    before = Cluster(documents(example.files_before, "base"), example.profile) if example.files_before else None
    return [Cluster(documents(example.files), example.profile, before)]


def run(rule: Rule, example: Example) -> Found:
    report = lint_clusters(clusters(example), [rule])
    assert not report.crashes, report.crashes
    places = [(finding.span, finding.message) for finding in report.findings]
    return {(span.revision, span.file, span.line, message) for span, message in places}


def marks(example: Example) -> Found:
    files = {"example.yaml": cleandoc(example.config)} if example.config else example.files
    texts = [(None, files), ("base", example.files_before or {})]
    return {
        (revision, path, number, found["message"])
        for revision, files in texts
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := MARK.match(line))
    }


CASES = [
    pytest.param(rule, example, id=f"{rule.name}-{kind}-{number}")
    for rule in RULES.values()
    for kind, examples in (("good", rule.good), ("bad", rule.bad))
    for number, example in enumerate(examples, 1)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_rule_finds_what_its_examples_mark_and_nothing_else(rule: Rule, example: Example) -> None:
    assert run(rule, example) == marks(example)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_shows_what_it_finds_and_what_it_does_not(rule: Rule) -> None:
    assert rule.bad
    assert all(marks(example) for example in rule.bad)
    assert rule.good
    assert not any(marks(example) for example in rule.good)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_named_and_documented(rule: Rule) -> None:
    assert rule.check.__module__ == f"nplint.rules.{rule.check.__name__}"
    assert rule.name == rule.check.__name__.replace("_", "-")
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 120
    assert rule.rationale.endswith(".")
    assert rule.source.startswith("https://")


def test_every_file_in_the_rules_folder_is_a_rule() -> None:
    folder = Path(__file__).parent.parent / "rules"
    files = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert files == {name.replace("-", "_") for name in RULES}
