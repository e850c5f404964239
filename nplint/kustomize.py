"""What the kustomizations of the input say about its files: which are patches, and what is applied together."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nplint.document import Document
from nplint.node import Node

# What changes objects in ways that are not followed here, and what brings in objects from elsewhere.
_CHANGES = (
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "transformers",
    "replacements",
    "components",
    "labels",
    "commonLabels",
)
_RENAMES = ("namePrefix", "nameSuffix")
_MARKS = ("commonAnnotations", "buildMetadata", "images", "replicas")
_GENERATORS = ("helmCharts", "helmChartInflationGenerator", "generators")


class Kustomizations(NamedTuple):
    """What is known of the files that kustomizations name, by path.

    `patches` are parts of objects, named as patches and never as resources. `roots` are the outermost kustomizations
    that bring a file in, `namespaces` those that they put its objects into; a file that none brings in is in neither.
    `patched` are files whose objects a kustomization changes, `renamed` those whose names it changes, `altered` those
    whose objects it changes in any way at all, such as their annotations; `unseen` are the outermost kustomizations
    that also bring in what is not in the input.
    """

    patches: frozenset[str]
    roots: Mapping[str, frozenset[str]]
    namespaces: Mapping[str, frozenset[str]]
    patched: frozenset[str]
    renamed: frozenset[str]
    altered: frozenset[str]
    unseen: frozenset[str]

    def is_open(self, path: str) -> bool:
        """Whether what is applied together with a file is not all in the input."""
        return not self.unseen.isdisjoint(self.roots.get(path, ()))


def find(documents: Iterable[Document]) -> Kustomizations:
    """Read the kustomizations among the documents."""
    documents = list(documents)
    known = {_folder(one): Node(one, value=one.value) for one in documents if is_kustomization(one)}
    included = {path for folder, node in known.items() for path in _named(node, folder) if path in known}
    outermost = known.keys() - included
    brought = [file for folder in sorted(outermost) for file in _files(known, (folder,))]
    paths = {document.source.path for document in documents}
    whole = {file.path for file in brought}
    return Kustomizations(
        patches=frozenset(path for folder, node in known.items() for path in _patches(node, folder)) - whole,
        roots=_grouped((file.path, file.root) for file in brought),
        namespaces=_grouped((file.path, file.namespace) for file in brought if file.namespace),
        patched=frozenset(file.path for file in brought if file.patched),
        renamed=frozenset(file.path for file in brought if file.renamed),
        altered=frozenset(file.path for file in brought if file.patched or file.renamed or file.marked),
        unseen=frozenset(file.root for file in brought if file.path not in paths),
    )


class _File(NamedTuple):
    path: str
    root: str
    namespace: str
    patched: bool
    renamed: bool
    marked: bool


def _files(known: Mapping[str, Node], way: tuple[str, ...]) -> Iterator[_File]:
    """The files that a kustomization brings in, and what it and those on the way to it do to their objects."""
    nodes = [known[folder] for folder in way]
    namespace = next((node["namespace"].text for node in nodes if node["namespace"].text), "")
    patched = any(node[step].value for node in nodes for step in _CHANGES)
    renamed = any(node[step].value for node in nodes for step in _RENAMES)
    marked = any(node[step].value for node in nodes for step in _MARKS)
    generated = (f"{way[-1]}: {step}" for step in _GENERATORS if nodes[-1][step].value)
    for path in (*_named(nodes[-1], way[-1]), *generated):
        if path in known and path not in way:
            yield from _files(known, (*way, path))
        elif path not in known:
            yield _File(path, way[0], namespace, patched, renamed, marked)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return {key: frozenset(values) for key, values in groups.items()}


def _named(node: Node, folder: str) -> Iterator[str]:
    for step in ("resources", "bases", "components"):
        yield from (_join(folder, entry.text) for entry in node[step] if entry.text)


def _patches(node: Node, folder: str) -> Iterator[str]:
    named = [*node["patchesStrategicMerge"]]
    named += [patch["path"] for step in ("patches", "patchesJson6902") for patch in node[step]]
    # A strategic merge patch may also stand in the list itself, as text.
    yield from (_join(folder, entry.text) for entry in named if entry.text and "\n" not in entry.text)


def _join(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    # A kustomization above the current folder may lead down into it again, where paths are shown without the detour.
    return posixpath.relpath(joined) if joined.startswith("../") else joined


def _folder(document: Document) -> str:
    return posixpath.normpath(posixpath.dirname(document.source.path))


def is_kustomization(document: Document) -> bool:
    """Whether a document steers kustomize, rather than being an object of a cluster."""
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return document.source.is_kustomization or (kind in ("Kustomization", "Component") and _is_kustomize_api(document))


def _is_kustomize_api(document: Document) -> bool:
    version = Node(document, value=document.value)["apiVersion"].text
    return version.startswith("kustomize.config.k8s.io/")
