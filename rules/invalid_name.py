"""Names outside their grammar."""

import re
from collections.abc import Callable, Iterator

from nplint import Cluster, Node, Problem, Problems, Service, Severity, names, replacement, rule
from nplint.spelling import shown
from nplint.tree import Value

Check = tuple[Node, Callable[[str], str]]

_MOST_ANNOTATIONS = 256 * 1024


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
    good="""
        apiVersion: v1
        kind: Service
        metadata:
          name: web-2
          namespace: 2-shops
          labels: {app.kubernetes.io/name: Web_2, empty: ""}
          annotations: {Example.com/note: any text at all}
        spec:
          selector: {app: web}
          ports:
            - {name: 8080-tcp, port: 80, targetPort: 1a}
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: 2web  # <- metadata.name 2web is not valid: it takes lower-case letters, digits and inner hyphens, and begins with a letter
          namespace: Shop  # <- metadata.namespace Shop is not valid: it takes lower-case letters, digits and inner hyphens
          labels:
            app: web/front  # <- the value web/front in metadata.labels is not valid: it takes letters, digits, `-`, `_` and `.`, with a letter or digit at both ends
        spec:
          selector:
            a b: web  # <- the key a b in spec.selector is not valid: it takes letters, digits, `-`, `_` and `.`, with a letter or digit at both ends
          ports:
            - name: http_alt  # <- spec.ports[0].name http_alt is not valid: it takes lower-case letters, digits and inner hyphens
              port: 80
              targetPort: http-alternative  # <- spec.ports[0].targetPort http-alternative is not valid: it is longer than 15 characters
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - port: 80
              targetPort: "8080"  # <- spec.ports[0].targetPort is the name "8080", and a name has a letter: drop the quotes
        """,
    ),
)
def invalid_name(cluster: Cluster) -> Problems:
    """A name, label, selector, annotation key or port name does not follow its grammar.

    The API server refuses such a Service.

    A Service's name becomes a DNS name, so its grammar is stricter than that of most objects: a dot or a leading digit
    is not allowed.
    """
    for service in cluster.services:
        for node, grammar in _named(service):
            wrong = grammar(node.text) if node.text else ""
            if wrong:
                yield _problem(node, wrong)
        yield from _maps(service)


def _named(service: Service) -> Iterator[Check]:
    metadata = service.node["metadata"]
    yield metadata["name"], names.service_name
    yield metadata["generateName"], names.generated_name
    yield metadata["namespace"], names.dns_label
    for port in service.ports:
        yield port.node["name"], names.dns_label
        yield port.node["targetPort"], names.port_name


def _problem(node: Node, wrong: str) -> Problem:
    if node.path[-1] == "targetPort" and re.fullmatch("0{0,9}[0-9]{1,5}", node.text) and 0 < int(node.text) < 65536:
        message = f'{node.field} is the name "{node.text}", and a name has a letter: drop the quotes'
        return Problem(node, message, edits=replacement(node, str(int(node.text)), safe=True, quotes=False))
    return Problem(node, f"{node.field} {shown(node.text)} is not valid: {wrong}")


def _maps(service: Service) -> Problems:
    metadata = service.node["metadata"]
    size = sum(len(f"{key}{text}".encode("utf-8", "surrogatepass")) for key, text in service.annotations.items())
    if size > _MOST_ANNOTATIONS:
        yield Problem(metadata["annotations"].key, f"the annotations have {size} bytes, and 262144 is the most")
    yield from _keys(metadata["labels"], values=True)
    yield from _keys(metadata["annotations"], values=False)
    yield from _keys(service.spec["selector"], values=True)


def _keys(mapping: Node, *, values: bool) -> Problems:
    held = mapping.value if isinstance(mapping.value, dict) else {}
    if all(_is_in_order(key, text if values else "") for key, text in held.items()):
        # Most are, and to see that takes no places.
        return
    for key, node in mapping.items():
        # Annotation keys may be written in upper case.
        wrong = "" if node.is_placeholder_key else names.qualified_name(key if values else key.lower())
        if wrong:
            yield Problem(
                node.key, f"the key {shown(key)} in {mapping.field} is not valid: {wrong}", field=mapping.field
            )
        wrong = names.label_value(node.text) if values else ""
        if wrong:
            yield Problem(
                node, f"the value {shown(node.text)} in {mapping.field} is not valid: {wrong}", field=mapping.field
            )


def _is_in_order(key: str, text: Value) -> bool:
    return isinstance(text, str) and not names.qualified_name(key) and not names.label_value(text)
