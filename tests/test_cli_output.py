"""Where reports go: several formats at once, into files, and into the summary of a step of GitHub Actions."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import output

if TYPE_CHECKING:
    from tests.conftest import Nplint

BAD = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80, nodePort: 80}]}\n"
)
RANGE = "node-port-out-of-range"


@pytest.fixture(autouse=True)
def _manifest(nplint: "Nplint") -> None:
    Path("web.yaml").write_text(BAD)


# --- several at once


def test_every_format_can_go_to_a_file_at_once(nplint: "Nplint") -> None:
    wanted = [argument for name in output.FORMATS for argument in ("--output", f"{name}=out.{name}.txt")]
    run = nplint(*wanted)
    assert run == nplint()
    assert {name: Path(f"out.{name}.txt").read_text("utf-8") for name in output.FORMATS} == {
        name: nplint("--format", name).out for name in output.FORMATS
    }


def test_a_file_has_no_colour_although_the_screen_has(nplint: "Nplint") -> None:
    assert "\x1b[" in nplint("--color", "always", "--output", "text=out.txt").out
    assert "\x1b[" not in Path("out.txt").read_text()


def test_a_file_is_in_utf_8_whatever_the_screen_is(nplint: "Nplint") -> None:
    Path("网.yaml").write_text(BAD)
    nplint("--output", "concise=out.txt")
    assert "网.yaml:4:" in Path("out.txt").read_bytes().decode()


def test_a_clean_run_writes_its_files_too(nplint: "Nplint") -> None:
    run = nplint("--select", "duplicate-key", "--output", "gitlab=a.json", "--output", "text=a.txt")
    assert (run.code, run.out) == (0, "")
    assert (Path("a.json").read_text(), Path("a.txt").read_text()) == ("[]\n", "")


def test_the_environment_can_name_files(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPLINT_OUTPUT", "sarif=a.sarif json=a=b.json")
    nplint()
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads(Path("a=b.json").read_text())["version"] == 1


# --- how a file is written


def test_a_file_is_replaced_as_a_whole(nplint: "Nplint") -> None:
    Path("out.json").write_text("old")
    os.link("out.json", "same.json")
    os.chmod("out.json", 0o640)
    before = {file.name for file in Path().iterdir()}
    nplint("--output", "gitlab=out.json")
    assert json.loads(Path("out.json").read_text())
    assert Path("same.json").read_text() == "old"
    assert stat.S_IMODE(Path("out.json").stat().st_mode) == 0o640
    assert {file.name for file in Path().iterdir()} == before


def test_a_new_file_is_as_open_as_any_other(nplint: "Nplint") -> None:
    nplint("--output", "gitlab=out.json")
    Path("other").touch()
    assert Path("out.json").stat().st_mode == Path("other").stat().st_mode


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_one(nplint: "Nplint", exists: bool) -> None:
    Path("reports").mkdir()
    if exists:
        Path("reports/out.json").write_text("old")
    Path("out.json").symlink_to("reports/out.json")
    nplint("--output", "gitlab=out.json")
    assert Path("out.json").is_symlink()
    assert json.loads(Path("reports/out.json").read_text())


def test_a_device_is_written_to_and_not_replaced(nplint: "Nplint") -> None:
    device = Path(os.devnull).stat()
    assert nplint("--output", f"json={os.devnull}").code == 1
    assert Path(os.devnull).stat().st_rdev == device.st_rdev
    assert Path(os.devnull).stat().st_ino == device.st_ino


def test_a_pipe_is_written_to_and_not_replaced(nplint: "Nplint") -> None:
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_text()))
    reader.start()
    nplint("--output", "gitlab=pipe")
    reader.join()
    assert json.loads(read[0])
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere/out.json", "no such file or directory"),
        ("folder", "is a directory"),
        ("web.yaml/x", "not a directory"),
    ],
)
def test_what_cannot_be_written_is_a_wrong_call(nplint: "Nplint", target: str, reason: str) -> None:
    Path("folder").mkdir()
    before = sorted(Path().rglob("*"))
    run = nplint("--output", f"json={target}")
    assert (run.code, run.out, run.err) == (2, "", f"error: cannot write {target}: {reason}\n")
    assert sorted(Path().rglob("*")) == before


# --- wrong calls


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sarf=a"], "no format is named sarf: did you mean sarif?"),
        (["xyz=a"], "no format is named xyz: there are checkstyle, "),
        (["sarif"], "`sarif` is no output: write it as FORMAT=PATH, such as sarif=nplint.sarif"),
        (["sarif="], "`sarif=` is no output: "),
        (["=a"], "`=a` is no output: "),
        (["json=-"], "`json=-` is no output: "),
        (["json=a", "sarif=./a"], "two outputs go to ./a: give each a file of its own"),
    ],
)
def test_a_wrong_output_is_told_before_anything_is_done(nplint: "Nplint", arguments: list[str], sentence: str) -> None:
    before = sorted(Path().iterdir())
    run = nplint(*(word for value in arguments for word in ("--output", value)))
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"error: {sentence}")
    assert sorted(Path().iterdir()) == before


def test_a_wrong_output_of_the_environment_is_told_with_its_origin(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPLINT_OUTPUT", "sarf=a")
    assert nplint().err == "error: NPLINT_OUTPUT: no format is named sarf: did you mean sarif?\n"


def test_a_configuration_cannot_have_files_written(nplint: "Nplint") -> None:
    Path(".nplint.yaml").write_text("output: [json=/etc/passwd]\n")
    run = nplint()
    assert run.code == 2
    assert run.err.startswith("error: .nplint.yaml:1:1: there is no key output: ")


# --- which formats there are


@pytest.mark.parametrize("name", output.FORMATS)
def test_every_format_can_be_asked_for_in_every_way(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wanted = nplint("--format", name)
    assert name in nplint("check", "--help").out
    Path(".nplint.yaml").write_text(f"format: {name}\n")
    assert nplint() == wanted
    assert f"= {name}  (.nplint.yaml:1:9)" in nplint("config", "show").out
    assert nplint("config", "validate").code == 0
    monkeypatch.setenv("NPLINT_FORMAT", name)
    assert nplint("--isolated") == wanted


def test_a_configuration_with_another_format_is_not_valid(nplint: "Nplint") -> None:
    Path(".nplint.yaml").write_text("format: sarf\n")
    run = nplint("config", "validate")
    assert (run.code, run.err) == (2, "error: .nplint.yaml:1:9: no format is named sarf: did you mean sarif?\n")


# --- the summary of a step


def test_annotations_come_with_a_table_in_the_summary(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary.md").write_text("# Before\n\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    run = nplint("--format", "github")
    assert run.out.startswith("::error file=web.yaml,line=4,")
    assert Path("summary.md").read_text() == "# Before\n\n" + nplint("--format", "markdown").out
    nplint("--format", "github", "--select", "duplicate-key")
    assert Path("summary.md").read_text().endswith("|\nnothing found in 1 file (1 Service, 1 with node ports)\n")


@pytest.mark.parametrize("arguments", [[], ["--format", "sarif"], ["--output", "github=out.txt"]])
def test_there_is_a_summary_only_with_annotations(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    nplint(*arguments)
    assert not Path("summary.md").exists()


@pytest.mark.parametrize("value", [None, ""])
def test_there_are_annotations_without_a_summary(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    before = sorted(Path().iterdir())
    if value is not None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", value)
    assert nplint("--format", "github").out.startswith("::error ")
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(("free", "added"), [(0, False), (20, False), (1000, True), (100_000, True)])
def test_a_summary_is_never_larger_than_github_takes(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, free: int, added: bool
) -> None:
    Path("web.yaml").write_text(f"{BAD}---\n" * 50)
    Path("summary.md").write_bytes(b"x" * (1024 * 1024 - free))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    nplint("--format", "github", "--select", RANGE)
    text = Path("summary.md").read_bytes()
    assert len(text) <= 1024 * 1024
    assert (len(text) > 1024 * 1024 - free) is added
    assert (b"more findings do not fit here" in text) is (free == 1000)


def test_a_summary_that_cannot_be_written_is_a_wrong_call(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/summary.md")
    run = nplint("--format", "github")
    sentence = "cannot write nowhere/summary.md, which GITHUB_STEP_SUMMARY names: no such file or directory"
    assert (run.code, run.out, run.err) == (2, "", f"error: {sentence}\n")


def test_standard_output_is_no_file_to_write(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
    command = [sys.executable, "-m", "nplint", "--output", "json=/dev/stdout"]
    with (tmp_path / "out.txt").open("wb") as out:
        run = subprocess.run(command, cwd=tmp_path, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    sentence = "error: /dev/stdout is standard output, which --format is for: name another file\n"
    assert (run.returncode, run.stderr) == (2, sentence)


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "nplint", "--output", f"json-lines=/dev/fd/{writing}"]
    subprocess.run(command, cwd=tmp_path, pass_fds=[writing], capture_output=True, check=False)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        assert [json.loads(line)["rule"] for line in pipe]
