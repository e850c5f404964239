"""Which suppressions are reported: the useless ones, never one whose rule had no chance to find anything."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import engine, plugins, suppress
from nplint.check import Problem, Problems, Rule, rule
from nplint.cluster import Cluster
from nplint.finding import Finding, Severity
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.suppress import RULE, Ignore

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULES = plugins.load().rules
TODAY = "2026-06-30"
NOTHING = "this suppresses nothing"
NOWHERE = "is not found where this looks"
DECLARED = Profile(is_declared=True, type="turbo", version=(1, 29, 0, 0))


def cluster(*texts: str, profile: Profile = DECLARED, context: Sequence[str] = ()) -> Cluster:
    files = [(str(number), text) for number, text in enumerate((*texts, *context))]
    documents = [read(decode(path, text.encode())) for path, text in files]
    first = [one for several in documents[: len(texts)] for one in several]
    return Cluster(first, profile, context=[one for several in documents[len(texts) :] for one in several])


def found(
    clusters: Cluster | Sequence[Cluster],
    *names: str,
    ignores: Sequence[Ignore] = (),
    whole: bool = True,
    more: Sequence[Rule] = (),
) -> list[Finding]:
    """What is found about suppressions by a run of these rules."""
    several = [clusters] if isinstance(clusters, Cluster) else clusters
    chosen = [*(RULES[name] for name in (*names, RULE)), *more]
    known = {**RULES, **{one.name: one for one in more}}
    report = suppress.apply(engine.lint_clusters(several, chosen), ignores, TODAY, rules=known, whole=whole)
    return [finding for finding in report.findings if finding.rule == RULE]


def told(*arguments: object, **options: object) -> list[str]:
    return [finding.message for finding in found(*arguments, **options)]  # type: ignore[arg-type]


HEAD = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
SPEC = "spec: {type: NodePort, externalTrafficPolicy: Cluster, selector: {app: web}, ports: [{port: 80}]}"


def service(rule: str, spec: str = SPEC) -> str:
    return f"{HEAD}{spec} # nplint: ignore[{rule}] why\n"


PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
"""

KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def useless(name: str) -> list[str]:
    return [f"{NOTHING}: {name} is not found here"]


# --- when a rule has looked


@pytest.mark.parametrize(
    "name", ["port-out-of-range", "node-port-conflict", "local-affinity-on-turbo", "duplicate-key"]
)
def test_what_a_rule_does_not_find_is_suppressed_in_vain(name: str) -> None:
    assert told(cluster(service(name), PODS), name) == useless(name)


@pytest.mark.parametrize(
    ("name", "chosen", "profile"),
    [
        # not asked
        ("port-out-of-range", ["duplicate-key"], DECLARED),
        # not about this cluster
        ("local-affinity-on-turbo", ["local-affinity-on-turbo"], Profile(type="kubernetes", is_declared=True)),
        # not known whether about this cluster
        ("local-affinity-on-turbo", ["local-affinity-on-turbo"], Profile()),
        ("node-port-on-autopilot", ["node-port-on-autopilot"], Profile()),
        # nothing to compare with
        ("update-refused", ["update-refused"], DECLARED),
    ],
)
def test_a_rule_that_did_not_run_makes_no_suppression_useless(name: str, chosen: list[str], profile: Profile) -> None:
    assert told(cluster(service(name), PODS, profile=profile), *chosen) == []


def test_a_rule_about_changes_is_never_called_silent() -> None:
    before = cluster(service("update-refused"))
    now = Cluster(cluster(service("update-refused")).documents, DECLARED, before)
    assert told(now, "update-refused") == []


def test_a_rule_that_failed_makes_no_suppression_useless() -> None:
    @rule(severity=Severity.ERROR, source="", good="", bad="")
    def fails(cluster: Cluster) -> Problems:
        """A rule fails."""
        yield Problem(cluster.services[1].spec, "found")
        raise ZeroDivisionError

    assert told(cluster(service("fails"), HEAD + SPEC), more=[fails]) == []


def test_what_a_rule_could_not_decide_is_not_suppressed_in_vain() -> None:
    name = "selector-matches-nothing"
    assert told(cluster(service(name), PODS), name) == useless(name)
    assert told(cluster(service(name)), name) == []
    assert told(cluster(service(name), PODS.replace("app: web", "app: {{ .x }}")), name) == []


@pytest.mark.parametrize(
    "spec",
    [
        "spec: {ports: [{port: {{ .x }}}]}",
        "spec: {ports: [{port: ${X}, name: '${Y}'}]}",
        "spec: {ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: [",
    ],
)
def test_what_is_no_manifest_yet_is_not_judged(spec: str) -> None:
    name = "port-out-of-range"
    assert told(cluster(f"# nplint: ignore-file[{name}] why\n{HEAD}{spec}\n"), name) == []


@pytest.mark.parametrize(
    ("name", "whole", "expected"),
    [
        ("port-out-of-range", True, 1),
        ("port-out-of-range", False, 1),
        ("node-port-conflict", True, 1),
        # Another file may claim the port.
        ("node-port-conflict", False, 0),
    ],
)
def test_what_hangs_on_other_files_needs_all_of_them(name: str, whole: bool, expected: int) -> None:
    assert len(told(cluster(service(name)), name, whole=whole)) == expected


def clusters(*profiles: Profile) -> list[Cluster]:
    shared = cluster(service("local-affinity-on-turbo", SPEC.replace("Policy: Cluster", "Policy: Local")))
    return [Cluster(shared.documents, profile) for profile in profiles]


@pytest.mark.parametrize(
    ("types", "expected"),
    [(["turbo"], 0), (["turbo", "kubernetes"], 0), (["kubernetes", "turbo"], 0), (["kubernetes", "standard"], 0)],
)
def test_a_file_of_several_clusters_needs_a_use_in_one_of_them(types: list[str], expected: int) -> None:
    several = clusters(*(Profile(name=name, type=name, is_declared=True) for name in types))
    assert len(told(several, "local-affinity-on-turbo")) == expected


def test_a_finding_about_a_shared_file_names_its_clusters() -> None:
    shared = cluster(service("port-out-of-range"))
    several = [Cluster(shared.documents, Profile(name=name, is_declared=True)) for name in ("east", "west")]
    (finding,) = found(several, "port-out-of-range")
    assert finding.clusters == ("east", "west")


def test_context_is_not_reported_on() -> None:
    assert told(cluster(HEAD + SPEC, context=[service("port-out-of-range")]), "port-out-of-range") == []
    assert told(cluster(HEAD + SPEC, context=[service("no-rule")]), "port-out-of-range") == []


# --- what is wrong, and where


@pytest.mark.parametrize(
    ("comment", "place", "message", "help"),
    [
        (
            "# nplint: ignore[port-out-of-range] x",
            (18, 35),
            f"{NOTHING}: port-out-of-range is not found here",
            "drop it",
        ),
        (
            "# nplint: ignore-file[port-out-of-range] x",
            (23, 40),
            f"{NOTHING}: port-out-of-range is not found in this file",
            "drop it",
        ),
        (
            "# nplint: ignore[prot-out-of-range] x",
            (18, 35),
            "no rule is named prot-out-of-range: did you mean port-out-of-range?",
            "",
        ),
        ("# nplint: ignore[*] x", (18, 19), "no rule is named *: `nplint rules` lists them", ""),
        (
            "# nplint: ignore[node-port-pinned]",
            (1, 35),
            "this gives no reason",
            "give the reason behind the bracket: `# nplint: ignore[rule] reason`",
        ),
        (
            "# nplint: ignore x",
            (1, 19),
            f"{NOTHING}: write it `# nplint: ignore[rule] reason`",
            "found here: node-port-pinned",
        ),
    ],
)
def test_a_comment_is_reported_at_what_is_wrong_with_it(
    comment: str, place: tuple[int, int], message: str, help: str
) -> None:
    text = f"{HEAD}{comment}\n{SPEC.replace('80}', '80, nodePort: 30080}')}\n"
    (finding,) = found(cluster(text), "port-out-of-range", "node-port-pinned")
    assert (finding.span.line, finding.span.column, finding.span.end_column) == (4, *place)
    assert (finding.message, finding.help) == (message, help)
    assert finding.severity is Severity.WARNING
    assert finding.resource
    assert finding.resource.title == "Service web"


def test_one_comment_may_be_wrong_in_several_ways() -> None:
    text = service("port-out-of-range, duplicate-kee, node-port-conflict").removesuffix(" why\n")
    assert told(cluster(text), "port-out-of-range") == [
        "this gives no reason",
        *useless("port-out-of-range"),
        "no rule is named duplicate-kee: did you mean duplicate-key?",
    ]


def test_a_comment_in_the_wrong_place_is_told_the_right_one() -> None:
    text = f"# nplint: ignore[node-port-pinned] why\n{HEAD}{SPEC.replace('80}', '80, nodePort: 30080}')}\n"
    (finding,) = found(cluster(text), "node-port-pinned")
    assert finding.help == "node-port-pinned is found on line 5: put it there, or drop it"


def test_a_comment_in_a_list_belongs_to_its_item() -> None:
    item = "- {{apiVersion: v1, kind: Service, metadata: {{name: {}}}, spec: {{ports: [{{port: 80}}]}}}}"
    lines = [item.format("a"), "# nplint: ignore[x] y", item.format("b"), f"{item.format('c')} # nplint: ignore[z] y"]
    findings = found(cluster("apiVersion: v1\nkind: List\nitems:\n" + "\n".join(lines) + "\n"))
    assert [finding.resource and finding.resource.name for finding in findings] == ["b", "c"]


HERE = "suppresses nothing here"
TAKES_TEXT = 'nplint.io/ignore takes the names of rules as text: "rule, rule"'
ANNOTATED = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    {}
spec: {{type: NodePort, ports: [{{port: 80, nodePort: 30080}}]}}
"""


@pytest.mark.parametrize(
    ("annotation", "place", "message"),
    [
        (
            "{nplint.io/ignore: duplicate-key, nplint.io/ignore-reason: x}",
            (6, 24),
            f"{NOTHING}: duplicate-key is not found in this resource",
        ),
        (
            "nplint.io/ignore: 'node-port-pinned, duplicate-kee'\n    nplint.io/ignore-reason: x",
            (6, 42),
            "no rule is named duplicate-kee: did you mean duplicate-key?",
        ),
        (
            'nplint.io/ignore: "no\\x64e-port-pined"\n    nplint.io/ignore-reason: x',
            (6, 23),
            "no rule is named node-port-pined: did you mean node-port-pinned?",
        ),
        ("nplint.io/ignore: node-port-pinned", (6, 23), "this gives no reason"),
        ("nplint.io/ignore: node-port-pinned\n    nplint.io/ignore-reason: ''", (6, 23), "this gives no reason"),
        ("nplint.io/ignore: [node-port-pinned]", (6, 5), TAKES_TEXT),
        ("nplint.io/ignore:", (6, 5), TAKES_TEXT),
        ("nplint.io/ignore: ' , '", (6, 5), TAKES_TEXT),
        ("nplint.io/ignore-reason: x", (6, 5), f"nplint.io/ignore-reason {HERE}: it stands without nplint.io/ignore"),
        ("nplint.io/ignores: node-port-pinned", (6, 5), f"nplint.io/ignores {HERE}: did you mean nplint.io/ignore?"),
        ("nplint/ignore: node-port-pinned", (6, 5), f"nplint/ignore {HERE}: did you mean nplint.io/ignore?"),
    ],
)
def test_an_annotation_is_reported_at_what_is_wrong_with_it(
    annotation: str, place: tuple[int, int], message: str
) -> None:
    (finding,) = found(cluster(ANNOTATED.format(annotation)), "node-port-pinned", "duplicate-key")
    assert (finding.span.line, finding.span.column) == place
    assert finding.message == message
    assert finding.resource
    assert finding.resource.title == "Service web"


@pytest.mark.parametrize(
    "annotation",
    [
        "nplint.io/expects: public",
        "nplint.io/ignore: '{{ .Values.ignore }}'",
        "nplint.io/ignore: node-port-pinned\n    nplint.io/ignore-reason: '{{ .Values.reason }}'",
    ],
)
def test_other_annotations_are_left_alone(annotation: str) -> None:
    assert told(cluster(ANNOTATED.format(annotation)), "node-port-pinned") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PODS.replace("{metadata: {labels", "{metadata: {annotations: {nplint.io/ignore: x}, labels"), (6, 39)),
        (HEAD.replace("name: web", "name: web, labels: {nplint.io/ignore: x}"), (3, 32)),
        (HEAD.replace("name: web", "name: web, nplint.io/ignore: x"), (3, 23)),
        ("apiVersion: v1\nkind: List\nmetadata: {annotations: {nplint.io/ignore: x}}\nitems: []\n", (3, 26)),
        (f"{KUSTOMIZATION}commonAnnotations: {{nplint.io/ignore: x}}\n", (3, 21)),
    ],
)
def test_an_annotation_in_the_wrong_place_is_reported(text: str, place: tuple[int, int]) -> None:
    (finding,) = found(cluster(text))
    assert (finding.span.line, finding.span.column) == place
    assert finding.message == (
        "nplint.io/ignore suppresses nothing here: it belongs in metadata.annotations of a resource"
    )


def test_an_annotation_in_a_patch_is_reported() -> None:
    texts = {
        "kustomization.yaml": f"{KUSTOMIZATION}patches: [{{path: '1'}}]\n",
        "1": ANNOTATED.format("nplint.io/ignore: node-port-pinned"),
    }
    documents = [one for path, text in texts.items() for one in read(decode(path, text.encode()))]
    assert told(Cluster(documents), "node-port-pinned") == [
        "nplint.io/ignore suppresses nothing here: nplint applies no patches"
    ]


def test_json_is_told_that_it_has_no_comments() -> None:
    (finding,) = found(cluster('{"apiVersion": "v1", "kind": "Service", "//": "nplint: ignore[duplicate-key] x"}'))
    assert finding.span.column == 47
    assert finding.message == f"{NOTHING}: JSON has no comments"
    assert finding.help == "use the annotation nplint.io/ignore, or `ignore` in the configuration"


# --- about itself


def test_what_is_wrong_with_a_suppression_can_be_suppressed() -> None:
    text = service(f"port-out-of-range, {RULE}")
    report = engine.lint(cluster(text), [RULES["port-out-of-range"], RULES[RULE]])
    (finding,) = suppress.apply(report, (), TODAY, rules=RULES, whole=True).findings
    assert (finding.rule, finding.suppressed) == (RULE, ("comment", "why"))


@pytest.mark.parametrize(
    ("comment", "messages"),
    [
        (f"# nplint: ignore[{RULE}] why", [f"{NOTHING}: {RULE} is not found here"]),
        (f"# nplint: ignore[{RULE}]", [f"{NOTHING}: {RULE} is not found here"]),
        # Neither of the two gives the other something to do.
        (
            f"# nplint: ignore[{RULE}] a # nplint: ignore[{RULE}] b",
            [f"{NOTHING}: {RULE} is not found here"] * 2,
        ),
        (f"# nplint: ignore[{RULE}, no-such] a", ["no rule is named no-such: `nplint rules` lists them"]),
    ],
)
def test_a_suppression_cannot_justify_itself(comment: str, messages: list[str]) -> None:
    assert told(cluster(f"{HEAD}{SPEC} {comment}\n")) == messages


# --- in the configuration

CONFIG = """\
ignore:
  - rule: {rule}
    path: {path}
    reason: {reason}
"""


def run(nplint: "Nplint", *arguments: str) -> list[str]:
    """What is found about suppressions, in one line each."""
    out = nplint("--format", "concise", *arguments).out
    return [line for line in out.splitlines() if f"[{RULE}]" in line]


def write(config: str, **files: str) -> None:
    Path(".nplint.yaml").write_text(config, "utf-8")
    for name, text in files.items():
        Path(name).mkdir(exist_ok=True)
        Path(name, "web.yaml").write_text(text, "utf-8")


PINNED = HEAD + SPEC.replace("80}", "80, nodePort: 30080}")


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        ("[{rule: node-port-pinned, reason: x}]", []),
        ("[{rule: node-port-pinned}]", ["1:10: this gives no reason"]),
        ("[{rule: duplicate-key, reason: x}]", [f"1:17: {NOTHING}: duplicate-key {NOWHERE}"]),
        ("[{rule: node-port-pinned, path: b/**, reason: x}]", [f"1:17: {NOTHING}: node-port-pinned {NOWHERE}"]),
        ("[{rule: node-port-pinned, resource: api, reason: x}]", [f"1:17: {NOTHING}: node-port-pinned {NOWHERE}"]),
        ("[{path: b/**, reason: x}]", [f"1:17: {NOTHING}: it means no manifest"]),
        ("[{path: a/**, reason: x}]", []),
        ("[{resource: shop/web, reason: x}]", [f"1:21: {NOTHING}: it means no manifest"]),
        ("[{resource: web, reason: x}]", []),
        (
            "[{rule: node-port-pinned, until: 2020-01-31}]",
            ["1:42: this ran out on 2020-01-31, so it suppresses nothing"],
        ),
        # Off, not about this cluster, or comparing with another revision.
        ("[{rule: source-ip-lost, reason: x}]", []),
        ("[{rule: local-affinity-on-turbo, reason: x}]", []),
        ("[{rule: update-refused, reason: x}]", []),
    ],
)
def test_an_ignore_of_the_configuration_is_reported_at_its_line(
    nplint: "Nplint", config: str, lines: list[str]
) -> None:
    write(f"ignore: {config}\n", a=PINNED)
    assert run(nplint) == [f".nplint.yaml:{line}".replace(": ", f": warning[{RULE}] ", 1) for line in lines]


def test_the_configuration_is_shown_as_a_source(nplint: "Nplint") -> None:
    write("ignore: [{rule: duplicate-key, reason: x}]\n", a=PINNED)
    assert "1 | ignore: [{rule: duplicate-key, reason: x}]\n  |                 ^^^^^^^^^^^^^\n" in nplint().out


def test_toml_has_a_place_too(nplint: "Nplint") -> None:
    write("", a=PINNED)
    Path(".nplint.yaml").unlink()
    Path("pyproject.toml").write_text("[tool.nplint]\nignore = [{rule = 'node-port-pinned', until = 2020-01-31}]\n")
    assert run(nplint) == [f"pyproject.toml:2:39: warning[{RULE}] this ran out on 2020-01-31, so it suppresses nothing"]


def test_a_part_of_the_project_makes_no_ignore_useless(nplint: "Nplint") -> None:
    write(CONFIG.format(rule="node-port-pinned", path="b/**", reason="x"), a=HEAD + SPEC, b=HEAD + SPEC)
    assert len(run(nplint, ".")) == 1
    for arguments in (["a"], ["b"], ["a/web.yaml"], [".", "--separately"], ["a", "b"]):
        assert run(nplint, *arguments) == []


def test_a_part_of_the_project_makes_no_comment_about_neighbours_useless(nplint: "Nplint") -> None:
    write("{}", a=service("node-port-conflict"), b=service("port-out-of-range"))
    assert len(run(nplint)) == 2
    for arguments, expected in ((["a"], 0), (["b"], 1), (["a/web.yaml"], 0), ([".", "--separately"], 1)):
        assert len(run(nplint, *arguments)) == expected


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        (f"{{rule: {RULE}, path: a/**, reason: x}}", []),
        (f"{{rule: {RULE}, resource: web, reason: x}}", []),
        ("{path: a/**, reason: x}", []),
        (
            f"{{rule: {RULE}, path: b/**, reason: x}}",
            [f"{NOTHING}: unused-suppression {NOWHERE}", f"{NOTHING}: port-out-of-range is not found here"],
        ),
        # What is wrong with an ignore is not for itself to leave out.
        (f"{{rule: {RULE}}}", ["this gives no reason"]),
        (
            f"{{rule: {RULE}, until: 2020-01-01, reason: x}}",
            ["this ran out on 2020-01-01, so it suppresses nothing", f"{NOTHING}: port-out-of-range is not found here"],
        ),
        # But for another, it is.
        (f"{{rule: duplicate-key, reason: x}}, {{rule: {RULE}, reason: y}}", []),
    ],
)
def test_the_rule_about_suppressions_can_be_ignored(nplint: "Nplint", ignore: str, left: list[str]) -> None:
    write(f"ignore: [{ignore}]\n", a=service("port-out-of-range"))
    assert [line.partition("] ")[2] for line in run(nplint)] == left


@pytest.mark.parametrize(
    ("arguments", "config", "expected"),
    [
        (["--ignore", RULE], "{}", None),
        (["--select", "port-out-of-range"], "{}", None),
        (["--select", f"port-out-of-range,{RULE}"], "{}", "warning"),
        ([], f"rules: {{{RULE}: off}}", None),
        ([], f"rules: {{{RULE}: error}}", "error"),
        (["--no-ignores"], "{}", "warning"),
    ],
)
def test_it_is_a_rule_like_the_others(
    nplint: "Nplint", arguments: list[str], config: str, expected: str | None
) -> None:
    write(config, a=service("port-out-of-range"))
    findings = json.loads(nplint("--format", "json", *arguments).out)["findings"]
    assert [one["severity"] for one in findings if one["rule"] == RULE] == ([expected] if expected else [])


def test_names_of_a_comment_are_harmless_on_a_terminal(nplint: "Nplint") -> None:
    write("{}", a=service("\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}" + "x" * 500))
    (line,) = run(nplint)
    assert "no rule is named \\x9b31m\\u202exx" in line
    assert "x" * 65 not in line


def test_validate_tells_of_suppressions_to_decide_on(nplint: "Nplint") -> None:
    write("ignore:\n  - {rule: duplicate-key}\n  - {rule: duplicate-key, until: 2020-01-01, reason: x}\n")
    validated = nplint("config", "validate")
    assert (validated.code, validated.err.splitlines()) == (
        0,
        [
            "warning: .nplint.yaml:2:5: this gives no reason",
            "warning: .nplint.yaml:3:34: this ran out on 2020-01-01",
            ".nplint.yaml: nothing else is wrong with it",
        ],
    )


CLASH = "spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (CLASH.replace("30080", "30081"), 1),
        (f"{CLASH}\nx: [", 0),
        (CLASH.replace("30080", '"{{ .port }}"'), 0),
        (CLASH.replace("30080", '"30080"'), 0),
        (CLASH.replace("NodePort", "nodeport"), 0),
    ],
)
def test_a_neighbour_that_cannot_be_judged_makes_no_suppression_useless(other: str, expected: int) -> None:
    mine, theirs = service("node-port-conflict", CLASH), f"{HEAD.replace('web', 'api')}{other}\n"
    names = ("node-port-conflict", "wrong-type", "invalid-service", "unreadable-manifest")
    assert len(told(cluster(mine, theirs), *names)) == expected


def test_a_value_that_is_to_be_mended_makes_no_suppression_of_it_useless() -> None:
    names = ("node-port-pinned", "wrong-type")
    assert told(cluster(service("node-port-pinned", CLASH.replace("30080", '"30080"'))), *names) == []
