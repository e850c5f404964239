"""What is counted."""

from dataclasses import replace

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Severity, Suppression
from nplint.reader import decode, read
from nplint.report import Coverage, Report

NODE_PORT = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80}]}\n"
CLUSTER_IP = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n"
TEMPLATE = "apiVersion: v1\nkind: Service\n{{- if .x }}\n"
PARTLY = 'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .name }}"}\n'
BROKEN = "apiVersion: v1\nkind: Service\nmetadata: [\n"
FOUND = ("invalid-service", "unreadable-manifest")


def report(files: dict[str, str], *rules: str) -> Report:
    documents = [document for path, text in files.items() for document in read(decode(path, text.encode()))]
    known = plugins.load().rules
    return lint(Cluster(documents), [known[name] for name in rules])


def coverage(*files: str) -> Coverage:
    return report({f"{number}.yaml": text for number, text in enumerate(files)}).coverage


def test_nothing_is_counted_where_nothing_is() -> None:
    assert coverage() == Coverage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "judged", "templates", "unreadable"),
    [
        (NODE_PORT, 1, 0, 0),
        (TEMPLATE, 0, 1, 0),
        (PARTLY, 0, 1, 0),
        (BROKEN, 0, 0, 1),
        (f"{NODE_PORT}---\n{TEMPLATE}", 0, 1, 0),
        (f"{NODE_PORT}---\n{BROKEN}", 0, 0, 1),
        (f"{TEMPLATE}---\n{NODE_PORT}---\n{BROKEN}", 0, 0, 1),
    ],
)
def test_a_file_is_counted_once_as_the_worst_of_its_documents(
    text: str, judged: int, templates: int, unreadable: int
) -> None:
    counted = coverage(text)
    assert (counted.files, counted.judged, counted.templates, counted.unreadable) == (1, judged, templates, unreadable)


def test_documents_and_services_are_counted() -> None:
    counted = coverage(f"{NODE_PORT}---\n{CLUSTER_IP}", f"{BROKEN}---\n{NODE_PORT}---\n{TEMPLATE}", PARTLY)
    assert (counted.files, counted.documents) == (3, 6)
    assert (counted.unreadable_documents, counted.template_documents) == (1, 2)
    assert (counted.services, counted.services_with_node_ports) == (4, 2)


def test_a_kustomize_patch_is_a_file_but_no_service() -> None:
    kustomization = "patches: [{path: patch.yaml}]"
    counted = report({"k/kustomization.yaml": kustomization, "k/patch.yaml": NODE_PORT, "web.yaml": NODE_PORT}).coverage
    assert (counted.files, counted.patch_files, counted.services) == (3, 1, 1)


@pytest.mark.parametrize(
    ("texts", "fails"),
    [
        ({}, {"error": False, "warning": False, "note": False}),
        ({"a.yaml": f"{CLUSTER_IP}kind: Service\n"}, {"error": False, "warning": True, "note": True}),
        ({"a.yaml": BROKEN}, {"error": True, "warning": True, "note": True}),
    ],
)
def test_a_report_fails_from_a_severity_up(texts: dict[str, str], fails: dict[str, bool]) -> None:
    made = report(texts, "duplicate-key", "unreadable-manifest")
    assert {severity.value: made.fails(severity) for severity in Severity} == fails


def test_findings_are_counted_by_severity() -> None:
    made = report({"a.yaml": BROKEN, "b.yaml": f"{CLUSTER_IP}kind: Service\n"}, "duplicate-key", "unreadable-manifest")
    assert {severity.value: made.count(severity) for severity in Severity} == {"error": 1, "warning": 1, "note": 0}


def test_what_was_known_or_is_suppressed_does_not_count() -> None:
    full = report({"web.yaml": f"{NODE_PORT.replace('NodePort', 'nodeport')}---\n{BROKEN}"}, *FOUND)
    first, second = full.findings
    known = replace(full, findings=(first._replace(known="base"), second))
    assert (known.open, known.known, known.suppressed) == ((second,), {"base": 1}, 0)
    both = replace(full, findings=(first._replace(known="base", suppressed=Suppression("configuration", "")), second))
    assert (both.open, both.known, both.suppressed) == ((second,), {}, 1)
