"""Checks that are made of data: of a JSON Schema, or of an expression."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from nplint import shape
from nplint.asking import Asking, Outcome, answered
from nplint.check import Check, Problem, Problems, Unjudged
from nplint.cluster import Cluster
from nplint.expressions import Validation, Verdict, looked_at
from nplint.finding import Severity
from nplint.node import Node
from nplint.reach import How, Reach, hidden, reach
from nplint.resource import Resource
from nplint.sandbox import Sandbox
from nplint.shape import Schema, Way, has_patterns, is_plain, size
from nplint.undecided import undecided
from nplint.worlds import Worlds

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
            values = (resource.node.value for resource in resources)
            answers: Iterator[Any] = ((shape.violations(value, schema), undecided(value, schema)) for value in values)
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
    from nplint.violations import violations

    return ((violations(value, schema), undecided(value, schema)) for value in values)


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


def by_expression(about: About, validation: Validation, sandbox: Sandbox) -> Check:
    """Finds the resources for which an expression is false."""
    found = reach(validation.expression, ("object", "objects"))
    is_about_others = bool(found.of("objects"))
    # A message alone may name them as well.
    takes_others = is_about_others or "objects" in validation.message

    def check(cluster: Cluster) -> Problems:
        resources = []
        blind = _hidden_among_others(cluster, found)
        for resource in about.chosen(cluster):
            unknown = next((node for one in found.of("object") for node in hidden(resource.node, one)), None)
            if unknown:
                yield Unjudged(unknown, "value", UNRENDERED)
            elif blind:
                yield Unjudged(resource.node, "resource", f"{blind.span.place}, which it looks at, is not rendered yet")
            else:
                resources.append(resource)
        asking = Asking(about.name, sandbox, validation, Worlds(cluster))
        outcomes = (
            asking.among_others(resources) if is_about_others else asking.once(resources, with_others=takes_others)
        )
        for resource, outcome in outcomes:
            if not outcome.holds:
                yield _judged(about, resource, looked_at(resource, found), outcome)

    return check


def _judged(about: About, resource: Resource, node: Node, outcome: Outcome) -> Problem | Unjudged:
    if outcome.given_up:
        return given_up(resource, outcome.given_up)
    if outcome.unseen:
        way_out = f"{outcome.unseen}. Declare clusters in .nplint.yaml (nplint init)"
        return Unjudged(resource.node, "resource", outcome.unseen, way_out)
    verdict = outcome.verdict or Verdict(0)
    if verdict.error:
        reason = f"the rule {about.name} cannot be evaluated: {verdict.error}"
        return Unjudged(resource.node, "resource", reason, reason + advice(verdict))
    problem = about.say(node, marked(resource, node), verdict.said)
    return problem if outcome.is_sure else problem._replace(severity=Severity.WARNING)


def _hidden_among_others(cluster: Cluster, found: Reach) -> Node | None:
    """A value of any resource that an expression about all of them reads, and that is not rendered yet."""
    accesses = [one for one in found.of("objects") if one.steps or one.how is How.VALUE]
    everything = (*cluster.resources, *cluster.context_resources) if accesses else ()
    return next((node for each in everything for one in accesses for node in hidden(each.node, one.inside)), None)


def advice(verdict: Verdict) -> str:
    """What to do about an expression that cannot be evaluated."""
    if verdict.is_limit:
        return "; make it simpler"
    return "; ask with has() first" if verdict.is_of_missing else ""


def given_up(resource: Resource, reason: str) -> Unjudged:
    """What is said of a resource that a rule did not come to."""
    return Unjudged(resource.node, "resource", reason, f"{reason}; make it simpler")


def marked(resource: Resource, node: Node) -> Node:
    """What to point at: the value, or its key where the value is large; a resource as a whole by its kind."""
    if node.path == resource.node.path:
        return resource.node["kind"]
    return node.key if isinstance(node.value, dict | list) else node
