"""From paths and settings to clusters: the configuration, the manifests, and which of them go together."""

import os
import posixpath
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from nplint import kustomize, plugins, profile, sources
from nplint.cli.options import TARGET_NAMES, Setting
from nplint.cli.terminal import tell
from nplint.cluster import Cluster
from nplint.declared import Config, Patterns, Target, find
from nplint.document import Document
from nplint.errors import NplintError
from nplint.kustomize import Kustomizations
from nplint.plugins import Plugins
from nplint.profile import PROFILES, Profile

Profiles = Mapping[str, Profile]


class Inputs(NamedTuple):
    """What a run works on."""

    clusters: tuple[Cluster, ...]
    without_manifest: int


def prepare(paths: Sequence[str], options: dict[str, Any]) -> tuple[Plugins, Config]:
    """Everything that is pluggable, with the rules of --rules and of the configuration, and that configuration.

    Raises:
        NplintError: something of that cannot be loaded or says what it cannot say.
    """
    loaded = plugins.load(options["plugin"])
    config = find_config(paths, options, loaded.profiles)
    if not options.get("rules") and not config.rules_dir:
        return loaded, config
    from nplint.rulefiles import RuleFiles

    files = [RuleFiles(path) for path in options.get("rules", ())]
    if config.rules_dir:
        files.append(RuleFiles(config.rules_dir, within=config.folder))
    return loaded.with_files(files), config


def find_config(paths: Sequence[str], options: dict[str, Any], profiles: Profiles) -> Config:
    """The configuration that --config names, or the one above the first path; an empty one where there is none.

    Raises:
        NplintError: it cannot be read, or says what it cannot say.
    """
    if options["isolated"]:
        return Config(os.getcwd())
    named = options["config"]
    if named and not os.path.isfile(named):
        raise NplintError(f"there is no configuration {named}")
    start = next((path for path in paths if path != "-"), ".")
    found = named or find(start)
    if not found:
        return Config(os.getcwd())
    from nplint.config import load

    return load(found, sources.shown(found), profiles)


def gather(
    paths: Sequence[str], options: dict[str, Setting], configuration: Config, profiles: Profiles = PROFILES
) -> Inputs:
    """Read the manifests and part them into clusters.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    explicit = bool(paths) and not options["allow_no_manifests"].value
    found = sources.gather(
        paths or (".",),
        _stdin(),
        must_hold_manifests=explicit,
        excluded=configuration.exclude.match if configuration.exclude else None,
        force_exclude=options["force_exclude"].value,
    )
    if not found.documents:
        _nothing_to_lint(options["require_manifests"].value)
    context = _readable(sources.gather(options["context"].value, _stdin()).documents)
    documents = _without_context(found.documents, context, configuration)
    if explicit and not documents and found.documents:
        raise NplintError("all of it is context of declared clusters, which is not reported on: name other paths")
    context = (*context, *_kustomizations_above(paths, documents))
    declared = _declared(options, profiles)
    if options["separately"].value:
        clusters = _separate(documents, declared, context, configuration)
    elif declared.is_declared or not configuration.targets:
        # Flags make one cluster of everything, so what runs in any of the declared ones runs in it.
        beside = (*context, *(one for target in configuration.targets for one in _context(target)))
        clusters = [Cluster(documents, declared, context=beside, expectations=configuration.expectations)]
    else:
        clusters = _clusters(documents, context, configuration)
        if _cover(paths, configuration.folder):
            _tell_of_empty(clusters)
    return Inputs(tuple(clusters), found.without_manifest)


def _without_context(
    documents: Sequence[Document], context: Sequence[Document], configuration: Config
) -> list[Document]:
    """The documents to report on: what only tells what else runs somewhere is not among them."""
    named = {document.source.path for document in context}
    targets = [target for target in configuration.targets if target.context.lines]
    # What is context for one cluster may be what another is made of.
    made = [target.paths for target in configuration.targets if target.paths.lines != ("*",)]
    return [
        document
        for document in documents
        for path in [document.source.path]
        if path not in named
        and (any(each.match(path) for each in made) or not any(target.context.match(path) for target in targets))
    ]


def _readable(context: Sequence[Document]) -> Sequence[Document]:
    """The context, which has to be known whole: what is missing in it would pass in silence."""
    for document in context:
        if not document.judged:
            defect = document.defects[0]
            raise NplintError(f"{defect.span.place}: the context cannot be read: {defect.message}")
    return context


def _kustomizations_above(paths: Sequence[str], documents: Sequence[Document]) -> list[Document]:
    known = {document.source.path for document in documents}
    return [one for one in sources.kustomizations_above(paths or (".",)) if one.source.path not in known]


def _stdin() -> BinaryIO:
    # Who starts programs in the background may leave them without standard input at all.
    return sys.stdin.buffer if sys.stdin else BytesIO()


def _nothing_to_lint(required: bool) -> None:
    if required:
        raise NplintError("no Kubernetes manifest found: name the file or folder that holds one")
    tell("warning: no Kubernetes manifest found, so nothing was checked")


def _declared(options: dict[str, Setting], profiles: Profiles) -> Profile:
    type_, network, version, proxy_mode, ports = (options[name].value for name in TARGET_NAMES)
    declared = profile.declare(
        type=type_, network=network, version=version, proxy_mode=proxy_mode, node_port_range=ports, profiles=profiles
    )
    for _, message in profile.impossibilities(declared):
        raise NplintError(message)
    return declared


def _separate(
    documents: Sequence[Document], declared: Profile, context: Sequence[Document], configuration: Config
) -> list[Cluster]:
    """A cluster for each file, with nothing else known to be in it: as flags declare it, or else the configuration."""
    files: dict[str, list[Document]] = {}
    for document in documents:
        files.setdefault(document.source.path, []).append(document)
    targets = () if declared.is_declared else configuration.targets
    known = kustomize.find((*documents, *context))
    return [
        Cluster(each, profile._replace(is_declared=False), context=context, expectations=configuration.expectations)
        for path, each in files.items()
        for profile in [one.profile for one in targets if goes_to(one.paths, path, known)] or [declared]
    ]


def _clusters(documents: Sequence[Document], context: Sequence[Document], configuration: Config) -> list[Cluster]:
    """A cluster for each that is declared, and one of unknown type for what goes to none of them."""
    known = kustomize.find(documents)
    clusters, left = [], {id(document): document for document in documents}
    for target in configuration.targets:
        members = _members(target, documents, known)
        beside = (*context, *_context(target), *_kustomizations(documents, members))
        clusters.append(Cluster(members, target.profile, context=beside, expectations=configuration.expectations))
        for document in members:
            left.pop(id(document), None)
    if left:
        rest = list(left.values())
        beside = (*context, *_kustomizations(documents, rest))
        clusters.append(Cluster(rest, context=beside, expectations=configuration.expectations))
    return clusters


def _cover(paths: Sequence[str], folder: str) -> bool:
    """Whether everything below a folder is looked at."""
    folder = os.path.join(os.path.realpath(folder), "")
    roots = (os.path.join(os.path.realpath(path), "") for path in paths or (".",) if path != "-")
    return any(folder.startswith(root) for root in roots)


def _tell_of_empty(clusters: Sequence[Cluster]) -> None:
    for cluster in clusters:
        if not cluster.documents:
            tell(f"warning: nothing that was looked at goes to cluster {cluster.profile.name}: check its paths")


def _members(target: Target, documents: Sequence[Document], known: Kustomizations) -> list[Document]:
    """What goes to a cluster, with the kustomizations and patches that stand beside or above that."""
    chosen = {document.source.path for document in documents if goes_to(target.paths, document.source.path, known)}
    folders = {posixpath.dirname(path) for path in chosen}
    folders |= {
        "/".join(parts[:length]) for parts in (folder.split("/") for folder in folders) for length in range(len(parts))
    }
    return [
        document
        for document in documents
        if (path := document.source.path) in chosen
        or (posixpath.dirname(path) in folders and (kustomize.is_kustomization(document) or path in known.patches))
    ]


def goes_to(paths: Patterns, path: str, known: Kustomizations) -> bool:
    """Whether the paths of a cluster mean the file, or a kustomization that brings it in."""
    outer = (f"{folder}/kustomization.yaml" for folder in known.roots.get(path, ()))
    return any(paths.match(name) for name in (path, *outer))


def _kustomizations(documents: Sequence[Document], members: Sequence[Document]) -> list[Document]:
    known = {id(document) for document in members}
    return [one for one in documents if id(one) not in known and kustomize.is_kustomization(one)]


def _context(target: Target) -> tuple[Document, ...]:
    if not target.context.lines:
        return ()
    from pathlib import Path

    found = sources.matching(Path(target.context.folder), target.context.match)
    if not found.documents:
        raise NplintError(
            f"the context of cluster {target.profile.name} holds no manifest: {', '.join(target.context.lines)}"
        )
    return tuple(_readable(found.documents))
