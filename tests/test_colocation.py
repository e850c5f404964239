"""Whether pods of two workloads share a node, and what proves it."""

from typing import NamedTuple

import pytest

from nplint.cluster import Cluster
from nplint.colocation import CoLocation, Scheduling, Sharing
from nplint.profile import KnownNode, Profile
from nplint.reader import decode, read

CERTAIN, POSSIBLE, EXCLUDED = Sharing.CERTAIN, Sharing.POSSIBLE, Sharing.EXCLUDED
WORKLOAD = """\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: {space}}}
spec:
  replicas: {replicas}
  template:
    metadata: {{labels: {{app: {name}, tier: {tier}}}}}
    spec: {spec}
---
"""
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


class Pods(NamedTuple):
    """A workload of a test."""

    spec: str = "{}"
    kind: str = "Deployment"
    space: str = "shop"
    tier: str = "front"
    replicas: int = 1

    def text(self, name: str) -> str:
        return WORKLOAD.format(name=name, **self._asdict())


def term(kind: str, selector: str, key: str = "kubernetes.io/hostname", more: str = "") -> str:
    return f"{{affinity: {{{kind}: {{{REQUIRED}: [{{topologyKey: {key}, labelSelector: {selector}{more}}}]}}}}}}"


def meeting(client: Pods, backend: Pods, *others: str, nodes: tuple[KnownNode, ...] = ()) -> CoLocation:
    text = "---\n".join((client.text("client"), backend.text("web"), *others))
    profile = Profile(is_declared=True, nodes=nodes)
    cluster = Cluster(read(decode("f.yaml", text.encode())), profile)
    return Scheduling(cluster).meeting(*cluster.workloads[:2])


ANYWHERE = "{tolerations: [{operator: Exists}]}"
HOSTNAME = "{nodeSelector: {kubernetes.io/hostname: n1}}"
HASH = ", matchLabelKeys: [pod-template-hash]"
WEB = "{matchLabels: {app: web}}"
TOGETHER = term("podAffinity", WEB)
NO_NODE = f"{{affinity: {{nodeAffinity: {{{REQUIRED}: {{nodeSelectorTerms: [{{}}]}}}}}}}}"
APART = term("podAntiAffinity", WEB)


@pytest.mark.parametrize(
    ("client", "backend", "sharing"),
    [
        (Pods(), Pods(), POSSIBLE),
        (Pods(kind="DaemonSet"), Pods(), CERTAIN),
        (Pods(), Pods(kind="DaemonSet"), CERTAIN),
        (Pods(kind="DaemonSet"), Pods(replicas=0), POSSIBLE),
        (Pods("{nodeSelector: {pool: a}}", "DaemonSet"), Pods(), POSSIBLE),
        (Pods("{nodeSelector: {pool: a}}", "DaemonSet"), Pods("{nodeSelector: {pool: a}}"), CERTAIN),
        (Pods("{nodeSelector: {pool: a}}", "DaemonSet"), Pods("{nodeSelector: {pool: b}}"), EXCLUDED),
        (Pods(kind="DaemonSet"), Pods(ANYWHERE), POSSIBLE),
        (Pods(ANYWHERE, "DaemonSet"), Pods(ANYWHERE), CERTAIN),
        (Pods(kind="DaemonSet"), Pods("{nodeName: n1}"), POSSIBLE),
        (Pods(kind="DaemonSet"), Pods(NO_NODE), POSSIBLE),
        (Pods(NO_NODE), Pods(term("podAffinity", "{matchLabels: {app: client}}")), POSSIBLE),
        (Pods(ANYWHERE, "DaemonSet"), Pods("{nodeName: n1}"), CERTAIN),
        (Pods("{nodeName: n1}"), Pods("{nodeName: n1}"), CERTAIN),
        (Pods("{nodeName: n1}"), Pods("{nodeName: n2}"), EXCLUDED),
        (Pods("{nodeName: n1}"), Pods(), POSSIBLE),
        (Pods(HOSTNAME), Pods(HOSTNAME), CERTAIN),
        (Pods("{nodeSelector: {pool: a}}"), Pods("{nodeSelector: {pool: a}}"), POSSIBLE),
        (Pods('{nodeSelector: {pool: "{{ .p }}"}}', "DaemonSet"), Pods(), POSSIBLE),
        (Pods(TOGETHER), Pods(), CERTAIN),
        (Pods(), Pods(term("podAffinity", "{matchLabels: {app: client}}")), CERTAIN),
        (Pods(TOGETHER), Pods(replicas=0), POSSIBLE),
        (Pods(TOGETHER, space="ops"), Pods(), POSSIBLE),
        (Pods(term("podAffinity", WEB, more=", namespaces: [shop]"), space="ops"), Pods(), CERTAIN),
        (Pods(term("podAffinity", WEB, more=", namespaceSelector: {}"), space="ops"), Pods(), CERTAIN),
        (Pods(term("podAffinity", WEB, "topology.kubernetes.io/zone")), Pods(), POSSIBLE),
        (Pods(term("podAffinity", "{matchLabels: {tier: front}}")), Pods(), POSSIBLE),
        (Pods(term("podAffinity", WEB, more=HASH)), Pods(), POSSIBLE),
        (Pods(APART), Pods(), EXCLUDED),
        (Pods(), Pods(term("podAntiAffinity", "{matchLabels: {app: client}}")), EXCLUDED),
        (Pods(APART, "DaemonSet"), Pods(kind="DaemonSet"), EXCLUDED),
        (Pods(APART, space="ops"), Pods(), POSSIBLE),
        (Pods(term("podAntiAffinity", WEB, "topology.kubernetes.io/zone")), Pods(), EXCLUDED),
        (Pods(term("podAntiAffinity", WEB, "example.com/rack")), Pods(), POSSIBLE),
        (Pods(term("podAntiAffinity", '{matchLabels: {app: "{{ .a }}"}}')), Pods(), POSSIBLE),
        (Pods(term("podAntiAffinity", "{matchLabels: {pod-template-hash: abc}}")), Pods(), POSSIBLE),
        (Pods(term("podAntiAffinity", "{matchLabels: {app: other}}"), "DaemonSet"), Pods(), POSSIBLE),
    ],
)  # fmt: skip
def test_two_workloads_meet(client: Pods, backend: Pods, sharing: Sharing) -> None:
    assert meeting(client, backend).sharing is sharing


JOB = """\
apiVersion: batch/v1
kind: {kind}
metadata: {{name: job, namespace: shop}}
spec: {spec}
---
"""
JOB_PODS = "template: {metadata: {labels: {app: job}}, spec: {nodeName: n1}}"


@pytest.mark.parametrize(
    ("kind", "spec", "sharing"),
    [
        ("Job", f"{{{JOB_PODS}}}", CERTAIN),
        ("Job", f"{{suspend: false, parallelism: 2, {JOB_PODS}}}", CERTAIN),
        ("Job", f"{{suspend: true, {JOB_PODS}}}", POSSIBLE),
        ("Job", f"{{parallelism: 0, {JOB_PODS}}}", POSSIBLE),
        ("CronJob", f"{{jobTemplate: {{spec: {{{JOB_PODS}}}}}}}", CERTAIN),
        ("CronJob", f"{{suspend: true, jobTemplate: {{spec: {{{JOB_PODS}}}}}}}", POSSIBLE),
        ("CronJob", f"{{jobTemplate: {{spec: {{parallelism: 0, {JOB_PODS}}}}}}}", POSSIBLE),
        ("CronJob", f"{{jobTemplate: {{spec: {{suspend: true, {JOB_PODS}}}}}}}", POSSIBLE),
    ],
)
def test_a_job_that_is_held_runs_nowhere_for_certain(kind: str, spec: str, sharing: Sharing) -> None:
    text = JOB.format(kind=kind, spec=spec) + Pods("{nodeName: n1}").text("web")
    cluster = Cluster(read(decode("f.yaml", text.encode())))
    job, web = cluster.workloads
    assert Scheduling(cluster).meeting(job, web).sharing is sharing
    assert Scheduling(cluster).meeting(job, job).sharing is sharing


@pytest.mark.parametrize("kind", ["podAffinity", "podAntiAffinity"])
def test_preferences_decide_nothing(kind: str) -> None:
    wish = f"{{weight: 100, podAffinityTerm: {{topologyKey: kubernetes.io/hostname, labelSelector: {WEB}}}}}"
    spec = f"{{affinity: {{{kind}: {{preferredDuringSchedulingIgnoredDuringExecution: [{wish}]}}}}}}"
    assert meeting(Pods(spec), Pods()).sharing is POSSIBLE


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: sales}}\n"


@pytest.mark.parametrize(
    ("selector", "namespace", "sharing"),
    [
        ("{matchLabels: {team: sales}}", NAMESPACE, CERTAIN),
        ("{matchLabels: {team: sales}}", "", POSSIBLE),
        ("{matchLabels: {team: other}}", NAMESPACE, POSSIBLE),
        ("{matchLabels: {kubernetes.io/metadata.name: shop}}", "", CERTAIN),
        ("null", NAMESPACE, POSSIBLE),
    ],
)
def test_an_affinity_finds_namespaces_by_their_labels(selector: str, namespace: str, sharing: Sharing) -> None:
    spec = term("podAffinity", WEB, more=f", namespaceSelector: {selector}")
    assert meeting(Pods(spec, space="ops"), Pods(), *filter(None, [namespace])).sharing is sharing


def test_an_affinity_that_a_third_workload_satisfies_proves_nothing() -> None:
    third = Pods().text("web").replace("{name: web,", "{name: other,")
    assert meeting(Pods(TOGETHER), Pods()).sharing is CERTAIN
    assert meeting(Pods(TOGETHER), Pods(), third).sharing is POSSIBLE


N1 = KnownNode("n1", "10.0.0.1", {"pool": "a"})
N2 = KnownNode("n2", "10.0.0.2", {"pool": "b"}, ("dedicated=b:NoSchedule",))


@pytest.mark.parametrize(
    ("client", "backend", "sharing"),
    [
        ("{nodeSelector: {pool: a}}", "{nodeName: n1}", CERTAIN),
        ("{nodeSelector: {pool: a}}", "{nodeSelector: {pool: a}}", CERTAIN),
        ("{nodeSelector: {pool: a}}", "{}", POSSIBLE),
        ("{nodeSelector: {pool: b}}", ANYWHERE, POSSIBLE),
        ("{nodeSelector: {pool: b}, tolerations: [{operator: Exists}]}", "{}", EXCLUDED),
        ("{nodeSelector: {pool: c}}", "{}", POSSIBLE),
        ("{nodeName: n9}", "{}", POSSIBLE),
    ],
)
def test_declared_nodes_tell_more(client: str, backend: str, sharing: Sharing) -> None:
    found = meeting(Pods(client), Pods(backend), nodes=(N1, N2))
    assert found.sharing is sharing
    assert bool(found.proof) is (sharing is not POSSIBLE)


def presence(pods: Pods, node: KnownNode) -> Sharing:
    cluster = Cluster(read(decode("f.yaml", pods.text("web").encode())), Profile(is_declared=True, nodes=(N1, N2)))
    return Scheduling(cluster).presence(cluster.workloads[0], node).sharing


@pytest.mark.parametrize(
    ("pods", "on_first", "on_second"),
    [
        (Pods(), POSSIBLE, EXCLUDED),
        (Pods(ANYWHERE), POSSIBLE, POSSIBLE),
        (Pods(kind="DaemonSet"), CERTAIN, EXCLUDED),
        (Pods(ANYWHERE, "DaemonSet"), CERTAIN, CERTAIN),
        (Pods("{nodeSelector: {disk: ssd}}", "DaemonSet"), POSSIBLE, EXCLUDED),
        (Pods("{nodeName: n1}"), CERTAIN, EXCLUDED),
        (Pods("{nodeName: n1}", replicas=0), POSSIBLE, EXCLUDED),
        (Pods('{nodeName: "{{ .n }}"}'), POSSIBLE, POSSIBLE),
    ],
)
def test_pods_on_a_declared_node(pods: Pods, on_first: Sharing, on_second: Sharing) -> None:
    assert (presence(pods, N1), presence(pods, N2)) == (on_first, on_second)


def test_a_kustomization_that_patches_leaves_nothing_certain() -> None:
    texts = {
        "web.yaml": Pods(kind="DaemonSet").text("client") + Pods().text("web"),
        "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: p.yaml}]\n",
    }
    documents = [one for path, text in texts.items() for one in read(decode(path, text.encode()))]
    cluster = Cluster(documents)
    assert Scheduling(cluster).meeting(*cluster.workloads).sharing is POSSIBLE


def test_what_brings_pods_together_is_shown() -> None:
    found = meeting(Pods(TOGETHER), Pods())
    ((at, shows),) = found.proof
    assert shows == "puts each pod beside one of Deployment shop/web"
    assert getattr(at, "field", "").endswith(f"podAffinity.{REQUIRED}[0].labelSelector")
