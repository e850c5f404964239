import json

import pytest

from nplint.jsontext import parse
from nplint.limits import DEFAULT
from nplint.reader import decode, read
from nplint.tree import Value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": [true, false, null, ""]}', {"a": [True, False, None, ""]}),
        ('{"a": 1.0, "b": 1e2, "c": 0.5}', {"a": 1, "b": 100, "c": 0.5}),
        ('{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        ('{"a": "yes", "b": "010"}', {"a": "yes", "b": "010"}),
        ('{"a": "\\u00fc\\n\\/"}', {"a": "ü\n/"}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "\\ud83d"}', {"a": "\ufffd"}),
        ('{"a": ["\\udc00x", {"b": "\\ud800"}]}', {"a": ["\ufffdx", {"b": "\ufffd"}]}),
        ('{"\\ud800": 1}', {"\ufffd": 1}),
        ('\t{"a":\t1}\r\n', {"a": 1}),
        ("{}", {}),
    ],
)
def test_strict_json_is_read(text: str, value: Value) -> None:
    parsed, rest = parse(text)
    assert [json.dumps(found[2]) for found in parsed] == [json.dumps(value)]
    assert rest == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "{a: 1}",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e400}',
        '{"a": 010}',
        '{"a": +1}',
        '{"a": "x\ty"}',
        '{"a": "\\x41"}',
        '{"a" 1}',
        '{"a": 1',
        '{"a": ' + "9" * 5000 + "}",
        "{{ x }}",
        "",
    ],
)
def test_what_is_no_strict_json_is_left_alone(text: str) -> None:
    assert parse(text) == ([], 0)


def test_a_stream_gives_each_value_with_its_place() -> None:
    text = ' {"a": 1}{"b": 2}\n\n {"c": 3}\n'
    parsed, rest = parse(text)
    assert [(text[start:end], value) for start, end, value, _ in parsed] == [
        ('{"a": 1}', {"a": 1}),
        ('{"b": 2}', {"b": 2}),
        ('{"c": 3}', {"c": 3}),
    ]
    assert rest == len(text)


@pytest.mark.parametrize("rest", ["b: 2\n", "{b: 2}", "}", "# c", '{"a": 1,}', '{"a": ' * (DEFAULT.depth + 1)])
def test_reading_stops_where_strict_json_does(rest: str) -> None:
    assert parse('{"a": 1}\n' + rest) == ([(0, 8, {"a": 1}, False)], 9)


def test_a_repeated_key_is_noticed_and_the_last_one_wins() -> None:
    parsed, _ = parse('{"a": 1, "a": 2}{"b": [{"c": 1, "\\u0063": 2}]}{"d": 1}')
    assert [(value, repeats) for _, _, value, repeats in parsed] == [
        ({"a": 2}, True),
        ({"b": [{"c": 2}]}, True),
        ({"d": 1}, False),
    ]


@pytest.mark.parametrize(("depth", "count"), [(DEFAULT.depth, 1), (DEFAULT.depth + 1, 0), (100_000, 0)])
def test_nesting_has_a_limit(depth: int, count: int) -> None:
    text = '{"a":' * depth + "1" + "}" * depth
    assert len(parse(text)[0]) == count


def test_many_brackets_side_by_side_are_not_deep() -> None:
    parsed, rest = parse('{"a": [' + ",".join(["{}"] * 1000) + "]}")
    assert len(parsed) == 1
    assert rest == len('{"a": [') + 2999 + len("]}")


def places(text: str, *path: str | int) -> str:
    (document,) = read(decode("f.json", text.encode("utf-8", "surrogatepass")))
    return document.source.slice(document.locate(path))


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ('{"apiVersion": "v1", "kind": "Pod",\n"spec"\n:\n{"a": [1, {"b": 2.5}]}}', ("spec", "a", 1, "b"), "2.5"),
        (f'{{"apiVersion": "v1", "kind": "Pod", "{"k" * 2000}": true}}', ("k" * 2000,), "true"),
        ('{"apiVersion": "v1", "kind": "Pod", "\\ud83d\\ude00": null}', ("\U0001f600",), "null"),
        ('{"apiVersion": "v1", "kind": "Pod", "a": "\\ud800x"}', ("a",), '"\\ud800x"'),
        ('\n {"apiVersion":"v1","kind":"Pod","a":{},"b":[],"c":-1e2}\n', ("c",), "-1e2"),
        ('{"apiVersion": "v1", "kind": "Pod", "a": [],}', ("a",), "[]"),
    ],
    ids=["colon on its own line", "long key", "surrogate pair", "half a pair", "minified", "YAML after all"],
)
def test_every_place_in_json_is_exact(text: str, path: tuple[str | int, ...], place: str) -> None:
    assert places(text, *path) == place
