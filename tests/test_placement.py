"""Where pods may run: what two placements say of each other holds on every node there can be."""

from itertools import product

import pytest

from nplint.node import Node
from nplint.placement import Hosts, Placement, conflict, covers, placement_of, sole_node
from nplint.profile import KnownNode
from nplint.reader import decode, read
from nplint.workload import Workload

SPECS = {
    "free": "{}",
    "front": "{nodeSelector: {pool: front}}",
    "back": "{nodeSelector: {pool: back}}",
    "front with disk": "{nodeSelector: {pool: front, disk: ssd}}",
    "pinned": "{nodeName: n1}",
    "pinned by label": "{nodeSelector: {kubernetes.io/hostname: n1}}",
    "front or back": "TERMS[{matchExpressions: [{key: pool, operator: In, values: [front, back]}]}]",
    "two terms": (
        "TERMS[{matchExpressions: [{key: pool, operator: In, values: [front]}]},"
        " {matchExpressions: [{key: disk, operator: Exists}]}]"
    ),
    "not front": "TERMS[{matchExpressions: [{key: pool, operator: NotIn, values: [front]}]}]",
    "no pool": "TERMS[{matchExpressions: [{key: pool, operator: DoesNotExist}]}]",
    "some pool": "TERMS[{matchExpressions: [{key: pool, operator: Exists}]}]",
    "an empty term": "TERMS[{}, {matchExpressions: [{key: pool, operator: In, values: [back]}]}]",
    "by field": "TERMS[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]",
}
NODES = [
    KnownNode(name, "", {**({"pool": pool} if pool else {}), **({"disk": disk} if disk else {})})
    for name, pool, disk in product(("n1", "n2"), ("front", "back", ""), ("ssd", ""))
]
ALL = Hosts((*NODES, KnownNode("labelled", "", {"pool": "x", "disk": "x"})))


def workload(spec: str, kind: str = "Deployment") -> Workload:
    if spec.startswith("TERMS"):
        required = f"requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: {spec[5:]}}}"
        spec = f"{{affinity: {{nodeAffinity: {{{required}}}}}}}"
    text = f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: w}}\nspec: {{template: {{spec: {spec}}}}}\n"
    (document,) = read(decode("f.yaml", text.encode()))
    node = Node(document, value=document.value)
    return Workload(node, "apps/v1", kind, node["spec"]["template"])


def placed(spec: str, kind: str = "Deployment") -> Placement:
    return placement_of(workload(spec, kind))


def taking(placement: Placement) -> set[tuple[str, str]]:
    return {(node.name, str(dict(node.labels))) for node in NODES if ALL.fits(placement, node)}


@pytest.mark.parametrize(("one", "other"), list(product(SPECS, SPECS)))
def test_what_placements_say_of_each_other_holds_on_every_node(one: str, other: str) -> None:
    ours, theirs = placed(SPECS[one]), placed(SPECS[other])
    if conflict(ours, theirs):
        assert taking(ours).isdisjoint(taking(theirs))
    if covers(ours, theirs):
        assert taking(ours) >= taking(theirs)
    assert bool(conflict(ours, theirs)) == bool(conflict(theirs, ours))
    assert covers(ours, ours)
    assert covers(placed("{tolerations: [{operator: Exists}]}"), theirs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("front", "back"),
        ("front", "not front"),
        ("front", "an empty term"),
        ("front", "no pool"),
        ("no pool", "some pool"),
        ("front or back", "no pool"),
        ("pinned", "PINNED ELSEWHERE"),
    ],
)
def test_placements_that_exclude_each_other(one: str, other: str) -> None:
    assert conflict(placed(SPECS[one]), placed(SPECS.get(other, "{nodeName: n2}")))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("some pool", "front"),
        ("front or back", "back"),
        ("front", "front with disk"),
        ("two terms", "front with disk"),
        ("not front", "back"),
    ],
)
def test_placements_that_cover_another(wide: str, narrow: str) -> None:
    assert covers(placed(SPECS[wide]), placed(SPECS[narrow]))
    assert not covers(placed(SPECS[narrow]), placed(SPECS[wide]))


@pytest.mark.parametrize(
    ("name", "pinned"),
    [("pinned", "n1"), ("pinned by label", "n1"), ("by field", "n1"), ("front", ""), ("free", ""), ("two terms", "")],
)
def test_what_pins_pods_to_one_node(name: str, pinned: str) -> None:
    sole = sole_node(placed(SPECS[name]))
    assert (sole is not None and sole.values == {pinned}) == bool(pinned)


@pytest.mark.parametrize("terms", ["[{}]", "[{}, {}]", "[{matchExpressions: []}]"])
def test_terms_that_ask_nothing_match_no_node(terms: str) -> None:
    placement = placed(f"TERMS{terms}")
    assert (placement.alternatives, placement.is_free, placement.is_clear) == ((), False, False)


def test_preferences_ask_nothing() -> None:
    preference = "{weight: 1, preference: {matchExpressions: [{key: pool, operator: In, values: [front]}]}}"
    spec = f"{{affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{preference}]}}}}}}"
    assert placed(spec).is_free


TAINT = "dedicated=web:NoSchedule"


@pytest.mark.parametrize(
    ("spec", "kind", "taint", "tolerated"),
    [
        ("{}", "Deployment", TAINT, False),
        ("{}", "Deployment", "dedicated=web:PreferNoSchedule", True),
        ("{tolerations: [{operator: Exists}]}", "Deployment", TAINT, True),
        ("{tolerations: [{key: dedicated, operator: Exists}]}", "Deployment", TAINT, True),
        ("{tolerations: [{key: dedicated, value: web}]}", "Deployment", TAINT, True),
        ("{tolerations: [{key: dedicated, value: api}]}", "Deployment", TAINT, False),
        ("{tolerations: [{key: dedicated, value: web, effect: NoExecute}]}", "Deployment", TAINT, False),
        ("{tolerations: [{key: gpu, operator: Exists}]}", "Deployment", "gpu:NoExecute", True),
        ("{nodeName: n1}", "Deployment", TAINT, True),
        ("{nodeName: n1}", "Deployment", "dedicated=web:NoExecute", False),
        ("{}", "DaemonSet", "node.kubernetes.io/unschedulable:NoSchedule", True),
        ("{}", "Deployment", "node.kubernetes.io/unschedulable:NoSchedule", False),
    ],
)
def test_taints_keep_off_who_does_not_tolerate_them(spec: str, kind: str, taint: str, tolerated: bool) -> None:
    assert placed(spec, kind).tolerates(taint) is tolerated
    host = KnownNode("n1", taints=(taint,))
    assert Hosts((host,)).open_to(placed(spec, kind)) == ((host,) if tolerated else ())


@pytest.mark.parametrize(
    ("narrow", "covered"),
    [
        ("{tolerations: [{key: dedicated, operator: Exists}]}", True),
        ("{tolerations: [{key: dedicated, value: web}]}", True),
        ("{tolerations: [{key: other, operator: Exists}]}", False),
        ("{tolerations: [{operator: Exists}]}", False),
        ("{tolerations: [{key: node.kubernetes.io/disk-pressure, operator: Exists}]}", True),
    ],
)
def test_a_daemon_is_on_tainted_nodes_only_if_it_tolerates_the_taint(narrow: str, covered: bool) -> None:
    daemon = placed("{tolerations: [{key: dedicated, operator: Exists}]}", "DaemonSet")
    assert covers(daemon, placed(narrow)) is covered


@pytest.mark.parametrize(
    ("daemon", "covered"),
    [
        ("{}", False),
        ("{tolerations: [{key: dedicated, operator: Exists}]}", False),
        ("{tolerations: [{operator: Exists, effect: NoExecute}]}", False),
        ("{tolerations: [{operator: Exists, effect: NoSchedule}]}", True),
        ("{tolerations: [{operator: Exists}]}", True),
        ("{nodeName: n1}", True),
    ],
)
def test_a_node_name_leads_past_taints_that_keep_a_daemon_off(daemon: str, covered: bool) -> None:
    assert covers(placed(daemon, "DaemonSet"), placed("{nodeName: n1}")) is covered


def test_a_label_that_no_node_is_declared_with_may_be_on_any() -> None:
    hosts = Hosts((KnownNode("n1", labels={"pool": "front"}), KnownNode("n2")))
    assert [hosts.fits(placed(SPECS["front"]), node) for node in hosts.nodes] == [True, False]
    disk = placed("{nodeSelector: {disk: ssd}}")
    assert [hosts.fits(disk, node) for node in hosts.nodes] == [None, None]
    assert hosts.open_to(disk) == hosts.nodes
    assert hosts.sure_for(disk) == ()


@pytest.mark.parametrize(
    "spec",
    [
        '{nodeSelector: {pool: "{{ .pool }}"}}',
        "TERMS[{matchExpressions: [{key: pool, operator: Is, values: [front]}]}]",
        f"TERMS[{', '.join(['{matchExpressions: [{key: pool, operator: Exists}]}'] * 60)}]",
    ],
    ids=["template", "unknown operator", "too many"],
)
def test_what_cannot_be_read_says_nothing(spec: str) -> None:
    placement = placed(spec)
    assert not placement.is_clear
    assert ALL.fits(placement, NODES[0]) is None
