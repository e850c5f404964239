"""The command line as its users meet it: arguments, streams, exit codes and colours."""

import gc
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from nplint import cli, engine, output, plugins, sources
from nplint.check import Check, Problem, Problems, Rule, rule
from nplint.cli import check as check_command
from nplint.cluster import Cluster
from nplint.finding import Severity
from nplint.plugins import Plugins
from nplint.profile import When

GOOD = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  ports:
    - port: 80
      nodePort: 30080
"""
BAD = GOOD.replace("30080", "8080")
RANGE = "node-port-out-of-range"
BROKEN = f"{GOOD}  broken: [\n"
TEMPLATE = "apiVersion: v1\nkind: Service\n{{- if .x }}\n"
COLORS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM")


class Run(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


Nplint = Callable[..., Run]


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setenv("COLUMNS", "80")
    for name in (*COLORS, "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def nplint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nplint:
    """Run the command line within this process."""

    def run(*arguments: str, stdin: str = "") -> Run:
        monkeypatch.setattr(sys, "argv", ["nplint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as left:
            cli.main()
        code = left.value.code
        assert isinstance(code, int)
        return Run(code, *capsys.readouterr())

    return run


def spawn(*arguments: str, environ: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nplint", *arguments]
    return subprocess.Popen(
        command, env=os.environ | dict(environ or {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def finish(process: subprocess.Popen[bytes]) -> Run:
    out, err = process.communicate()
    return Run(process.returncode, out.decode(), err.decode())


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")


def lint_with(monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> None:
    """Let the command line know these rules alone."""
    loaded = Plugins({rule.name: rule for rule in rules}, output.FORMATS)
    monkeypatch.setattr(plugins, "load", lambda modules: loaded)


def make(check: Check, severity: Severity = Severity.ERROR, **more: Any) -> Rule:
    return rule(severity=severity, source="https://example.com", good="", bad="", **more)(check)


def any_service(cluster: Cluster) -> Problems:
    """There is a Service."""
    for service in cluster.services:
        yield Problem(service.node["metadata"]["name"], f"Service {service.name} is there")


def fails(cluster: Cluster) -> Problems:
    """A rule fails."""
    yield from any_service(cluster)
    raise ZeroDivisionError("by\x1b[31m design")


# --- ways to call it


@pytest.mark.parametrize(
    "arguments", [[], ["check"], ["."], ["check", "."], ["a.yaml"], ["--format", "text", "a.yaml"]]
)
def test_check_is_what_happens_without_a_command(nplint: Nplint, arguments: list[str]) -> None:
    write("a.yaml", BAD)
    run = nplint(*arguments)
    assert run.code == 1
    assert f"error[{RANGE}]" in run.out
    assert " --> a.yaml:9:17 " in run.out
    assert run.err.startswith("1 error")


def test_standard_input_is_linted(nplint: Nplint) -> None:
    run = nplint("-", stdin=BAD)
    assert run.code == 1
    assert " --> <stdin>:9:17 " in run.out


def test_paths_of_all_kinds_may_be_given_together(nplint: Nplint) -> None:
    write("a/x y.yaml", BAD)
    write("网关.txt", BAD)
    run = nplint("--format", "concise", "-", "网关.txt", "a", stdin=BAD)
    assert [line.split(":")[0] for line in run.out.splitlines() if RANGE in line] == [
        "<stdin>",
        "a/x y.yaml",
        "网关.txt",
    ]


def test_a_path_below_the_current_folder_is_never_shown_absolute(nplint: Nplint, tmp_path: Path) -> None:
    write("a/bad.yaml", BAD)
    write("a/broken.yaml", BROKEN)
    for format in output.FORMATS:
        run = nplint("--format", format, str(tmp_path / "a"))
        assert "a/bad.yaml" in run.out
        assert str(tmp_path) not in run.out + run.err


@pytest.mark.parametrize("module", [["-m", "nplint"], ["-c", "from nplint.cli import main; main()"]])
def test_the_program_runs_as_a_process(module: list[str]) -> None:
    write("a.yaml", BAD)
    run = subprocess.run([sys.executable, *module, "a.yaml"], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 1
    assert run.stdout.startswith(f"error[{RANGE}]")
    assert run.stderr.startswith("1 error")


def test_the_version_is_printed(nplint: Nplint) -> None:
    run = nplint("--version")
    assert run.code == 0
    assert run.out.startswith("nplint 0.")
    assert run.err == ""


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", [[], ["check"], ["rules"], ["explain"]])
def test_help_is_printed(nplint: Nplint, command: list[str], flag: str) -> None:
    run = nplint(*command, flag)
    assert (run.code, run.err) == (0, "")
    # click says `python -m pytest` where that runs the test.
    assert run.out.startswith("Usage: ")
    assert "--help" in run.out


def test_help_tells_every_flag_and_exit_code(nplint: Nplint) -> None:
    out = nplint("check", "--help").out
    flags = [flag for option in check_command.check.params if isinstance(option, click.Option) for flag in option.opts]
    assert [flag for flag in flags if flag not in out] == []
    assert all(option.help for option in check_command.check.params if isinstance(option, click.Option))
    assert [
        code for code in ("0 nothing", "1 something", "2 the call", "3 nplint", "130 inter") if code not in out
    ] == []


def test_rules_lists_every_rule(nplint: Nplint) -> None:
    run = nplint("rules")
    assert (run.code, run.err) == (0, "")
    assert [line.split()[0] for line in run.out.splitlines()] == list(plugins.load().rules)
    assert f"{RANGE} " in run.out


def test_explain_prints_the_page_of_a_rule(nplint: Nplint) -> None:
    run = nplint("explain", RANGE)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"{RANGE} (error)\n\n")
    assert "\n\nSource\n\n  https://" in run.out


def test_explain_prints_each_page_once_and_in_the_order_asked_for(nplint: Nplint) -> None:
    run = nplint("explain", "unknown-protocol", RANGE, "unknown-protocol")
    assert [line for line in run.out.splitlines() if line.endswith(" (error)")] == [
        "unknown-protocol (error)",
        f"{RANGE} (error)",
    ]
    pages = [nplint("explain", name).out for name in ("unknown-protocol", RANGE)]
    assert run.out == "\n\n".join(pages)


def test_explain_without_a_rule_lists_them(nplint: Nplint) -> None:
    assert nplint("explain") == nplint("rules")


def test_a_page_is_as_wide_as_the_terminal_and_coloured_on_demand(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow = nplint("explain", RANGE).out
    prose = [line for line in narrow.splitlines() if not line.startswith(("    ", "  https://"))]
    assert 30 <= max(map(len, prose)) <= 40
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert click.unstyle(nplint("explain", RANGE).out) == narrow


# --- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.yaml"], 0),
        (["bad.yaml"], 1),
        (["broken.yaml"], 1),
        (["template.yaml"], 0),
        (["template.yaml", "--fail-on", "note"], 1),
        (["."], 1),
        ([".", "--exit-zero"], 0),
        (["bad.yaml", "--exit-zero", "--fail-on", "error"], 0),
        (["bad.yaml", "--require-manifests"], 1),
        (["values.yaml"], 2),
        (["values.yaml", "--exit-zero"], 2),
        (["empty"], 2),
        (["good.yaml", "values.yaml"], 2),
        (["good.yaml", "nowhere.yaml"], 2),
        (["nowhere.yaml", "--allow-no-manifests"], 2),
        (["values.yaml", "--allow-no-manifests"], 0),
        (["empty", "values.yaml", "--allow-no-manifests"], 0),
        (["values.yaml", "good.yaml", "--allow-no-manifests"], 0),
        (["values.yaml", "bad.yaml", "--allow-no-manifests"], 1),
        (["values.yaml", "--allow-no-manifests", "--require-manifests"], 2),
        (["-"], 2),
        (["-", "--allow-no-manifests"], 0),
        (["explain", "no-such-rule"], 2),
        (["check", "--no-such-flag"], 2),
        (["--no-such-flag"], 2),
        (["--select"], 2),
        (["rules", "too-many"], 2),
        (["ruels"], 2),
    ],
)
@pytest.mark.parametrize("format", output.FORMATS)
def test_the_exit_code_says_what_happened_in_every_format(
    nplint: Nplint, arguments: list[str], code: int, format: str
) -> None:
    write("good.yaml", GOOD)
    write("bad.yaml", BAD)
    write("broken.yaml", BROKEN)
    write("template.yaml", TEMPLATE)
    write("values.yaml", "replicas: 2\n")
    write("empty/notes.txt", "")
    chosen = [] if arguments[0] in ("explain", "rules") else ["--format", format, "--ignore", "local-affinity-on-turbo"]
    run = nplint(*arguments, *chosen)
    assert run.code == code
    if code == 2:
        assert run.out == ""
        assert "Error: " in run.err or run.err.startswith("error: ")


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--require-manifests"], 2), (["--exit-zero"], 0)])
def test_a_search_without_a_manifest_warns(nplint: Nplint, arguments: list[str], code: int) -> None:
    write("values.yaml", "replicas: 2\n")
    run = nplint(*arguments)
    assert (run.code, run.out) == (code, "")
    assert "no Kubernetes manifest found" in run.err


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("threshold", [*Severity, None])
def test_fail_on_sets_what_counts(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, severity: Severity, threshold: Severity | None
) -> None:
    write("a.yaml", GOOD)
    lint_with(monkeypatch, make(any_service, severity))
    run = nplint(*(["--fail-on", threshold.value] if threshold else []))
    assert "any-service" in run.out
    assert run.code == int(severity >= (threshold or Severity.WARNING))


def test_a_file_that_cannot_be_read_hides_no_other(nplint: Nplint) -> None:
    write("a.yaml", BROKEN)
    write("b.yaml", BAD)
    Path("c.yaml").symlink_to("c.yaml")
    run = nplint("--format", "concise")
    assert run.code == 1
    assert [line.split()[1] for line in run.out.splitlines() if "error[" in line] == [
        "error[unreadable-manifest]",
        f"error[{RANGE}]",
        "error[unreadable-manifest]",
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, click.Abort])
def test_an_interrupted_run_says_so(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(sources, "gather", interrupted)
    run = nplint()
    assert (run.code, run.out) == (130, "")
    assert "Traceback" not in run.err


# --- wrong calls


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--select", "node-port-out-of-rage"], f"no rule is named node-port-out-of-rage: did you mean {RANGE}?"),
        (["--ignore", "Node-Port-Out-Of-Range"], f"no rule is named Node-Port-Out-Of-Range: did you mean {RANGE}?"),
        (["--select", f"{RANGE},duplicate-kee"], "no rule is named duplicate-kee: did you mean duplicate-key?"),
        (["--select", "xyz"], "no rule is named xyz: there are "),
        (["explain", "duplicate-keys"], "no rule is named duplicate-keys: did you mean duplicate-key?"),
        (["--format", "jsn"], "no format is named jsn: did you mean json?"),
        (["--format", "xyz"], "no format is named xyz: there are checkstyle, "),
        (["--select", RANGE, "--ignore", RANGE], "--ignore and the configuration leave no rule to run"),
        (["--type", "turbo", "--network", "vpc"], "CCE Turbo has no vpc network"),
        (["--type", "standard", "--network", "eni"], "CCE standard has no cloud-native-2.0 network"),
        (["--type", "kubernetes", "--network", "tunnel"], "plain Kubernetes has no tunnel network"),
        (["--cluster-version", "latest"], "`latest` is no cluster version"),
        (["--node-port-range", "30000"], "`30000` is no node port range"),
        (["--node-port-range", "32767-30000"], "`32767-30000` is no node port range"),
        (["--type", "turbo", "--node-port-range", "1-65535"], "the node port range 1-65535 cannot be set on CCE"),
        (["nowhere"], "no such file or folder: nowhere"),
        (["no\x1b[31m\nwhere"], r"no such file or folder: no\x1b[31m\x0awhere"),
    ],
)
def test_a_wrong_call_is_answered_with_one_sentence(nplint: Nplint, arguments: list[str], sentence: str) -> None:
    write("a.yaml", GOOD)
    run = nplint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"error: {sentence}")
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("flag", ["--network", "--proxy-mode", "--fail-on", "--color"])
def test_a_choice_that_does_not_exist_is_answered_with_those_that_do(nplint: Nplint, flag: str) -> None:
    run = nplint("check", flag, "xyz")
    assert (run.code, run.out) == (2, "")
    assert f"'{flag}'" in run.err
    assert "is not one of" in run.err


@pytest.mark.parametrize(
    ("type", "way"),
    [("turbu", "did you mean turbo?"), ("xyz", "there are CCE, Turbo, autopilot, kubernetes, standard and turbo")],
)
def test_a_type_that_does_not_exist_is_answered_with_those_that_do(nplint: Nplint, type: str, way: str) -> None:
    write("a.yaml", GOOD)
    assert nplint("--type", type) == (2, "", f"error: there is no type of cluster {type}: {way}\n")


# --- which rules run, and for which cluster


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (["--select", "duplicate-key"], ["duplicate-key"]),
        (["--select", f"{RANGE}, duplicate-key"], ["duplicate-key", RANGE]),
        (["--select", RANGE, "--select", "duplicate-key"], ["duplicate-key", RANGE]),
        (["--select", f"{RANGE},duplicate-key", "--ignore", RANGE], ["duplicate-key"]),
    ],
)
def test_select_and_ignore_choose_the_rules(nplint: Nplint, arguments: list[str], ran: list[str]) -> None:
    write("a.yaml", GOOD)
    rules = json.loads(nplint("--format", "json", *arguments).out)["rules"]
    assert sorted(run["name"] for run in rules) == ran


@pytest.mark.parametrize("arguments", [["--ignore", RANGE], ["--ignore", f"duplicate-key,{RANGE}"]])
def test_ignore_leaves_the_other_rules(nplint: Nplint, arguments: list[str]) -> None:
    write("a.yaml", BAD)
    run = nplint("--format", "json", *arguments)
    names = {rule["name"] for rule in json.loads(run.out)["rules"]}
    assert RANGE not in names
    assert {"unknown-protocol", "port-out-of-range"} <= names
    assert run.code == 0


@pytest.mark.parametrize("selected", [True, False])
def test_a_rule_that_is_off_runs_only_where_it_is_selected(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, selected: bool
) -> None:
    write("a.yaml", GOOD)
    lint_with(monkeypatch, make(any_service, default=False), make(lambda cluster: iter(())))
    assert ("any-service" in nplint(*(["--select", "any-service"] if selected else [])).out) is selected


@pytest.mark.parametrize(
    ("arguments", "met"),
    [
        (["--type", "turbo"], ["turbo", "eni"]),
        (["--type", "standard"], []),
        (["--network", "eni"], ["eni"]),
        (["--network", "cloud-native-2.0"], ["eni"]),
        (["--network", "vpc-router"], []),
        (["--network", "overlay_l2"], []),
        (["--cluster-version", "v1.29.13-r0"], ["since"]),
        (["--cluster-version", "1.28"], []),
        (["--type", "turbo", "--network", "eni", "--cluster-version", "1.30"], ["turbo", "eni", "since"]),
        (["--type", "kubernetes", "--proxy-mode", "ipvs"], []),
    ],
)
def test_what_is_declared_decides_which_rules_apply(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, arguments: list[str], met: list[str]
) -> None:
    write("a.yaml", GOOD)
    conditions = {
        "eni": When(network=("cloud-native-2.0",)),
        "since": When(since=(1, 29, 0, 0)),
        "turbo": When(type=("turbo",)),
    }
    lint_with(monkeypatch, *(make(any_service, when=when)._replace(name=name) for name, when in conditions.items()))
    findings = json.loads(nplint("--format", "json", *arguments).out)["findings"]
    assert [finding["rule"] for finding in findings if finding["severity"] == "error"] == sorted(met)


@pytest.mark.parametrize("mode", ["iptables", "ipvs"])
def test_the_proxy_mode_reaches_the_rules(nplint: Nplint, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    def told(cluster: Cluster) -> Problems:
        """A cluster has a proxy mode."""
        yield Problem(cluster.services[0].node, f"it is {cluster.profile.proxy_mode}")

    write("a.yaml", GOOD)
    lint_with(monkeypatch, make(told))
    assert f"it is {mode}" in nplint("--proxy-mode", mode).out


@pytest.mark.parametrize(("ports", "code"), [("8000-9000", 0), ("30000-32767", 1)])
def test_the_node_port_range_is_taken_into_account(nplint: Nplint, ports: str, code: int) -> None:
    write("a.yaml", BAD)
    assert nplint("--select", RANGE, "--node-port-range", ports).code == code


# --- streams and formats


@pytest.mark.parametrize("format", output.FORMATS)
def test_findings_go_to_one_stream_and_the_rest_to_the_other(nplint: Nplint, format: str) -> None:
    write("a.yaml", BAD)
    write("values.yaml", "replicas: 2\n")
    run = nplint("--format", format)
    assert RANGE in run.out
    assert (" in 1 file (" in run.out) is (format in ("html", "markdown"))
    assert RANGE not in run.err
    assert run.err.splitlines()[0].endswith("; 1 file without a manifest passed over")


def test_json_is_one_object_whatever_was_found(nplint: Nplint) -> None:
    write("a.yaml", GOOD)
    assert json.loads(nplint("--format", "json").out)["summary"]["errors"] == 0
    Path("a.yaml").unlink()
    assert json.loads(nplint("--format", "json").out)["findings"] == []


@pytest.mark.parametrize("format", output.FORMATS)
def test_two_runs_print_the_same(nplint: Nplint, format: str) -> None:
    for name in ("b/a.yaml", "a.yaml", "a/b.yaml"):
        write(name, f"{BAD}---\n{BAD}")
    assert nplint("--format", format) == nplint("--format", format)
    assert nplint("--format", format, "b", "a.yaml", "a").out == nplint("--format", format).out


HOSTILE = BAD.replace("name: web", 'name: "\\e[31m网关🚀\\u202e"').replace("8080", "8080  # 网关🚀")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("arguments", [["."], ["--format", "concise", "."], ["--format", "json", "."]])
def test_no_encoding_is_too_small(encoding: str, arguments: list[str]) -> None:
    write("网关.yaml", HOSTILE)
    run = finish(spawn(*arguments, environ={"PYTHONIOENCODING": encoding}))
    assert run.code == 1
    assert RANGE in run.out
    assert "Traceback" not in run.err
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out
    assert ("网关.yaml" in run.out) is (encoding == "utf-8" and "json" not in arguments)
    assert (r"\u7f51\u5173.yaml" in run.out) is (encoding != "utf-8" or "json" in arguments)


def test_no_message_is_too_much_for_the_encoding() -> None:
    run = finish(spawn("网关.yaml", environ={"PYTHONIOENCODING": "ascii:strict"}))
    assert (run.code, run.err) == (2, "error: no such file or folder: \\u7f51\\u5173.yaml\n")


def test_a_reader_who_leaves_early_breaks_nothing() -> None:
    write("a.yaml", f"{BAD}---\n" * 2000)
    process = spawn("--format", "concise", ".")
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 1
    assert "Traceback" not in err
    assert "Error" not in err
    assert " errors" in err


@pytest.mark.parametrize(("path", "code"), [(".", 1), ("-", 2)])
def test_standard_input_may_be_closed(path: str, code: int) -> None:
    write("a.yaml", BAD)
    command = f"exec {sys.executable} -m nplint {path} <&-"
    run = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert run.returncode == code
    assert b"Traceback" not in run.stderr


# --- colour and width


@pytest.mark.parametrize(
    ("flag", "environ", "terminal", "colored"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "xterm"}, True, True),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"CLICOLOR": "1"}, False, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, True, False),
        ("always", {}, False, True),
        ("always", {"NO_COLOR": "1", "CLICOLOR": "0", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_the_flag_decides_about_colour_then_the_environment_then_the_terminal(
    flag: str, environ: dict[str, str], terminal: bool, colored: bool, nplint: Nplint, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.yaml", BAD)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert ("\x1b[" in nplint("--color", flag).out) is colored
    assert "\x1b[" not in nplint("--color", flag, "--format", "json").out


def test_a_terminal_gets_colour_and_its_width() -> None:
    write("a.yaml", BAD.replace("8080", f"8080  # {'x' * 200}"))
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name not in (*COLORS, "COLUMNS")}
    environ["TERM"] = "xterm"
    command = [sys.executable, "-m", "nplint", "."]
    # A terminal of size 0x0, as pre-commit and some CI systems give.
    run = subprocess.run(command, env=environ, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    out = b""
    while chunk := read_terminal(ours):
        out += chunk
    os.close(ours)
    assert run.returncode == 1
    assert b"\x1b[" in out
    lines = click.unstyle(out.decode()).splitlines()
    assert [len(line) for line in lines if "8080  #" in line] == [80]


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # What Linux says where other systems report the end.
        return b""


@pytest.mark.parametrize(("columns", "width"), [("0", 80), ("", 80), ("wide", 80), ("-5", 80), ("100", 100)])
def test_a_width_that_is_none_means_eighty(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    write("a.yaml", BAD.replace("8080", f"8080  # {'x' * 200}"))
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((0, 0)))
    (line,) = (line for line in nplint().out.splitlines() if "8080  #" in line)
    assert len(line) == width


# --- our own failures


@pytest.mark.parametrize("format", output.FORMATS)
@pytest.mark.parametrize("more", [[], ["--exit-zero"]])
def test_a_rule_that_fails_is_reported_and_the_others_run(
    nplint: Nplint, monkeypatch: pytest.MonkeyPatch, format: str, more: list[str]
) -> None:
    write("a.yaml", GOOD)
    lint_with(monkeypatch, make(fails), make(any_service))
    run = nplint("--format", format, *more)
    assert run.code == 3
    assert "any-service" in run.out
    assert r"the rule fails failed, the others ran (ZeroDivisionError: by\x1b[31m design)" in run.err
    assert "1 rule crashed" in run.err
    assert "Traceback" not in run.err


def test_debug_shows_where_a_rule_failed(nplint: Nplint, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", GOOD)
    lint_with(monkeypatch, make(fails))
    run = nplint("--debug")
    assert run.code == 3
    assert "Traceback (most recent call last)" in run.err
    assert "in fails" in run.err
    assert "Traceback" not in run.out


@pytest.mark.parametrize("debug", [True, False])
def test_a_failure_elsewhere_is_ours_too(nplint: Nplint, monkeypatch: pytest.MonkeyPatch, debug: bool) -> None:
    def broken(*arguments: Any) -> None:
        raise RuntimeError("no engine")

    write("a.yaml", BAD)
    monkeypatch.setattr(engine, "lint_clusters", broken)
    run = nplint(*(["--debug"] if debug else []))
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith("error: nplint failed (RuntimeError: no engine). Please report this.")
    assert ("Traceback" in run.err) is debug


def test_a_plugin_that_cannot_be_loaded_is_a_wrong_call(tmp_path: Path) -> None:
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[nplint]\nacme = no_such_module\n")
    run = finish(spawn("rules", environ={"PYTHONPATH": str(tmp_path)}))
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: the plugin acme (no_such_module) fails, repair or remove it: ModuleNotFoundError")
