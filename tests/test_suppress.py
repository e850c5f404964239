"""Findings that somebody asked to leave out: marked, counted and still there for programs."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from nplint import engine, plugins, suppress
from nplint.cluster import Cluster
from nplint.document import Source
from nplint.finding import Finding
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report
from nplint.suppress import Ignore

if TYPE_CHECKING:
    from tests.conftest import Nplint

PORT = """\
apiVersion: v1
kind: Service
metadata: {{name: {}}}
spec: {{type: NodePort, ports: [{{port: 80, nodePort: {}}}]}}
"""
WEB = PORT.format("web, namespace: shop", 1)
API = PORT.format("api", 2)
BROKEN = "apiVersion: v1\nkind: Service\nmetadata: {\n"
RANGE = "node-port-out-of-range"
TODAY = "2026-06-30"
RULES = plugins.load().rules


def lint(texts: Mapping[str, str | bytes], *rules: str, profile: Profile | None = None) -> Report:
    documents = [
        one
        for name, text in texts.items()
        for one in read(decode(name, text if isinstance(text, bytes) else text.encode()))
    ]
    return engine.lint(Cluster(documents, profile or Profile(is_declared=True)), [RULES[name] for name in rules])


def applied(report: Report, ignores: Sequence[Ignore] = (), *, hide: bool = True) -> list[Finding]:
    return [*suppress.apply(report, ignores, TODAY, rules=RULES, whole=True, hide=hide).findings]


def left(texts: Mapping[str, str | bytes], *rules: str) -> list[tuple[str, int, str]]:
    """Where what is not suppressed is found."""
    report = lint(texts, *rules, suppress.RULE)
    return [
        (finding.span.file, finding.span.line, finding.rule) for finding in applied(report) if not finding.suppressed
    ]


# --- in the configuration


def suppressed(ignore: Ignore, today: str = TODAY) -> list[str]:
    report = lint({"api/s": API, "broken/s": BROKEN, "shop/s": WEB}, RANGE, "unreadable-manifest")
    marked = suppress.apply(report, [ignore], today, rules=RULES, whole=True).findings
    assert len(marked) == 3
    return [finding.span.file.split("/")[0] for finding in marked if finding.suppressed]


@pytest.mark.parametrize(
    ("ignore", "names"),
    [
        (Ignore(rule=RANGE), ["api", "shop"]),
        (Ignore(rule="unreadable-manifest"), ["broken"]),
        (Ignore(rule="port-out-of-range"), []),
        (Ignore(resource="web"), ["shop"]),
        (Ignore(resource="shop/web"), ["shop"]),
        (Ignore(resource="default/web"), []),
        (Ignore(resource="default/api"), ["api"]),
        (Ignore(resource="ap"), []),
        (Ignore(paths=lambda path: path == "broken/s"), ["broken"]),
        (Ignore(paths=lambda path: False), []),
        (Ignore(rule=RANGE, resource="web", paths=lambda path: path == "api/s"), []),
        (Ignore(rule=RANGE, resource="api", paths=lambda path: path == "api/s"), ["api"]),
    ],
)
def test_what_an_ignore_covers(ignore: Ignore, names: list[str]) -> None:
    assert suppressed(ignore) == names


@pytest.mark.parametrize(
    ("until", "names"), [("", ["api"]), ("2026-06-29", []), ("2026-06-30", ["api"]), ("2026-07-01", ["api"])]
)
def test_an_ignore_holds_until_the_end_of_its_last_day(until: str, names: list[str]) -> None:
    assert suppressed(Ignore(resource="api", until=until)) == names


def test_the_first_ignore_that_covers_a_finding_gives_the_reason() -> None:
    ignores = [Ignore(rule="x"), Ignore(rule=RANGE, until="2020-01-01"), Ignore(RANGE, reason="a"), Ignore(reason="b")]
    (marked,) = applied(lint({"api/s": API}, RANGE), ignores)
    assert marked.suppressed == ("configuration", "a")


def test_a_resource_goes_by_the_namespace_that_kustomize_gives_it() -> None:
    found = lint({"kustomization.yaml": "namespace: pay\nresources: [s.yaml]\n", "s.yaml": API}, RANGE)
    for resource, expected in (("pay/api", 1), ("default/api", 0)):
        marked = applied(found, [Ignore(resource=resource)])
        assert sum(finding.suppressed is not None for finding in marked) == expected


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        (Ignore("node-port-conflict", "pay/api"), True),
        (Ignore("node-port-conflict", "shop/web"), True),
        (Ignore("node-port-conflict", paths=lambda path: path == "a"), True),
        (Ignore("node-port-conflict", "shop/web", lambda path: path == "b"), False),
        # Without a rule only what is found in the resource itself is meant.
        (Ignore(resource="pay/api"), True),
        (Ignore(resource="shop/web"), False),
        (Ignore(paths=lambda path: path == "a"), False),
    ],
)
def test_an_ignore_that_names_the_rule_means_every_place_of_a_finding(ignore: Ignore, expected: bool) -> None:
    texts = {"a": PORT.format("web, namespace: shop", 30080), "b": PORT.format("api, namespace: pay", 30080)}
    (finding,) = applied(lint(texts, "node-port-conflict"), [ignore])
    assert (finding.span.file, bool(finding.suppressed)) == ("b", expected)


# --- by comment

PINNED = "node-port-pinned"
HERE = f"# nplint: ignore[{PINNED}] rule FW-12"

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: 30080
    - name: tls
      port: 443
      nodePort: 30443
"""
FIRST, SECOND = ("a", 9, PINNED), ("a", 12, PINNED)


def with_line(number: int, new: str) -> str:
    """The Service with another line, or several, in the place of one."""
    lines = SERVICE.splitlines()
    lines[number - 1] = new
    return "\n".join(lines) + "\n"


def below(finding: tuple[str, int, str], lines: int) -> tuple[str, int, str]:
    return finding[0], finding[1] + lines, finding[2]


def test_without_a_comment_everything_is_found() -> None:
    assert left({"a": SERVICE}, PINNED) == [FIRST, SECOND]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "# a comment\n---\n"])
@pytest.mark.parametrize(
    ("line", "new", "found"),
    [
        (9, f"      nodePort: 30080  {HERE}", [SECOND]),
        (9, f"      nodePort: 30080\t{HERE}", [SECOND]),
        (9, f"      nodePort: 30080 # noqa {HERE}", [SECOND]),
        (9, f"      nodePort: 0x7580 {HERE}", [SECOND]),
        (9, f"      nodePort: &port 30080 {HERE}", [SECOND]),
        (9, f"      nodePort: {HERE}\n        30080", [below(SECOND, 1)]),
        (9, f"      {HERE}\n      nodePort: 30080", [below(SECOND, 1)]),
        (9, f"{HERE}\n      nodePort: 30080", [below(SECOND, 1)]),
        (9, f"      {HERE}\n      nodePort:\n        30080", [below(SECOND, 2)]),
        (9, f"      {HERE}\n      # which nobody\n # can change\n      nodePort: 30080", [below(SECOND, 3)]),
        (9, f"      {HERE.replace('ignore', 'ignore-file')}\n      nodePort: 30080", []),
        (1, f"{HERE.replace('ignore', 'ignore-file')}\napiVersion: v1", []),
        (12, f"      nodePort: 30443\n{HERE.replace('ignore', 'ignore-file')}", []),
    ],
)
def test_a_comment_suppresses_what_is_beside_or_below_it(
    start: str, line: int, new: str, found: list[tuple[str, int, str]], end: str
) -> None:
    text = (start + with_line(line, new)).replace("\n", end)
    assert left({"a": text}, PINNED) == [below(one, start.count("\n")) for one in found]


@pytest.mark.parametrize(
    ("line", "new", "hint"),
    [
        (8, f"    - port: 80  {HERE}", "is not found here"),
        (8, f"    {HERE}\n    - port: 80", "is not found here"),
        (9, f"      {HERE}\n\n      nodePort: 30080", "is not found here"),
        (9, f"      nodePort: 30080\n      {HERE}", "is not found here"),
        (9, f"      nodePort: 30080  {HERE.replace('-pinned', '-conflict')}", "node-port-conflict is not found here"),
        (9, f"      nodePort: 30080  {HERE.replace('-pinned', '-pined')}", "did you mean node-port-pinned?"),
        (
            9,
            f"      nodePort: 30080  {HERE.replace('[', ' ').replace(']', '')}",
            "write it `# nplint: ignore[rule] rea",
        ),
        (9, f"      nodePort: 30080  # nplint ignore[{PINNED}] why", "write it `# nplint: ignore[rule] reason`"),
    ],
)
def test_a_comment_that_suppresses_nothing_is_reported(line: int, new: str, hint: str) -> None:
    report = lint({"a": with_line(line, new)}, PINNED, "node-port-conflict", suppress.RULE)
    *others, one = sorted(applied(report), key=lambda finding: finding.rule)
    assert [other.suppressed for other in others] == [None, None]
    assert one.rule == suppress.RULE
    assert hint in one.message


@pytest.mark.parametrize(
    "text",
    [
        f"data:\n  a: |\n    nodePort: 30080 {HERE}\n",
        f'data: {{a: "{HERE}"}}\n',
        f"data:\n  a: 'b\n    {HERE.replace('ignore', 'ignore-file')}'\n",
    ],
)
def test_text_that_looks_like_a_comment_neither_suppresses_nor_is_useless(text: str) -> None:
    texts = {"a": f"{SERVICE}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{text}"}
    assert left(texts, PINNED) == [FIRST, SECOND]


def test_several_rules_stand_in_one_comment() -> None:
    line = f"    - {{port: 80, nodePort: 30080}}  # nplint: ignore[unnamed-port, {PINNED}] both are known"
    text = with_line(8, line).replace("      nodePort: 30080\n", "")
    assert left({"a": text}, PINNED, "unnamed-port") == [("a", 11, PINNED)]


LIST = f"""\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {{name: a}}
    spec: {{type: NodePort, ports: [{{port: 80, nodePort: 30080}}]}}
  {HERE}
  - {{apiVersion: v1, kind: Service, spec: {{type: NodePort, ports: [{{port: 80, nodePort: 30081}}]}}}}
"""


def test_the_items_of_a_list_are_told_apart() -> None:
    assert left({"a": LIST}, PINNED) == [("a", 7, PINNED)]


def test_the_documents_of_a_file_are_told_apart() -> None:
    text = f"{SERVICE}---\n{SERVICE}---\n{with_line(9, f'      nodePort: 30080 {HERE}')}"
    assert [line for _, line, _ in left({"a": text}, PINNED)] == [9, 12, 22, 25, 38]


def test_flow_style_takes_comments_too() -> None:
    ports = f'[{{"port": 80,\n{HERE}\n"nodePort": 30080}},\n{{"port": 81, "nodePort": 30081}}]'
    text = f'{{"apiVersion": "v1", "kind": "Service", # a comment\n"spec": {{"type": "NodePort", "ports": {ports}}}}}'
    assert left({"a": text}, PINNED) == [("a", 5, PINNED)]


def test_a_comment_in_one_file_says_nothing_about_another() -> None:
    first = with_line(1, f"{HERE.replace('ignore', 'ignore-file')}\napiVersion: v1")
    assert left({"b": first, "a": SERVICE}, PINNED) == [FIRST, SECOND]


SHARED = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: &labels
    app: web
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: api}]}}}
"""
NOTHING = "selector-matches-nothing"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", [("a", 5, NOTHING)]),
        ("  selector: &labels", f"  # nplint: ignore[{NOTHING}] why\n  selector: &labels", []),
        ("  selector: &labels", f"  selector: &labels # nplint: ignore[{NOTHING}] why", []),
        # The near miss is a place of the finding as well.
        ("{app: api}", f"{{app: api # nplint: ignore[{NOTHING}] why\n  }}", []),
    ],
)
def test_a_comment_stands_at_the_key_of_a_block_or_at_any_other_place(
    old: str, new: str, found: list[tuple[str, int, str]]
) -> None:
    assert left({"a": SHARED.replace(old, new) if old else SHARED}, NOTHING) == found


def test_what_is_missing_is_suppressed_where_it_would_be() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n"
    assert left({"a": text}, "missing-field") == [("a", 4, "missing-field")]
    assert left({"a": text.replace("spec:", "spec: # nplint: ignore[missing-field] why")}, "missing-field") == []
    assert left({"a": text.replace("spec:", "# nplint: ignore[missing-field] why\nspec:")}, "missing-field") == []
    text = text.replace("metadata: {name: web}", "metadata:")
    lacking = text.replace("metadata:", "metadata: # nplint: ignore[missing-field] why")
    assert left({"a": lacking}, "missing-field") == [("a", 4, "missing-field")]


SCRIPT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  check: |
    netstat -an | grep 30080
"""
NETSTAT = "netstat-cannot-see-node-port"
TURBO = Profile(type="turbo", version=(1, 29, 0, 0), is_declared=True)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", 1),
        ("check: |", f"check: | # nplint: ignore[{NETSTAT}] why", 0),
        ("  check: |", f"  # nplint: ignore[{NETSTAT}] why\n  check: |", 0),
        (
            "  check: |\n    netstat -an | grep 30080",
            f'  check: "netstat -an\n   | grep 30080" # nplint: ignore[{NETSTAT}] x',
            0,
        ),
        ("30080", f"30080 # nplint: ignore[{NETSTAT}] why", 1),
    ],
)
def test_a_comment_about_a_text_of_several_lines_stands_around_it(old: str, new: str, found: int) -> None:
    report = lint(
        {"a": SCRIPT.replace(old, new) if old else SCRIPT, "b": SERVICE}, NETSTAT, suppress.RULE, profile=TURBO
    )
    assert len([finding for finding in applied(report) if not finding.suppressed]) == found


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (BROKEN.replace("{", "{ # nplint: ignore[unreadable-manifest] why"), "unreadable-manifest"),
        (f"# nplint: ignore-file[unreadable-manifest] why\n{BROKEN}", "unreadable-manifest"),
        (f"{BROKEN}# nplint: ignore-file[unreadable-manifest] why\n", "unreadable-manifest"),
        (f"a: b\n--- # nplint: ignore-file[unreadable-manifest] why\n{BROKEN}", "unreadable-manifest"),
        (
            "apiVersion: v1\nkind: Service\n# nplint: ignore[unrendered-template] why\n{{- if .x }}\n{{- end }}\n",
            "unrendered-template",
        ),
        (
            "apiVersion: v1\nkind: Service\nspec: {{ .x }} # nplint: ignore[unrendered-template] why\n",
            "unrendered-template",
        ),
    ],
)
def test_what_cannot_be_read_is_suppressed_by_comment_too(text: str, rule: str) -> None:
    (finding,) = applied(lint({"a": text}, "unreadable-manifest", "unrendered-template", suppress.RULE))
    assert (finding.rule, finding.suppressed) == (rule, ("comment", "why"))


@pytest.mark.parametrize("place", ["web", "api"])
def test_a_conflict_is_suppressed_at_either_place(place: str) -> None:
    rule = "node-port-conflict"
    texts = {name: PORT.format(name, 30080) for name in ("web", "api")}
    texts[place] = texts[place].replace("]}", f"]}} # nplint: ignore[{rule}] they take turns")
    assert left(texts, rule) == []


# --- by annotation


def annotated(text: str, *, on: str = "metadata:\n  name: web\n") -> str:
    return SERVICE.replace(on, f"{on}  annotations:\n    {text}\n")


WHY = 'nplint.io/ignore-reason: "rule FW-12"'


@pytest.mark.parametrize(
    "text",
    [
        f"nplint.io/ignore: {PINNED}\n    {WHY}",
        f'nplint.io/ignore: "unnamed-port, {PINNED}"\n    {WHY}',
        f"nplint.io/ignore: unnamed-port {PINNED}\n    {WHY}",
        f"nplint.io/ignore: |\n      unnamed-port\n      {PINNED}\n    {WHY}",
        f"nplint.io/ignore: &rules {PINNED}\n    {WHY}",
    ],
)
def test_an_annotation_suppresses_what_is_found_in_its_resource(text: str) -> None:
    report = lint({"a": annotated(text), "b": SERVICE.replace("web", "api")}, PINNED, "unnamed-port", suppress.RULE)
    told = {(one.span.file, one.rule): one.suppressed for one in applied(report)}
    assert told[("a", PINNED)] == ("annotation", "rule FW-12")
    assert told[("a", "unnamed-port")] == (("annotation", "rule FW-12") if "unnamed" in text else None)
    assert told[("b", PINNED)] is None
    assert ("a", suppress.RULE) not in told


def test_the_items_of_a_list_have_annotations_of_their_own() -> None:
    item = f"metadata: {{name: a, annotations: {{nplint.io/ignore: {PINNED}, {WHY}}}}}"
    text = LIST.replace("metadata: {name: a}", item).replace(HERE, "# none")
    assert left({"a": text}, PINNED) == [("a", 9, PINNED)]


def test_json_takes_annotations() -> None:
    document = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "annotations": {"nplint.io/ignore": PINNED, "nplint.io/ignore-reason": "FW-12"}},
        "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]},
    }
    (finding,) = applied(lint({"a.json": json.dumps(document)}, PINNED, suppress.RULE))
    assert finding.suppressed == ("annotation", "FW-12")


@pytest.mark.parametrize("name", ["web", "api"])
def test_the_annotation_of_either_service_suppresses_a_conflict(name: str) -> None:
    rule = "node-port-conflict"
    texts = {each: PORT.format(each, 30080) for each in ("web", "api")}
    texts[name] = texts[name].replace(name, f"{name}, annotations: {{nplint.io/ignore: {rule}, {WHY}}}")
    assert left(texts, rule) == []


# --- together


def test_a_comment_goes_before_an_annotation_and_that_before_the_configuration() -> None:
    annotation = annotated(f"nplint.io/ignore: {PINNED}\n    nplint.io/ignore-reason: b")
    comment = annotation.replace("30080", f"30080 # nplint: ignore[{PINNED}] a")
    ignores = [Ignore(PINNED, reason="c")]
    by = [
        [finding.suppressed and finding.suppressed.by for finding in applied(lint({"a": text}, PINNED), ignores)]
        for text in (comment, annotation, SERVICE)
    ]
    assert by == [["comment", "annotation"], ["annotation"] * 2, ["configuration"] * 2]


def test_nothing_is_suppressed_on_demand_but_all_is_reported() -> None:
    text = with_line(9, f"      nodePort: 30080 # nplint: ignore[{PINNED}, unnamed-port] why")
    report = lint({"a": text}, PINNED, "unnamed-port", suppress.RULE)
    marked = applied(report, [Ignore(PINNED)], hide=False)
    assert [(one.span.line, one.rule, one.suppressed) for one in marked] == [
        (8, "unnamed-port", None),
        (9, PINNED, None),
        (9, suppress.RULE, None),
        (12, PINNED, None),
    ]


# --- on the command line


def data(nplint: "Nplint", *arguments: str) -> Any:
    return json.loads(nplint("--format", "json", "--select", RANGE, *arguments).out)


def write(ignore: str) -> None:
    Path("web.yaml").write_text(WEB, "utf-8")
    Path("api.yaml").write_text(API, "utf-8")
    Path(".nplint.yaml").write_text(f"ignore: {ignore}\n", "utf-8")


def test_what_is_suppressed_stays_in_the_report(nplint: "Nplint") -> None:
    write(f"[{{rule: {RANGE}, resource: shop/web, reason: FW-12}}]")
    told = data(nplint)
    assert [(one["path"], one["suppressed"]) for one in told["findings"]] == [
        ("api.yaml", None),
        ("web.yaml", {"by": "configuration", "reason": "FW-12"}),
    ]
    assert (told["summary"]["errors"], told["summary"]["suppressed"]) == (1, 1)
    jsonschema.validate(told, json.loads((files("nplint.schemas") / "report.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("ignore", "code", "shown", "footer"),
    [
        (f"[{{rule: {RANGE}}}]", 0, [], "; 2 suppressed"),
        (f"[{{rule: {RANGE}, path: api.yaml}}]", 1, ["web.yaml"], "1 error in 2 files"),
        (f"[{{rule: {RANGE}, until: 2020-01-01}}]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
        (f"[{{rule: {RANGE}, until: 9999-12-31, resource: api}}]", 1, ["web.yaml"], "; 1 suppressed"),
        ("[{path: '*.yaml'}]", 0, [], "; 2 suppressed"),
        ("[{path: sub/**}]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
        ("[]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
    ],
)
@pytest.mark.parametrize("format", ["text", "concise"])
def test_what_is_suppressed_is_not_shown_and_does_not_fail(
    nplint: "Nplint", ignore: str, code: int, shown: list[str], footer: str, format: str
) -> None:
    write(ignore)
    run = nplint("--format", format, "--select", RANGE)
    assert run.code == code
    assert [path for path in ("api.yaml", "web.yaml") if path in run.out] == shown
    assert footer in run.err
    assert ("suppressed" in run.err) is (len(shown) < 2)


COMMENTED = WEB.replace("]}", f"]}} # nplint: ignore[{RANGE}] rule \x1b[31mFW-12")


def test_what_is_suppressed_is_shown_on_demand(nplint: "Nplint") -> None:
    Path("web.yaml").write_text(COMMENTED.replace("\x1b", "\N{RIGHT-TO-LEFT OVERRIDE}"), "utf-8")
    assert nplint("web.yaml", "--select", RANGE).out == ""
    run = nplint("web.yaml", "--select", RANGE, "--show-suppressed", "--format", "concise")
    assert (run.code, run.out) == (
        0,
        "web.yaml:4:53: error[node-port-out-of-range] nodePort 1 is outside 30000-32767 "
        "(suppressed by comment: rule \\u202e[31mFW-12)\n",
    )
    run = nplint("web.yaml", "--select", RANGE, "--show-suppressed")
    assert run.out.startswith(f"error[{RANGE}]: nodePort 1 is outside 30000-32767 (suppressed)\n")
    assert "  = suppressed: by comment: rule \\u202e[31mFW-12\n" in run.out
    assert (run.code, "1 suppressed" in run.err) == (0, True)


def test_nothing_is_suppressed_under_no_ignores(nplint: "Nplint") -> None:
    Path("web.yaml").write_text(COMMENTED.replace("\x1b", ""), "utf-8")
    for flag in ("--no-ignores", "--show-suppressed"):
        run = nplint("web.yaml", "--select", RANGE, flag)
        assert (run.code, " suppressed" in run.err) == ((1, False) if flag == "--no-ignores" else (0, True))
        assert f"error[{RANGE}]" in run.out


def test_a_text_of_many_documents_is_looked_through_once() -> None:
    class Text(str):
        __slots__ = ()
        lowered = 0

        def lower(self) -> str:
            Text.lowered += 1
            return super().lower()

    text = Text("---\n".join(f"{WEB}" for _ in range(50)))
    report = engine.lint(Cluster(read(Source("a.yaml", text))), [])
    assert report.coverage.documents == 50
    assert not report.may_hold_wishes
    assert suppress.apply(report, (), TODAY, rules=RULES, whole=True).findings == ()
    assert Text.lowered == 1
