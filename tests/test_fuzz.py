"""The fuzzer itself: what it starts from holds, what it makes is the same each time, and what it finds it tells."""

import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import __main__ as fuzz
from fuzz import corpus
from fuzz.bundle import File, join, split
from fuzz.mutation import Mutator
from fuzz.targets import documents
from fuzz.watchdog import TookTooLongError, limited
from nplint.document import Document
from nplint.reader import decode, read

SEEDS = sorted((corpus.HERE / "seeds").iterdir())
POOL = [*corpus.whole()]


@pytest.mark.parametrize("name", fuzz.NAMES)
@pytest.mark.parametrize("seed", SEEDS, ids=[seed.name for seed in SEEDS])
def test_nothing_is_wrong_with_what_was_odd_before(
    name: str, seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    import_module(f"fuzz.targets.{name}").check(seed.read_bytes())
    assert [*tmp_path.iterdir()] in ([], [tmp_path / "baseline.json"])


@given(st.lists(st.tuples(st.from_regex(r"[a-z/]{1,9}\.yaml", fullmatch=True), st.sampled_from(POOL)), max_size=3))
def test_files_make_one_input_and_come_out_of_it(texts: list[tuple[str, bytes]]) -> None:
    files = [File(path, data.replace(b"=== ", b"")) for path, data in dict(texts).items()]
    again = split(join(files))
    assert [(file.path, file.data.rstrip()) for file in again if file.data.strip()] == [
        (file.path, file.data.rstrip()) for file in files
    ]


def test_a_text_without_a_name_is_one_file() -> None:
    assert split(b"kind: Service\n") == [File("f.yaml", b"kind: Service\n")]
    assert split(b"=== base:a.yaml\nx\n=== a.yaml\ny\n") == [File("a.yaml", b"x\n", "base"), File("a.yaml", b"y\n")]


def test_a_mutation_is_the_same_again_and_most_of_it_is_still_read() -> None:
    changed = [Mutator(seed, POOL).mutate(POOL[seed % len(POOL)]) for seed in range(300)]
    assert changed == [Mutator(seed, POOL).mutate(POOL[seed % len(POOL)]) for seed in range(300)]
    assert len(set(changed)) > 280
    read_ones = [any(one.judged for file in split(data) for one in _documents(file)) for data in changed]
    assert sum(read_ones) > 250


@pytest.mark.parametrize("text", [b"a: " + b"[" * 450 + b"]" * 450, b"x: &x [*x]\n"])
def test_what_cannot_be_walked_through_is_mutated_as_far_as_that_goes(text: bytes) -> None:
    changed = {Mutator(seed, [text]).mutate(text) for seed in range(400)}
    assert len(changed) > 100


def _documents(file: File) -> tuple[Document, ...]:
    return read(decode(file.path, file.data))


def test_a_place_outside_of_the_file_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    locate = Document.locate
    monkeypatch.setattr(
        Document,
        "locate",
        lambda *given, **more: (span := locate(*given, **more))._replace(end_line=span.end_line + 99),
    )
    with pytest.raises(IndexError):
        documents.check(POOL[0])


def test_what_takes_too_long_is_a_finding() -> None:
    def hang(data: bytes) -> None:
        while True:
            pass

    with pytest.raises(TookTooLongError, match=r"more than 0\.1 seconds of processor time"):
        limited(hang, 0.1)(b"")


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fuzz", *arguments]
    return subprocess.run(
        command, cwd=corpus.HERE.parent, capture_output=True, text=True, check=False, env=os.environ | environ
    )


def test_the_page_tells_of_every_target_and_of_no_other_option() -> None:
    page = (corpus.HERE.parent / "docs" / "fuzzing.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [
        "documents",
        "lint",
        "graph",
        "staged",
        "config",
        "rules",
    ]
    assert sorted(fuzz.NAMES) == ["config", "documents", "graph", "lint", "rules", "staged"]
    assert set(re.findall(r"--[a-z]+", page)) <= set(re.findall(r"--[a-z]+", run("--help").stdout))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lin"], "there is no target lin: choose from config, documents, graph, lint, rules, staged"),
        (["lint", "--corpus", "no/such"], "there is no folder no/such"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], sentence: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"error: {sentence}\n")


def test_an_input_can_be_tried_again() -> None:
    done = run("documents", "config", "--input", "fuzz/seeds/merges.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "documents: fuzz/seeds/merges.yaml\nconfig: fuzz/seeds/merges.yaml\n"


def test_where_atheris_is_missing_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["fuzz", "documents"])
    assert fuzz.main() == 2
    assert capsys.readouterr() == (
        "",
        "error: atheris is not installed: pip install -e '.[fuzz]' (it has wheels for Linux)\n",
    )


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: pip install -e '.[fuzz]'")
def test_a_short_run_counts_what_it_tried(tmp_path: Path) -> None:
    done = run("config", "--runs", "20", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout
    name, executions, _, findings = done.stdout.splitlines()[1].split()
    assert (name, findings) == ("config", "none")
    assert int(executions) == len(set(POOL)) + 21
