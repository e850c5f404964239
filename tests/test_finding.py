"""Severities, the order of findings and what recognises them again."""

from itertools import pairwise

import pytest

from nplint.document import Span
from nplint.finding import Confidence, Finding, Severity, fingerprint
from nplint.objects import resources_of
from nplint.reader import decode, read
from nplint.resource import Resource

PLACE = Span("a.yaml", 3, 5, 3, 8)
FINDING = Finding("some-rule", Severity.ERROR, Confidence.CERTAIN, PLACE, "a fact", "a consequence")


def service(name: str, namespace: str = "shop") -> Resource:
    text = f"{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: {namespace}}}}}"
    (document,) = read(decode("a.yaml", text.encode()))
    return next(resources_of(document))


def test_severities_rise_from_note_to_error() -> None:
    assert sorted([Severity.ERROR, Severity.NOTE, Severity.WARNING]) == [
        Severity.NOTE,
        Severity.WARNING,
        Severity.ERROR,
    ]
    assert all(low < high and high >= low and not high <= low for low, high in pairwise(Severity))


def test_findings_are_ordered_by_path_line_column_and_rule() -> None:
    ordered = [
        FINDING,
        FINDING._replace(rule="some-rule-more"),
        FINDING._replace(span=PLACE._replace(column=40)),
        FINDING._replace(span=PLACE._replace(line=20, column=1)),
        FINDING._replace(rule="a-rule", span=PLACE._replace(file="b.yaml", line=1)),
    ]
    turned = ordered[::-1]
    assert sorted(turned, key=lambda finding: finding.order) == ordered


@pytest.mark.parametrize(
    "changed",
    [
        FINDING._replace(span=PLACE._replace(line=90, end_line=91, column=1)),
        FINDING._replace(why="something else", help="do that", label="here"),
        FINDING._replace(severity=Severity.NOTE, confidence=Confidence.LIKELY),
    ],
)
def test_a_fingerprint_survives_what_moves_or_rewords_advice(changed: Finding) -> None:
    assert fingerprint(changed) == fingerprint(FINDING)


def test_a_fingerprint_of_a_resource_survives_a_move_to_another_file() -> None:
    there = FINDING._replace(resource=service("web"), span=PLACE._replace(file="b.yaml"))
    assert fingerprint(there) == fingerprint(FINDING._replace(resource=service("web")))


@pytest.mark.parametrize(
    "other",
    [
        FINDING._replace(rule="another-rule"),
        FINDING._replace(message="another fact"),
        FINDING._replace(field="spec.type"),
        FINDING._replace(clusters=("prod",)),
        FINDING._replace(span=PLACE._replace(file="b.yaml")),
        FINDING._replace(resource=service("web")),
        FINDING._replace(resource=service("api")),
        FINDING._replace(resource=service("web", "pay")),
    ],
)
def test_a_fingerprint_tells_different_findings_apart(other: Finding) -> None:
    assert fingerprint(other) != fingerprint(FINDING)
    assert fingerprint(other._replace(resource=service("db"))) != fingerprint(other)


def test_a_fingerprint_takes_any_text() -> None:
    assert len(fingerprint(FINDING._replace(message="\ud800 \0 \N{ROCKET}"))) == 32
