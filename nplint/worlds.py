"""The sets of resources that may be deployed together with one, and what a rule about all of them can know."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.resource import Resource


class World(NamedTuple):
    """Resources by their places among all, and what makes them one set: `alone`, `all`, or the kind of a scope."""

    kind: str
    members: tuple[int, ...]


class Worlds:
    """The worlds that the resources of a cluster may be in.

    A declared cluster is one. Where none is declared, what stands in one file is surely deployed together, what stands
    in one folder or kustomization most likely, and of the rest nobody knows.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.resources = (*cluster.resources, *cluster.context_resources)
        self.all = World("all", tuple(range(len(self.resources))))

    def alone(self, resource: Resource) -> World:
        """The world of a resource that has no neighbours."""
        return World("alone", (self._places[id(resource)],))

    def near(self, resource: Resource) -> Iterator[World]:
        """The worlds that it is in, the surest first."""
        if self.cluster.profile.is_declared:
            yield self.all
            return
        for scope in self.cluster.scopes(resource.node):
            members = self._members[scope]
            yield World(scope[0], tuple(sorted({*members, *self._context})))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(resource): place for place, resource in enumerate(self.resources)}

    @cached_property
    def _context(self) -> range:
        """What is known to run beside all of it."""
        return range(len(self.cluster.resources), len(self.resources))

    @cached_property
    def _members(self) -> dict[tuple[str, str], list[int]]:
        members: dict[tuple[str, str], list[int]] = {}
        for place, resource in enumerate(self.resources):
            for scope in self.cluster.scopes(resource.node):
                members.setdefault(scope, []).append(place)
        return members
