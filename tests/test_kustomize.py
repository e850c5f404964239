import pytest

from nplint.document import Document
from nplint.kustomize import find
from nplint.reader import decode, read


def documents(path: str, text: str) -> tuple[Document, ...]:
    return read(decode(path, text.encode()))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("patchesStrategicMerge: [a.yaml, sub/b.yaml]", {"o/a.yaml", "o/sub/b.yaml"}),
        ("patchesStrategicMerge:\n- |\n  kind: Service\n  metadata: {name: web}\n", set()),
        ("patches: [{path: a.yaml}, {path: ../b.yaml, target: {kind: Service}}, {patch: x}]", {"o/a.yaml", "b.yaml"}),
        ("patchesJson6902: [{path: ./a.json, target: {name: x}}]", {"o/a.json"}),
        ("patches: [{path: a.yaml}]\npatchesStrategicMerge: [a.yaml]", {"o/a.yaml"}),
        ("resources: [a.yaml]\nbases: [b]", set()),
        ("patches: a.yaml", set()),
        ("patches: [a.yaml, {path: 1}, {path: ''}, ~]", set()),
        ("patches: [{path: '${X}.yaml'}]", set()),
        ("- a", set()),
    ],
)
@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_the_patches_of_a_kustomization(name: str, text: str, files: set[str]) -> None:
    assert find(documents(f"o/{name}", text)).patches == files


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", True),
        ("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", True),
        ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", False),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Other\n", False),
        ("apiVersion: v1\nkind: ConfigMap\n", False),
    ],
)
def test_elsewhere_the_type_says_what_a_kustomization_is(head: str, named: bool) -> None:
    assert find(documents("x.yaml", f"{head}patches: [{{path: a.yaml}}]")).patches == ({"a.yaml"} if named else set())


def test_every_kustomization_counts_from_its_own_folder() -> None:
    several = [
        document
        for path in ("a/kustomization.yaml", "b/c/Kustomization")
        for document in documents(path, "patches: [{path: p.yaml}]")
    ]
    assert find(several).patches == {"a/p.yaml", "b/c/p.yaml"}


def test_an_unreadable_kustomization_names_nothing() -> None:
    broken = documents("kustomization.yaml", "patches: [{path: a.yaml}")
    assert [document.judged for document in broken] == [False]
    assert find(broken).patches == set()
