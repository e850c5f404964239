"""What of a file is read, as which values, and where each of them stands."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nplint import scalars
from nplint.document import DefectKind, Document, Path, Source, Span
from nplint.objects import resources_of
from nplint.reader import decode, read
from nplint.resource import Service
from nplint.tree import Value

CORPUS = File(__file__).parent.parent.parent / "shared" / "corpus"
HEAD = "apiVersion: v1\nkind: Pod\n"
POD = {"apiVersion": "v1", "kind": "Pod"}


def documents(data: str | bytes, path: str = "f.yaml") -> tuple[Document, ...]:
    return read(decode(path, data.encode() if isinstance(data, str) else data))


def values(data: str | bytes, path: str = "f.yaml") -> list[Value]:
    return [document.value for document in documents(data, path)]


def document(text: str) -> Document:
    (found,) = documents(text)
    return found


def place(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column


Shown = tuple[int, DefectKind, str, tuple[int, int, int, int]]


def defects(data: str | bytes) -> list[Shown]:
    """Which document has which defect, in which words, at which place."""
    return [
        (found.index, defect.kind, defect.message, place(defect.span))
        for found in documents(data)
        for defect in found.defects
    ]


# Streams


@pytest.mark.parametrize(
    "separator",
    [
        "---\n",
        "---  \n",
        "---\t\n",
        "--- # c\n",
        "---#c\n",
        "---\r\n",
        "\n---\n",
        "---\n---\n",
        "---\n# c\n---\n~\n---\n",
    ],
)
def test_a_stream_is_cut_at_its_separators(separator: str) -> None:
    assert values(f"{HEAD}{separator}{HEAD}") == [POD, POD]


@pytest.mark.parametrize(
    "text", [f"---\n{HEAD}", f"{HEAD}---", f"{HEAD}---\n", f"{HEAD}--- # c", f"{HEAD}...\n", f"\n\n{HEAD}"]
)
def test_a_stream_of_one_document(text: str) -> None:
    assert values(text) == [POD]
    assert defects(text) == []


@pytest.mark.parametrize("text", [" ---\n", "x: |\n ---\n", "x: a---\n", "# ---\n"])
def test_dashes_elsewhere_cut_nothing(text: str) -> None:
    assert len(documents(HEAD + "s: |\n " + text)) == 1


SEPARATOR = "a `---` that separates documents stands alone on its line"
REST = "kubectl reads only the document before this line: a separator is `---` alone on its line"


@pytest.mark.parametrize("line", ["---x", "--- x", "----", "--- {a: 1}", "--- |"])
def test_a_separator_with_company_spoils_its_document_alone(line: str) -> None:
    text = f"{HEAD}{line}\n{HEAD}---\n{HEAD}"
    assert values(text) == [None, POD]
    assert defects(text) == [(0, DefectKind.UNREADABLE, SEPARATOR, (3, 1, 3, 2))]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (f"{HEAD}...\n{HEAD}", (4, 1, 4, 15)),
        (f"{HEAD}...\n\n  x: 1  # c\n", (5, 3, 5, 12)),
        (f"{{{HEAD.replace('v1', 'v1,')}}}\nx: 1\n", (4, 1, 4, 5)),
        (f"{HEAD}---\n{HEAD}".replace("\n", "\r"), (3, 1, 3, 4)),
    ],
)
def test_what_kubectl_ignores_is_named(text: str, at: tuple[int, int, int, int]) -> None:
    assert values(text) == [POD]
    assert defects(text) == [(0, DefectKind.IGNORED_REST, REST, at)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    found = document("apiVersion: v1\nkind: Pod\nspec:\n  a: |\n    x\n  b: ü\n".replace("\n", end))
    assert found.value == {**POD, "spec": {"a": "x\n", "b": "ü"}}
    assert place(found.locate(("spec", "b"))) == (6, 6, 6, 7)
    assert place(found.locate(("spec", "a"))) == (4, 6, 5, 6)
    assert place(found.locate(("spec",))) == (4, 3, 6, 7)
    assert found.source.line(6) == "  b: ü"
    assert found.source.line(7) == ""


# Files that are none of ours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# only\n",
        "---\n---\n",
        "x: 1\n",
        "- apiVersion\n- kind\n",
        "apiVersion: v1\n",
        "kind: Pod\n",
        "apiVersion and kind\n",
        "x: [\n",
        "apiVersion: v1\nx: [\n",
        "spec:\n  apiVersion: v1\n  kind: Pod\n",
        "x: {{ .Values.x }}\n",
        '{"x": 1}',
        '{"x": 1}\n{"y": 2}',
        "\x00\x01\x02",
        "[" * 100_000,
        "- " * 100_000,
        "{a: " * 100_000,
        "? " * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_a_file_without_manifests_gives_no_documents(text: str) -> None:
    assert documents(text) == ()


@pytest.mark.parametrize(
    ("text", "is_service"),
    [
        ("kind: Service\nspec: {}\n", True),
        ("apiVersion: v1\nspec: {ports: []}\n", True),
        ("kind: Service\nspec: x\n", False),
        ("kind: Service\n", False),
        ("kind: Pod\nspec: {ports: []}\n", False),
        ("kind: ~\napiVersion: v2\nspec: {}\n", True),
        ("apiVersion: v1\nspec: {}\n", False),
        ("apiVersion: v1\nspec: {ports: 80}\n", False),
        ("apiVersion: v2\nspec: {ports: []}\n", False),
        ("spec: {ports: []}\n", False),
    ],
)
def test_a_service_that_forgets_half_of_its_type_is_a_manifest(text: str, is_service: bool) -> None:
    assert [found.is_manifest for found in documents(text)] == [True] * is_service


def test_beside_a_manifest_every_document_counts() -> None:
    assert values(f"x: 1\n---\n{HEAD}---\nhello\n---\n- z\n") == [{"x": 1}, POD, "hello", ["z"]]


def test_documents_are_numbered_without_the_empty_ones_being_lost() -> None:
    found = documents(f"# c\n---\n{HEAD}---\n\n---\n{HEAD}")
    assert [(one.index, one.text) for one in found] == [(1, HEAD), (2, HEAD)]


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_needs_no_type(name: str) -> None:
    assert values("resources: [a.yaml]\n", f"x/{name}") == [{"resources": ["a.yaml"]}]
    assert values("resources: [a.yaml\n", name) == [None]
    assert values("# c\n", name) == []


@pytest.mark.parametrize(
    "name", ["kustomization.json", "my-kustomization.yaml", "kustomization", "Kustomization/x.yaml"]
)
def test_other_files_need_one(name: str) -> None:
    assert values("resources: [a.yaml]\n", name) == []


# Broken documents


NO_CONTENT = "while parsing a flow node, did not find expected node content"


def test_a_broken_document_spoils_no_neighbour() -> None:
    text = f"{HEAD}---\n{HEAD}x: [\n---\n{HEAD}"
    assert values(text) == [POD, None, POD]
    assert [found.judged for found in documents(text)] == [True, False, True]
    assert defects(text) == [(1, DefectKind.UNREADABLE, NO_CONTENT, (6, 4, 6, 5))]


DEEP = "it nests more than 200 lists and mappings in each other (`--limit depth=N` raises that)"


@pytest.mark.parametrize(
    ("line", "message", "at"),
    [
        ("\ta: 1", "a tab stands where only spaces may", (3, 1)),
        ("a:\n\tb: 1", "a tab stands where only spaces may", (4, 1)),
        ("a: b: c", "mapping values are not allowed in this context", (3, 5)),
        ("😀: \x07", "a control character is not allowed", (3, 4)),
        ("~: 1", "null cannot be a key", (3, 1)),
        ("? [a]\n: 1", "a list or mapping cannot be a key", (3, 3)),
        ("a: .nan", "a number that is infinite or none at all has no JSON form", (3, 4)),
        ("a: !!int x", "`x` is not of its tag's type !!int", (3, 4)),
        ("a: *x", "the alias *x names no anchor", (3, 4)),
        ("a: &x [*x]", "the anchor &x contains itself", (3, 8)),
        ("<<: 1", "a `<<` takes a mapping or a list of mappings", (3, 5)),
        ("a: " + "[" * 201, DEEP, (3, 203)),
        ("a: " + "[" * 100_000, DEEP, (3, 203)),
        ("a: [b", "while parsing a flow sequence, did not find expected ',' or ']'", (3, 5)),
    ],
)
def test_why_and_where_a_document_is_unreadable(line: str, message: str, at: tuple[int, int]) -> None:
    text = f"{HEAD}{line}\n"
    assert defects(text) == [(0, DefectKind.UNREADABLE, message, (*at, at[0], at[1] + 1))]
    assert values(text) == [None]


def test_an_unreadable_document_is_located_at_its_first_line() -> None:
    _, found = documents(f"{HEAD}---\n{HEAD}x: [\n")
    assert place(found.locate(("x",))) == (4, 1, 4, 15)
    assert list(found.repeated_keys()) == []


def test_an_alias_bomb_is_unreadable() -> None:
    bomb = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcde", "bcdef", strict=True))
    text = f"{HEAD}a: &a [1,2,3,4,5,6,7,8,9]\n{bomb}---\n{HEAD}"
    ((index, kind, message, at),) = defects(text)
    assert (index, kind, at) == (0, DefectKind.UNREADABLE, (6, 17, 6, 18))
    assert message.startswith("its aliases multiply it to ")
    assert values(text) == [None, POD]


@pytest.mark.parametrize(
    ("text", "action", "at"),
    [
        (f"{HEAD}a: {{{{ .Values.a }}}}\n", "{{ .Values.a }}", (3, 4, 3, 19)),
        (f"{{{{- if .x }}}}\n{HEAD}{{{{ end }}}}\n", "{{- if .x }}", (1, 1, 1, 13)),
        (f"{HEAD}{{% if x %}}\na: 1\n{{% endif %}}\n", "{% if x %}", (3, 1, 3, 11)),
        (f"{HEAD}<% if x %>\n", "<% if x %>", (3, 1, 3, 11)),
        (f"{HEAD}{{{{ a\n  | b }}}}: 1\n", "{{ a | b }}", (3, 1, 4, 9)),
    ],
)
def test_a_template_is_recognized(text: str, action: str, at: tuple[int, int, int, int]) -> None:
    assert defects(text) == [(0, DefectKind.TEMPLATE, action, at)]
    assert [found.judged for found in documents(text)] == [False]


@pytest.mark.parametrize("value", ["'{{ x }}'", "a {{ x }}", "${X}", "'{% x %}'", "|\n  {{ x }}"])
def test_a_template_that_is_good_yaml_is_read(value: str) -> None:
    found = document(f"{HEAD}a: {value}\n")
    assert found.judged
    assert isinstance(found.value, dict)


def test_a_template_spoils_no_neighbour() -> None:
    assert values(f"{HEAD}---\n{HEAD}a: {{{{ x }}}}\n---\n{HEAD}") == [POD, None, POD]


# Encodings


@pytest.mark.parametrize("text", [HEAD, json.dumps(POD), HEAD.replace("\n", "\r\n")])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
)
def test_byte_order_marks(mark: bytes, encoding: str, text: str) -> None:
    (found,) = documents(mark + text.encode(encoding))
    assert found.value == POD
    assert found.source.text == text
    assert found.source.slice(found.locate(("apiVersion",))).strip('"') == "v1"
    assert found.defects == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_kubectl_cuts_a_stream_after_decoding_it(encoding: str) -> None:
    assert values(f"\ufeff{HEAD}a: ü😀\n---\n{HEAD}".encode(encoding)) == [{**POD, "a": "ü😀"}, POD]


@pytest.mark.parametrize("second", [HEAD, f"---\n{HEAD}", f"--- # c\n{HEAD}"])
def test_a_byte_order_mark_inside_a_stream_moves_no_place(second: str) -> None:
    found = documents(f"{HEAD}---\n\ufeff{second}x: 1\n")
    assert [one.value for one in found] == [POD, {**POD, "x": 1}]
    assert [found[1].source.slice(found[1].locate((step,))) for step in ("apiVersion", "x")] == ["v1", "1"]


def test_utf_16_without_a_mark_is_unreadable_and_not_passed_over() -> None:
    data = HEAD.encode("utf-16-le")
    assert defects(data) == [(0, DefectKind.UNREADABLE, "a control character is not allowed", (1, 2, 1, 3))]


STRAY = "a byte is no text in the file's encoding: kubectl puts U+FFFD in its place"


def test_a_stray_byte_in_yaml_becomes_a_replacement_character() -> None:
    data = f"{HEAD}---\n{HEAD}ü: ".encode() + b"\xff\xfe\n---\n" + HEAD.encode()
    assert values(data) == [POD, {**POD, "ü": "\ufffd\ufffd"}, POD]
    assert defects(data) == [
        (1, DefectKind.STRAY_BYTES, STRAY, (6, 4, 6, 5)),
        (1, DefectKind.STRAY_BYTES, STRAY, (6, 5, 6, 6)),
    ]


def test_a_stray_byte_in_json_becomes_a_replacement_character() -> None:
    good, bad = json.dumps(POD).encode(), b'{"apiVersion": "v1", "kind": "Pod", "a": "\xff"}'
    assert values(good + b"\n" + bad + b"\n" + good) == [POD, {**POD, "a": "\ufffd"}, POD]
    assert defects(good + b"\n" + bad + b"\n" + good) == [(1, DefectKind.STRAY_BYTES, STRAY, (2, 43, 2, 44))]
    assert all(found.judged for found in documents(bad))


def test_half_a_character_at_the_end_of_utf_16() -> None:
    data = b"\xff\xfe" + HEAD.encode("utf-16-le") + b"x"
    assert [found.judged for found in documents(data)] == [False]
    assert defects(data)[0][3] == (3, 1, 3, 2)


# JSON


def test_a_json_stream() -> None:
    text = f'{json.dumps(POD)}{json.dumps(POD)}\n\n {{"x": 1}}\n---\n{HEAD}'
    found = documents(text)
    assert [one.value for one in found] == [POD, POD, {"x": 1}, POD]
    assert [one.index for one in found] == [0, 1, 2, 3]
    assert [one.text for one in found] == [json.dumps(POD), json.dumps(POD), '{"x": 1}', HEAD]
    assert place(found[2].locate(("x",))) == (3, 8, 3, 9)


def test_after_one_json_document_kubectl_reads_yaml() -> None:
    text = f"{json.dumps(POD)}\n{{apiVersion: v1, kind: Pod,}}\n"
    assert values(text) == [POD, POD]
    assert defects(text) == []
    assert values(f"{json.dumps(POD)} # c\n") == [POD]


def test_after_two_json_documents_it_does_not() -> None:
    text = f"{json.dumps(POD)}\n{json.dumps(POD)}\n  x: 1\n---\n{HEAD}"
    assert values(text) == [POD, POD, None, POD]
    assert defects(text) == [(2, DefectKind.UNREADABLE, "this is no JSON, unlike what precedes it", (3, 3, 3, 4))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"apiVersion": "v1", "kind": "Pod", "a": NaN}', "NaN"),
        ('{"apiVersion": "v1", "kind": "Pod", "a": 010,}', 8),
        ("{'apiVersion': 'v1', kind: Pod, a: yes}", True),
        ('{"apiVersion": "v1", "kind": "Pod", "a": "yes"}', "yes"),
        ('{"apiVersion": "v1", "kind": "Pod", "a": 80.0}', 80),
        ('{"apiVersion":"v1","kind":"Pod",\t"a":\t"\\ud800"}', "\ufffd"),
    ],
)
def test_braces_are_json_where_they_can_be_and_yaml_elsewhere(text: str, value: Value) -> None:
    assert values(text) == [{**POD, "a": value}]


# Places


YAML = """\
apiVersion: v1
kind: Pod
base: &base {p: 1, 'q': [2]}
ports:
- port: 80
  name: "web"
-
- - x
  - &n y
absent:
flow: {a, b: [1 , {c: ~}], "d e": ''}
text: |
  one
  two

folded: >-
  ü
# comment
use: *base
merged:
  q: own
  <<: *base
  r: !!str 5
twice: *n
quoted: 'a
  b'
😀: ü😀x  # wide
after: 'ü😀'
"""

PLACES: list[tuple[Path, str, str, tuple[int, int, int, int]]] = [
    (("apiVersion",), "v1", "apiVersion", (1, 13, 1, 15)),
    (("base",), "&base {p: 1, 'q': [2]}", "base", (3, 7, 3, 29)),
    (("base", "q"), "[2]", "'q'", (3, 25, 3, 28)),
    (("base", "q", 0), "2", "2", (3, 26, 3, 27)),
    (("ports",), '- port: 80\n  name: "web"\n-\n- - x\n  - &n y', "ports", (5, 1, 9, 9)),
    (("ports", 0), 'port: 80\n  name: "web"', 'port: 80\n  name: "web"', (5, 3, 6, 14)),
    (("ports", 0, "port"), "80", "port", (5, 9, 5, 11)),
    (("ports", 0, "name"), '"web"', "name", (6, 9, 6, 14)),
    (("ports", 1), "-", "-", (7, 1, 7, 2)),
    (("ports", 2, 0), "x", "x", (8, 5, 8, 6)),
    (("ports", 2, 1), "&n y", "&n y", (9, 5, 9, 9)),
    (("absent",), "absent", "absent", (10, 1, 10, 7)),
    (("flow",), "{a, b: [1 , {c: ~}], \"d e\": ''}", "flow", (11, 7, 11, 38)),
    (("flow", "a"), "a", "a", (11, 8, 11, 9)),
    (("flow", "b", 0), "1", "1", (11, 15, 11, 16)),
    (("flow", "b", 1, "c"), "~", "c", (11, 23, 11, 24)),
    (("flow", "d e"), "''", '"d e"', (11, 35, 11, 37)),
    (("text",), "|\n  one\n  two", "text", (12, 7, 14, 6)),
    (("folded",), ">-\n  ü", "folded", (16, 9, 17, 4)),
    (("use",), "*base", "use", (19, 6, 19, 11)),
    (("use", "p"), "1", "p", (3, 17, 3, 18)),
    (("merged",), "q: own\n  <<: *base\n  r: !!str 5", "merged", (21, 3, 23, 13)),
    (("merged", "p"), "1", "p", (3, 17, 3, 18)),
    (("merged", "q", 0), "2", "2", (3, 26, 3, 27)),
    (("merged", "r"), "!!str 5", "r", (23, 6, 23, 13)),
    (("twice",), "*n", "twice", (24, 8, 24, 10)),
    (("quoted",), "'a\n  b'", "quoted", (25, 9, 26, 5)),
    (("😀",), "ü😀x", "😀", (27, 4, 27, 7)),
    (("after",), "'ü😀'", "after", (28, 8, 28, 12)),
]


@pytest.mark.parametrize("before", ["", f"{HEAD}---\n", "# ü😀\n---  # c\n"])
@pytest.mark.parametrize(("path", "shown", "key", "at"), PLACES)
def test_where_a_value_and_its_key_stand(
    before: str, path: Path, shown: str, key: str, at: tuple[int, int, int, int]
) -> None:
    found = documents(before + YAML)[-1]
    down = before.count("\n")
    span = found.locate(path)
    assert place(span) == (at[0] + down, at[1], at[2] + down, at[3])
    assert found.source.slice(span) == shown
    assert found.source.slice(found.locate(path, key=True)) == key


@pytest.mark.parametrize(
    ("path", "shown", "key"),
    [
        (("nowhere",), YAML.rstrip(), YAML.rstrip()),
        (("ports", 0, "nodePort"), 'port: 80\n  name: "web"', 'port: 80\n  name: "web"'),
        (("ports", 0, "port", "x"), "80", "port"),
        (("ports", 9), '- port: 80\n  name: "web"\n-\n- - x\n  - &n y', "ports"),
        (("ports", "x"), '- port: 80\n  name: "web"\n-\n- - x\n  - &n y', "ports"),
        (("use", "nowhere", "x"), "*base", "use"),
        (("absent", "x"), "absent", "absent"),
        (("ports", 1, "x"), "-", "-"),
    ],
)
def test_what_is_absent_is_shown_at_what_would_hold_it(path: Path, shown: str, key: str) -> None:
    found = document(YAML)
    assert found.source.slice(found.locate(path)) == shown
    assert found.source.slice(found.locate(path, key=True)) == key


@pytest.mark.parametrize(
    ("text", "path", "at"),
    [
        ('{"apiVersion":"v1","kind":"Pod","a":[1,{"b":null}]}', ("a", 1, "b"), (1, 45, 1, 49)),
        ('{"apiVersion":"v1","kind":"Pod","a":[1,{"b":null}]}', ("a",), (1, 37, 1, 51)),
        ('{"apiVersion":"v1","kind":"Pod","a":-1}', ("a",), (1, 37, 1, 39)),
        ('{"apiVersion":"v1","kind":"Pod","ü":"😀","a":true}', ("a",), (1, 45, 1, 49)),
        ('{"apiVersion":"v1","kind":"Pod","a":"\\ud83d\\ude00","b":1}', ("b",), (1, 56, 1, 57)),
        ('{"apiVersion":"v1","kind":"Pod","\\u0061":"\\ud800\x7f","b":1}', ("a",), (1, 42, 1, 51)),
        ('{\r\n\t"apiVersion": "v1",\r\n\t"kind": "Pod",\r\n\t"a": {}\r\n}', ("a",), (4, 7, 4, 9)),
        ('{"apiVersion":"v1","kind":"Pod"}', (), (1, 1, 1, 33)),
        ('\n  {"apiVersion":"v1",\n"kind":"Pod"}\n', (), (2, 3, 3, 14)),
    ],
)
def test_places_in_json(text: str, path: Path, at: tuple[int, int, int, int]) -> None:
    assert place(document(text).locate(path)) == at


def test_a_repeated_key_is_located_at_the_last_one() -> None:
    for text in (f"{HEAD}a: 1\na: 2\n", '{"apiVersion": "v1", "kind": "Pod",\n\n"a": 1,\n"a": 2}'):
        found = document(text)
        assert found.source.slice(found.locate(("a",))) == "2"
        assert found.locate(("a",)).line == 4


def test_a_span_knows_its_file_and_revision() -> None:
    (found,) = read(decode("dir/f.yaml", HEAD.encode(), "abc"))
    assert found.locate(("kind",)) == Span("dir/f.yaml", 2, 7, 2, 10, "abc")


def test_a_source_shows_its_lines_and_places() -> None:
    source = Source("f", "a\r\nbü\rc\n")
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["a", "bü", "c", ""]
    assert source.span(3, 5) == Span("f", 2, 1, 2, 3)
    assert source.span(5, 3) == Span("f", 2, 3, 2, 3)
    assert source.slice(source.span(0, 7)) == "a\r\nbü\rc"


# Repeated keys


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("a: 1\na: 2\n", [(("a",), (3, 1), (4, 1))]),
        ("a: 1\na: 2\na: 3\n", [(("a",), (3, 1), (4, 1)), (("a",), (4, 1), (5, 1))]),
        ("1: x\n'1': y\n", [(("1",), (3, 1), (4, 1))]),
        ("yes: x\ntrue: y\n", [(("true",), (3, 1), (4, 1))]),
        ("b:\n- c: 1\n  c: 2\n", [(("b", 0, "c"), (4, 3), (5, 3))]),
        ("b: {c: {d: 1, d: 2}, c: 3}\n", [(("b", "c", "d"), (3, 9), (3, 15)), (("b", "c"), (3, 5), (3, 22))]),
        ("a: &k b\n*k : 1\nb: 2\n", [(("b",), (4, 1), (5, 1))]),
        ("x: &x {a: 1, a: 2}\ny: *x\n", [(("x", "a"), (3, 8), (3, 14))]),
        ("<<: {a: 1, a: 2}\n", [(("<<", "a"), (3, 6), (3, 12))]),
        ("a: 1\nA: 2\n", []),
        ("<<: {a: 1}\na: 2\n<<: {a: 3}\n", []),
    ],
)
def test_repeated_keys(text: str, repeated: list[tuple[Path, tuple[int, int], tuple[int, int]]]) -> None:
    found = document(HEAD + text).repeated_keys()
    assert [(key.path, place(key.lost)[:2], place(key.kept)[:2]) for key in found] == repeated


def test_repeated_keys_of_json() -> None:
    (found,) = document('{"apiVersion":"v1","kind":"Pod","a":1,"\\u0061":2}').repeated_keys()
    assert (found.path, place(found.lost), place(found.kept)) == (("a",), (1, 33, 1, 36), (1, 39, 1, 47))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a: 1\na: 0x10\n", ["0x10"]),
        ("a: 1\na: 2\na: no\n", ["no", "no"]),
        ("a: {b: 1, b: 'x y'}\na: c\n", ["'x y'", "c"]),
        ("a: 1\na:\n", [None]),
        ("a: 1\na: ~\n", ["~"]),
        ("a: 1\na: [b]\n", [None]),
        ("a: 1\na:\n  b: c\n", [None]),
        ("b: &x 1\na: 1\na: *x\n", ["*x"]),
        ("a: 1\na: |\n  b\n  c\n", ["|\n  b\n  c"]),
    ],
)
def test_a_repeated_key_knows_the_text_of_the_value_that_wins(text: str, kept: list[str | None]) -> None:
    found = document(HEAD + text)
    values = [key.value for key in found.repeated_keys()]
    assert [value and found.source.slice(value) for value in values] == kept


def test_every_place_in_a_large_mapping_is_found() -> None:
    found = document(HEAD + "".join(f"k{number}: {number}\n" for number in range(5_000)))
    lines = [found.locate((f"k{number}",)).line for number in range(5_000)]
    assert lines == [number + 3 for number in range(5_000)]


# Properties


def paths(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    yield path, value
    for step, child in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from paths(child, (*path, step))


def is_inside(span: Span, source: Source) -> bool:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    lines = len(source.line_starts)
    return (
        (1, 1) <= start <= end
        and span.end_line <= lines
        and all(
            column
            <= (source.line_starts[line] if line < lines else len(source.text)) - source.line_starts[line - 1] + 1
            for line, column in (start, end)
        )
    )


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\n{}[]:#-'\"&*!|>%@` ,?~")
)
# Longer keys in JSON, and escapes that make one character of two, are what libyaml reads otherwise.
KEYS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=100)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | TEXT
    | st.sampled_from(
        ["010", "yes", "1_000", "0x1F", "0o7", "1e3", "<<", "2001-01-01", "1:30", ".inf", "null", "~", "="]
    )
)
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


class Dumper(yaml.SafeDumper):
    """Writes what kubectl reads back as it was: it quotes what only kubectl takes for a number or a boolean."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def is_plain(text: str) -> bool:
    try:
        return scalars.plain(text) == text
    except ValueError:
        return False


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(scalars.TAG + "str", text, style=None if is_plain(text) else '"')


def _shortest(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    return dumper.represent_scalar(scalars.TAG + "float", repr(number))


Dumper.add_representer(str, _quoted)
Dumper.add_representer(float, _shortest)


def same(value: Any, other: Any) -> bool:
    """Equality that tells booleans from numbers but not 80 from 80.0, which JSON does not tell apart either."""
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(same(value[key], other[key]) for key in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    return bool(value == other)


def assert_located(found: Document, parse: Callable[[str, Span], Value]) -> None:
    assert isinstance(found.value, dict)
    for path, value in paths(found.value["x"], ("x",)):
        span = found.locate(path)
        shown = found.source.slice(span)
        assert is_inside(span, found.source)
        # A block scalar's indentation and last line ends depend on what stands around it.
        assert shown[0] in "|>" or same(parse(shown, span), value), (path, shown)
        assert found.source.slice(found.locate(path, key=True))


def parse_at_its_column(shown: str, span: Span) -> Value:
    (again,) = documents(f"{HEAD}x:\n{' ' * (span.column - 1)}{shown}\n")
    return again.value["x"] if isinstance(again.value, dict) else again.defects[0].message


LAYOUTS = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, None, "'", '"', "|"]),
        "indent": st.sampled_from([None, 1, 4]),
        "width": st.just(math.inf),  # the dumper breaks lines at escapes wrongly
        "allow_unicode": st.booleans(),
        "line_break": st.sampled_from(["\n", "\r\n"]),
    }
)


@settings(max_examples=500, deadline=None)
@given(NESTED, LAYOUTS, st.sampled_from(["", "# ü😀\n", f"{HEAD}---\n"]))
def test_yaml_reads_back_and_every_place_holds_its_value(value: Any, layout: dict[str, Any], before: str) -> None:
    found = documents(before + yaml.dump({**POD, "x": value}, Dumper=Dumper, **layout))[-1]
    assert same(found.value, {**POD, "x": value})
    assert_located(found, parse_at_its_column)


@settings(max_examples=800, deadline=None)
@given(NESTED, st.sampled_from([None, 1, "\t"]), st.booleans(), st.sampled_from(["", "\n", f"---\n{HEAD}---\n"]))
def test_json_reads_back_and_every_place_holds_its_value(
    value: Any, indent: int | str | None, ascii_only: bool, before: str
) -> None:
    text = json.dumps({**POD, "x": value}, indent=indent, ensure_ascii=ascii_only)
    found = documents(before + text)[-1]
    assert same(found.value, {**POD, "x": value})
    assert_located(found, lambda shown, _: json.loads(shown))


WORDS = [HEAD, "---\n", "--- ", "...\n", "%YAML 1.1\n", "a: ", "- ", "? ", ": ", ", ", "[", "]", "{", "}", "# ", "  "]
WORDS += ["&x ", "*x", "<<: ", "!!int ", "!!binary ", "!local ", "|\n  ", ">", "'", '"', "\\", "\r", "\n", "\t", "\0"]
WORDS += ["{{ ", " }}", "080", "~", ".nan", "ü", "😀", "\ufeff", "\u2028", "\x85", "\x07", json.dumps(POD), r'"\ud800"']
PIECES = st.lists(st.sampled_from(WORDS) | st.text(max_size=3)).map("".join)
ENCODED = st.builds(lambda text, name: text.encode(name, "replace"), PIECES, st.sampled_from(["utf-8", "utf-16"]))


@settings(max_examples=1200, deadline=None)
@given(
    st.binary() | ENCODED | st.lists(ENCODED | st.binary(max_size=4), max_size=4).map(b"".join),
    st.sampled_from(["f.yaml", "kustomization.yaml"]),
)
def test_nothing_that_stands_in_a_file_breaks_reading_it(data: bytes, path: str) -> None:
    source = decode(path, data)
    end = 0
    for number, found in enumerate(read(source)):
        assert found.index >= number
        assert end <= found.start <= found.end <= len(source.text)
        end = found.end
        spans = [found.locate(path, key=key) for path, _ in paths(found.value) for key in (True, False)]
        spans += [defect.span for defect in found.defects]
        spans += [span for key in found.repeated_keys() for span in (key.lost, key.kept)]
        assert all(is_inside(span, source) for span in spans)


# Real manifests


def files() -> list[File]:
    return sorted(
        path for path in CORPUS.rglob("*") if path.is_file() and path.suffix in (".yaml", ".yml", ".json", ".j2")
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of real manifests is not here")
def test_real_manifests_are_read_and_located() -> None:
    services = 0
    for path in files():
        for found in documents(path.read_bytes(), path.name):
            assert all(is_inside(defect.span, found.source) for defect in found.defects)
            for resource in resources_of(found):
                services += isinstance(resource, Service)
                if isinstance(resource, Service):
                    assert_scalars_located(found, resource)
    assert services > 500


def assert_scalars_located(found: Document, service: Service) -> None:
    for path, value in paths(service.spec.value, service.spec.path):
        span = found.locate(path)
        assert is_inside(span, found.source)
        if value is not None and not isinstance(value, (dict, list)):
            shown = found.source.slice(span)
            assert shown.startswith("*") or yaml.load(shown, yaml.BaseLoader) == _written(value, shown)


def _written(value: Value, shown: str) -> str:
    if isinstance(value, bool):
        return shown.strip("'\"")
    return str(value)
