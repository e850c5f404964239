"""What counts as a manifest, where it is looked for, and what becomes of what cannot be read."""

import os
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from nplint import sources
from nplint.document import DefectKind
from nplint.errors import NplintError
from nplint.sources import Inputs

MANIFEST = "apiVersion: v1\nkind: Service\n"


@pytest.fixture(autouse=True)
def _cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str, text: str = MANIFEST) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def gather(*paths: str, stdin: bytes = b"", must: bool = False) -> Inputs:
    return sources.gather(paths, BytesIO(stdin), must_hold_manifests=must)


def found(*paths: str) -> list[str]:
    """The files that documents came from, in order, each as often as it was read."""
    return [document.source.path for document in gather(*(paths or (".",))).documents]


def unreadable(inputs: Inputs) -> dict[str, str]:
    return {
        document.source.path: defect.message
        for document in inputs.documents
        for defect in document.defects
        if defect.kind is DefectKind.UNREADABLE
    }


@pytest.mark.parametrize(
    "name",
    [
        "web.yaml",
        "web.yml",
        "web.json",
        "WEB.YAML",
        "a/b/web.yaml",
        ".github/web.yaml",
        "kustomization.yaml",
        "Kustomization",
        *(f"web.yaml{suffix}" for suffix in (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".erb")),
        "web.json.j2",
        "with space.yaml",
        "with\nnewline.yaml",
        "网关/é🚀.yaml",
        "-web.yaml",
    ],
)
def test_a_folder_is_searched_for_what_is_named_like_a_manifest(name: str) -> None:
    write(name)
    assert found() == [name]


@pytest.mark.parametrize("name", ["web.txt", "web", "web.j2", "_helpers.tpl", "web.py.j2", "yaml", "kustomization"])
def test_a_folder_is_not_searched_for_what_is_named_otherwise(name: str) -> None:
    write(name)
    assert found() == []
    assert found(name) == [name]


@pytest.mark.parametrize("folder", [".git", ".hg", ".svn", ".venv", ".tox", ".nox", "node_modules", "__pycache__"])
def test_folders_of_other_tools_are_skipped_unless_named(folder: str) -> None:
    write(f"{folder}/web.yaml", f"deep/{folder}/web.yaml")
    assert found() == []
    assert found(folder) == [f"{folder}/web.yaml"]


def test_files_come_in_the_order_of_their_names() -> None:
    write("b.yaml", "a/z.yaml", "B.yaml", "a/a.yaml", "10.yaml", "9.yaml", "a.yaml")
    assert found() == ["10.yaml", "9.yaml", "B.yaml", "a/a.yaml", "a/z.yaml", "a.yaml", "b.yaml"]


def test_named_paths_come_in_the_order_they_are_given() -> None:
    write("a.yaml", "b/c.yaml", "d.yaml")
    assert found("d.yaml", "b", "a.yaml") == ["d.yaml", "b/c.yaml", "a.yaml"]


@pytest.mark.parametrize(
    "paths",
    [("a.yaml", "a.yaml"), ("a.yaml", "./a.yaml"), (".", "a.yaml"), ("a.yaml", "."), (".", "./"), ("b/../a.yaml", ".")],
)
def test_what_is_given_twice_is_read_once(paths: tuple[str, ...]) -> None:
    write("a.yaml")
    Path("b").mkdir()
    assert found(*paths) == ["a.yaml"]
    assert len(gather(*paths, must=True).documents) == 1


def test_a_path_below_the_current_folder_is_shown_relative(tmp_path: Path) -> None:
    write("a/web.yaml")
    assert found(str(tmp_path)) == found(str(tmp_path / "a")) == found(str(tmp_path / "a/web.yaml")) == ["a/web.yaml"]


def test_a_path_beside_the_current_folder_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a/web.yaml", "b/web.yaml")
    monkeypatch.chdir(tmp_path / "b")
    assert found("../a", str(tmp_path / "a")) == ["../a/web.yaml"]


def test_what_is_below_a_folder_above_is_shown_as_it_looks_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a/b/web.yaml", "a/web.yaml", "c/web.yaml")
    monkeypatch.chdir("a/b")
    assert found("../..") == ["web.yaml", "../web.yaml", "../../c/web.yaml"]


def test_a_path_without_a_relative_form_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_drive(path: Any, start: Any = None) -> str:
        raise ValueError

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert sources.shown(Path("/x/web.yaml")) == "/x/web.yaml"


def test_standard_input_is_read() -> None:
    inputs = gather("-", stdin=f"{MANIFEST}---\n{MANIFEST}".encode(), must=True)
    assert [document.source.path for document in inputs.documents] == ["<stdin>", "<stdin>"]


def test_standard_input_may_stand_beside_files_and_twice() -> None:
    write("a.yaml")
    inputs = gather("-", "a.yaml", "-", stdin=MANIFEST.encode(), must=True)
    assert [document.source.path for document in inputs.documents] == ["<stdin>", "a.yaml"]


@pytest.mark.parametrize("path", ["nowhere", "a/nowhere.yaml", "a.yaml/b", ""])
@pytest.mark.parametrize("must", [True, False])
def test_a_path_that_does_not_exist_is_an_error(path: str, must: bool) -> None:
    write("a.yaml")
    with pytest.raises(NplintError, match=r"^no such file or folder: "):
        gather("a.yaml", path, must=must)


@pytest.mark.parametrize("path", ["values.yaml", "empty.yaml", "folder", "hollow", "-"])
def test_a_named_path_without_a_manifest_is_an_error_where_it_must_hold_one(path: str) -> None:
    write("values.yaml", "folder/values.yaml", text="replicas: 2\n")
    write("empty.yaml", text="")
    write("a.yaml")
    Path("hollow").mkdir()
    with pytest.raises(NplintError, match=f"^no Kubernetes manifest in {path}: "):
        gather("a.yaml", path, must=True)
    assert len(gather("a.yaml", path).documents) == 1


def test_files_without_a_manifest_are_counted() -> None:
    write("values.yaml", "folder/values.yaml", text="replicas: 2\n")
    write("a.yaml", "notes.txt")
    assert gather(".").without_manifest == 2


def test_a_symbolic_link_to_a_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    write("elsewhere/web.yaml", "here/a.yaml")
    Path("here/link.yaml").symlink_to(tmp_path / "elsewhere/web.yaml")
    assert found("here") == ["here/a.yaml", "here/link.yaml"]


def test_a_symbolic_link_to_a_folder_is_followed_only_where_it_is_named(tmp_path: Path) -> None:
    write("real/web.yaml")
    Path("real/loop.yaml").symlink_to(tmp_path, target_is_directory=True)
    Path("link").symlink_to("real", target_is_directory=True)
    assert found() == ["real/web.yaml"]
    assert found("link") == ["link/web.yaml"]


def test_a_link_that_leads_nowhere_hides_nothing() -> None:
    write("web.yaml")
    Path("gone.yaml").symlink_to("nowhere.yaml")
    Path("self.yaml").symlink_to("self.yaml")
    inputs = gather(".")
    assert [document.source.path for document in inputs.documents] == ["self.yaml", "web.yaml"]
    assert list(unreadable(inputs)) == ["self.yaml"]
    assert unreadable(gather("gone.yaml")) == {"gone.yaml": "no such file or directory"}


def forbid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody open, list or look into what has this name, not even root."""

    def refusing(function: Any) -> Any:
        def guarded(path: Any, *args: Any, **options: Any) -> Any:
            if not isinstance(path, int) and name in Path(path).parts:
                raise PermissionError(13, "Permission denied", str(path))
            return function(path, *args, **options)

        return guarded

    monkeypatch.setattr("builtins.open", refusing(open))
    monkeypatch.setattr(Path, "stat", refusing(Path.stat))
    monkeypatch.setattr(os, "scandir", refusing(os.scandir))


@pytest.mark.parametrize("paths", [["."], ["a/secret.yaml", "z.yaml"], ["z.yaml", "a"]])
def test_a_file_that_may_not_be_read_is_a_finding_and_hides_nothing(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a/secret.yaml", "z.yaml")
    forbid("secret.yaml", monkeypatch)
    inputs = gather(*paths, must=True)
    assert unreadable(inputs) == {"a/secret.yaml": "permission denied"}
    assert [document.source.path for document in inputs.documents if document.is_manifest] == ["z.yaml"]


@pytest.mark.parametrize("paths", [["."], ["secret", "z.yaml"]])
def test_a_folder_that_may_not_be_read_is_a_finding_and_hides_nothing(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("secret/web.yaml", "z.yaml")
    forbid("secret", monkeypatch)
    inputs = gather(*paths, must=True)
    assert unreadable(inputs) == {"secret": "permission denied"}
    assert [document.source.path for document in inputs.documents if document.is_manifest] == ["z.yaml"]


def test_a_link_that_cannot_be_followed_is_read_so_that_the_reason_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        def is_file(self) -> bool:
            raise PermissionError

    assert sources._is_file(Entry())  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1 << 16) - 1, 1 << 16, (1 << 16) + 1, (1 << 24) + (1 << 16) + 1])
def test_a_file_of_any_size_is_read_whole(size: int) -> None:
    write("large.yaml", text=MANIFEST + "#" * (size - len(MANIFEST)))
    [document] = gather("large.yaml").documents
    assert len(document.text) == size


def test_a_pipe_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(["printf", f"{MANIFEST}%070000d", "0"], stdout=writing):
        os.close(writing)
        [document] = gather(f"/dev/fd/{reading}").documents
    os.close(reading)
    assert len(document.text) == len(MANIFEST) + 70_000


def test_a_folder_that_is_named_like_a_file_is_a_folder() -> None:
    write("x.yaml/web.yaml")
    assert found() == found("x.yaml") == ["x.yaml/web.yaml"]


def git(*arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", *arguments], env=environ, check=True, capture_output=True, text=True).stdout


TREE = ["a.yaml", "build/a.yaml", "build/keep/a.yaml", "deep/a.yaml", "deep/build/a.yaml", "deep/sub/a.yaml", "ü.yaml"]


def untracked() -> list[str]:
    """What git itself sees below the current folder."""
    listed = git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    return sorted(name for name in listed if name.endswith(".yaml"))


@pytest.mark.parametrize(
    "ignores",
    [
        {},
        {".gitignore": "build/"},
        {".gitignore": "/build/"},
        {".gitignore": "build"},
        {".gitignore": "*.yaml\n!a.yaml"},
        {".gitignore": "build/*\n!build/keep/"},
        {".gitignore": "build/\n!build/keep/"},
        {".gitignore": "deep/**/a.yaml"},
        {".gitignore": "# comment\n\n\\#x\n  \nü.yaml\r\n"},
        {".gitignore": "a.yaml", "deep/.gitignore": "!a.yaml"},
        {".gitignore": "!a.yaml", "deep/.gitignore": "a.yaml"},
        {"deep/.gitignore": "/a.yaml"},
        {"deep/.gitignore": "sub/a.yaml", "deep/sub/.gitignore": "!/a.yaml"},
        {"deep/.gitignore": "*", "deep/sub/.gitignore": "!a.yaml"},
        {"deep/.gitignore": "*\n!*/\n", "deep/sub/.gitignore": "!a.yaml"},
        {".gitignore": "!\nbuild/\n\\\n[\n***/sub"},
        {".gitignore": "*\n!*/\n!a.yaml"},
        {".gitignore": "*\n!build/\n!deep/  \n!deep/a.yaml"},
        {".gitignore": "*.yaml\n!build\n!deep/"},
        {".gitignore": "sub/", "deep/.gitignore": "!sub/"},
        {".gitignore": "\N{ZERO WIDTH NO-BREAK SPACE}build/"},
    ],
)
@pytest.mark.parametrize("start", ["", "deep"])
def test_what_git_ignores_is_left_out(
    ignores: dict[str, str], start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet")
    write(*TREE)
    for name, text in ignores.items():
        Path(name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path / start)
    assert sorted(found()) == sorted(found(str(tmp_path / start))) == untracked()


def test_ignores_above_the_current_folder_count_up_to_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("repo/deep/sub/a.yaml", "repo/deep/sub/b.yaml", "repo/deep/sub/c.yaml")
    write(".gitignore", text="a.yaml")
    write("repo/.gitignore", text="b.yaml")
    write("repo/deep/.gitignore", text="/sub/c.yaml")
    monkeypatch.chdir(tmp_path / "repo/deep/sub")
    assert found() == ["a.yaml", "b.yaml", "c.yaml"]
    Path("../../.git").mkdir()
    assert found() == ["a.yaml"]


def test_a_path_that_is_named_is_read_though_git_ignores_it() -> None:
    git("init", "--quiet")
    write("build/a.yaml", "build/sub/b.yaml", "c.yaml")
    write(".gitignore", text="build/\nc.yaml")
    assert found() == []
    assert found("build") == ["build/a.yaml", "build/sub/b.yaml"]
    assert found("build/sub", "c.yaml") == ["build/sub/b.yaml", "c.yaml"]


def test_a_named_folder_keeps_the_ignores_inside_of_it() -> None:
    git("init", "--quiet")
    write("build/a.yaml", "build/b.yaml")
    write(".gitignore", text="build/")
    write("build/.gitignore", text="b.yaml")
    assert found("build") == ["build/a.yaml"]


def test_a_worktree_marks_its_root_with_a_file() -> None:
    write("tree/.git", text="gitdir: elsewhere")
    write("tree/.gitignore", text="a.yaml")
    write("tree/deep/a.yaml", "tree/deep/b.yaml")
    assert found("tree/deep") == ["tree/deep/b.yaml"]
