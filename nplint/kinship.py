"""Which files may have to do with changed manifests, told by the words in them."""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from nplint import kustomize
from nplint.document import Document
from nplint.objects import resources_of
from nplint.resource import Resource, Service
from nplint.tree import Value
from nplint.workload import Workload


@dataclass(frozen=True)
class Kinship:
    """Tells of a file, by its shown path and its bytes, whether it has to be read."""

    words: frozenset[str]
    spaces: frozenset[str]
    roots: frozenset[str]
    known: kustomize.Kustomizations

    def __call__(self, path: str, data: bytes) -> bool:
        if self.names(path) or self._pattern.search(data):
            return True
        return self.is_open and _leaves_namespace_out(data)

    def names(self, path: str) -> bool:
        """Whether the path is enough to say yes."""
        roots, spaces = self.known.roots.get(path, ()), self.known.namespaces.get(path, ())
        return not self.roots.isdisjoint(roots) or not self.spaces.isdisjoint(spaces)

    @property
    def is_open(self) -> bool:
        """Whether a file that holds none of the words may be kin too: it may leave its namespace to kubectl."""
        return "default" in self.spaces

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        return re.compile("|".join(sorted(map(re.escape, self.words))).encode() or b"(?!)")


# As long as the numbers of node ports; shorter ones stand everywhere.
_NODE_PORT = re.compile(r"(?<!\d)\d{5}(?!\d)")
_REFERENCES = ("configMap", "configMapRef", "configMapKeyRef", "secret", "secretRef", "secretKeyRef")
# Where a manifest in block style says its namespace. Written in another way, it counts as not said.
_NAMESPACE = re.compile(rb"^  namespace:[ \t]*[^\s#]", re.MULTILINE)
# To look for more of them takes longer than to read all files.
_MOST_WORDS = 1000
_SEPARATOR = re.compile(rb"^---", re.MULTILINE)


def kinship(changed: Sequence[Document], steering: Iterable[Document]) -> Kinship | None:
    """What a change of these documents may matter to; None where it may be any file.

    `steering` are the kustomizations of the repository. What selects pods, runs them, claims a node port, dials it or
    mounts a ConfigMap shares a name, a label's value, a namespace or a number with what it is about, or a kustomization
    brings both in. Nothing that a change brings to light may be missed for a file that is turned away here; what seems
    to be found without such files is found again with them.
    """
    if any(not document.judged or kustomize.is_kustomization(document) for document in changed):
        return None
    known = kustomize.find((*steering, *changed))
    words, spaces, roots = set[str](), set[str](), set[str]()
    for document in changed:
        path = document.source.path
        roots |= known.roots.get(path, frozenset())
        words.update(_references(document.value))
        words.update(word for text in (document.text, *_decoded(document.value)) for word in _numbers(text))
        for resource in resources_of(document):
            spaces |= known.namespaces.get(path) or {resource.namespace or "default"}
            words.update(_words(resource))
    if len(words) > _MOST_WORDS:
        return None
    return Kinship(frozenset((words | spaces) - {""}), frozenset(spaces), frozenset(roots), known)


def _leaves_namespace_out(data: bytes) -> bool:
    return any(b"kind" in part and not _NAMESPACE.search(part) for part in _SEPARATOR.split(data))


def _words(resource: Resource) -> Iterator[str]:
    yield from (resource.name, resource.namespace)
    if isinstance(resource, Service):
        yield from resource.selector.values()
        yield from (word for number, _ in resource.claimed_ports() for word in _spellings(number))
    if isinstance(resource, Workload):
        yield from resource.pod_labels.values()
        yield from (word for number, _ in resource.node_listeners() for word in _spellings(number))


def _numbers(text: str) -> Iterator[str]:
    for number in _NODE_PORT.findall(text):
        yield from _spellings(int(number))


def _spellings(number: int) -> tuple[str, ...]:
    """How a file may tell of a port: in plain figures, as YAML has them otherwise, or in a Secret's base64."""
    return str(number), f"{number:x}", f"{number:X}", f"{number:o}", f"{number:_}", "Secret"


def _decoded(value: Value) -> Iterator[str]:
    """The texts of Secrets, as the pods that read them see them."""
    data = value.get("data") if isinstance(value, dict) and value.get("kind") == "Secret" else None
    for text in data.values() if isinstance(data, dict) else ():
        with suppress(ValueError):
            yield b64decode(str(text)).decode("utf-8", "replace")


def _references(value: Value) -> Iterator[str]:
    """The names of ConfigMaps and Secrets that pods read."""
    if isinstance(value, list):
        for child in value:
            yield from _references(child)
    for key, child in value.items() if isinstance(value, dict) else ():
        if key in _REFERENCES and isinstance(child, dict):
            yield from (name for name in (child.get("name"), child.get("secretName")) if isinstance(name, str))
        yield from _references(child)
