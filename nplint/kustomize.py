"""What the kustomizations of the input say about its files."""

import posixpath
from collections.abc import Iterable, Iterator

from nplint.document import Document
from nplint.node import Node


def patch_files(documents: Iterable[Document]) -> frozenset[str]:
    """The paths of the files that some kustomization names as patches."""
    return frozenset(path for document in documents for path in _patches_of(document))


def _patches_of(document: Document) -> Iterator[str]:
    if not _is_kustomization(document):
        return
    root = Node(document, value=document.value)
    named = [*root["patchesStrategicMerge"]]
    named += [patch["path"] for step in ("patches", "patchesJson6902") for patch in root[step]]
    folder = posixpath.dirname(document.source.path)
    for node in named:
        # A strategic merge patch may also stand in the list itself, as text.
        if node.text and "\n" not in node.text:
            yield posixpath.normpath(posixpath.join(folder, node.text))


def _is_kustomization(document: Document) -> bool:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return document.source.is_kustomization or (kind in ("Kustomization", "Component") and _is_kustomize_api(document))


def _is_kustomize_api(document: Document) -> bool:
    version = Node(document, value=document.value)["apiVersion"].text
    return version.startswith("kustomize.config.k8s.io/")
