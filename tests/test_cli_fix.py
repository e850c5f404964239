"""`nplint fix` and `nplint check --fix`: what is written, what is not, and what is said about it."""

import codecs
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nplint import output, plugins
from nplint.check import Problem, Problems, rule
from nplint.cli import check
from nplint.cli.write import Files
from nplint.cluster import Cluster
from nplint.document import Source
from nplint.finding import Edit, Severity
from nplint.plugins import Plugins

if TYPE_CHECKING:
    from tests.conftest import Nplint

HEAD = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
WRONG = f"{HEAD}spec:\n  type: NodePort\n  ports:\n    - port: 80   # in\n      protocol: udp\n"
RIGHT = WRONG.replace("udp", "UDP")
UNSAFE = f"{HEAD}spec: {{type: NodePort, ports: [{{port: 80, nodePort: 8080}}]}}\n"
LINT = "web.yaml:8:17: error[unknown-protocol] protocol udp is not valid: it is spelled UDP"
SAID = "web.yaml:8:17: fixed[unknown-protocol] protocol udp is not valid: it is spelled UDP (now UDP)\n"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)


def put(name: str, text: str = WRONG) -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


# --- what is done


@pytest.mark.parametrize("arguments", [[], ["."], ["web.yaml"], ["web.yaml", "./web.yaml"]])
def test_what_is_safe_is_fixed_and_told(nplint: "Nplint", arguments: list[str]) -> None:
    file = put("web.yaml")
    assert nplint("fix", *arguments) == (0, "", f"{SAID}fixed 1 in 1 file\n")
    assert file.read_text() == RIGHT
    assert nplint("fix", *arguments) == (0, "", "nothing to fix\n")
    assert os.listdir() == ["web.yaml"]


def test_what_is_not_safe_takes_a_word(nplint: "Nplint") -> None:
    files = put("a/web.yaml"), put("b/api.yaml", UNSAFE.replace("80,", "'80',"))
    run = nplint("fix")
    assert (run.code, run.err.splitlines()[-1]) == (0, "fixed 2 in 2 files; 1 more with --unsafe")
    assert nplint("fix") == (0, "", "nothing to fix; 1 more with --unsafe\n")
    message = "nodePort 8080 is outside 30000-32767"
    place = f"b/api.yaml:4:{UNSAFE.splitlines()[3].index('8080') + 1}"
    said = f"{place}: fixed[node-port-out-of-range] {message} (now 30000)\nfixed 1 in 1 file\n"
    assert nplint("fix", "--unsafe") == (0, "", said)
    assert [file.read_text() for file in files] == [RIGHT, UNSAFE.replace("8080", "30000")]


def test_what_is_taken_out_is_told(nplint: "Nplint") -> None:
    put("web.yaml", UNSAFE.replace("NodePort", "ClusterIP"))
    assert "a ClusterIP Service has no nodePort (taken out)\nfixed 1 in 1 file\n" in nplint("fix").err


def test_the_rules_are_chosen_as_for_check(nplint: "Nplint") -> None:
    file = put("web.yaml")
    assert nplint("fix", "--ignore", "unknown-protocol") == (0, "", "nothing to fix\n")
    assert nplint("fix", "--select", "wrong-type") == (0, "", "nothing to fix\n")
    Path(".nplint.yaml").write_text("ignore: [{rule: unknown-protocol, resource: web, reason: x}]\n")
    assert nplint("fix") == (0, "", "nothing to fix\n")
    assert file.read_text() == WRONG


def test_the_cluster_is_declared_as_for_check(nplint: "Nplint") -> None:
    put("web.yaml", f"{HEAD}spec: {{type: NodePort, externalTrafficPolicy: Local, ports: [{{port: 80}}]}}\n")
    assert nplint("fix", "--unsafe") == (0, "", "nothing to fix\n")
    assert nplint("fix", "--unsafe", "--type", "turbo").err.endswith("(now Cluster)\nfixed 1 in 1 file\n")


def test_a_search_without_a_manifest_warns(nplint: "Nplint") -> None:
    warning = "warning: no Kubernetes manifest found, so nothing was checked\n"
    assert nplint("fix") == (0, "", f"{warning}nothing to fix\n")
    assert nplint("fix", ".").code == 2


# --- previews

DIFF = """\
--- web.yaml
+++ web.yaml
@@ -5,4 +5,4 @@
   type: NodePort
   ports:
     - port: 80   # in
-      protocol: udp
+      protocol: UDP
"""


def test_a_preview_writes_nothing(nplint: "Nplint") -> None:
    file = put("web.yaml")
    before = file.stat()
    assert nplint("fix", "--diff") == (1, DIFF, "would fix 1 in 1 file\n")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert file.read_text() == WRONG


def test_a_preview_of_nothing_is_empty(nplint: "Nplint") -> None:
    put("web.yaml", RIGHT)
    assert nplint("fix", "--diff") == (0, "", "nothing to fix\n")
    put("web.yaml", UNSAFE)
    assert nplint("fix", "--diff") == (0, "", "nothing to fix; 1 more with --unsafe\n")
    assert nplint("fix", "--diff", "--unsafe").code == 1


def test_a_preview_tells_of_a_missing_line_end(nplint: "Nplint") -> None:
    put("web.yaml", WRONG.rstrip())
    none = "\\ No newline at end of file\n"
    assert nplint("fix", "--diff").out == DIFF.replace("udp\n", f"udp\n{none}").replace("UDP\n", f"UDP\n{none}")


def test_a_preview_shows_lines_and_no_line_ends(nplint: "Nplint") -> None:
    put("web.yaml", WRONG.replace("\n", "\r\n"))
    assert nplint("fix", "--diff").out == DIFF


def test_a_preview_is_coloured_where_that_is_asked_for(nplint: "Nplint") -> None:
    put("web.yaml")
    lines = nplint("fix", "--diff", "--color", "always").out.splitlines()
    assert lines[0] == "\x1b[1m--- web.yaml\x1b[0m"
    assert lines[2:4] == ["\x1b[36m@@ -5,4 +5,4 @@\x1b[0m", "   type: NodePort"]
    assert lines[-2:] == ["\x1b[31m-      protocol: udp\x1b[0m", "\x1b[32m+      protocol: UDP\x1b[0m"]


def test_hostile_names_and_values_steer_no_terminal(nplint: "Nplint") -> None:
    put("\x1b[31mweb.yaml", WRONG.replace("udp", '"UDP\\n"').replace("# in", "# \u202e\tx\U000e0001"))
    preview = nplint("fix", "--diff")
    assert "\\u202e\tx" in preview.out
    assert preview.out.replace("\n", "").replace("\t", "").replace("\U000e0001", "").isprintable()
    run = nplint("fix")
    assert run.err.startswith("\\x1b[31mweb.yaml:8:17: fixed[unknown-protocol] ")
    assert run.err.replace("\n", "").isprintable()


# --- standard input


@pytest.mark.parametrize(("text", "out"), [(WRONG, RIGHT), (RIGHT, RIGHT), (UNSAFE, UNSAFE)])
def test_standard_input_is_printed_with_its_fixes(nplint: "Nplint", text: str, out: str) -> None:
    run = nplint("fix", "-", stdin=text)
    assert (run.code, run.out) == (0, out)


def test_standard_input_goes_beside_files(nplint: "Nplint") -> None:
    file = put("web.yaml")
    run = nplint("fix", "-", "web.yaml", stdin=WRONG)
    assert (run.code, run.out, run.err.splitlines()[-1]) == (0, RIGHT, "fixed 2 in 2 files")
    assert file.read_text() == RIGHT
    assert nplint("fix", "--diff", "-", stdin=WRONG).out == DIFF.replace("web.yaml", "<stdin>")


@pytest.mark.parametrize(
    "form", [lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), lambda text: text.encode() + b"# \xff\r\n"]
)
def test_standard_input_keeps_its_bytes(form: Callable[[str], bytes]) -> None:
    command = [sys.executable, "-m", "nplint", "fix", "-"]
    run = subprocess.run(command, input=form(WRONG), capture_output=True, check=True)
    assert run.stdout == form(RIGHT)


# --- check --fix


def test_check_fixes_what_is_safe_and_reports_the_rest(nplint: "Nplint") -> None:
    file = put("web.yaml", WRONG + "      nodePort: 8080\n")
    run = nplint("check", "--fix", "--format", "concise", "--ignore", "selector-missing")
    assert (run.code, run.out) == (
        1,
        "web.yaml:9:17: error[node-port-out-of-range] nodePort 8080 is outside 30000-32767\n",
    )
    assert run.err.startswith(f"{SAID}fixed 1 in 1 file; 1 more with --unsafe\n1 error in 1 file")
    assert file.read_text() == RIGHT + "      nodePort: 8080\n"
    run = nplint("--fix", "--unsafe", "--format", "concise", "--ignore", "selector-missing")
    assert (run.code, run.out) == (0, "web.yaml:9:17: note[node-port-pinned] nodePort 30000 is pinned\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--unsafe", "."], "error: --unsafe takes --fix: it tells which fixes are made\n"),
        (["--fix", "-"], "error: --fix has no file for standard input: `nplint fix -` prints it fixed\n"),
    ],
)
def test_a_wrong_call_is_answered_with_one_sentence(nplint: "Nplint", arguments: list[str], sentence: str) -> None:
    file = put("web.yaml")
    assert nplint("check", *arguments, stdin=WRONG) == (2, "", sentence)
    assert file.read_text() == WRONG


def test_check_reports_on_what_lies_on_the_disk(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    put("a/web.yaml")
    put("b/web.yaml")
    monkeypatch.setattr(os, "replace", failing(PermissionError(13, "Permission denied"), os.replace, "a/web.yaml"))
    run = nplint("--fix", "--format", "concise")
    assert (run.code, [line for line in run.out.splitlines() if " error[" in line]) == (1, [f"a/{LINT}"])
    assert (
        "error: a/web.yaml: not fixed: it cannot be written: permission denied\nfixed 1 in 1 file; 1 not fixed\n"
        in run.err
    )


# --- files


def failing(error: Exception, function: Callable[..., Any], where: str = "") -> Callable[..., Any]:
    """The function, failing where one of its arguments ends like that."""

    def fail(*arguments: Any, **named: Any) -> Any:
        if any(str(argument).endswith(where) for argument in (*arguments, *named.values())):
            raise error
        return function(*arguments, **named)

    return fail


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o200 | 0o444])
def test_the_mode_of_a_file_stays(nplint: "Nplint", mode: int) -> None:
    file = put("web.yaml")
    file.chmod(mode)
    assert nplint("fix").code == 0
    assert file.read_text() == RIGHT
    assert file.stat().st_mode & 0o7777 == mode


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_the_owner_of_a_file_stays(nplint: "Nplint") -> None:
    file = put("web.yaml")
    os.chown(file, 1234, 4321)
    file.chmod(0o640)
    assert nplint("fix").code == 0
    assert (file.stat().st_uid, file.stat().st_gid, file.stat().st_mode & 0o777) == (1234, 4321, 0o640)


def test_a_file_that_cannot_be_given_away_is_fixed_all_the_same(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put("web.yaml")
    monkeypatch.setattr(os, "chown", failing(PermissionError(), os.chown))
    assert nplint("fix").code == 0
    assert file.read_text() == RIGHT


def test_a_read_only_file_is_left_and_the_others_are_fixed(nplint: "Nplint") -> None:
    files = put("a.yaml"), put("b.yaml")
    files[0].chmod(0o444)
    run = nplint("fix")
    assert run.code == 1
    assert (
        run.err
        == SAID.replace("web", "b") + "error: a.yaml: not fixed: it is read-only\nfixed 1 in 1 file; 1 not fixed\n"
    )
    assert [file.read_text() for file in files] == [WRONG, RIGHT]
    assert nplint("fix", "a.yaml").err == "error: a.yaml: not fixed: it is read-only\n1 not fixed\n"


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (lambda file: file.unlink(), "no such file or directory"),
        (lambda file: file.write_text(f"{WRONG}# more\n"), "it changed while it was being judged: run it again"),
        (lambda file: (file.unlink(), file.mkdir()), "it is no regular file"),
    ],
)
def test_a_file_that_is_not_what_was_judged_is_left(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], Any], sentence: str
) -> None:
    file, other = put("web.yaml"), put("other.yaml")
    judging, events = check.judging, [happens]

    def eventful(*arguments: Any) -> Any:
        judge = judging(*arguments)

        def judged(clusters: Any) -> Any:
            report = judge(clusters)
            while events:
                events.pop()(file)
            return report

        return judged

    monkeypatch.setattr(check, "judging", eventful)
    run = nplint("fix")
    assert run.code == 1
    assert f"error: web.yaml: not fixed: {sentence}\nfixed 1 in 1 file; 1 not fixed\n" in run.err
    assert not file.is_file() or file.read_text() == f"{WRONG}# more\n"
    assert other.read_text() == RIGHT


def test_a_file_that_changes_in_the_last_moment_is_left(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    file = put("web.yaml")
    written = Files.write

    def changed(files: Files, contents: Mapping[str, bytes]) -> None:
        file.write_text(f"{WRONG}# more\n")
        written(files, contents)

    monkeypatch.setattr(Files, "write", changed)
    said = "error: web.yaml: not fixed: it changed while it was being fixed: run it again\n1 not fixed\n"
    assert nplint("fix") == (1, "", said)
    assert file.read_text() == f"{WRONG}# more\n"


def test_a_link_stays_a_link_and_its_target_is_fixed(nplint: "Nplint") -> None:
    target = put("data/web.txt")
    link, again = Path("links/web.yaml"), Path("links/again.yaml")
    link.parent.mkdir()
    link.symlink_to("../data/web.txt")
    again.symlink_to("web.yaml")
    run = nplint("fix")
    assert (run.code, run.err.splitlines()[-1]) == (0, "fixed 2 in 2 files")
    assert [os.readlink(link), os.readlink(again)] == ["../data/web.txt", "web.yaml"]
    assert target.read_text() == RIGHT
    assert not target.is_symlink()


def test_a_link_that_leads_elsewhere_is_not_followed(nplint: "Nplint") -> None:
    target = put("elsewhere/web.yaml")
    put("repository/api.yaml")
    Path("repository/web.yaml").symlink_to("../elsewhere/web.yaml")
    for named in (["repository"], ["repository/web.yaml"]):
        run = nplint("fix", *named)
        assert run.code == 1
        sentence = "it is a link that leads out of the repository or folder"
        assert f"error: repository/web.yaml: not fixed: {sentence}\n" in run.err
    assert target.read_text() == WRONG
    assert Path("repository/api.yaml").read_text() == RIGHT


def test_a_link_within_a_repository_is_followed(nplint: "Nplint") -> None:
    target = put("base/web.yaml")
    Path(".git").mkdir()
    Path("deploy").mkdir()
    Path("deploy/web.yaml").symlink_to("../base/web.yaml")
    assert nplint("fix", "deploy").code == 0
    assert target.read_text() == RIGHT


def test_a_folder_that_is_a_link_is_meant_when_it_is_named(nplint: "Nplint") -> None:
    target = put("elsewhere/web.yaml")
    Path("here").symlink_to("elsewhere")
    assert nplint("fix", "here").code == 0
    assert target.read_text() == RIGHT


def test_nobody_knows_the_text_of_a_file_that_was_not_judged(tmp_path: Path) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(WRONG)
    known: dict[tuple[str, str | None], Source] = {(str(file), "base"): Source(str(file), WRONG, "base")}
    assert Files(known, [str(tmp_path)]).load(str(file)) is None


# --- rules that fail


def test_a_fix_that_is_refused_is_told(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(cluster: Cluster) -> Problems:
        """A rule breaks the file."""
        for service in cluster.services:
            node = service.node["metadata"]["name"]
            yield Problem(node, "it is there", edits=(Edit(node.span, "[", True),))

    made = rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")(probe)
    monkeypatch.setattr(plugins, "load", lambda modules: Plugins({"probe": made}, output.FORMATS))
    file = put("web.yaml")
    reason = "the file would no longer parse as it does"
    expected = f"web.yaml:3:18: not fixed[probe] it is there: {reason}\n1 not fixed\n"
    assert nplint("fix") == (1, "", expected)
    assert nplint("fix", "--diff") == (1, "", expected)
    assert file.read_text() == WRONG


def test_a_rule_that_fails_keeps_the_others_from_nothing(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cluster: Cluster) -> Problems:
        """A rule fails."""
        raise ZeroDivisionError
        yield

    made = rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")(broken)
    loaded = plugins.load()
    monkeypatch.setattr(plugins, "load", lambda modules: Plugins({**loaded.rules, "broken": made}, output.FORMATS))
    file = put("web.yaml")
    run = nplint("fix")
    assert run.code == 3
    assert "the rule broken failed, the others ran" in run.err
    assert file.read_text() == RIGHT
