"""The action for GitHub, its scripts run by bash as a runner does."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

PROJECT = Path(__file__).parent.parent
ACTION = yaml.safe_load((PROJECT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id", "run"): step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - port: 80
      nodePort: 30080
"""
BAD = SERVICE.replace("30080", "80")
FOUND = "error[node-port-out-of-range]"


class Run(NamedTuple):
    """What a step left behind."""

    code: int
    log: str


def checked(program: str, *arguments: str, stdin: str = "") -> str:
    """What a checker says about a file, "" where it has nothing to say."""
    command = [str(Path(sys.executable).parent / program), *arguments]
    run = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stdout + run.stderr


def run_step(name: str, folder: Path, environ: Mapping[str, str], inputs: Mapping[str, str]) -> Run:
    """Run the script of a step in a folder, as the runner does, after its expressions are filled in."""
    known = {
        **{f"inputs.{input}": told["default"] for input, told in ACTION["inputs"].items()},
        **{f"inputs.{input}": told for input, told in inputs.items()},
        "steps.python.outputs.python-path": sys.executable,
        "steps.install.outputs.program": environ.get("INSTALLED", ""),
    }
    filled = {key: EXPRESSION.sub(lambda found: known[found[1]], value) for key, value in STEPS[name]["env"].items()}
    script = Path(environ["RUNNER_TEMP"]) / "step.sh"
    script.write_text(STEPS[name]["run"], "utf-8")
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    run = subprocess.run(
        command, cwd=folder, env={**environ, **filled}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return Run(run.returncode, run.stdout.decode())


@pytest.fixture(scope="module")
def environ(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a runner sets, and where the first step installed the program: of a copy, in which a build leaves things."""
    folder = tmp_path_factory.mktemp("runner")
    subprocess.run(["cp", "-r", str(snapshot), str(folder / "action")], check=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "NPLINT_"))}
    runner = {
        "GITHUB_ACTION_PATH": str(folder / "action"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "RUNNER_TEMP": str(folder),
        "RUNNER_OS": "Linux",
    }
    run = run_step("install", folder, inherited | runner, {})
    assert run == Run(0, "")
    (output,) = (folder / "output").read_text("utf-8").splitlines()
    return inherited | runner | {"INSTALLED": output.removeprefix("program=")}


Action = Callable[..., Run]


@pytest.fixture
def action(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Action:
    """Run the last step in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda **inputs: run_step("run", tmp_path, environ, {"format": "concise", **inputs})


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")


# --- its text


def test_the_action_is_one() -> None:
    command = ["check-jsonschema", "--builtin-schema", "vendor.github-actions"]
    assert checked(*command, str(PROJECT / "action.yml")) == ""


def test_an_auditor_of_actions_finds_nothing() -> None:
    assert checked("zizmor", "--offline", "--persona", "pedantic", str(PROJECT / "action.yml")) == ""


@pytest.mark.parametrize("name", ["install", "run"])
def test_a_linter_of_shell_finds_nothing(name: str) -> None:
    assert checked("shellcheck", "--shell", "bash", "-", stdin=STEPS[name]["run"]) == ""


@pytest.mark.parametrize("name", ["install", "run"])
def test_no_script_holds_an_expression(name: str) -> None:
    assert "${{" not in STEPS[name]["run"]
    assert STEPS[name]["shell"] == "bash"


def test_what_it_uses_is_pinned() -> None:
    used = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name)] == []


def test_every_input_is_described_and_used() -> None:
    text = json.dumps([step.get("env", {}) for step in STEPS.values()])
    assert all(told["description"].endswith(".") and "default" in told for told in ACTION["inputs"].values())
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in text] == []


# --- what it does


@pytest.mark.parametrize(("text", "code"), [(SERVICE, 0), (BAD, 1)])
def test_the_action_fails_where_something_is_found(action: Action, text: str, code: int) -> None:
    write("deploy/web.yaml", text)
    run = action()
    assert run.code == code
    assert (f"deploy/web.yaml:9:17: {FOUND}" in run.log) is bool(code)
    assert " in 1 file (1 Service, 1 with node ports)" in run.log


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (".", ["a b.yaml", "c/d.yaml", "x/y.yaml"]),
        ("", ["a b.yaml", "c/d.yaml", "x/y.yaml"]),
        ("a b.yaml", ["a b.yaml"]),
        ("c\nx\n", ["c/d.yaml", "x/y.yaml"]),
        ("\na b.yaml\n\nx/y.yaml\n", ["a b.yaml", "x/y.yaml"]),
    ],
)
def test_paths_are_given_one_a_line(action: Action, paths: str, found: list[str]) -> None:
    for name in ("a b.yaml", "c/d.yaml", "x/y.yaml"):
        write(name, BAD)
    run = action(paths=paths)
    assert [line.split(":")[0] for line in run.log.splitlines() if FOUND in line] == found


@pytest.mark.parametrize("args", ["--type turbo --exit-zero", "--type  turbo\n--exit-zero\n"])
def test_options_are_parted_by_white_space(action: Action, args: str) -> None:
    write("web.yaml", BAD)
    run = action(args=args)
    assert run.code == 0
    assert FOUND in run.log
    assert "--type" not in run.log


@pytest.mark.parametrize("inputs", [{"args": "--no-such-option"}, {"format": "no-such-format"}, {"paths": "nowhere"}])
def test_a_wrong_input_is_a_wrong_call(action: Action, inputs: dict[str, str]) -> None:
    write("web.yaml", BAD)
    assert action(**inputs).code == 2


def test_findings_are_shown_as_github_shows_them_unless_asked_otherwise() -> None:
    assert ACTION["inputs"]["format"]["default"] == "github"


def test_annotations_reach_the_runner_and_the_summary(action: Action, environ: dict[str, str], tmp_path: Path) -> None:
    write("web.yaml", BAD)
    run = action(format="github")
    assert run.code == 1
    assert run.log.startswith("::error file=web.yaml,line=9,")
    assert run.log.index("::stop-commands::") > run.log.index("::error ")
    assert "node-port-out-of-range" in Path(environ["GITHUB_STEP_SUMMARY"]).read_text("utf-8")


# --- what it does not do


HOSTILE = ["$(touch owned)", "`touch owned`", "; touch owned", "'; touch owned; '", '"; touch owned; "', "*", "a\\"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("input", ["paths", "args", "format"])
def test_nothing_in_an_input_is_run(action: Action, input: str, text: str) -> None:
    write("web.yaml", SERVICE)
    assert action(**{input: text}).code == 2
    assert [path.name for path in Path.cwd().iterdir()] == ["web.yaml"]


@pytest.mark.parametrize("version", ["1.0; touch owned", "1.0 --index-url=x", "$(touch owned)", "-e", "1.0\n2.0", "@x"])
def test_a_version_is_a_release(environ: dict[str, str], tmp_path: Path, version: str) -> None:
    run = run_step("install", tmp_path, environ, {"version": version})
    assert run == Run(2, "::error title=nplint::the input version is no release such as 0.1.0\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["install", "run"])
def test_nothing_of_the_repository_is_run(environ: dict[str, str], tmp_path: Path, step: str) -> None:
    for name in ("click", "yaml", "pip", "venv", "os", "nplint", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('owned', 'w')\n")
    (tmp_path / "web.yaml").write_text(SERVICE)
    # A second environment in the place of the first would take as long as that.
    broken = {**environ, "GITHUB_ACTION_PATH": str(tmp_path / "nowhere"), "RUNNER_TEMP": str(tmp_path.parent)}
    run = run_step(step, tmp_path, broken, {"format": "concise"})
    assert run.code == (1 if step == "install" else 0)
    assert not (tmp_path / "owned").exists()


def test_nothing_that_is_printed_commands_the_runner(action: Action) -> None:
    write("::set-output name=x::y.yaml", BAD)
    run = action()
    stop, *lines, go_on = run.log.splitlines()
    token = stop.removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert go_on == f"::{token}::"
    assert any("::set-output name=x::y.yaml:9:17: error" in line for line in lines)
    assert action().log.splitlines()[0] != stop
