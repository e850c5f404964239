"""Whole repositories with what is found in them: tests/projects/<name>/expected.txt holds it to the letter."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Nplint

PROJECTS = Path(__file__).parent / "projects"
NAMES = sorted(path.name for path in PROJECTS.iterdir())


def enter(name: str, folder: Path) -> list[str]:
    """Copy a project to where nothing above it matters; its extra arguments."""
    shutil.copytree(PROJECTS / name, folder, dirs_exist_ok=True)
    given = folder / "arguments.txt"
    return given.read_text("utf-8").splitlines() if given.exists() else []


@pytest.mark.parametrize("name", NAMES)
def test_a_project(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    run = nplint("--format", "concise", *enter(name, tmp_path))
    assert run.out + run.err == (PROJECTS / name / "expected.txt").read_text("utf-8")
    assert run.code == int(" error[" in run.out or " warning[" in run.out)


@pytest.mark.parametrize("name", NAMES)
def test_a_project_has_a_valid_configuration_if_it_has_one(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    enter(name, tmp_path)
    assert nplint("config", "validate").code == (0 if (tmp_path / ".nplint.yaml").exists() else 2)


def test_a_conflict_shows_both_places_and_names(nplint: "Nplint", tmp_path: Path) -> None:
    enter("one-cluster-conflict-across-namespaces-and-protocols", tmp_path)
    findings = json.loads(nplint("--format", "json").out)["findings"]
    told = [
        (
            f"{finding['resource']['namespace']}/{finding['resource']['name']}",
            f"{finding['path']}:{finding['line']}",
            finding["message"],
            [f"{other['path']}:{other['line']}" for other in finding["related"]],
        )
        for finding in findings
    ]
    message = "nodePort 30053 is claimed by Service edge/gate too"
    assert told == [
        ("pay/names", "pay/names.yaml:8", message, ["edge/health.yaml:7"]),
        ("shop/dns", "shop/dns.yaml:8", message, ["edge/health.yaml:7"]),
    ]
