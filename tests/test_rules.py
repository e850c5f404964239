"""Every example of every rule: an example is documentation, test of place and words, and proof of what is not found."""

from pathlib import Path

import pytest

from nplint import plugins
from nplint.check import Rule
from nplint.testing import Case, cases, check

RULES = plugins.load().rules


@pytest.mark.parametrize("case", cases(RULES.values()), ids=str)
def test_a_rule_finds_what_its_examples_mark_and_nothing_else(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_shows_what_it_finds_and_what_it_does_not(rule: Rule) -> None:
    assert rule.bad
    assert rule.good


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
