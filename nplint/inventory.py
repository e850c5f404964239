"""What the manifests of one cluster hold: resources, where they stand, and the namespaces that they are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from nplint import kustomize
from nplint.document import Document, Path
from nplint.kustomize import Kustomizations
from nplint.node import Node
from nplint.objects import resources_of
from nplint.profile import Profile, Version
from nplint.resource import Resource, Service
from nplint.structure import Flaw, flaws, meant, newer
from nplint.workload import Workload

# What is asked of a cluster once its rules have run; of one that is compared also what its Services were before.
_KEPT = ("kustomizations", "tally")
_KEPT_TO_COMPARE = (*_KEPT, "manifests", "resources", "context_resources", "services")


@lru_cache
def _alone(namespace: str) -> frozenset[str]:
    # Hundreds of thousands of resources are in a few namespaces.
    return frozenset((namespace,))


class Tally(NamedTuple):
    """How many Services there are, how many of them nodes answer for, and the documents that are not all rendered."""

    services: int
    services_with_node_ports: int
    unrendered: tuple[Document, ...]


@dataclass(frozen=True, eq=False)
class Inventory:
    """The manifests of one cluster, and what is known of it. Indexes are built when first asked for."""

    documents: Sequence[Document]
    profile: Profile = field(default_factory=Profile)
    before: "Inventory | None" = None
    """The same cluster as it was declared before the change that is judged."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The files that the change moved: the earlier path by the present one."""
    context: Sequence[Document] = ()
    """What else runs there: its ports are taken and its workloads exist, but it is not reported on."""
    expectations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What Services are meant for (`public`, `source-ip`), by `namespace/name` or `name`."""
    is_narrowed: bool = False
    """Whether only some of its manifests were asked for."""

    def forget(self) -> None:
        """Let go of what was worked out of the manifests: it is worked out again where it is asked for."""
        kept = {name: getattr(self, name) for name in (_KEPT_TO_COMPARE if self.before else _KEPT)}
        things: tuple[Inventory | Resource, ...] = (self, *self.resources, *self.context_resources)
        for one in things:
            _forget(one)
        vars(self).update(kept)
        if self.before:
            self.before.forget()

    @cached_property
    def kustomizations(self) -> Kustomizations:
        return kustomize.find((*self.documents, *self.context))

    @cached_property
    def manifests(self) -> tuple[Document, ...]:
        """The documents that are objects or Lists of objects, which those of a patch file are not."""
        patches = self.kustomizations.patches
        return tuple(document for document in self.documents if document.source.path not in patches)

    @cached_property
    def manifests_by_kind(self) -> Mapping[tuple[str, str], Sequence[Document]]:
        """The same by the apiVersion and kind that they say as text, so that many of a kind are one question."""
        found: dict[tuple[str, str], list[Document]] = {}
        for document in self.manifests:
            root = Node(document, value=document.value)
            found.setdefault((root["apiVersion"].text, root["kind"].text), []).append(document)
        return found

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(resource for document in self.manifests for resource in resources_of(document))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        return tuple(resource for resource in self.resources if isinstance(resource, Service))

    @cached_property
    def tally(self) -> Tally:
        """What is counted of it."""
        unrendered = (one.node.document for one in self.resources if any(one.unrendered()))
        reached = sum(service.has_node_ports for service in self.services)
        return Tally(len(self.services), reached, tuple(dict.fromkeys(unrendered)))

    @cached_property
    def context_resources(self) -> tuple[Resource, ...]:
        return tuple(resource for document in self.context for resource in resources_of(document))

    def is_context(self, document: Document) -> bool:
        """Whether a document only tells what else runs in the cluster."""
        return id(document) in self._context_ids

    @cached_property
    def _context_ids(self) -> frozenset[int]:
        return frozenset(id(document) for document in self.context)

    @cached_property
    def context_services(self) -> tuple[Service, ...]:
        return tuple(resource for resource in self.context_resources if isinstance(resource, Service))

    @cached_property
    def namespace_objects(self) -> dict[str, Resource]:
        """The Namespaces that the input has, by name."""
        everything = (*self.resources, *self.context_resources)
        return {one.name: one for one in everything if one.kind == "Namespace" and not one.group}

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Everything that runs pods, in the manifests and in the context."""
        everything = (*self.resources, *self.context_resources)
        return tuple(one for one in everything if isinstance(one, Workload) and one.runs_pods)

    @cached_property
    def flaws(self) -> tuple[Flaw, ...]:
        """What in the Services does not have the shape of a Service."""
        return tuple(flaw for service in self.services for flaw in flaws(service.node))

    def is_misspelt(self, mapping: Node, field: str) -> bool:
        """Whether a mapping has an unknown key that is meant as this field: what is wrong is then the key alone."""
        return (id(mapping.document), mapping.path, field) in self._misspelt

    @cached_property
    def _misspelt(self) -> frozenset[tuple[int, Path, str]]:
        unknown = [flaw for flaw in self.flaws if flaw.keyword == "additionalProperties"]
        return frozenset((id(flaw.node.document), flaw.node.path[:-1], meant(flaw)) for flaw in unknown)

    @cached_property
    def newer(self) -> tuple[tuple[Node, Version], ...]:
        """Fields and values in Services that the declared version does not know yet, with the one that brings them."""
        version = self.profile.version
        return tuple(found for service in self.services for found in newer(service.node, version)) if version else ()

    def resource_at(self, document: Document, path: Path) -> Resource | None:
        """The resource at this place, now or before the change: a document's root, or an item of a List."""
        found = self._resources_by_place.get(place(document, path))
        return found or (self.before.resource_at(document, path) if self.before else None)

    def service_of(self, node: Node) -> Service | None:
        """The Service that a node is in."""
        resource = self.resource_at(node.document, node.path[: node.root])
        return resource if isinstance(resource, Service) else None

    @cached_property
    def _resources_by_place(self) -> dict[object, Resource]:
        everything = (*self.resources, *self.context_resources)
        return {place(resource.node.document, resource.node.path): resource for resource in everything}

    def namespaces(self, resource: Resource) -> frozenset[str]:
        """The namespaces it may be in: kustomize's if it puts the file into any, else its own, else `default`."""
        placed = self.kustomizations.namespaces.get(resource.node.document.source.path)
        return placed or _alone(resource.written_namespace or "default")

    def identity(self, resource: Resource) -> tuple[str, frozenset[str], str]:
        """What a cluster tells resources apart by, once kustomize has placed them."""
        return resource.kind, self.namespaces(resource), resource.name

    def has_namespace(self, resource: Resource) -> bool:
        """Whether the manifest or its kustomization says its namespace, and does not leave that to kubectl."""
        placed = resource.node.document.source.path in self.kustomizations.namespaces
        return placed or resource.node["metadata"]["namespace"].value not in (None, "")

    def is_patched(self, resource: Resource) -> bool:
        """Whether a kustomization changes the resource in ways that are not followed here."""
        return resource.node.document.source.path in self.kustomizations.patched

    def has_endpoints(self, service: Service) -> bool:
        """Whether an Endpoints or EndpointSlice object of the input is for the Service."""
        return any((space, service.name) in self._endpoints for space in self.namespaces(service))

    @cached_property
    def _endpoints(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (space, resource.labels.get("kubernetes.io/service-name", "") if resource.kind == "EndpointSlice" else name)
            for resource in (*self.resources, *self.context_resources)
            if resource.kind in ("Endpoints", "EndpointSlice")
            for name in [resource.name]
            for space in self.namespaces(resource)
        )


def place(document: Document, path: Path) -> object:
    """What tells the places of resources apart."""
    # All but the items of a List are a whole document, and hundreds of thousands of them are told apart by less.
    return (id(document), path) if path else id(document)


def _forget(thing: "Inventory | Resource") -> None:
    held = vars(thing)
    kept = {name: held[name] for name in thing.__dataclass_fields__}
    # What loses some of its values one by one stays as large.
    held.clear()
    held.update(kept)
