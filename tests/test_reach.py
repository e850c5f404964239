"""What expressions read: told from their text, and never less than they do."""

import pytest

from nplint.document import Source
from nplint.node import Node
from nplint.reach import hidden, nodes, reach
from nplint.reader import parse

ROOTS = ("object", "objects")


def written(expression: str) -> list[str]:
    """What is read as texts, with `?` before it where it is not all that is read."""
    found = reach(expression, ROOTS, ["oldObject"])
    shown = [
        one.root
        + "".join("[*]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" for step in one.steps)
        + {"VALUE": "", "PRESENCE": " there", "ITEMS": " items", "KEYS": " keys"}[one.how.name]
        for one in found.accesses
    ]
    return [*([] if found.known else ["?"]), *shown]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true", []),
        ("object.spec.type == 'NodePort'", ["object.spec.type"]),
        ("object . spec\n.type in ['a', \"object.x\"] // object.y", ["object.spec.type"]),
        ("object['spec'][\"type\"].size() == 0", ["object.spec.type keys"]),
        ("object.?spec.?selector[?'a.b'].hasValue()", ["object.spec.selector.a.b"]),
        ("has(object.spec.type) && has(object.spec)", ["object.spec.type there", "object.spec there"]),
        ("'team' in object.metadata.labels", ["object.metadata.labels keys"]),
        ("size(object.spec.ports) > int(object.spec.x)", ["object.spec.ports keys", "object.spec.x"]),
        ("object.spec.ports[0].port == 1u", ["object.spec.ports[0].port"]),
        ("object.spec.ports.all(p, p.port > 1)", ["object.spec.ports items", "object.spec.ports[*].port"]),
        ("object.spec.externalIPs.all(p, p != '')", ["object.spec.externalIPs items", "object.spec.externalIPs[*]"]),
        (
            "object.spec.ports.all(i, p, p.port > i)",
            ["object.spec.ports items", "object.spec.ports[*].port"],
        ),
        (
            "object.a.all(a, a.b.exists(b, b.c == a.d))",
            ["object.a items", "object.a[*].b items", "object.a[*].b[*].c", "object.a[*].d"],
        ),
        ("object.a.filter(a, a.b).size() == 0", ["object.a items", "object.a[*].b"]),
        ("object.a.filter(a, a.b == ')').size() == 0", ["object.a items", "object.a[*].b"]),
        ("object.a.filter(a, a.b) == [{}]", ["object.a", "object.a[*].b"]),
        ("cel.bind(x, object.a == 'b', x || x)", ["object.a"]),
        ("cel.bind(x, object.a.map(a, a.b), x == [1])", ["object.a items", "object.a[*].b"]),
        ("object.a.filter(a, a.b)[0].c == 0", ["?", "object.a", "object.a[*].b"]),
        ("object.a.map(a, a.b).all(b, b.c == 0)", ["?", "object.a", "object.a[*].b"]),
        ("[object].all(o, o.spec)", ["?", "object"]),
        ("objects.exists(o, o.kind == object.kind)", ["objects items", "objects[*].kind", "object.kind"]),
        ("objects.exists(o, o == object)", ["objects items", "objects[*]", "object"]),
        ("cel.bind(s, object.spec, s.type == 'a')", ["object.spec", "object.spec.type"]),
        ("cel.bind(s, (object.spec\n), s.type == 'a'\n)", ["object.spec", "object.spec.type"]),
        ("cel.bind(s, [object.spec], s.type == 'a')", ["?", "object.spec"]),
        ("oldObject.spec.type == object.spec.type", ["object.spec.type"]),
        ("other.spec.type == object.spec.type", ["?", "object.spec.type"]),
        ("optional.of(object.a).hasValue() && math.abs(1) == 1 && type(1) == int", ["object.a"]),
    ],
)
def test_what_is_read_is_told_from_the_text(expression: str, expected: list[str]) -> None:
    assert written(expression) == expected


TEXT = """\
type: ${TYPE}
name: web
labels: {a: b, "${K}": c}
ports: [{port: 80}, {port: "{{ .port }}", name: x}]
all: "{{ .all }}"
"""


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("object.type == 'a'", [1]),
        ("object.type.size() > 1", [1]),
        ("has(object.type)", []),
        ("object.name == 'a' && object.labels.a == 'b'", []),
        ("object.labels.b == 'c'", [3]),
        ("has(object.labels.b)", [3]),
        ("'a' in object.labels", [3]),
        ("object.ports.all(p, p.port > 1)", [4]),
        ("object.ports.all(p, p.name > 1)", []),
        ("object.ports == []", [4]),
        ("object.ports[0].port == 80", []),
        ("object.all.x.y == 1", [5]),
        ("has(object.all.x)", [5]),
        ("object.all.all(k, k == '')", [5]),
        ("object.nothing == 1", []),
        ("object == {}", [1, 3, 4, 5]),
    ],
)
def test_what_is_not_rendered_yet_is_found_where_it_is_read(expression: str, lines: list[int]) -> None:
    (document,) = parse(Source("f.yaml", TEXT))
    node = Node(document, value=document.value)
    found = {place.span.line for access in reach(expression, ROOTS).accesses for place in hidden(node, access)}
    assert sorted(found) == lines


def test_a_way_leads_to_each_item() -> None:
    (document,) = parse(Source("f.yaml", TEXT))
    node = Node(document, value=document.value)
    assert [one.present for one in nodes(node, ("ports", None, "name"))] == [False, True]
