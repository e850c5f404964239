"""The same documents by any number of processes, whatever becomes of them."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nplint import reading
from nplint.cli.workers import staff
from nplint.reading import File, Staff, in_turn, with_help

if TYPE_CHECKING:
    from tests.conftest import Nplint

TEXTS = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, name: api}\nspec:\n  type: NodePort\n  ports: [{port: 80}]\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 网关\ndata: {a: &x b, c: *x}\n---\napiVersion: v1\nkind: [\n",
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}\n{"kind": "Pod", "apiVersion": "v1"}',
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \udcff\n",
    "a: b\n",
]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")


def files(count: int) -> Iterator[File]:
    for number in range(count):
        text = TEXTS[number % len(TEXTS)].replace("web", f"web-{number}")
        yield File(".", f"{number}.yaml", text.encode("utf-8", "surrogateescape"))


def shapes(found: Iterator[reading.Read]) -> list[object]:
    return [
        (file.name, [(one.index, one.text, json.dumps(one.value), one.defects, one.repeats_keys) for one in documents])
        for file, documents in found
    ]


class Broken(Executor):
    """Does some of the work, and then breaks in one way or another."""

    def __init__(self, done: int, at: str) -> None:
        self.left = done
        self.at = at

    def submit(self, do: Any, /, *given: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.left -= 1
        if self.left >= 0:
            future.set_result(do(*given))
        elif self.at == "submit":
            raise RuntimeError
        else:
            future.set_exception(ValueError())
        return future


@contextmanager
def broken(done: int, at: str) -> Iterator[Executor]:
    if at == "start":
        raise OSError
    yield Broken(done, at)


def by_threads() -> Executor:
    return ThreadPoolExecutor(2)


STAFF: dict[str, Staff] = {
    "two processes": partial(staff, 2),
    "threads": by_threads,
    **{f"broken {at} after {done}": partial(broken, done, at) for at in ("submit", "result") for done in (0, 2)},
    "nobody": partial(broken, 0, "start"),
}


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 100])
def test_files_are_the_same_whoever_reads_them(who: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ALONE", 4)
    monkeypatch.setattr(reading, "_BATCH", 4)
    monkeypatch.setattr(reading, "_AHEAD", 3)
    assert shapes(with_help(files(count), STAFF[who])) == shapes(in_turn(files(count)))
    assert active_children() == []


def test_few_files_are_read_without_help() -> None:
    def nobody() -> Executor:
        raise AssertionError("nobody was to be asked")

    assert len(list(with_help(files(reading.ALONE), nobody))) == reading.ALONE


def test_no_more_is_loaded_ahead_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ALONE": 0, "_BATCH_BYTES": 1, "_AHEAD_BYTES": 1}.items():
        monkeypatch.setattr(reading, name, value)
    left = files(10)
    read_one = next(with_help(left, by_threads))
    assert [file.name for file in left] == [file.name for file in files(10)][1:]
    assert read_one[0].name == next(files(10)).name


def test_processes_that_are_made_anew_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ALONE", 0)
    expected = shapes(in_turn(files(12)))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert shapes(with_help(files(12), partial(staff, 1))) == expected


@POSIX
def test_what_is_under_way_ends_with_whoever_wants_it() -> None:
    children = []
    with suppress(KeyboardInterrupt), staff(2) as executor:
        executor.submit(signal.pause)
        children += active_children()
        raise KeyboardInterrupt
    for child in children:
        child.join()
    assert len(children) == 2


PROGRAM = """
import os, signal
from nplint import reading
def read_batch(given):
    {what}
reading.ALONE = 0
reading.read_batch = read_batch
# Whoever runs the tests in the background may have them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
from nplint.__main__ import main
main()
"""


def run(tree: Path, environ: dict[str, str], what: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run whose processes do something else than they should. It is over when the last of them is gone."""
    command = [sys.executable, "-c", PROGRAM.format(what=what), ".", "--no-cache", *options]
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path, environ: dict[str, str]) -> Path:
    for file in files(40):
        assert isinstance(file.data, bytes)
        (tmp_path / file.name).write_bytes(file.data)
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="only copies of a process do what is written here")
@pytest.mark.parametrize("what", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "raise OSError", "1 / 0"])
def test_a_process_that_dies_changes_nothing(tree: Path, environ: dict[str, str], what: str) -> None:
    alone = run(tree, environ, "pass", "--jobs", "1")
    assert (alone.returncode, alone.stderr[:8]) == (1, "14 error")
    helped = run(tree, environ, what, "--jobs", "2")
    assert (helped.stdout, helped.stderr, helped.returncode) == (alone.stdout, alone.stderr, alone.returncode)


@pytest.mark.skipif(sys.platform != "linux", reason="only copies of a process do what is written here")
def test_an_interrupt_ends_all_processes_without_a_word(tree: Path, environ: dict[str, str]) -> None:
    left = run(tree, environ, "os.kill(os.getppid(), signal.SIGINT); signal.pause()", "--jobs", "2")
    assert (left.returncode, left.stdout, left.stderr.strip()) == (130, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only copies of a process do what is written here")
def test_processes_end_when_nobody_is_left_to_work_for(tree: Path, environ: dict[str, str]) -> None:
    left = run(tree, environ, "os.kill(os.getppid(), signal.SIGKILL); signal.pause()", "--jobs", "2")
    assert (left.returncode, left.stdout) == (-signal.SIGKILL, "")


@pytest.mark.parametrize("number", ["-1", "65", "two"])
def test_a_number_of_processes_that_cannot_be_is_refused(nplint: "Nplint", number: str) -> None:
    assert nplint("--jobs", number).code == 2
