"""Severities, the order of findings and what recognises them again."""

from itertools import pairwise

import pytest

from nplint import engine, plugins
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.finding import Confidence, Finding, Identity, Related, Severity, fingerprint, identities
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


PORTS = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports:
    - {port: 80, targetPort: 8080}
    - {port: 53, protocol: UDP}
    - {name: dns}
    - {port: many}
  externalIPs: [10.0.0.1]
"""


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("spec.ports[0].nodePort", "spec.ports[80/TCP].nodePort"),
        ("spec.ports[1]", "spec.ports[53/UDP]"),
        ("spec.ports[2].port", "spec.ports[dns].port"),
        ("spec.ports[3].port", "spec.ports[].port"),
        ("spec.ports[9].port", "spec.ports[].port"),
        ("spec.externalIPs[0]", "spec.externalIPs[]"),
        ("spec.externalIPs", "spec.externalIPs"),
        ("metadata.annotations[a.b/c]", "metadata.annotations[a.b/c]"),
        ("", ""),
    ],
)
def test_the_items_of_a_list_are_told_apart_by_their_names(field: str, written: str) -> None:
    (document,) = read(decode("a.yaml", PORTS.encode()))
    finding = FINDING._replace(
        resource=next(resources_of(document)), field=field, message=f"{field} has to be 'x', and not \"y\""
    )
    fact = f"{written} has to be x, and not y"
    assert identities(finding) == [Identity("some-rule", "", "Service shop/web", (), written, fact)]


def test_a_finding_has_an_identity_in_each_cluster() -> None:
    finding = FINDING._replace(clusters=("east", "west"), resource=service("web"))
    assert [identity.cluster for identity in identities(finding)] == ["east", "west"]


@pytest.mark.parametrize(
    ("metadata", "resource"),
    [
        ("{name: web}", "Service default/web"),
        ("{name: web, namespace: default}", "Service default/web"),
        ("{generateName: web-}", "Service default/web-"),
        ("{name: '{{ .x }}-web'}", "Service default/{{ .x }}-web"),
        ("{}", "Service default/"),
    ],
)
def test_a_resource_without_a_name_is_known_by_what_it_has(metadata: str, resource: str) -> None:
    (document,) = read(decode("a.yaml", f"{{apiVersion: v1, kind: Service, metadata: {metadata}}}".encode()))
    (identity,) = identities(FINDING._replace(resource=next(resources_of(document))))
    assert identity.resource == resource


def mutual(first: str, second: str) -> Finding:
    related = (Related(PLACE, f"{second} has it", service(second)),)
    return FINDING._replace(
        resource=service(first), related=related, message=f"{second} too", fact="twice", mutual=True, field=first
    )


def test_a_mutual_finding_is_the_same_from_either_side() -> None:
    either, other = mutual("web", "api"), mutual("api", "web")
    assert fingerprint(either) == fingerprint(other)
    assert fingerprint(either) != fingerprint(mutual("web", "db"))
    assert fingerprint(either) != fingerprint(either._replace(fact="thrice"))
    assert fingerprint(either._replace(mutual=False)) != fingerprint(other._replace(mutual=False))


def test_an_earlier_state_is_no_party_to_a_finding() -> None:
    before = Related(PLACE._replace(revision="base"), "before", service("db"))
    finding = mutual("web", "api")
    assert identities(finding._replace(related=(*finding.related, before))) == identities(finding)


TWO = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  sessionAffinity: clientip
  ports:
    - {port: 80, nodePort: "30080"}
    - {port: 80, nodePort: 1}
    - {port: 90, nodePort: 30090}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: 30090
"""
MOVED = """\
# A comment more.
{"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "default", "name": "api"},
  "spec": {"type": "NodePort", "ports": [{"port": 70, "name": "new"}, {"nodePort": 30090, "port": 80}]}}
---
kind: Service
spec:
  ports:
    - {nodePort: 30090, port: 90}
    - {port: 80, nodePort: 1}

    - nodePort: '30080'
      port: 80
      protocol: TCP
  sessionAffinity: 'clientip'
  type: 'NodePort'
metadata: {name: web}
apiVersion: v1
"""


def test_formatting_and_order_change_no_fingerprint() -> None:
    rules = [one for name, one in plugins.load().rules.items() if name != "unnamed-port"]
    marks = []
    for path, text in (("a.yaml", TWO), ("z/b.yml", MOVED)):
        report = engine.lint(Cluster(read(decode(path, text.encode()))), rules)
        marks.append({finding.fingerprint: finding.message for finding in report.findings})
    assert marks[0].keys() == marks[1].keys()
    assert set(marks[0].values()) != set(marks[1].values())
    assert len(marks[0]) == 11
