"""A rule as a page of text."""

import inspect
import textwrap
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import click

from nplint.check import Example, Rule
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.engine import lint
from nplint.hookspecs import Terminal
from nplint.output.concise import COLORS
from nplint.output.excerpt import printable
from nplint.profile import DEFAULT_NODE_PORTS, Profile, Version, When
from nplint.reader import decode, read
from nplint.spelling import listed

# Longer lines of prose are hard to read.
_WIDEST = 100
_MARK = "# <- "

_COMMENT = "# nplint: ignore[{}] why"
_ANNOTATIONS = """\
annotations:
  nplint.io/ignore: "{}"
  nplint.io/ignore-reason: "why"
"""
_CONFIG = """\
ignore:
  - {{rule: {0}, resource: shop/web, reason: "why", until: 2027-06-30}}
rules:
  {0}: off
"""
_FIXES = {
    (): "None: what is meant only the author knows.",
    ("safe",): "`nplint fix` repairs what can be meant in one way only.",
    ("unsafe",): "`nplint fix --unsafe` proposes a repair, which may not be what is meant.",
    ("safe", "unsafe"): "`nplint fix` repairs what can be meant in one way only, `nplint fix --unsafe` more of it.",
}


class Code(NamedTuple):
    """Lines that stand as they are; `title` tells which file they are, where they are not the only one."""

    text: str
    title: str = ""


class Section(NamedTuple):
    """A part of what there is to tell about a rule: prose and code."""

    heading: str
    content: tuple[str | Code, ...]


def explain(rule: Rule, terminal: Terminal) -> str:
    """What `nplint explain` prints about a rule."""
    page = _Page(rule, terminal)
    parts = [page.title(), page.prose(rule.summary, indent="")]
    for section in sections(rule):
        parts += [page.style(section.heading), *map(page.part, section.content)]
    return "\n\n".join(parts) + "\n"


def title(rule: Rule) -> str:
    """How grave it is what a rule finds, and whether it runs."""
    return rule.severity.value + ("" if rule.default else ", off by default")


def sections(rule: Rule) -> list[Section]:
    """What there is to tell about a rule below its name and summary."""
    name = rule.name
    told = [
        Section("Why it matters", tuple(rule.rationale.split("\n\n"))),
        Section("When it applies", tuple(_applies(rule))),
        *(_example("Found", example) for example in rule.bad),
        *(_example("Not found", example) for example in rule.good),
        Section("Fix", (_FIXES[fixes(rule)],)),
        Section(
            "How to suppress it",
            (
                "At the end of a line that the finding names, or alone on the line above:",
                Code(_COMMENT.format(name)),
                "In the metadata of the object:",
                Code(_ANNOTATIONS.format(name)),
                "In .nplint.yaml, for one object and until a day, or for good:",
                Code(_CONFIG.format(name)),
            ),
        ),
        Section("Source", (rule.source,)),
    ]
    return [section for section in told if any(section.content)]


def _example(heading: str, example: Example) -> Section:
    facts, files = _facts(example.profile), shown_files(example)
    heading = f"{heading} ({', '.join(facts)})" if facts else heading
    if len(files) == 1 and example.before is None:
        return Section(heading, tuple(map(Code, files.values())))
    return Section(heading, tuple(Code(text, path) for path, text in files.items()))


def fixes(rule: Rule) -> tuple[str, ...]:
    """The kinds of fixes that the rule's examples show: `safe`, `unsafe`, both or none."""
    reports = [lint(_cluster(example), [rule]) for example in rule.bad]
    edits = [edit for report in reports for finding in report.findings for edit in finding.edits]
    return tuple(sorted({"safe" if edit.safe else "unsafe" for edit in edits}))


def conditions(when: When) -> list[str]:
    """The clusters that a rule is for, in words; none where it is for all of them."""
    named = [("of type", when.type), ("with the network", when.network)]
    found = [f"{what} {listed(names, 'or')}" for what, names in named if names]
    return found + ([f"from version {version(when.since)} on"] if when.since else [])


class _Page(NamedTuple):
    rule: Rule
    terminal: Terminal

    def title(self) -> str:
        return f"{self.style(self.rule.name, fg=COLORS[self.rule.severity])} ({title(self.rule)})"

    def part(self, part: str | Code) -> str:
        if isinstance(part, str):
            return self.prose(part)
        return self.code(f"# {part.title}\n{part.text}" if part.title else part.text)

    def prose(self, text: str, indent: str = "  ") -> str:
        """Text in lines of the terminal's width."""
        lines = textwrap.TextWrapper(
            min(self.terminal.width, _WIDEST),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines.fill(printable(" ".join(text.split())))

    def code(self, text: str) -> str:
        """Lines as they are, the mark of a finding in its colour."""
        return "\n".join(f"    {self.marked(printable(line))}".rstrip() for line in text.rstrip().split("\n"))

    def marked(self, line: str) -> str:
        code, mark, message = line.partition(_MARK)
        return code + (self.style(mark + message, fg=COLORS[self.rule.severity]) if mark else "")

    def style(self, text: str, fg: str | None = None) -> str:
        return click.style(printable(text), fg=fg, bold=True) if self.terminal.color else printable(text)


def _applies(rule: Rule) -> Iterable[str]:
    for_clusters = conditions(rule.when)
    if not for_clusters:
        yield "On every cluster."
    elif rule.quiet:
        yield f"On clusters {listed(for_clusters)}. Where that is not declared, nothing is said, only counted."
    else:
        yield f"On clusters {listed(for_clusters)}. Where that is not declared, what it finds is a note."
    if rule.is_about_changes:
        yield "Only where a change is judged: with `--staged` or `--against REV`."
    if not rule.default:
        yield f"It is off by default: `--select {rule.name}` runs it, and so does `rules: {{{rule.name}: on}}`."


def _facts(profile: Profile) -> list[str]:
    """What an example takes as declared, in the words of the configuration."""
    named = [
        ("type", profile.type),
        ("network", profile.network),
        ("version", version(profile.version) if profile.version else None),
        ("proxy-mode", profile.proxy_mode),
        ("node-port-range", profile.node_port_range if profile.node_port_range != DEFAULT_NODE_PORTS else None),
    ]
    return [f"{name}: {value}" for name, value in named if value]


def version(number: Version) -> str:
    """The part of a version that Kubernetes gives."""
    return ".".join(map(str, number[:3]))


def shown_files(example: Example) -> dict[str, str]:
    """What there is to show of an example: its texts by path."""
    if example.config:
        return {".nplint.yaml": inspect.cleandoc(example.config) + "\n"}
    before = example.files_before
    if before is None:
        return example.files
    after = {f"{path}, after it": text for path, text in example.files.items()}
    return {f"{path}, before the change": text for path, text in before.items()} | after


def _cluster(example: Example) -> Cluster:
    before = Cluster(_documents(example.files_before), example.profile) if example.files_before else None
    return Cluster(_documents(example.files), example.profile, before)


def _documents(files: Mapping[str, str]) -> list[Document]:
    return [document for path, text in files.items() for document in read(decode(path, text.encode()))]
