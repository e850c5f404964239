"""Checks that are made of an expression."""

from nplint.asking import Asking, Outcome
from nplint.check import Check, Problem, Problems, Unjudged
from nplint.checks import UNRENDERED, About, given_up, marked
from nplint.cluster import Cluster
from nplint.expressions import Validation, Verdict, looked_at
from nplint.finding import Severity
from nplint.node import Node
from nplint.reach import How, Reach, hidden, reach
from nplint.resource import Resource
from nplint.sandbox import Sandbox
from nplint.worlds import Worlds


def by_expression(about: About, validation: "Validation", sandbox: Sandbox) -> Check:
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
