"""Which text is a comment: the tokens of a document decide, never its looks."""

import pytest

from nplint.comments import Comment, find
from nplint.document import Source
from nplint.reader import decode, parse

MARK = "# nplint: x"


def comments(text: str | bytes, path: str = "a.yaml") -> list[Comment]:
    source = decode(path, text if isinstance(text, bytes) else text.encode())
    documents = [document for document in parse(source) if document.value is not None or document.defects]
    return list(find(source, documents))


def lines(text: str | bytes) -> list[int]:
    source = decode("a.yaml", text if isinstance(text, bytes) else text.encode())
    return [source.span(comment.start, comment.start).line for comment in comments(text) if comment.real]


HEAD = "apiVersion: v1\nkind: Service\n"


@pytest.mark.parametrize(
    "text",
    [
        f"a: b {MARK}\n",
        f"a: {MARK}\n  b: c\n",
        f"{MARK}\na: b\n",
        f"a:\n  {MARK}\n  - b\n",
        f"a: | {MARK}\n  b\n",
        f"a: |2- {MARK}\n   b\n",
        f"a: > {MARK}\n  b\n",
        f"a: &x | {MARK}\n  b\n",
        f"a: !!str {MARK}\n  b\n",
        f"a: !x#y {MARK}\n  b\n",
        f"a: 'b' {MARK}\n",
        f'a: "b" {MARK}\n',
        f'a: "b\n  c" {MARK}\n',
        f"a: b\n  c {MARK}\n",
        f"a: [b, {MARK}\n  c]\n",
        f"a: {{b: c, {MARK}\n  d: e}}\n",
        f"a: &x b {MARK}\n",
        f"a: &x b\nc: *x {MARK}\n",
        f"a:\t{MARK}\n",
        f"a: b#c {MARK}\n",
        f"a: b\n{MARK}",
        f"a: b\n...\n{MARK}\n",
        f"--- {MARK}\na: b\n",
        f"{MARK}\n---\na: b\n",
        f"a: b\n--- {MARK}\nc: d\n",
        f"a: b\n---\n{MARK}\n---\nc: d\n",
        f"a: |\n  b\n{MARK}\nc: d\n",
        f"a: |\n    b\n  {MARK}\nc: d\n",
        f"a: |\n\n{MARK}\nc: d\n",
        f"a: |\n  b\n\n{MARK}\n",
        f'{{"a": 1}} {MARK}\n',
        f'{{"a": 1, {MARK}\n"b": 2}}\n',
        f"\ufeffa: b {MARK}\n",
        f"a: 网关 \N{ROCKET} {MARK}\n",
    ],
)
def test_a_comment_is_found(text: str) -> None:
    expected = text[: text.index(MARK)].count("\n") + 1
    assert lines(text) == [expected]
    assert lines(text.replace("\n", "\r\n")) == [expected]
    (comment,) = [one for one in comments(text.replace("\n", "\r\n")) if one.real]
    assert comment.text == MARK


@pytest.mark.parametrize(
    "text",
    [
        f"a: |\n  {MARK}\n",
        f"a: |\n  b {MARK}\n  c\n",
        f"a: >-\n  b\n\n  {MARK}\n",
        f"a: |1\n {MARK}\n",
        f"a: |\n  b\n    {MARK}\n",
        f"a: '{MARK}'\n",
        f'a: "b {MARK}"\n',
        f'a: "b\n  {MARK}\n  c"\n',
        f"a: 'b\n  {MARK}'\n",
        f"a: b{MARK}\n",
        f"'{MARK}': b\n",
        f'? "b {MARK}"\n: c\n',
        f"- |\n {MARK}\n",
        f"a: [\"{MARK}\", 'b {MARK}']\n",
        f'{{"a": "b {MARK}"}}\n',
        f'{{"{MARK}": 1}}\n',
        f'{{"a":\n"b",\n"c": "\\" {MARK}"}}\n',
        f"a: b\n---\nc: |\n  {MARK}\n",
    ],
)
def test_text_in_a_value_is_no_comment(text: str) -> None:
    assert lines(text) == []
    assert lines(text.replace("\n", "\r\n")) == []


def test_only_the_comment_of_a_line_counts_and_the_whole_of_it() -> None:
    (comment,) = comments(f"a: 'x {MARK}' # y {MARK} z\n")
    assert (comment.start, comment.text, comment.alone) == (19, f"# y {MARK} z", False)


@pytest.mark.parametrize(
    ("text", "alone"), [(f"a: b\n  {MARK}\n", True), (f"a: b {MARK}\n", False), (f"- {MARK}\n  a\n", False)]
)
def test_a_comment_may_be_alone_on_its_line(text: str, alone: bool) -> None:
    assert [comment.alone for comment in comments(text)] == [alone]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Up to where the scanner gives up, its tokens decide.
        (f"{HEAD}a: 'b {MARK}'\nc: d {MARK}\ne: `f`\n", [4]),
        (f"{HEAD}a: |\n  {MARK}\nb: @\n", []),
        # Behind it, looks do.
        (f"{HEAD}a: `b` {MARK}\n", [3]),
        (f"{HEAD}a: @\nb: 1 {MARK}\n  {MARK}\n", [4, 5]),
        (f'{HEAD}a: @\nb: "c {MARK}"\n', []),
        (f"{HEAD}a: @\n{'b' * 2000}: 1 {MARK}\n", []),
        # Templates scan as YAML most of the time.
        (f"{HEAD}a: {{{{ .b }}}} {MARK}\n", [3]),
        (f"{HEAD}{{{{- if .b }}}}\na: c {MARK}\n{{{{- end }}}} {MARK}\n", [4, 5]),
        (f"{HEAD}a: |\n  {MARK}\nb: {{{{ .c }}}}\n", []),
        (f"{HEAD}a: b {{# nplint: x #}}\n", []),
    ],
)
def test_what_cannot_be_read_may_have_comments_too(text: str, expected: list[int]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"//": "nplint: ignore[a] why"}', '"nplint: ignore'),
        ('{"a": "# nplint: ignore[a] why"}', '"# nplint: ignore'),
        ('{"// nplint: ignore[a] why": 1}', '"// nplint: ignore'),
        ('{"kind": 1, // nplint: ignore[a] why\n"apiVersion": 2 }', "// nplint: ignore"),
        ('{"kind": 1, /* nplint: ignore[a] why */\n"apiVersion": 2 }', "/* nplint: ignore"),
    ],
)
def test_what_is_meant_as_a_comment_in_json_is_told_apart(text: str, meant: str) -> None:
    assert [(one.text, one.real) for one in comments(text, "a.json")] == [(meant, False)]


@pytest.mark.parametrize(
    "text",
    [
        '{"data": {"a.yaml": "a: b # nplint: ignore[a] why"}}',
        '{"data": {"nplint": "ignore"}}',
        'a: "# nplint: ignore[a]"\n',
        "a: // nplint\n",
    ],
)
def test_other_text_is_not_taken_for_an_attempt(text: str) -> None:
    assert comments(text) == []


def test_bytes_that_are_no_text_shift_nothing() -> None:
    (comment,) = comments(b"a: \xff\xe4 # nplint: x\n")
    assert comment.start == 6


def test_files_without_the_name_are_not_even_cut_into_lines() -> None:
    source = Source("a.yaml", "a: b # lint\n")
    assert not source.names_nplint
    assert list(find(source, ())) == []
    assert "line_starts" not in vars(source)


def test_long_lines_take_no_longer_than_they_are() -> None:
    # With a search for each sign, this would take minutes.
    assert comments('{"a": "' + "# " * 200_000 + 'nplint"}') == []
    assert comments("kind: @\na: " + "# " * 200_000 + "nplint\n") == []
    assert comments('{"a": "' + '" ' * 20_000 + " " * 200_000 + 'nplint: ignore"}') == []
