"""What a rule reads: the resources of one cluster, before and now, and what is known of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nplint.document import Document, Path
from nplint.kustomize import patch_files
from nplint.profile import Profile
from nplint.resource import Resource, Service, Workload, resources_of


@dataclass(frozen=True, eq=False)
class Cluster:
    """The manifests of one cluster. Indexes are built when the first rule asks for them."""

    documents: Sequence[Document]
    profile: Profile = field(default_factory=Profile)

    @cached_property
    def patches(self) -> frozenset[str]:
        """Files that a kustomization of the input applies as patches: parts of objects, not objects."""
        return patch_files(self.documents)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Every object of the input. What a template hides wholly and what only patches another is none."""
        documents = [document for document in self.documents if document.source.path not in self.patches]
        return tuple(resource for document in documents for resource in resources_of(document))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        return tuple(resource for resource in self.resources if isinstance(resource, Service))

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
