"""What a comment asks of nplint: `# nplint: ignore[rule, rule] reason`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# In the middle of a comment, `nplint: ignore` lacks its `#`.
_PART = re.compile(
    r"(?:(?<!\S)#+\s*(?=nplint)|(?<=\s)(?<!#\s)(?=nplint\s*:\s*ignore))(?P<body>.*?)(?=\s+#+\s|\s+#+nplint|\s*$)",
    re.IGNORECASE,
)
_WELL_FORMED = re.compile(
    r"nplint\s*:\s*(?P<verb>ignore-file|ignore)\s*\[(?P<names>[^\]]*)\](?P<reason>.*)", re.IGNORECASE
)
# What begins like this is no prose, but meant for nplint.
_ADDRESSED = re.compile(r"nplint\s*:|nplint[\s._-]*ignore\b", re.IGNORECASE)
_NAME = re.compile(r"[^\s,]+")


class Directive(NamedTuple):
    """A part of a comment that is addressed to nplint; offsets are those in the comment.

    `names` are the rules, each with its offset; where there are none, it is malformed.
    """

    start: int
    end: int
    whole_file: bool = False
    names: tuple[tuple[int, str], ...] = ()
    reason: str = ""


def parse(comment: str) -> Iterator[Directive]:
    """The directives in a comment, which several programs may share: `# noqa # nplint: ignore[rule] reason`."""
    for part in _PART.finditer(comment):
        if not _ADDRESSED.match(part["body"]):
            continue
        found = _WELL_FORMED.match(part["body"]) if comment[part.start()] == "#" else None
        if found is None:
            yield Directive(part.start(), part.end())
            continue
        first = part.start("body") + found.start("names")
        names = tuple((first + name.start(), name[0]) for name in _NAME.finditer(found["names"]))
        whole_file = found["verb"].lower() == "ignore-file"
        yield Directive(part.start(), part.end(), whole_file, names, reason(found["reason"]))


def reason(text: str) -> str:
    """What of a text says why: nothing but dashes and colons is no reason."""
    return text.strip(" \t:-\N{EN DASH}\N{EM DASH}") if re.search(r"\w", text) else ""
