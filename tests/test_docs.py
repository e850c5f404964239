"""What README and docs/ tell to type: every command parses, and what it names exists."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

import nplint
from nplint import Cluster, Problem, cli, output, plugins
from nplint.cli.check import check
from nplint.cli.options import LASTING, TARGET_NAMES

PROJECT = Path(__file__).parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
# What the other pages type, test_tutorials.py runs.
NOT_FOLLOWED = {"README.md", "ci.md", "limits.md", "performance.md"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPERATORS = {"|", "||", "&", "&&", ";", "(", ")", "<(", ">", ">>", "<"}


class Command(NamedTuple):
    """A call of nplint and where it is shown."""

    page: str
    words: tuple[str, ...]


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The language and the text of each block of code."""
    for block in BLOCK.finditer(page.read_text("utf-8")):
        yield block[1], block[2]


def scripts(language: str, text: str) -> Iterator[str]:
    """The lines of shell in a block: those of a script, or of the jobs of a workflow."""
    if language == "sh":
        yield from text.replace("\\\n", " ").splitlines()
    elif language == "yaml":
        for key, value in mappings(yaml.safe_load(text)):
            if key in ("script", "run"):
                yield from value if isinstance(value, list) else str(value).splitlines()
            elif key == "args" and isinstance(value, str):
                yield f"nplint check {value}"


def mappings(data: object) -> Iterator[tuple[str, object]]:
    if isinstance(data, dict):
        yield from data.items()
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from mappings(inner)


def calls(line: str) -> Iterator[tuple[str, ...]]:
    """The calls of nplint in a line, without what goes to the shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    words = list(lexer)
    starts = [0, *(index + 1 for index, word in enumerate(words) if word in OPERATORS)]
    starts += [index for index, word in enumerate(words) if word == "nplint" and "run" in words[:index]]
    for start in starts:
        if start < len(words) and words[start].rpartition("/")[2] == "nplint" and words[start - 1] not in (">", "<"):
            end = next((index for index in range(start, len(words)) if words[index] in OPERATORS), len(words))
            yield tuple(words[start + 1 : end])


COMMANDS = [
    Command(page.name, words)
    for page in PAGES
    if page.name in NOT_FOLLOWED
    for language, text in blocks(page)
    for line in scripts(language, text)
    for words in calls(line)
]


def parsed(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> dict[str, Any]:
    """What click makes of the words, up to where the command would run."""
    contexts: list[click.Context] = []
    monkeypatch.setattr(click.Command, "invoke", lambda self, context: contexts.append(context))
    cli.cli.main(list(words), "nplint", standalone_mode=False)
    return contexts[-1].params


def test_there_are_commands_to_check() -> None:
    assert {"README.md", "ci.md"} <= {command.page for command in COMMANDS}
    assert ("--type", "turbo", "deploy/") in [command.words for command in COMMANDS]
    assert list(calls('kubectl get svc -A | nplint - > "x y" # nplint x')) == [("-",)]
    assert list(calls('"$here/bin/nplint" --format concise && source <(nplint completion bash)')) == [
        ("--format", "concise"),
        ("completion", "bash"),
    ]
    assert list(calls('podman run --rm -v "$PWD:/x" nplint --against main')) == [("--against", "main")]
    assert list(calls("podman build --tag nplint .")) == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.page} {' '.join(command.words)}")
def test_a_command_parses(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    params = parsed(monkeypatch, command.words)
    outputs = [value.partition("=")[0] for value in params.get("output", ())]
    assert {params.get("format_", "text"), *outputs} <= {*output.FORMATS, "csv", "mermaid", "dot", "svg"}
    named = [*params.get("names", ()), *params.get("select", ()), *params.get("ignore", ())]
    assert {name for text in named for name in text.split(",")} <= set(plugins.load().rules)


@pytest.mark.parametrize("words", [("--no-such-option",), ("--fail-on", "never"), ("config", "shaw"), ("rules", "x")])
def test_a_wrong_command_does_not_parse(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError):
        parsed(monkeypatch, words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))]
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_page_says_where_options_come_from() -> None:
    page = (PROJECT / "docs/cli.md").read_text("utf-8")
    exceptions = page.partition(" for `--fail-on`. ")[2].partition(", which run code")[0]
    without_variable = {one.opts[0] for one in check.params if isinstance(one, click.Option) and not one.envvar}
    assert set(re.findall(r"`(.*?)`", exceptions)) == without_variable
    lasting = page.partition("- A configuration sets ")[2].partition(", and declares")[0]
    assert set(re.findall(r"`(.*?)`", lasting)) == set(LASTING)


def test_the_page_about_clusters_has_every_fact() -> None:
    page = (PROJECT / "docs/profiles.md").read_text("utf-8")
    facts = re.findall(r"^\| `([\w-]+)` \| (?:`--([\w-]+)`)? ?\|", page, re.MULTILINE)
    schema = json.loads((PROJECT / "schemas/config.json").read_text("utf-8"))
    assert {fact for fact, _ in facts} == {*schema["properties"]["clusters"]["additionalProperties"]["properties"]}
    flags = {one.name: one.opts[0] for one in check.params}
    assert {f"--{flag}" for _, flag in facts if flag} == {flags[name] for name in TARGET_NAMES}


MODEL = (PROJECT / "docs" / "model.md").read_text("utf-8")


def named(heading: str) -> set[str]:
    """The names in the first column of a table that is about code."""
    table = MODEL.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"(?:^|, )`(\w+)", cell)}


def test_the_model_is_as_the_page_says() -> None:
    cluster, problem = named("## Cluster"), named("## Problems")
    assert {"services", "backends", "together", "pairs"} <= cluster
    assert [name for name in cluster if name not in {*dir(Cluster), *Cluster.__dataclass_fields__}] == []
    assert problem == {*Problem._fields} - {"at", "message"}


def test_the_page_names_all_that_is_exported_and_nothing_else() -> None:
    table = MODEL.partition("\n## What nplint exports\n")[2].partition("\n\n`nplint.testing`")[0]
    assert sorted(re.findall(r"`(\w+)`", table)) == nplint.__all__
