"""A key that is taken out of its mapping takes its value along, and nothing else."""

import pytest

from nplint.document import Document, Path
from nplint.reader import decode, parse

PORT: Path = ("ports", 0, "gone")


def parsed(text: str) -> Document:
    (document,) = parse(decode("f.yaml", text.encode()))
    return document


def without(text: str, path: Path) -> str | None:
    document = parsed(text)
    span = document.entry(path)
    if span is None:
        return None
    start, end = document.source.offsets(span)
    return text[:start] + text[end:]


BLOCK = [
    ("a: 1\ngone: 2\nb: 3\n", "a: 1\nb: 3\n"),
    ("gone: 2\nb: 3\n", "b: 3\n"),
    ("a: 1\ngone: 2\n", "a: 1\n"),
    ("a: 1\ngone: 2", "a: 1\n"),
    ("a: 1\r\ngone: 2\r\nb: 3\r\n", "a: 1\r\nb: 3\r\n"),
    ("a: 1\ngone: 2\r\nb: 3\n", "a: 1\nb: 3\n"),
    ("a: 1\rgone: 2\rb: 3\r", "a: 1\rb: 3\r"),
    ("a: 1  # stays\n# stays\ngone: 2  # goes along\n# stays\n\nb: 3\n", "a: 1  # stays\n# stays\n# stays\n\nb: 3\n"),
    ("a: 1\n'gone' : 'x # y'\nb: 3\n", "a: 1\nb: 3\n"),
    ("a: 1\ngone:\n  - 2\n  - 3  # goes along\n  # stays\nb: 3\n", "a: 1\n  # stays\nb: 3\n"),
    ("a: 1\ngone:\n- 2\n- 3\nb: 3\n", "a: 1\nb: 3\n"),
    ("a: 1\ngone: [2,\n  3] # goes along\nb: 3\n", "a: 1\nb: 3\n"),
    ("a: 1\ngone: |\n  2\n  3\n\nb: 3\n", "a: 1\n\nb: 3\n"),
    ("a: |+\n  x\ngone: 2\nb: 3\n", "a: |+\n  x\nb: 3\n"),
    ("a: 1\ngone: two\n  lines\nb: 3\n", "a: 1\nb: 3\n"),
    ("a: 1\ngone: 😀\nb: é\n", "a: 1\nb: é\n"),
    ("a: 1\ngone: 2 \t\nb: 3\n", "a: 1\nb: 3\n"),
]


@pytest.mark.parametrize(("text", "expected"), BLOCK)
def test_a_line_of_a_block_goes_with_its_end_and_comment(text: str, expected: str) -> None:
    assert without(text, ("gone",)) == expected


ITEMS = [
    ("ports:\n- a: 1\n  gone: 2\n- a: 3\n", "ports:\n- a: 1\n- a: 3\n"),
    ("ports:\n- gone: 2\n  a: 1\n- a: 3\n", "ports:\n- a: 1\n- a: 3\n"),
    ("ports:\n  -   gone: 2\n      a: 1\n", "ports:\n  -   a: 1\n"),
    ("ports:\n  - gone: 2  # goes along\r\n    a: 1\n", "ports:\n  - a: 1\n"),
    ("ports:\n  - gone: 2\n\n  \n    a: 1\n", "ports:\n  - a: 1\n"),
    ("ports:\n  - gone: 2\n    # about a\n    a: 1\n", "ports:\n  - # about a\n    a: 1\n"),
    ("ports:\n  - gone: 2\n# about a\n    a: 1\n", "ports:\n  - # about a\n    a: 1\n"),
    ("ports:\n  - gone:\n      - 2\n    a: 1\n", "ports:\n  - a: 1\n"),
    ("ports:\n  - # about this\n    gone: 2\n    a: 1\n", "ports:\n  - # about this\n    a: 1\n"),
]


@pytest.mark.parametrize(("text", "expected"), ITEMS)
def test_what_follows_a_dash_makes_room_for_the_next_line(text: str, expected: str) -> None:
    assert without(text, PORT) == expected


def test_dashes_may_follow_each_other() -> None:
    assert without("- - gone: 2\n    a: 1\n", (0, 0, "gone")) == "- - a: 1\n"


FLOW = [
    ("ports: [{a: 1, gone: 2}]\n", "ports: [{a: 1}]\n"),
    ("ports: [{gone: 2, a: 1}]\n", "ports: [{a: 1}]\n"),
    ("ports: [{a: 1, gone: 2, b: 3}]\n", "ports: [{a: 1, b: 3}]\n"),
    ("ports: [ { a: 1 , gone: 2 } ] # stays\n", "ports: [ { a: 1 } ] # stays\n"),
    ("ports: [{a: 1, gone: 2,}]\n", "ports: [{a: 1,}]\n"),
    ("ports: [{a: 1,\n  gone: 2, b: 3}]\n", "ports: [{a: 1,\n  b: 3}]\n"),
    ("ports: [{a: 1,\n  gone: 2}]\n", "ports: [{a: 1}]\n"),
    (
        "ports:\n- {\n    gone: 2,  # goes along\n    # stays\n    a: 1\n  }\n",
        "ports:\n- {\n    # stays\n    a: 1\n  }\n",
    ),
    ("ports:\n- {\n    a: 1,  # stays\n    gone: 2\n  }\n", "ports:\n- {\n    a: 1,  # stays\n  }\n"),
    ("ports:\n- {\n    a: 1\n    , gone: 2\n    , b: 3\n  }\n", "ports:\n- {\n    a: 1\n    , b: 3\n  }\n"),
    ('{"ports":[{"a":1,"gone":2}]}', '{"ports":[{"a":1}]}'),
    ('{"ports":[{"gone":[2, {"x": "}, #"}],"a":1}]}', '{"ports":[{"a":1}]}'),
    ('{"ports": [\n  {\n    "a": 1,\n    "gone": 2\n  }\n]}\n', '{"ports": [\n  {\n    "a": 1\n  }\n]}\n'),
    (
        '{"ports": [\n\t{\n\t\t"gone": 2,\r\n\t\t"a": "#"\r\n\t}\n]}\n',
        '{"ports": [\n\t{\n\t\t"a": "#"\r\n\t}\n]}\n',
    ),
]


@pytest.mark.parametrize(("text", "expected"), FLOW)
def test_an_entry_between_brackets_goes_with_its_comma(text: str, expected: str) -> None:
    assert without(text, PORT) == expected
    kept = parsed(text).value
    assert isinstance(kept, dict)
    del kept["ports"][0]["gone"]
    assert parsed(expected).value == kept


@pytest.mark.parametrize(
    "text",
    [
        "ports:\n- gone: 2\n",
        "ports: [{gone: 2}]\n",
        "ports: [gone: 2]\n",
        "ports: [{a: 1, gone}]\n",
        "ports:\n- a: 1\n  gone:\n",
        "ports:\n- ? gone\n  : 2\n  a: 1\n",
        "ports:\n- a: 1\n  ? gone\n  : 2\n",
        "ports: [{gone: 2, # about a\n  a: 1}]\n",
        "ports: [{a: 1, # about a\n  gone: 2}]\n",
        "ports:\n- a: 1\n  gone: 2 # c\u2028  b: 3\n",
        "ports: [{gone: 2, ? a : 1}]\n",
        "ports: [{? gone : 2, a: 1}]\n",
        "ports: [2]\n",
        "ports: {}\n",
        "ports:\n- a: |+\n    x\n  gone: 2\n\n- b: 3\n",
        "ports:\n- a: >-\n    x\n  gone: 2\n      \n- b: 3\n",
        "ports:\n- a: |\n    x\n  gone:\n    - 2\n    # about 2\n  b: 3\n",
        "ports:\r- a: 1\r  gone: 2\r\n",
        "ports:\r- a: 1\r  gone: 2\n",
        "ports:\n- a: 1\n  gone: 2\r--- x\n",
    ],
)
def test_what_cannot_go_alone_stays(text: str) -> None:
    assert without(text, PORT) is None


@pytest.mark.parametrize(
    "text",
    [
        "x: &x {gone: 1}\nports: [{<<: *x, gone: 2}]\n",
        "x: &x {gone: 1}\nports: [{<<: [{a: 1}, *x], gone: 2}]\n",
    ],
)
def test_what_hides_a_merged_value_stays(text: str) -> None:
    assert without(text, PORT) is None


@pytest.mark.parametrize("text", ["ports: [{a: 1, &x gone: 2}]\nb: *x\n", "ports: [{a: 1, gone: [&x 2]}]\nb: *x\n"])
def test_what_holds_an_anchor_stays(text: str) -> None:
    assert without(text, PORT) is None


def test_an_item_of_a_list_is_no_entry() -> None:
    assert without("ports: [1, 2]\n", ("ports", 0)) is None
    assert without("a: 1\n", ()) is None


@pytest.mark.parametrize(
    "text",
    [
        "ports: &p [{a: 1, gone: 2}]\n",
        "ports: [&p {a: 1, gone: 2}]\n",
        "ports: [{a: 1, gone: &p 2}]\n",
        "ports: [{a: 1, x: &p 2, gone: *p}]\n",
        "x: &p {a: 1, gone: 2}\nports: [*p]\n",
        "x: &p {a: 1, gone: 2}\nports: [{<<: *p, b: 3}]\n",
        "ports: [{<<: &p {a: 1, gone: 2}, b: 3}]\n",
        "&root\nports: [{a: 1, gone: 2}]\n",
    ],
)
def test_what_others_hang_on_stays(text: str) -> None:
    document = parsed(text)
    assert document.is_shared(PORT)
    assert document.entry(PORT) is None


@pytest.mark.parametrize("text", ["ports: [{a: &p 1, gone: 2}]\n", "x: &p 1\nports: [{a: *p, <<: {b: 3}, gone: 2}]\n"])
def test_an_anchor_elsewhere_does_not_matter(text: str) -> None:
    assert not parsed(text).is_shared(PORT)
    assert without(text, PORT) == text.replace(", gone: 2", "")
