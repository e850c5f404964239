"""The answers of earlier runs: the same in every letter, and only where nothing differs."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nplint import answers
from nplint.answers import Answer, Answers, Size
from nplint.cli import run
from nplint.cli.recall import cache_folder

if TYPE_CHECKING:
    from tests.conftest import Nplint, Run

QUESTION = "a" * 64
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web{0}, namespace: shop}}
spec:
  type: NodePort
  ports: [{{port: 80, nodePort: 8080}}]
"""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, nplint: "Nplint") -> Path:
    """Where answers are kept, those to small questions too."""
    folder = tmp_path_factory.mktemp("user") / "answers"
    monkeypatch.setenv("NPLINT_CACHE_DIR", str(folder))
    monkeypatch.setattr(run, "WORTH", 1)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"deploy/{number}").mkdir(parents=True)
        (tmp_path / f"deploy/{number}/web.yaml").write_text(SERVICE.format(number))
    return tmp_path / "deploy"


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


def answered(nplint: "Nplint", folder: Path, *arguments: str) -> "Run":
    """A run that must not have linted anything: its answer is a forged one."""
    [path] = kept(folder)
    content = json.loads(path.read_bytes().partition(b"\n")[2])
    content[3] = f"forged\n{content[3]}"
    written = json.dumps(content).encode()
    path.write_bytes(answers._sum(written) + b"\n" + written)
    run = nplint(*arguments)
    assert run.out.startswith("forged\n")
    return run._replace(out=run.out.removeprefix("forged\n"))


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--type", "turbo", "--color", "always")])
def test_the_same_question_has_the_same_answer(
    nplint: "Nplint", folder: Path, tree: Path, options: tuple[str, ...]
) -> None:
    first = nplint("deploy", *options)
    assert first.code == 1
    assert answered(nplint, folder, "deploy", *options) == first
    assert nplint("deploy", *options, "--no-cache") == first


def test_who_wants_no_answers_kept_has_none(
    nplint: "Nplint", folder: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nplint("deploy", "--no-cache")
    monkeypatch.setenv("NPLINT_NO_CACHE", "1")
    nplint("deploy")
    assert not folder.exists()


def test_few_files_are_linted_rather_than_looked_up(
    nplint: "Nplint", folder: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WORTH", 4)
    nplint("deploy")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("names", "worth"),
    [
        ((), False),
        (("a.yaml", "b.yaml"), False),
        (("a.yaml", "b/c.yaml"), True),
        (("a/b/c/d.yaml",), True),
        (("node_modules/a.yaml", ".git/b.yaml"), False),
        (("README", "LICENSE", "a.yaml"), True),
    ],
)
def test_no_more_is_looked_at_than_may_be_worth_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], worth: bool
) -> None:
    """Folders and other files count as well: to tell them apart may take longer than to lint the few."""
    monkeypatch.setattr(run, "WORTH", 3)
    monkeypatch.chdir(tmp_path)
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    assert run.is_worth_keeping(()) is run.is_worth_keeping([str(tmp_path)]) is worth
    assert not run.is_worth_keeping([str(tmp_path), "nowhere"])


def test_of_many_names_no_more_are_looked_at_than_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (tmp_path / f"{number}/more").mkdir(parents=True)
    monkeypatch.setattr(run, "WORTH", 7)
    opened: list[str] = []
    taken: list[str] = []

    @contextmanager
    def scandir(path: str) -> Iterator[Iterator["os.DirEntry[str]"]]:
        opened.append(path)
        with really(path) as entries:
            yield map(note, entries)

    def note(entry: "os.DirEntry[str]") -> "os.DirEntry[str]":
        taken.append(entry.name)
        return entry

    really = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    assert run.is_worth_keeping([str(tmp_path)] * 3)
    assert (len(opened), len(taken)) == (1, 7)


@pytest.mark.parametrize("worth", [3, 4])
def test_a_folder_that_cannot_be_looked_into_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worth: int
) -> None:
    for name in ("closed", "open/more"):
        (tmp_path / name).mkdir(parents=True)

    def scandir(path: str) -> Any:
        if path.endswith("closed"):
            raise PermissionError(path)
        return really(path)

    really = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(run, "WORTH", worth)
    assert run.is_worth_keeping([str(tmp_path)]) is (worth == 3)


def test_links_to_folders_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WORTH", 2)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert not run.is_worth_keeping([str(tmp_path)])


def added(tree: Path) -> None:
    (tree / "more.yaml").write_text(SERVICE.format(9))


def removed(tree: Path) -> None:
    (tree / "1/web.yaml").unlink()


def changed(tree: Path) -> None:
    path = tree / "1/web.yaml"
    before = path.stat()
    path.write_text(path.read_text().replace("8080", "8081"))
    # As a file does that is written within the same tick of the clock.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def renamed(tree: Path) -> None:
    (tree / "1/web.yaml").rename(tree / "1/web.yml")


def swapped(tree: Path) -> None:
    one, other = tree / "0/web.yaml", tree / "1/web.yaml"
    first = one.read_text()
    one.write_text(other.read_text())
    other.write_text(first)


def configured(tree: Path) -> None:
    (tree / ".nplint.yaml").write_text("rules: {node-port-out-of-range: off}\n")


def ignored(tree: Path) -> None:
    (tree.parent / ".git").mkdir()
    (tree / ".gitignore").write_text("1/\n")


def steered(tree: Path) -> None:
    (tree.parent / "kustomization.yaml").write_text("patches: [{path: deploy/1/web.yaml}]\n")


@pytest.mark.parametrize("change", [added, removed, changed, renamed, swapped, configured, ignored, steered])
def test_what_changes_is_linted_anew(
    nplint: "Nplint", folder: Path, tree: Path, change: Callable[[Path], None]
) -> None:
    first = nplint("deploy")
    change(tree)
    second = nplint("deploy")
    assert second == nplint("deploy", "--no-cache") != first
    # And what was before has its answer no more, but the right one.
    assert nplint("deploy") == second


@pytest.mark.parametrize(
    "options",
    [
        *(
            ("--type", "turbo"),
            ("--select", "node-port-pinned"),
            ("--ignore", "node-port-out-of-range"),
            ("--exit-zero",),
        ),
        *(("--format", "concise"), ("--color", "always"), ("--fail-on", "error"), ("--statistics",), ("--isolated",)),
        *(("--explain-skips",), ("--limit", "depth=3")),
    ],
)
def test_another_question_has_another_answer(
    nplint: "Nplint", folder: Path, tree: Path, options: tuple[str, ...]
) -> None:
    nplint("deploy")
    assert nplint("deploy", *options) == nplint("deploy", *options, "--no-cache")
    assert len(kept(folder)) == 2


def test_another_folder_has_another_answer(
    nplint: "Nplint", folder: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nplint("deploy")
    nplint("deploy/1")
    monkeypatch.chdir(tree)
    nplint()
    nplint(".")
    assert len(kept(folder)) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        *(("deploy/1/web.yaml",), ("deploy", "deploy/1/web.yaml"), ("-",), ("deploy", "--format", "github")),
        *(("deploy", "--output", "json=../out.json"), ("deploy", "--write-baseline", "../b.json"), ("deploy", "--fix")),
        *(("deploy", "--context", "deploy/1/web.yaml"), ("deploy", "--debug"), ("deploy", "--plugin", "json")),
    ],
)
def test_what_hangs_on_more_or_does_more_is_not_kept(
    nplint: "Nplint", folder: Path, tree: Path, arguments: tuple[str, ...]
) -> None:
    nplint(*arguments, stdin=SERVICE.format(1))
    assert kept(folder) == []


def test_what_cannot_be_read_may_be_readable_the_next_time(nplint: "Nplint", folder: Path, tree: Path) -> None:
    (tree / "1/web.yaml").unlink()
    (tree / "1/web.yaml").symlink_to(tree / "1/web.yaml")
    assert "unreadable-manifest" in nplint("deploy").out
    assert kept(folder) == []


def test_a_failed_rule_is_no_answer(
    nplint: "Nplint", folder: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nplint.engine._stamp", lambda *_: 1 / 0)
    assert nplint("deploy").code == 3
    assert kept(folder) == []


def test_a_link_that_leads_elsewhere_has_another_answer(nplint: "Nplint", folder: Path, tree: Path) -> None:
    link = Path("current")
    for target in ("deploy/1", "deploy/2"):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        nplint("current/")
    assert len(kept(folder)) == 2


def test_a_repository_brings_no_answers_of_its_own(
    nplint: "Nplint", folder: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for within, is_repository in (
        (tree.parent / "cache", False),
        (tree / "cache", True),
        (tree.parent / "cache", True),
    ):
        if is_repository:
            (tree.parent / ".git").mkdir(exist_ok=True)
        monkeypatch.setenv("NPLINT_CACHE_DIR", str(within))
        nplint("deploy")
        assert not within.exists()


def spoiled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_format(path: Path) -> None:
    written = json.dumps(["nplint answer 0", *json.loads(path.read_bytes().partition(b"\n")[2])[1:]]).encode()
    path.write_bytes(answers._sum(written) + b"\n" + written)


def nested(path: Path) -> None:
    written = b"[" * 100_000
    path.write_bytes(answers._sum(written) + b"\n" + written)


def of_other_types(path: Path) -> None:
    content = json.loads(path.read_bytes().partition(b"\n")[2])
    written = json.dumps([*content[:-1], "rm"]).encode()
    path.write_bytes(answers._sum(written) + b"\n" + written)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [spoiled, cut, emptied, of_another_format, nested, of_other_types, a_folder])
def test_what_is_not_whole_is_not_believed(
    nplint: "Nplint", folder: Path, tree: Path, spoil: Callable[[Path], None]
) -> None:
    first = nplint("deploy")
    spoil(*kept(folder))
    assert nplint("deploy") == first


def test_the_answer_to_another_question_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(0o700)
    here = Answers(str(tmp_path / "a"))
    answer = Answer("about", "out", "err", 1)
    here.keep(QUESTION, answer)
    other = QUESTION[:-1] + "b"
    assert (here.find(QUESTION), here.find(other)) == (answer, None)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no permissions of this kind here")
def test_only_the_user_can_read_or_write_what_is_kept(nplint: "Nplint", folder: Path, tree: Path) -> None:
    before = os.umask(0)
    try:
        first = nplint("deploy")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept(folder)] == [0o600]
    folder.chmod(0o777)
    kept(folder)[0].write_bytes(b"anything")
    assert nplint("deploy") == first
    assert kept(folder)[0].read_bytes() == b"anything"


@pytest.mark.parametrize("what", ["tempfile.mkstemp", "os.replace", "os.makedirs", "os.scandir"])
def test_a_folder_that_cannot_be_written_is_done_without(
    nplint: "Nplint", folder: Path, tree: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    first = nplint("deploy", "--no-cache")
    if what == "os.scandir":
        monkeypatch.setattr(Answers, "_make_room", full)
    else:
        monkeypatch.setattr(what, full)
    assert nplint("deploy") == first
    assert kept(folder) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_line_leaves_the_old_or_the_new_answer(tmp_path: Path) -> None:
    here = Answers(str(tmp_path / "a"))
    old, new = Answer("", "old", "", 0), Answer("", "new" * 10_000, "", 1)
    seen: set[Answer | None] = set()
    drafts = 0
    for at in range(500):
        here.keep(QUESTION, old)
        left = iter(range(at))

        def trace(frame: Any, event: str, argument: Any, left: Iterator[int] = left) -> Any:
            if frame.f_globals.get("__name__") != "nplint.answers":
                return None
            if event == "line" and next(left, None) is None:
                sys.settrace(None)
                raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            here.keep(QUESTION, new)
            is_done = sys.gettrace() is not None
        except KeyboardInterrupt:
            is_done = False
        finally:
            sys.settrace(before)
        seen.add(here.find(QUESTION))
        drafts += len(kept(tmp_path / "a")) - 1
        here.clear()
        if is_done:
            break
    else:
        pytest.fail("there is no end of lines")
    assert seen == {old, new}
    # Between making a draft and the line that sees to it that it is taken away there is nothing but this.
    assert drafts <= 1


def test_runs_at_once_have_one_answer(folder: Path, tree: Path, environ: dict[str, str]) -> None:
    program = "import nplint.cli.run as r; r.WORTH = 1; from nplint.__main__ import main; main()"
    command = [sys.executable, "-c", program, "deploy"]
    env = environ | {"NPLINT_CACHE_DIR": str(folder)}
    runs = [
        subprocess.Popen(command, cwd=tree.parent, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    said = {(*run.communicate(), run.returncode) for run in runs}
    assert len(said) == 1
    assert [path.suffix for path in kept(folder)] == [".answer"]
    assert said.pop()[2] == 1


def test_a_file_in_the_place_of_the_folder_is_left_alone(nplint: "Nplint", folder: Path, tree: Path) -> None:
    folder.write_text("mine")
    assert nplint("deploy") == nplint("deploy", "--no-cache")
    assert folder.read_text() == "mine"


def test_what_was_not_asked_for_the_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Answers(str(tmp_path / "a"))
    monkeypatch.setattr(answers, "ROOM", 5000)
    questions = [str(number) * 64 for number in range(4)]
    for number, question in enumerate(questions[:3]):
        here.keep(question, Answer("", "x" * 1400, "", 0))
        os.utime(here._path(question), (number, number))
    assert here.find(questions[0])
    here.keep(questions[3], Answer("", "x" * 1400, "", 0))
    assert [bool(here.find(question)) for question in questions] == [True, False, True, True]
    assert here.size.bytes <= 5000
    monkeypatch.setattr(answers, "LARGEST", 1000)
    here.keep("4" * 64, Answer("", "x" * 1400, "", 0))
    assert here.find("4" * 64) is None


def test_many_may_keep_and_ask_at_once(tmp_path: Path) -> None:
    here = Answers(str(tmp_path / "a"))
    texts = [str(number) * 100_000 for number in range(8)]

    def work(text: str) -> bool:
        found = []
        for _ in range(20):
            here.keep(QUESTION, Answer("", text, "", 0))
            found.append(here.find(QUESTION))
        return all(answer and answer.out in texts for answer in found)

    with ThreadPool(8) as pool:
        assert all(pool.map(work, texts))
    assert here.size.answers == 1


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"NPLINT_CACHE_DIR": "/x/y", "XDG_CACHE_HOME": "/z"}, "/x/y"),
        ("linux", {"XDG_CACHE_HOME": "/z"}, "/z/nplint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "~/.cache/nplint"),
        ("linux", {}, "~/.cache/nplint"),
        ("darwin", {"XDG_CACHE_HOME": "/z"}, "~/Library/Caches/nplint"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/nplint"),
        ("win32", {}, None),
    ],
)
def test_each_system_has_a_place_for_it(
    platform: str, environ: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder(environ) == (expected and os.path.expanduser(expected))


def test_a_user_without_a_home_has_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert cache_folder({}) is None


def test_what_is_kept_can_be_shown_and_cleared(nplint: "Nplint", folder: Path, tree: Path) -> None:
    nplint("deploy")
    size = kept(folder)[0].stat().st_size
    (folder / "notes.txt").write_text("mine")
    assert nplint("cache", "info").out == f"{folder}: 1 answer, {size:,} bytes\n"
    assert nplint("cache", "clear").err == f"removed 1 answer, {size:,} bytes from {folder}\n"
    assert kept(folder) == [folder / "notes.txt"]
    assert nplint("cache", "info").out == f"{folder}: 0 answers, 0 bytes\n"
    assert Answers(str(folder / "none")).clear() == Size(0, 0)


def test_whoever_reads_only_the_beginning_spoils_no_answer(folder: Path, tree: Path, environ: dict[str, str]) -> None:
    program = "import nplint.cli.run as r; r.WORTH = 1; from nplint.__main__ import main; main()"
    command = [sys.executable, "-c", program, "deploy"]
    env = environ | {"NPLINT_CACHE_DIR": str(folder)}
    run = subprocess.Popen(command, cwd=tree.parent, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert run.stdout
    run.stdout.close()
    run.wait()
    second = subprocess.run(command, cwd=tree.parent, env=env, capture_output=True, text=True, check=False)
    third = subprocess.run(
        [*command, "--no-cache"], cwd=tree.parent, env=env, capture_output=True, text=True, check=False
    )
    assert (second.stdout, second.stderr, second.returncode) == (third.stdout, third.stderr, third.returncode)
