"""`--statistics`: how often each rule found something."""

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click import unstyle

from nplint.finding import Severity
from nplint.output.statistics import Row

if TYPE_CHECKING:
    from tests.conftest import Nplint

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: a, port: 80, nodePort: 30080, protocol: tcp}
    - {name: b, port: 81, nodePort: 80, protocol: udp}
    - {name: c, port: 82, nodePort: 81, protocol: HTTP}
"""
TEXT = """\
3  error  unknown-protocol        A port's protocol is not TCP, UDP or SCTP. (2 fixable)
2  error  node-port-out-of-range  A nodePort lies outside the range that the cluster hands out. \
(2 fixable with --unsafe)
1  note   node-port-pinned        A node port is pinned.
"""
CHOSEN = ["--select", "unknown-protocol,node-port-out-of-range,node-port-pinned"]


@pytest.fixture(autouse=True)
def _manifest(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WEB)


@pytest.mark.parametrize("format", [[], ["--format", "text"], ["--format", "concise"]])
def test_counts_stand_where_the_findings_would(nplint: "Nplint", format: list[str]) -> None:
    run = nplint("--statistics", *CHOSEN, *format)
    assert run.out.replace("error    ", "error  ").replace("note     ", "note   ") == TEXT
    assert (run.code, run.err) == (1, nplint(*CHOSEN).err)


def test_colour_changes_nothing_but_the_colour(nplint: "Nplint") -> None:
    colored = nplint("--statistics", "--color", "always").out
    assert colored.count("\x1b[31m\x1b[1merror") == 2
    assert unstyle(colored) == nplint("--statistics").out


def statistics(nplint: "Nplint", *arguments: str) -> Any:
    told = json.loads(nplint("--statistics", "--format", "json", *arguments).out)
    schema = json.loads((files("nplint.schemas") / "statistics.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told, schema, jsonschema.Draft202012Validator)
    return told["statistics"]


@pytest.mark.parametrize(
    ("safe", "unsafe", "words"),
    [(0, 0, ""), (2, 0, "2 fixable"), (0, 2, "2 fixable with --unsafe"), (2, 1, "2 fixable, 1 more with --unsafe")],
)
def test_a_row_tells_what_can_be_fixed(safe: int, unsafe: int, words: str) -> None:
    assert Row("x", Severity.ERROR, 5, safe, unsafe).fixes == words


def test_json_counts_too(nplint: "Nplint") -> None:
    assert statistics(nplint, *CHOSEN) == [
        {"rule": "unknown-protocol", "severity": "error", "findings": 3, "fixable": 2, "unsafe": 0},
        {"rule": "node-port-out-of-range", "severity": "error", "findings": 2, "fixable": 0, "unsafe": 2},
        {"rule": "node-port-pinned", "severity": "note", "findings": 1, "fixable": 0, "unsafe": 0},
    ]


def test_a_rule_with_several_severities_has_as_many_rows(nplint: "Nplint", tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = "".join(f"---\n{WEB.replace('name: web', f'name: {name}{number}')}" for number in range(2))
        (tmp_path / f"{name}.yaml").write_text(text)
    rows = statistics(nplint, "--select", "node-port-conflict")
    assert [(row["severity"], row["findings"]) for row in rows] == [("error", 2), ("warning", 2)]


def test_only_what_counts_is_counted(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / ".nplint.yaml").write_text("ignore: [{rule: unknown-protocol}, {rule: node-port-pinned}]")
    rows = statistics(nplint, *CHOSEN)
    assert [row["rule"] for row in rows] == ["node-port-out-of-range"]


def test_nothing_is_printed_where_nothing_is_found(nplint: "Nplint") -> None:
    assert nplint("--statistics", "--select", "duplicate-key").out == ""
    assert statistics(nplint, "--select", "duplicate-key") == []


@pytest.mark.parametrize("where", ["flag", "file"])
def test_a_format_without_statistics_is_a_wrong_call(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    from nplint import output

    monkeypatch.setitem(output.FORMATS, "picture", output.FORMATS["text"])
    (tmp_path / ".nplint.yaml").write_text("format: picture" if where == "file" else "")
    run = nplint("--statistics", *(["--format", "picture"] if where == "flag" else []))
    origin = ".nplint.yaml:1:9: " if where == "file" else ""
    sentence = f"error: {origin}--statistics has no format picture: there are concise, json and text\n"
    assert (run.code, run.out, run.err) == (2, "", sentence)
