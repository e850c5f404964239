"""The resources of a document, each as what it is."""

from collections.abc import Iterator

from nplint.document import Document
from nplint.node import Node
from nplint.resource import Resource, Service, group_of
from nplint.workload import POD_TEMPLATES, Workload


def resources_of(document: Document) -> Iterator[Resource]:
    """The resources of a document, the items of a List each on their own."""
    yield from _expand(Node(document, value=document.value), "", "")


def _expand(node: Node, api_version: str, kind: str) -> Iterator[Resource]:
    api_version = node["apiVersion"].text or api_version
    kind = node["kind"].text or kind
    if kind.endswith("List") and isinstance(node["items"].value, list):
        # Items of a ServiceList may leave their type to it; those of a plain List may not.
        implied = (api_version, kind.removesuffix("List")) if kind != "List" else ("", "")
        for item in node["items"]:
            yield from _expand(Node(item.document, item.path, item.value, root=len(item.path)), *implied)
    elif api_version and kind:
        yield _typed(node, api_version, kind)


def _typed(node: Node, api_version: str, kind: str) -> Resource:
    if api_version == "v1" and kind == "Service":
        return Service(node, api_version, kind)
    group = group_of(api_version)
    steps = POD_TEMPLATES.get((group, kind))
    if steps is None and "." in group and any(node["spec"]["template"]["spec"]["containers"]):
        # Rollouts, CloneSets and the like: whatever carries a pod template runs pods of it.
        steps = ("spec", "template")
    return Resource(node, api_version, kind) if steps is None else Workload(node, api_version, kind, node.at(steps))
