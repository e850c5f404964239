"""The hooks, run by pre-commit itself in a repository that uses this one."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

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
FOUND = "node-port-out-of-range"


@dataclass(frozen=True)
class Repository:
    """A git repository, and the environment to run git and pre-commit in."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, check=check, capture_output=True, encoding="utf-8"
        )

    def stage(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, "utf-8")
        self.run("git", "add", "--all")

    def hook(self, name: str) -> subprocess.CompletedProcess[str]:
        """What a hook says to the next commit."""
        return self.run(sys.executable, "-m", "pre_commit", "run", "--verbose", name, check=False)


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Nothing of the caller's git and pre-commit, and the nplint under test on the PATH."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    person = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return (
        inherited
        | person
        | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
    )


def commit_all(folder: Path, environ: dict[str, str]) -> Repository:
    repository = Repository(folder, environ)
    repository.run("git", "init", "--quiet")
    repository.run("git", "add", "--all")
    repository.run("git", "commit", "--quiet", "--allow-empty", "--message", "first")
    return repository


@pytest.fixture(scope="module")
def config(snapshot: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A config that takes every hook from a commit of this project."""
    folder = tmp_path_factory.mktemp("source") / "nplint"
    shutil.copytree(snapshot, folder)
    revision = commit_all(folder, environ).run("git", "rev-parse", "HEAD").stdout.strip()
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


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_lets_a_good_manifest_pass(user: Repository, hook: str) -> None:
    user.stage({"web.yaml": FINE})
    run = user.hook(hook)
    assert run.returncode == 0, run.stdout
    assert " in 1 file (1 Service" in run.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_stops_a_bad_manifest(user: Repository, hook: str) -> None:
    user.stage({"web.yaml": FINE, "api.yml": BAD})
    run = user.hook(hook)
    assert run.returncode == 1
    assert f"error[{FOUND}]" in run.stdout
    assert "api.yml:6:32" in run.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_lets_a_commit_without_manifests_pass(user: Repository, hook: str) -> None:
    user.stage({"package.json": '{"name": "web"}', "values.yaml": "replicas: 2"})
    run = user.hook(hook)
    assert run.returncode == 0, run.stdout
    assert "warning: no Kubernetes manifest found" in run.stdout


@pytest.mark.parametrize(("hook", "stopped"), [("nplint", True), ("nplint-system", True), ("nplint-files", False)])
def test_only_a_hook_for_the_work_tree_sees_what_the_commit_does_not_touch(
    user: Repository, hook: str, stopped: bool
) -> None:
    user.stage({"api.yaml": BAD})
    user.run("git", "commit", "--quiet", "--message", "unchecked")
    user.stage({"web.yaml": FINE})
    assert (FOUND in user.hook(hook).stdout) is stopped


@pytest.mark.parametrize("hook", ["nplint", "nplint-system"])
def test_a_hook_for_the_work_tree_runs_where_a_commit_only_deletes(user: Repository, hook: str) -> None:
    user.stage({"api.yaml": BAD, "web.yaml": FINE})
    user.run("git", "commit", "--quiet", "--message", "unchecked")
    user.run("git", "rm", "--quiet", "web.yaml")
    run = user.hook(hook)
    assert run.returncode == 1
    assert FOUND in run.stdout


def test_a_file_that_a_hook_cannot_read_stops_the_commit(user: Repository) -> None:
    user.stage({"web.yaml": f"{FINE}  broken: ["})
    run = user.hook("nplint-files")
    assert run.returncode == 1
    assert "unreadable-manifest" in run.stdout
