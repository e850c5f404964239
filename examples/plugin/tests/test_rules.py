"""Every example of Acme's rules, and what the rest of the plugin brings."""

import pytest
from nplint_acme import nplint_profiles, nplint_rules, tally

from nplint import Cluster, Report, Terminal, load_rules
from nplint.testing import Case, cases, check


@pytest.mark.parametrize("case", cases(nplint_rules()), ids=str)
def test_a_rule_finds_what_its_examples_mark(case: Case) -> None:
    check(case)


def test_the_rules_are_among_those_of_nplint() -> None:
    assert {rule.name for rule in nplint_rules()} <= load_rules().keys()


def test_a_cluster_of_acme_is_known() -> None:
    assert nplint_profiles()["acme"].network == "vpc"


def test_nothing_found_is_an_empty_line() -> None:
    assert tally(Report((), (), (Cluster(()),)), Terminal()) == "\n"
