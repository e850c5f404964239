"""Checks that are made of data: of a JSON Schema, or of an expression."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from nplint import shape
from nplint.check import Check, Problem, Problems, Unjudged
from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Resource
from nplint.sandbox import LimitError, Sandbox
from nplint.shape import Schema, has_patterns, is_plain, size

# Keywords times characters: some tenths of a second at worst.
_MOST_WORK = 20_000_000

if TYPE_CHECKING:
    from nplint.expressions import Validation, Verdict


class Say(Protocol):
    """Words a problem at a place, with what an expression said of it if it did."""

    def __call__(self, node: Node, said: str = "") -> Problem: ...


class About(NamedTuple):
    """What a rule is called, the apiVersion and kind of what it judges, and how it words what it finds."""

    name: str
    kinds: frozenset[tuple[str, str]]
    say: Say

    def chosen(self, cluster: Cluster) -> list[Resource]:
        """The resources that the rule judges."""
        return [one for one in cluster.resources if (one.api_version, one.kind) in self.kinds]


def by_schema(about: About, schema: Schema, sandbox: Sandbox | None) -> Check:
    """Finds every place that does not fit a schema; without a sandbox, the schema is trusted."""
    # Plain code needs no sandbox, unless a regular expression could keep it busy.
    plain = is_plain(schema) and not (sandbox and has_patterns(schema))
    weight = size(schema) if sandbox else 0

    def check(cluster: Cluster) -> Problems:
        resources = about.chosen(cluster)
        if plain and weight * _length(resources) <= _MOST_WORK:
            # Most have the shape, which is found out much faster than where others have not.
            fits = shape.gate(schema)
            resources = [resource for resource in resources if not fits(resource.node.value)]
            answers: Iterator[Any] = (shape.violations(resource.node.value, schema) for resource in resources)
        else:
            answers = _violations(schema, resources, sandbox)
        for resource, places in answered(about.name, resources, answers):
            if isinstance(places, str):
                yield given_up(resource, places)
                continue
            for path, on_key in dict.fromkeys((tuple(path), on_key) for path, on_key in places):
                yield _violated(about, resource, resource.node.at(path), on_key)

    return check


def _length(resources: list[Resource]) -> int:
    """How many characters the documents of the resources have."""
    documents = {id(document): document for document in (resource.node.document for resource in resources)}
    return sum(document.end - document.start for document in documents.values())


def _violations(schema: Schema, resources: list[Resource], sandbox: Sandbox | None) -> Iterator[Any]:
    values = [resource.node.value for resource in resources]
    if sandbox:
        return sandbox.ask({"do": "violations", "schema": schema, "values": values}) if values else iter(())
    from nplint.violations import violations

    return (violations(value, schema) for value in values)


def _violated(about: About, resource: Resource, node: Node, on_key: bool) -> Problem | Unjudged:
    if node.is_placeholder and not on_key:
        return Unjudged(node, "value", "it is not rendered yet")
    at = marked(resource, node)
    return about.say(at.key if on_key and at.path == node.path else at)


def by_expression(about: About, validation: "Validation", sandbox: Sandbox) -> Check:
    """Finds the resources for which an expression is false."""
    from nplint.expressions import Question, looked_at, verdicts

    words = set(re.findall(r"\w+", " ".join(validation)))

    def check(cluster: Cluster) -> Problems:
        resources = about.chosen(cluster)
        everything = (*cluster.resources, *cluster.context_resources) if "objects" in words else ()
        shared = {"objects": [resource.node.value for resource in everything]}
        items = [{"object": resource.node.value} for resource in resources]
        answers = verdicts(sandbox, Question((validation,)), items, shared)
        for resource, found in answered(about.name, resources, answers):
            if isinstance(found, str):
                yield given_up(resource, found)
                continue
            for verdict in found:
                yield _judged(about, resource, looked_at(resource, validation.expression), verdict, "object" in words)

    return check


def _judged(
    about: About, resource: Resource, node: Node, verdict: "Verdict", looks_at_object: bool
) -> Problem | Unjudged:
    if verdict.error:
        reason = f"the rule {about.name} cannot be evaluated: {verdict.error}"
        return Unjudged(resource.node, "resource", reason, f"{reason}; ask with has() first")
    for hidden in node.placeholders() if looks_at_object else ():
        return Unjudged(hidden, "value", "it is not rendered yet")
    return about.say(marked(resource, node), verdict.said)


def answered(name: str, resources: list[Resource], answers: Iterator[Any]) -> Iterator[tuple[Resource, Any]]:
    """Resources with what is answered of each, which is a reason where the answering was given up."""
    left = iter(resources)
    try:
        # The answer comes first: a resource is taken only where there is one.
        for answer in answers:
            yield next(left), answer
    except LimitError as error:
        yield from ((resource, f"the rule {name} was given up: {error}") for resource in left)


def given_up(resource: Resource, reason: str) -> Unjudged:
    """What is said of a resource that a rule did not come to."""
    return Unjudged(resource.node, "resource", reason, f"{reason}; make it simpler")


def marked(resource: Resource, node: Node) -> Node:
    """What to point at: the value, or its key where the value is large; a resource as a whole by its kind."""
    if node.path == resource.node.path:
        return resource.node["kind"]
    return node.key if isinstance(node.value, dict | list) else node
