"""Every example of every rule: an example is documentation, test of place and words, and proof of what is not found."""

import re
from collections import Counter
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path

import pytest

from nplint import plugins, suppress
from nplint.check import Example, Rule
from nplint.cluster import Cluster
from nplint.config import read as read_config
from nplint.declared import Config
from nplint.document import Document, Source
from nplint.engine import lint_clusters
from nplint.profile import Profile
from nplint.reader import decode, read

RULES = plugins.load().rules
MARK = re.compile(r"^(?P<code>.*)#\s*<-\s(?P<message>.*)$")

Found = set[tuple[str | None, str, int, str]]
"""Revision, file, line and message."""


def documents(files: dict[str, str], revision: str | None = None) -> list[Document]:
    return [document for path, text in files.items() for document in read(decode(path, text.encode(), revision))]


def config(example: Example) -> Config:
    return read_config(Source("example.yaml", cleandoc(example.config)), str(Path.cwd()))


def clusters(example: Example) -> list[Cluster]:
    if example.config:
        return [Cluster((), target.profile) for target in config(example).targets] or [Cluster(())]
    before = Cluster(documents(example.files_before, "base"), example.profile) if example.files_before else None
    return [Cluster(documents(example.files), example.profile, before)]


def run(rule: Rule, example: Example) -> Found:
    about_others = rule.name == suppress.RULE
    report = lint_clusters(clusters(example), RULES.values() if about_others else [rule])
    if about_others:
        report = suppress.apply(report, config(example).ignores, "2026-06-30", rules=RULES, whole=True)
    assert not report.crashes, report.crashes
    places = [(finding.span, finding.message) for finding in report.findings if finding.rule == rule.name]
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


FILES = {
    f"{rule.name}-{number}/{path}": text
    for rule in RULES.values()
    for number, example in enumerate((*rule.good, *rule.bad))
    for path, text in example.files.items()
    if not any("kustomization" in path for path in example.files)
}
PROFILES = [
    Profile(is_declared=True, type="turbo", network="cloud-native-2.0", version=(1, 29, 0, 0)),
    Profile(is_declared=True, type="standard", network="vpc", version=(1, 27, 0, 0)),
    Profile(),
]


def fingerprints(texts: dict[str, str], profile: Profile, rules: Iterable[Rule]) -> Counter[tuple[str, str]]:
    report = lint_clusters([Cluster(documents(texts), profile)], rules)
    return Counter((finding.rule, finding.fingerprint.split("-")[0]) for finding in report.findings)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_rule_that_hangs_on_other_files_says_so(profile: Profile) -> None:
    alone = [rule for rule in RULES.values() if not rule.neighbours]
    each = (fingerprints({path: text}, profile, alone) for path, text in FILES.items())
    assert fingerprints(FILES, profile, alone) == sum(each, Counter())
