"""Checks that are made of a JSON Schema, and what is common to all that are made of data."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from nplint import placeholder, shape
from nplint.check import Check, Problem, Problems, Unjudged
from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Resource
from nplint.sandbox import LimitError, Sandbox
from nplint.shape import Schema, Way, has_patterns, is_plain, size

T = TypeVar("T")

UNRENDERED = "it is not rendered yet"

# Keywords times characters: some tenths of a second at worst.
_MOST_WORK = 20_000_000


class Say(Protocol):
    """Words a problem with a value, marked at a place, with what an expression said of it if it did."""

    def __call__(self, node: Node, at: Node, said: str = "") -> Problem: ...


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
            fits, templates = shape.gate(schema), _templates(resources)
            resources = [
                one for one in resources if id(one.node.document.source) in templates or not fits(one.node.value)
            ]
            answers: Iterator[Any] = (_judgement(resource.node.value, schema) for resource in resources)
        else:
            answers = _violations(schema, resources, sandbox)
        for resource, found in answered(about.name, resources, answers):
            yield from [given_up(resource, found)] if isinstance(found, str) else _violated(about, resource, *found)

    return check


def _length(resources: list[Resource]) -> int:
    """How many characters the documents of the resources have."""
    documents = {id(document): document for document in (resource.node.document for resource in resources)}
    return sum(document.end - document.start for document in documents.values())


def _violations(schema: Schema, resources: list[Resource], sandbox: Sandbox | None) -> Iterator[Any]:
    values = [resource.node.value for resource in resources]
    if sandbox:
        return sandbox.ask({"do": "violations", "schema": schema, "values": values}) if values else iter(())
    from nplint.undecided import undecided
    from nplint.violations import violations

    return ((violations(value, schema), undecided(value, schema)) for value in values)


def _judgement(value: Any, schema: Schema) -> tuple[Any, Any]:
    from nplint.undecided import undecided

    return shape.violations(value, schema), undecided(value, schema)


def _templates(resources: Iterable[Resource]) -> set[int]:
    """The sources with something that may have to be filled in."""
    sources = {id(one.node.document.source): one.node.document.source for one in resources}
    return {key for key, source in sources.items() if placeholder.find(source.text, placeholder.VALUE_MARKS)}


def _violated(
    about: About, resource: Resource, places: Iterable[tuple[Way, bool]], hidden: Iterable[tuple[Way, bool, Way]]
) -> Problems:
    """What is found at places of a resource, and what hangs on those that are not rendered yet."""
    open = dict.fromkeys((tuple(path), on_key, tuple(at)) for path, on_key, at in hidden)
    unsure = {at for _, _, at in open}
    for path, on_key in dict.fromkeys((tuple(path), on_key) for path, on_key in places):
        if any(path[:length] in unsure for length in range(len(path) + 1)):
            continue
        node = resource.node.at(path)
        at = marked(resource, node)
        yield about.say(node, at.key if on_key and at.path == node.path else at)
    for path, on_key in dict.fromkeys((path, on_key) for path, on_key, _ in open):
        node = resource.node.at(path)
        yield Unjudged(node.key if on_key else node, "value", UNRENDERED)


def answered(name: str, asked: Sequence[T], answers: Iterator[Any]) -> Iterator[tuple[T, Any]]:
    """What was asked with its answers, which are a reason where the answering was given up."""
    left = iter(asked)
    try:
        # The answer comes first: what is asked next is taken only where there is one.
        for answer in answers:
            yield next(left), answer
    except LimitError as error:
        yield from ((one, f"the rule {name} was given up: {error}") for one in left)


def given_up(resource: Resource, reason: str) -> Unjudged:
    """What is said of a resource that a rule did not come to."""
    return Unjudged(resource.node, "resource", reason, f"{reason}; make it simpler")


def marked(resource: Resource, node: Node) -> Node:
    """What to point at: the value, or its key where the value is large; a resource as a whole by its kind."""
    if node.path == resource.node.path:
        return resource.node["kind"]
    return node.key if isinstance(node.value, dict | list) else node
