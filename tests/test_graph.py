"""The way from clients to the pods of a Service, with the places that prove each step."""

import json
from typing import TYPE_CHECKING

import pytest

from nplint.cluster import Cluster
from nplint.graph import Graph
from nplint.node import Node
from nplint.profile import KnownNode, Profile
from nplint.proof import Proof
from nplint.reader import decode, read
from nplint.resource import Service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Nplint

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {app: web}
  ports:
    - {name: http, port: 80, nodePort: 30080}
    - {name: https, port: 443, nodePort: 30443}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
---
"""
SERVICE = WEB.partition("---\n")[0] + "---\n"
CLIENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: client, namespace: {space}}}
spec:
  template:
    spec:
      {spec}
      containers:
        - name: client
          image: client
          env:
            - name: NODE_IP
              valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}
          args: [{words}]
"""
OWN = '"http://$(NODE_IP):30080"'
NODES = (KnownNode("node-1", "10.0.0.1"), KnownNode("node-2", "10.0.0.2"))


def client(words: str = OWN, *, space: str = "shop", spec: str = "") -> str:
    return CLIENT.format(words=words, space=space, spec=spec)


def graph(text: str, nodes: tuple[KnownNode, ...] = NODES) -> Graph:
    return Graph(Cluster(read(decode("f.yaml", text.encode())), Profile(is_declared=True, nodes=nodes)))


def web(known: Graph) -> Service:
    (service,) = known.services
    return service


def told(proof: tuple[Proof, ...]) -> list[tuple[int, str]]:
    return [((one.at.span if isinstance(one.at, Node) else one.at).line, one.shows) for one in proof]


def test_a_path_is_told_by_its_places() -> None:
    known = graph(WEB + client())
    (backend,) = known.backends(web(known))
    (dialing,) = known.clients(web(known))
    assert (backend.workload.title, dialing.workload.title) == ("Deployment shop/web", "DaemonSet shop/client")
    assert told(known.path(dialing).story) == [
        (6, "only pods on the dialed node answer"),
        (17, "Service shop/web selects these pods"),
        (28, "this container is the client"),
        (32, "the address of the pod's own node"),
        (21, "has a pod on every node that the other may run on"),
    ]


def test_a_workload_that_dials_several_nodes_is_several_clients() -> None:
    known = graph(WEB + client(f'{OWN}, "10.0.0.1:30080", "10.0.0.1:30443", "10.0.0.2:30443"'))
    found = [(one.own, one.to.name if one.to else "", len(one.evidence)) for one in known.clients(web(known))]
    assert found == [(True, "", 1), (False, "node-1", 2), (False, "node-2", 1)]


def test_a_likeness_adds_nothing_to_a_proof() -> None:
    known = graph(WEB + client(f'{OWN}, "http://node-2:30080"'))
    assert [one.is_proven for one in known.clients(web(known))] == [True]


@pytest.mark.parametrize(
    ("words", "space", "spec", "name"),
    [
        (OWN, "shop", "", "web:80"),
        (OWN.replace("30080", "30443"), "shop", "", "web:443"),
        (OWN, "ops", "", "web.shop.svc:80"),
        (OWN, "ops", "dnsPolicy: ClusterFirst", "web.shop.svc:80"),
        (OWN, "ops", "dnsPolicy: Default", "the cluster IP of Service shop/web on port 80"),
    ],
)
def test_a_client_is_told_the_name_that_it_can_dial(words: str, space: str, spec: str, name: str) -> None:
    known = graph(WEB + client(words, space=space, spec=spec))
    (dialing,) = known.clients(web(known))
    assert known.name(dialing) == name


@pytest.mark.parametrize(
    ("spec", "number"), [("", 1), ("hostNetwork: false", 1), ("hostNetwork: true", 0), ('hostNetwork: "{{ .x }}"', 1)]
)
def test_pods_in_the_hosts_network_are_no_clients(spec: str, number: int) -> None:
    known = graph(WEB + client(spec=spec))
    assert len(known.clients(web(known))) == number


def test_a_server_that_names_its_own_port_apart_from_its_address_is_not_proven_to_dial() -> None:
    text = client('"--node-port=30080"').replace("    spec:\n", "    metadata: {labels: {app: web}}\n    spec:\n", 1)
    known = graph(WEB + text)
    assert [(one.is_proven, one.own) for one in known.clients(web(known))] == [(False, True)]


SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - {{name: first, image: first}}
      {containers}:
        - name: web
          image: web
          env: [{{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}]
          {more}
"""
CURL = '["sh", "-c", "until curl http://$NODE_IP:30080; do sleep 1; done"]'


@pytest.mark.parametrize(
    ("containers", "more", "certain"),
    [
        ("initContainers", f"command: {CURL}", False),
        ("initContainers", f"command: {CURL}\n          restartPolicy: Always", True),
        ("containers", f"command: {CURL}", True),
        ("containers", f"startupProbe: {{exec: {{command: {CURL}}}}}", False),
        ("containers", f"readinessProbe: {{exec: {{command: {CURL}}}}}", False),
        ("containers", f"livenessProbe: {{exec: {{command: {CURL}}}}}", True),
        ("containers", f"lifecycle: {{postStart: {{exec: {{command: {CURL}}}}}}}", False),
        ("containers", f"lifecycle: {{preStop: {{exec: {{command: {CURL}}}}}}}", True),
        ("containers", f"readinessProbe: {{exec: {{command: {CURL}}}}}\n          args: {CURL}", True),
    ],
)
def test_a_pod_that_is_not_ready_yet_need_not_be_behind_its_service(containers: str, more: str, certain: bool) -> None:
    text = SERVER.format(containers=containers, more=more)
    if containers == "containers":
        text = text.replace("      containers:\n        - {name: first, image: first}\n", "")
    known = graph(SERVICE + text)
    paths = [known.path(one) for one in known.clients(web(known))]
    assert [path.is_certain for path in paths] == [certain]


URL = "http://$(NODE_IP):30080"
OWN_IP = "env: [{name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}"
OUTSIDE = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {URL: "http://10.0.0.1:30080"}
"""


@pytest.mark.parametrize(
    ("more", "proven"),
    [
        (f'{OWN_IP}, {{name: GF_SERVER_ROOT_URL, value: "{URL}/"}}]', False),
        (f'{OWN_IP}, {{name: EUREKA_INSTANCE_HOME_PAGE_URL, value: "{URL}"}}]', False),
        (f'{OWN_IP}, {{name: TARGET, value: "{URL}"}}]', True),
        (f'{OWN_IP}]\n          args: ["--my-url={URL}"]', False),
        (f'{OWN_IP}]\n          args: ["-node-address", "{URL}"]', False),
        (f'{OWN_IP}]\n          command: [sh, -c, "exec serve --my-url http://$NODE_IP:30080"]', False),
        (f'{OWN_IP}]\n          command: [curl, --fail, "{URL}"]', True),
        (f'{OWN_IP}]\n          command: [hey, "{URL}"]', True),
        (f'{OWN_IP}]\n          command: [sh, -c, "sleep 9; wget --quiet http://$NODE_IP:30080"]', True),
        ("envFrom: [{configMapRef: {name: settings}}]", False),
    ],
)
def test_a_server_that_states_its_address_is_not_proven_to_dial_it(more: str, proven: bool) -> None:
    head = SERVER.format(containers="containers", more="").partition("      containers:\n")[0]
    text = f"{head}      containers:\n        - name: web\n          {more}\n"
    known = graph(SERVICE + text + OUTSIDE)
    assert [one.is_proven for one in known.clients(web(known))] == [proven]


def test_who_waits_for_another_workload_is_certain_to_meet_it() -> None:
    known = graph(WEB + client().replace("containers:", "initContainers:"))
    (dialing,) = known.clients(web(known))
    assert known.path(dialing).is_certain


@pytest.mark.parametrize(("patched", "certain"), [("", True), ("web.yaml", False), ("agent.yaml", False)])
def test_what_a_kustomization_patches_is_not_certain(patched: str, certain: bool) -> None:
    texts = {
        "web.yaml": WEB,
        "agent.yaml": client(),
        "kustomization.yaml": "resources: [web.yaml, agent.yaml, patched]\n",
        "patched/kustomization.yaml": f"resources: [../{patched}]\npatches: [{{path: p.yaml}}]\n"
        if patched
        else "x: y\n",
    }
    documents = [one for path, text in texts.items() for one in read(decode(path, text.encode()))]
    known = Graph(Cluster(documents, Profile(is_declared=True)))
    (dialing,) = known.clients(web(known))
    assert known.path(dialing).is_certain is certain


def test_of_several_that_claim_a_port_the_first_one_has_the_client() -> None:
    known = graph(WEB + WEB.replace("name: web", "name: other") + client())
    assert [len(known.clients(service)) for service in known.services] == [1, 0]


UDP = """\
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: shop}
spec: {type: NodePort, selector: {app: dns}, ports: [{port: 53, protocol: UDP, nodePort: 30080}]}
---
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (OWN, [("web", True)]),
        ('"sh", "-c", "curl -s https://$NODE_IP:30080/x"', [("web", True)]),
        ('"sh", "-c", "echo udp://x; curl http://$NODE_IP:30080"', [("web", True)]),
        ('"sh", "-c", "echo hi > /dev/tcp/$NODE_IP/30080"', [("web", True)]),
        ('"udp://$(NODE_IP):30080"', [("dns", True)]),
        ('"sh", "-c", "echo hi > /dev/udp/$NODE_IP/30080"', [("dns", True)]),
        ('"$(NODE_IP):30080"', [("web", False)]),
        ('"sh", "-c", "echo udp://x; nc $NODE_IP:30080"', [("web", False)]),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_one_number_may_be_a_port_of_each_protocol(words: str, found: list[tuple[str, bool]], is_first: bool) -> None:
    known = graph((UDP + WEB if is_first else WEB + UDP) + client(words))
    clients = [one for service in known.services for one in known.clients(service)]
    assert [(one.service.name, one.is_proven) for one in clients] == found


@pytest.mark.parametrize(("words", "proven"), [('"http://$(NODE_IP):30080"', []), ('"$(NODE_IP):30080"', [True])])
def test_no_port_of_another_protocol_is_dialed(words: str, proven: list[bool]) -> None:
    known = graph(UDP + client(words))
    assert [one.is_proven for one in known.clients(web(known))] == proven


def test_without_a_declared_cluster_a_client_is_one_beside_the_service() -> None:
    texts = {"a/web.yaml": WEB, "a/near.yaml": client(), "b/far.yaml": client(space="ops")}
    documents = [one for path, text in texts.items() for one in read(decode(path, text.encode()))]
    known = Graph(Cluster(documents))
    assert [one.workload.title for one in known.clients(web(known))] == ["DaemonSet shop/client"]


def test_the_chain_stands_in_json(nplint: "Nplint", tmp_path: "Path") -> None:
    (tmp_path / "f.yaml").write_text(WEB + client(space="ops"))
    run = nplint("--format", "json", "--network", "vpc", "--select", "hairpin-unreachable")
    (finding,) = json.loads(run.out)["findings"]
    places = {key: finding[key] for key in ("severity", "confidence", "path", "line", "column", "field")}
    assert places == {
        "severity": "error",
        "confidence": "certain",
        "path": "f.yaml",
        "line": 33,
        "column": 18,
        "field": "spec.template.spec.containers[0].args[0]",
    }
    assert finding["resource"]["name"] == "client"
    assert finding["help"].startswith("dial web.shop.svc:80 instead, which leads to any of its pods; ")
    assert "source address" in finding["help"]
    assert [place["line"] for place in finding["related"]] == [6, 17, 28, 32, 21]


def test_the_text_tells_the_chain_and_how_sure_it_is(nplint: "Nplint", tmp_path: "Path") -> None:
    (tmp_path / "f.yaml").write_text(WEB + client(spec="nodeSelector: {pool: edge}"))
    out = nplint("--network", "vpc", "--select", "hairpin-unreachable").out
    assert "   = confidence: likely\n" in out
    marks = [line.strip(" |-^") for line in out.splitlines() if line.strip().startswith("|") and line.strip(" |")]
    assert marks == [
        "dials its own node",
        "only pods on the dialed node answer",
        "Service shop/web selects these pods",
        "this container is the client",
        "the address of the pod's own node",
    ]


def test_what_is_certain_does_not_say_so(nplint: "Nplint", tmp_path: "Path") -> None:
    (tmp_path / "f.yaml").write_text(WEB + client())
    assert "confidence" not in nplint("--network", "vpc", "--select", "hairpin-unreachable").out
