"""What git is asked, and that a hostile repository makes it run nothing."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import git
from nplint.errors import NplintError
from nplint.git import Change, Commit, Entry

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  ports: [{port: 80, nodePort: 30080}]
"""
FLIPPED = SERVICE.replace("  type", "  externalTrafficPolicy: Local\n  type")


def found(repository: "Repository") -> git.Repository:
    return git.find(str(repository.folder))


def test_a_repository_is_found_from_a_folder_in_it(repository: "Repository") -> None:
    repository.commit({"deploy/prod/web.yaml": SERVICE})
    inside = git.find(str(repository.folder / "deploy/prod"))
    assert inside == git.Repository(str(repository.folder), is_bare=False)


def test_a_folder_outside_is_said_to_be_outside(tmp_path: Path) -> None:
    with pytest.raises(NplintError, match="is in no git repository: revisions can be compared only in one"):
        git.find(str(tmp_path))


def test_revisions_are_resolved_to_commits(repository: "Repository") -> None:
    assert found(repository).head() is None
    first = repository.commit({})
    repository.git("tag", "--annotate", "v1", "--message", "v1")
    second = repository.commit({"a.yaml": SERVICE})
    here = found(repository)
    assert [here.resolve(name) for name in ("v1", "HEAD~1", "main", second[:8])] == [first, first, second, second]
    assert (here.head(), here.has("v1"), here.has("v2")) == (second, True, False)


@pytest.mark.parametrize("name", ["nowhere", "--upload-pack=touch x", "-1", "HEAD:a.yaml", ""])
def test_what_is_no_revision_is_refused(repository: "Repository", name: str) -> None:
    repository.commit({"a.yaml": SERVICE})
    with pytest.raises(NplintError, match=r"^there is no revision .* in this repository$"):
        found(repository).resolve(name)


def test_files_and_links_are_listed_whatever_they_are_called(repository: "Repository") -> None:
    names = ["a b.yaml", "ä.yaml", "line\nend.yaml", '"quoted".yaml', "--upload-pack=x.yaml", "tab\tbed/x.yaml"]
    repository.write(dict.fromkeys(names, SERVICE))
    os.symlink("a b.yaml", repository.folder / "link.yaml")
    commit = repository.commit({})
    id = repository.git("hash-object", "a b.yaml")
    here = found(repository)
    assert here.files(commit) == here.staged()
    assert here.files(commit) == {
        **dict.fromkeys(names, Entry("100644", id)),
        "link.yaml": Entry("120000", repository.git("rev-parse", "HEAD:link.yaml")),
    }


def test_a_submodule_is_no_file(repository: "Repository", tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(repository.folder, other, dirs_exist_ok=True)
    commit = type(repository)(other, repository.environ).commit({"a.yaml": SERVICE})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},vendored")
    assert found(repository).staged() == {}


def test_changes_are_told_with_the_paths_before_and_now(repository: "Repository") -> None:
    first = repository.commit({"a.yaml": SERVICE, "b.yaml": f"{SERVICE}# b\n" * 9, "c.yaml": "c: 1\n"})
    repository.stage(
        {"a.yaml": FLIPPED, "b.yaml": None, "moved/b.yaml": f"{SERVICE}# b\n" * 9, "c.yaml": None, "d.yaml": "d"}
    )
    here = found(repository)
    was = here.files(first)
    expected = {
        Change("a.yaml", "a.yaml", was["a.yaml"]),
        Change("b.yaml", "moved/b.yaml", was["b.yaml"]),
        Change("c.yaml", None, was["c.yaml"]),
        Change(None, "d.yaml"),
    }
    assert set(here.changes(first, None)) == expected
    second = repository.commit({})
    assert set(here.changes(first, second)) == expected
    assert here.changes(second, None) == []
    assert set(here.changes(None, first)) == {Change(None, name) for name in ("a.yaml", "b.yaml", "c.yaml")}


def test_lines_are_looked_for_as_they_are_in_what_is_staged_or_committed(repository: "Repository") -> None:
    odd = '\n\t"é [a].*'
    files = {"a/web.yaml": "xx.y\n", "b.yaml": "x(y\n", f"{odd}.yaml": "0\0é: 1\n", "c.yaml": "nothing\n"}
    commit = repository.commit(files)
    (repository.folder / "link.yaml").symlink_to("b.yaml")
    repository.stage({"c.yaml": "x(y", "d.yaml": "XX.Y\n", "b.yaml": "xxxy"})
    repository.write({"d.yaml": "xx.y"})
    for setting in ("grep.patternType=perl", "color.grep=always", "grep.lineNumber=true", "grep.column=true"):
        repository.git("config", *setting.split("="))
    here = found(repository)
    assert sorted(here.holding([r"x\.y", r"x\(y"], None) or ()) == ["a/web.yaml", "c.yaml"]
    assert sorted(here.holding([r"x\.y", r"x\(y"], commit) or ()) == ["a/web.yaml", "b.yaml"]
    assert sorted(here.holding(["é(:|$)"], commit) or ()) == [f"{odd}.yaml"]
    assert here.holding(["-e", "--", "neither", "x[.]y[^y]"], None) == frozenset()
    # What git cannot be asked, or answers with doubts, is left open.
    assert here.holding(["x("], None) is None
    (repository.folder / ".git/objects" / here.files(commit)["b.yaml"].id[:2]).rename(repository.folder / "gone")
    assert here.holding(["x.y"], commit) is None


def test_links_lead_from_one_to_another(repository: "Repository") -> None:
    ways = {"a": "b/c", "b/c": "../d.yaml", "e": "nowhere", "loop": "loop", "out": "../../x", "d.yaml": ""}
    commit = repository.commit({"d.yaml": "a: 1\n", "b/x": ""})
    assert found(repository).links(commit) == {}
    for name, target in ways.items():
        if target:
            (repository.folder / name).symlink_to(target)
    repository.git("add", "--all")
    links = found(repository).links(None)
    assert links == {"a": "b/c", "b/c": "d.yaml", "e": "nowhere", "loop": "loop", "out": "../../x"}
    assert {name: git.end(name, links) for name in ways} == {
        "a": "d.yaml",
        "b/c": "d.yaml",
        "d.yaml": "d.yaml",
        "e": "nowhere",
        "loop": "",
        "out": "../../x",
    }


def test_blobs_come_in_the_order_of_their_ids(repository: "Repository") -> None:
    texts = {f"{number}.yaml": f"number: {number}\n" * (number + 1) for number in range(400)}
    repository.commit({**texts, "large.yaml": "x" * 5000, "empty.yaml": ""})
    here = found(repository)
    entries = here.staged()
    names = [*texts, "large.yaml", "empty.yaml", "0.yaml"]
    contents = list(here.blobs([entries[name].id for name in names], 4800))
    assert [id for id, _ in contents] == [entries[name].id for name in names]
    sizes = dict(zip(names, (data if data is None else data.decode() for _, data in contents), strict=True))
    assert sizes.pop("large.yaml") is None
    assert sizes.pop("empty.yaml") == ""
    assert {name for name, data in sizes.items() if data != texts[name]} == {
        name for name, text in texts.items() if len(text) > 4800
    }


def test_a_blob_that_is_not_there_is_told(repository: "Repository") -> None:
    repository.commit({"a.yaml": SERVICE})
    with pytest.raises(NplintError, match="the file 111111111111 is missing in this repository"):
        list(found(repository).blobs(["1" * 40], 100))


def test_commits_come_oldest_first_along_the_line_they_were_made_on(repository: "Repository") -> None:
    first = repository.commit({"a.yaml": SERVICE})
    repository.git("checkout", "--quiet", "-b", "topic")
    aside = repository.commit({"b.yaml": SERVICE})
    repository.git("checkout", "--quiet", "main")
    second = repository.commit({"c.yaml": SERVICE})
    repository.git("merge", "--quiet", "--no-edit", "topic")
    merge = repository.git("rev-parse", "HEAD")
    here = found(repository)
    assert here.commits(first, "HEAD") == [Commit(second, (first,)), Commit(merge, (second, aside))]
    assert here.commits(first, "topic") == [Commit(aside, (first,))]
    assert (here.leads_to(first, merge), here.leads_to(merge, merge), here.leads_to(merge, first)) == (
        True,
        True,
        False,
    )
    assert here.merge_base("topic", "HEAD~1") == first


def test_histories_without_a_common_commit_are_said_to_have_none(repository: "Repository") -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.git("checkout", "--quiet", "--orphan", "alone")
    repository.commit({"b.yaml": SERVICE})
    with pytest.raises(
        NplintError, match=r"^main and HEAD have no commit in common: give --exact to compare with main"
    ):
        found(repository).merge_base("main", "HEAD")


def test_a_conflict_in_the_index_is_told(repository: "Repository") -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a.yaml": FLIPPED})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"a.yaml": SERVICE.replace("30080", "30081").replace("  type", "  x: 1\n  type")})
    repository.run("git", "merge", "--quiet", "topic", check=False)
    with pytest.raises(NplintError, match=r"^the index holds a conflict in a.yaml: resolve it and add the file$"):
        found(repository).staged()


@pytest.fixture
def shallow(repository: "Repository", tmp_path_factory: pytest.TempPathFactory) -> "Repository":
    """A clone that holds the last commit of a branch and nothing else."""
    repository.commit({"a.yaml": SERVICE})
    repository.git("branch", "release")
    repository.commit({"b.yaml": SERVICE})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a.yaml": FLIPPED})
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    repository.git("clone", "--quiet", "--depth=1", "--branch=topic", f"file://{repository.folder}", str(clone))
    return type(repository)(clone, repository.environ)


ALL = "this clone is shallow. Fetch the rest with `git fetch --unshallow --tags origin"
FETCH = "this clone is shallow. Fetch the rest with `git fetch --unshallow origin"


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [
        ("origin/release", f"{FETCH} +refs/heads/release:refs/remotes/origin/release`"),
        ("origin/release~0", f"{FETCH} +refs/heads/release:refs/remotes/origin/release`"),
        ("release", f"{ALL}`"),
        ("v1", f"{ALL}`"),
        ("HEAD~1", f"{ALL}`"),
        ("deadbeef", f"{ALL}`"),
    ],
)
def test_a_shallow_clone_is_told_what_to_fetch(
    shallow: "Repository", nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, revision: str, sentence: str
) -> None:
    monkeypatch.chdir(shallow.folder)
    run = nplint("--against", revision)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"error: there is no revision {revision} in this repository: {sentence}\n"
    # The line is not only printed: it works, wherever the revision exists.
    shallow.run("bash", "-c", sentence.partition("`")[2].rstrip("`"))
    assert found(shallow).has("origin/release") or "refs" not in sentence


def test_where_a_clone_ends_may_be_spoiled(
    shallow: "Repository", nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shallow.folder)
    with (shallow.folder / ".git" / "shallow").open("ab") as file:
        file.write(b"\xe9\xff\n")
    run = nplint("--against", "release")
    assert (run.code, run.out) == (2, "")
    assert run.err == f"error: there is no revision release in this repository: {ALL}`\n"


def test_a_range_over_the_end_of_a_shallow_clone_is_refused(shallow: "Repository") -> None:
    shallow.commit({"c.yaml": SERVICE})
    assert len(found(shallow).commits("HEAD~1", "HEAD")) == 1
    shallow.git("checkout", "--quiet", "--orphan", "alone")
    shallow.commit({})
    with pytest.raises(NplintError, match=f"^what is before [0-9a-f]{{12}} is not in this repository: {ALL}`$"):
        found(shallow).commits("alone", "topic")


def test_a_missing_merge_base_in_a_shallow_clone_is_told_what_to_fetch(shallow: "Repository") -> None:
    shallow.git("fetch", "--quiet", "--depth=1", "origin", "+refs/heads/release:refs/remotes/origin/release")
    with pytest.raises(NplintError, match=f"^origin/release and HEAD have no commit in common: {ALL}`$"):
        found(shallow).merge_base("origin/release", "HEAD")


def test_a_clone_that_fetches_on_demand_is_not_made_to(
    repository: "Repository", tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = repository.commit({"a.yaml": SERVICE})
    repository.commit({"a.yaml": FLIPPED})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("clone") / "partial"
    repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.folder}", str(clone))
    partial = git.find(str(clone))
    id = partial.files(first)["a.yaml"].id
    with pytest.raises(NplintError, match=f"^the file {id[:12]} is missing in this repository: fetch it with"):
        list(partial.blobs([id], 1000))


def test_another_users_repository_is_refused_with_the_way_out(
    repository: "Repository", monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.yaml": SERVICE})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    way = f"`git config --global --add safe.directory {repository.folder}`"
    with pytest.raises(NplintError, match=r"^git refuses .*, which belongs to another user: ") as refused:
        git.find(str(repository.folder))
    assert str(refused.value).endswith(way)


def test_a_machine_without_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}relative")
    with pytest.raises(NplintError, match=r"^git is not installed, and revisions cannot be compared without it"):
        git.find(str(tmp_path))


def test_a_git_in_the_repository_is_not_run(
    repository: "Repository", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trap = tmp_path / "git"
    trap.write_text("#!/bin/sh\ntouch ran\n")
    trap.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert found(repository).head() is None
    assert not (tmp_path / "ran").exists()


@pytest.fixture
def hostile(repository: "Repository", tmp_path_factory: pytest.TempPathFactory) -> tuple["Repository", Path]:
    """A repository whose configuration would run a program at every turn, and where each program leaves its mark."""
    marks = tmp_path_factory.mktemp("marks")

    def trap(name: str) -> str:
        path = marks / f"{name}.sh"
        path.write_text(f"#!/bin/sh\ntouch {marks}/{name}.ran\ncat\n")
        path.chmod(0o755)
        return str(path)

    attributes = "*.yaml diff=evil filter=evil merge=evil\n"
    repository.commit({"web.yaml": SERVICE, "moved.yaml": FLIPPED * 9, "--upload-pack=touch ran.yaml": SERVICE})
    repository.stage({"web.yaml": FLIPPED, "moved.yaml": None, "new.yaml": f"{FLIPPED * 9}#\n"})
    repository.write({".gitattributes": attributes, "web.yaml": f"{FLIPPED}# unstaged\n"})
    hooks = repository.folder / ".git/evil-hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction", "post-checkout"):
        shutil.copy(trap("hook"), hooks / hook)
    for key, value in {
        "core.fsmonitor": trap("fsmonitor"),
        "core.hooksPath": str(hooks),
        "core.pager": trap("pager"),
        "core.editor": trap("editor"),
        "core.sshCommand": trap("ssh"),
        "core.askPass": trap("askpass"),
        "core.alternateRefsCommand": trap("alternates"),
        "diff.external": trap("external"),
        "diff.evil.command": trap("driver"),
        "diff.evil.textconv": trap("textconv"),
        "filter.evil.clean": trap("clean"),
        "filter.evil.smudge": trap("smudge"),
        "filter.evil.process": trap("process"),
        "merge.evil.driver": trap("merge"),
        "gpg.program": trap("gpg"),
        "log.showSignature": "true",
        "credential.helper": trap("credential"),
        "uploadpack.packObjectsHook": trap("upload"),
        **{f"alias.{name}": f"!{trap('alias')}" for name in ("rev-parse", "ls-files", "diff-index", "cat-file")},
    }.items():
        repository.git("config", key, value)
    for mark in marks.glob("*.ran"):
        mark.unlink()
    return repository, marks


@pytest.mark.parametrize(
    "arguments",
    [
        ("--staged",),
        ("--against", "HEAD"),
        ("--against", "HEAD", "--", "--upload-pack=touch ran.yaml", "web.yaml"),
        ("--against", "--upload-pack=touch ran"),
        ("--revision", "HEAD"),
        ("--each-commit", "HEAD~1..HEAD"),
        ("HEAD..HEAD",),
    ],
)
def test_a_hostile_repository_runs_nothing(
    hostile: tuple["Repository", Path], nplint: "Nplint", arguments: tuple[str, ...]
) -> None:
    repository, marks = hostile
    before = sorted((repository.folder / ".git").rglob("*"))
    run = nplint(*arguments)
    assert run.code in (0, 1, 2)
    assert [mark.name for mark in marks.glob("*.ran")] == []
    assert not (repository.folder / "ran").exists()
    assert sorted((repository.folder / ".git").rglob("*")) == before


def test_the_traps_of_the_hostile_repository_are_set(hostile: tuple["Repository", Path]) -> None:
    repository, marks = hostile
    repository.run("git", "status", check=False)
    repository.run("git", "diff", check=False)
    sprung = {mark.name for mark in marks.glob("*.ran")}
    assert {"driver.ran", "process.ran", "fsmonitor.ran"} <= sprung
