"""An expression asked of resources, and of one that looks at their neighbours what is sure of its answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nplint.checks import answered
from nplint.expressions import Batch, Question, Validation, Verdict, verdicts
from nplint.resource import Resource
from nplint.sandbox import Sandbox
from nplint.worlds import World, Worlds


class Outcome(NamedTuple):
    """What an expression gives for a resource: a verdict where it does not hold, or why nobody can tell.

    It is not `sure` where it hangs on resources that are only likely to be deployed together.
    """

    verdict: Verdict | None = None
    given_up: str = ""
    unseen: str = ""
    is_sure: bool = True

    @property
    def holds(self) -> bool:
        return not any((self.verdict, self.given_up, self.unseen))

    @property
    def fails(self) -> bool:
        return self.verdict is not None and not self.verdict.error


_Pair = tuple[Resource, World]


class Asking(NamedTuple):
    """An expression, and whom to ask it of."""

    name: str
    sandbox: Sandbox
    validation: Validation
    worlds: Worlds

    def once(self, resources: Sequence[Resource], *, with_others: bool) -> Iterator[tuple[Resource, Outcome]]:
        """What the expression gives, which does not hang on the others that its message may name."""
        shared = self.worlds.members(self.worlds.all) if with_others else []
        batch = _batch(resources, shared)
        for resource, found in answered(self.name, resources, self._answers([batch])):
            yield resource, _outcome(found)

    def among_others(self, resources: Sequence[Resource]) -> Iterator[tuple[Resource, Outcome]]:
        """What it gives where it looks at others: of what is not there, only a world that is known in full can tell."""
        said = _Said(self.worlds)
        said.add(self._asked([(resource, self.worlds.all) for resource in resources]))
        said.add(self._asked([(resource, world) for resource in resources for world in said.needed(resource)]))
        for resource in resources:
            yield resource, said.outcome(resource)

    def _asked(self, pairs: Iterable[_Pair]) -> Iterator[tuple[_Pair, Outcome]]:
        by_world: dict[World, list[Resource]] = {}
        for resource, world in pairs:
            by_world.setdefault(world, []).append(resource)
        batches = [_batch(each, self.worlds.members(world)) for world, each in by_world.items()]
        asked = [(resource, world) for world, each in by_world.items() for resource in each]
        for pair, found in answered(self.name, asked, self._answers(batches)):
            yield pair, _outcome(found)

    def _answers(self, batches: Sequence[Batch]) -> Iterator[list[Verdict]]:
        return verdicts(self.sandbox, Question((self.validation,)), batches)


def _batch(resources: Sequence[Resource], others: Sequence[Resource]) -> Batch:
    items = [{"object": resource.node.value} for resource in resources]
    return Batch(items, {"objects": [resource.node.value for resource in others]})


def _outcome(found: list[Verdict] | str) -> Outcome:
    return Outcome(given_up=found) if isinstance(found, str) else Outcome(next(iter(found), None))


class _Said:
    """What an expression gives for resources in the worlds that they may be in."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.outcomes: dict[tuple[int, int], Outcome] = {}

    def add(self, outcomes: Iterable[tuple[_Pair, Outcome]]) -> None:
        for (resource, world), outcome in outcomes:
            self.outcomes[id(resource), world.number] = outcome

    def _of(self, resource: Resource, world: World) -> Outcome:
        return self.outcomes[id(resource), world.number]

    def needed(self, resource: Resource) -> list[World]:
        """The smaller worlds in which it has to be asked as well."""
        if not self.worlds.cluster.unseen_beside(resource):
            return []
        everything = self.worlds.all.number
        worlds = [self.worlds.alone(resource), *self.worlds.near(resource)]
        if self._of(resource, self.worlds.all).holds and everything in {world.number for world in worlds}:
            return []
        return [world for world in worlds if world.number != everything]

    def outcome(self, resource: Resource) -> Outcome:
        """What is sure of it: that something there breaks a rule, but not that something is missing."""
        outcome, unseen = self._of(resource, self.worlds.all), self.worlds.cluster.unseen_beside(resource)
        if not unseen or not (outcome.holds or outcome.fails):
            return outcome
        if outcome.holds and not self.needed(resource):
            return outcome
        alone = self._of(resource, self.worlds.alone(resource))
        near = [(world.kind, self._of(resource, world)) for world in self.worlds.near(resource)]
        if outcome.holds:
            return outcome if alone.holds or any(each.holds for _, each in near) else Outcome(unseen=unseen)
        for kind, each in near if alone.holds else ():
            if each.fails:
                return each._replace(is_sure=kind in ("all", "file"))
        return Outcome(unseen=unseen)
