"""What goes wrong around a run: full disks, signals, readers that leave, and other runs. Nothing is half-written."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nplint.cli import put as putting
from nplint.cli import run
from nplint.cli.put import put

if TYPE_CHECKING:
    from tests.conftest import Nplint

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: http, port: 80, protocol: tcp, nodePort: 8080}
"""
NPLINT = [sys.executable, "-m", "nplint"]
OLD, NEW = b"old\n", b"new\n" * 1000


def drafts(folder: Path) -> list[str]:
    """What is left in a folder of files that were begun."""
    return [name for name in os.listdir(folder) if name.endswith(".tmp")]


# --- a disk that refuses


class Refusing:
    """A module whose functions fail at the n-th call of them all, counted over it and the files that it opens."""

    def __init__(self, wrapped: Any, counter: "Iterator[int]", at: int, error: BaseException) -> None:
        self._wrapped, self._counter, self._at, self._error = wrapped, counter, at, error

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        if not callable(value) or isinstance(value, type) or name in ("fspath", "unlink", "urandom", "strerror"):
            return value if name != "path" else Refusing(value, self._counter, self._at, self._error)
        return self.guarded(value)

    def __enter__(self) -> "Refusing":
        return self

    def __exit__(self, *_: object) -> None:
        self._wrapped.close()

    def guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if next(self._counter) == self._at:
                raise self._error
            made = function(*arguments, **named)
            return Refusing(made, self._counter, self._at, self._error) if hasattr(made, "fileno") else made

        return call


ERRORS = [
    OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    OSError(errno.EROFS, os.strerror(errno.EROFS)),
    OSError(errno.EIO, os.strerror(errno.EIO)),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("error", ERRORS, ids=["full", "read-only", "broken", "interrupted"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_file_is_the_old_or_the_new_one_whatever_call_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, exists: bool
) -> None:
    file = tmp_path / "f"
    outcomes: set[bytes | None] = set()
    for at in range(100):
        file.unlink(missing_ok=True)
        if exists:
            file.write_bytes(OLD)
        counter = iter(range(1000))
        with monkeypatch.context() as patched:
            refusing = Refusing(os, counter, at, error)
            patched.setattr(putting, "os", refusing)
            patched.setattr(putting, "open", refusing.guarded(open), raising=False)
            try:
                put(str(file), NEW)
            except type(error):
                pass
            else:
                assert file.read_bytes() == NEW
        outcomes.add(file.read_bytes() if file.exists() else None)
        assert drafts(tmp_path) == []
        if next(counter) <= at:
            break
    else:
        pytest.fail("there is no end of calls")
    assert outcomes == {OLD if exists else None, NEW}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_line_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    """Also between two calls, and in what Python's own modules do."""
    file = tmp_path / "f"
    seen: set[bytes] = set()
    for at in range(2000):
        file.write_bytes(OLD)
        left = iter(range(at))

        def trace(frame: Any, event: str, argument: Any, left: Iterator[int] = left) -> Any:
            if frame.f_code.co_name == "_nobody_ending_it" or frame.f_globals.get("__name__") == "contextlib":
                return None
            if event == "line" and next(left, None) is None:
                sys.settrace(None)
                raise KeyboardInterrupt
            return trace

        before, mask = sys.gettrace(), signal.pthread_sigmask(signal.SIG_BLOCK, [])
        sys.settrace(trace)
        try:
            put(str(file), NEW)
            is_done = sys.gettrace() is not None
        except KeyboardInterrupt:
            is_done = False
        finally:
            sys.settrace(before)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        seen.add(file.read_bytes())
        assert drafts(tmp_path) == [], at
        if is_done:
            break
    else:
        pytest.fail("there is no end of lines")
    assert seen == {OLD, NEW}


WRITES = {
    "output": (["--output", "json=out"], "cannot write out: "),
    "baseline": (["--write-baseline", "out"], "cannot write out: "),
    "init": (["init"], "cannot write .nplint.yaml: "),
    "rule": (["rule", "new", "no-ssh-port"], "cannot write no_ssh_port.py: "),
    "fix": (["fix"], "f.yaml: not fixed: it cannot be written: "),
}


@pytest.mark.parametrize("name", ["open", "fsync", "replace"])
@pytest.mark.parametrize("what", WRITES)
def test_a_full_disk_is_told_in_a_sentence(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, what: str, name: str
) -> None:
    arguments, said = WRITES[what]
    Path("f.yaml").write_text(SERVICE)
    before = {path.name: path.read_bytes() for path in Path().iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    refusing = type("os", (), {"__getattr__": lambda self, one: full if one == name else getattr(os, one)})()
    monkeypatch.setattr(putting, "os", refusing)
    run = nplint(*arguments)
    assert (run.code, run.out) == (1 if what == "fix" else 2, "")
    assert f"error: {said}no space left on device\n" in run.err
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that is nearly full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk, and not everywhere")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


PORTS = "".join(f"    - {{name: p{number}, port: {number}, nodePort: 8080}}\n" for number in range(1, 200))
EMPTY = '{"version": 1, "findings": []}'


@pytest.mark.parametrize(
    ("old", "option"), [("{}", ("--output", "json=disk/out.json")), (EMPTY, ("--write-baseline", "disk/out.json"))]
)
def test_a_disk_that_is_really_full_keeps_its_old_files(
    small_disk: Path, nplint: "Nplint", old: str, option: tuple[str, ...]
) -> None:
    Path("f.yaml").write_text(SERVICE + PORTS)
    (small_disk / "out.json").write_text(old)
    run = nplint(*option)
    assert (run.code, run.out, (small_disk / "out.json").read_text()) == (2, "", old)
    assert run.err == "error: cannot write disk/out.json: no space left on device\n"
    assert os.listdir(small_disk) == ["out.json"]


def test_nothing_is_fixed_on_a_disk_that_is_really_full(small_disk: Path, nplint: "Nplint") -> None:
    (small_disk / "f.yaml").write_text(SERVICE + PORTS)
    run = nplint("fix", "disk")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: disk/f.yaml: not fixed: it cannot be written: no space left on device\n")
    assert (small_disk / "f.yaml").read_text() == SERVICE + PORTS
    assert os.listdir(small_disk) == ["f.yaml"]


@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_no_answer_is_kept_on_a_disk_that_takes_none(
    small_disk: Path, nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    cache = small_disk / "cache"
    cache.mkdir(0o700)
    if fault == "full":
        # Room for the beginning of an answer.
        (small_disk / "other").write_bytes(b"x" * (8 << 10))
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    Path("work").mkdir()
    Path("work/f.yaml").write_text(SERVICE + PORTS)
    monkeypatch.chdir("work")
    monkeypatch.setenv("NPLINT_CACHE_DIR", str(cache))
    monkeypatch.setattr(run, "WORTH", 1)
    expected = nplint("--no-cache")
    assert (expected.code, len(expected.out) > (8 << 10)) == (1, True)
    assert [nplint(), nplint()] == [expected, expected]
    assert os.listdir(cache) == []


def test_a_disk_that_is_really_read_only_is_told(small_disk: Path, nplint: "Nplint") -> None:
    (small_disk / "f.yaml").write_text(SERVICE)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    said = "error: disk/f.yaml: not fixed: it is read-only\n1 not fixed; 1 more with --unsafe\n"
    assert nplint("fix", str(small_disk)) == (1, "", said)
    run = nplint("--output", "json=disk/out", str(small_disk))
    assert (run.code, run.err) == (2, "error: cannot write disk/out: read-only file system\n")
    run = nplint("--write-baseline", "disk/base.json", str(small_disk))
    assert (run.code, run.err) == (2, "error: cannot write disk/base.json: read-only file system\n")
    assert os.listdir(small_disk) == ["f.yaml"]


@pytest.mark.parametrize("full", [1, 5, 4000])
def test_a_summary_is_added_whole_or_not_at_all(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, full: int) -> None:
    Path("f.yaml").write_text(SERVICE)
    Path("summary").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary")

    class Filling:
        """A file on a disk with room for so many bytes."""

        def __init__(self, path: str, mode: str, buffering: int) -> None:
            self._file = Path(path).open(mode, buffering)  # noqa: SIM115

        def __enter__(self) -> "Filling":
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def write(self, data: bytes) -> int:
            return self._file.write(data[:full])

    monkeypatch.setattr("nplint.cli.deliver.open", Filling, raising=False)
    run = nplint("--format", "github")
    if full == 4000:
        assert (run.code, Path("summary").read_text()[:7]) == (1, "before\n")
    else:
        said = "error: cannot write summary, which GITHUB_STEP_SUMMARY names: no space left on device\n"
        assert (run.code, run.out, run.err, Path("summary").read_text()) == (2, "", said, "before\n")


COMMANDS = [
    ["--version"],
    ["--help"],
    ["check", "--help"],
    ["f.yaml"],
    ["--format", "json", "f.yaml"],
    ["fix", "--diff", "f.yaml"],
    ["fix", "-"],
    ["ports", "f.yaml"],
    ["graph", "f.yaml"],
    ["rules"],
    ["explain", "node-port-conflict"],
    ["completion", "bash"],
    ["config", "show"],
]


def started(folder: Path, *arguments: str, **settings: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([*NPLINT, *arguments], cwd=folder, stderr=subprocess.PIPE, **settings)


def without(folder: Path, *arguments: str, stdout: Any, stderr: Any = subprocess.PIPE) -> tuple[int, bytes]:
    """The exit code and standard error of a run."""
    command, given = [*NPLINT, *arguments], SERVICE.encode()
    run = subprocess.run(command, cwd=folder, check=False, input=given, stdout=stdout, stderr=stderr)
    return run.returncode, run.stderr or b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_standard_output_that_is_full_is_told(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "f.yaml").write_text(SERVICE)
    with open("/dev/full", "wb") as full:
        code, err = without(tmp_path, *arguments, stdout=full)
        assert (code, err.endswith(b": no space left on device\n"), b"Traceback" in err) == (2, True, False)
        normal, _ = without(tmp_path, *arguments, stdout=subprocess.DEVNULL)
        assert without(tmp_path, *arguments, stdout=subprocess.DEVNULL, stderr=full)[0] == normal


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_who_has_left_changes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    """As in `nplint | head`, where nothing is wrong and nothing is to be said."""
    (tmp_path / "f.yaml").write_text(SERVICE)
    expected = without(tmp_path, *arguments, stdout=subprocess.DEVNULL)
    reading, writing = os.pipe()
    os.close(reading)
    assert without(tmp_path, *arguments, stdout=writing) == expected
    assert without(tmp_path, *arguments, stdout=subprocess.DEVNULL, stderr=writing) == (expected[0], b"")
    os.close(writing)


@pytest.mark.parametrize("format", ["text", "json", "sarif", "html"])
def test_a_reader_who_leaves_in_the_middle_changes_nothing(tmp_path: Path, format: str) -> None:
    # More than a pipe holds.
    (tmp_path / "f.yaml").write_text(SERVICE + "---\n".join(SERVICE + PORTS.replace("1", "2") for _ in range(3)))
    arguments = ("--format", format, "f.yaml")
    with started(tmp_path, *arguments, stdout=subprocess.PIPE) as process:
        out, err = process.communicate()
    assert (process.returncode, len(out) > (1 << 16)) == (1, True)
    with started(tmp_path, *arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1000) == out[:1000]
        process.stdout.close()
        assert process.stderr.read() == err
    assert process.returncode == 1


# --- signals

# Runs nplint and sends a signal to itself when so many functions have been called: at none, it counts them.
SIGNALLED = """
import os, signal, sys
at, name = int(sys.argv.pop(1)), sys.argv.pop(1)
calls = 0
def trace(frame, event, argument):
    global calls
    calls += 1
    if calls == at:
        sys.setprofile(None)
        os.kill(os.getpid(), getattr(signal, name))
sys.path.pop(0)
import nplint.__main__
sys.setprofile(lambda *_: trace(*_) if _[1] == "call" else None)
try:
    nplint.__main__.main()
finally:
    sys.setprofile(None)
    if not at:
        print(calls, file=sys.stderr)
"""
RUN = ("--isolated", "--fix", "--output", "json=out.json", "--write-baseline", "base.json", "--format", "json", ".")


def signalled(folder: Path, at: int, name: str) -> subprocess.CompletedProcess[str]:
    (folder / "f.yaml").write_text(SERVICE)
    (folder / "out.json").write_text("{}")
    (folder / "base.json").unlink(missing_ok=True)
    command = [sys.executable, "-c", SIGNALLED, str(at), name, *RUN]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_at_any_moment_leaves_everything_whole(tmp_path: Path, name: str) -> None:
    whole = signalled(tmp_path, 0, name)
    calls = int(whole.stderr.splitlines()[-1])
    assert (whole.returncode, calls > 1000) == (0, True)
    fixed, report = (tmp_path / "f.yaml").read_text(), (tmp_path / "out.json").read_text()
    baseline = (tmp_path / "base.json").read_text()
    assert fixed != SERVICE
    codes = set()
    # The first call is that of the program itself.
    for at in [2, 3, *(calls * part // 12 for part in range(1, 12)), calls - 1, calls]:
        run = signalled(tmp_path, at, name)
        codes.add(run.returncode)
        assert "Traceback" not in run.stderr, (at, run.stderr)
        assert (tmp_path / "f.yaml").read_text() in (SERVICE, fixed)
        assert (tmp_path / "out.json").read_text() in ("{}", report)
        assert not (tmp_path / "base.json").exists() or (tmp_path / "base.json").read_text() == baseline
        assert run.stdout == "" or json.loads(run.stdout)["version"] == 1
        assert drafts(tmp_path) == []
    assert codes <= {130 if name == "SIGINT" else -signal.SIGTERM, 0}
    assert codes != {0}


def test_an_interrupt_while_a_pipe_is_waited_for_ends_the_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.yaml")
    process = started(tmp_path, "--isolated", "f.yaml", stdout=subprocess.PIPE)
    # Nobody can open a pipe to write into it before somebody opens it to read.
    with (tmp_path / "f.yaml").open("wb"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


# --- others


def test_runs_at_once_leave_whole_files(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(SERVICE)
    arguments = ("--isolated", "--fix", "--output", "json=out.json", "--write-baseline", "base.json", ".")
    runs = [started(tmp_path, *arguments, stdout=subprocess.DEVNULL) for _ in range(4)]
    for process in runs:
        _, err = process.communicate()
        assert (process.returncode in (0, 1), b"failed" in err, b"Traceback" in err) == (True, False, False)
    fixed = (tmp_path / "f.yaml").read_text()
    assert fixed == SERVICE.replace("tcp", "TCP")
    assert json.loads((tmp_path / "out.json").read_text())["version"] == 1
    assert json.loads((tmp_path / "base.json").read_text())["version"] == 1
    assert sorted(os.listdir(tmp_path)) == ["base.json", "f.yaml", "out.json"]


def test_git_that_is_killed_is_told(repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nplint import git, plumbing
    from nplint.errors import NplintError

    repository.commit({f"{number}.yaml": f"a: {number}" for number in range(3)})
    found = git.find(str(repository.folder))
    ids = [entry.id for entry in found.files("HEAD").values()]
    kill = ["sh", "-c", "kill -9 $$"]
    monkeypatch.setattr(plumbing, "_command", lambda *_: kill)
    with pytest.raises(NplintError, match=r"^git ended while it was asked|^the file \w+ is missing"):
        list(found.blobs(ids * 100, 1000))


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = 'cd gone && rmdir ../gone && exec "$@"'
    run = subprocess.run(["sh", "-c", script, "sh", *NPLINT, "-"], cwd=tmp_path, capture_output=True, check=False)
    assert (run.returncode, run.stdout, b"Traceback" in run.stderr) == (2, b"", False)
