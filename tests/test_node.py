import pytest

from nplint.document import Path
from nplint.node import Node
from nplint.reader import decode, read

TEXT = """\
apiVersion: v1
kind: Service
metadata:
  name: "{{ .name }}"
  labels: {app: "${APP}", tier: web, "{{ key }}": x}
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: "30080"
      on: true
    -
    - ${PORT}
  ratio: 0.5
  1: one
"""


def root() -> Node:
    (document,) = read(decode("f.yaml", TEXT.encode()))
    return Node(document, value=document.value)


def shown(node: Node) -> str:
    return node.document.source.slice(node.span)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("spec", "type"), "NodePort", "spec.type"),
        (("spec", "ports", 0, "port"), 80, "spec.ports[0].port"),
        (("spec", "ports", 1), None, "spec.ports[1]"),
        (("spec", "1"), "one", "spec.1"),
        ((), "Service", ""),
    ],
)
def test_steps_lead_to_a_value(path: Path, value: object, field: str) -> None:
    node = root().at(path)
    assert node.present
    assert (node.value["kind"] if isinstance(node.value, dict) else node.value) == value
    assert (node.path, node.field) == (path, field)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("status",), TEXT.rstrip()),
        (("spec", "selector"), "spec"),
        (("spec", "selector", "app", 0), "spec"),
        (("spec", "ports", 9, "port"), "ports"),
        (("spec", "ports", -1), "ports"),
        (("spec", "ports", "port"), "ports"),
        (("spec", "type", "x"), "type"),
        (("spec", 1), "spec"),
        (("spec", "ports", 1, "port"), "-"),
    ],
)
def test_what_is_absent_is_shown_at_the_key_of_what_holds_it(path: Path, place: str) -> None:
    node = root().at(path)
    assert not node.present
    assert node.value is None
    assert node.path == path
    assert shown(node) == place


def test_a_value_and_its_key_have_places_of_their_own() -> None:
    node = root()["spec"]["ports"][0]["port"]
    assert (shown(node), shown(node.key)) == ("80", "port")
    assert (node.span.line, node.span.column) == (9, 13)
    assert (node.key.span.line, node.key.span.column) == (9, 7)
    assert node.key.value == 80


def test_a_list_is_iterated_and_nothing_else() -> None:
    spec = root()["spec"]
    assert [node.field for node in spec["ports"]] == ["spec.ports[0]", "spec.ports[1]", "spec.ports[2]"]
    assert [list(node) for node in (spec, spec["type"], spec["nowhere"])] == [[], [], []]


def test_a_mapping_has_items_and_nothing_else() -> None:
    spec = root()["spec"]
    found = [(key, node.value) for key, node in spec["ports"][0].items()]
    assert found == [("port", 80), ("nodePort", "30080"), ("true", True)]
    assert [list(node.items()) for node in (spec["ports"], spec["type"], spec["nowhere"])] == [[], [], []]


@pytest.mark.parametrize(
    ("path", "text", "number"),
    [
        (("spec", "type"), "NodePort", None),
        (("spec", "ports", 0, "port"), "", 80),
        (("spec", "ports", 0, "nodePort"), "30080", None),
        (("spec", "ports", 0, "true"), "", None),
        (("spec", "ratio"), "", None),
        (("spec", "ports"), "", None),
        (("spec", "ports", 1), "", None),
        (("spec", "ports", 2), "", None),
        (("metadata", "name"), "", None),
        (("nowhere",), "", None),
    ],
)
def test_typed_reads(path: Path, text: str, number: int | None) -> None:
    node = root().at(path)
    assert (node.text, node.number) == (text, number)
    assert not isinstance(node.number, bool)


def test_placeholders_are_found_wherever_they_stand() -> None:
    assert [node.field for node in root().placeholders()] == [
        "metadata.name",
        "metadata.labels.app",
        "metadata.labels.{{ key }}",
        "spec.ports[2]",
    ]
    assert [node.field for node in root()["spec"]["type"].placeholders()] == []
    assert root()["metadata"]["name"].is_placeholder
    assert not root()["spec"]["type"].is_placeholder


def test_a_key_may_be_a_placeholder_too() -> None:
    labels = root()["metadata"]["labels"]
    assert [key for key, node in labels.items() if node.is_placeholder_key] == ["{{ key }}"]
    assert not root().is_placeholder_key


def test_the_parent_is_one_step_up() -> None:
    port = root()["spec"]["ports"][0]["port"]
    assert [port.parent.field, port.parent.parent.field] == ["spec.ports[0]", "spec.ports"]
    assert port.parent.value == root()["spec"]["ports"][0].value
    assert root()["spec"]["nowhere"].parent.field == "spec"


def test_a_field_counts_from_the_resource() -> None:
    (document,) = read(decode("f.yaml", b"apiVersion: v1\nkind: List\nitems:\n- spec: {ports: [{port: 1}]}\n"))
    item = Node(document, ("items", 0), {"spec": {"ports": [{"port": 1}]}}, root=2)
    port = item["spec"]["ports"][0]["port"]
    assert (port.field, port.path, port.parent.field) == (
        "spec.ports[0].port",
        ("items", 0, "spec", "ports", 0, "port"),
        "spec.ports[0]",
    )
    assert (port.span.line, port.span.column) == (4, 25)
