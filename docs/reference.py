"""What the program tells of itself, as a part of the site: each rule, the list of them, the options of each command.

A comment in a page such as `<!-- options: fix -->` stands for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import click
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

from nplint import plugins
from nplint.check import LINK, Rule
from nplint.cli import cli
from nplint.output import explain
from nplint.output import rules as listing
from nplint.output.excerpt import printable

PROJECT = Path(__file__).parent.parent
REPOSITORY = "https://github.com/nplint/nplint"
COMMENT = re.compile("<!-- ([a-z]+): (.+) -->")
MARK = "# <- "

# Pages that are not named here come after these and before the rules.
FIRST = ("writing-rules", "model", "profiles", "cli", "ci")
RULES = """\
# Rules

<!-- rules: all -->

```{toctree}
:hidden:
:glob:
:titlesonly:

*
```
"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Have Sphinx call what is below."""
    app.connect("builder-inited", lambda app: lay_out(Path(app.srcdir) / "rules"))
    app.connect("source-read", _read)
    app.add_transform(Telling)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def lay_out(folder: Path) -> None:
    """Have a page for each rule, and no other."""
    pages = {f"{name}.md": f"# {name}\n\n<!-- rule: {name} -->\n" for name in rules()} | {"index.md": RULES}
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")


def _read(app: Sphinx, name: str, text: list[str]) -> None:
    text[0] = within_site(text[0]) + (contents(app.env.found_docs) if name == "index" else "")


def within_site(text: str) -> str:
    """The text of a page with links that lead somewhere from within the site."""
    return re.sub(r"(?<=\]\()\.\./([\w./-]+)", lambda found: _home(found[1]), text)


def contents(pages: Iterable[str]) -> str:
    """What brings all pages into the navigation."""
    others = sorted(name for name in pages if "/" not in name and name not in ("index", *FIRST))
    return "\n".join(["", "```{toctree}", ":hidden:", ":titlesonly:", "", *FIRST, *others, "rules/index", "```", ""])


def _home(path: str) -> str:
    """Where the site has what a path in the repository holds, or else the place in the repository."""
    folder, _, file = path.strip("/").rpartition("/")
    if (folder, file) == ("", "rules"):
        return "rules/index.md"
    if folder == "rules":
        return f"rules/{Path(file).stem.replace('_', '-')}.md"
    return f"{REPOSITORY}/{'tree' if (PROJECT / path).is_dir() else 'blob'}/main/{path}"


class Telling(SphinxTransform):
    """Puts what the program tells in the place of each comment that stands for it."""

    # Before anything looks for headings and links.
    default_priority = 100

    def apply(self, **_: object) -> None:
        """Do it for one page."""
        tell = {"rule": rule_page, "rules": rule_list, "options": options}
        for comment in list(self.document.findall(nodes.raw)):
            found = COMMENT.fullmatch(comment.astext().strip())
            if found and found[1] in tell:
                told = list(tell[found[1]](found[2]))
                for section in (section for part in told for section in part.findall(nodes.section)):
                    self.document.note_implicit_target(section)
                comment.parent.replace(comment, told)


# --- rules


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by name."""
    return plugins.load().rules


def rule_page(name: str) -> Iterator[nodes.Element]:
    """All that there is to tell about a rule."""
    rule = rules()[name]
    yield nodes.paragraph("", "", nodes.emphasis("", explain.title(rule)))
    yield prose(rule.summary)
    for heading, parts in groupby(explain.sections(rule), lambda part: part.heading):
        content = (piece for part in parts for each in part.content for piece in _content(each))
        yield nodes.section("", nodes.title("", heading), *content, names=[nodes.fully_normalize_name(heading)])


def _content(part: str | explain.Code) -> Iterator[nodes.Element]:
    if isinstance(part, explain.Code):
        if part.title:
            yield nodes.paragraph("", "", nodes.emphasis("", printable(part.title)))
        yield code(part.text)
    elif LINK.fullmatch(part):
        yield nodes.paragraph("", "", nodes.reference("", part, refuri=part))
    else:
        yield prose(part)


def rule_list(_: str) -> Iterator[nodes.Element]:
    """What each rule finds, where, and how grave that is."""
    head = listing.HEAD[:-1]
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", _row(map(prose, head)))
    group += nodes.tbody("", *(_row(_cells(rule)) for rule in rules().values()))
    yield nodes.table("", group)


def _row(cells: Iterable[nodes.Element]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def _cells(rule: Rule) -> Iterator[nodes.Element]:
    name, *others = listing.row(rule)[:-1]
    page = {"refdomain": "std", "reftype": "doc", "reftarget": f"/rules/{name}", "refexplicit": True}
    yield nodes.paragraph("", "", pending_xref("", nodes.inline("", name), **page))
    yield from map(prose, others)


# --- commands


class Option(NamedTuple):
    """An option as the help of its command has it, and the variable of the environment that sets it too."""

    names: str
    told: str
    variable: str

    def id(self, command: str) -> str:
        """What a link to it names."""
        return nodes.make_id(f"{command} {self.names.split()[0]}")


def options(name: str) -> Iterator[nodes.Element]:
    """How a command is called, and its options; those that are as for `nplint check` by their names alone."""
    command = _command(name)
    yield code(command.get_usage(click.Context(command, info_name=f"nplint {name}")), "text")
    known = set() if name == "check" else set(_options(_command("check")))
    found = list(_options(command))
    own = [option for option in found if option not in known]
    shared = [option for option in found if option in known]
    if own:
        yield nodes.definition_list("", *(_told(option, name) for option in own))
    if shared:
        yield _as_for_check(shared)


def _command(name: str) -> click.Command:
    command: click.Command = cli
    for step in name.split():
        found = command.get_command(click.Context(command), step) if isinstance(command, click.Group) else None
        if found is None:
            raise ExtensionError(f"there is no command nplint {name}")
        command = found
    return command


def _options(command: click.Command) -> Iterator[Option]:
    context = click.Context(command)
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record:
            yield Option(*record, str(parameter.envvar or ""))


def _told(option: Option, command: str) -> nodes.Element:
    variable = f" (`{option.variable}`)" if option.variable else ""
    term = nodes.term("", "", nodes.literal("", option.names), ids=[option.id(command)])
    return nodes.definition_list_item("", term, nodes.definition("", prose(option.told + variable)))


def _as_for_check(options: Iterable[Option]) -> nodes.paragraph:
    paragraph = nodes.paragraph("", "As for ")
    paragraph += nodes.literal("", "nplint check")
    for number, option in enumerate(options):
        flag = nodes.literal("", option.names.split()[0])
        paragraph += nodes.Text(", " if number else ": ")
        paragraph += nodes.reference("", "", flag, refid=option.id("check"), internal=True)
    return paragraph


# --- text


def prose(text: str) -> nodes.paragraph:
    """A sentence or more, in which code stands between backticks. Nothing else in it means anything."""
    paragraph = nodes.paragraph()
    for number, part in enumerate(re.split(r"`([^`]+)`", printable(" ".join(text.split())))):
        paragraph += nodes.literal("", part) if number % 2 else nodes.Text(part)
    return paragraph


def code(text: str, language: str = "yaml") -> nodes.literal_block:
    """Lines as they are, with those marked that an example says are found."""
    lines = [printable(line) for line in text.rstrip().split("\n")]
    found = [number for number, line in enumerate(lines, 1) if MARK in line]
    shown = "\n".join(lines)
    return nodes.literal_block(shown, shown, language=language, highlight_args={"hl_lines": found})
