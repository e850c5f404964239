"""Which files have to do with changed manifests: what these ask of others, and what in a file answers that."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nplint import kustomize
from nplint.cluster import may_bring_pods
from nplint.configmap import entries
from nplint.document import Document
from nplint.kustomize import Kustomizations
from nplint.objects import resources_of
from nplint.profile import PortRange
from nplint.resource import Resource, Service
from nplint.tree import Value
from nplint.words import Words
from nplint.workload import CONTROLLER_LABELS, POD_TEMPLATES, Workload

Place = tuple[str, str]
"""A namespace, as the file of this path means it."""

_REFERENCES = ("configMap", "configMapRef", "configMapKeyRef", "secret", "secretRef", "secretKeyRef")
_NUMBER = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
_TERMS = "requiredDuringSchedulingIgnoredDuringExecution"
_TEXTS = ("ConfigMap", "Secret")
_LOCAL = "externalTrafficPolicy[\"']?[ \t]*(:[ \t]*[\"']?([lL][oO][cC][aA][lL]|[^A-Za-z\"' \t]|$)|$)"
# Where a number may be made of several texts: variables stand beside digits or each other.
_COMPOSED = r"[0-9]\$|[)}][0-9$]|\$[A-Za-z0-9_]+\$"
_TOOL = re.compile(r"netstat|lsof|\bss\b")


@dataclass
class Kinship:
    """What manifests ask of the other files of a repository.

    Nothing that a change brings to light hangs on a file that answers none of it. What seems to be found without such
    files is found again with them.
    """

    known: Kustomizations
    names: set[str] = field(default_factory=set)
    """What else is called so."""
    services: list[Service] = field(default_factory=list)
    """The pods that they select."""
    workloads: list[Workload] = field(default_factory=list)
    """The Services that select their pods, and the pods that are drawn to theirs."""
    read: set[str] = field(default_factory=set)
    """The ConfigMaps and Secrets of these names."""
    read_by: set[str] = field(default_factory=set)
    """The pods that read these."""
    claimed: set[int] = field(default_factory=set)
    """Whatever claims or names these node ports, or listens on them."""
    taken: set[int] = field(default_factory=set)
    """The Services that claim these node ports."""
    dialed: set[int] = field(default_factory=set)
    """The Services with node-level affinity that claim these node ports."""
    spaces: set[str] = field(default_factory=set)
    """The Services of these namespaces."""
    roots: set[str] = field(default_factory=set)
    """What these kustomizations bring in."""
    has_local: bool = False
    """Whether some of them have node-level affinity, so that it matters who dials them."""
    dials_any: bool = False
    """Every Service with node-level affinity: nobody can tell which of them is dialed."""
    is_about_spaces: bool = False
    """The pods that are drawn to namespaces by their labels."""

    @property
    def brought(self) -> frozenset[str]:
        """The files that the kustomizations bring in."""
        return frozenset(path for path, roots in self.known.roots.items() if not self.roots.isdisjoint(roots))

    @cached_property
    def words(self) -> Words | None:
        """What a file that answers something holds; None where that may be anything."""
        words = Words()
        # A kustomization may have any file name where another one names it.
        words.add_pattern(r"kustomize[.]config[.]k8s[.]io")
        words.add(self.names, is_part=bool(self.known.renamed))
        words.add(self.read | self.read_by)
        for service in self.services:
            _add_selected(words, service)
        self._add_ports(words)
        for workload in self.workloads:
            words.add((value or key for key, value in workload.pod_labels.items()), beside="Service")
        if self.workloads:
            words.add(["podAffinity"])
            words.add(CONTROLLER_LABELS, beside="Service")
        if self.is_about_spaces:
            words.add(["namespaceSelector"])
        if self.spaces:
            words.add_kind("Service")
        return words if words.is_sound else None

    def _add_ports(self, words: Words) -> None:
        for number in self.claimed:
            words.add_number(number)
        for number in self.taken:
            words.add_number(number, "Service")
        if self.claimed:
            words.add_kind("Secret")
        if self.has_local:
            words.add_pattern(_COMPOSED)
        if self.dialed or self.dials_any:
            words.add_pattern(_LOCAL)

    def answers(self, document: Document) -> bool:
        """Whether anything in a document has to do with it; what cannot be judged may."""
        if not document.judged or kustomize.is_kustomization(document) or self._names_claimed(_plain(document)):
            return True
        return any(self._is_asked(resource) for resource in resources_of(document))

    def _names_claimed(self, text: str) -> bool:
        return bool(self.claimed) and not self.claimed.isdisjoint(map(int, _NUMBER.findall(text)))

    def _is_asked(self, resource: Resource) -> bool:
        if self._is_namesake(resource.name):
            return True
        if isinstance(resource, Service):
            return self._is_asked_service(resource)
        if isinstance(resource, Workload):
            return self._is_asked_workload(resource)
        return resource.kind in _TEXTS and (resource.name in self.read or self.may_be_dialing(resource))

    def may_be_dialing(self, resource: Resource) -> bool:
        """Whether a workload, a ConfigMap or a Secret may be how one of the claimed ports is dialed."""
        texts = _texts(resource)
        return any(map(self._names_claimed, texts)) or (self.has_local and any(map(_is_composed, texts)))

    def _is_namesake(self, name: str) -> bool:
        if name in self.names:
            return True
        # A kustomization may put something before or behind a name.
        return bool(self.known.renamed) and any(name in other or other in name for other in self.names)

    def _is_asked_service(self, service: Service) -> bool:
        numbers = {number for number, _ in service.claimed_ports()}
        if not numbers.isdisjoint(self.claimed) or not numbers.isdisjoint(self.taken):
            return True
        is_dialed = self.dials_any or not numbers.isdisjoint(self.dialed)
        if (is_dialed and service.external_traffic_policy == "Local") or self.spaces & spaces_of(service, self.known):
            return True
        shown = (label for label in service.selector.items() if label[0] not in CONTROLLER_LABELS)
        # To look at each of hundreds of workloads takes long.
        return all(map(self._labels.__contains__, shown)) and any(map(service.selects, self.workloads))

    @cached_property
    def _labels(self) -> frozenset[tuple[str, str]]:
        return frozenset(label for workload in self.workloads for label in workload.pod_labels.items())

    def _is_asked_workload(self, workload: Workload) -> bool:
        if self.workloads and any(workload.affinity["podAffinity"][_TERMS]):
            return True
        if self.is_about_spaces and "namespaceSelector" in workload.node.document.text:
            return True
        return (
            any(service.selects(workload) for service in self._selecting_any(workload))
            or any(number in self.claimed for number, _ in workload.node_listeners())
            or not self.read_by.isdisjoint(_references(workload.node.value))
            or (self.has_local and self.may_be_dialing(workload))
        )

    def _selecting_any(self, workload: Workload) -> Iterator[Service]:
        for label in (None, *workload.pod_labels.items()):
            yield from self._selecting.get(label, ())

    @cached_property
    def _selecting(self) -> dict[tuple[str, str] | None, list[Service]]:
        """The Services by one of the labels that they select, or by None where controllers give all of them."""
        found: dict[tuple[str, str] | None, list[Service]] = {}
        for service in self.services:
            label = next((each for each in service.selector.items() if each[0] not in CONTROLLER_LABELS), None)
            found.setdefault(label, []).append(service)
        return found


def kinship(
    changed: Sequence[Document], found: Sequence[Document], steering: Iterable[Document], ranges: Sequence[PortRange]
) -> Kinship | None:
    """What a change of documents asks of the other files, and what those ask that were found by that already.

    `changed` are the documents as they were and as they are, `steering` the kustomizations of the repository, `ranges`
    the node ports of its clusters. None where any file may have to do with the change.
    """
    if any(not document.judged or kustomize.is_kustomization(document) for document in changed):
        return None
    kin = Kinship(kustomize.find((*steering, *changed)))
    for document in (*changed, *found):
        # A kustomization of which a part is missing would be one that brings in what nobody sees.
        kin.roots |= kin.known.roots.get(document.source.path, frozenset())
    for resource in _resources(changed):
        _ask(kin, resource, ranges)
    _ask_further(kin, list(_resources(found)))
    return kin


def _ask(kin: Kinship, resource: Resource, ranges: Sequence[PortRange]) -> None:
    """Ask for what a changed resource may matter to."""
    kin.names |= {resource.name} - {""}
    if isinstance(resource, Service):
        kin.services.append(resource)
        kin.claimed |= {number for number, _ in resource.claimed_ports()}
        kin.has_local |= resource.external_traffic_policy == "Local"
    elif isinstance(resource, Workload):
        kin.workloads.append(resource)
        kin.taken |= {number for number, _ in resource.node_listeners()}
    elif resource.kind in _TEXTS:
        kin.read_by |= {resource.name} - {""}
    elif resource.kind == "EndpointSlice":
        kin.names |= {resource.labels.get("kubernetes.io/service-name", "")} - {""}
    elif resource.kind == "Namespace":
        kin.is_about_spaces = True
    if isinstance(resource, Workload) or resource.kind in _TEXTS:
        _ask_for_dialed(kin, resource)
        is_tool = any(map(_TOOL.search, _texts(resource)))
        kin.taken |= {number for number in _numbers(resource) if is_tool or any(number in each for each in ranges)}


def _ask_further(kin: Kinship, found: Sequence[Resource]) -> None:
    """Ask for what decides about the resources that the change matters to."""
    for resource in found:
        if isinstance(resource, Service):
            kin.services.append(resource)
            if resource.external_traffic_policy == "Local":
                kin.claimed |= {number for number, _ in resource.claimed_ports()}
                kin.has_local = True
    texts = [one for one in found if one.kind in _TEXTS]
    # What tells a client whom it dials may stand in any text that it reads.
    kin.read_by |= {one.name for one in texts if one.name in kin.read_by or (kin.has_local and kin.may_be_dialing(one))}
    for resource in found:
        if isinstance(resource, Workload) and _is_client(kin, resource):
            _ask_for_dialed(kin, resource)
    # Of two with one name, the other is meant once a change takes one away.
    for resource in (one for one in texts if one.name in kin.read or one.name in kin.read_by):
        _ask_for_dialed(kin, resource)


def _is_client(kin: Kinship, workload: Workload) -> bool:
    """Whether it may hang on the change whom a workload dials, or where."""
    return (
        not kin.read_by.isdisjoint(_references(workload.node.value))
        or any(workload.affinity["podAffinity"][_TERMS])
        or (kin.has_local and kin.may_be_dialing(workload))
    )


def _ask_for_dialed(kin: Kinship, resource: Resource) -> None:
    """Ask for the Services that a workload, a ConfigMap or a Secret may have dialed, and for what a workload reads."""
    kin.dialed |= _numbers(resource)
    kin.dials_any |= any(map(_is_composed, _texts(resource)))
    if isinstance(resource, Workload):
        kin.read |= set(_references(resource.node.value))


def spaces_of(resource: Resource, known: Kustomizations) -> frozenset[str]:
    """The namespaces that a resource may be in."""
    placed = known.namespaces.get(resource.node.document.source.path)
    return placed or frozenset((resource.namespace or "default",))


def veiled(now: Iterable[Document], before: Iterable[Document], known: Kustomizations) -> frozenset[str]:
    """The namespaces into which a change brings, or from which it takes, what may bring pods that nobody sees."""
    veils, were = (
        {(one.kind, one.name, spaces_of(one, known)) for one in _resources(side) if may_bring_pods(one)}
        for side in (now, before)
    )
    return frozenset(space for _, _, spaces in veils ^ were for space in spaces)


def selecting(documents: Iterable[Document], known: Kustomizations) -> frozenset[Place]:
    """The namespaces in which Services of these documents select pods."""
    return _places((one for one in _resources(documents) if isinstance(one, Service) and one.selector), known)


def peopled(documents: Iterable[Document], known: Kustomizations) -> frozenset[Place]:
    """The namespaces that pods of these documents are in."""
    return _places((one for one in _resources(documents) if isinstance(one, Workload) and one.runs_pods), known)


def _places(resources: Iterable[Resource], known: Kustomizations) -> frozenset[Place]:
    return frozenset((one.node.document.source.path, space) for one in resources for space in spaces_of(one, known))


def _resources(documents: Iterable[Document]) -> Iterator[Resource]:
    return (resource for document in documents for resource in resources_of(document))


def _add_selected(words: Words, service: Service) -> None:
    """Look for a label that each workload that a Service selects carries: a long one is likely to be rare."""
    shown = [(key, value) for key, value in service.selector.items() if key not in CONTROLLER_LABELS]
    if shown:
        key, value = max(shown, key=lambda label: len(label[1]))
        words.add([value or key])
    elif service.selector:
        # What only controllers put on pods stands in no manifest.
        add_workloads(words)


def add_workloads(words: Words) -> None:
    """Look for whatever may run pods."""
    words.add(["containers"])
    for kind in sorted({kind for _, kind in POD_TEMPLATES}):
        words.add_kind(kind)


def _numbers(resource: Resource) -> set[int]:
    return {int(number) for text in _texts(resource) for number in _NUMBER.findall(text)}


def _is_composed(text: str) -> bool:
    return re.search(_COMPOSED, text) is not None


def _texts(resource: Resource) -> tuple[str, ...]:
    """Where the ports may stand that a resource has to do with."""
    hidden = entries(resource).values() if resource.kind == "Secret" else ()
    return (_plain(resource.node.document), *(entry.text for entry in hidden))


def _plain(document: Document) -> str:
    """The text of a document, or what it means where that may be written otherwise than it is read."""
    text = document.text
    return text if "\\" not in text and "!" not in text else f"{text}\n{json.dumps(document.value)}"


def _references(value: Value) -> Iterator[str]:
    """The names of ConfigMaps and Secrets that pods read."""
    if isinstance(value, list):
        for child in value:
            yield from _references(child)
    for key, child in value.items() if isinstance(value, dict) else ():
        if key in _REFERENCES and isinstance(child, dict):
            yield from (name for name in (child.get("name"), child.get("secretName")) if isinstance(name, str))
        yield from _references(child)
