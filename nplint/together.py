"""What belongs together: the states of one Service, and what is deployed into one cluster."""

import posixpath

from nplint.cluster import Cluster
from nplint.node import Node
from nplint.resource import Service

Scope = tuple[str, str]
"""What is deployed together: the kind of thing, `cluster`, `file`, `folder` or `kustomization`, and which one."""


def owner(service: Service) -> tuple[object, ...]:
    """What tells Services apart. One that gets its name only in the cluster is a Service of its own.

    A name that a template hides is at least the same wherever it is written the same.
    """
    name = service.node["metadata"]["name"].value
    if isinstance(name, str) and name:
        return *service.identity[:2], name
    document = service.node.document
    return document.source.path, document.start, service.node.path


def scopes(cluster: Cluster, node: Node) -> list[Scope]:
    """What a place is deployed together with, the surest first. Two places are together where they share a scope."""
    if cluster.profile.is_declared:
        return [("cluster", "")]
    path = node.document.source.path
    roots = sorted(cluster.kustomizations.roots.get(path, ()))
    beside = [("file", path), ("folder", posixpath.dirname(path))]
    return beside + [("kustomization", root) for root in roots]
