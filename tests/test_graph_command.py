"""`nplint graph`: what is drawn, of which Services, and in which words."""

import json
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from nplint.picture import RULES

if TYPE_CHECKING:
    from tests.conftest import Nplint

PROJECTS = Path(__file__).parent / "projects"
NAMES = sorted(path.name for path in PROJECTS.iterdir())
SCHEMA = json.loads((files("nplint.schemas") / "graph.json").read_text("utf-8"))
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {app: web}
  ports: [{name: http, port: 80, nodePort: 30080}, {name: dns, port: 53, protocol: UDP}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
"""
AGENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent, namespace: ops}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
        - name: agent
          image: agent
          env:
            - {name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
            - {name: TARGET, value: "http://$(NODE_IP):30080"}
"""
VPC = ("--type", "standard", "--network", "vpc")


def enter(name: str, folder: Path) -> None:
    shutil.copytree(PROJECTS / name, folder, dirs_exist_ok=True)


def write(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")


def services(told: str) -> list[dict[str, Any]]:
    document = json.loads(told)
    jsonschema.validate(document, SCHEMA)
    return [service for cluster in document["clusters"] for service in cluster["services"]]


def titles(told: str) -> list[str]:
    return [f"{service['namespace']}/{service['name']}" for service in services(told)]


TREE = """\
Service shop/web: NodePort, externalTrafficPolicy Local, port 80 on nodePort 30080, port 53/UDP on any nodePort  \
(web.yaml:3:18)
├─ DaemonSet shop/web is behind it  (web.yaml:12:18)
└─ Deployment ops/agent dials nodePort 30080 of its own node  (agent.yaml:13:37)
   ├─ this container is the client  (agent.yaml:9:17)
   ├─ the address of the pod's own node  (agent.yaml:12:65)
   ├─ always shares a node with DaemonSet shop/web: DaemonSet shop/web runs wherever Deployment ops/agent does
   │  └─ has a pod on every node that the other may run on  (web.yaml:11:7)
   └─ error[hairpin-unreachable]: Deployment ops/agent cannot reach Service shop/web through nodePort 30080 of its \
own node, which runs a pod of the Service
      └─ help: dial web.shop.svc:80 instead, which leads to any of its pods; `externalTrafficPolicy: Cluster` works \
as well, but hides the client's source address from the pods
"""


def test_the_tree_tells_every_place(nplint: "Nplint") -> None:
    write(web=WEB, agent=AGENT)
    assert nplint("graph", *VPC) == (0, TREE, "")


def test_the_tree_is_ascii_where_the_terminal_is(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(web=WEB, agent=AGENT.replace("name: agent,", "name: größe,"))
    monkeypatch.setattr(type(sys.stdout), "encoding", "ascii", raising=False)
    lines = nplint("graph", *VPC).out.splitlines()
    assert "".join(lines).isascii()
    assert lines[1:3] == [
        "|- DaemonSet shop/web is behind it  (web.yaml:12:18)",
        "`- Deployment ops/gr\\xf6\\xdfe dials nodePort 30080 of its own node  (agent.yaml:13:37)",
    ]
    assert lines[5:7] == [
        "   |- always shares a node with DaemonSet shop/web: "
        "DaemonSet shop/web runs wherever Deployment ops/gr\\xf6\\xdfe does",
        "   |  `- has a pod on every node that the other may run on  (web.yaml:11:7)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_all_that_was_found_is_on_a_path_or_a_service(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    enter(name, tmp_path)
    checked = json.loads(nplint("--format", "json", "--select", ",".join(RULES)).out)
    run = nplint("graph", "--format", "json")
    drawn = services(run.out)
    on_paths = [client["finding"] for service in drawn for client in service["clients"] if client["finding"]]
    alone = [finding for service in drawn for finding in service["findings"]]
    assert run.code == 0
    assert {each["message"] for each in (*on_paths, *alone)} == {each["message"] for each in checked["findings"]}
    assert all("containers on a node" in finding["message"] for finding in alone)


STATES = {
    "hairpin-declared-address": {"same": "broken", "free": "doubtful", "back": "clear"},
    "hairpin-node-name": {"same": "broken", "free": "doubtful", "other": "unjudged"},
    "hairpin-pod-affinity": {
        "elsewhere": "doubtful",
        "expressions": "broken",
        "labels": "broken",
        "preferred": "doubtful",
        "selected": "broken",
        "zone": "doubtful",
    },
    "hairpin-context": {"agent": "broken", "probe": "broken"},
    "hairpin-same-pod": {"web": "broken"},
    "hairpin-undeclared-network": {"agent": "doubtful"},
    "hairpin-tunnel-network": {"agent": "clear"},
    "hairpin-shared-config-map": {"one": "doubtful", "two": "doubtful", "three": "doubtful", "four": "doubtful"},
}


@pytest.mark.parametrize("name", STATES)
def test_the_state_of_each_path(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    enter(name, tmp_path)
    drawn = services(nplint("graph", "--format", "json").out)
    found = {client["name"]: client["state"] for service in drawn for client in service["clients"]}
    assert found == STATES[name]


def test_why_a_path_is_not_judged_is_told(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-node-name", tmp_path)
    out = nplint("graph").out
    doubt = "it dials its own node, which runs no pod of the Service: whether that works hangs on the proxy mode"
    assert f"   └─ not judged: {doubt}\n" in out
    assert "   ├─ never shares a node with Deployment shop/web: " in out


def test_why_nothing_is_judged_is_told(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-tunnel-network", tmp_path)
    run = nplint("graph")
    assert "hairpin" not in run.out
    reason = "it is about the vpc network, and this cluster has tunnel"
    assert run.err == f"note: hairpin-unreachable is not judged in cluster prod: {reason}\n"


def test_pods_that_are_not_seen_are_told(nplint: "Nplint") -> None:
    write(web=WEB.partition("---")[0])
    line = "└─ no pods are seen: the input shows no workload of its namespace"
    assert nplint("graph", *VPC).out.splitlines()[-1] == line


def test_a_service_that_selects_nothing_is_told(nplint: "Nplint") -> None:
    write(web=WEB.replace("labels: {app: web}", "labels: {app: wbe}"))
    assert nplint("graph", *VPC).out.splitlines()[1:] == ["└─ no pods are selected"]


def test_what_is_ignored_is_drawn_all_the_same(nplint: "Nplint") -> None:
    write(web=WEB, agent=AGENT)
    Path(".nplint.yaml").write_text(
        "clusters: {prod: {network: vpc, type: standard}}\n"
        "rules: {hairpin-unreachable: off}\n"
        "ignore: [{rule: hairpin-unreachable, reason: known}]\n"
    )
    ((client,),) = (service["clients"] for service in services(nplint("graph", "--format", "json").out))
    assert client["state"] == "broken"


def test_what_cannot_be_read_is_told(nplint: "Nplint") -> None:
    write(web=WEB, broken="apiVersion: v1\nkind: Service\nspec: {\n")
    assert nplint("graph", *VPC).err == (
        "warning: not readable or not rendered, so what they hold is missing: broken.yaml\n"
    )


# --- one Service


OTHERS = f"""\
{WEB}---
{WEB.partition("---")[0].replace("shop", "pay").replace("30080", "30081")}---
{WEB.partition("---")[0].replace("name: web", "name: db").replace("NodePort", "ClusterIP")}
"""


@pytest.mark.parametrize(
    ("service", "found"),
    [("web", ["pay/web", "shop/web"]), ("shop/web", ["shop/web"]), ("pay/web", ["pay/web"])],
)
def test_one_service(nplint: "Nplint", service: str, found: list[str]) -> None:
    write(all=OTHERS)
    assert titles(nplint("graph", *VPC, "--service", service, "--format", "json").out) == found


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ("webb", "no Service is named webb: did you mean web?"),
        ("shop/wep", "no Service is named shop/wep: did you mean shop/web?"),
        ("ops/\x1b[31m", r"no Service is named ops/\x1b[31m: there are web, shop/web, pay/web, db and shop/db"),
        ("", "no Service is named : there are web, shop/web, pay/web, db and shop/db"),
        ("db", "Service shop/db has no node ports, so no node answers for it and no path leads to one"),
    ],
)
def test_a_service_that_cannot_be_drawn(nplint: "Nplint", service: str, sentence: str) -> None:
    write(all=OTHERS)
    assert nplint("graph", *VPC, "--service", service) == (2, "", f"error: {sentence}\n")


def test_a_service_where_there_is_none(nplint: "Nplint") -> None:
    write(agent=AGENT)
    assert nplint("graph", "--service", "web") == (2, "", "error: no Service is named web: the input holds none\n")


# --- one cluster


CONFIG = """\
clusters:
  prod: {paths: [prod.yaml], network: vpc, type: standard}
  test: {paths: [test.yaml], network: vpc, type: standard}
"""


def test_one_cluster(nplint: "Nplint") -> None:
    write(prod=f"{WEB}---\n{AGENT}", test=WEB)
    Path(".nplint.yaml").write_text(CONFIG)
    out = nplint("graph").out
    assert [line for line in out.splitlines() if line.startswith("cluster")] == ["cluster prod", "cluster test"]
    told = json.loads(nplint("graph", "--cluster", "test", "--format", "json").out)
    assert [cluster["name"] for cluster in told["clusters"]] == ["test"]
    assert nplint("graph", "--cluster", "tets") == (2, "", "error: no cluster is named tets: did you mean test?\n")


def test_a_cluster_where_none_is_declared(nplint: "Nplint") -> None:
    write(web=WEB)
    assert nplint("graph", "--cluster", "prod") == (
        2,
        "",
        "error: no cluster is declared, so none is named prod: leave --cluster out, or declare clusters\n",
    )


def test_a_service_of_several_clusters_is_drawn_in_each(nplint: "Nplint") -> None:
    write(prod=f"{WEB}---\n{AGENT}", test=WEB)
    Path(".nplint.yaml").write_text(CONFIG)
    drawn = services(nplint("graph", "--service", "web", "--format", "json").out)
    assert [[client["state"] for client in service["clients"]] for service in drawn] == [["broken"], []]


# --- only what is broken


def test_only_broken_paths(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-declared-address", tmp_path)
    write(other=WEB.replace("web", "other").replace("30080", "30081"))
    assert titles(nplint("graph", "--format", "json").out) == ["shop/web", "shop/other"]
    (service,) = services(nplint("graph", "--findings", "--format", "json").out)
    assert [(client["name"], client["state"]) for client in service["clients"]] == [
        ("same", "broken"),
        ("free", "doubtful"),
    ]


def test_a_broken_path_has_no_workload_that_is_not_on_it(nplint: "Nplint") -> None:
    second = WEB.partition("---\n")[2].replace("name: web, n", "name: second, n").replace("DaemonSet", "Deployment")
    write(web=WEB, agent=AGENT, second=second)
    everything, broken = (
        services(nplint("graph", *VPC, *options, "--format", "json").out) for options in ([], ["--findings"])
    )
    assert [each["name"] for each in everything[0]["backends"]] == ["second", "web"]
    assert [each["name"] for each in broken[0]["backends"]] == ["web"]


@pytest.mark.parametrize("format", ["text", "mermaid", "dot", "svg", "html", "json"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "there is nothing to draw: no Service has node ports\n"),
        (("--findings",), "there is nothing to draw: no path is found to be broken\n"),
    ],
)
def test_nothing_to_draw(nplint: "Nplint", format: str, options: tuple[str, ...], sentence: str) -> None:
    write(web=WEB if options else WEB.replace("NodePort", "ClusterIP"))
    run = nplint("graph", *VPC, *options, "--format", format)
    assert (run.code, run.err) == (0, sentence)
    assert "shop" not in run.out
    assert bool(run.out) == (format != "text")


# --- wrong calls


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing",), "missing"),
        (("--format", "png"), "'png' is not one of"),
        (("--type", "turbo", "--network", "vpc"), "vpc"),
    ],
)
def test_a_wrong_call(nplint: "Nplint", arguments: tuple[str, ...], words: str) -> None:
    write(web=WEB)
    run = nplint("graph", *arguments)
    assert (run.code, run.out) == (2, "")
    assert words in run.err


def test_the_format_of_a_configuration_is_that_of_findings(nplint: "Nplint") -> None:
    write(web=WEB)
    Path(".nplint.yaml").write_text("format: json\n")
    assert nplint("graph").out.startswith("Service shop/web: NodePort")


def test_standard_input(nplint: "Nplint") -> None:
    assert "(<stdin>:3:18)" in nplint("graph", *VPC, "-", stdin=WEB).out
