"""What else runs in a cluster, and what a kustomization makes of names, namespaces and ports."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Nplint


def service(name: str, port: int, namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    spec = f"spec: {{type: NodePort, ports: [{{port: 80, nodePort: {port}}}]}}"
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{place}}}\n{spec}\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


CONFIG = "clusters: {prod: {paths: [base/**, overlays/**], context: [state/**]}}\n"


@pytest.mark.parametrize(
    ("kustomization", "live", "code"),
    [
        ("namespace: shop", service("web", 30001, "shop"), 0),
        ("namespace: shop", service("web", 30001, "pay"), 1),
        ("namespace: shop", service("api", 30001, "shop"), 1),
        ("namePrefix: prod-", service("prod-web", 30001, "shop"), 0),
        ("patches: [{target: {kind: Service}, patch: x}]", service("api", 30001, "shop"), 0),
        ("nameSpace: shop", service("web", 30001, "shop"), 0),
    ],
    ids=["itself", "another namespace", "another name", "itself renamed", "patched", "namespace left to kubectl"],
)
def test_a_service_conflicts_with_others_and_not_with_itself(
    nplint: "Nplint", tmp_path: Path, kustomization: str, live: str, code: int
) -> None:
    files = {
        ".nplint.yaml": CONFIG,
        "base/web.yaml": service("web", 30001),
        "overlays/prod/kustomization.yaml": f"resources: [../../base/web.yaml]\n{kustomization}\n",
        "state/prod.yaml": live,
    }
    write(tmp_path, files)
    assert nplint("--select", "node-port-conflict").code == code


def test_one_name_in_two_namespaces_of_kustomize_is_two_services(nplint: "Nplint", tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, {f"{name}/web.yaml": service("web", 30001)})
        write(tmp_path, {f"{name}/kustomization.yaml": f"resources: [web.yaml]\nnamespace: {name}\n"})
    assert nplint("--proxy-mode", "ipvs", "--select", "node-port-conflict").code == 1


def test_context_that_cannot_be_read_is_a_wrong_call(nplint: "Nplint", tmp_path: Path) -> None:
    write(tmp_path, {"base/web.yaml": service("web", 30001), "state/s.yaml": "apiVersion: v1\nkind: List\nitems: [\n"})
    run = nplint("--context", "state/s.yaml", "base")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: state/s.yaml:")
    assert ": the context cannot be read: " in run.err
    write(tmp_path, {".nplint.yaml": CONFIG})
    assert nplint("base").code == 2


def test_context_counts_although_git_ignores_it_and_flags_are_given(nplint: "Nplint", tmp_path: Path) -> None:
    files = {
        ".nplint.yaml": CONFIG,
        ".gitignore": "state/\n",
        "base/web.yaml": service("web", 30001, "shop"),
        "state/s.yaml": service("old", 30001, "shop"),
    }
    write(tmp_path, files)
    for arguments in ((), ("--proxy-mode", "ipvs")):
        run = nplint("--select", "node-port-conflict", *arguments)
        assert run.code == 1
        assert "state/s.yaml" in run.out


def test_context_of_one_cluster_may_be_what_another_is_made_of(nplint: "Nplint", tmp_path: Path) -> None:
    config = "clusters: {prod: {paths: [prod/**]}, lab: {paths: [lab/**], context: [prod/**]}}\n"
    write(tmp_path, {".nplint.yaml": config, "prod/a.yaml": service("a", 30001), "prod/b.yaml": service("b", 30001)})
    run = nplint("--select", "node-port-conflict")
    assert run.code == 1
    assert "prod/b.yaml" in run.out


def test_a_context_file_that_is_named_itself_is_told(nplint: "Nplint", tmp_path: Path) -> None:
    write(tmp_path, {".nplint.yaml": CONFIG, "state/s.yaml": service("old", 30001)})
    run = nplint("state/s.yaml")
    assert run.code == 2
    assert "context of declared clusters" in run.err


def test_each_file_on_its_own_is_of_its_declared_cluster(nplint: "Nplint", tmp_path: Path) -> None:
    config = "clusters: {prod: {type: turbo, paths: [base/**]}}\n"
    local = service("web", 30001).replace("type: NodePort", "type: NodePort, externalTrafficPolicy: Local")
    write(tmp_path, {".nplint.yaml": config, "base/web.yaml": local})
    assert nplint("--separately", "base/web.yaml").code == nplint("base/web.yaml").code == 1


def test_a_link_to_a_folder_leads_to_its_clusters(nplint: "Nplint", tmp_path: Path) -> None:
    config = "clusters: {prod: {paths: ['**']}}\n"
    write(tmp_path, {"real/.nplint.yaml": config, "real/web.yaml": service("web", 80)})
    (tmp_path / "link").symlink_to("real")
    assert "[prod]" in nplint("--format", "concise", "link").out


def test_a_cluster_that_nothing_goes_to_is_told(nplint: "Nplint", tmp_path: Path) -> None:
    write(tmp_path, {".nplint.yaml": "clusters: {prod: {paths: [prdo/**]}}\n", "prod/a.yaml": service("a", 30001)})
    assert "nothing that was looked at goes to cluster prod: check its paths" in nplint().err
    assert "nothing that was looked at" not in nplint("prod").err, "a part of the tree may be that of other clusters"


def test_ports_tells_what_it_could_not_read(nplint: "Nplint", tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": service("a", 30001), "b.yaml": "apiVersion: v1\nkind: Service\nspec: [\n"})
    run = nplint("ports", "--free", "1")
    assert "b.yaml" in run.err
    assert run.code == 0
