"""What is read without a parser is what the parser would have read, and what might be anything else is left to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nplint import blockstyle
from nplint.document import Document
from nplint.reader import decode, read
from nplint.tree import UnreadableError, Value, construct
from nplint.yamltext import compose

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"


def parsed(text: str) -> tuple[Value, bool]:
    """What libyaml makes of a text, and whether anything is odd about it: repeated keys or another document."""
    root, more = compose(text)
    if root is None:
        return None, more
    value, repeats = construct(root)
    return value, more or repeats


def agrees(text: str) -> bool:
    """Whether a text is read without a parser; fails where that is not what the parser says."""
    value = blockstyle.read(text)
    if value is None:
        return False
    # As JSON, for 1 and True are equal, and so are mappings of another order.
    assert (json.dumps(value), False) == (json.dumps(parsed(text)[0]), parsed(text)[1])
    return True


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "a: b",
        "a: b\r\nc:\r\n  - d\r\n",
        "  a: b\n  c: d\n",
        "a:\n  b: c\n  d:\n    e: f\ng: h\n",
        "a:\n- b\n- c\nd: e\n",
        "a:\n  - b\n  - c\nd: e\n",
        "a:\n- b: c\n  d:\n  - e\n  - f: g\n  h: i\n- j: k\nl:\n",
        "a:\n-   b: c\n    d: e\n",
        "a:\n- b:\n- c:\n",
        "a:\n  b:\nc:\n",
        "a: 'it''s' # not\nb: \"x: y\" # z\nc: ''\nd: \"\"\n",
        "a: x#y # z\n# c\n   # d\nb:   # e\n  c: d  \n\n   \n",
        "a: 0x50\nb: 010\nc: yes\nd: ~\ne: 1.50\nf: 1_000\ng: 2024-01-01\nh: '80'\ni: null\nj: -1\nk: --x=y\n",
        "a: http://x:80/y?z=%20\nb: foo-{{ .x }}\nc: ${X}\nd: a  b\ne: (x)\nf: ^y$\ng: <z\n",
        '"a b": c\n\'d: e\': f\n"yes": g\n"": h\n"<<": i\n',
        "a: {}\nb: []\nc: { }\nd: {x: 1, k: 'b: c'} # d: e\ne: [a, 80,\"c, d\" , true]  # f, g\n",
        "a: |\n  x\n    y\n\n  z\nb: |-\n  # no comment\n  k: v\n\nc: |\n\n  x\n",
        "a:\n- |\n  x\n   y\n- |-\n  z\nb:\n  c: |\n    - d\n  e: f\n",
        "a: |\n  x\n     \n",
        "a: é\nb: 网关\n",
    ],
)
def test_what_nearly_all_manifests_are_written_in_needs_no_parser(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "# a\n", "a\n", "- a\n", "[a]\n", "{a: b}\n", "a: b\n---\nc: d\n", "---\na: b\n"),
        "a: b\n...\nc\n",
        *("a: b\na: c\n", "a: {b: 1, b: 2}\n", "'a': b\na: c\n", "x:\n- a: 1\n  a: 2\n"),
        *("a: &x b\n", "a: *x\n", "<<: {a: b}\n", "a: !!str 1\n", "a: !x b\n", "&a b: c\n", "? a\n: b\n"),
        "%YAML 1.1\n",
        *("a: b\n  c\n", "a: b\n  c: d\n", "a:\n  b\n", "a: b\n - c\n", "a: 'b\n  c'\n", 'a: "b\n  c"\n'),
        "a: [b,\n  c]\n",
        *("a:\n  b: c\n d: e\n", "a:\n - b\n  - c\n", "a: b\n- c\n", "- a\nb: c\n", "a:\n  - b\n  c: d\n"),
        "a:\n- b\n c: d\n",
        *("a: b: c\n", "a: b:\n", "a: - b\n", "a: ? b\n", "a: 'b' c\n", 'a: "b"c\n', 'a: "b"#c\n', "a: 'b\n"),
        *("a: @b\n", "a: `b\n"),
        *('a: "b\\n"\n', "a: >\n  b\n", "a: |2\n  b\n", "a: |+\n  b\n", "a: | # b\n  c\n", "a: |\n", "a: |\nb: c\n"),
        *("a: |\n    b\n  c\n", "a: |\n     \n  b\n", "a:\n- b: |\n    c\n  d: e\n"),
        "a: |\n  b\n # c\nd: e\n  f: g\n",
        *("a: |\n  b", "a: |\n  b\n   "),
        *("a:\tb\n", "\ta: b\n", "a: b\tc\n", "a: b\x00\n", "a: b\x85c: d\n", "a: b\u2028c: d\n", "a: b\rc: d\n"),
        "\ufeffa: b\n",
        *("yes: a\n", "1: a\n", "~: a\n", "null: a\n", "a : b\n", "a b: c\n", ".inf: a\n", "a: .inf\n"),
        "a: {yes: b}\n",
        *("a: {b: {c: d}}\n", "a: [b c]\n", "a: [a: b]\n", "a: {b}\n", "a: [b,]\n", "a: {b:c}\n", "a: [b] c\n"),
        "a: {b: c}#d\n",
        *("a:\n- - b\n", "a:\n-\n  b: c\n", "a:\n- \n", "a:\n- # b\n", "a:\n- b\n  - c\n", "a: {{ b }}\n"),
        "{{ a }}: b\n",
        f"{'a' * 2000}: b\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    ],
)
def test_what_may_be_something_else_is_left_to_the_parser(text: str) -> None:
    assert blockstyle.read(text) is None


def test_a_text_too_long_to_be_taken_apart_at_once_is_read_all_the_same() -> None:
    text = "items:\n" + "- {name: a}\n" * 100_000
    assert blockstyle.read(text) == {"items": [{"name": "a"}] * 100_000}


WORDS = [
    "a",
    "b",
    "kind",
    "Service",
    "80",
    "0x1F",
    "yes",
    "~",
    "-1",
    "1e3",
    "a b",
    "x#y",
    "é",
    "http://x:1/",
    "",
    "-",
    "a:",
]
MARKS = [
    "{}",
    "[]",
    "{a: b}",
    "[a, b]",
    "[a",
    "|",
    "|-",
    "|+",
    ">",
    "#",
    " # c",
    "&x a",
    "*x",
    "!!str a",
    "? a",
    "'",
    '"',
]
QUOTED = [
    "'a'",
    '"a"',
    "''",
    '"b" # c',
    "'it''s'",
    '"\\n"',
    "'a",
    'a"',
    "'a: b'",
    "{a: 'b, c'}",
    "- a",
    "a: b",
    "{{ a }}",
]
KEYS = ["a", "b", "c.d/e", "'a'", '"f: g"', "yes", "1", "<<", "a b", "-", "?", "{", ""]

rests = st.sampled_from([*WORDS, *MARKS, *QUOTED])
keys = st.one_of(st.sampled_from(["a", "b", "c", "d", "e"]), st.sampled_from(KEYS))
entries = st.builds("{}:{}{}".format, keys, st.sampled_from([" ", "", "  "]), rests)
indents = st.sampled_from(["", "", " ", "  ", "  ", "   ", "    ", "      "])
dashes = st.sampled_from(["", "", "", "- ", "-  ", "- - ", "-"])
lines = st.builds(
    "{}{}{}{}".format, indents, dashes, st.one_of(entries, entries, rests), st.sampled_from(["", "", " "])
)


@settings(max_examples=1500)
@given(st.lists(lines, min_size=1, max_size=8), st.sampled_from(["\n", "\n", "\r\n"]))
@example(["a: |", "  b", "# c", "d: e"], "\n")
@example(["a:", "# b", "- c", " # d", "- e:", "   f: g"], "\n")
def test_lines_in_any_order_are_read_as_the_parser_reads_them(rows: list[str], end: str) -> None:
    try:
        agrees(end.join(rows) + end)
    except UnreadableError as error:
        raise AssertionError("what cannot be parsed was read") from error


plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), plain),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=500)
@given(st.dictionaries(plain, values, max_size=3), st.sampled_from([None, False]), st.integers(2, 4))
def test_any_structure_is_read_as_the_parser_reads_it(value: dict[str, Any], style: bool | None, indent: int) -> None:
    import yaml

    text = yaml.safe_dump(value, default_flow_style=style, indent=indent, allow_unicode=True, sort_keys=False)
    try:
        agrees(text)
    except UnreadableError as error:
        raise AssertionError("what cannot be parsed was read") from error


def shapes(documents: tuple[Document, ...]) -> list[tuple[object, ...]]:
    """All that a document is."""
    return [
        (one.index, one.start, one.end, json.dumps(one.value), one.defects, one.repeats_keys, one.is_manifest)
        for one in documents
    ]


@settings(max_examples=500)
@given(st.lists(st.one_of(lines, st.sampled_from(["---", "--- # a", "kind: Service", "apiVersion: v1"])), max_size=10))
@example(['"\\x6bind": Service', "spec: {}"])
@example(["!!binary a2luZA==: Service", "spec: {}"])
@example(["a\0piVersion: v1", "kin\0d: [", "\0"])
@example(["ki", " nd: Service"])
def test_a_look_at_the_text_changes_nothing(rows: list[str]) -> None:
    source = decode("a.yaml", "\n".join(rows).encode())
    assert shapes(read(source)) == shapes(read(source, None))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["apiVersion: v1\nkind: Service\nspec: {}\n", "apiVersion: v1\nkind: [\n", "a: b\n"])
def test_nor_does_it_in_another_encoding(text: str, encoding: str) -> None:
    source = decode("a.yaml", text.encode(encoding))
    assert shapes(read(source)) == shapes(read(source, None))


@pytest.mark.skipif(not CORPUS.exists(), reason="the manifests of public projects are not here")
def test_real_manifests_are_read_as_the_parser_reads_them() -> None:
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    sources = [decode(str(path.relative_to(CORPUS)), path.read_bytes()) for path in files]
    assert [source.path for source in sources if shapes(read(source)) != shapes(read(source, None))] == []
    # Most of them need no parser; otherwise nothing were gained.
    documents = [
        one for source in sources for one in read(source) if one.judged and not one.text.lstrip().startswith("{")
    ]
    assert sum(blockstyle.read(one.text) is not None for one in documents) > len(documents) * 0.7
