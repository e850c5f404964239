"""Every example of every rule: an example is documentation, test of place and words, and proof of what is not found."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from nplint import plugins
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.engine import lint_clusters
from nplint.library import read_text
from nplint.profile import Profile
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
    documents = [document for path, text in texts.items() for document in read_text(text, path)]
    report = lint_clusters([Cluster(documents, profile)], rules)
    return Counter((finding.rule, finding.fingerprint.split("-")[0]) for finding in report.findings)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_rule_that_hangs_on_other_files_says_so(profile: Profile) -> None:
    alone = [rule for rule in RULES.values() if not rule.neighbours]
    each = (fingerprints({path: text}, profile, alone) for path, text in FILES.items())
    assert fingerprints(FILES, profile, alone) == sum(each, Counter())
