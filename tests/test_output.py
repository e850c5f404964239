"""The formats, the last lines of a run and the page about a rule, down to the letter."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from click import unstyle

from nplint import output, plugins
from nplint.check import Problem, Problems, Rule, replacement, rule
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Edit, Severity
from nplint.hookspecs import Terminal
from nplint.output.footer import footer
from nplint.profile import Profile, When
from nplint.reader import decode, read
from nplint.report import Report

SOURCE = "https://example.com"
WEB = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  ports:
    - {name: 网关, port:\t80, nodePort: 30080}
    - name: https
      port: 443
      nodePort: 30443
"""
API = """\
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30443}]}
"""


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="")
def taken_twice(cluster: Cluster) -> Problems:
    """A nodePort is taken twice.

    The second Service is refused.
    """
    first: dict[int, Any] = {}
    for service in cluster.services:
        for port in service.ports:
            taken = first.setdefault(port.node_port or 0, port)
            if taken is not port:
                here, there = port.node["nodePort"], taken.node["nodePort"]
                message = f"nodePort {port.node_port} is taken"
                yield Problem(here, message, label="again", help="take 30444", related=((there, "already here"),))


@rule(severity=Severity.WARNING, source=SOURCE, good="", bad="")
def plain_port(cluster: Cluster) -> Problems:
    """A port is 80.

    Nobody encrypts it.
    """
    for service in cluster.services:
        for port in service.ports:
            if port.port == 80:
                yield Problem(
                    port.node["port"],
                    "port 80 is not encrypted",
                    edits=replacement(port.node["port"], "443", safe=False),
                )


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="", when=When(type=("turbo",)))
def turbo_name(cluster: Cluster) -> Problems:
    """A Service has a name on Turbo."""
    for service in cluster.services:
        yield Problem(service.node["metadata"]["name"], f"it is called {service.name}")


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="", when=When(since=(1, 29, 0, 0)), quiet=True)
def quiet_name(cluster: Cluster) -> Problems:
    """A Service has a name since 1.29."""
    yield from turbo_name.check(cluster)


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="")
def broken(cluster: Cluster) -> Problems:
    """A rule fails."""
    raise ZeroDivisionError("by design")


RULES = [taken_twice, plain_port, turbo_name]


def run(files: dict[str, str] | None = None, rules: list[Rule] = RULES, profile: Profile | None = None) -> Report:
    given = files or {"web.yaml": WEB, "api.yaml": API}
    documents = [document for path, text in given.items() for document in read(decode(path, text.encode()))]
    return lint(Cluster(documents, profile or Profile()), rules)


def render(format: str, report: Report, *, color: bool = False, width: int = 80) -> str:
    return output.FORMATS[format](report, Terminal(color, width))


TEXT = """\
warning[plain-port]: port 80 is not encrypted
 --> api.yaml:4:39                                  Service api
  |
4 | spec: {type: NodePort, ports: [{port: 80, nodePort: 30443}]}
  |                                       ^^
  |
  = why: Nobody encrypts it.
  = fix: `nplint fix --unsafe` writes 443 here
  = note: explain it with `nplint explain plain-port`

error[taken-twice]: nodePort 30443 is taken
  --> api.yaml:4:53                                 Service api
   |
 4 | spec: {type: NodePort, ports: [{port: 80, nodePort: 30443}]}
   |                                                     ^^^^^ again
   |
  ::: web.yaml:12:17                                Service shop/web
   |
12 |       nodePort: 30443
   |                 ----- already here
   |
   = why: The second Service is refused.
   = help: take 30444
   = note: explain it with `nplint explain taken-twice`

warning[plain-port]: port 80 is not encrypted
 --> web.yaml:9:24                                  Service shop/web, port "网关"
  |
9 |     - {name: 网关, port:    80, nodePort: 30080}
  |                             ^^
  |
  = why: Nobody encrypts it.
  = fix: `nplint fix --unsafe` writes 443 here
  = note: explain it with `nplint explain plain-port`

api.yaml:3:18: note[turbo-name] it is called api (only on CCE Turbo; this cluster's type is not declared)
web.yaml:4:9: note[turbo-name] it is called web (only on CCE Turbo; this cluster's type is not declared)
"""


def test_text_shows_the_lines_first_and_the_notes_after_them() -> None:
    assert render("text", run()) == TEXT


def test_colour_changes_nothing_but_the_colour() -> None:
    colored = render("text", run(), color=True)
    assert colored != TEXT
    assert unstyle(colored) == TEXT


def with_edits(*edits: tuple[str, bool]) -> Report:
    """A report of which the first finding has these edits, each a text and whether it is safe, and no other has any."""
    report = run(rules=[plain_port])
    first, *others = (finding._replace(edits=()) for finding in report.findings)
    first = first._replace(edits=tuple(Edit(first.span, text, safe) for text, safe in edits))
    return replace(report, findings=(first, *others))


@pytest.mark.parametrize(
    ("edits", "line", "hint"),
    [
        ([("443", True)], "`nplint fix` writes 443 here", "1 fixable with `nplint fix`"),
        ([("", True)], "`nplint fix` takes it out", "1 fixable with `nplint fix`"),
        ([("", False)], "`nplint fix --unsafe` takes it out", "1 fixable with `nplint fix --unsafe`"),
        ([("1", True), ("2", False)], "`nplint fix --unsafe` mends it", "1 fixable with `nplint fix --unsafe`"),
        ([("\x1b[31m\n", True)], r"`nplint fix` writes \x1b[31m\n here", "1 fixable with `nplint fix`"),
    ],
)
def test_text_tells_what_can_be_fixed(edits: list[tuple[str, bool]], line: str, hint: str) -> None:
    report = with_edits(*edits)
    assert [each[9:] for each in render("text", report).splitlines() if each.startswith("  = fix: ")] == [line]
    assert footer(report, 0).splitlines()[1:] == [f"hint: {hint}"]


def test_the_hint_counts_both_kinds_of_fixes() -> None:
    report = with_edits(("443", True))
    first, second = report.findings
    both = (first, second._replace(edits=(Edit(second.span, "443", False),)))
    hint = "hint: 1 fixable with `nplint fix`, 1 more with --unsafe"
    assert footer(replace(report, findings=both), 0).splitlines()[1:] == [hint]
    suppressed = tuple(finding._replace(known="baseline") for finding in both)
    assert "hint" not in footer(replace(report, findings=suppressed), 0)


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("format", ["text", "concise"])
def test_colour_is_only_where_it_is_wanted(format: str, color: bool) -> None:
    assert ("\x1b[" in render(format, run(), color=color)) is color


def test_text_of_minified_json_is_cut_to_the_width() -> None:
    minified = json.dumps(
        {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": n} for n in range(70, 90)]}}
    )
    shown = render("text", run({"web.json": minified}, [plain_port]), width=60)
    _, _, _, line, mark, *_ = shown.splitlines()
    assert line == '1 | ... 79}, {"port": 80}, {"port": 81}, {"port": 82}, {"...'
    assert mark == "  |                   ^^"
    assert len(line) <= 60


def test_text_has_no_lines_for_what_could_not_be_read_at_all() -> None:
    unreadable = plugins.load().rules["unreadable-manifest"]
    text = render("text", run({"web.yaml": "apiVersion: v1\nkind: Service\nmetadata: [\n"}, [unreadable]))
    assert " --> web.yaml:3:" in text
    assert "3 | metadata: [" in text


@pytest.mark.parametrize("format", ["text", "concise", "json"])
@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("profile", [Profile(), Profile(type="turbo")])
def test_what_steers_a_terminal_never_reaches_it(format: str, color: bool, profile: Profile) -> None:
    hostile = r"\e[31m\a\u202e\x9b\r\n"
    web = WEB.replace("name: web", f'name: "{hostile}"').replace("网关", f'"{hostile}"')
    report = run({"a\x1b[2J\n\u202e.yaml": web}, RULES, profile)
    shown = unstyle(render(format, report, color=color))
    assert [char for char in shown if char in "\x1b\a\u202e\x9b\r"] == []
    assert report.findings
    if format != "json":
        assert r"a\x1b[2J\x0a\u202e.yaml:" in shown
        assert r"\x1b[31m\x07\u202e\x9b\x0d\x0a" in shown


def test_concise_has_one_line_for_each_finding() -> None:
    assert render("concise", run()) == (
        "api.yaml:3:18: note[turbo-name] it is called api (only on CCE Turbo; this cluster's type is not declared)\n"
        "api.yaml:4:39: warning[plain-port] port 80 is not encrypted\n"
        "api.yaml:4:53: error[taken-twice] nodePort 30443 is taken\n"
        "web.yaml:4:9: note[turbo-name] it is called web (only on CCE Turbo; this cluster's type is not declared)\n"
        "web.yaml:9:24: warning[plain-port] port 80 is not encrypted\n"
    )


@pytest.mark.parametrize("format", ["text", "concise"])
def test_nothing_is_printed_where_nothing_is_found(format: str) -> None:
    assert render(format, run(rules=[])) == ""


def data(report: Report) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render("json", report))
    return parsed


def test_json_tells_everything_about_a_finding() -> None:
    finding = next(finding for finding in data(run())["findings"] if finding["rule"] == "taken-twice")
    assert finding.pop("fingerprint")
    assert finding == {
        "rule": "taken-twice",
        "severity": "error",
        "confidence": "certain",
        "message": "nodePort 30443 is taken",
        "why": "The second Service is refused.",
        "help": "take 30444",
        "path": "api.yaml",
        "line": 4,
        "column": 53,
        "endLine": 4,
        "endColumn": 58,
        "revision": None,
        "field": "spec.ports[0].nodePort",
        "resource": {"apiVersion": "v1", "kind": "Service", "namespace": "", "name": "api"},
        "clusters": [],
        "related": [
            {
                "path": "web.yaml",
                "line": 12,
                "column": 17,
                "endLine": 12,
                "endColumn": 22,
                "revision": None,
                "message": "already here",
            }
        ],
        "fix": None,
        "suppressed": None,
        "baseline": None,
    }


def test_json_counts_code_points_and_shows_the_repair() -> None:
    finding = data(run({"web.yaml": WEB}, [plain_port]))["findings"][0]
    assert (finding["line"], finding["column"], finding["endColumn"]) == (9, 24, 26)
    place = {"path": "web.yaml", "line": 9, "column": 24, "endLine": 9, "endColumn": 26, "revision": None}
    assert finding["fix"] == {"safe": False, "edits": [{**place, "text": "443"}]}


def test_json_says_what_became_of_each_rule() -> None:
    rules = [plain_port, turbo_name, quiet_name, broken]
    assert data(run(rules=rules, profile=Profile(type="kubernetes")))["rules"] == [
        {"name": "plain-port", "ran": True, "reason": None},
        {"name": "turbo-name", "ran": False, "reason": "it is about CCE Turbo, and this is plain Kubernetes"},
        {"name": "quiet-name", "ran": True, "reason": "2 withheld: the cluster's version is not declared"},
        {"name": "broken", "ran": False, "reason": "it failed: ZeroDivisionError: by design"},
    ]


BROKEN = "apiVersion: v1\nkind: Service\nmetadata: [\n"
TEMPLATE = "apiVersion: v1\nkind: Service\n{{- if .x }}\n"


def test_json_sums_up() -> None:
    report = run({"web.yaml": WEB, "api.yaml": f"{API}---\n{BROKEN}", "chart.yaml": TEMPLATE})
    assert data(report)["summary"] == {
        "files": 3,
        "documents": 4,
        "services": 2,
        "errors": 1,
        "warnings": 2,
        "notes": 2,
        "suppressed": 0,
        "baseline": 0,
        "doubted": 0,
        "unreadable": 1,
        "templates": 1,
        "judgedFiles": 1,
        "patchFiles": 0,
        "templateFiles": 1,
        "unreadableFiles": 1,
    }


def test_json_names_itself_and_is_ascii() -> None:
    text = render("json", run())
    assert text.isascii()
    assert text.endswith("}\n")
    assert list(data(run())) == ["version", "tool", "findings", "rules", "summary"]
    assert data(run())["version"] == 1
    assert data(run())["tool"]["name"] == "nplint"


SCHEMA = json.loads((files("nplint.schemas") / "report.json").read_text("utf-8"))
HOSTILE = WEB.replace("web", r'"\e\u202e\ud800"').replace("shop", "[]").replace("https", "{}")


def test_the_schema_of_the_report_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"web.yaml": WEB, "api.yaml": API},
        {"web.yaml": WEB, "again.yaml": WEB, "third.yaml": WEB},
        {"broken.yaml": BROKEN, "template.yaml": TEMPLATE, "web.yaml": HOSTILE},
        {"list.json": '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Service"}]}'},
    ],
)
@pytest.mark.parametrize("profile", [Profile(), Profile(type="kubernetes"), Profile(name="prod", type="turbo")])
def test_json_is_what_the_schema_says(files: dict[str, str], profile: Profile) -> None:
    rules = [*plugins.load().rules.values(), *RULES, quiet_name, broken]
    jsonschema.validate(data(run(files, rules, profile)), SCHEMA, jsonschema.Draft202012Validator)


def leaves(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    here = [schema] if isinstance(schema, dict) and "properties" in schema else []
    return here + [leaf for each in inner for leaf in leaves(each)]


def test_the_schema_allows_nothing_that_is_not_described() -> None:
    assert leaves(SCHEMA)
    for leaf in leaves(SCHEMA):
        assert leaf["additionalProperties"] is False
        assert sorted(leaf["required"]) == sorted(leaf["properties"])
        assert all("description" in property or "$ref" in property for property in leaf["properties"].values())


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (run({"api.yaml": API}, []), "nothing found in 1 file (1 Service, 1 with node ports)"),
        (
            run(rules=[taken_twice, plain_port]),
            "1 error, 2 warnings in 2 files (2 Services, 2 with node ports)\n"
            "hint: 2 fixable with `nplint fix --unsafe`",
        ),
        (
            run({"web.yaml": BROKEN, "api.yaml": TEMPLATE}, []),
            "nothing found in 2 files (0 Services, 0 with node ports); 1 document unreadable; 1 template not rendered",
        ),
        (
            run({"kustomization.yaml": "patches: [{path: web.yaml}]", "web.yaml": WEB}, []),
            "nothing found in 2 files (0 Services, 0 with node ports); 1 kustomize patch file not judged alone",
        ),
        (
            run(rules=[turbo_name, broken], profile=Profile(type="kubernetes")),
            "nothing found in 2 files (2 Services, 2 with node ports); 1 rule not applicable; 1 rule crashed",
        ),
    ],
)
def test_the_last_line_counts_what_was_looked_at_and_what_was_not(report: Report, text: str) -> None:
    assert footer(report, 0) == text


def test_the_last_line_counts_files_without_a_manifest() -> None:
    assert footer(run(rules=[]), 3).endswith("; 3 files without a manifest passed over")


def test_a_hint_names_each_missing_fact_its_flag_and_what_hangs_on_it() -> None:
    _, *hints = footer(run(rules=[turbo_name, quiet_name]), 0).splitlines()
    assert [("type" in hint, "version" in hint) for hint in hints] == [(True, False), (False, True)]
    assert "2 findings on CCE Turbo" in hints[0]
    assert hints[0].endswith("Declare it with --type or in .nplint.yaml (nplint init)")
    assert "2 findings on version 1.29 and later" in hints[1]
    assert hints[1].endswith("Declare it with --cluster-version or in .nplint.yaml (nplint init)")


def test_no_hint_is_given_where_nothing_hangs_on_it() -> None:
    assert footer(run({"web.yaml": BROKEN}, [turbo_name, quiet_name]), 0).count("\n") == 0


def test_a_subject_is_cut_to_a_line() -> None:
    long = "x" * 10**6
    web = WEB.replace("name: web", f"name: {long}").replace("网关", long)
    shown = render("text", run({"web.yaml": web}, [plain_port]))
    assert max(map(len, shown.splitlines())) < 350
