"""What a comment asks of nplint."""

import pytest

from nplint.directive import parse


def read(comment: str) -> list[tuple[str, bool, list[str], str]]:
    found = list(parse(comment))
    for one in found:
        assert [comment[offset : offset + len(name)] for offset, name in one.names] == [name for _, name in one.names]
    return [
        (comment[one.start : one.end], one.whole_file, [name for _, name in one.names], one.reason) for one in found
    ]


@pytest.mark.parametrize(
    ("comment", "whole_file", "names", "reason"),
    [
        ("# nplint: ignore[a] why", False, ["a"], "why"),
        ("# nplint: ignore[a, b-c] why not", False, ["a", "b-c"], "why not"),
        ("# nplint: ignore[a b,,c ,] why", False, ["a", "b", "c"], "why"),
        ("#nplint:ignore[a]why", False, ["a"], "why"),
        ("##  nplint :  ignore  [ a ]  why  ", False, ["a"], "why"),
        ("# nplint: ignore-file[a, b] why", True, ["a", "b"], "why"),
        ("# NPLINT: Ignore[a] Why", False, ["a"], "Why"),
        ("# nplint: ignore[A_b.*] why", False, ["A_b.*"], "why"),
        ("# nplint: ignore[a]", False, ["a"], ""),
        ("# nplint: ignore[a]  --- : ", False, ["a"], ""),
        ("# nplint: ignore[a] -- why", False, ["a"], "why"),
        ("# nplint: ignore[a]: why", False, ["a"], "why"),
        ("# nplint: ignore[a] see #12, rule FW-12 (a[0])", False, ["a"], "see #12, rule FW-12 (a[0])"),
        ("# nplint: ignore[a] 因为防火墙", False, ["a"], "因为防火墙"),
    ],
)
def test_a_directive_is_read(comment: str, whole_file: bool, names: list[str], reason: str) -> None:
    assert read(comment) == [(comment.rstrip(), whole_file, names, reason)]


@pytest.mark.parametrize(
    ("comment", "parts"),
    [
        ("# noqa # nplint: ignore[a] why", [("# nplint: ignore[a] why", ["a"], "why")]),
        ("# nplint: ignore[a] why # yamllint disable-line", [("# nplint: ignore[a] why", ["a"], "why")]),
        ("# nplint: ignore[a] # <- found", [("# nplint: ignore[a]", ["a"], "")]),
        (
            "# nplint: ignore[a] x # nplint: ignore-file[b] y",
            [("# nplint: ignore[a] x", ["a"], "x"), ("# nplint: ignore-file[b] y", ["b"], "y")],
        ),
        (
            "# nplint: ignore[a] x #nplint: ignore[b] y",
            [("# nplint: ignore[a] x", ["a"], "x"), ("#nplint: ignore[b] y", ["b"], "y")],
        ),
    ],
)
def test_a_comment_may_have_several_parts(comment: str, parts: list[tuple[str, list[str], str]]) -> None:
    assert [(text, names, reason) for text, _, names, reason in read(comment)] == parts


@pytest.mark.parametrize(
    "comment",
    [
        "# nplint: ignore",
        "# nplint: ignore a why",
        "# nplint: ignore[] why",
        "# nplint: ignore[ , ] why",
        "# nplint: ignore[a",
        "# nplint: ignore(a) why",
        "# nplint: ignore=a",
        "# nplint: ignroe[a] why",
        "# nplint: disable[a] why",
        "# nplint: ignore-line[a] why",
        "# nplint:",
        "# nplint ignore[a] why",
        "# nplint-ignore[a] why",
        "# nplint_ignore: a",
        "# nplint.ignore[a]",
    ],
)
def test_what_is_meant_as_a_directive_is_never_passed_over(comment: str) -> None:
    assert [(text, names) for text, _, names, _ in read(comment)] == [(comment, [])]


def test_a_directive_in_the_middle_of_a_comment_lacks_its_sign() -> None:
    assert read("# FW-12, nplint: ignore[a] why") == [("nplint: ignore[a] why", False, [], "")]


@pytest.mark.parametrize(
    "comment",
    [
        "# nplint is great",
        "# nplint ignores templates",
        "# see nplint: its manual",
        "# say `# nplint: ignore[rule]` to leave it out",
        "# nplint.io/ignore: node-port-pinned",
        "# https://github.com/nplint/nplint: ignore this link",
        "# nplint-files",
    ],
)
def test_prose_is_no_directive(comment: str) -> None:
    assert read(comment) == []
