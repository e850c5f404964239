"""What several test modules start from."""

import gc
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from nplint import cli

# The gate says the same each time. HYPOTHESIS_PROFILE=default searches on.
settings.register_profile("gate", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROJECT = Path(__file__).parent.parent


class Run(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


Nplint = Callable[..., Run]

# What git, pre-commit and CI systems set where the tests themselves are run by one of them.
_FOREIGN = (
    "NPLINT_",
    "GIT_",
    "PRE_COMMIT",
    "GITHUB_",
    "CI_",
    "CHANGE_",
    "SYSTEM_",
    "BITBUCKET_",
    "BUILDKITE_",
    "DRONE_",
)


def git_environ() -> dict[str, str]:
    """An environment without settings, and with a person that commits."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    person = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return inherited | person | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Repository:
    """A git repository, and the environment to run git and others in."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, check=check, capture_output=True, encoding="utf-8"
        )

    def git(self, *arguments: str) -> str:
        """What git prints."""
        return self.run("git", *arguments).stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files, or remove those that are None."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())

    def stage(self, files: Mapping[str, str | None]) -> None:
        self.write(files)
        self.git("add", "--all")

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Commit files; the id of the commit."""
        self.stage(files)
        self.git("commit", "--quiet", "--allow-empty", "--message", "change", "--no-verify")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment without settings, which is also that of this process."""
    environ = git_environ()
    for name in os.environ.keys() - environ.keys():
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


@pytest.fixture
def repository(tmp_path: Path, environ: dict[str, str]) -> Repository:
    """An empty repository in the folder that `nplint` runs in."""
    made = Repository(tmp_path, environ)
    made.git("init", "--quiet", "--initial-branch", "main")
    return made


@pytest.fixture
def nplint(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Nplint:
    """Run the command line within this process, in an empty folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "disable", lambda: None)

    def run(*arguments: str, stdin: str = "") -> Run:
        monkeypatch.setattr(sys, "argv", ["nplint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as left:
            cli.main()
        code = left.value.code
        assert isinstance(code, int)
        return Run(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's own files, without what git ignores. Nobody may write to it."""
    copy = tmp_path_factory.mktemp("snapshot")
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        if name and (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copy / name)
    return copy
