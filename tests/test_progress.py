"""The progress bar: only on a terminal, only where work takes long, and gone afterwards."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TextIO

import pytest

from nplint import plugins, sources
from nplint.check import Rule
from nplint.cli.progress import DELAY, Progress
from nplint.cluster import Cluster
from nplint.engine import lint_clusters
from nplint.reading import File

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80}]}\n"
ERASE = "\r\x1b[K"
DRAWN = re.compile(r"\r\x1b\[\?25l([^\r\n\x1b]*?) *\x1b\[\?25h")
# A run that needs no second to show its bar.
HASTY = """
import sys
from nplint.cli import progress
progress.DELAY = progress._BETWEEN = 0.0
sys.argv = ["nplint", *sys.argv[1:]]
from nplint.__main__ import main
main()
"""


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def passing(self, seconds: float, things: Iterable[str]) -> Iterator[str]:
        """The things, each of which takes some time to come."""
        for thing in things:
            self.now += seconds
            yield thing


class Screen:
    """A terminal of some width, and what was sent to it."""

    def __init__(self, columns: int) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream: TextIO = os.fdopen(theirs, "w", encoding="utf-8")

    def text(self) -> str:
        """All that was sent; nothing can be sent after that."""
        self.stream.close()
        sent = b""
        while chunk := self._chunk():
            sent += chunk
        os.close(self.ours)
        return sent.decode().replace("\r\n", "\n")

    def _chunk(self) -> bytes:
        try:
            return os.read(self.ours, 65536)
        except OSError:
            # What Linux says where other systems report the end.
            return b""


def lines(text: str) -> list[str]:
    """The lines that a bar showed one after the other. Nothing else may be there but what erases them."""
    assert DRAWN.sub("", text).replace(ERASE, "") == ""
    return DRAWN.findall(text)


def test_a_bar_comes_after_a_second_and_goes_with_the_work() -> None:
    screen, clock = Screen(80), Clock()
    things = [str(number) for number in range(12)]
    with Progress(screen.stream, clock) as progress:
        clock.now += DELAY - 0.01
        assert list(progress.watch("waiting", things)) == things
        clock.now += 0.01
        for number, _ in enumerate(progress.watch("working", things)):
            clock.now += 0.2 if number in (5, 11) else 0.01
    text = screen.text()
    assert lines(text) == [
        "working  [------------------------]  0/12",
        "working  [############------------]  6/12",
    ]
    assert text.endswith(ERASE)


def test_where_the_end_is_unknown_the_bar_counts() -> None:
    screen, clock = Screen(80), Clock()
    with Progress(screen.stream, clock) as progress:
        assert list(progress.watch("working", clock.passing(0.6, "abcd"))) == list("abcd")
    assert lines(screen.text()) == ["working  1", "working  2", "working  3"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_bar_goes_where_the_work_is_cut_short(error: type[BaseException]) -> None:
    def work() -> None:
        with Progress(screen.stream, clock) as progress:
            for thing in progress.watch("working", clock.passing(2, "abcd")):
                if thing == "c":
                    raise error

    screen, clock = Screen(80), Clock()
    with pytest.raises(error):
        work()
    text = screen.text()
    assert lines(text)[-1] == "working  2"
    assert text.endswith(ERASE)


@pytest.mark.parametrize(("columns", "drawn"), [(53, False), (54, True), (0, True)])
def test_a_terminal_that_is_too_narrow_gets_no_bar(columns: int, drawn: bool) -> None:
    screen, clock = Screen(columns), Clock()
    with Progress(screen.stream, clock) as progress:
        assert list(progress.watch("running rules", list(clock.passing(2, "x" * 1000))))
    text = screen.text()
    assert bool(text) is drawn
    assert max(map(len, lines(text)), default=0) < 54


def run(columns: int, environ: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    screen = Screen(columns)
    command = [sys.executable, "-c", HASTY, *arguments]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=screen.stream, env=os.environ | environ, text=True, check=False
    )
    return done.returncode, done.stdout, screen.text()


@pytest.fixture
def _manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        Path(f"{name}.yaml").write_text(SERVICE.replace("web", name))


@pytest.mark.usefixtures("_manifests")
def test_a_long_run_shows_its_steps_on_a_terminal_and_leaves_no_trace() -> None:
    plain = subprocess.run([sys.executable, "-m", "nplint", "."], capture_output=True, text=True, check=False)
    code, out, err = run(80, {"TERM": "xterm"}, ".")
    shown, told = err.rsplit(ERASE, 1)
    assert (code, out, told) == (plain.returncode, plain.stdout, plain.stderr)
    rules = sum(rule.default for rule in plugins.load().rules.values())
    steps = lines(shown)
    assert steps[:2] == ["reading files  0", "reading files  1"]
    assert steps[-1] == f"running rules  [#######################-]  {rules - 1}/{rules}"


@pytest.mark.usefixtures("_manifests")
@pytest.mark.parametrize(("columns", "environ"), [(80, {"TERM": "dumb"}), (40, {"TERM": "xterm"})])
def test_a_terminal_that_cannot_show_a_bar_gets_none(columns: int, environ: dict[str, str]) -> None:
    _, _, err = run(columns, environ, ".")
    assert err.startswith("3 notes in 3 files")


@pytest.mark.usefixtures("_manifests")
def test_a_short_run_on_a_terminal_shows_no_bar() -> None:
    screen = Screen(80)
    command = [sys.executable, "-c", HASTY.replace("0.0", "3600.0"), "."]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=screen.stream, check=False)
    assert screen.text().startswith("3 notes in 3 files")


# --- what is watched


@pytest.mark.usefixtures("_manifests")
def test_each_file_is_watched_before_it_is_read() -> None:
    seen = []

    def watch(files: Iterator[File]) -> Iterator[File]:
        for file in files:
            seen.append((file.path, file.name))
            yield file

    found = sources.gather(["c.yaml", ".", "-"], BytesIO(SERVICE.encode()), watch=watch)
    assert seen == [("c.yaml", "c.yaml"), (".", "a.yaml"), (".", "b.yaml"), (".", "c.yaml"), ("-", "<stdin>")]
    assert [document.source.path for document in found.documents] == ["c.yaml", "a.yaml", "b.yaml", "<stdin>"]


def test_each_rule_is_watched_on_each_cluster() -> None:
    seen: list[tuple[Cluster, Rule]] = []

    def watch(tasks: Iterable[tuple[Cluster, Rule]]) -> Iterator[tuple[Cluster, Rule]]:
        for task in tasks:
            seen.append(task)
            yield task

    clusters, rules = [Cluster(()), Cluster(())], [*plugins.load().rules.values()][:2]
    report = lint_clusters(clusters, rules, watch)
    assert seen == [(cluster, rule) for cluster in clusters for rule in rules]
    assert [run.rule for run in report.runs] == [*rules, *rules]
