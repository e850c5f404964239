from collections.abc import Mapping

import pytest

from nplint.cluster import Cluster
from nplint.reader import decode, read


def cluster(files: Mapping[str, str] | str, before: Cluster | None = None) -> Cluster:
    files = {"f.yaml": files} if isinstance(files, str) else files
    documents = [document for path, text in files.items() for document in read(decode(path, text.encode()))]
    return Cluster(documents, before=before)


def service(name: str, selector: str, namespace: str = "") -> str:
    metadata = f"{{name: {name}, namespace: '{namespace}'}}"
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {metadata}\nspec: {{selector: {selector}}}\n"


def pod(name: str, labels: str, namespace: str = "") -> str:
    return f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: '{namespace}', labels: {labels}}}\n"


def deployment(name: str, labels: str) -> str:
    template = f"{{metadata: {{labels: {labels}}}}}"
    return f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {template}}}\n"


PATCH = service("web", "{app: patched}")


def test_services_and_workloads_stand_in_the_order_of_the_input() -> None:
    found = cluster(
        {"b.yaml": service("b", "{}") + pod("p", "{}"), "a.yaml": deployment("d", "{}") + service("a", "{}")}
    )
    assert [resource.title for resource in found.resources] == ["Service b", "Pod p", "Deployment d", "Service a"]
    assert [resource.name for resource in found.services] == ["b", "a"]
    assert [resource.name for resource in found.workloads] == ["p", "d"]


@pytest.mark.parametrize(
    ("selector", "namespace", "names"),
    [
        ("{app: web}", "", ["a", "b", "d"]),
        ("{app: web}", "default", ["a", "b", "d"]),
        ("{app: web, tier: front}", "", ["b", "d"]),
        ("{tier: front, app: web}", "", ["b", "d"]),
        ("{app: web}", "shop", ["c"]),
        ("{app: web, tier: front}", "shop", []),
        ("{app: web, tier: nowhere}", "", []),
        ("{app: web}", "nowhere", []),
        ("{}", "", []),
        ("~", "", []),
        ("{app: '${X}'}", "", []),
    ],
)
def test_the_backends_of_a_service(selector: str, namespace: str, names: list[str]) -> None:
    pods = (
        pod("a", "{app: web}")
        + pod("b", "{app: web, tier: front}", "default")
        + pod("c", "{app: web}", "shop")
        + deployment("d", "{tier: front, app: web}")
        + pod("e", "{app: other, tier: front}")
    )
    found = cluster(service("s", selector, namespace) + pods)
    assert [workload.name for workload in found.backends(found.services[0])] == names


@pytest.mark.parametrize(
    ("kustomization", "names"),
    [
        ("resources: [web.yaml]\n", ["web", "web"]),
        ("resources: [web.yaml]\npatches: [{path: patch.yaml}]\n", ["web"]),
        ("patchesStrategicMerge: [patch.yaml, web.yaml]\n", []),
        ("patches: [{path: ../patch.yaml}]\n", ["web", "web"]),
    ],
)
def test_a_patch_is_no_resource(kustomization: str, names: list[str]) -> None:
    files = {"k/kustomization.yaml": kustomization, "k/web.yaml": service("web", "{app: a}"), "k/patch.yaml": PATCH}
    found = cluster(files)
    assert [resource.name for resource in found.services] == names
    assert ("k/patch.yaml" in found.kustomizations.patches) is (len(names) < 2)
    assert all(document.source.path not in found.kustomizations.patches for document in found.manifests)


def test_a_kustomization_without_a_type_is_no_resource() -> None:
    assert cluster({"kustomization.yaml": "resources: [a.yaml]\n"}).resources == ()


def test_an_unreadable_document_is_no_resource() -> None:
    text = service("a", "{}") + "---\napiVersion: v1\nkind: Service\nx: {{ x }}\n" + service("b", "{}")
    assert [resource.name for resource in cluster(text).resources] == ["a", "b"]


def test_a_resource_is_found_by_its_place() -> None:
    found = cluster("apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n" + PATCH)
    first, second = found.documents
    at = [found.resource_at(first, ("items", index)) for index in (0, 1, 2)]
    assert [resource and resource.name for resource in at] == ["a", "b", None]
    assert found.resource_at(second, ()) is found.services[2]
    assert found.resource_at(first, ()) is None
    assert found.resource_at(second, ("spec",)) is None


def test_the_service_of_a_place_in_it() -> None:
    found = cluster("apiVersion: v1\nkind: ServiceList\nitems:\n- spec: {ports: [{port: 80}]}\n" + pod("p", "{}"))
    (only,) = found.services
    assert found.service_of(only.ports[0].node["port"]) is only
    assert found.service_of(only.node["metadata"]["nowhere"]) is only
    assert found.service_of(found.workloads[0].pod_spec) is None


@pytest.mark.parametrize(
    ("before", "now", "selector"),
    [
        (service("web", "{v: '1'}"), service("web", "{v: '2'}"), {"v": "1"}),
        (service("web", "{v: '1'}"), service("web", "{v: '2'}", "default"), {"v": "1"}),
        (service("web", "{v: '1'}", "shop"), service("web", "{v: '2'}"), {"v": "1"}),
        (service("web", "{v: '1'}", "shop"), service("web", "{v: '2'}", "pay"), None),
        (service("other", "{v: '1'}"), service("web", "{v: '2'}"), None),
        (service("web", "{v: '0'}") + service("web", "{v: '1'}"), service("web", "{v: '2'}"), {"v": "1"}),
        (service("web", "{v: '1'}"), service("web", "{v: '2'}") * 2, None),
        (pod("web", "{v: '1'}"), service("web", "{v: '2'}"), None),
    ],
)
def test_the_earlier_state_of_a_service(before: str, now: str, selector: dict[str, str] | None) -> None:
    found = cluster(now, before=cluster(before))
    earlier = found.earlier(found.services[0])
    assert (earlier and earlier.selector) == selector


def test_without_a_before_nothing_was_earlier() -> None:
    found = cluster(service("web", "{}"))
    assert found.earlier(found.services[0]) is None


def test_a_pod_template_runs_no_pods() -> None:
    text = "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: t}\ntemplate: {metadata: {labels: {app: web}}}\n"
    found = Cluster(read(decode("t.yaml", text.encode())))
    assert [resource.kind for resource in found.resources] == ["PodTemplate"]
    assert found.workloads == ()
