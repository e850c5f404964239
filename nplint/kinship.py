"""Which files may have to do with changed manifests, told by the words in them."""

import re
from collections.abc import Callable, Iterable, Iterator

from nplint import kustomize
from nplint.document import Document
from nplint.objects import resources_of
from nplint.resource import Resource, Service
from nplint.tree import Value
from nplint.workload import Workload

# As long as the numbers of node ports; shorter ones stand everywhere.
_NODE_PORT = re.compile(r"(?<!\d)\d{5}(?!\d)")
_REFERENCES = ("configMap", "configMapRef", "configMapKeyRef", "secret", "secretRef", "secretKeyRef")


def kinship(documents: Iterable[Document]) -> Callable[[bytes], bool] | None:
    """Tells of a file's bytes whether a change of these documents may matter to it; None where it may to every file.

    What selects pods, runs them, claims a node port, dials it or mounts a ConfigMap shares a name, a label's value, a
    namespace or a number with what it is about. The test is for what need not be read: what is found without the files
    that it turns away has to be found again with them.
    """
    words: set[str] = set()
    leaves_namespace_out = False
    for document in documents:
        if not document.judged or kustomize.is_kustomization(document):
            return None
        words.update(_NODE_PORT.findall(document.text), _references(document.value))
        for resource in resources_of(document):
            leaves_namespace_out |= resource.namespace in ("", "default")
            words.update(_words(resource))
    pattern = re.compile("|".join(sorted(map(re.escape, words - {""}))).encode()) if words - {""} else None

    def is_kin(data: bytes) -> bool:
        return bool(pattern and pattern.search(data)) or (leaves_namespace_out and b"namespace" not in data)

    return is_kin


def _words(resource: Resource) -> Iterator[str]:
    yield from (resource.name, resource.namespace)
    if isinstance(resource, Service):
        yield from resource.selector.values()
        yield from (str(number) for number, _ in resource.claimed_ports())
    if isinstance(resource, Workload):
        yield from resource.pod_labels.values()
        yield from (str(number) for number, _ in resource.node_listeners())


def _references(value: Value) -> Iterator[str]:
    """The names of ConfigMaps and Secrets that pods read."""
    if isinstance(value, list):
        for child in value:
            yield from _references(child)
    for key, child in value.items() if isinstance(value, dict) else ():
        if key in _REFERENCES and isinstance(child, dict):
            yield from (name for name in (child.get("name"), child.get("secretName")) if isinstance(name, str))
        yield from _references(child)
