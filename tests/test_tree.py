import pytest

from nplint.limits import DEFAULT
from nplint.tree import Tree, UnreadableError, Value, construct
from nplint.yamltext import compose


def tree(text: str) -> Tree:
    root, _ = compose(text)
    assert root
    return root


def load(text: str) -> Value:
    return construct(tree(text))[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 080\nb: '080'\nc: \"010\"\nd: !!str 010\n", {"a": 80, "b": "080", "c": "010", "d": "010"}),
        ("a: ! 080\nb: !local 080\nc: !<tag:yaml.org,2002:int> '80'\n", {"a": "080", "b": "080", "c": 80}),
        ("a: !!binary |\n  aGVs\n  bG8=\n", {"a": "hello"}),
        ("a: !!map {b: 1}\nc: !foo [d]\ne: !!set {f}\n", {"a": {"b": 1}, "c": ["d"], "e": {"f": None}}),
        ("a:\nb: ~\nc: ''\n", {"a": None, "b": None, "c": ""}),
        ("- a\n-\n- - b\n", ["a", None, ["b"]]),
        ("a: |\n  80\nb: >-\n  x\n  y\n", {"a": "80\n", "b": "x y"}),
        ("[a: 1, {b}]", [{"a": 1}, {"b": None}]),
        ("80", 80),
        ("''", ""),
    ],
)
def test_values(text: str, value: Value) -> None:
    assert load(text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("1", "1"),
        ("010", "8"),
        ("1.50", "1.5"),
        ("yes", "true"),
        ("n", "false"),
        ("'yes'", "yes"),
        ("!!str 1", "1"),
        ("!!int '010'", "8"),
        ("!!binary aGk=", "hi"),
        ("2001-01-01", "2001-01-01"),
        ("''", ""),
        ("? a\n", "a"),
    ],
)
def test_keys_become_text(key: str, text: str) -> None:
    assert load(f"{key}: x") == {text: "x"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{<<: *x, p: 9}", {"p": 9, "q": 2}),
        ("{p: 9, <<: *x}", {"p": 1, "q": 2}),
        ("{<<: [*x, *y]}", {"p": 1, "q": 2, "r": 4}),
        ("{<<: [*y, *x]}", {"p": 3, "q": 2, "r": 4}),
        ("{<<: *x, <<: *y}", {"p": 3, "q": 2, "r": 4}),
        ("{<<: {p: 5}}", {"p": 5}),
        ("{<<: []}", {}),
        ("{!!merge '<<': *x}", {"p": 1, "q": 2}),
        ("{'<<': *x}", {"<<": {"p": 1, "q": 2}}),
        ("{!!str <<: *x}", {"<<": {"p": 1, "q": 2}}),
        ("[<<]", ["<<"]),
    ],
)
def test_merge_keys_take_effect_in_their_order(text: str, value: Value) -> None:
    assert load(f"[&x {{p: 1, q: 2}}, &y {{p: 3, r: 4}}, {text}]") == [{"p": 1, "q": 2}, {"p": 3, "r": 4}, value]


def test_merges_of_merges() -> None:
    assert load("a: &a {p: 1}\nb: &b {<<: *a, q: 2}\nc: {<<: *b, r: 3}\n") == {
        "a": {"p": 1},
        "b": {"p": 1, "q": 2},
        "c": {"p": 1, "q": 2, "r": 3},
    }


def test_the_list_of_a_merge_may_have_an_alias() -> None:
    assert load("a: {<<: &m [{p: 1}]}\nb: *m\n") == {"a": {"p": 1}, "b": [{"p": 1}]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 1}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("a: &x 1\nb: *x\nc: &x 2\n", {"a": 1, "b": 1, "c": 2}),
        ("a: &k b\n*k : 1\n", {"a": "b", "b": 1}),
        ("&k a: *k\n", {"a": "a"}),
        ("&k 010: *k\n", {"8": 8}),
        ("a: &e\nb: *e\n", {"a": None, "b": None}),
        ("a: &x !!str 1\nb: *x\n", {"a": "1", "b": "1"}),
        ("{&m <<: {p: 1}, q: *m}", {"p": 1, "q": "<<"}),
    ],
)
def test_aliases(text: str, value: Value) -> None:
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "reason", "offset"),
    [
        ("~: 1", "null cannot be a key", 0),
        ("{a: 1, ? : 1}", "null cannot be a key", 9),
        ("a: {[b]: 1}", "a list or mapping cannot be a key", 4),
        ("? {a: b}\n: 1", "a list or mapping cannot be a key", 2),
        ("[&x [a], {*x : 1}]", "a list or mapping cannot be a key", 10),
        ("[&x [{a: 1}], {<<: *x}]", "a `<<` takes a mapping or a list of mappings", 19),
        ("{<<: 1}", "a `<<` takes a mapping or a list of mappings", 5),
        ("{<<: [{a: 1}, b]}", "a `<<` takes a mapping or a list of mappings", 14),
        ("{<<: ~}", "a `<<` takes a mapping or a list of mappings", 5),
        ("a: *x", "the alias *x names no anchor", 3),
        ("[*x, &x 1]", "the alias *x names no anchor", 1),
        ("a: &x [*x]", "the anchor &x contains itself", 7),
        ("&x {a: {b: *x}}", "the anchor &x contains itself", 11),
        ("a: .nan", "a number that is infinite or none at all has no JSON form", 3),
        ("a: !!int x", "`x` is not of its tag's type !!int", 3),
        ("a: !!binary x", "the !!binary value is not base64", 3),
        ("ü: \x07", "a control character is not allowed", 3),
        ("😀: \x00", "a control character is not allowed", 3),
        ("a: b: c", "mapping values are not allowed in this context", 4),
        ("a: %x", "while scanning for the next token, found character that cannot start any token", 3),
        ("a: @x", "a value cannot begin with @: quote it", 3),
        ("a: `x`", "a value cannot begin with `: quote it", 3),
        ("a:\n\tb: 1", "a tab stands where only spaces may", 3),
        ("a: 1\nbc\nd: 2", "while scanning a simple key, could not find expected ':'", 5),
        ("a: [b", "while parsing a flow sequence, did not find expected ',' or ']'", 5),
    ],
)
def test_what_kubectl_cannot_read(text: str, reason: str, offset: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        load(text)
    assert (caught.value.reason, caught.value.offset) == (reason, offset)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("{a: 1, a: 2}", True),
        ("{1: a, '1': b}", True),
        ("[{b: {c: 1, c: 1}}]", True),
        ("{a: 1, A: 2}", False),
        ("{<<: {a: 1}, a: 2}", False),
        ("{<<: {a: 1}, <<: {a: 2}}", False),
    ],
)
def test_repeated_keys_are_noticed(text: str, repeats: bool) -> None:
    assert construct(tree(text))[1] is repeats


def test_the_last_of_repeated_keys_wins() -> None:
    assert load("{a: 1, b: 2, a: 3}") == {"a": 3, "b": 2}


@pytest.mark.parametrize(
    ("text", "more"),
    [("a: 1", False), ("a: 1\n...\n", False), ("a: 1\n...\nb: 2", True), ("a: 1\n---\n", True), ("{a: 1} x", True)],
)
def test_text_after_the_first_document_is_noticed(text: str, more: bool) -> None:
    assert compose(text)[1] is more
    assert load(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", " \n", "# only\n"])
def test_text_without_a_document(text: str) -> None:
    assert compose(text) == (None, False)


def bomb(levels: int) -> str:
    lines = ["l0: &l0 [1,2,3,4,5,6,7,8,9]"]
    lines += [f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]" for n in range(1, levels + 1)]
    return "\n".join(lines)


def aliases(anchored: str, count: int) -> str:
    return f"a: &a {anchored}\nb: [{','.join(['*a'] * count)}]\n"


def numbers(count: int) -> str:
    return f"[{','.join('1' * count)}]"


# The numbers stand on both sides of the limit that kubectl's own decoder was seen to have.
@pytest.mark.parametrize(
    "text",
    [
        bomb(2),
        aliases("1", 50_000),
        aliases("{k: 1}", 50_000),
        aliases(numbers(150), 297),
        aliases(numbers(999), 110),
        aliases(numbers(9000), 48),
    ],
)
def test_aliases_that_kubectl_reads(text: str) -> None:
    assert isinstance(load(text), dict)


@pytest.mark.parametrize(
    "text",
    [
        bomb(3),
        bomb(6),
        bomb(30),
        aliases(numbers(150), 298),
        aliases(numbers(999), 111),
        aliases(numbers(9000), 49),
    ],
)
def test_aliases_that_multiply_the_document(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^its aliases multiply it to [0-9,]+ values") as caught:
        load(text)
    assert text[caught.value.offset] == "*"


def test_a_bomb_is_refused_whatever_follows_it() -> None:
    with pytest.raises(UnreadableError, match="its aliases multiply it"):
        load(bomb(3) + "\nz: " + numbers(5000))


DEEP = "it nests more than 200 lists and mappings in each other (`--limit depth=N` raises that)"


@pytest.mark.parametrize(("opening", "step"), [("[", 1), ("- ", 2), ("{a: ", 4), ("? ", 2), ('{"a":', 5), ("[a: ", 2)])
def test_nesting_has_a_limit(opening: str, step: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        compose(opening * 100_000)
    assert (caught.value.reason, caught.value.offset) == (DEEP, DEFAULT.depth * step)


@pytest.mark.parametrize("depth", [1, DEFAULT.depth - 1, DEFAULT.depth])
def test_nesting_up_to_the_limit(depth: int) -> None:
    value = load("[" * depth + "]" * depth)
    for _ in range(depth - 1):
        assert isinstance(value, list)
        (value,) = value
    assert value == []


@pytest.mark.parametrize(
    ("text", "path", "shown"),
    [
        ("a:\n- b\n- c\n\n# d\ne: 1\n", (1,), "- b\n- c"),
        ("a:\n  b:\n    c: 1\n\n\nd: 1\n", (1,), "b:\n    c: 1"),
        ("a: |\n  x\n  y\n\n\nb: 1\n", (1,), "|\n  x\n  y"),
        ("a: >-\n  x\u00a0\n", (1,), ">-\n  x\u00a0"),
        ("a: |+\n\n\nb: 1\n", (1,), "|+"),
        ("a: [b,\n  c ]  \n", (1,), "[b,\n  c ]"),
        ("a: {}  # c\n", (1,), "{}"),
        ("[a: 1 , c]", (0,), "a: 1"),
        ("a: &x !!str b  # c\n", (1,), "&x !!str b"),
        ("a: 'b\n\n  c'\n", (1,), "'b\n\n  c'"),
        ("a: b\n  c\nd: e", (1,), "b\n  c"),
        ("- &x [1]\n- *x\n", (1,), "*x"),
        ("ü: 😀 \n", (1,), "😀"),
        ("a:\nb: 1\n", (1,), ""),
    ],
)
def test_a_node_ends_with_its_last_character(text: str, path: tuple[int, ...], shown: str) -> None:
    node = tree(text)
    for step in path:
        node = node.children[step]
    assert text[node.start : node.end] == shown
