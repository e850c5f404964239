"""What a rule reads: the resources of one cluster, before and now, and what is known of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nplint.document import Document, Path
from nplint.kustomize import patch_files
from nplint.node import Node
from nplint.profile import Profile, Version
from nplint.resource import Resource, Service, Workload, resources_of
from nplint.structure import Flaw, flaws, newer


@dataclass(frozen=True, eq=False)
class Cluster:
    """The manifests of one cluster. Indexes are built when the first rule asks for them."""

    documents: Sequence[Document]
    profile: Profile = field(default_factory=Profile)
    before: "Cluster | None" = None
    """The same cluster as it was declared before the change that is judged."""

    @cached_property
    def patches(self) -> frozenset[str]:
        """Files that a kustomization of the input applies as patches: parts of objects, not objects."""
        return patch_files(self.documents)

    @cached_property
    def manifests(self) -> tuple[Document, ...]:
        """The documents that are objects or Lists of objects, which those of a patch file are not."""
        return tuple(document for document in self.documents if document.source.path not in self.patches)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(resource for document in self.manifests for resource in resources_of(document))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        return tuple(resource for resource in self.resources if isinstance(resource, Service))

    @cached_property
    def flaws(self) -> tuple[Flaw, ...]:
        """What in the Services does not have the shape of a Service."""
        return tuple(flaw for service in self.services for flaw in flaws(service.node))

    @cached_property
    def newer(self) -> tuple[tuple[Node, Version], ...]:
        """Fields and values in Services that the declared version does not know yet, with the one that brings them."""
        version = self.profile.version
        return tuple(found for service in self.services for found in newer(service.node, version)) if version else ()

    def service_of(self, node: Node) -> Service | None:
        """The Service that a node is in."""
        resource = self.resource_at(node.document, node.path[: node.root])
        return resource if isinstance(resource, Service) else None

    def earlier(self, service: Service) -> Service | None:
        """The state of a Service before the change, where it is sure which one that was."""
        known = self.before._services_by_identity.get(service.identity, ()) if self.before else ()
        now = self._services_by_identity[service.identity]
        return known[0] if len(known) == len(now) == 1 else None

    @cached_property
    def _services_by_identity(self) -> dict[tuple[str, str, str], list[Service]]:
        index: dict[tuple[str, str, str], list[Service]] = defaultdict(list)
        for service in self.services:
            index[service.identity].append(service)
        return index

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        return tuple(resource for resource in self.resources if isinstance(resource, Workload))

    def resource_at(self, document: Document, path: Path) -> Resource | None:
        """The resource at this place: a document's root, or an item of a List."""
        return self._resources_by_place.get((id(document), path))

    @cached_property
    def _resources_by_place(self) -> dict[tuple[int, Path], Resource]:
        return {(id(resource.node.document), resource.node.path): resource for resource in self.resources}

    def backends(self, service: Service) -> list[Workload]:
        """The workloads whose pods the Service selects, in its namespace, in the order of the input."""
        namespace = service.namespace or "default"
        found = [self._workloads_by_label.get((namespace, *label), []) for label in service.selector.items()]
        return [workload for workload in min(found, key=len, default=[]) if service.selects(workload)]

    @cached_property
    def _workloads_by_label(self) -> dict[tuple[str, str, str], list[Workload]]:
        index: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for workload in self.workloads:
            for name, value in workload.pod_labels.items():
                index[workload.namespace or "default", name, value].append(workload)
        return index
