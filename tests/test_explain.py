"""Rules as pages and as lists: what people and programs are told of a rule before it runs."""

import json
import re
from importlib import import_module
from importlib.resources import files
from inspect import getsource
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click import unstyle

from nplint import plugins
from nplint.check import Example, Problem, Problems, Rule, replacement, rule
from nplint.cluster import Cluster
from nplint.finding import Severity
from nplint.hookspecs import Terminal
from nplint.output.explain import explain, fixes
from nplint.output.rules import render
from nplint.profile import CCE_TYPES, PortRange, Profile, When

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULES = plugins.load().rules
SOURCE = "https://example.com"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}"


@rule(
    severity=Severity.WARNING,
    source=SOURCE,
    when=When(type=CCE_TYPES, network=("vpc", "tunnel"), since=(1, 29, 4, 0)),
    default=False,
    good=Example({"a.yaml": "kind: A", "b.yaml": "kind: B"}),
    bad=(
        Example(
            "kind: C  # <- it is bad",
            Profile(
                type="standard",
                network="vpc",
                version=(1, 29, 4, 2),
                proxy_mode="ipvs",
                node_port_range=PortRange(20106, 32767),
            ),
        ),
        Example("kind: E\n\nx: 1\n", before="kind: D\n"),
        Example("", config="fail-on: note"),
    ),
)
def whole_story(cluster: Cluster) -> Problems:
    """A rule tells everything that it can.

    Its first paragraph is the consequence, and it is so long that it does not fit on one
    line of a page.

    Its second one is more.
    """
    yield from ()


PAGE = """\
whole-story (warning, off by default)

A rule tells everything that it can.

Why it matters

  Its first paragraph is the consequence, and it is so long that it does not fit
  on one line of a page.

  Its second one is more.

When it applies

  On clusters of type standard, turbo or autopilot, with the network vpc or
  tunnel and from version 1.29.4 on. Where that is not declared, what it finds
  is a note.

  It is off by default: `--select whole-story` runs it, and so does `rules:
  {whole-story: on}`.

Found (type: standard, network: vpc, version: 1.29.4, proxy-mode: ipvs, node-port-range: 20106-32767)

    kind: C  # <- it is bad

Found

    # example.yaml, before the change
    kind: D

    # example.yaml, after it
    kind: E

    x: 1

Found

    fail-on: note

Not found

    # a.yaml
    kind: A

    # b.yaml
    kind: B

Fix

  None: what is meant only the author knows.

How to suppress it

  At the end of a line that the finding names, or alone on the line above:

    # nplint: ignore[whole-story] why

  In the metadata of the object:

    annotations:
      nplint.io/ignore: "whole-story"
      nplint.io/ignore-reason: "why"

  In .nplint.yaml, for one object and until a day, or for good:

    ignore:
      - {rule: whole-story, resource: shop/web, reason: "why", until: 2027-06-30}
    rules:
      whole-story: off

Source

  https://example.com
"""


def page(told: Rule, width: int = 80, *, color: bool = False) -> str:
    return explain(told, Terminal(color, width))


def test_a_rule_is_explained_on_a_page() -> None:
    assert page(whole_story) == PAGE


def test_colour_changes_nothing_but_the_colour() -> None:
    colored = page(whole_story, color=True)
    assert unstyle(colored) == PAGE
    heading, mark = "\x1b[1mWhy it matters\x1b[0m", "\x1b[33m\x1b[1m# <- it is bad\x1b[0m"
    assert heading in colored
    assert mark in colored


@rule(severity=Severity.NOTE, source=f"{SOURCE}/\x1b[1m", good="", bad="a: \x1b[31m", quiet=True, when=When(("turbo",)))
def quiet_rule(cluster: Cluster) -> Problems:
    """A rule is \x1b[31mquiet\u202e."""
    yield from ()


def test_a_page_says_where_a_rule_stays_silent() -> None:
    told = " ".join(page(quiet_rule).split())
    assert "On clusters of type turbo. Where that is not declared, nothing is said, only counted." in told
    assert "off by default" not in told
    assert "Why it matters" not in told


def test_an_example_of_a_deletion_shows_that_it_was_before_the_change() -> None:
    shown = page(RULES["node-port-changed"]).partition("# <- Service web is deleted")[0].rpartition("Found\n\n")[2]
    assert shown.startswith("    # example.yaml, before the change\n    apiVersion: v1\n")


@pytest.mark.parametrize(("name", "told"), [("update-refused", True), ("node-port-conflict", False)])
def test_a_page_says_whether_a_rule_is_about_changes_alone(name: str, told: bool) -> None:
    assert ("Only where a change is judged: with `--staged` or `--against REV`." in page(RULES[name])) is told


def test_a_page_for_every_cluster_says_so() -> None:
    assert "When it applies\n\n  On every cluster.\n" in page(quiet_rule._replace(when=When()))


@pytest.mark.parametrize("format", ["text", "json", "markdown", "page"])
def test_what_steers_a_terminal_never_reaches_it(format: str) -> None:
    shown = page(quiet_rule) if format == "page" else render([quiet_rule], format)
    assert [char for char in shown if char in "\x1b\u202e"] == []
    assert "quiet" in shown


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_page_of_the_terminals_width(name: str, width: int) -> None:
    lines = page(RULES[name], width).splitlines()
    prose = [line for line in lines if re.match(r"( {2})?\w+ ", line) and not line.startswith(("Found", "Not found"))]
    assert lines[0].startswith(f"{name} (")
    assert len(prose) > 5
    assert [line for line in prose if len(line) > min(width, 100)] == []


# --- repairs


def repairing(*safe: bool) -> Rule:
    def repairs(cluster: Cluster) -> Problems:
        """A rule repairs a name."""
        for service, each in zip(cluster.services, safe, strict=False):
            name = service.node["metadata"]["name"]
            yield Problem(name, "it is called so", edits=replacement(name, "x", safe=each))

    return rule(severity=Severity.ERROR, source=SOURCE, good="", bad=(SERVICE, f"{SERVICE}\n---\n{SERVICE}"))(repairs)


@pytest.mark.parametrize(
    ("safe", "kinds", "words"),
    [
        ((), (), "None: what is meant"),
        ((True,), ("safe",), "`nplint fix` repairs what can be meant in one way only."),
        ((False, False), ("unsafe",), "`nplint fix --unsafe` proposes a repair"),
        ((False, True), ("safe", "unsafe"), "in one way only, `nplint fix --unsafe` more of it."),
    ],
)
def test_a_page_says_what_can_be_repaired(safe: tuple[bool, ...], kinds: tuple[str, ...], words: str) -> None:
    told = repairing(*safe)
    assert fixes(told) == kinds
    assert words in " ".join(page(told).split())


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_repairs_anything_shows_it_in_an_example(name: str) -> None:
    source = getsource(import_module(RULES[name].check.__module__))
    assert bool(fixes(RULES[name])) is bool(re.search(r"\bedits=|unknown_word\(", source))


# --- lists


def data(*rules: Rule) -> Any:
    return json.loads(render(rules, "json"))


SCHEMA = json.loads((files("nplint.schemas") / "rules.json").read_text("utf-8"))


def test_json_is_what_the_schema_says(nplint: "Nplint") -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    told = json.loads(nplint("rules", "--format", "json").out)
    jsonschema.validate(told, SCHEMA, jsonschema.Draft202012Validator)
    assert [one["name"] for one in told["rules"]] == list(RULES)
    jsonschema.validate(data(whole_story, repairing(True, False)), SCHEMA, jsonschema.Draft202012Validator)


def test_json_tells_everything_about_a_rule() -> None:
    assert data(whole_story)["rules"] == [
        {
            "name": "whole-story",
            "severity": "warning",
            "default": False,
            "quiet": False,
            "summary": "A rule tells everything that it can.",
            "rationale": "Its first paragraph is the consequence, and it is so long that it does not fit on one "
            "line of a page.\n\nIts second one is more.",
            "source": SOURCE,
            "when": {"type": list(CCE_TYPES), "network": ["vpc", "tunnel"], "since": "1.29.4"},
            "fixes": [],
        }
    ]
    (told,) = data(repairing(True)._replace(quiet=True))["rules"]
    assert (told["quiet"], told["default"], told["fixes"]) == (True, True, ["safe"])
    assert told["when"] == {"type": [], "network": [], "since": None}


def test_markdown_is_a_table() -> None:
    assert render([whole_story, repairing(True)._replace(summary="A | is `b`.")], "markdown") == (
        "| rule | severity | finds | clusters | fix | source |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| whole-story | warning, off by default | A rule tells everything that it can. "
        "| of type standard, turbo or autopilot, with the network vpc or tunnel and from version 1.29.4 on |  "
        "| <https://example.com> |\n"
        r"| repairs | error | A \| is \`b\`. | all | safe | <https://example.com> |"
        "\n"
    )


@pytest.mark.parametrize("source", ["https://x.com/a|b", "https://x.com/>", "https://x.com/\x1b", "js:x()", "<b>"])
def test_a_source_that_is_no_address_is_text(source: str) -> None:
    row = render([repairing()._replace(source=source)], "markdown").splitlines()[2]
    assert row.startswith("| repairs | error | A rule repairs a name. | all |  | ")
    assert re.findall(r"(?<!\\)[|<]", row) == ["|"] * 7


# --- suppression


WRONG = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: 80
"""


def code(start: str, name: str = "node-port-out-of-range") -> str:
    """The block of code that begins like this where a page says how to suppress, as if no day were the last."""
    section = page(RULES[name]).partition("How to suppress it\n")[2]
    found = re.search(rf"^    {re.escape(start)}.*\n(?:    .*\n)*", section, re.MULTILINE)
    assert found
    return dedent(found[0]).replace("until: 2027", "until: 2999")


@pytest.mark.parametrize("name", RULES)
def test_the_configuration_that_a_page_shows_is_one(nplint: "Nplint", name: str) -> None:
    Path(".nplint.yaml").write_text(code("ignore", name))
    run = nplint("config", "validate")
    assert (run.code, run.err) == (0, ".nplint.yaml: nothing is wrong with it\n")


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (WRONG.replace("nodePort: 80\n", f"nodePort: 80  {code('# nplint')}"), ""),
        (WRONG.replace("      nodePort", f"      {code('# nplint')}      nodePort"), ""),
        (WRONG.replace("spec:", indent(code("annotations"), "  ") + "spec:"), ""),
        (WRONG, code("ignore").partition("rules:")[0]),
        (WRONG, "rules:" + code("ignore").partition("rules:")[2]),
    ],
)
def test_what_a_page_says_of_suppression_works(nplint: "Nplint", text: str, config: str) -> None:
    Path("web.yaml").write_text(text)
    assert nplint("--select", "node-port-out-of-range,unused-suppression", "--isolated").code == int(text == WRONG)
    Path(".nplint.yaml").write_text(config)
    run = nplint("--ignore", "selector-missing")
    assert (run.code, run.out) == (0, "")
