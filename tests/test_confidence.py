"""How sure a finding has to be: what is less sure does not count, and is counted."""

import json
from pathlib import Path

import pytest

from nplint.finding import Confidence
from tests.conftest import Nplint
from tests.test_projects import PROJECTS

CERTAIN = (PROJECTS / "hairpin-same-pod/web.yaml").read_text("utf-8")
POSSIBLE = (PROJECTS / "hairpin-no-client/web.yaml").read_text("utf-8").replace("web", "api").replace("30080", "30081")


def test_confidences_are_ordered() -> None:
    assert sorted(Confidence, reverse=True) == [Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE]


@pytest.mark.parametrize(
    ("arguments", "environment", "configured", "found"),
    [
        ([], "", "", 2),
        (["--min-confidence", "possible"], "", "", 2),
        (["--min-confidence", "likely"], "", "", 1),
        (["--min-confidence", "certain"], "", "", 1),
        ([], "certain", "", 1),
        ([], "", "min-confidence: likely", 1),
        ([], "possible", "min-confidence: likely", 2),
        (["--min-confidence", "certain"], "possible", "", 1),
    ],
)
def test_what_is_less_sure_is_left_out_and_counted(
    nplint: Nplint,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: str,
    configured: str,
    found: int,
) -> None:
    Path("web.yaml").write_text(CERTAIN)
    Path("api.yaml").write_text(POSSIBLE)
    Path(".nplint.yaml").write_text(configured + "\n")
    monkeypatch.setenv("NPLINT_MIN_CONFIDENCE", environment)
    run = nplint("--network", "vpc", "--select", "hairpin-unreachable", "--format", "json", *arguments)
    report = json.loads(run.out)
    assert len(report["findings"]) == found
    assert report["summary"]["doubted"] == 2 - found
    assert ("; 1 less sure than asked for" in run.err) is (found == 1)


def test_what_is_left_out_does_not_fail_the_run(nplint: Nplint) -> None:
    Path("api.yaml").write_text(POSSIBLE)
    arguments = ("--network", "vpc", "--select", "hairpin-unreachable", "--min-confidence")
    assert nplint(*arguments, "possible").code == 1
    run = nplint(*arguments, "likely")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("nothing found in 1 file (1 Service, 1 with node ports); 1 less sure than asked for")


def test_what_is_suppressed_stays_so(nplint: Nplint) -> None:
    Path("api.yaml").write_text(POSSIBLE)
    Path(".nplint.yaml").write_text("ignore: [{rule: hairpin-unreachable, reason: known}]\n")
    run = nplint("--network", "vpc", "--select", "hairpin-unreachable", "--min-confidence", "certain")
    assert "; 1 suppressed" in run.err
    assert "less sure" not in run.err


def test_a_wrong_word_is_a_wrong_call(nplint: Nplint) -> None:
    run = nplint("--min-confidence", "sure")
    assert run.code == 2
    assert "possible" in run.err
