"""ConfigMaps and Secrets, and what of them a container gets as variables and as files."""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.node import Node
from nplint.proof import Proof
from nplint.resource import Resource
from nplint.workload import Container, Workload


class Entry(NamedTuple):
    """A text that a ConfigMap or Secret holds, where, and the way that it takes into a container.

    `name` is its key, or the path of the file that it makes. The text of a Secret must not be shown to anybody.
    """

    name: str
    text: str
    node: Node
    way: tuple[Proof, ...] = ()


def entries(resource: Resource) -> dict[str, Entry]:
    """The texts of a ConfigMap or Secret by key. What is no text is left out."""
    found = dict(_texts(resource.node["data"]))
    if resource.kind == "ConfigMap":
        return found
    decoded = {key: entry._replace(text=_decoded(entry.text), node=entry.node.key) for key, entry in found.items()}
    plain = {key: entry._replace(node=entry.node.key) for key, entry in _texts(resource.node["stringData"])}
    # What stands in both is taken from stringData.
    return decoded | plain


def _texts(node: Node) -> Iterator[tuple[str, Entry]]:
    for key, child in node.items():
        if child.raw is not None:
            yield key, Entry(key, child.raw, child)


def _decoded(text: str) -> str:
    from base64 import b64decode

    try:
        return b64decode(text).decode()
    except ValueError:
        return ""


@dataclass(frozen=True, eq=False)
class ConfigMaps:
    """The ConfigMaps and Secrets of a cluster, looked up as pods name them."""

    cluster: Cluster

    def find(self, kind: str, name: str, workload: Workload) -> Resource | None:
        """The one that a workload means by a name; None where the input shows none, or several that it could be."""
        spaces = self.cluster.namespaces(workload)
        found = [one for space in spaces for one in self._by_name.get((kind, space, name), ())]
        nearest = [one for one in found if one.node.document.source is workload.node.document.source]
        near = nearest or [one for one in found if self.cluster.together(one.node, workload.node)]
        return near[0] if len(set(near)) == 1 else None

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """All of them."""
        everything = (*self.cluster.resources, *self.cluster.context_resources)
        return tuple(one for one in everything if one.api_version == "v1" and one.kind in ("ConfigMap", "Secret"))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str], list[Resource]] = {}
        for resource in self.resources:
            for space in self.cluster.namespaces(resource):
                found.setdefault((resource.kind, space, resource.name), []).append(resource)
        return found

    def entries(self, kind: str, name: Node, workload: Workload, way: str) -> dict[str, Entry] | None:
        """The texts of the ConfigMap or Secret that is named at a node, by key; None where it is not to be seen."""
        resource = self.find(kind, name.text, workload) if name.text else None
        if resource is None:
            return None
        if resource not in self._entries:
            self._entries[resource] = entries(resource)
        return {key: entry._replace(way=(Proof(name, way),)) for key, entry in self._entries[resource].items()}

    @cached_property
    def _entries(self) -> dict[Resource, dict[str, Entry]]:
        return {}

    def files(self, container: Container, workload: Workload, matters: Callable[[str], bool]) -> Iterator[Entry]:
        """The files that a container has mounted from ConfigMaps and Secrets, as far as their texts matter."""
        mounts = list(container.node["volumeMounts"])
        names = {mount["name"].text for mount in mounts}
        volumes = {
            volume["name"].text: [entry for entry in self._volume(volume, workload) if matters(entry.text)]
            for volume in (workload.pod_spec["volumes"] if mounts else ())
            if volume["name"].text in names
        }
        for mount in mounts:
            sub = mount["subPath"].text or mount["subPathExpr"].raw
            for entry in volumes.get(mount["name"].text, ()):
                if not sub or entry.name == sub or entry.name.startswith(f"{posixpath.normpath(sub)}/"):
                    yield entry._replace(way=(*entry.way, Proof(mount["name"], "mounted here")))

    def _volume(self, volume: Node, workload: Workload) -> Iterator[Entry]:
        for source in (volume, *volume["projected"]["sources"]):
            for kind, held, name in (
                ("ConfigMap", source["configMap"], "name"),
                ("Secret", source["secret"], "secretName" if source is volume else "name"),
            ):
                found = self.entries(kind, held[name], workload, f"this {kind} is a volume")
                yield from _items(held["items"], found) if found else ()


def _items(items: Node, found: dict[str, Entry]) -> Iterable[Entry]:
    """The files that a volume makes: of the listed keys if it lists any, else of all."""
    if not any(items):
        return found.values()
    pairs = ((item["key"].text, item["path"].text) for item in items)
    return [found[key]._replace(name=posixpath.normpath(path)) for key, path in pairs if key in found]
