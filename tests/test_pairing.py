"""Which Service of the present is which of the past."""

from collections.abc import Mapping

import pytest

from nplint.cluster import Cluster
from nplint.document import Document
from nplint.pairing import pair_ports
from nplint.reader import decode, read
from nplint.resource import Service

Files = Mapping[str, str]


def service(name: str, text: str = "", namespace: str = "", selector: str = "web", type: str = "NodePort") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    spec = f"type: {type}, selector: {{app: {selector}}}, ports: [{{port: 80{text}}}]"
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}{where}}}\nspec: {{{spec}}}\n"


def documents(files: Files, revision: str | None) -> list[Document]:
    return [one for path, text in files.items() for one in read(decode(path, text.encode(), revision))]


def cluster(before: Files, now: Files, renamed: Mapping[str, str] | None = None) -> Cluster:
    return Cluster(documents(now, None), before=Cluster(documents(before, "base")), renamed=renamed or {})


def place(one: Service) -> str:
    return f"{one.node.document.source.path}:{one.name}:{one.ports[0].node_port or ''}"


def kept(found: Cluster) -> set[tuple[str, str]]:
    return {(place(old), place(new)) for new, old in found.pairs.kept.items()}


WEB, MOVED, OTHER = (service("web", f", nodePort: {port}") for port in (30001, 30002, 30003))


@pytest.mark.parametrize(
    ("before", "now", "pairs"),
    [
        ({"a.yaml": WEB}, {"a.yaml": MOVED}, {("a.yaml:web:30001", "a.yaml:web:30002")}),
        # A file that is renamed, split, merged or written as JSON is the same Service.
        ({"a.yaml": WEB}, {"b.yaml": MOVED}, {("a.yaml:web:30001", "b.yaml:web:30002")}),
        (
            {"all.yaml": WEB + service("api")},
            {"web.yaml": MOVED, "api.yaml": service("api")},
            {("all.yaml:web:30001", "web.yaml:web:30002"), ("all.yaml:api:", "api.yaml:api:")},
        ),
        # Variants stand side by side: each is compared with itself.
        (
            {"dev/a.yaml": WEB, "prod/a.yaml": MOVED},
            {"dev/a.yaml": MOVED, "prod/a.yaml": WEB},
            {("dev/a.yaml:web:30001", "dev/a.yaml:web:30002"), ("prod/a.yaml:web:30002", "prod/a.yaml:web:30001")},
        ),
        # A variant that is added is compared with none, and neither is one that is removed.
        ({"dev/a.yaml": WEB}, {"dev/a.yaml": WEB, "prod/a.yaml": MOVED}, {("dev/a.yaml:web:30001",) * 2}),
        ({"dev/a.yaml": WEB, "prod/a.yaml": MOVED}, {"dev/a.yaml": WEB}, {("dev/a.yaml:web:30001",) * 2}),
        # Several that go and come at once: those of one folder, then those that are alike.
        (
            {"old/dev.yaml": WEB, "old/prod.yaml": MOVED},
            {"new/one.yaml": MOVED, "new/two.yaml": WEB},
            {
                ("old/dev.yaml:web:30001", "new/two.yaml:web:30001"),
                ("old/prod.yaml:web:30002", "new/one.yaml:web:30002"),
            },
        ),
        (
            {"dev/a.yaml": WEB, "prod/a.yaml": MOVED},
            {"dev/b.yaml": MOVED, "prod/b.yaml": OTHER},
            {("dev/a.yaml:web:30001", "dev/b.yaml:web:30002"), ("prod/a.yaml:web:30002", "prod/b.yaml:web:30003")},
        ),
        (
            {"dev/a.yaml": WEB, "prod/a.yaml": WEB},
            {"dev/b.yaml": MOVED, "prod/b.yaml": OTHER},
            {("dev/a.yaml:web:30001", "dev/b.yaml:web:30002"), ("prod/a.yaml:web:30001", "prod/b.yaml:web:30003")},
        ),
        (
            {"old/dev.yaml": WEB, "old/prod.yaml": WEB},
            {"new/dev.json": MOVED, "new/prod.json": OTHER},
            {
                ("old/dev.yaml:web:30001", "new/dev.json:web:30002"),
                ("old/prod.yaml:web:30001", "new/prod.json:web:30003"),
            },
        ),
        # Where nothing tells which is which, none is compared.
        ({"a.yaml": WEB, "b.yaml": WEB}, {"x/c.yaml": MOVED, "x/d.yaml": OTHER}, set()),
        # Of several states in one file the last one counts, unless each has its own earlier self.
        ({"a.yaml": WEB}, {"a.yaml": WEB + MOVED}, {("a.yaml:web:30001", "a.yaml:web:30002")}),
        ({"a.yaml": WEB + MOVED}, {"a.yaml": OTHER}, {("a.yaml:web:30002", "a.yaml:web:30003")}),
        (
            {"a.yaml": WEB + MOVED},
            {"a.yaml": WEB + OTHER},
            {("a.yaml:web:30001", "a.yaml:web:30001"), ("a.yaml:web:30002", "a.yaml:web:30003")},
        ),
        # A namespace that is written out as kubectl fills it in, or that kustomize takes over, is the same.
        ({"a.yaml": WEB}, {"a.yaml": service("web", namespace="default")}, {("a.yaml:web:30001", "a.yaml:web:")}),
        (
            {"a.yaml": service("web", namespace="shop")},
            {"a.yaml": service("web"), "kustomization.yaml": "{namespace: shop, resources: [a.yaml]}"},
            {("a.yaml:web:", "a.yaml:web:")},
        ),
        # One that is written out may be the one that kubectl was told; another one is another Service.
        ({"a.yaml": service("web")}, {"a.yaml": service("web", namespace="shop")}, {("a.yaml:web:", "a.yaml:web:")}),
        ({"a.yaml": service("web", namespace="pay")}, {"a.yaml": service("web", namespace="shop")}, set()),
        ({"a.yaml": service("web")}, {"a.yaml": service("api", selector="api")}, set()),
        ({"a.yaml": WEB.replace("name: web", "generateName: web-")}, {"a.yaml": WEB}, set()),
    ],
)
def test_each_declaration_is_compared_with_its_own_earlier_self(
    before: Files, now: Files, pairs: set[tuple[str, str]]
) -> None:
    assert kept(cluster(before, now)) == pairs


def test_a_file_that_git_saw_move_is_followed() -> None:
    before = {"dev/a.yaml": WEB, "prod/a.yaml": WEB}
    now = {"x/b.yaml": MOVED, "y/b.yaml": OTHER}
    assert kept(cluster(before, now)) == set()
    renamed = {"y/b.yaml": "dev/a.yaml", "x/b.yaml": "prod/a.yaml"}
    assert kept(cluster(before, now, renamed)) == {
        ("dev/a.yaml:web:30001", "y/b.yaml:web:30003"),
        ("prod/a.yaml:web:30001", "x/b.yaml:web:30002"),
    }


@pytest.mark.parametrize(
    ("before", "now", "replaced", "vanished", "dropped"),
    [
        # A replacement selects the same pods, or pins the same node port.
        ({"a.yaml": WEB}, {"a.yaml": service("shop")}, {("web", "shop")}, set(), set()),
        ({"a.yaml": WEB}, {"b.yaml": WEB.replace("web", "shop")}, {("web", "shop")}, set(), set()),
        (
            {"a.yaml": service("web", namespace="pay")},
            {"a.yaml": service("web", namespace="shop")},
            {("pay/web", "shop/web")},
            set(),
            set(),
        ),
        ({"a.yaml": WEB}, {"a.yaml": service("api", selector="api")}, set(), {"web"}, set()),
        # One without node ports replaces none that has some, and one that was there before is no replacement.
        ({"a.yaml": WEB}, {"a.yaml": service("shop", type="ClusterIP")}, set(), {"web"}, set()),
        ({"a.yaml": WEB, "b.yaml": service("shop")}, {"b.yaml": service("shop")}, set(), {"web"}, set()),
        # Ports tell two replacements of the same pods apart.
        (
            {"a.yaml": service("tcp", ", nodePort: 30001") + service("udp", ", protocol: UDP")},
            {"b.yaml": service("udp2", ", protocol: UDP") + service("tcp2", ", nodePort: 30001")},
            {("tcp", "tcp2"), ("udp", "udp2")},
            set(),
            set(),
        ),
        # Another declaration of the Service stays, so nobody can say that it is deleted.
        ({"a.yaml": WEB, "b.yaml": MOVED}, {"b.yaml": MOVED}, set(), set(), {"web"}),
        # kustomize puts it into another namespace.
        (
            {"a.yaml": WEB, "kustomization.yaml": "{namespace: pay, resources: [a.yaml]}"},
            {"a.yaml": WEB, "kustomization.yaml": "{namespace: shop, resources: [a.yaml]}"},
            {("web", "web")},
            set(),
            set(),
        ),
    ],
)
def test_what_became_of_those_that_are_no_more(
    before: Files, now: Files, replaced: set[tuple[str, str]], vanished: set[str], dropped: set[str]
) -> None:
    found = cluster(before, now).pairs

    def name(one: Service) -> str:
        return f"{one.namespace}/{one.name}".removeprefix("/")

    assert {(name(old), name(new)) for old, new in found.replaced} == replaced
    assert {name(one) for one in found.vanished} == vanished
    assert {name(one) for one in found.dropped} == dropped


@pytest.mark.parametrize(
    ("before", "now", "pairs"),
    [
        # By name, whatever the order and the number.
        (
            "{name: a, port: 1}, {name: b, port: 2}",
            "{name: b, port: 1}, {name: a, port: 2}",
            {("a1", "a2"), ("b2", "b1")},
        ),
        # By port and protocol where a name is new.
        ("{port: 53}, {port: 53, protocol: UDP}", "{name: u, port: 53, protocol: UDP}", {("53", "u53"), ("53", "")}),
        # By node port where all else changes.
        ("{port: 1, nodePort: 30001}, {port: 2}", "{port: 3, nodePort: 30001}, {port: 4}", {("1", "3"), ("2", "4")}),
        # By being the only one.
        ("{name: web, port: 80}", "{name: http, port: 8080}", {("web80", "http8080")}),
        ("{port: 1}, {port: 2}", "{port: 3}, {port: 4}", {("1", ""), ("2", ""), ("", "3"), ("", "4")}),
        ("{port: 1}", "{port: 1}, {port: 2}", {("1", "1"), ("", "2")}),
        ("{port: 1}", "{port: 2, protocol: UDP}", {("1", ""), ("", "2")}),
    ],
)
def test_ports_are_paired(before: str, now: str, pairs: set[tuple[str, str]]) -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{ports: [{}]}}\n"
    found = cluster({"a.yaml": text.format(before)}, {"a.yaml": text.format(now)})
    (new,) = found.services
    old = found.earlier(new)
    assert old
    named = [tuple(f"{port.name}{port.port}" if port else "" for port in pair) for pair in pair_ports(old, new)]
    assert set(named) == pairs
    assert len(named) == len(pairs)
