"""Values that are not of their field's type."""

from types import NoneType

from nplint import Cluster, Node, Problem, Problems, Severity, replacement, rule
from nplint.scalars import plain
from nplint.spelling import listed, shown
from nplint.structure import Flaw, types

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "boolean": "true or false",
}


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {version: "1.0"}}
        spec:
          selector: {app: web, canary: "true", zone: null}
          ports:
            - {name: http, port: 80.0, targetPort: http}
            - {name: https, port: 0x1bb, targetPort: null}
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          labels:
            version: 1.0  # <- metadata.labels.version has to be a string, and 1.0 is a number: quote it
        spec:
          type: NodePort
          selector:
            app: web
            canary: yes  # <- spec.selector.canary has to be a string, and yes is a boolean: quote it
          ports:
            - port: "80"  # <- spec.ports[0].port has to be an integer, and "80" is a string: drop the quotes
              nodePort: 30080.5  # <- spec.ports[0].nodePort has to be an integer, and 30080.5 is a number with a fraction
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector:
            matchLabels:  # <- spec.selector.matchLabels has to be a string, and this is a mapping
              app: web
          ports:  # <- spec.ports has to be a list, and this is a mapping
            port: 80
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: 5  # <- spec.type has to be a string, and 5 is a number
          ports:
            - port: 80
              protocol: 6  # <- spec.ports[0].protocol has to be a string, and 6 is a number
        """,
        """
        apiVersion: v1
        kind: List
        items:  # <- items has to be a list, and this is a mapping
          web: {apiVersion: v1, kind: Service}
        ---
        apiVersion: v1
        kind: ServiceList
        items:
          - null  # <- a Service has to be a mapping, and this is null
          - web  # <- a Service has to be a mapping, and web is a string
        """,
    ),
)
def wrong_type(cluster: Cluster) -> Problems:
    """A value is not of the type that its field has.

    The API server cannot decode such a Service and refuses it. Nothing is converted: neither "80" to 80 nor 1 to "1".

    YAML takes unquoted `yes`, `no`, `on`, `off` and `1.0` for booleans and numbers, so labels and selectors need
    quotes around them.
    """
    for kind in ("List", "ServiceList"):
        for document in cluster.manifests_by_kind.get(("v1", kind), ()):
            yield from _items(Node(document, value=document.value))
    for flaw in cluster.flaws:
        if flaw.keyword == "type":
            yield _problem(flaw)
        elif flaw.keyword in ("minimum", "maximum") and abs(flaw.schema[flaw.keyword]) > 65535:
            bits = 64 if flaw.schema["maximum"] > 2**32 else 32
            yield Problem(flaw.node, f"{flaw.node.field} has to fit into {bits} bits, and {flaw.node.value} does not")
        elif flaw.keyword == "format":
            yield Problem(flaw.node, f"{flaw.node.field} has to be a time like 2025-01-31T12:00:00Z")


def _items(root: Node) -> Problems:
    """The items of a List, without which nobody knows what is in it."""
    items = root["items"]
    if not isinstance(items.value, list | NoneType) and not items.is_placeholder:
        yield Problem(items.key, _message(items, ["array"]))


def _message(node: Node, wanted: list[str]) -> str:
    written = node.document.source.slice(node.span)
    what = "this" if isinstance(node.value, dict | list | NoneType) or "\n" in written else shown(written)
    has_to_be = listed([_NAMES[name] for name in wanted], "or")
    return f"{node.field or 'a Service'} has to be {has_to_be}, and {what} is {_kind(node)}"


def _problem(flaw: Flaw) -> Problem:
    node, wanted = flaw.node, [name for name in types(flaw.schema) if name != "null"]
    message = _message(node, wanted)
    if "enum" in flaw.schema:
        # A value of another type was hardly meant as one of the words, so quotes do not mend it.
        return Problem(node, message, help=f"set {listed([word for word in flaw.schema['enum'] if word], 'or')}")
    return _with_way_out(node, message, wanted)


def _with_way_out(node: Node, message: str, wanted: list[str]) -> Problem:
    if node.path[-1] == "matchLabels":
        return Problem(
            node.key, message, help="put the labels right below selector: a Service's selector has no matchLabels"
        )
    if "string" in wanted and isinstance(node.value, bool | int | float) and not _is_name(node):
        quoted = f'"{node.document.source.slice(node.span)}"'
        return Problem(node, f"{message}: quote it", edits=replacement(node, quoted, safe=True))
    if isinstance(node.value, str) and wanted == ["integer"] and _is_integer(node.value):
        edits = replacement(node, str(int(node.value)), safe=True, quotes=False)
        return Problem(node, f"{message}: drop the quotes", edits=edits)
    if node.text in ("true", "false") and wanted == ["boolean"]:
        edits = replacement(node, node.text, safe=True, quotes=False)
        return Problem(node, f"{message}: drop the quotes", edits=edits)
    return Problem(node if not isinstance(node.value, dict) else node.key, message)


def _is_name(node: Node) -> bool:
    """Whether quotes would only make another wrong value: a name that has to have a letter, or to begin with one."""
    return node.path[-1] == "targetPort" or node.field in ("metadata.name", "metadata.generateName")


def _is_integer(text: str) -> bool:
    return text.isdecimal() and len(text) < 20 and plain(text) == int(text)


def _kind(node: Node) -> str:
    if isinstance(node.value, dict | list):
        return _NAMES["object" if isinstance(node.value, dict) else "array"]
    if isinstance(node.value, bool | NoneType):
        return "null" if node.value is None else "a boolean"
    if isinstance(node.value, float):
        return "a number with a fraction" if not node.value.is_integer() else "a number"
    return "a number" if isinstance(node.value, int) else "a string"
