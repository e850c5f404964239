"""Completion, in real shells: the scripts are loaded, and the tabulator is pressed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pexpect
import pytest

from nplint import cli, output, plugins

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULES = plugins.load().rules
COMMANDS = cli.cli.list_commands(click.Context(cli.cli))
SHELLS = ["bash", "zsh", "fish"]
SHOW_LINE, CLEAR_LINE = "\x0f", "\x15"
# Control-O shows what the line has become, which is more than the screen does.
SETUP = {
    "bash": r"""bind -x '"\C-o": printf "<%s>" "$READLINE_LINE"'; bind 'set bell-style none'; source ./script""",
    "zsh": r"autoload -U compinit; compinit -D -u; show() { print -rn -- \<$BUFFER\> }; zle -N show; bindkey '^O' show"
    r"; bindkey '^U' kill-whole-line; unsetopt beep; source ./script",
}
START = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "deploy").mkdir()
    (folder / "deploy" / "web.yaml").write_text("")
    (folder / "some file.yaml").write_text("")
    return folder


@pytest.fixture(scope="module")
def environ(folder: Path) -> dict[str, str]:
    """The nplint under test on the PATH, and none of the caller's settings."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": path, "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "$ "}


def script(shell: str) -> str:
    command = [sys.executable, "-m", "nplint", "completion", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def running(folder: Path, environ: dict[str, str]) -> Iterator[dict[str, "pexpect.spawn[str]"]]:
    """The shells that were started, by name."""
    started: dict[str, pexpect.spawn[str]] = {}
    yield started
    for terminal in started.values():
        terminal.close(force=True)


def start(shell: str, folder: Path, environ: dict[str, str]) -> "pexpect.spawn[str]":
    (folder / "script").write_text(script(shell))
    terminal = pexpect.spawn(
        shell, START[shell], cwd=str(folder), env=environ, encoding="utf-8", dimensions=(40, 200), timeout=60
    )
    terminal.sendline(f"{SETUP[shell]}; rm ./script; echo rea''dy")
    terminal.expect_exact("ready")
    return terminal


LINES = [
    ("nplint exp", "nplint explain "),
    ("nplint deploy/w", "nplint deploy/web.yaml "),
    ("nplint check some", r"nplint check some\ file.yaml "),
    ("nplint explain sctp", "nplint explain sctp-node-port "),
    ("nplint explain duplicate-key sctp", "nplint explain duplicate-key sctp-node-port "),
    ("nplint --format conc", "nplint --format concise "),
    ("nplint --format=conc", "nplint --format=concise "),
    ("nplint deploy --fail-on wa", "nplint deploy --fail-on warning "),
    ("nplint --select sctp", "nplint --select sctp-node-port "),
    ("nplint check --ignore=sctp", "nplint check --ignore=sctp-node-port "),
    ("nplint --select duplicate-key,sctp", "nplint --select duplicate-key,sctp-node-port "),
    ("nplint --stat", "nplint --statistics "),
    ("nplint check --config dep", "nplint check --config deploy/"),
    ("nplint init dep", "nplint init deploy/"),
    ("nplint config val", "nplint config validate "),
    ("nplint rules --format mark", "nplint rules --format markdown "),
    ("nplint completion fi", "nplint completion fish "),
]


@pytest.mark.parametrize(("typed", "becomes"), LINES)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_tabulator_completes_what_is_typed(
    running: dict[str, "pexpect.spawn[str]"],
    folder: Path,
    environ: dict[str, str],
    shell: str,
    typed: str,
    becomes: str,
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    terminal = running.get(shell) or running.setdefault(shell, start(shell, folder, environ))
    terminal.send(CLEAR_LINE + typed + "\t" + SHOW_LINE)
    terminal.expect("<(.*?)>")
    assert isinstance(terminal.match, re.Match)
    # zsh waits for the next key before it puts a space behind a folder.
    assert terminal.match[1].removesuffix(" ") == becomes.removesuffix(" ")


@pytest.mark.parametrize(("typed", "becomes"), LINES)
def test_fish_proposes_what_is_typed(folder: Path, environ: dict[str, str], typed: str, becomes: str) -> None:
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    command = ["fish", "--no-config", "-c", f"{script('fish')}; complete -C '{typed}'"]
    run = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    (proposed,) = run.stdout.splitlines()
    word = proposed.partition("\t")[0].replace(" ", r"\ ")
    assert becomes.rstrip().endswith(f" {word}")
    assert run.stderr == ""


# --- what is proposed, whatever the shell


def proposed(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    monkeypatch.setenv("_NPLINT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "\n".join(("nplint", *words)))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    run = nplint()
    assert (run.code, run.err) == (0, "")
    return run.out.split()


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ([""], ["file,", *(f"plain,{name}" for name in COMMANDS)]),
        (["c"], ["file,c", *(f"plain,{name}" for name in COMMANDS if name.startswith("c"))]),
        (["--ve"], ["plain,--version"]),
        (["--stat"], ["plain,--statistics"]),
        (["x.yaml", "--stat"], ["plain,--statistics"]),
        (["x.yaml", ""], ["file,"]),
        (["check", "c"], ["file,c"]),
        (["--context", ""], ["file,"]),
        (["ports", ""], ["file,"]),
        (["ports", "--config", "x"], ["file,x"]),
        (["config", ""], ["plain,show", "plain,validate"]),
        (["config", "show", ""], ["file,"]),
        (["config", "validate", ""], ["file,"]),
        (["init", ""], ["dir,"]),
        (["completion", ""], [f"plain,{shell}" for shell in SHELLS]),
        (["explain", ""], [f"plain,{name}" for name in RULES]),
        (["--select", ""], [f"plain,{name}" for name in RULES]),
        (["--ignore", "sctp-node-port,sctp"], []),
        (["--select", "x,sctp"], ["plain,x,sctp-node-port"]),
        (["--format", ""], [f"plain,{name}" for name in sorted(output.FORMATS)]),
        (["--format", "="], [f"plain,{name}" for name in sorted(output.FORMATS)]),
        (["--fail-on", "=", "e"], ["plain,error"]),
        (["--cluster-version", ""], []),
    ],
)
def test_what_may_come_next_is_proposed(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, words: list[str], items: list[str]
) -> None:
    assert proposed(nplint, monkeypatch, *words) == items


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(nplint: "Nplint", shell: str) -> None:
    run = nplint("completion", shell)
    assert (run.code, run.err) == (0, "")
    assert run.out == script(shell)
    assert f"_NPLINT_COMPLETE={shell}_complete" in run.out


def test_a_shell_that_is_not_known_is_a_wrong_call(nplint: "Nplint") -> None:
    run = nplint("completion", "tcsh")
    assert (run.code, run.out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in run.err
