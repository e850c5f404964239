"""What stands in a manifest changes the words of an output and nothing else, in every format."""

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from nplint import output
from nplint.check import Problem, Problems, replacement, rule
from nplint.cluster import Cluster
from nplint.engine import lint_clusters
from nplint.finding import Severity
from nplint.hookspecs import Terminal
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

HOSTILE = [
    "\n::error file=a,line=1::forged",
    "\r\n::add-mask::secret",
    "::stop-commands::x",
    "%0A::error::forged",
    "%250A%0D",
    "##[error]forged",
    "###[group]##[add-mask]",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b2J\x00\x08\x7f",
    "\u202eelgnairt\u2066\u2069\u200f",
    "\u2028line\u2029paragraph\x85next",
    "\udfff\ud800\ufffe\uffff",
    "<script>alert(1)</script>",
    "</script></style></title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "<!-- --> <![CDATA[ ]]> <?x?> &lt;&#60;&amp;&bogus;",
    "| a | b |",
    "\\| \\\\| \\",
    "`code` ``` ~~~ **bold** __x__ _y_ ~~z~~",
    "[link](https://evil.example) ![image](https://evil.example/x.png) [a]: b",
    "https://evil.example www.evil.example ftp://evil.example a@evil.example mailto:a@b.example",
    "@everyone #1 !2 $3 &4 ~5 $x^2$ :smile:",
    "[text](1) {0} {1}",
    "- list\n# head\n> quote\n---",
    "=cmd|' /C calc'!A1",
]


@rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")
def echo(cluster: Cluster) -> Problems:
    """A Service has a name.

    It can be called.
    """
    for service in cluster.services:
        name, port = service.node["metadata"]["name"], service.node["spec"]["ports"][0]["name"]
        said = f"x{name.text}x"
        edits = replacement(port, said, safe=True)
        yield Problem(name, said, label=said, help=said, why=said, related=((port, said),), edits=edits)


def report(text: str) -> Report:
    """A report with a text wherever a manifest, a path or a configuration can bring one in."""
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": text, "namespace": text, "labels": {text: text}},
        "spec": {"ports": [{"name": text, "port": 80, "protocol": text}]},
    }
    path = text.replace("/", "").encode("utf-8", "replace").decode() + ".json"
    # Half a character can only be written as an escape.
    written = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", json.dumps(manifest, ensure_ascii=False))
    documents = read(decode(path, written.encode()))
    return lint_clusters([Cluster(documents, Profile(name=f"x{text}"))], [echo])


def shape(format: str, text: str) -> Any:
    """What a reader of the format makes of it, apart from the words."""
    if format in ("json", "gitlab", "sarif"):
        return kinds(json.loads(text))
    if format == "json-lines":
        return [kinds(json.loads(line)) for line in text.splitlines()]
    if format in ("junit", "checkstyle"):
        return [(one.tag, sorted(one.keys())) for one in ElementTree.fromstring(text).iter()]
    if format == "markdown":
        return tags(cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE))
    if format == "html":
        return tags(text)
    return [re.sub(r"=[^,]*|::[^:].*", "", line) if format == "github" else "" for line in text.split("\n")]


def kinds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: kinds(child) for key, child in value.items()}
    return [kinds(child) for child in value] if isinstance(value, list) else type(value)


def tags(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, [name for name, _ in attrs]))

    Parser().feed(text)
    return found


def is_harmless(char: str) -> bool:
    return char == "\n" or not (char in BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"))


def check(format: str, text: str) -> None:
    made, plain = (output.FORMATS[format](report(given), Terminal()) for given in (text, "plain"))
    assert [char for char in made if not is_harmless(char)] == []
    assert shape(format, made) == shape(format, plain)
    # What GitHub's runner takes for a command in the output of a step.
    assert "##[" not in made
    commands = [line for line in made.splitlines() if re.match(r"\s*::[^:]", line)]
    assert len(commands) == (1 if format == "github" else 0)


@pytest.mark.parametrize("format", output.FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_gets_through(format: str, text: str) -> None:
    check(format, text)


@pytest.mark.parametrize("format", output.FORMATS)
@given(text=st.lists(st.sampled_from([*"\r\n\t:%#[](){}<>&|`*_~!@$\\\"'=;/ -", "::", "error", *HOSTILE]), max_size=6))
def test_nothing_made_of_hostile_parts_gets_through(format: str, text: list[str]) -> None:
    check(format, "".join(text).replace("{{", ""))


@pytest.mark.parametrize("format", output.FORMATS)
@given(text=st.text(st.characters(exclude_characters="{")))
def test_no_character_gets_through_that_is_not_one(format: str, text: str) -> None:
    check(format, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_says_exactly_what_the_manifest_says(text: str) -> None:
    made = report(text)
    (line,) = output.FORMATS["json-lines"](made, Terminal()).splitlines()
    (finding,) = json.loads(output.FORMATS["json"](made, Terminal()))["findings"]
    assert json.loads(line) == finding
    # Half a character is none for kubectl.
    read = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert finding["resource"]["name"] == finding["resource"]["namespace"] == read
    assert finding["message"] == f"x{read}x"
