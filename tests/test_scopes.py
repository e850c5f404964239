"""What is one Service, and what is deployed together."""

import pytest

from nplint.cluster import Cluster
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.resource import Service


def cluster(files: dict[str, str], profile: Profile | None = None) -> Cluster:
    documents = [document for path, text in files.items() for document in read(decode(path, text.encode()))]
    return Cluster(documents, profile or Profile())


def services(*metadata: str) -> tuple[Service, ...]:
    texts = [f"{{apiVersion: v1, kind: Service, metadata: {{{each}}}}}\n" for each in metadata]
    return cluster({"a.yaml": "---\n".join(texts)}).services


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("name: web", "name: web", True),
        ("name: web", "name: web, namespace: default", True),
        ("name: web", "name: api", False),
        ("name: web", "name: web, namespace: shop", False),
        ("generateName: web-", "generateName: web-", False),
        ("", "", False),
        ("name: '${APP}'", "name: '${APP}'", True),
        ("name: '${APP}'", "name: '${OTHER}'", False),
        ("name: '${APP}'", "name: web", False),
        ("name: '${APP}'", "generateName: web-", False),
    ],
)
def test_services_are_told_apart_by_name_or_else_by_place(one: str, other: str, same: bool) -> None:
    first, second = services(one, other)
    assert (first.who == second.who) is same
    assert first.who == first.who


def test_items_of_a_list_without_a_name_are_services_of_their_own() -> None:
    item = "{apiVersion: v1, kind: Service, metadata: {generateName: a}}"
    first, second = cluster({"a.yaml": f"{{apiVersion: v1, kind: List, items: [{item}, {item}]}}\n"}).services
    assert first.who != second.who


SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: web}}\n"
FILES = {
    "top/kustomization.yaml": "resources: [a/web.yaml, b/web.yaml]\n",
    "top/a/web.yaml": SERVICE,
    "top/b/web.yaml": SERVICE,
    "top/b/api.yaml": SERVICE,
}


def test_places_share_a_scope_exactly_where_the_cluster_calls_them_together() -> None:
    found = cluster(FILES)
    for one in found.services:
        for other in found.services:
            shared = set(found.scopes(one.node)) & set(found.scopes(other.node))
            assert bool(shared) is found.together(one.node, other.node)


def test_a_declared_cluster_is_one_scope() -> None:
    found = cluster(FILES, Profile(is_declared=True))
    assert {tuple(found.scopes(service.node)) for service in found.services} == {(("cluster", ""),)}
