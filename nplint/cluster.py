"""What a rule reads: the resources of one cluster, before and now, and what is known of it."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeVar

from nplint import kustomize
from nplint.document import Document, Path
from nplint.kustomize import Kustomizations
from nplint.node import Node
from nplint.objects import resources_of
from nplint.profile import Profile, Version
from nplint.resource import Resource, Service
from nplint.structure import Flaw, flaws, meant, newer
from nplint.workload import CONTROLLER_LABELS, KINDS_WITHOUT_PODS, Workload

Scope = tuple[str, str]
"""What is deployed together: the kind of thing, `cluster`, `file`, `folder` or `kustomization`, and which one."""

K = TypeVar("K")
V = TypeVar("V")

_KIND = re.compile(r"""^[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?(\w+)""", re.MULTILINE)

# Where a cluster runs pods of its own, such as those of the control plane.
_SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")


@dataclass(frozen=True, eq=False)
class Cluster:
    """The manifests of one cluster. Indexes are built when the first rule asks for them."""

    documents: Sequence[Document]
    profile: Profile = field(default_factory=Profile)
    before: "Cluster | None" = None
    """The same cluster as it was declared before the change that is judged."""
    context: Sequence[Document] = ()
    """What else runs there: its ports are taken and its workloads exist, but it is not reported on."""
    expectations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What Services are meant for (`public`, `source-ip`), by `namespace/name` or `name`."""

    @cached_property
    def kustomizations(self) -> Kustomizations:
        return kustomize.find((*self.documents, *self.context))

    @cached_property
    def manifests(self) -> tuple[Document, ...]:
        """The documents that are objects or Lists of objects, which those of a patch file are not."""
        patches = self.kustomizations.patches
        return tuple(document for document in self.documents if document.source.path not in patches)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(resource for document in self.manifests for resource in resources_of(document))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        return tuple(resource for resource in self.resources if isinstance(resource, Service))

    @cached_property
    def context_resources(self) -> tuple[Resource, ...]:
        return tuple(resource for document in self.context for resource in resources_of(document))

    def may_be_one(self, service: Service, other: Service) -> bool:
        """Whether two declarations may be of one Service: nothing shows that their names or namespaces differ."""
        if not service.name or not other.name:
            return service.who == other.who
        if not self._may_share_name(service, other):
            return False
        spaces = self.namespaces(service)
        return not spaces.isdisjoint(self.namespaces(other)) or not (
            self._has_namespace(service) and self._has_namespace(other)
        )

    def _may_share_name(self, service: Service, other: Service) -> bool:
        renamed = self.kustomizations.renamed
        if service.node.document.source.path in renamed and service.name in other.name:
            return True
        return service.name == other.name or (other.node.document.source.path in renamed and other.name in service.name)

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
        """The resource at this place: a document's root, or an item of a List."""
        return self._resources_by_place.get((id(document), path))

    def service_of(self, node: Node) -> Service | None:
        """The Service that a node is in."""
        resource = self.resource_at(node.document, node.path[: node.root])
        return resource if isinstance(resource, Service) else None

    @cached_property
    def _resources_by_place(self) -> dict[tuple[int, Path], Resource]:
        everything = (*self.resources, *self.context_resources)
        return {(id(resource.node.document), resource.node.path): resource for resource in everything}

    def earlier(self, service: Service) -> Service | None:
        """The state of a Service before the change, where it is sure which one that was."""
        known = self.before._services_by_identity.get(service.who, ()) if self.before else ()
        now = self._services_by_identity[service.who]
        return known[0] if len(known) == len(now) == 1 else None

    @cached_property
    def _services_by_identity(self) -> dict[tuple[object, ...], list[Service]]:
        return _grouped((service.who, service) for service in self.services)

    def namespaces(self, resource: Resource) -> frozenset[str]:
        """The namespaces it may be in: kustomize's if it puts the file into any, else its own, else `default`."""
        placed = self.kustomizations.namespaces.get(resource.node.document.source.path)
        written = resource.node["metadata"]["namespace"].value
        # What a template hides is at least the same wherever it is written the same.
        return placed or frozenset((written if isinstance(written, str) and written else "default",))

    def backends(self, service: Service) -> list[Workload]:
        """The workloads whose pods the Service selects, in its namespace, in the order of the input.

        Without a declared cluster, those beside the Service, or else all there are.
        """
        if not service.selector or any(service.spec["selector"].placeholders()):
            return []
        spaces = self.namespaces(service)
        found: list[list[Workload]] = [
            [workload for space in spaces for workload in self._labelled.get((space, *label), ())]
            for label in service.selector.items()
            if label[0] not in CONTROLLER_LABELS
        ]
        if not found:
            found = [[one for space in spaces for one in self._workloads_by_namespace.get(space, ())]]
        fewest = min(found, key=len)
        selected = [workload for workload in dict.fromkeys(fewest) if service.selects(workload)]
        # Where no cluster is declared, a copy of the workload elsewhere is most likely another variant of it.
        near = [workload for workload in selected if self.together(service.node, workload.node)]
        return near or selected

    @cached_property
    def _labelled(self) -> dict[tuple[str, str, str], list[Workload]]:
        return _grouped(
            ((space, *label), workload)
            for workload in self.workloads
            for space in self.namespaces(workload)
            for label in workload.pod_labels.items()
        )

    def unseen_backends(self, service: Service) -> str:
        """Why the Service may have pods that the input does not show, or "" where it surely has none but `backends`."""
        if any(service.spec["selector"].placeholders()):
            return "it is not rendered yet"
        spaces = self.namespaces(service)
        if not spaces.isdisjoint(_SYSTEM_NAMESPACES):
            return "the pods of its namespace come with the cluster"
        if not any(space in self._workloads_by_namespace for space in spaces):
            return "the input shows no workload of its namespace"
        return self._veil(service)

    def _veil(self, service: Service) -> str:
        """What may bring pods into the namespace of a Service without showing their labels."""
        if self.is_patched(service):
            return "its kustomization changes labels or patches objects"
        if self.kustomizations.is_open(service.node.document.source.path):
            return "its kustomization brings in what the input does not show"
        for workload in self._namesakes(service):
            return f"{workload.title} has its labels, and one of the two leaves its namespace to kubectl"
        veiled = [one for space in self.namespaces(service) for one in self._veiled.get(space, ())]
        if veiled:
            return f"{veiled[0].title} may bring pods that the input does not show"
        hidden = self._folders_with_hidden
        if hidden and (self.profile.is_declared or self._folder(service.node.document) in hidden):
            return "a file that is unreadable or not rendered may hold them"
        return ""

    def _namesakes(self, service: Service) -> list[Workload]:
        """Workloads of other namespaces that it would select if kubectl put the two into one."""
        key = next(iter(service.selector.items()), ("", ""))
        spaces = self.namespaces(service)
        found = [one for one in self._labelled_anywhere.get(key, ()) if spaces.isdisjoint(self.namespaces(one))]
        sure = self._has_namespace(service)
        return [one for one in found if service.selects(one) and not (sure and self._has_namespace(one))]

    def _has_namespace(self, resource: Resource) -> bool:
        placed = resource.node.document.source.path in self.kustomizations.namespaces
        return placed or resource.node["metadata"]["namespace"].value not in (None, "")

    @cached_property
    def _labelled_anywhere(self) -> dict[tuple[str, str], list[Workload]]:
        return _grouped((label, workload) for workload in self.workloads for label in workload.pod_labels.items())

    def near_misses(self, service: Service) -> tuple[tuple[Node, str], ...]:
        """The places of labels in its namespace that are those it selects but for the value; two at the most."""
        near = (
            (node, f"{workload.title} has {key}={node.text}")
            for space in self.namespaces(service)
            for key, value in service.selector.items()
            for workload, node in self._some_with_key.get((space, key), ())
            if node.text != value
        )
        return tuple(islice(near, 2))

    @cached_property
    def _some_with_key(self) -> dict[tuple[str, str], list[tuple[Workload, Node]]]:
        """By namespace and label key, a few workloads with different values: enough to show two of them."""
        index: dict[tuple[str, str], list[tuple[Workload, Node]]] = defaultdict(list)
        for workload in self.workloads:
            labels = workload.template["metadata"]["labels"]
            for space in self.namespaces(workload):
                for key, value in workload.pod_labels.items():
                    known = index[space, key]
                    if value and len(known) < 3 and all(node.text != value for _, node in known):
                        known.append((workload, labels[key]))
        return index

    @cached_property
    def _workloads_by_namespace(self) -> dict[str, list[Workload]]:
        return _grouped((space, workload) for workload in self.workloads for space in self.namespaces(workload))

    @cached_property
    def _veiled(self) -> dict[str, list[Resource]]:
        """By namespace, what brings pods of unknown labels: objects of operators, and workloads not rendered yet."""
        return _grouped(
            (space, resource)
            for resource in (*self.resources, *self.context_resources)
            if _may_bring_pods(resource)
            for space in self.namespaces(resource)
        )

    @cached_property
    def _folders_with_hidden(self) -> frozenset[str]:
        """Folders with a document, in them or below, that may be a workload and could not be read."""
        folders: set[str] = set()
        for document in self.documents:
            if not document.judged and not KINDS_WITHOUT_PODS.issuperset(_KIND.findall(document.text) or ("",)):
                folders |= _upward(self._folder(document))
        return frozenset(folders)

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

    def expects(self, service: Service, what: str) -> bool:
        """Whether a Service is declared to be meant for something: `public` or `source-ip`."""
        noted = service.annotations.get("nplint.io/expects", "")
        declared = (self.expectations.get(f"{space}/{service.name}", ()) for space in self.namespaces(service))
        names = {*map(str.strip, noted.split(",")), *self.expectations.get(service.name, ())}
        return what in names or any(what in known for known in declared)

    def scopes(self, node: Node) -> list[Scope]:
        """What a place is deployed together with, the surest first."""
        if self.profile.is_declared:
            return [("cluster", "")]
        path = node.document.source.path
        beside = [("file", path), ("folder", self._folder(node.document))]
        return beside + [("kustomization", root) for root in sorted(self.kustomizations.roots.get(path, ()))]

    def together(self, node: Node, other: Node) -> bool:
        """Whether two places share a scope, and so are likely to be of one cluster."""
        return not set(self.scopes(node)).isdisjoint(self.scopes(other))

    @staticmethod
    def _folder(document: Document) -> str:
        return posixpath.dirname(document.source.path)


def _may_bring_pods(resource: Resource) -> bool:
    if isinstance(resource, Workload):
        return any(resource.unrendered())
    return "." in resource.group and not resource.group.endswith(".k8s.io")


def _upward(folder: str) -> set[str]:
    """A folder and all that it is in."""
    parts = folder.split("/")
    return {"/".join(parts[:length]) for length in range(1, len(parts) + 1)}


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
