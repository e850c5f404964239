"""The values of Secrets, which no output shows."""

import json
from typing import TYPE_CHECKING

import pytest

from nplint.reader import decode, read
from nplint.secrecy import may_hold_secret, veiled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Nplint

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data": {"a": "aHVudGVy"}}'
    team: sales
data:
  a: aHVudGVy   # hunter
  a: aHVudGVy
stringData: {b: hunter, "c": "hunter's"}
type: Opaque
"""


def shown(text: str) -> str:
    source = decode("f.yaml", text.encode())
    documents = [one for one in read(source) if may_hold_secret(one)]
    return veiled(source, documents).text


STARRED = """\
apiVersion: v1
kind: Secret
metadata:
  name: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: ********* ***** *************
    team: sales
data:
  a: ********   * ******
  a: ********
stringData: *b: ******* "c": ***********
type: Opaque
"""
HEAD = "kind: Secret\napiVersion: v1\n"
ITEM = "{kind: %s, apiVersion: v1, data: %s}"
LIST = "kind: List\napiVersion: v1\nitems: [%s, %s]\n"


@pytest.mark.parametrize(
    ("text", "starred"),
    [
        (SECRET, STARRED),
        (
            HEAD + "stringData:\n  a: |\n    one\n    two words\n",
            HEAD + "stringData:\n  a: *\n    ***\n    *** *****\n",
        ),
        ('{"kind": "Secret", "apiVersion": "v1", "data": {"a": "x"}}', None),
        (
            LIST % (ITEM % ("Secret", "{a: b}"), ITEM % ("ConfigMap", "{a: b}")),
            LIST % (ITEM % ("Secret", "*a: **"), ITEM % ("ConfigMap", "{a: b}")),
        ),
        (HEAD + "data: {a: [\n b\n", HEAD + "data: *** *\n *\n"),
        (HEAD + "data: hunter\n", HEAD + "data: ******\n"),
        (HEAD + "data:\n", HEAD + "data:\n"),
        ("kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n", "kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n"),
    ],
    ids=["yaml", "block", "json", "list", "unreadable", "no mapping", "empty", "config map"],
)
def test_values_are_starred_and_everything_keeps_its_place(text: str, starred: str | None) -> None:
    assert shown(text) == (starred or text.replace('{"a": "x"}', '*"a": ****'))


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {app: web}
  ports: [{port: 80, nodePort: 30080}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          envFrom: [{secretRef: {name: shop}}]
---
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData: {URL: "http://admin:hunter2@10.0.0.1:30080/secret"}
data:
  OTHER: aHR0cDovL2FkbWluOmh1bnRlcjJAMTAuMC4wLjE6MzAwODAvc2VjcmV0
  OTHER: aHVudGVyMg==
"""


@pytest.mark.parametrize("format", ["text", "concise", "json"])
def test_no_format_shows_the_evidence_in_a_secret(nplint: "Nplint", tmp_path: "Path", format: str) -> None:
    (tmp_path / "f.yaml").write_text(SERVICE)
    (tmp_path / ".nplint.yaml").write_text("clusters: {prod: {network: vpc, nodes: {n1: 10.0.0.1}}}\n")
    run = nplint("--format", format)
    for secret in ("hunter2", "/secret", "aHR0cDov", "aHVudGVyMg", "admin"):
        assert secret not in run.out + run.err
    assert "hairpin-unreachable" in run.out
    if format == "json":
        found = {finding["rule"]: finding for finding in json.loads(run.out)["findings"]}
        assert (found["hairpin-unreachable"]["line"], found["hairpin-unreachable"]["field"]) == (25, "stringData.URL")


# --- rules of a repository

RULE = """\
summary: s.
why: w.
severity: error
kinds: [{{apiVersion: v1, kind: {kind}}}]
{judges}
good: x
bad: x
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: r}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [secrets]}]}
  validations: [{expression: 'object.stringData.b == "x"', messageExpression: '"it is " + object.stringData.b'}]
"""
PLAIN = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
DEEP = "{properties: {stringData: {additionalProperties: {maxLength: 3}}}}"
FIRST = "objects.filter(o, o.kind == 'Secret')[0].stringData"


@pytest.mark.parametrize(
    ("judges", "kind", "said"),
    [
        (f"schema: {DEEP}\nmessage: '{{path}} is {{value}}'", "Secret", "stringData.b is ******"),
        ("schema: {properties: {stringData: false}}\nmessage: '{value}'", "Secret", '{"b": "******", "c": "********"}'),
        (f"schema: {DEEP}\nmessage: m\nhelp: 'not {{value}}'", "Secret", "not ******"),
        ("expression: 'false'\nmessageExpression: '\"pw \" + object.stringData.b'", "Secret", "pw ******"),
        (f"expression: 'false'\nmessageExpression: \"'pw ' + {FIRST}.b\"", "Service", "pw ******"),
        ("expression: '{\"x\": true}[object.stringData.b]'\nmessage: m", "Secret", 'Key not found in map : "******"'),
        (f"expression: \"{{'x': true}}[{FIRST}.b]\"\nmessage: m", "Service", 'Key not found in map : "******"'),
        (
            "expression: '[true][\"******\" == object.stringData.b ? 0 : 7]'\nmessage: m",
            "Secret",
            "what a Secret hides",
        ),
        ("expression: object.stringData.b != 'hunter'\nmessage: found", "Secret", "found"),
        (POLICY, "", "it is ******"),
    ],
)
def test_no_rule_of_a_repository_shows_what_a_secret_hides(
    nplint: "Nplint", tmp_path: "Path", judges: str, kind: str, said: str
) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p/r.yaml").write_text(RULE.format(kind=kind, judges=judges) if kind else judges)
    (tmp_path / "f.yaml").write_text(SECRET + PLAIN)
    for format in ("text", "sarif", "json"):
        run = nplint("--rules", "p", "--select", "r", "--explain-skips", "--format", format, "f.yaml")
        assert "hunter" not in (run.out + run.err).replace("# hunter", "").replace("!= 'hunter'", "")
        assert said in (run.out + run.err).replace('\\"', '"')
