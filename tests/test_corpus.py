"""Manifests of public projects, where they lie beside the project: what the API server accepts, nplint accepts."""

import json
from pathlib import Path

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Finding, Severity
from nplint.reader import decode, read

# What the server accepts may lead nowhere all the same: that is no disagreement.
CONTRACT = [rule for rule in plugins.load().rules.values() if rule.name != "target-port-unresolved"]

SHARED = Path(__file__).parent.parent.parent / "shared"
VERDICTS = SHARED / "corpus-verdicts.jsonl"

pytestmark = pytest.mark.skipif(not VERDICTS.exists(), reason="the manifests of public projects are not here")


def verdicts() -> list[tuple[str, dict[str, bool]]]:
    """Each file with the verdict on each of its Services; one that stands in it twice counts once."""
    with VERDICTS.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [(row["path"], {service["name"]: service["accepted"] for service in row["services"]}) for row in rows]


def errors(path: str) -> list[Finding]:
    documents = read(decode(path, (SHARED / "corpus" / path).read_bytes()))
    report = lint(Cluster(documents), CONTRACT)
    assert not report.crashes
    return [finding for finding in report.findings if finding.severity is Severity.ERROR]


def test_no_error_on_a_service_that_the_api_server_accepts_and_one_on_each_that_it_refuses() -> None:
    wrong = []
    for path, services in verdicts():
        found = errors(path)
        blamed = {finding.resource.name for finding in found if finding.resource and finding.resource.kind == "Service"}
        refused = {name for name, accepted in services.items() if not accepted}
        if refused - blamed or blamed & set(services) - refused:
            wrong.append((path, refused, [(finding.rule, finding.message) for finding in found]))
    assert wrong == []
