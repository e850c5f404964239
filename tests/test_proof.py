"""What is not known accuses nobody, and lets nobody pass in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Finding, Severity
from nplint.output.excerpt import excerpt
from nplint.profile import Profile
from nplint.reader import decode, read

TURBO = Profile(type="turbo", network="cloud-native-2.0", is_declared=True)
LOCAL = """
apiVersion: v1
kind: Service
metadata: {{name: edge, namespace: {namespace}}}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {selector}
  ports: [{{port: 80}}]
"""
DAEMON = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: edge, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: edge}}}}
  template:
    metadata: {{labels: {{app: edge, tier: front}}}}
    spec: {{hostNetwork: {host}, containers: [{{name: edge, image: nginx}}]}}
"""


def affinity(*texts: str) -> Finding:
    documents = [one for text in texts for one in read(decode("f.yaml", text.encode()))]
    (finding,) = lint(Cluster(documents, TURBO), [plugins.load().rules["local-affinity-on-turbo"]]).findings
    return finding


def local(selector: str = "{app: edge}", namespace: str = "net") -> str:
    return LOCAL.format(selector=selector, namespace=namespace)


def daemon(host: str = "true", namespace: str = "net") -> str:
    return DAEMON.format(host=host, namespace=namespace)


def test_proven_backends_in_the_hosts_network_are_a_note() -> None:
    assert affinity(local(), daemon()).severity is Severity.NOTE


@pytest.mark.parametrize(
    "texts",
    [
        (local(), daemon(), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ x }}}\n"),
        (local(), daemon(), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [}\n"),
        (local(), daemon(host='"${HOST}"')),
    ],
    ids=["template beside", "unreadable beside", "hidden by a template"],
)
def test_what_is_not_proven_is_an_error_that_blames_nobody(texts: tuple[str, ...]) -> None:
    finding = affinity(*texts)
    assert finding.severity is Severity.ERROR
    assert "it is not sure that DaemonSet net/edge is all there is" in finding.message
    assert finding.related == ()


@pytest.mark.parametrize(
    "service",
    [local(selector='{app: "{{ .Values.app }}", tier: front}'), local(namespace='"{{ ns }}"')],
    ids=["selector", "namespace"],
)
def test_a_placeholder_matches_no_stranger(service: str) -> None:
    finding = affinity(service, daemon(host="false"), daemon(host="false", namespace="default"))
    assert finding.related == ()
    assert "no manifest here shows" in finding.message


def test_what_is_hidden_in_the_same_way_is_in_the_same_namespace() -> None:
    finding = affinity(local(namespace='"{{ ns }}"'), daemon(host="false", namespace='"{{ ns }}"'))
    assert "DaemonSet edge, whose pods are not in the host's network" in finding.message


PATCH = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalTrafficPolicy: Local}\n"


def run(folder: Path, *arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "nplint", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=False)


@pytest.mark.parametrize("above", [".", "overlays", "overlays/prod"])
def test_a_patch_that_is_named_itself_is_known_from_the_kustomization_above(tmp_path: Path, above: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "overlays/prod").mkdir(parents=True)
    patch = tmp_path / "overlays/prod/web.yaml"
    patch.write_text(PATCH)
    inside = patch.relative_to(tmp_path / above)
    (tmp_path / above / "kustomization.yaml").write_text(f"patches: [{{path: {inside}}}]\n")
    assert run(patch.parent, "web.yaml").returncode == 0
    (tmp_path / above / "kustomization.yaml").unlink()
    assert run(patch.parent, "web.yaml").returncode == 1


def test_a_file_that_is_a_resource_somewhere_is_judged_although_it_is_a_patch_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(PATCH)
    for name, text in {"a": "resources: [../web.yaml]", "b": "patches: [{path: ../web.yaml}]"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text(text)
    assert run(tmp_path, ".").returncode == 1


def test_each_file_on_its_own_knows_nothing_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(local())
    (tmp_path / "b.yaml").write_text(daemon())
    apart = run(tmp_path, "--separately", "--type", "turbo", "--format", "concise", "a.yaml", "b.yaml")
    alone = run(tmp_path, "--type", "turbo", "--format", "concise", "a.yaml")
    assert apart.stdout == alone.stdout
    assert run(tmp_path, "--type", "turbo", "a.yaml", "b.yaml").returncode == 0


def test_a_mark_stays_in_its_place_where_characters_are_spelled_out() -> None:
    source = decode("f.yaml", "日本: tcp\n".encode())
    shown = excerpt(source, source.span(4, 7), 80, "ascii")
    assert (shown.text, shown.indent, shown.length) == ("\\u65e5\\u672c: tcp", 14, 3)


@pytest.mark.parametrize("closed", ["2>&-", ">&-"])
def test_a_stream_that_is_closed_changes_no_verdict(tmp_path: Path, closed: str) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
    )
    command = f"{sys.executable} -m nplint a.yaml {closed}"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_selecting_nothing_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PATCH)
    assert run(tmp_path, "--select", ",", "a.yaml").returncode == 2


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{namespace}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: web, image: nginx}}]}}
"""


@pytest.mark.parametrize(
    ("service", "workload", "found"),
    [
        ("", ", namespace: shop", 0),
        (", namespace: shop", "", 0),
        (", namespace: shop", ", namespace: pay", 1),
        ("", "", 0),
    ],
    ids=["Service without one", "workload without one", "both with their own", "both without"],
)
def test_a_namespace_that_is_left_to_kubectl_accuses_nobody(service: str, workload: str, found: int) -> None:
    spec = "spec: {selector: {app: web}, ports: [{port: 80}]}"
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web{service}}}\n{spec}\n"
    other = DEPLOYMENT.format(name="other", namespace=service)
    documents = [
        one
        for part in (text, other, DEPLOYMENT.format(name="web", namespace=workload))
        for one in read(decode("f.yaml", part.encode()))
    ]
    report = lint(Cluster(documents), [plugins.load().rules["selector-matches-nothing"]])
    assert len(report.findings) == found
