"""The formats that services read, each held against the service's own schema or reader."""

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import cmarkgfm  # type: ignore[import-untyped]
import jsonschema
import pytest
import xmlschema
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from nplint import output
from nplint.check import Problem, Problems, Rule, rule
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.engine import lint, lint_clusters
from nplint.finding import Severity
from nplint.hookspecs import Terminal
from nplint.output.markdown import summary
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report

JUNIT = xmlschema.XMLSchema(Path(__file__).parent / "data" / "junit-10.xsd")
REPORT = json.loads((files("nplint.schemas") / "report.json").read_text("utf-8"))
WEB = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"


def told(severity: Severity, *messages: str, path: str = "a.yaml", name: str = "") -> Rule:
    """A rule that finds these messages, one on each line."""

    def finds(cluster: Cluster) -> Problems:
        """Something is found.

        It matters.
        """
        for line, message in enumerate(messages, 1):
            yield Problem(Span(path, line, 1, line, 4), message)

    return rule(severity=severity, source="https://example.com", good="", bad="")(finds)._replace(
        name=name or f"some-{severity.value}"
    )


def report(*rules: Rule, clusters: Sequence[Cluster] = (Cluster(()),)) -> Report:
    return lint_clusters(clusters, rules)


def render(format: str, report: Report, folder: str = "") -> str:
    return output.FORMATS[format](report, Terminal(folder=folder))


CLEAN = report(told(Severity.ERROR))
ERROR = report(told(Severity.ERROR, "first", "second"))


# --- json-lines


def test_json_lines_are_the_findings_of_json(canonical: Report) -> None:
    lines = [json.loads(line) for line in render("json-lines", canonical).splitlines()]
    assert lines == json.loads(render("json", canonical))["findings"]
    assert render("json-lines", CLEAN) == ""


def test_json_lines_are_what_the_schema_of_json_says(canonical: Report) -> None:
    schema = {"$ref": "#/$defs/finding", "$defs": REPORT["$defs"]}
    for line in render("json-lines", canonical).splitlines():
        jsonschema.validate(json.loads(line), schema, jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rule": "x"}, schema, jsonschema.Draft202012Validator)


def test_json_is_what_its_schema_says_with_all_there_can_be(canonical: Report) -> None:
    jsonschema.validate(json.loads(render("json", canonical)), REPORT, jsonschema.Draft202012Validator)


# --- what cannot be marked is left out


@pytest.mark.parametrize("format", sorted(output.FORMATS.keys() - {"json", "json-lines", "sarif"}))
def test_what_does_not_count_is_left_out_where_it_cannot_be_marked(canonical: Report, format: str) -> None:
    text = render(format, canonical)
    assert "protocol udp" not in text
    assert "protocol tcp" in text


@pytest.mark.parametrize("format", ["json", "json-lines", "sarif"])
def test_what_does_not_count_stays_where_it_can_be_marked(canonical: Report, format: str) -> None:
    assert "protocol udp" in render(format, canonical)


@pytest.mark.parametrize("format", output.FORMATS)
def test_a_place_in_an_older_revision_says_so(canonical: Report, format: str) -> None:
    text = render(format, canonical)
    if format in ("json", "json-lines"):
        assert '"revision": "base"' in text
    else:
        assert "base:apps/shop/old.yaml:4:9" in text
        # These have one line and know no other places.
        if format not in ("concise", "gitlab"):
            assert "base:apps/shop/more.yaml:2:1" in text
            assert "needed here" in text


# --- GitHub's commands


class Command(NamedTuple):
    """A workflow command as GitHub's runner reads it."""

    kind: str
    properties: dict[str, str]
    message: str


def command(line: str) -> Command | None:
    found = re.fullmatch(r"::([a-z]+) (.*?)::(.*)", line)
    if not found:
        return None
    pairs = (pair.split("=", 1) for pair in found[2].split(","))
    return Command(found[1], {name: plain(value) for name, value in pairs}, plain(found[3]))


def plain(text: str) -> str:
    for code, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def commands(text: str) -> list[Command]:
    return [found for found in map(command, text.splitlines()) if found]


def test_an_annotation_tells_the_place_and_the_story(canonical: Report) -> None:
    found = next(one for one in commands(render("github", canonical)) if one.properties["line"] == "23")
    assert found.kind == "error"
    assert found.properties == {
        "file": "apps/pay/api.yaml",
        "line": "23",
        "col": "17",
        "endLine": "23",
        "endColumn": "22",
        "title": "taken-twice",
    }
    assert found.message.splitlines() == [
        "nodePort 30053 is taken",
        "The API server refuses the second Service.",
        "help: take 30444",
        "clusters: prod",
        "apps/café #1.yaml:11:17: already taken here",
    ]


def test_a_clean_run_annotates_nothing() -> None:
    assert render("github", CLEAN) == ""


@pytest.mark.parametrize(
    "name", ["a,b.yaml", "a:b.yaml", "100%.yaml", "%0A.yaml", "a%2Cb.yaml", "a,line=7::error::b.yaml", "::error::b"]
)
def test_a_file_name_is_nothing_but_one(name: str) -> None:
    (found,) = commands(render("github", report(told(Severity.ERROR, "fact", path=name))))
    assert (found.properties["file"], found.properties["line"], found.message) == (name, "1", "fact\nIt matters.")


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("number", [9, 10, 11, 12, 30])
def test_no_more_annotations_of_a_kind_than_are_shown(severity: Severity, number: int) -> None:
    kinds = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    messages = [f"fact {index}" for index in range(number)]
    text = render("github", report(told(severity, *messages)))
    found = commands(text)
    notices = [one for one in found if one.properties["title"] == "nplint"]
    ours = [one for one in found if one not in notices]
    room = 9 if severity is Severity.NOTE else 10
    assert [one.message.splitlines()[0] for one in ours] == messages[: number if number <= 10 else room]
    assert all(one.kind == kinds[severity] for one in ours)
    assert sum(one.kind == "notice" for one in found) <= 10
    if number <= 10:
        assert notices == []
    else:
        assert text.splitlines()[-1].startswith("::notice title=nplint::")
        assert notices[0].message.startswith(f"{number - room} of {number} findings are not annotated, ")
        assert [line for line in text.splitlines() if not line.startswith("::")] == [
            f"a.yaml:{line}:1: {severity.value}[some-{severity.value}] fact {line - 1}"
            for line in range(len(ours) + 1, number + 1)
        ]


def test_the_worst_comes_first() -> None:
    given = [told(severity, *("fact",) * 12) for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)]
    kinds = [one.kind for one in commands(render("github", report(*given)))]
    assert kinds == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10


# --- GitLab


# What GitLab's own parser asks of an entry, and the values that its documentation gives for the severity.
GITLAB: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def test_gitlab_gets_the_fields_that_it_reads(canonical: Report) -> None:
    entries = json.loads(render("gitlab", canonical))
    jsonschema.validate(entries, GITLAB, jsonschema.Draft202012Validator)
    assert len(entries) == len(canonical.open)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert entries[0] == {
        "description": "there are 2 ports [prod, lab & more]",
        "check_name": "many-ports",
        "fingerprint": canonical.open[0].fingerprint,
        "severity": "info",
        "location": {"path": "apps/pay/api.yaml", "lines": {"begin": 7}},
    }
    assert [entry["severity"] for entry in entries] == [
        {"error": "critical", "warning": "major", "note": "info"}[finding.severity.value] for finding in canonical.open
    ]


def test_gitlab_gets_an_empty_list_where_nothing_is_found() -> None:
    assert render("gitlab", CLEAN) == "[]\n"


def test_fingerprints_are_no_matter_of_lines() -> None:
    text = f"{WEB}spec: {{ports: [{{port: 0}}]}}\n"
    first, moved = (
        [entry["fingerprint"] for entry in json.loads(render("gitlab", linted(given)))]
        for given in (text, f"# more\n\n{text}")
    )
    assert first == moved != []


def linted(text: str) -> Report:
    @rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")
    def any_port(cluster: Cluster) -> Problems:
        """A Service has a port."""
        for service in cluster.services:
            for port in service.ports:
                yield Problem(port.node, "here")

    return lint(Cluster(read(decode("a.yaml", text.encode()))), [any_port])


# --- JUnit and Checkstyle


def cases(text: str) -> list[tuple[str, str, list[str]]]:
    root = ElementTree.fromstring(text)
    return [
        (case.get("classname", ""), case.get("name", ""), [one.tag for one in case]) for case in root.iter("testcase")
    ]


@pytest.mark.parametrize("given", [CLEAN, ERROR, report(told(Severity.NOTE, "a", "a"))])
def test_junit_is_what_its_schema_says(given: Report) -> None:
    JUNIT.validate(render("junit", given))


def test_junit_is_what_its_schema_says_with_all_there_can_be(canonical: Report) -> None:
    JUNIT.validate(render("junit", canonical))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        JUNIT.validate("<testsuites><testcase/></testsuites>")


def test_a_clean_run_is_a_test_that_passes() -> None:
    assert cases(render("junit", CLEAN)) == [("nplint", "nothing found", [])]
    root = ElementTree.fromstring(render("junit", CLEAN))
    assert dict(root.items()) == {"name": "nplint", "tests": "1", "failures": "0", "errors": "0"}


def test_findings_are_tests_that_do_not_pass(canonical: Report) -> None:
    found = [(path, name.split(":")[0], tags) for path, name, tags in cases(render("junit", canonical))]
    assert [one for one in found if one[0] != "apps/pay/api.yaml"] == [
        ("apps/shop/broken.yaml", "unreadable-manifest", ["error"]),
        ("apps/shop/old.yaml", "deleted-service", ["failure"]),
    ]
    tags = {name: tags for _, name, tags in found}
    assert tags == {
        "taken-twice": ["failure"],
        "lower-case": ["failure"],
        "many-ports": ["skipped"],
        "unreadable-manifest": ["error"],
        "deleted-service": ["failure"],
    }


def test_a_test_is_named_by_what_it_is_about_and_never_twice(canonical: Report) -> None:
    names = [(path, name) for path, name, _ in cases(render("junit", canonical))]
    assert ("apps/pay/api.yaml", "taken-twice: Service shop/web spec.ports[0].nodePort") in names
    assert len(names) == len(set(names))
    assert [name for _, name, _ in cases(render("junit", linted(f"{WEB}spec: {{ports: [{{port: 1}}]}}\n")))] == [
        "any-port: Service web spec.ports[0]"
    ]


def test_counts_add_up(canonical: Report) -> None:
    root = ElementTree.fromstring(render("junit", canonical))
    assert int(root.get("tests", "")) == len(canonical.open) == sum(int(suite.get("tests", "")) for suite in root)
    for suite in root:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(len(list(suite.iter(tag))))


def test_checkstyle_has_each_finding_under_its_file(canonical: Report) -> None:
    root = ElementTree.fromstring(render("checkstyle", canonical))
    assert root.tag == "checkstyle"
    places = [
        (file.get("name"), int(error.get("line", "")), int(error.get("column", "")), error.get("source"))
        for file in root
        for error in file
    ]
    assert places == [
        (finding.span.file, *((1, 1) if finding.span.revision else finding.span[1:3]), f"nplint.{finding.rule}")
        for finding in canonical.open
    ]
    assert {error.get("severity") for error in root.iter("error")} == {"error", "warning", "info"}
    assert list(ElementTree.fromstring(render("checkstyle", CLEAN))) == []


@pytest.mark.parametrize("format", ["junit", "checkstyle"])
@pytest.mark.parametrize("char", [*map(chr, range(0x20)), "\x7f", "\x85", "\ud800", "\ufffe", "\uffff", "&", "]]>"])
def test_xml_is_well_formed_whatever_a_manifest_holds(format: str, char: str) -> None:
    given = report(told(Severity.ERROR, f"a{char}b", path=f"a{char}b.yaml"), clusters=[Cluster((), Profile(name=char))])
    text = render(format, given)
    assert text.isascii()
    (message,) = [one.get("message", "") for one in ElementTree.fromstring(text).iter() if "message" in one.attrib]
    shown = char if char in "&]]>" else f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    assert message.startswith(f"a{shown}b")


# --- Markdown


def cells(text: str) -> list[list[str]]:
    """The cells of the table as GitHub renders it."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "table", "thead", "tbody", "tr", "th", "td", "br"}
    return [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)][1:]


def test_a_table_has_the_worst_first(canonical: Report) -> None:
    rows = cells(render("markdown", canonical))
    assert len(rows) == len(canonical.open)
    severities = [row[0] for row in rows]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert rows[0] == [
        "error",
        "taken-twice",
        "apps/pay/api.yaml:11:17",
        "nodePort 30053 is taken<br>The API server refuses the second Service.<br>help: take 30444<br>"
        "clusters: prod, lab &amp; more<br>apps/café #1.yaml:11:17: already taken here",
    ]


def test_a_clean_run_says_what_was_looked_at() -> None:
    clean = lint(Cluster(read(decode("a.yaml", WEB.encode()))), [told(Severity.ERROR)])
    assert render("markdown", clean) == "nothing found in 1 file (1 Service, 0 with node ports)\n"


MANY = report(told(Severity.NOTE, *(f"fact {number}" for number in range(100))), told(Severity.ERROR, "the worst"))


@pytest.mark.parametrize("room", [300, 1000, 5000])
def test_a_summary_keeps_to_its_room_and_counts_what_is_left(room: int) -> None:
    text = summary(MANY, room)
    rows = cells(text)
    assert 0 < len(text.encode()) <= room
    assert len(text.encode()) > room - 100
    assert rows[0][3] == "the worst<br>It matters."
    assert text.endswith(f"\n{101 - len(rows)} more findings do not fit here: the log has them all.\n")


def test_a_summary_with_room_is_the_whole_table() -> None:
    assert summary(MANY, 10**6) == render("markdown", MANY)


def test_a_summary_without_room_is_none() -> None:
    assert summary(MANY, 20) == ""
