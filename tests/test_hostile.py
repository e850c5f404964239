"""Input that means harm, or might as well: it ends, within bounds, and what is wrong with it is said."""

import json
import os
import re
import resource
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nplint import output

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 8080}]}
"""
FOUND = ":4:75: error[node-port-out-of-range] nodePort 8080 is outside 30000-32767\n"
HEAD = "apiVersion: v1\nkind: Service\n"
OPTIONS = ("--isolated", "--format", "concise", "--ignore", "unnamed-port,selector-matches-nothing")
RAISED = "(`--limit {}=N` raises that)"
TOO_DEEP = f"it nests more than 200 lists and mappings in each other {RAISED.format('depth')}"
CONTROL = "a control character is not allowed"

Found = list[tuple[str, str]]


def unreadable(nplint: "Nplint", *paths: str) -> Found:
    """The places and reasons of what cannot be read."""
    lines = nplint(*OPTIONS, "--select", "unreadable-manifest", *paths).out.splitlines()
    parts = (line.partition(": error[unreadable-manifest] this cannot be read: ") for line in lines)
    return [(place, reason) for place, _, reason in parts]


def bounded(mebibytes: int, *command: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run nplint with no more memory than that: more is a MemoryError, which would be told as a failure."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))

    command = (sys.executable, "-m", "nplint", *OPTIONS, *command)
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False, **settings)


# --- what stands in a file


def bomb(merges: bool) -> str:
    if merges:
        lines = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    else:
        lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    return HEAD + "\n".join(lines) + "\n"


def key(written: str) -> str:
    return f"{HEAD}metadata: {{name: web}}\nspec:\n  {written}: x\n"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (bomb(False), "7:10", "its aliases multiply it to 6,590 values, more than kubectl reads"),
        (bomb(True), "11:48", "its aliases multiply it to 6,590 values, more than kubectl reads"),
        (f"{HEAD}metadata: &a {{name: web, labels: *a}}\n", "3:34", "the anchor &a contains itself"),
        (f"{HEAD}metadata: &a\n  <<: *a\n", "4:7", "the anchor &a contains itself"),
        (f"{HEAD}spec: {'[' * 100_000}{']' * 100_000}\n", "3:206", TOO_DEEP),
        (f"{HEAD}spec: {'[' * 100_000}\n", "3:206", TOO_DEEP),
        (f"{HEAD}spec: {'{a: ' * 100_000}\n", "3:803", TOO_DEEP),
        (f"{HEAD}spec:\n  {'- ' * 100_000}x\n", "4:401", TOO_DEEP),
        (f"{HEAD}spec:\n  {'? ' * 100_000}x\n", "4:401", TOO_DEEP),
        (f"{HEAD}spec:\n" + "".join(" " * n + "a:\n" for n in range(1, 400)), "203:201", TOO_DEEP),
        ('{"apiVersion":"v1","kind":"Service","spec":' + "[" * 100_000 + "]" * 100_000 + "}", "1:243", TOO_DEEP),
        ('{"apiVersion":"v1","kind":"Service","spec":' + '{"a":' * 100_000 + "1" + "}" * 100_001, "1:1039", TOO_DEEP),
        (SERVICE.replace("web", "w\0b"), "3:19", CONTROL),
        (HEAD + "\0" * 1000, "3:1", CONTROL),
        (key("? [a]\n  "), "5:5", "a list or mapping cannot be a key"),
        (key("? {a: b}\n  "), "5:5", "a list or mapping cannot be a key"),
        (key("~"), "5:3", "null cannot be a key"),
        (key(".nan"), "5:3", "a number that is infinite or none at all has no JSON form"),
        (key("-.inf"), "5:3", "a number that is infinite or none at all has no JSON form"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(nplint: "Nplint", text: str, place: str, reason: str) -> None:
    Path("f.yaml").write_text(text)
    [(at, told)] = unreadable(nplint)
    assert (at, told) == (f"f.yaml:{place}", reason)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1", "1"),
        ("0x10", "16"),
        ("1.50", "1.5"),
        ("yes", "true"),
        ("2001-01-01", "2001-01-01"),
        ("!!binary aGk=", "hi"),
    ],
)
def test_other_keys_are_text(nplint: "Nplint", written: str, name: str) -> None:
    Path("f.yaml").write_text(key(written))
    run = nplint(*OPTIONS, "--select", "unreadable-manifest,unknown-field")
    assert f"f.yaml:5:3: error[unknown-field] spec has no field {name}" in run.out


@pytest.mark.parametrize(
    ("encoding", "place"),
    [
        *((name, None) for name in ("utf-8", "utf-8-sig", "utf-16")),
        *((name, "1:1") for name in ("utf-16-be", "utf-32", "utf-32-be")),
        *((name, "1:2") for name in ("utf-16-le", "utf-32-le")),
    ],
)
def test_encodings_are_read_as_kubectl_reads_them_or_told(nplint: "Nplint", encoding: str, place: str | None) -> None:
    Path("f.yaml").write_bytes(SERVICE.encode(encoding))
    assert unreadable(nplint) == ([(f"f.yaml:{place}", CONTROL)] if place else [])
    assert (f"f.yaml{FOUND}" in nplint(*OPTIONS).out) is (place is None)


def test_stray_bytes_are_told_and_the_rest_is_judged(nplint: "Nplint") -> None:
    Path("f.yaml").write_bytes(SERVICE.encode().replace(b"{name: web}", b"{name: web, annotations: {a: \xff\xfe\xc3}}"))
    run = nplint(*OPTIONS)
    stray = "warning[unreadable-manifest] a byte is no text in the file's encoding: kubectl puts U+FFFD in its place\n"
    assert run.out == "".join(f"f.yaml:3:{column}: {stray}" for column in (40, 41, 42)) + f"f.yaml{FOUND}"


def test_a_million_documents_are_judged_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("a: 1\n---\n" * 999_999 + SERVICE)
    run = bounded(800, ".", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (1, f"f.yaml{FOUND.replace(':4:', ':2000002:')}")


# --- long lines


LONG = 1_000_000
LINE = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"%s"},"spec":{"type":"NodePort","ports":[%s]}}'
PORT = '{"name":"%s","port":80,"nodePort":8080,"protocol":"tcp"}'


@pytest.mark.parametrize("format", output.FORMATS)
@pytest.mark.parametrize("where", ["name", "port", "key", "value"])
def test_no_format_repeats_what_is_long(nplint: "Nplint", format: str, where: str) -> None:
    long, ports = "x" * LONG, ",".join(PORT % f"p{number}" for number in range(50))
    text = {
        "name": LINE % (long, ports),
        "port": LINE % ("web", PORT % long + "," + ports),
        "key": LINE.replace("%s", "web", 1) % ports.replace('"protocol"', f'"{long}":{{}},"protocol"', 1),
        "value": LINE % ("web", ports.replace('"tcp"', f'"{long}"', 1)),
    }
    Path("f.json").write_text(text[where])
    run = nplint("--isolated", "--format", format)
    assert run.code == 1
    assert "nodePort 8080 is outside" in run.out
    assert "x" * 600 not in run.out + run.err


@pytest.mark.parametrize(
    "command",
    [
        ["ports"],
        ["ports", "--format", "json"],
        *(["graph", "--format", name] for name in ("text", "json", "dot", "html")),
    ],
)
def test_no_other_command_repeats_it_either(nplint: "Nplint", command: list[str]) -> None:
    Path("f.json").write_text(LINE % ("x" * LONG, (PORT % ("y" * LONG)).replace("8080", "30080")))
    run = nplint(*command)
    assert run.code == 0
    assert "30080" in run.out
    assert "x" * 600 not in run.out
    assert "y" * 600 not in run.out


def test_many_findings_in_something_long_take_no_long_time_each(nplint: "Nplint") -> None:
    """Each as much as the name of what it is found in would be hours, or gigabytes."""
    ports = ",".join(PORT % f"p{number}" for number in range(3000))
    Path("f.json").write_text(LINE % ("x" * 3 * LONG, ports))
    Path("g.yaml").write_text(f'{SERVICE}? "{"x" * 3 * LONG}"\n:\n' + " a: 1\n" * 3000)
    assert nplint(*OPTIONS).out.count("\n") > 6000


@pytest.mark.parametrize(
    "line",
    [
        '{apiVersion: v1, kind: Service, metadata: {name: web, x: "%s"',
        "{apiVersion: v1, kind: Service, x: '{{ a }}', metadata: {name: web, x: \"%s\"",
        "{apiVersion: v1, kind: Service, x: '{{ a }}', metadata: {name: web, x: '%s'",
    ],
)
def test_a_broken_line_of_many_megabytes_needs_little_more_memory_than_it_has(tmp_path: Path, line: str) -> None:
    (tmp_path / "f.yaml").write_text(line % ("x" * (16 << 20)))
    run = bounded(600, "f.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout.count("error[unreadable-manifest]"), len(run.stdout) < 300) == (1, 1, True)


@pytest.mark.parametrize(
    ("end", "said"), [("}", ["invalid-name", "node-port-out-of-range"]), ("", ["unreadable-manifest"])]
)
def test_one_line_of_fifty_megabytes_is_read(tmp_path: Path, end: str, said: list[str]) -> None:
    long = f"{{name: web, annotations: {{a: {'x' * (50 << 20)}}}}}"
    ports = "{type: NodePort, ports: [{port: 80, nodePort: 8080}]}"
    (tmp_path / "f.yaml").write_text(f"{{apiVersion: v1, kind: Service, metadata: {long}, spec: {ports}{end}\n")
    run = bounded(600, "f.yaml", cwd=tmp_path)
    assert (run.returncode, re.findall(r"error\[(.*?)\]", run.stdout), len(run.stdout) < 500) == (1, said, True)


# --- files that are none


def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "f.yaml").open("wb") as file:
        file.truncate(1 << 30)
    run = bounded(300, ".", cwd=tmp_path)
    said = f"f.yaml:1:1: error[unreadable-manifest] this cannot be read: it is larger than 512 MiB {RAISED}\n"
    assert (run.returncode, run.stdout) == (1, said.format("file-size"))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/urandom"])
def test_a_device_without_an_end_is_read_up_to_the_limit(path: str) -> None:
    run = bounded(300, "--limit", "file-size=8MiB", path, cwd="/")
    said = f"{path[1:]}:1:1: error[unreadable-manifest] this cannot be read: it is larger than 8 MiB {RAISED}\n"
    assert (run.returncode, run.stdout) == (1, said.format("file-size"))


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    """As a shell gives it for `nplint <(helm template .)`."""
    reading, writing = os.pipe()
    os.write(writing, SERVICE.encode())
    os.close(writing)
    run = bounded(2000, f"/dev/fd/{reading}", cwd="/", pass_fds=[reading])
    os.close(reading)
    assert (run.returncode, run.stdout) == (1, f"dev/fd/{reading}{FOUND}")


def test_a_pipe_with_a_name_is_read_where_it_is_named(nplint: "Nplint") -> None:
    os.mkfifo("f.yaml")
    with subprocess.Popen(["sh", "-c", f"printf %s '{SERVICE}' > f.yaml"]):
        assert nplint(*OPTIONS, "f.yaml").out == f"f.yaml{FOUND}"


def test_a_pipe_or_device_that_a_search_finds_is_passed_over(nplint: "Nplint") -> None:
    os.mkfifo("a.yaml")
    os.symlink("a.yaml", "b.yaml")
    os.symlink("/dev/zero", "c.yaml")
    os.mkfifo("kustomization.yaml")
    os.mkfifo(".nplint.yaml")
    Path("f.yaml").write_text(SERVICE)
    assert nplint(*OPTIONS[1:]).out == f"f.yaml{FOUND}"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)], ids=["pipe", "device"])
def test_a_pipe_in_place_of_what_git_ignores_is_told(
    nplint: "Nplint", repository: "Repository", make: Callable[[str], None]
) -> None:
    make(".gitignore")
    repository.write({"f.yaml": SERVICE})
    said = "it is a pipe or device, and those are read only where they are named"
    assert unreadable(nplint) == [(".gitignore:1:1", said)]
    assert nplint(*OPTIONS, "f.yaml").out == f"f.yaml{FOUND}"


def test_a_file_that_becomes_a_pipe_is_not_waited_for(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("f.yaml")
    monkeypatch.setattr("nplint.sources._is_file", lambda entry: True)
    said = "it is a pipe or device, and those are read only where they are named"
    assert unreadable(nplint) == [("f.yaml:1:1", said)]


def test_links_in_a_circle_end(nplint: "Nplint") -> None:
    os.mkdir("a")
    os.symlink("..", "a/up")
    os.symlink("a/up", "again")
    os.symlink("loop.yaml", "loop.yaml")
    Path("a/f.yaml").write_text(SERVICE)
    assert unreadable(nplint, "loop.yaml") == [("loop.yaml:1:1", "too many levels of symbolic links")]
    assert nplint(*OPTIONS, "a").out == f"a/f.yaml{FOUND}"
    assert nplint(*OPTIONS, "again").out.count("node-port-out-of-range") == 1


@pytest.fixture
def cellar(tmp_path: Path) -> Iterator[Path]:
    """A folder in which others may stand in each other so deep that Python does not remove them."""
    yield tmp_path
    subprocess.run(["rm", "-r", *tmp_path.iterdir()], check=True)


def test_folders_may_stand_in_each_other_as_deep_as_the_system_takes_them(nplint: "Nplint", cellar: Path) -> None:
    for _ in range(2500):
        os.mkdir("a")
        os.chdir("a")
    os.chdir(cellar)
    os.mkdir("b")
    for level in range(1400):
        os.mkdir("b" + "/b" * (level + 1))
    Path("b" + "/b" * 1400, "f.yaml").write_text(SERVICE)
    [(place, reason)] = unreadable(nplint)
    assert (place[:6], reason) == ("a/a/a/", "file name too long")
    assert nplint(*OPTIONS, "b").out == f"b{'/b' * 1400}/f.yaml{FOUND}"


@pytest.mark.skipif(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), reason="root may read everything")
@pytest.mark.parametrize("closed", ["secret", "secret/f.yaml"])
def test_what_may_not_be_read_is_told(tmp_path: Path, closed: str) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/f.yaml").write_text(SERVICE)
    (tmp_path / closed).chmod(0)
    tmp_path.chmod(stat.S_IRWXU | stat.S_IROTH | stat.S_IXOTH)
    command = [sys.executable, "-m", "nplint", *OPTIONS, str(tmp_path)]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--", *command]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (tmp_path / closed).chmod(0o700)
    said = f"{closed}:1:1: error[unreadable-manifest] this cannot be read: permission denied\n"
    assert (run.returncode, run.stdout) == (1, said)


# --- paths that are no UTF-8


NAME = os.fsdecode(b"caf\xe9 \xff")
SPELLED = r"caf\udce9 \udcff"
FILE = f"{NAME}/f.yaml"


@pytest.fixture
def odd(repository: "Repository") -> "Repository":
    """A repository with a path that is no UTF-8."""
    os.makedirs(NAME)
    Path(FILE).write_text(SERVICE)
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "x")
    return repository


def _strict(text: str) -> Any:
    """JSON as a strict reader takes it: nothing but characters."""
    text.encode()
    data = json.loads(text)
    json.dumps(data, ensure_ascii=False).encode()
    return data


@pytest.mark.parametrize("format", output.FORMATS)
def test_every_format_shows_such_a_path_and_stays_what_it_is(nplint: "Nplint", odd: "Repository", format: str) -> None:
    for arguments in ([], ["--staged", "--all"], ["--revision", "HEAD"], ["--against", "HEAD"]):
        run = nplint("--format", format, *arguments)
        assert (run.code, "failed" in run.err) == (1, False)
        run.out.encode()
        if format in ("json", "gitlab"):
            data = _strict(run.out)
            found = data["findings"] if format == "json" else data
            paths = {one["path"] if format == "json" else one["location"]["path"] for one in found}
            assert paths == {f"{SPELLED}/f.yaml"}
        elif format == "json-lines":
            assert {_strict(line)["path"] for line in run.out.splitlines()} == {f"{SPELLED}/f.yaml"}
        elif format == "sarif":
            locations = [one["locations"][0] for one in _strict(run.out)["runs"][0]["results"]]
            uris = {one["physicalLocation"]["artifactLocation"]["uri"] for one in locations}
            assert uris == {"caf%E9%20%FF/f.yaml"}
        elif format in ("junit", "checkstyle"):
            assert f"{SPELLED}/f.yaml" in ET.fromstring(run.out.encode())[0].attrib["name"]
        else:
            assert SPELLED.replace("\\", "\\\\" if format == "markdown" else "\\") in run.out


def test_commands_and_files_take_such_a_path(nplint: "Nplint", odd: "Repository") -> None:
    assert _strict(nplint("ports", "--format", "json").out)[0]["place"] == f"{SPELLED}/f.yaml:4:75"
    assert f"{SPELLED}/f.yaml" in json.dumps(_strict(nplint("graph", "--format", "json").out)).replace("\\\\", "\\")
    assert nplint("--write-baseline", "b.json").code == 0
    assert nplint("--baseline", "b.json", FILE).out == ""
    assert nplint(FILE, "--output", f"json={NAME}/o.json").code == 1
    assert _strict(Path(NAME, "o.json").read_text())["summary"]["errors"] == 1
    assert nplint("fix", "--unsafe", FILE).code == 0
    assert "nodePort: 30000" in Path(FILE).read_text()


def test_a_configuration_in_such_a_folder_holds(nplint: "Nplint", odd: "Repository") -> None:
    assert nplint("init", NAME).code == 0
    Path(NAME, ".nplint.yaml").write_text("clusters: {prod: {paths: ['*.yaml'], node-port-range: 8000-9000}}\n")
    assert "node-port-out-of-range" not in nplint(*OPTIONS[1:], NAME).out


def test_a_folder_of_such_a_name_becomes_a_cluster_that_can_be_read(nplint: "Nplint") -> None:
    os.makedirs(f"clusters/{NAME}")
    os.makedirs("clusters/lab")
    for name in (NAME, "lab"):
        Path(f"clusters/{name}/f.yaml").write_text(SERVICE)
    assert nplint("init").code == 0
    assert "cannot be read" not in nplint("config", "validate").err
