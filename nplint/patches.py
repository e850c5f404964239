"""What a change of kustomize patches does to the Services that they reach."""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from nplint.check import Unjudged
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.kustomize import is_kustomization
from nplint.node import Node
from nplint.objects import resources_of
from nplint.pairing import Side, pair
from nplint.resource import Service

_FIELDS = ("externalTrafficPolicy", "nodePort")
_POLICY = "externalTrafficPolicy"


class PolicyChange(NamedTuple):
    """The places of an externalTrafficPolicy before and after a change, and the node ports pinned beside it."""

    before: Node
    now: Node
    pinned: tuple[int, ...] = ()


def patched_policies(cluster: Cluster, old: str, new: str) -> Iterator[PolicyChange | Unjudged]:
    """What patches change from one policy to the other, or may change."""
    if cluster.before is None:
        return
    before, now = _side(cluster.before), _side(cluster)
    pairs = pair(before, now, cluster.renamed)
    changes: list[tuple[Service | None, Service | None]] = [(pairs.kept.get(patch), patch) for patch in now.services]
    changes += [(patch, None) for patch in (*pairs.vanished, *pairs.dropped)]
    for earlier, patch in changes:
        yield from _compared(cluster, earlier, patch, (old, new))
    yield from _inline(cluster)


def _side(cluster: Cluster) -> Side:
    return Side(_patches(cluster), cluster.namespaces, cluster.has_namespace)


def _patches(cluster: Cluster) -> list[Service]:
    """The Services of which patches hold a part."""
    paths = cluster.kustomizations.patches
    documents = (one for one in cluster.documents if one.source.path in paths and one.judged)
    return [one for document in documents for one in resources_of(document) if isinstance(one, Service)]


def _compared(
    cluster: Cluster, before: Service | None, now: Service | None, wanted: tuple[str, str]
) -> Iterator[PolicyChange | Unjudged]:
    patch = now or before
    if patch is None or (before and now and before.node.value == now.node.value):
        return
    if not (before and now) and not _goes_on(cluster, patch):
        return
    place = patch.spec[_POLICY]
    policies = _policy(cluster.before or cluster, before, patch), _policy(cluster, now, patch)
    touched = [part.spec[_POLICY].present for part in (before, now) if part]
    if not any(touched) or not (
        _has_node_ports(cluster.before or cluster, before, patch) and _has_node_ports(cluster, now, patch)
    ):
        return
    if "" in policies:
        yield Unjudged(place, "changed patch", "the Service that it is for, or its value, is not in the input")
    elif policies == wanted:
        was = before.spec[_POLICY] if before else place
        yield PolicyChange(was, now.spec[_POLICY] if now else place)


def _goes_on(cluster: Cluster, patch: Service) -> bool:
    """Whether there is a kustomization beside a patch before and after the change, so that the patch alone is new."""
    folder = posixpath.dirname(patch.node.document.source.path)
    sides = [(*one.documents, *one.context) for one in (cluster.before, cluster) if one]
    return all(
        any(is_kustomization(one) and posixpath.dirname(one.source.path) == folder for one in side) for side in sides
    )


def _policy(cluster: Cluster, patch: Service | None, other: Service) -> str:
    """The policy that comes of a patch: its own, or else that of the Service it is for; "" where nobody knows."""
    if patch and patch.spec[_POLICY].present:
        return patch.external_traffic_policy
    found = {one.external_traffic_policy for one in _patched(cluster, other)}
    return found.pop() if len(found) == 1 else ""


def _has_node_ports(cluster: Cluster, patch: Service | None, other: Service) -> bool:
    """Whether what comes of a patch may have node ports. Where its Service is not seen, its policy is about some."""
    if patch and patch.spec["type"].present:
        return patch.has_node_ports
    patched = _patched(cluster, other)
    return not patched or any(one.has_node_ports for one in patched)


def _patched(cluster: Cluster, patch: Service) -> list[Service]:
    """The Services that a patch may be for."""
    return [one for one in cluster.services if one.name == patch.name and cluster.is_patched(one)]


def _inline(cluster: Cluster) -> Iterator[Unjudged]:
    """Patches that are written in a kustomization itself, or in a form that is not followed."""
    before = cluster.before or cluster
    earlier = {one.source.path: one for one in (*before.documents, *before.context) if is_kustomization(one)}
    for document in (*cluster.documents, *cluster.context):
        old = earlier.get(cluster.renamed.get(document.source.path, document.source.path))
        if is_kustomization(document) and _steered(document) != _steered(old):
            place = Node(document, value=document.value)
            yield Unjudged(place, "changed patch", "patches within a kustomization are not followed")


def _steered(document: Document | None) -> object:
    """What a kustomization says, if it names fields of node ports in patches of its own."""
    steers = document is not None and any(field in document.text for field in _FIELDS)
    return document.value if document and steers else None
