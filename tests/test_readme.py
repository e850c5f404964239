"""The README tells the truth: its first command prints what it shows, and its flags and rules exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text("utf-8")


def test_the_first_command_prints_what_the_readme_shows() -> None:
    shown = re.search(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert shown
    run = subprocess.run(
        [sys.executable, "-m", "nplint", "examples"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        # The caller's terminal is nobody's business here.
        env={"PATH": os.environ["PATH"]},
    )
    assert run.stdout == shown[1]
    assert run.returncode == 1


def test_every_flag_in_the_readme_exists() -> None:
    commands = [[sys.executable, "-m", "nplint", *name, "--help"] for name in (["check"], ["ports"], ["rule", "new"])]
    known = "".join(subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in commands)
    flags = set(re.findall(r"--[a-z][a-z-]+", README.replace("ruff format --check", "")))
    assert {flag for flag in flags if flag not in known} == set()


def test_every_link_in_the_readme_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
