"""The hooks, run by pre-commit itself in a repository that uses this one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import Repository, git_environ

PROJECT = Path(__file__).parent.parent
HOOKS = ["nplint", "nplint-files", "nplint-system"]
FINE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  ports: [{port: 80, nodePort: 30080}]
"""
BAD = FINE.replace("30080", "80")
OTHER = FINE.replace("web", "other").replace("30080", "30090")
FOUND = "node-port-out-of-range"
COMPARING = ["nplint", "nplint-system"]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Nothing of the caller's git and pre-commit, and the nplint under test on the PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return git_environ() | {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")), "PATH": path}


def commit_all(folder: Path, environ: dict[str, str]) -> Repository:
    repository = Repository(folder, environ)
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.commit({})
    return repository


def hook(user: Repository, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a hook says when pre-commit runs it."""
    return user.run(sys.executable, "-m", "pre_commit", "run", "--verbose", name, *arguments, check=False)


@pytest.fixture(scope="module")
def config(snapshot: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A config that takes every hook from a commit of this project."""
    folder = tmp_path_factory.mktemp("source") / "nplint"
    shutil.copytree(snapshot, folder)
    revision = commit_all(folder, environ).git("rev-parse", "HEAD")
    hooks = [{"id": name} for name in HOOKS]
    return yaml.safe_dump({"repos": [{"repo": str(folder), "rev": revision, "hooks": hooks}]})


@pytest.fixture
def user(config: str, environ: dict[str, str], tmp_path: Path) -> Repository:
    """A repository that uses nplint."""
    (tmp_path / ".pre-commit-config.yaml").write_text(config, "utf-8")
    return commit_all(tmp_path, environ)


def test_pre_commit_takes_the_manifest_of_hooks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(PROJECT / ".pre-commit-hooks.yaml")]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_manifest_of_hooks_keeps_to_what_users_rely_on() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert list(hooks) == HOOKS
    assert all("language_version" not in hook and hook["minimum_pre_commit_version"] for hook in hooks.values())
    assert hooks["nplint-system"]["entry"] == hooks["nplint"]["entry"]


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_lets_a_good_manifest_pass(user: Repository, name: str) -> None:
    user.stage({"web.yaml": FINE})
    run = hook(user, name)
    assert run.returncode == 0, run.stdout
    assert " in 1 file (1 Service" in run.stdout


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_stops_a_bad_manifest(user: Repository, name: str) -> None:
    user.stage({"web.yaml": FINE, "api.yml": BAD})
    run = hook(user, name)
    assert run.returncode == 1
    assert f"error[{FOUND}]" in run.stdout
    assert "api.yml:6:32" in run.stdout


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_lets_a_commit_without_manifests_pass(user: Repository, name: str) -> None:
    user.stage({"package.json": '{"name": "web"}', "values.yaml": "replicas: 2"})
    run = hook(user, name)
    assert run.returncode == 0, run.stdout
    told = (
        "no manifest changes, so nothing was judged" if name in COMPARING else "warning: no Kubernetes manifest found"
    )
    assert told in run.stdout


def test_a_hook_for_the_work_tree_leaves_alone_what_was_wrong_before(user: Repository) -> None:
    user.commit({"api.yaml": BAD})
    user.stage({"web.yaml": OTHER})
    run = hook(user, "nplint")
    assert run.returncode == 0
    assert FOUND not in run.stdout
    assert "; 2 in the base; " in run.stdout


@pytest.mark.parametrize("name", COMPARING)
def test_a_commit_that_only_deletes_is_judged(user: Repository, name: str) -> None:
    user.commit({"api.yaml": BAD, "web.yaml": OTHER})
    user.stage({"web.yaml": None})
    run = hook(user, name)
    assert run.returncode == 1
    assert "Service other is deleted, and nodePort 30090 disappears with it" in run.stdout
    assert " --> base:web.yaml:3:18 " in run.stdout
    assert FOUND not in run.stdout


def test_what_is_staged_is_judged_and_not_what_is_unstaged_or_untracked(user: Repository) -> None:
    user.commit({"web.yaml": OTHER, "api.yaml": FINE})
    user.stage({"web.yaml": OTHER.replace("30090", "30091")})
    user.write({"web.yaml": OTHER.replace("30090", "30092"), "api.yaml": BAD, "new.yaml": BAD})
    run = hook(user, "nplint")
    assert "nodePort changes from 30090 to 30091" in run.stdout
    assert "30092" not in run.stdout
    assert FOUND not in run.stdout
    assert (user.folder / "web.yaml").read_text() == OTHER.replace("30090", "30092")


def test_what_a_branch_brings_is_judged_when_it_is_merged(user: Repository) -> None:
    user.commit({"web.yaml": OTHER, "api.yaml": FINE})
    user.git("checkout", "--quiet", "-b", "topic")
    user.commit({"web.yaml": OTHER.replace("30090", "30091")})
    user.git("checkout", "--quiet", "main")
    user.commit({"api.yaml": FINE.replace("30080", "30081")})
    user.git("merge", "--quiet", "--no-commit", "topic")
    run = hook(user, "nplint")
    assert "nodePort changes from 30090 to 30091" in run.stdout
    assert "30081" not in run.stdout


def test_a_range_is_judged_where_pre_commit_is_given_one(user: Repository) -> None:
    base = user.commit({"web.yaml": OTHER})
    user.commit({"web.yaml": OTHER.replace("30090", "30091")})
    user.stage({"web.yaml": OTHER.replace("30090", "30092")})
    run = hook(user, "nplint", "--from-ref", base, "--to-ref", "HEAD")
    assert run.returncode == 1
    assert "nodePort changes from 30090 to 30091" in run.stdout
    assert "30092" not in run.stdout


def test_everything_is_judged_where_nothing_is_staged_and_nobody_commits(user: Repository) -> None:
    user.commit({"api.yaml": BAD})
    run = hook(user, "nplint", "--all-files")
    assert run.returncode == 1
    assert "nothing is staged, so all that the index holds is judged" in run.stdout
    assert f"error[{FOUND}]" in run.stdout


def test_git_itself_runs_the_hook_at_the_first_commit_and_at_each_one_after(
    config: str, environ: dict[str, str], tmp_path: Path
) -> None:
    user = Repository(tmp_path, environ)
    user.git("init", "--quiet")
    user.run(sys.executable, "-m", "pre_commit", "install")
    commit = ("git", "commit", "--all", "--message", "change")
    user.stage({".pre-commit-config.yaml": config.replace("  - id: nplint-files\n", ""), "api.yaml": BAD})
    first = user.run(*commit, check=False)
    assert first.returncode == 1
    assert f"error[{FOUND}]" in first.stderr
    user.stage({"api.yaml": FINE})
    assert user.run(*commit).returncode == 0
    # `commit --all` puts what it commits into an index of its own.
    user.write({"api.yaml": FINE.replace("30080", "30081")})
    moved = user.run(*commit, check=False)
    assert moved.returncode == 1
    assert "nodePort changes from 30080 to 30081" in moved.stderr
    user.git("checkout", "--quiet", "api.yaml")
    assert user.run("git", "commit", "--allow-empty", "--message", "nothing").returncode == 0


def test_a_file_that_a_hook_cannot_read_stops_the_commit(user: Repository) -> None:
    user.stage({"web.yaml": f"{FINE}  broken: ["})
    run = hook(user, "nplint-files")
    assert run.returncode == 1
    assert "unreadable-manifest" in run.stdout
