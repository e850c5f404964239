"""nplint as a library: from texts and paths to a report."""

from pathlib import Path

import pytest

import nplint
from nplint import Cluster, NplintError, Profile, Severity, lint, load_rules, read_paths, read_text

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n  ports: [{port: 0}]\n"


def test_a_text_becomes_a_report() -> None:
    report = lint(Cluster(read_text(SERVICE, "web.yaml"), Profile(type="turbo")), load_rules().values())
    assert report.fails(Severity.ERROR)
    assert [(one.rule, one.span.place) for one in report.findings if one.severity is Severity.ERROR] == [
        ("port-out-of-range", "web.yaml:6:18")
    ]


def test_bytes_are_decoded_as_a_file_is() -> None:
    assert read_text(SERVICE.encode("utf-16"))[0].value == read_text(SERVICE)[0].value
    assert read_text("a: 1\n") == ()


def test_paths_are_read_as_the_command_line_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/web.yaml").write_text(SERVICE)
    (tmp_path / "deploy/other.yaml").write_text("a: 1\n")
    assert [document.source.path for document in read_paths("deploy")] == ["deploy/web.yaml"]
    with pytest.raises(NplintError, match=r"^no such file or folder: nowhere$"):
        read_paths("nowhere")


def test_rules_of_files_are_among_the_rules(tmp_path: Path) -> None:
    (tmp_path / "no-web.yaml").write_text(
        "summary: s.\nwhy: w.\nseverity: note\nkinds: [{apiVersion: v1, kind: Service}]\nschema: false\nmessage: m\n"
        "good: x\nbad: x\n"
    )
    rules = load_rules(rule_paths=[str(tmp_path)])
    assert rules.keys() - load_rules().keys() == {"no-web"}
    assert [finding.message for finding in lint(Cluster(read_text(SERVICE)), [rules["no-web"]]).findings] == ["m"]


@pytest.mark.parametrize("name", nplint.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(nplint, name) is not None
