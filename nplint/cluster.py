"""What a rule reads: the resources of one cluster, before and now, and what is known of it."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar

from nplint.document import Document, Path
from nplint.inventory import Inventory
from nplint.lapse import Lapse
from nplint.node import Node
from nplint.pairing import Pairs, Side, pair, pair_ports
from nplint.resource import Resource, Service
from nplint.spare import SparePorts
from nplint.workload import CONTROLLER_LABELS, KINDS_WITHOUT_PODS, Workload

Scope = tuple[str, str]
"""What is deployed together: the kind of thing, `cluster`, `file`, `folder` or `kustomization`, and which one."""

K = TypeVar("K")
V = TypeVar("V")

# Compiled where a file cannot be read, as few can not.
_KIND = r"""(?m)^[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?(\w+)"""

# Where a cluster runs pods of its own, such as those of the control plane.
_SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")


@dataclass(frozen=True, eq=False)
class Cluster(Inventory):
    """The manifests of one cluster, with what they have to do with each other and with what they were before."""

    before: "Cluster | None" = None
    lapses: Sequence[Lapse] = ()
    """The suppressions that are not as they should be, which is known once the other rules have run."""

    def may_be_one(self, service: Service, other: Service) -> bool:
        """Whether two declarations may be of one Service: nothing shows that their names or namespaces differ."""
        if not service.name or not other.name:
            return service.who == other.who
        if not self._may_share_name(service, other):
            return False
        spaces = self.namespaces(service)
        return not spaces.isdisjoint(self.namespaces(other)) or not (
            self.has_namespace(service) and self.has_namespace(other)
        )

    def _may_share_name(self, service: Service, other: Service) -> bool:
        renamed = self.kustomizations.renamed
        if service.node.document.source.path in renamed and service.name in other.name:
            return True
        return service.name == other.name or (other.node.document.source.path in renamed and other.name in service.name)

    @cached_property
    def spare_ports(self) -> SparePorts:
        """The node ports that neither the manifests nor the context nor the profile are known to take."""
        services = (service.claimed_ports() for service in (*self.services, *self.context_services))
        listeners = (workload.node_listeners() for workload in self.workloads)
        return SparePorts(self.profile, (number for taken in chain(services, listeners) for number, _ in taken))

    @cached_property
    def pairs(self) -> Pairs:
        """What the change makes of the Services that were there before."""
        if self.before is None:
            return Pairs({})
        before = Side(self.before.services, self.before.namespaces, self.before.has_namespace)
        return pair(before, Side(self.services, self.namespaces, self.has_namespace), self.renamed)

    def earlier(self, service: Service) -> Service | None:
        """The state of a Service before the change, where it is sure which one that was."""
        return self.pairs.kept.get(service)

    def entries_before(self, service: Service) -> Mapping[Path, Node]:
        """The entries of `ports` before the change by the place that each has now, worked out once for a Service."""
        if service not in self._entries_before:
            old = self.earlier(service)
            pairs = pair_ports(old, service) if old else ()
            self._entries_before[service] = {now.node.path: was.node for was, now in pairs if was and now}
        return self._entries_before[service]

    @cached_property
    def _entries_before(self) -> dict[Service, Mapping[Path, Node]]:
        return {}

    def changed_services(self) -> Iterator[tuple[Service, Service]]:
        """The Services that the change touches and keeps, as they were and as they are."""
        for new, old in self.pairs.kept.items():
            if new.node.document is not old.node.document and new.node.value != old.node.value:
                yield old, new

    def backends(self, service: Service) -> list[Workload]:
        """The workloads whose pods the Service selects, in its namespace, in the order of the input.

        Without a declared cluster, those beside the Service, or else all there are.
        """
        if not service.selector or any(service.spec["selector"].placeholders()):
            return []
        shown = {key: value for key, value in service.selector.items() if key not in CONTROLLER_LABELS}
        selected = [one for one in self.labelled(shown, self.namespaces(service)) if service.selects(one)]
        # Where no cluster is declared, a copy of the workload elsewhere is most likely another variant of it.
        near = [workload for workload in selected if self.together(service.node, workload.node)]
        return near or selected

    def labelled(self, labels: Mapping[str, str], spaces: Iterable[str]) -> list[Workload]:
        """The workloads of some namespaces that carry the rarest of some labels: all that may carry every one."""
        found: list[list[Workload]] = [
            [workload for space in spaces for workload in self._labelled.get((space, *label), ())]
            for label in labels.items()
        ]
        if not found:
            found = [[one for space in spaces for one in self._workloads_by_namespace.get(space, ())]]
        fewest = min(found, key=len)
        return list(dict.fromkeys(fewest))

    @property
    def spaces(self) -> Iterable[str]:
        """The namespaces that workloads are in."""
        return self._workloads_by_namespace

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
        sure = self.has_namespace(service)
        return [one for one in found if service.selects(one) and not (sure and self.has_namespace(one))]

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
            if may_bring_pods(resource)
            for space in self.namespaces(resource)
        )

    @cached_property
    def _folders_with_hidden(self) -> frozenset[str]:
        """Folders with a document, in them or below, that may be a workload and could not be read."""
        folders: set[str] = set()
        for document in self.documents:
            if not document.judged and not KINDS_WITHOUT_PODS.issuperset(re.findall(_KIND, document.text) or ("",)):
                folders |= _upward(self._folder(document))
        return frozenset(folders)

    def unseen_beside(self, resource: Resource) -> str:
        """Why more may be deployed beside a resource than the input shows, "" where it shows all there is."""
        if not self.profile.is_declared:
            return "no cluster is declared, so nobody knows what else is in it"
        if self.is_narrowed:
            return "only some of the manifests of its cluster were looked at"
        if self.kustomizations.is_open(resource.node.document.source.path):
            return "its kustomization brings in what the input does not show"
        if any(not document.judged for document in (*self.documents, *self.context)):
            return "a file that is unreadable or not rendered may hold what it looks for"
        return ""

    def expects(self, service: Service, what: str) -> bool:
        """Whether a Service is declared to be meant for something: `public` or `source-ip`."""
        noted = service.node["metadata"]["annotations"]["nplint.io/expects"].text
        if not noted and not self.expectations:
            return False
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


def may_bring_pods(resource: Resource) -> bool:
    """Whether a resource may bring pods into its namespace whose labels the input does not show."""
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
