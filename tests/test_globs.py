"""Patterns as in .gitignore: they match what pathspec says, in a time that whoever wrote them cannot drive up."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from nplint.globs import spec

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

# No class of all but something: pathspec has it match a `/` too, which git never does.
PIECES = ["a", "b", "*", "**", "?", "/", "[ab]", "[]]", "[(?:]", "\\*", "(", ".", "a*", "/**/", "**/"]
PATTERNS = st.builds("".join, st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))
NAMES = st.text("ab(]*.:", min_size=1, max_size=6)
PATHS = st.builds("/".join, st.lists(NAMES, min_size=1, max_size=6))


@settings(max_examples=2000)
@given(PATTERNS, st.lists(PATHS, min_size=1, max_size=8))
@example("a/**/b/**/b", ["a/bx/b/b", "a/b", "a/x/b/x/x/b", "ab/b/b"])
@example("**/a*b*a/**/a", ["a/abba/a", "abca/x/a", "aba/a", "x/aba/aba/a/a"])
def test_they_match_what_they_did(pattern: str, paths: list[str]) -> None:
    try:
        expected = GitIgnoreSpec.from_lines([pattern, f"!{pattern}x"])
    except ValueError:
        assume(False)
    found = spec([pattern, f"!{pattern}x"])
    for path in paths:
        for name in (path, f"{path}x", f"{path}/"):
            one, other = expected.check_file(name), found.check_file(name)
            assert (one.include, one.index) == (other.include, other.index), name


HOSTILE = [
    *(("a*" * 24 + "b", "a" * 250), ("?*" * 24 + "b", "a" * 250), ("*[(?:a]" * 24 + "b", "a" * 250)),
    *(("*]" * 24 + "b", "]" * 250), ("*\\*" * 24 + "b", "*" * 250), ("a" + "*" * 24 + "b", "a" * 250)),
    *(("a/**/" * 24 + "b", "a/" * 1000), ("**/a/" * 24 + "b", "a/" * 1000), ("a*a*/**/" * 24 + "b", "aaa/" * 900)),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE)
def test_no_pattern_takes_forever(pattern: str, path: str) -> None:
    """It would, if each star tried all places."""
    with ended_after(10):
        assert spec([pattern]).check_file(f"{path}c").include is None
        assert spec([pattern]).check_file(f"{path}b").include is True


def test_a_repository_cannot_hold_a_run_up(nplint: "Nplint", repository: "Repository") -> None:
    name, pattern = "a" * 200, "a*" * 24 + "b"
    repository.write({f"{name}.yaml": "kind: ConfigMap\napiVersion: v1\n", ".gitignore": f"{pattern}\n"})
    Path(".nplint.yaml").write_text(f"exclude: ['{pattern}']\nignore: [{{path: '{pattern}', reason: x}}]\n")
    with ended_after(10):
        assert "this suppresses nothing" in nplint().out


@contextmanager
def ended_after(seconds: int) -> Iterator[None]:
    """Have what takes longer end the test, which nothing else can within an expression."""
    import signal

    if os.name == "nt":
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize("line", ["x[b-a]", "x[a--b]y*"])
def test_what_is_no_pattern_is_told_as_that(line: str, nplint: "Nplint", tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="it is no pattern: bad character range"):
        spec([line])
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 0}]}\n"
    )
    (tmp_path / ".gitignore").write_text(f"{line}\n")
    run = nplint("--format", "concise", "--select", "port-out-of-range")
    assert (run.code, run.out.split(": ")[0]) == (1, "a.yaml:4:23")
    (tmp_path / ".nplint.yaml").write_text(f'exclude: ["{line}"]\n')
    run = nplint()
    assert (run.code, run.err) == (2, f"error: .nplint.yaml:1:11: `{line}` is no pattern: write it as in .gitignore\n")


def test_a_pattern_that_may_mean_something_else_one_day_is_taken_in_silence() -> None:
    assert spec(["x[[a]y"]).match_file("x[y")
