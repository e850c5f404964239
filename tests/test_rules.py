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

Found = set[tuple[str, int, str]]


def documents(files: dict[str, str]) -> list[Document]:
    return [document for path, text in files.items() for document in read(decode(path, text.encode()))]


def clusters(example: Example) -> list[Cluster]:
    if example.config:
        config = read_config(Source("example.yaml", cleandoc(example.config)), str(Path.cwd()))
        return [Cluster((), target.profile) for target in config.targets]
    before = Cluster(documents(example.files_before), example.profile) if example.files_before else None
    return [Cluster(documents(example.files), example.profile, before)]


def run(rule: Rule, example: Example) -> Found:
    report = lint_clusters(clusters(example), [rule])
    assert not report.crashes, report.crashes
    return {(finding.span.file, finding.span.line, finding.message) for finding in report.findings}


def marks(example: Example) -> Found:
    files = {"example.yaml": cleandoc(example.config)} if example.config else example.files
    lines = [(path, number, line) for path, text in files.items() for number, line in enumerate(text.splitlines(), 1)]
    return {(path, number, found["message"]) for path, number, line in lines if (found := MARK.match(line))}


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
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 120
    assert rule.rationale.endswith(".")
    assert rule.source.startswith("https://")


def test_every_file_in_the_rules_folder_is_a_rule() -> None:
    folder = Path(__file__).parent.parent / "rules"
    files = {path.stem for path in folder.iterdir() if path.suffix in (".py", ".yaml") and path.stem != "__init__"}
    assert files == {name.replace("-", "_") for name in RULES}
