"""Patterns as in .gitignore, matched in a time that grows with the path: whoever wrote them may mean harm."""

import re
import warnings
from collections.abc import Iterable
from typing import Any

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

# What pathspec makes of `*`, of `**` between folders, and of `**` before all others.
_STAR = re.escape("[^/]*")
_GAP = re.escape("(?:/.+)?")
_HEAD = re.escape("^(?:.+/)?")
# One character: a class, an escape, or itself.
_ONE = r"(?:\[\^?+\]?+(?:\\.|[^\]\\])*+\](?!\*)|\\.|[^\\\[(/])"
_STARS = re.compile(rf"(?:{_STAR}){{2,}}")
_BETWEEN_STARS = re.compile(rf"{_STAR}({_ONE}++)(?={_STAR})")
_BETWEEN_GAPS = re.compile(rf"({_HEAD}|{_GAP})((?:{_STAR}|{_ONE}|/|\(\?>)++)(?={_GAP})")


def spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """What the lines of a .gitignore match.

    Raises:
        ValueError: one of them is no pattern.
    """
    try:
        with warnings.catch_warnings():
            # What may mean something else in a later Python means the same to git.
            warnings.simplefilter("ignore", FutureWarning)
            return GitIgnoreSpec([_decided(pattern) for pattern in GitIgnoreSpec.from_lines(lines).patterns])
    except re.error as error:
        raise ValueError(f"it is no pattern: {error.msg}") from None


def _decided(pattern: Any) -> Any:
    before = pattern.regex.pattern if pattern.regex else ""
    regex = _first(before)
    # A pattern is one of few stars nearly always, and compiled already.
    return pattern if regex == before else GitIgnoreSpecPattern(re.compile(regex, re.DOTALL), pattern.include)


def _first(regex: str) -> str:
    """The same expression, which takes the first place for all that stands between two stars.

    What follows it can begin with anything, so a later place would do no better, and trying them all takes a time that
    multiplies with each star.
    """
    regex = _STARS.sub("[^/]*", regex)
    regex = _BETWEEN_STARS.sub(r"(?>[^/]*?\1)", regex)
    return _BETWEEN_GAPS.sub(lambda found: f"{_shortest(found[1])}{found[2]}(?=/))", regex)


def _shortest(gap: str) -> str:
    return "^(?>(?:.+?/)??" if gap.startswith("^") else "(?>(?:/.+?)??"
