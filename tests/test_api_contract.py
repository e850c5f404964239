"""Agreement with a real API server: what it said of each Service in data/api-cases.jsonl, nplint says too."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.engine import lint
from nplint.finding import Finding, Severity
from nplint.reader import decode, read
from nplint.resource import Service
from nplint.update import refusals

Case = dict[str, Any]

with (Path(__file__).parent / "data/api-cases.jsonl").open(encoding="utf-8") as file:
    CASES: list[Case] = [json.loads(line) for line in file]
RULES = plugins.load().rules.values()

# The server refuses text that a template tool has not filled in. nplint knows that it will be filled in, so it says
# that it cannot judge the text instead of calling it wrong.
TEMPLATES = "unrendered-template"


def group(case: Case) -> str:
    return str(case["id"]).split("/")[1]


def documents(text: str) -> tuple[Document, ...]:
    return read(decode("case.yaml", text.encode("utf-8", "surrogatepass")))


def findings(case: Case) -> list[Finding]:
    before = Cluster(documents(case["old"])) if "old" in case else None
    report = lint(Cluster(documents(case.get("manifest", "")), before=before), RULES)
    assert not report.crashes, report.crashes
    return list(report.findings)


def refused_fields(case: Case) -> set[str]:
    """The fields with an error; "" for what is wrong with no field but with the text."""
    found = findings(case)
    fields = {finding.field for finding in found if finding.severity is Severity.ERROR}
    if any(finding.rule == TEMPLATES for finding in found):
        fields.add(TEMPLATES)
    if not documents(case.get("manifest", "")):
        fields.add("no manifest")
    return fields | set(renamed(case))


def renamed(case: Case) -> Iterator[str]:
    """Another name is another Service to nplint, so the server's answer to a renaming update is asked for directly."""
    if group(case) == "update":
        old, new = (next(iter(services(case[state]))) for state in ("old", "manifest"))
        yield from (refusal.now.field for refusal in refusals(old, new) if old.identity != new.identity)


def services(text: str) -> tuple[Service, ...]:
    return Cluster(documents(text)).services


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_verdict_and_the_field_are_the_servers(case: Case) -> None:
    fields = refused_fields(case)
    if case["accepted"]:
        assert fields == set()
        return
    assert fields
    named = {error["field"] for error in case["errors"]}
    assert not named or fields & (named | {TEMPLATES} | strict_fields(case))


def strict_fields(case: Case) -> set[str]:
    """The unknown fields that the server names before it gets to validate anything."""
    quoted = (error.removeprefix("unknown field ") for error in case["strict_errors"])
    return {json.loads(text) for text in quoted if text.startswith('"')}


def test_agreement_of_each_group(capsys: pytest.CaptureFixture[str]) -> None:
    total = Counter(group(case) for case in CASES)
    agreed = Counter(group(case) for case in CASES if bool(refused_fields(case)) != case["accepted"])
    rows = [(name, agreed[name], number) for name, number in sorted(total.items())]
    rows.append(("all", agreed.total(), total.total()))
    with capsys.disabled():
        sys.stdout.write("\n\nagreement with the API server, by group of cases\n")
        sys.stdout.writelines(
            f"  {name:32}{same:5} of {number:<5}{same / number:8.1%}\n" for name, same, number in rows
        )
    assert agreed == total
