"""Other systems and surroundings: what is found does not hang on locale, time zone, umask, folder or platform."""

import json
import ntpath
import os
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import pytest

from nplint import sources
from nplint.cli.options import from_here
from nplint.declared import Patterns

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {who: "网关 İı"}}
spec:
  type: NODEPORT
  selector: {app: web}
  ports:
    - {name: http, port: 80, protocol: tcp, nodePort: 8080}
"""
NAME = "caf\u00e9/网关.yaml"


Finished = subprocess.CompletedProcess[bytes]


def run(folder: Path, *arguments: str, environ: Mapping[str, str], umask: int = -1) -> Finished:
    command = [sys.executable, "-m", "nplint", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON", "TZ"))}
    return subprocess.run(command, cwd=folder, env=kept | dict(environ), umask=umask, capture_output=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / NAME
    file.parent.mkdir()
    file.write_text(SERVICE, "utf-8")
    (tmp_path / ".nplint.yaml").write_text("clusters: {prod: {paths: ['caf\u00e9/**']}}\n", "utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def turkish(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the small letter of I is not i."""
    folder = tmp_path_factory.mktemp("locales")
    command = ["localedef", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.UTF-8")]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no locale can be made here: apt-get install locales")
    return {"LOCPATH": str(folder), "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"}


ELSEWHERE = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
    {"LANG": "de_DE.ISO-8859-1", "TZ": "Asia/Kolkata"},
    {"TZ": "AAA-14", "PYTHONHASHSEED": "1"},
    {"TZ": "BBB+12", "PYTHONHASHSEED": "2"},
]


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_the_surroundings_change_nothing(project: Path, turkish: dict[str, str], format: str) -> None:
    arguments = ("--format", format, "--type", "turbo", ".")
    console = {"PYTHONIOENCODING": "utf-8"}
    expected = run(project, *arguments, environ={"LC_ALL": "C.UTF-8"} | console)
    assert (expected.returncode, b"NODEPORT" in expected.stdout or format == "sarif") == (1, True)
    for environ in (*ELSEWHERE, turkish):
        found = run(project, *arguments, environ=environ | console)
        assert (found.returncode, found.stdout, found.stderr) == (1, expected.stdout, expected.stderr), environ


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "shift_jis", "utf-16", "latin-1:strict"])
@pytest.mark.parametrize(
    "arguments", [["."], ["--format", "concise", "."], ["graph", "."], ["ports", "."], ["nowhere\u0130"]]
)
def test_a_console_without_some_characters_gets_their_codes(project: Path, encoding: str, arguments: list[str]) -> None:
    there = run(project, *arguments, environ={"PYTHONIOENCODING": "utf-8"})
    found = run(project, *arguments, environ={"PYTHONIOENCODING": encoding})
    out, err = (text.decode(encoding.partition(":")[0]) for text in (found.stdout, found.stderr))
    assert (found.returncode, "Traceback" in err, "failed" in err) == (there.returncode, False, False)
    assert out.isprintable() or "\n" in out
    if encoding == "ascii":
        assert (r"\u7f51\u5173" in out) is ("网关" in there.stdout.decode())


def test_a_file_system_in_ascii_is_read(project: Path) -> None:
    """As where somebody forbids Python to take UTF-8 for it."""
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = run(project, "--isolated", "--format", "sarif", ".", environ=environ)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(found.stdout)["runs"][0]["results"]
    }
    assert (found.returncode, uris) == (1, {"caf%C3%A9/%E7%BD%91%E5%85%B3.yaml"})


def test_a_day_is_the_same_in_every_time_zone(tmp_path: Path) -> None:
    """These two never agree on what day it is."""
    (tmp_path / "f.yaml").write_text(SERVICE, "utf-8")
    # Of three days, one is about to end, whatever the time is.
    for days in (-1, 0, 1):
        until = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        ignore = f"ignore: [{{rule: node-port-out-of-range, reason: x, until: {until}}}]\n"
        (tmp_path / ".nplint.yaml").write_text(ignore)
        for arguments in (["."], ["config", "validate"]):
            east, west = (run(tmp_path, *arguments, environ={"TZ": zone}) for zone in ("AAA-14", "BBB+12"))
            assert (east.returncode, east.stdout, east.stderr) == (west.returncode, west.stdout, west.stderr)


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o000, 0o666)])
def test_new_files_are_as_open_as_the_umask_says_and_old_ones_stay_as_they_are(
    tmp_path: Path, umask: int, mode: int
) -> None:
    file, old = tmp_path / "f.yaml", tmp_path / "old.json"
    file.write_text(SERVICE, "utf-8")
    file.chmod(0o640)
    old.write_text("{}")
    old.chmod(0o604)
    writing = ("--output", "json=new.json", "--output", "sarif=old.json", "--write-baseline", "base.json", "--fix", ".")
    assert run(tmp_path, *writing, environ={}, umask=umask).returncode == 0
    assert run(tmp_path, "init", environ={}, umask=umask).returncode == 0
    assert run(tmp_path, "rule", "new", "no-ssh-port", environ={}, umask=umask).returncode == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    new = dict.fromkeys(("new.json", "base.json", ".nplint.yaml", "no_ssh_port.py"), mode)
    assert modes == {"f.yaml": 0o640, "old.json": 0o604, **new}


def fingerprints(found: Finished) -> list[tuple[str, str, int]]:
    findings = json.loads(found.stdout)["findings"]
    return [(one["fingerprint"], os.path.basename(one["path"]), one["line"]) for one in findings]


def test_findings_are_the_same_from_every_folder(repository: "Repository") -> None:
    top = repository.folder
    repository.commit({"a/b/f.yaml": SERVICE, ".nplint.yaml": "clusters: {prod: {paths: [a/**], type: turbo}}\n"})
    expected = fingerprints(run(top, "--format", "json", ".", environ={}))
    assert expected
    for folder, path in [("a", "."), ("a/b", "f.yaml"), ("a", "../a/b"), (".", str(top / "a")), ("/", str(top))]:
        for revision in ([], ["--revision", "HEAD"]) if folder != "/" else ([],):
            found = run(top / folder, "--format", "json", *revision, path, environ={})
            assert fingerprints(found) == expected, (folder, path, revision)


def test_a_baseline_holds_from_every_folder(repository: "Repository") -> None:
    top = repository.folder
    repository.commit({"a/b/f.yaml": SERVICE, ".nplint.yaml": "baseline: a/base.json\n"})
    assert run(top, "--write-baseline", "a/base.json", ".", environ={}).returncode == 0
    for folder, path in [(".", "a"), ("a", "."), ("a/b", "f.yaml"), ("/", str(top))]:
        found = run(top / folder, path, environ={})
        assert (found.returncode, found.stdout) == (0, b""), (folder, path)


# --- Windows


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths as Windows has them; the files stay where they are."""
    monkeypatch.setattr(os, "path", ntpath)
    monkeypatch.setattr(os, "sep", "\\")
    monkeypatch.setattr(os, "getcwd", lambda: "C:\\Work\\repo")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("deploy\\web.yaml", "deploy/web.yaml"),
        ("deploy/web.yaml", "deploy/web.yaml"),
        (".\\a\\..\\web.yaml", "web.yaml"),
        ("C:\\Work\\repo\\deploy\\web.yaml", "deploy/web.yaml"),
        ("c:\\work\\REPO\\web.yaml", "web.yaml"),
        ("C:\\Work\\other\\web.yaml", "../other/web.yaml"),
        ("D:\\web.yaml", "D:/web.yaml"),
        ("\\\\server\\share\\web.yaml", "//server/share/web.yaml"),
    ],
)
@pytest.mark.usefixtures("windows")
def test_paths_of_windows_are_shown_with_slashes(path: str, expected: str) -> None:
    assert sources.shown(path) == expected
    assert sources.shown(PureWindowsPath(path)) == expected  # type: ignore[arg-type]


@pytest.mark.usefixtures("windows")
def test_a_folder_of_windows_shows_what_is_in_it() -> None:
    folder = sources.Folder("deploy\\prod", sources.shown("deploy\\prod"), "C:\\Work\\repo\\deploy\\prod")
    assert folder.shows("web.yaml") == "deploy/prod/web.yaml"
    inner = folder.holding("eu")
    assert inner == ("deploy\\prod\\eu", "deploy/prod/eu", "C:\\Work\\repo\\deploy\\prod\\eu")


@pytest.mark.parametrize(
    ("path", "is_meant"),
    [("deploy/prod/web.yaml", True), ("deploy/lab/web.yaml", False), ("D:/deploy/prod/web.yaml", False)],
)
@pytest.mark.usefixtures("windows")
def test_patterns_hold_on_windows(monkeypatch: pytest.MonkeyPatch, path: str, is_meant: bool) -> None:
    monkeypatch.setattr(ntpath, "realpath", ntpath.abspath)
    assert Patterns("C:\\Work\\repo", ("deploy/prod/**",)).match(path) is is_meant


@pytest.mark.usefixtures("windows")
def test_a_path_of_a_configuration_on_another_drive_is_shown_whole() -> None:
    assert from_here("D:\\conf", "base.json") == "D:/conf/base.json"
    assert from_here("C:\\Work\\repo\\conf", "base.json") == "conf/base.json"


@pytest.mark.parametrize("where", ["exclude: ['deploy\\prod']", "clusters: {a: {paths: ['deploy\\prod\\**']}}"])
def test_a_backslash_between_folders_is_answered_with_the_way_out(nplint: "Nplint", where: str) -> None:
    Path(".nplint.yaml").write_text(where)
    run = nplint()
    assert run.code == 2
    assert "has a backslash before a letter: write `/` between folders, on Windows too" in run.err


@pytest.mark.parametrize(
    ("name", "end"),
    # Neither git nor TOML takes a bare carriage return for the end of a line.
    [(".nplint.yaml", "\r\n"), (".nplint.yaml", "\r"), (".gitignore", "\r\n"), ("pyproject.toml", "\r\n")],
)
def test_line_ends_of_windows_and_of_old_macs_steer_a_run_alike(
    nplint: "Nplint", repository: "Repository", name: str, end: str
) -> None:
    texts = {
        ".nplint.yaml": "exclude:\n  - lab/**\n  - '*.yml'\n",
        ".gitignore": "# not these\nlab/\n*.yml\n",
        "pyproject.toml": "[tool.nplint]\nexclude = [\n  'lab/**',\n  '*.yml',\n]\n",
    }
    repository.write({"f.yaml": SERVICE, "lab/f.yaml": SERVICE, "g.yml": SERVICE, name: texts[name].replace("\n", end)})
    assert "nothing found" not in nplint().err
    assert {one["path"] for one in json.loads(nplint("--format", "json").out)["findings"]} == {"f.yaml"}


# --- macOS


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("listed", ["NFC", "NFD"])
def test_a_name_means_the_same_however_its_accents_are_told(nplint: "Nplint", written: Any, listed: Any) -> None:
    folder = unicodedata.normalize(listed, "caf\u00e9")
    Path(folder).mkdir()
    Path(folder, "f.yaml").write_text(SERVICE, "utf-8")
    declared = "clusters: {prod: {paths: ['caf\u00e9/**'], node-port-range: 8000-9000}}\n"
    Path(".nplint.yaml").write_text(unicodedata.normalize(written, declared), "utf-8")
    assert "node-port-out-of-range" not in nplint("--format", "concise").out
