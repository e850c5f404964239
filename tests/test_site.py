"""The site of the pages in docs/, the rules and the commands: complete, whole, and nothing in it but text."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

from nplint import plugins
from nplint.check import Rule
from nplint.cli import cli

PROJECT = Path(__file__).parent.parent
RULES = plugins.load().rules
EVIL = "<script>alert(1)</script> `<img src=x onerror=alert(2)>` [link](javascript:alert(3)) &lt; {raw}`x` --- *x*"
HOSTILE = f"""
from nplint import Example, Severity, hookimpl, rule

EVIL = {EVIL!r}
SEVERAL = Example({{"</pre>": EVIL, "b": EVIL}})


@rule(severity=Severity.NOTE, source="javascript:alert(4) " + EVIL, good=EVIL, bad=(EVIL, SEVERAL))
def hostile(cluster):
    yield from ()


@hookimpl
def nplint_rules():
    return [hostile._replace(summary=EVIL, rationale=EVIL)]
"""


class Page(HTMLParser):
    """A page of the site: its tags, its text, and what links can lead to in it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return squeezed("".join(self.texts))

    @property
    def ids(self) -> set[str]:
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}

    def values(self, *names: str) -> Iterator[tuple[str, str]]:
        """The values of attributes, each with the name of its tag."""
        for tag, attributes in self.tags:
            yield from ((tag, attributes[name]) for name in names if name in attributes)


def squeezed(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def build(project: Path, site: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "sphinx", "-EW", "-q", *options, "docs", str(site)]
    environ = os.environ | {"NO_COLOR": "1"} | environ
    return subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The pages by path, with that of a rule of an installed package whose words want to be more than text."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(snapshot, folder / "project")
    (folder / "project/docs/rules").mkdir()
    (folder / "project/docs/rules/gone.md").write_text("# A rule that is no more\n")
    (folder / "hostile-1.0.dist-info").mkdir()
    (folder / "hostile-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
    (folder / "hostile-1.0.dist-info/entry_points.txt").write_text("[nplint]\nhostile = hostile\n")
    (folder / "hostile.py").write_text(HOSTILE)
    built = build(folder / "project", folder / "site", PYTHONPATH=str(folder))
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    files = (folder / "site").rglob("*.html")
    return {file.relative_to(folder / "site").as_posix(): Page(file) for file in files}


def test_every_page_is_in_the_site(site: dict[str, Page]) -> None:
    written = {f"{path.stem}.html" for path in (PROJECT / "docs").glob("*.md")}
    rules = {f"rules/{name}.html" for name in (*RULES, "hostile", "index")}
    assert site.keys() == {"search.html", *written, *rules}


def test_every_page_is_in_the_navigation(site: dict[str, Page]) -> None:
    linked = {href for tag, href in site["index.html"].values("href") if tag == "a"}
    assert site.keys() - {"index.html", "search.html"} <= linked


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_a_page_with_its_words(site: dict[str, Page], rule: Rule) -> None:
    page = site[f"rules/{rule.name}.html"]
    examples = [*rule.bad, *rule.good]
    shown = [text for example in examples for text in (*example.files.values(), *(example.files_before or {}).values())]
    words = [rule.name, rule.severity.value, rule.summary, *rule.rationale.split("\n\n"), *shown]
    assert [text for text in words if squeezed(text) not in page.text] == []
    assert ("a", rule.source) in page.values("href")
    assert f"# nplint: ignore[{rule.name}] why" in page.text


def test_the_list_of_rules_leads_to_each(site: dict[str, Page]) -> None:
    page = site["rules/index.html"]
    assert {f"{name}.html" for name in RULES} <= {href for _, href in page.values("href")}
    assert [rule.name for rule in RULES.values() if squeezed(rule.summary) not in page.text] == []


def commands(command: click.Command = cli, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for step in command.list_commands(context):
        inner = command.get_command(context, step)
        assert inner
        yield from commands(inner, f"{name} {step}".strip())


COMMANDS = dict(commands())


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_has_its_options_on_the_page(site: dict[str, Page], name: str, command: click.Command) -> None:
    source = (PROJECT / "docs/cli.md").read_text("utf-8")
    section = source.partition(f"\n## nplint {name}\n")[2].partition("\n## ")[0]
    assert section.rstrip().endswith(f"<!-- options: {name} -->")
    page, context = site["cli.html"], click.Context(command)
    options = [each.get_help_record(context) for each in command.params if isinstance(each, click.Option)]
    for names, told in filter(None, options):
        assert squeezed(names) in page.text
        assert squeezed(told) in page.text
        flag = names.split()[0].strip("-")
        here, shared = f"{name.replace(' ', '-')}-{flag}", ("a", f"#check-{flag}")
        assert (here in page.ids) or (shared in page.values("href"))


def test_every_link_leads_somewhere(site: dict[str, Page]) -> None:
    root = site["index.html"].file.parent
    wrong = []
    for name, page in site.items():
        for tag, target in page.values("href", "src"):
            parts = urlsplit(target)
            file = (page.file.parent / unquote(parts.path)).resolve() if parts.path else page.file
            if parts.scheme or parts.netloc:
                assert (tag, parts.scheme) == ("a", "https")
                continue
            there = site.get(file.relative_to(root).as_posix())
            if not file.is_file() or (parts.fragment and there and parts.fragment not in there.ids):
                wrong.append((name, target))
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(site: dict[str, Page]) -> None:
    root = site["index.html"].file.parent
    loaded = [value for page in site.values() for tag, value in page.values("src", "srcset", "href") if tag != "a"]
    styles = [style.read_text("utf-8") for style in root.rglob("*.css")]
    loaded += [url.strip("\"'") for text in styles for url in re.findall(r"(?:url\(|@import\s+)([^)\s;]+)", text)]
    assert len(loaded) > len(site)
    assert [url for url in loaded if re.match(r"\w+:|//", url) and not url.startswith("data:")] == []
    scripts = [script.read_text("utf-8") for script in root.rglob("*.js") if script.name != "searchindex.js"]
    asking = re.compile(r"(?:fetch|import|open)\(\s*[\"'`](?:\w+:)?//")
    assert [text for text in scripts if asking.search(text)] == []


def test_the_words_of_a_rule_are_nothing_but_text(site: dict[str, Page]) -> None:
    page = site["rules/hostile.html"]
    assert page.text.count(squeezed(EVIL)) >= 6
    assert [value for _, value in page.values("href", "src") if "alert" in value or value == "x"] == []
    assert [attributes for _, attributes in page.tags if "onerror" in attributes] == []
    scripts, others = (
        [each for each in one.tags if each[0] == "script"] for one in (page, site["rules/wrong-type.html"])
    )
    assert scripts == others


def test_links_out_of_the_pages_lead_to_the_repository_or_to_a_rule(site: dict[str, Page]) -> None:
    links = {href for page in site.values() for tag, href in page.values("href") if tag == "a"}
    repository = "https://github.com/nplint/nplint"
    assert f"{repository}/tree/main/examples/plugin" in links
    assert f"{repository}/blob/main/Containerfile" in links
    assert not any("/rules" in link for link in links if link.startswith(repository))


def test_a_link_that_leads_nowhere_fails_the_build(snapshot: Path, tmp_path: Path) -> None:
    shutil.copytree(snapshot, tmp_path / "project")
    (tmp_path / "project/docs/more.md").write_text("# More\n\n[of it](cli.md#no-such-command)\n")
    built = build(tmp_path / "project", tmp_path / "site", "--builder", "dummy")
    assert built.returncode == 1
    assert "more.md:3" in built.stderr
