"""Which manifests make which cluster."""

import posixpath
from collections.abc import Iterator, Sequence
from functools import cached_property

from nplint import kustomize, profile, sources
from nplint.cli.options import TARGET_NAMES, Setting, limits
from nplint.cli.terminal import standard_input, tell
from nplint.cluster import Cluster
from nplint.declared import Config, Patterns, Target
from nplint.document import Document
from nplint.errors import NplintError
from nplint.filenames import lies_in
from nplint.kustomize import Kustomizations
from nplint.limits import Limits
from nplint.profile import PortRange, Profile


class Parting:
    """Parts documents into clusters as flags and configuration declare them, those of a revision as those of another.

    Raises:
        NplintError: no cluster can be as the flags say, or what is declared as context cannot be read.
    """

    def __init__(self, paths: Sequence[str], options: dict[str, Setting], configuration: Config) -> None:
        self.paths = paths
        self.options = options
        self.configuration = configuration
        self.declared = _declared(options, configuration)

    def clusters(self, found: Sequence[Document], above: Sequence[Document]) -> list[Cluster]:
        """The clusters that the documents make; `above` are the kustomizations in the folders above what was read."""
        documents = self._to_report_on(found)
        paths = {document.source.path for document in documents}
        context = (*self._named_context, *(one for one in above if one.source.path not in paths))
        if self.options["separately"].value:
            return self._separate(documents, context)
        if self.declared.is_declared or not self.configuration.targets:
            # Flags make one cluster of everything, so what runs in any of the declared ones runs in it.
            beside = (*context, *(one for target in self.configuration.targets for one in self._context_of(target)))
            return [self._cluster(documents, self.declared, beside)]
        return self._by_target(documents, context)

    @property
    def port_ranges(self) -> list[PortRange]:
        """The node ports of every cluster that there may be."""
        profiles = (self.declared, *(target.profile for target in self.configuration.targets))
        return list(dict.fromkeys(known.node_port_range for known in profiles))

    @cached_property
    def contexts(self) -> tuple[Document, ...]:
        """What is declared to run beside the manifests, in any of the clusters."""
        declared = (document for target in self.configuration.targets for document in self._context_of(target))
        return (*self._named_context, *declared)

    def clusters_of(self, path: str, known: Kustomizations) -> frozenset[str | None]:
        """The clusters that a file goes to; None is the one of what goes to no declared one."""
        if self.declared.is_declared or not self.configuration.targets:
            return frozenset((None,))
        named = (one.profile.name for one in self.configuration.targets if goes_to(one.paths, path, known))
        return frozenset(named) or frozenset((None,))

    def tell_of_empty(self, clusters: Sequence[Cluster]) -> None:
        """Warn of declared clusters that nothing goes to, where everything was looked at."""
        if self.declared.is_declared or self.options["separately"].value:
            return
        for cluster in clusters if covers(self.paths, self.configuration.folder) else ():
            if cluster.profile.name and not cluster.documents:
                tell(f"warning: nothing that was looked at goes to cluster {cluster.profile.name}: check its paths")

    def _to_report_on(self, found: Sequence[Document]) -> list[Document]:
        """The documents without those that only tell what else runs somewhere."""
        named = {document.source.path for document in self._named_context}
        targets = [target for target in self.configuration.targets if target.context.lines]
        # What is context for one cluster may be what another is made of.
        made = [target.paths for target in self.configuration.targets if target.paths.lines != ("*",)]
        documents = [
            document
            for document in found
            for path in [document.source.path]
            if path not in named
            and (not any(target.context.match(path) for target in targets) or any(each.match(path) for each in made))
        ]
        if self.paths and not self.options["allow_no_manifests"].value and found and not documents:
            raise NplintError("all of it is context of declared clusters, which is not reported on: name other paths")
        return documents

    @cached_property
    def _named_context(self) -> Sequence[Document]:
        files, most = self.options["context"].value, limits(self.options)
        return _readable(sources.gather(files, standard_input(), limits=most).documents)

    def _cluster(self, documents: Sequence[Document], known: Profile, context: Sequence[Document]) -> Cluster:
        expectations, narrowed = self.configuration.expectations, not covers(self.paths, self.configuration.folder)
        return Cluster(documents, known, context=context, expectations=expectations, is_narrowed=narrowed)

    def _separate(self, documents: Sequence[Document], context: Sequence[Document]) -> list[Cluster]:
        """A cluster for each file, with nothing else known to be in it: as flags or the configuration declare it."""
        files: dict[str, list[Document]] = {}
        for document in documents:
            files.setdefault(document.source.path, []).append(document)
        targets = () if self.declared.is_declared else self.configuration.targets
        known = kustomize.find((*documents, *context))
        return [
            self._cluster(each, declared._replace(is_declared=False), context)
            for path, each in files.items()
            for declared in [one.profile for one in targets if goes_to(one.paths, path, known)] or [self.declared]
        ]

    def _by_target(self, documents: Sequence[Document], context: Sequence[Document]) -> list[Cluster]:
        """A cluster for each that is declared, and one of unknown type for what goes to none of them."""
        files = _Files(documents)
        clusters, left = [], {id(document): document for document in documents}
        for target in self.configuration.targets:
            members = files.members(target.paths)
            beside = (*context, *self._context_of(target), *files.kustomizations_but(members))
            clusters.append(self._cluster(members, target.profile, beside))
            for document in members:
                left.pop(id(document), None)
        if left:
            rest = list(left.values())
            clusters.append(self._cluster(rest, Profile(), (*context, *files.kustomizations_but(rest))))
        return clusters

    def _context_of(self, target: Target) -> Sequence[Document]:
        if target.profile.name not in self._contexts:
            self._contexts[target.profile.name] = _context(target, limits(self.options))
        return self._contexts[target.profile.name]

    @cached_property
    def _contexts(self) -> dict[str | None, Sequence[Document]]:
        return {}


def _declared(options: dict[str, Setting], configuration: Config) -> Profile:
    profiles = profile.PROFILES if configuration.profiles is None else configuration.profiles
    type_, network, version, proxy_mode, ports = (options[name].value for name in TARGET_NAMES)
    declared = profile.declare(
        type=type_, network=network, version=version, proxy_mode=proxy_mode, node_port_range=ports, profiles=profiles
    )
    for _, message in profile.impossibilities(declared):
        raise NplintError(message)
    return declared


def _readable(context: Sequence[Document]) -> Sequence[Document]:
    """The context, which has to be known whole: what is missing in it would pass in silence."""
    for document in context:
        if not document.judged:
            defect = document.defects[0]
            raise NplintError(f"{defect.span.place}: the context cannot be read: {defect.message}")
    return context


def _context(target: Target, limits: Limits) -> tuple[Document, ...]:
    if not target.context.lines:
        return ()
    from pathlib import Path

    def matches(path: str) -> bool:
        is_meant = target.context.match(path)
        if is_meant and not lies_in(path, target.context.folder):
            raise NplintError(f"{path} leads out of the folder of the configuration: copy what it leads to")
        return is_meant

    found = sources.matching(Path(target.context.folder), matches, limits)
    if not found.documents:
        raise NplintError(
            f"the context of cluster {target.profile.name} holds no manifest: {', '.join(target.context.lines)}"
        )
    return tuple(_readable(found.documents))


def covers(paths: Sequence[str], path: str) -> bool:
    """Whether a path is looked at: a file, or a folder with everything below it."""
    return any(lies_in(path, root) for root in paths or (".",) if root != "-")


def goes_to(paths: Patterns, path: str, known: Kustomizations) -> bool:
    """Whether the paths of a cluster mean the file, or a kustomization that brings it in."""
    outer = (f"{folder}/kustomization.yaml" for folder in known.roots.get(path, ()))
    return any(paths.match(name) for name in (path, *outer))


class _Files:
    """Documents as they are parted among many clusters: what is asked again for each is worked out once."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.known = kustomize.find(documents)
        self.kustomizations = [one for one in documents if kustomize.is_kustomization(one)]
        # The places of the documents, and of the kustomizations and patches among them.
        self.by_folder: dict[str, list[int]] = {}
        self.steering: dict[str, list[int]] = {}
        for number, document in enumerate(documents):
            folder = posixpath.dirname(document.source.path)
            self.by_folder.setdefault(folder, []).append(number)
            if kustomize.is_kustomization(document) or document.source.path in self.known.patches:
                self.steering.setdefault(folder, []).append(number)

    def members(self, paths: Patterns) -> list[Document]:
        """What goes to a cluster of these paths, with the kustomizations and patches that stand beside or above it."""
        chosen = set(self._chosen(paths))
        folders = {posixpath.dirname(self.documents[number].source.path) for number in chosen}
        folders |= {
            "/".join(parts[:length])
            for parts in (folder.split("/") for folder in folders)
            for length in range(len(parts))
        }
        chosen |= {number for folder in folders & self.steering.keys() for number in self.steering[folder]}
        return [self.documents[number] for number in sorted(chosen)]

    def _chosen(self, paths: Patterns) -> Iterator[int]:
        for folder, numbers in self.by_folder.items():
            may_match = paths.may_match_in(folder)
            path, is_chosen = "", False
            for number in numbers if may_match or self.known.roots else ():
                if self.documents[number].source.path != path:
                    path = self.documents[number].source.path
                    is_chosen = (may_match or path in self.known.roots) and goes_to(paths, path, self.known)
                if is_chosen:
                    yield number

    def kustomizations_but(self, members: Sequence[Document]) -> list[Document]:
        """The kustomizations that are not among these."""
        known = {id(document) for document in members}
        return [one for one in self.kustomizations if id(one) not in known]
