"""What docs/ci.md gives to CI systems: it is what they take, and it runs as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "ci.md").read_text("utf-8")
ACTION = yaml.safe_load((PROJECT / "action.yml").read_text("utf-8"))
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
"""
BAD = SERVICE.replace("30080", "80")
FOUND = "web.yaml:4:75: error[node-port-out-of-range]"


def snippets(heading: str, language: str) -> list[str]:
    """The blocks of code of a section."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section
    return re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


WORKFLOWS = snippets("GitHub Actions", "yaml")
(GITLAB,) = snippets("GitLab CI", "yaml")
(SHELL,) = snippets("Any other CI", "sh")


def test_every_block_of_the_page_is_tested() -> None:
    against, *others = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    # test_docs.py parses the first one, and test_container.py looks into those for the container.
    assert against == "nplint --against auto    # compares with the revision that the CI system names\n"
    assert others == [*WORKFLOWS, GITLAB, SHELL, *snippets("Container", "sh")]


def check_schema(schema: str, text: str, folder: Path) -> str:
    """What the schema of a CI system has against a file, "" where it has nothing."""
    file = folder / "file.yaml"
    file.write_text(text, "utf-8")
    command = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", schema, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stdout + run.stderr


# --- GitHub


@pytest.mark.parametrize("text", WORKFLOWS, ids=["pull_request", "push"])
def test_a_workflow_is_one(tmp_path: Path, text: str) -> None:
    assert check_schema("vendor.github-workflows", text, tmp_path) == ""


def steps() -> list[dict[str, Any]]:
    jobs = [job for text in WORKFLOWS for job in yaml.safe_load(text)["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def test_a_workflow_gives_the_action_what_it_takes() -> None:
    given = [step.get("with", {}) for step in steps() if step["uses"].startswith("nplint/nplint@")]
    assert len(given) == len(WORKFLOWS)
    assert set().union(*given) <= set(ACTION["inputs"])


def test_a_workflow_pins_the_actions_of_others() -> None:
    others = [step["uses"] for step in steps() if not step["uses"].startswith("nplint/")]
    assert [name for name in others if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name)] == []


def test_every_input_of_the_action_is_in_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (?:`(.*)`|.*) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, told["default"]) for name, told in ACTION["inputs"].items()]


# --- scripts


@pytest.fixture(scope="module")
def environ(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where git finds a copy of this project in the place of the one that is published."""
    folder = tmp_path_factory.mktemp("published") / "nplint"
    shutil.copytree(snapshot, folder)
    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"], ["tag", "v0.1.0"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "NPLINT_", "CI"))}
    return inherited | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/nplint/nplint",
    }


def run(script: str, folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_script_for_any_ci_fails_where_something_is_found(environ: dict[str, str], tmp_path: Path) -> None:
    project, temporary = tmp_path / "project", tmp_path / "temporary"
    project.mkdir()
    temporary.mkdir()
    (project / "web.yaml").write_text(BAD)
    # Whatever imports one of these from the repository fails in a way of its own.
    for name in ("venv", "pip", "click", "nplint"):
        (project / f"{name}.py").write_text("raise SystemExit(9)\n")
    done = run(SHELL, project, environ | {"TMPDIR": str(temporary)})
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(FOUND)
    assert list(temporary.iterdir()) == []


def test_the_file_for_gitlab_is_one(tmp_path: Path) -> None:
    assert check_schema("vendor.gitlab-ci", GITLAB, tmp_path) == ""
    assert check_schema("vendor.gitlab-ci", GITLAB.replace("script:", "scripts:"), tmp_path) != ""


def test_the_script_for_gitlab_leaves_the_report_that_it_names(environ: dict[str, str], tmp_path: Path) -> None:
    job = yaml.safe_load(GITLAB)["nplint"]
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "image")], check=True)
    project = tmp_path / "project"
    project.mkdir()
    (project / "web.yaml").write_text(BAD)
    path = os.pathsep.join([str(tmp_path / "image" / "bin"), environ["PATH"]])
    done = run("\n".join(job["script"]), project, environ | {"PATH": path})
    assert done.returncode == 1, done.stderr
    assert "error[node-port-out-of-range]" in done.stdout
    report = json.loads((project / job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert [(one["check_name"], one["location"]["path"]) for one in report if one["severity"] != "info"] == [
        ("node-port-out-of-range", "web.yaml")
    ]
