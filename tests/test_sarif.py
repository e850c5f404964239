"""SARIF: what its schema asks for, what GitHub reads, and fingerprints that outlive a move."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema
import pytest

from nplint import plugins
from nplint.check import Problem, Problems, rule
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.engine import lint, lint_clusters
from nplint.finding import Confidence, Severity
from nplint.hookspecs import Terminal
from nplint.output.sarif import render
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report

if TYPE_CHECKING:
    from tests.conftest import Nplint

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
RULES = list(plugins.load().rules.values())
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: a, port: 80, protocol: udp, nodePort: 8080}
    - {name: b, port: 81, protocol: tcp, nodePort: 8080}
"""


def report(files: dict[str, str], *names: str | None) -> Report:
    documents = [document for path, text in files.items() for document in read(decode(path, text.encode()))]
    return lint_clusters([Cluster(documents, Profile(name=name)) for name in names or (None,)], RULES)


def run_of(report: Report, folder: str = "") -> dict[str, Any]:
    log = json.loads(render(report, Terminal(folder=folder)))
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def result_of(report: Report, rule: str) -> dict[str, Any]:
    return next(result for result in run_of(report)["results"] if result["ruleId"] == rule)


def validate(report: Report) -> None:
    validator = jsonschema.Draft4Validator
    validator(SCHEMA, format_checker=validator.FORMAT_CHECKER).validate(json.loads(render(report, Terminal())))


# --- the schema


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"web.yaml": WEB},
        {"a b/%41#?.yaml": WEB, "web.yaml": f"{WEB}---\n{WEB}"},
        {"broken.yaml": "apiVersion: v1\nkind: Service\nmetadata: [\n", "t.yaml": "kind: Service\n{{- if .x }}\n"},
        {"web.yaml": WEB.replace("name: web", r'name: "\ud800\0[a](b){0}"')},
    ],
)
@pytest.mark.parametrize("names", [(None,), ("prod",), ("prod", "a/b c")])
def test_the_official_schema_is_kept(files: dict[str, str], names: tuple[str | None, ...]) -> None:
    validate(report(files, *names))


def test_the_official_schema_is_kept_with_all_there_can_be(canonical: Report) -> None:
    validate(canonical)


def test_the_schema_finds_what_is_wrong() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"tool": {}}]})


# --- rules


def test_every_rule_that_ran_is_described_and_no_other(canonical: Report) -> None:
    turbo = lint(Cluster((), Profile(type="kubernetes")), RULES)
    names = {rule["id"] for rule in run_of(turbo)["tool"]["driver"]["rules"]}
    assert names == {run.rule.name for run in turbo.runs if run.ran}
    assert "local-affinity-on-turbo" not in names
    driver = run_of(canonical)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("nplint", driver["semanticVersion"])
    for described in driver["rules"]:
        assert described["shortDescription"]["text"]
        assert described["fullDescription"]["text"]
        assert described["help"]["text"].startswith(described["id"])
        assert described["shortDescription"]["text"] in described["help"]["markdown"]
        assert described["helpUri"].startswith("https://")
        assert described["properties"]["tags"][:2] == ["correctness", "kubernetes"]
        assert "security-severity" not in described["properties"]
        assert "security" not in described["properties"]["tags"]


def test_results_point_at_their_rule(canonical: Report) -> None:
    run = run_of(canonical)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_rule_of_cce_says_so() -> None:
    by_name = {rule["id"]: rule for rule in run_of(report({}))["tool"]["driver"]["rules"]}
    assert by_name["local-affinity-on-turbo"]["properties"]["tags"] == ["correctness", "kubernetes", "cce"]
    assert by_name["duplicate-key"]["properties"]["tags"] == ["correctness", "kubernetes"]
    assert by_name["duplicate-key"]["defaultConfiguration"] == {"level": "warning"}


@pytest.mark.parametrize("name", plugins.load().rules)
def test_the_page_of_every_rule_has_its_examples(name: str) -> None:
    (described,) = [rule for rule in run_of(report({}))["tool"]["driver"]["rules"] if rule["id"] == name]
    page = described["help"]["markdown"]
    known = plugins.load().rules[name]
    assert page.count("```") == 2 * page.count("```yaml")
    assert page.count("```yaml") >= len(known.bad) + len(known.good) > 0
    assert page.endswith(f"Source: <{known.source}>")


@pytest.mark.parametrize("source", ["", "javascript:alert(1)", "the manual, chapter 3"])
def test_only_the_address_of_a_page_is_a_link(source: str) -> None:
    made = rule(severity=Severity.ERROR, source=source, good="", bad="")(every_name)
    (described,) = run_of(lint(Cluster(()), [made]))["tool"]["driver"]["rules"]
    assert "helpUri" not in described
    assert "Source" not in described["help"]["markdown"]
    assert described["help"]["text"].endswith(f"\n\nSource: {source}" if source else "\n\nIt can be called.")


def every_name(cluster: Cluster) -> Problems:
    """A rule has a name.

    It can be called.
    """
    yield from ()


def doubtful(*confidences: Confidence) -> Report:
    @rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")
    def some_doubt(cluster: Cluster) -> Problems:
        """A rule has doubts."""
        for line, confidence in enumerate(confidences, 1):
            yield Problem(Span("a.yaml", line, 1, line, 1), f"{line}", confidence=confidence)

    return lint(Cluster(()), [some_doubt])


@pytest.mark.parametrize(
    ("confidences", "precision"),
    [
        ([], "very-high"),
        ([Confidence.CERTAIN], "very-high"),
        ([Confidence.LIKELY, Confidence.CERTAIN], "high"),
        ([Confidence.LIKELY, Confidence.POSSIBLE, Confidence.CERTAIN], "medium"),
    ],
)
def test_a_rule_is_as_precise_as_its_least_certain_finding(confidences: list[Confidence], precision: str) -> None:
    (described,) = run_of(doubtful(*confidences))["tool"]["driver"]["rules"]
    assert described["properties"]["precision"] == precision


def test_a_rule_that_failed_is_told(canonical: Report) -> None:
    (invocation,) = run_of(canonical)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [told["message"]["text"] for told in invocation["toolExecutionNotifications"]] == [
        "broken on cluster prod: it failed: ZeroDivisionError: by design",
        "broken on cluster lab & more: it failed: ZeroDivisionError: by design",
    ]
    assert run_of(report({}))["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


# --- places


def test_a_place_has_its_four_numbers_in_code_points() -> None:
    run = run_of(report({"web.yaml": WEB.replace("name: b", "name: 网关🚀")}))
    assert run["columnKind"] == "unicodeCodePoints"
    (place,) = [
        result["locations"][0]["physicalLocation"]["region"]
        for result in run["results"]
        if result["ruleId"] == "unknown-protocol"
        and result["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
    ]
    assert place == {
        "startLine": 9,
        "startColumn": 39,
        "endLine": 9,
        "endColumn": 42,
        "snippet": {"text": "tcp"},
    }


def test_a_place_of_several_lines_is_its_first_one(canonical: Report) -> None:
    regions = [
        place["physicalLocation"]["region"]
        for result in run_of(canonical)["results"]
        for place in (*result["locations"], *result["relatedLocations"])
    ]
    assert regions
    assert all(region["startLine"] == region["endLine"] for region in regions)
    assert all(len(region.keys() - {"snippet"}) == 4 for region in regions)
    assert all(region["snippet"]["text"] for region in regions if "snippet" in region)
    assert any("snippet" not in region for region in regions)
    block = result_of(canonical, "many-ports")["locations"][0]["physicalLocation"]["region"]
    assert (block["startColumn"], block["endColumn"]) == (5, 44)
    assert block["snippet"]["text"] == "- {name: 网关, port: 80, nodePort: 30081}"


def test_what_is_too_long_is_no_snippet() -> None:
    long = report({"web.yaml": WEB.replace("udp", "u" * 501)})
    region = result_of(long, "unknown-protocol")["locations"][0]["physicalLocation"]["region"]
    assert (region["endColumn"] - region["startColumn"], "snippet" in region) == (501, False)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b.yaml", "a/b.yaml"),
        ("a b/%41#?.yaml", "a%20b/%2541%23%3F.yaml"),
        ("网.yaml", "%E7%BD%91.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
@pytest.mark.parametrize("folder", ["", "deploy"])
def test_a_file_is_a_uri_from_the_root_of_the_repository(path: str, uri: str, folder: str) -> None:
    (place,) = run_of(report({path: WEB}), folder)["results"][0]["locations"]
    found = place["physicalLocation"]["artifactLocation"]["uri"]
    assert found == (f"{folder}/{uri}" if folder else uri)
    assert unquote(found, errors="surrogateescape").endswith(path)


def test_a_file_beside_the_current_folder_has_its_path_from_the_root() -> None:
    (place,) = run_of(report({"../lib/a.yaml": WEB}), "deploy/prod")["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "deploy/lib/a.yaml"


def test_the_command_line_knows_the_root_of_the_repository(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "x y" / "prod").mkdir(parents=True)
    (tmp_path / "x y" / "prod" / "web.yaml").write_text(WEB)
    for folder, path in [(".", "x y"), ("x y", "prod/web.yaml"), ("x y/prod", "../prod")]:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path / folder)
            run = json.loads(nplint("--format", "sarif", path).out)["runs"][0]
        place = run["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "x%20y/prod/web.yaml"


def test_a_place_in_an_older_revision_is_told_with_its_file(canonical: Report) -> None:
    result = result_of(canonical, "deleted-service")
    start = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "apps/shop/old.yaml"}, "region": start}}
    ]
    assert result["message"]["text"] == (
        "Service shop/old is deleted (at base:apps/shop/old.yaml:4:9). Its clients fail. clusters: prod, lab & more. "
        "See [needed here (base:apps/shop/more.yaml:2:1)](1), [base:apps/shop/old.yaml:4:9](2)."
    )
    assert [(other["id"], other["message"]["text"]) for other in result["relatedLocations"]] == [
        (1, "needed here"),
        (2, "belongs to it"),
    ]


# --- messages


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a [b](http://c) d", r"a [b\](http://c) d"),
        ("{0} {x} {12}", "{{0}} {x} {{12}}"),
        ("ports[0]", "ports[0]"),
        (r"\e[31m\n", r"\x1b[31m\n"),
    ],
)
def test_a_message_has_no_links_and_gaps_but_ours(name: str, shown: str) -> None:
    text = result_of(report({"web.yaml": WEB.replace("udp", f'"{name}"')}), "unknown-protocol")["message"]["text"]
    assert text.startswith(f"protocol {shown} is not valid: ")


def test_the_first_sentence_stands_alone(canonical: Report) -> None:
    text = result_of(canonical, "taken-twice")["message"]["text"]
    assert text.split(". ")[0] == "nodePort 30053 is taken"


def test_a_related_place_that_is_linked_keeps_brackets_for_text() -> None:
    def linked(cluster: Cluster) -> Problems:
        """A link has brackets."""
        span = Span("a.yaml", 1, 1, 1, 1)
        yield Problem(span, "fact", related=((span, r"x] [y](2) \z"),))

    made = rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")(linked)
    text = result_of(lint(Cluster(()), [made]), "linked")["message"]["text"]
    assert text == r"fact. See [x\] \[y\](2) \\z (a.yaml:1:1)](1)."


# --- what is recognised again


def fingerprints(text: str, path: str = "web.yaml") -> list[tuple[str, str]]:
    results = run_of(report({path: text}))["results"]
    return sorted((result["ruleId"], result["partialFingerprints"]["nplint/v1"]) for result in results)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"# a comment\n\n{text}",
        lambda text: f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop}}\n---\n{text}",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("{name: a, port: 80", "{port: 80, name: a").replace("    - ", "  - "),
    ],
)
def test_fingerprints_stay_when_lines_are_inserted_above_or_moved(change: Callable[[str], str]) -> None:
    known = fingerprints(WEB)
    assert len(known) == len(set(known)) > 3
    assert fingerprints(change(WEB)) == known


def test_fingerprints_stay_when_the_file_moves() -> None:
    assert fingerprints(WEB, "elsewhere/web.yaml") == fingerprints(WEB)


@pytest.mark.parametrize(
    ("names", "id"),
    [
        ((None,), "nplint/"),
        (("prod",), "nplint/prod/"),
        (("prod", "lab"), "nplint/lab+prod/"),
        (("a/b", "c d"), "nplint/a%2Fb+c%20d/"),
    ],
)
def test_the_run_is_named_by_its_clusters(names: tuple[str | None, ...], id: str) -> None:
    assert run_of(report({}, *names))["automationDetails"] == {"id": id}


# --- what does not count


def test_what_is_suppressed_stays_and_says_so(canonical: Report) -> None:
    told = [(result["ruleId"], result["suppressions"]) for result in run_of(canonical)["results"]]
    assert [(name, suppressions) for name, suppressions in told if suppressions] == [
        ("many-ports", [{"kind": "external", "status": "accepted", "justification": "firewall rule FW-12"}]),
        ("many-ports", [{"kind": "inSource", "status": "accepted"}]),
    ]
    # The standard wants the property on every result or on none.
    assert all("suppressions" in result for result in run_of(report({"web.yaml": WEB}))["results"])


def test_what_is_known_is_unchanged_and_the_rest_is_new(canonical: Report) -> None:
    states = [
        (finding.known, result["baselineState"])
        for finding, result in zip(canonical.findings, run_of(canonical)["results"], strict=True)
    ]
    assert set(states) == {("", "new"), ("base", "unchanged"), ("baseline", "unchanged")}


def test_nothing_is_new_where_nothing_is_compared() -> None:
    assert not any("baselineState" in result for result in run_of(report({"web.yaml": WEB}))["results"])


def test_all_is_new_where_the_state_before_had_nothing() -> None:
    made = report({"web.yaml": WEB})
    compared = replace(made, clusters=tuple(replace(cluster, before=Cluster(())) for cluster in made.clusters))
    assert {result["baselineState"] for result in run_of(compared)["results"]} == {"new"}


def test_a_fix_is_an_edit_of_exactly_its_place(canonical: Report) -> None:
    (fix,) = result_of(canonical, "lower-case")["fixes"]
    region = {"startLine": 10, "startColumn": 17, "endLine": 10, "endColumn": 20}
    replacements = [{"deletedRegion": region, "insertedContent": {"text": "TCP"}}]
    assert fix == {
        "description": {"text": "a safe fix"},
        "artifactChanges": [{"artifactLocation": {"uri": "apps/pay/api.yaml"}, "replacements": replacements}],
    }
