"""The pages of docs/ to follow, and the sample plugin, in a fresh environment: each block as it stands."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parent.parent
# What these show runs on other systems or for hours. test_docs.py parses its commands, and test_ci.py knows every block
# of ci.md by the test that runs it.
NOT_TO_FOLLOW = {"ci.md", "fuzzing.md", "limits.md", "performance.md"}
BLOCK = re.compile(r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of code: the file that it is, if it is one, its language, its text, and what running it prints."""

    file: str
    language: str
    text: str
    expected: str


def blocks(page: str) -> Iterator[Block]:
    for found in BLOCK.finditer((PROJECT / "docs" / page).read_text("utf-8")):
        yield Block(*(part or "" for part in found.groups()))


@pytest.fixture(scope="module")
def environment(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where nplint is installed with CEL, and with what rules of one's own are tested."""
    return installed(snapshot, tmp_path_factory, ".[cel]", "pytest")


@pytest.fixture(scope="module")
def with_plugin(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the sample plugin is installed as well."""
    return installed(snapshot, tmp_path_factory, ".", "./examples/plugin[test]")


def installed(snapshot: Path, tmp_path_factory: pytest.TempPathFactory, *what: str) -> dict[str, str]:
    """The variables of a new virtual environment with what pip installs in a copy of the project."""
    folder, project = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("copy") / "project"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run(["cp", "-r", snapshot, project], check=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *what], cwd=project, check=True)
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "HOME", "LANG", "SSL_", "HTTP"))}
    return {
        **kept,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "NO_COLOR": "1",
    }


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    both = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert both.returncode == 0, both.stdout
    return both.stdout


def follow(block: Block, folder: Path, environment: dict[str, str]) -> None:
    """Do what a block says, and hold what comes of it against what the page shows."""
    if block.file:
        path = folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
    else:
        program = {"sh": ["bash", "-euc"], "python": ["python", "-c"]}[block.language]
        assert run([*program, block.text], folder, environment) == block.expected


@pytest.mark.parametrize("page", sorted({path.name for path in (PROJECT / "docs").glob("*.md")} - NOT_TO_FOLLOW))
def test_a_page_can_be_followed_as_it_stands(page: str, tmp_path: Path, environment: dict[str, str]) -> None:
    found = list(blocks(page))
    fences = re.findall(r"^```", (PROJECT / "docs" / page).read_text("utf-8"), re.MULTILINE)
    assert sum(2 + 2 * bool(block.expected) for block in found) == len(fences)
    for block in found:
        follow(block, tmp_path, environment)
    if (tmp_path / "test_no_team.py").exists():
        assert "2 passed" in run(["pytest", "-q", "test_no_team.py"], tmp_path, environment)


def test_the_sample_plugin_passes_its_tests(snapshot: Path, tmp_path: Path, with_plugin: dict[str, str]) -> None:
    subprocess.run(["cp", "-r", snapshot / "examples/plugin/tests", tmp_path], check=True)
    assert "5 passed" in run(["pytest", "-q", "tests"], tmp_path, with_plugin)
    assert run(["nplint", "rule", "test", "nplint_acme"], tmp_path, with_plugin) == "2 examples are as marked\n"


def test_the_sample_plugin_brings_a_rule_a_type_and_a_format(
    snapshot: Path, tmp_path: Path, with_plugin: dict[str, str]
) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {nplint.io/expects: public}}\n"
    (tmp_path / "web.yaml").write_text(f"{service}spec: {{type: NodePort, ports: [{{port: 80, nodePort: 32000}}]}}\n")
    command = "nplint --type acme --format tally --select public-without-owner,node-port-out-of-range web.yaml"
    said = run(["bash", "-c", f"{command} 2>/dev/null || test $? = 1"], tmp_path, with_plugin)
    assert said == "node-port-out-of-range=1 public-without-owner=1\n"
