"""The sets of resources that may be deployed together with one, for rules that look at all of them."""

from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster, Scope
from nplint.resource import Resource


class World(NamedTuple):
    """A set of resources by its number, and what makes it one: `alone`, `all`, or the kind of a scope."""

    kind: str
    number: int


class Worlds:
    """The worlds that the resources of a cluster may be in.

    A declared cluster is one. Where none is declared, what stands in one file is surely deployed together, what stands
    in one folder or kustomization most likely, and of the rest nobody knows.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.resources = (*cluster.resources, *cluster.context_resources)
        self._members: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self.all = self._world("all", tuple(range(len(self.resources))))

    def _world(self, kind: str, members: tuple[int, ...]) -> World:
        if members not in self._numbers:
            self._numbers[members] = len(self._members)
            self._members.append(members)
        return World(kind, self._numbers[members])

    def members(self, world: World) -> list[Resource]:
        """The resources of a world."""
        return [self.resources[place] for place in self._members[world.number]]

    def alone(self, resource: Resource) -> World:
        """The world of a resource that has no neighbours."""
        return self._world("alone", (self._places[id(resource)],))

    def near(self, resource: Resource) -> list[World]:
        """The worlds that it is in, the surest first."""
        if self.cluster.profile.is_declared:
            return [self.all]
        return [self._by_scope[scope] for scope in self.cluster.scopes(resource.node)]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(resource): place for place, resource in enumerate(self.resources)}

    @cached_property
    def _by_scope(self) -> dict[Scope, World]:
        members: dict[Scope, set[int]] = {}
        for place, resource in enumerate(self.resources):
            for scope in self.cluster.scopes(resource.node):
                members.setdefault(scope, set()).add(place)
        # What is context is known to run beside all of it.
        context = range(len(self.cluster.resources), len(self.resources))
        return {scope: self._world(scope[0], tuple(sorted({*each, *context}))) for scope, each in members.items()}
