"""The README tells the truth: its first command prints what it shows, and its flags and rules exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("index", "path"), [(0, "examples"), (1, "tests/projects/hairpin-daemon-set-client")], ids=["first", "audit"]
)
def test_a_command_prints_what_the_readme_shows(index: int, path: str) -> None:
    shown = re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[index]
    run = subprocess.run(
        [sys.executable, "-m", "nplint", path],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        # The caller's terminal is nobody's business here.
        env={"PATH": os.environ["PATH"]},
    )
    assert run.stdout == shown
    assert run.returncode == 1


def test_every_flag_in_the_readme_exists() -> None:
    names = (["check"], ["fix"], ["graph"], ["ports"], ["rule", "new"])
    commands = [[sys.executable, "-m", "nplint", *name, "--help"] for name in names]
    known = "".join(subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in commands)
    flags = set(re.findall(r"--[a-z][a-z-]+", README.replace("ruff format --check", "")))
    assert {flag for flag in flags if flag not in known} == set()


def test_the_suppressions_in_the_readme_leave_nothing(tmp_path: Path) -> None:
    shown = re.search(r"^### Suppress a finding\n\n```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert shown
    (tmp_path / "web.yaml").write_text(shown[1], "utf-8")
    command = [sys.executable, "-m", "nplint", "--fail-on", "note"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")
    assert "; 6 suppressed" in run.stderr


def test_the_picture_is_what_the_command_draws() -> None:
    command = [sys.executable, "-m", "nplint", "graph", "tests/projects/hairpin-daemon-set-client", "--format", "svg"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, env={})
    assert (run.stdout, run.stderr) == ((PROJECT / "docs" / "hairpin.svg").read_text("utf-8"), "")
