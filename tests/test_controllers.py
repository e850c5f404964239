"""Labels that no pod template shows, because a controller puts them on the pods."""

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.reader import decode, read

WORKLOADS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: db}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {metadata: {labels: {app: once}}, spec: {containers: [{name: job, image: job}]}}}
"""


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("{statefulset.kubernetes.io/pod-name: db-0}", 0),
        ("{app: db, statefulset.kubernetes.io/pod-name: db-1}", 0),
        ("{statefulset.kubernetes.io/pod-name: web-0}", 1),
        ("{app: web, statefulset.kubernetes.io/pod-name: db-0}", 1),
        ("{apps.kubernetes.io/pod-index: '0'}", 0),
        ("{job-name: migrate}", 0),
        ("{batch.kubernetes.io/job-name: other}", 1),
    ],
)
def test_a_selector_may_name_what_the_controller_adds(selector: str, found: int) -> None:
    spec = f"spec: {{selector: {selector}, ports: [{{port: 80}}]}}"
    service = f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\n{spec}\n"
    cluster = Cluster(read(decode("f.yaml", (WORKLOADS + service).encode())))
    assert len(lint(cluster, [plugins.load().rules["selector-matches-nothing"]]).findings) == found


MISSPELT = [
    ("metadata: {name: web}\nspec: {prots: [{port: 80}]}", "spec.prots"),
    ("metadata: {name: web}\nspec: {ports: [{prot: 80}]}", "spec.ports[0].prot"),
    ("metadata: {nmae: web}\nspec: {ports: [{port: 80}]}", "metadata.nmae"),
    ("metadata: {name: web}\nspec: {ports: [{name: a, port: 80}, {nmae: b, port: 81}]}", "spec.ports[1].nmae"),
    ("metadata: {name: web}\nspec: {type: ExternalName, externalname: a.b}", "spec.externalname"),
    ("metadata: {name: web}\nspec: {typ: NodePort, ports: [{port: 80, nodePort: 30080}]}", "spec.typ"),
    ("metadata: {name: web}\nspec: {Type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80}]}", "spec.Type"),
]


@pytest.mark.parametrize(("text", "field"), MISSPELT)
def test_a_misspelt_key_is_one_problem(text: str, field: str) -> None:
    cluster = Cluster(read(decode("f.yaml", f"apiVersion: v1\nkind: Service\n{text}\n".encode())))
    findings = lint(cluster, plugins.load().rules.values()).findings
    errors = [(finding.rule, finding.field) for finding in findings if finding.severity.value == "error"]
    assert errors == [("unknown-field", field)]
