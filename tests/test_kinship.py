"""Which files need not be read to know that a change brings nothing new."""

import base64
from typing import TYPE_CHECKING

import pytest

from nplint.document import Document
from nplint.kinship import Kinship, kinship
from nplint.profile import DEFAULT_NODE_PORTS
from nplint.reader import decode, read

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {0}, namespace: {1}}}
spec: {{type: NodePort, selector: {{app: {0}-pods}}, ports: [{{port: 80, nodePort: {2}}}]}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {0}, namespace: {1}, labels: {{app: {0}-pods}}}}
spec:
  containers:
    - {{name: web, envFrom: [{{configMapRef: {{name: settings}}}}], env: [{{name: URL, value: "10.0.0.1:30077"}}]}}
  volumes: [{{name: secrets, secret: {{secretName: keys}}}}]
"""


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {0}}}
spec: {{template: {{metadata: {{labels: {{{1}}}}}, spec: {{containers: [{{name: c}}]}}}}}}
"""
TEXT = "apiVersion: v1\nkind: {0}\nmetadata: {{name: {1}}}\ndata: {{a: {2}}}\n"


def manifests(text: str, path: str = "a.yaml") -> tuple[Document, ...]:
    return read(decode(path, text.encode()))


def asked(text: str, *found: str) -> Kinship | None:
    beside = [document for each in found for document in manifests(each, "c.yaml")]
    return kinship(manifests(text), beside, (), [DEFAULT_NODE_PORTS])


def is_kin(kin: Kinship | None, data: str | bytes) -> bool:
    assert kin
    assert kin.words
    data = data if isinstance(data, bytes) else data.encode()
    return kin.words.stand_in(data) and any(map(kin.answers, read(decode("b.yaml", data))))


WEB = SERVICE.format("web", "shop", 30080)
CART = POD.format("cart", "shop")


@pytest.mark.parametrize(
    ("text", "akin", "alien"),
    [
        # Who claims the port or dials it, whom the Service selects, and what is called like it.
        (
            WEB,
            [
                SERVICE.format("api", "other", 30080),
                POD.format("web", "other"),
                DEPLOYMENT.format("web", "app: x"),
                DEPLOYMENT.format("x", 'app: "web\\u002dpods", more: y'),
                TEXT.format("ConfigMap", "x", '"http://node:30080/"'),
                TEXT.format("Secret", "x", base64.b64encode(b"node:30080").decode()),
                '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}',
                WEB.encode("utf-16"),
            ],
            [
                SERVICE.format("api", "shop", 30081),
                SERVICE.format("web-api", "shop", 30081),
                DEPLOYMENT.format("x", "app: web-pods-2"),
                TEXT.format("ConfigMap", "x", '"130080"'),
                TEXT.format("Secret", "x", base64.b64encode(b"node:30081").decode()),
                "kind: Service\n",
            ],
        ),
        *(
            (WEB, [SERVICE.format("api", "x", number)], [])
            for number in (
                "0x7580",
                "0o72600",
                "072600",
                "30_080",
                "3.008e4",
                "300800e-1",
                "0b111010110000000",
                "30080.0",
            )
        ),
        # The Services of its pods and of the ports that it dials, and what it reads.
        (
            CART,
            [
                SERVICE.format("cart", "x", 30080).replace("name: cart,", "name: x,"),
                SERVICE.format("x", "x", 30077),
                TEXT.format("ConfigMap", "settings", "b"),
                TEXT.format("Secret", "keys", "b"),
            ],
            [
                SERVICE.format("x", "shop", 30078),
                TEXT.format("ConfigMap", "setting", "b"),
                SERVICE.format("cart", "x", 30080)
                .replace("name: cart,", "name: x,")
                .replace("selector: {", "selector: {a: b, "),
            ],
        ),
        (
            TEXT.format("ConfigMap", "settings", '"node:30077"'),
            [CART, SERVICE.format("x", "x", 30077)],
            [SERVICE.format("x", "x", 30078), CART.replace("settings", "others")],
        ),
        (
            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
            "metadata: {name: x, labels: {kubernetes.io/service-name: web}}\n",
            [WEB],
            [SERVICE.format("api", "shop", 30080)],
        ),
        (
            'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {selector: {app: ""}}\n',
            [DEPLOYMENT.format("y", 'app: ""')],
            [DEPLOYMENT.format("y", "app: z")],
        ),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"
            "spec: {selector: {statefulset.kubernetes.io/pod-name: db-0}}\n",
            [DEPLOYMENT.format("db", "").replace("Deployment", "StatefulSet")],
            [DEPLOYMENT.format("db-1", "").replace("Deployment", "StatefulSet")],
        ),
    ],
)
def test_what_has_to_do_with_a_manifest(text: str, akin: list[str | bytes], alien: list[str | bytes]) -> None:
    kin = asked(text)
    assert [data for data in (*akin, *alien) if is_kin(kin, data)] == akin


def test_only_node_level_affinity_makes_clients_matter() -> None:
    client = CART.replace("30077", "30080")
    config = TEXT.format("ConfigMap", "settings", "b")
    local = WEB.replace("type: NodePort", "type: NodePort, externalTrafficPolicy: Local")
    backend = POD.format("web", "shop").replace("30077", "x").replace("settings", "mine")
    # From a pod to its Service, on to who dials that, and to what this reads.
    assert is_kin(asked(backend), local)
    assert [is_kin(asked(backend, each), client) for each in (WEB, local)] == [False, True]
    assert [is_kin(asked(backend, each, client), config) for each in (WEB, local)] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [b.yaml]\n",
        "apiVersion: v1\nkind: Service\nmetadata: [\n",
        "apiVersion: v1\nkind: Service\n{{ include }}\n",
    ],
)
def test_what_steers_others_or_cannot_be_read_may_matter_to_all(text: str) -> None:
    assert asked(text) is None


def test_a_change_of_very_many_manifests_may_matter_to_all() -> None:
    pods = [POD.format(f"pod{number}", "shop") for number in range(1100)]
    assert is_kin(asked("---\n".join(pods[:100])), "port: 1") is False
    many = asked("---\n".join(pods))
    assert many
    assert many.words is None


def test_only_what_has_to_do_with_a_change_is_read(repository: "Repository", nplint: "Nplint") -> None:
    spaces = [f"team{number}" for number in range(9)]
    repository.commit(
        {f"{space}/svc.yaml": SERVICE.format(space, space, 30090 + number) for number, space in enumerate(spaces)}
        | {f"{space}/pod.yaml": POD.format(space, space) for space in spaces}
    )
    repository.stage({"team3/svc.yaml": f"# more\n{SERVICE.format('team3', 'team3', 30093)}"})
    quiet = nplint("--staged", "--format", "concise")
    assert (quiet.code, quiet.out) == (0, "")
    assert quiet.err.startswith("nothing found in 2 files (1 Service, 1 with node ports); 2 in the base")
    # Where there is something, it is judged among all the others.
    repository.stage({"team3/svc.yaml": SERVICE.format("team3", "team3", 30095)})
    loud = nplint("--staged", "--format", "concise", "--type", "standard", "--select", "node-port-conflict")
    assert (
        loud.out
        == "team3/svc.yaml:4:82: error[node-port-conflict] nodePort 30095 is claimed by Service team5/team5 too\n"
    )
    assert loud.err.startswith("1 error in 18 files (9 Services, 9 with node ports)")


def test_where_something_is_found_its_cluster_is_looked_at(repository: "Repository", nplint: "Nplint") -> None:
    clusters = "".join(f"  {name}: {{type: standard, paths: [{name}/**]}}\n" for name in ("east", "west"))
    files = {f"{name}/svc.yaml": SERVICE.format(name, name, 30080) for name in ("east", "west")}
    others = {f"{name}/{number}.yaml": POD.format(name, name) for name in ("east", "west") for number in range(4)}
    repository.commit({".nplint.yaml": f"clusters:\n{clusters}", **files, **others})
    repository.stage({"east/svc.yaml": SERVICE.format("east", "east", 30081)})
    run = nplint("--staged", "--format", "concise", "--select", "node-port-changed")
    assert run.out == "east/svc.yaml:4:81: warning[node-port-changed] nodePort changes from 30080 to 30081 [east]\n"
    assert run.err.startswith("1 warning in 5 files (1 Service, 1 with node ports, 1 cluster)")
    # Of the first commit there is nothing before.
    repository.git("update-ref", "-d", "HEAD")
    run = nplint("--staged", "--format", "concise", "--select", "node-port-pinned")
    assert [line.split(":")[0] for line in run.out.splitlines()] == ["east/svc.yaml", "west/svc.yaml"]


def test_a_file_that_a_link_leads_to_changes_the_link(repository: "Repository", nplint: "Nplint") -> None:
    (repository.folder / "a.yaml").symlink_to("b.yaml")
    (repository.folder / "b.yaml").symlink_to("texts/web.txt")
    repository.commit({"texts/web.txt": SERVICE.format("web", "shop", 30080), "pod.yaml": POD.format("web", "shop")})
    repository.stage({"texts/web.txt": SERVICE.format("web", "shop", 30081)})
    found = [
        f"{name}.yaml:4:80: warning[node-port-changed] nodePort changes from 30080 to 30081" for name in ("a", "b")
    ]
    run = nplint("--staged", "--format", "concise", "--select", "node-port-changed")
    assert run.out.splitlines() == found
    repository.commit({})
    assert nplint("HEAD~1..HEAD", "--new-only", "--format", "concise", "--select", "node-port-changed").out == run.out
    repository.stage({"texts/other.txt": "a"})
    assert nplint("--staged").err == "no manifest changes, so nothing was judged\n"


def test_an_unchanged_file_in_another_encoding_is_kin_too(repository: "Repository", nplint: "Nplint") -> None:
    (repository.folder / "api.yaml").write_bytes(SERVICE.format("api", "shop", 30081).encode("utf-16"))
    pods = "---\n".join(POD.format(name, "shop") for name in ("web", "api"))
    repository.commit({"web.yaml": SERVICE.format("web", "shop", 30080), "pods.yaml": pods})
    repository.stage({"web.yaml": SERVICE.format("web", "shop", 30081)})
    run = nplint("--staged", "--format", "concise", "--type", "standard", "--select", "node-port-conflict")
    assert run.out == "web.yaml:4:80: error[node-port-conflict] nodePort 30081 is claimed by Service shop/api too\n"


ONE_TEAM = """\
summary: Two Services have one team.
why: One of them.
severity: error
kinds: [{apiVersion: v1, kind: Service}]
expression: objects.filter(other, other.metadata.labels.team == object.metadata.labels.team).size() == 1
message: the team has another one
good: |
  {apiVersion: v1, kind: Service, metadata: {name: a, labels: {team: a}}}
bad: |
  {apiVersion: v1, kind: Service, metadata: {name: a, labels: {team: a}}} # <- another
  ---
  {apiVersion: v1, kind: Service, metadata: {name: b, labels: {team: a}}} # <- another
"""


def test_of_the_rules_of_others_nobody_knows_what_they_look_at(repository: "Repository", nplint: "Nplint") -> None:
    texts = {
        f"{name}.yaml": (
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {name}, labels: {{team: {name}}}}}\n"
        )
        for name in ("ab", "cd")
    }
    repository.commit({**texts, "rules/one-team.yaml": ONE_TEAM})
    repository.stage({"ab.yaml": texts["ab.yaml"].replace("team: ab", "team: cd")})
    run = nplint("--staged", "--rules", "rules", "--select", "one-team", "--format", "concise", "--type", "standard")
    assert run.out.splitlines() == [
        f"{name}.yaml:3:52: error[one-team] the team has another one" for name in ("ab", "cd")
    ]


LOCAL = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: a}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {app: web}
  ports: [{port: 80, nodePort: 30080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}
"""
CLIENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: client, namespace: a}}
spec:
  template:
    metadata: {{labels: {{app: client}}}}
    spec:
      containers:
        - name: c
          image: curl
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {}
            - {{name: URL, value: "{}"}}
"""
HOST = "{name: HOST, valueFrom: {configMapKeyRef: {name: hosts, key: host}}}"
HOSTS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: hosts, namespace: a}}\ndata: {{host: {}, port: '{}'}}\n"
DECLARED = """\
clusters:
  c: {{type: standard, network: vpc, version: v1.29.13-r0, paths: [app/**], nodes: {{n1: {{address: 10.0.0.1}}}}{}}}
"""


@pytest.mark.parametrize(
    ("before", "now"),
    [
        # The address comes from a ConfigMap that tells nothing of a port.
        (
            {"app/s.yaml": LOCAL, "app/w.yaml": CLIENT.format(HOST, "http://$(HOST):30080")},
            {"app/h.yaml": HOSTS.format("10.0.0.1", "")},
        ),
        # The port is in no word: it is put together.
        ({"app/s.yaml": LOCAL}, {"app/w.yaml": CLIENT.format('{name: A, value: "300"}', "http://$(NODE_IP):$(A)80")}),
        (
            {"app/w.yaml": CLIENT.format('{name: A, value: "300"}', "http://$(NODE_IP):$(A)80")},
            {"app/s.yaml": LOCAL},
        ),
        # It is one that the cluster does not hand out.
        (
            {"app/s.yaml": LOCAL.replace("30080", "8080")},
            {"app/w.yaml": CLIENT.format("{name: A}", "http://$(NODE_IP):8080")},
        ),
        # Only one of two ConfigMaps of a name is left.
        (
            {
                "app/s.yaml": LOCAL,
                "app/w.yaml": CLIENT.format(HOST.replace("host}", "port}"), "http://$(NODE_IP):$(HOST)"),
                "app/g.yaml": HOSTS.format("x", "1"),
                "app/sub/h.yaml": HOSTS.format("x", "30080"),
            },
            {"app/g.yaml": None},
        ),
        # The Service is declared to run beside the manifests.
        (
            {"ctx/s.yaml": LOCAL.partition("---\n")[0], "app/b.yaml": LOCAL.partition("---\n")[2]},
            {"app/w.yaml": CLIENT.format("{name: A}", "http://$(NODE_IP):30080")},
        ),
    ],
)
def test_a_client_is_found_by_whatever_way_it_dials(
    repository: "Repository", nplint: "Nplint", before: dict[str, str], now: dict[str, str | None]
) -> None:
    context = ", context: [ctx/**]" if "ctx/s.yaml" in before else ""
    repository.commit({".nplint.yaml": DECLARED.format(context), **before})
    repository.stage(now)
    arguments = ("--format", "concise", "--select", "hairpin-unreachable")
    narrow, wide = nplint("--staged", *arguments), nplint("--against", "HEAD", "--new-only", *arguments)
    assert narrow.out == wide.out
    assert "cannot reach Service a/web" in narrow.out


@pytest.mark.parametrize("kind", ["kind: &k Secret", "kind:\n  Secret", "? kind\n: Secret", 'kind: "Sec\\\n  ret"'])
def test_a_secret_is_found_however_its_kind_is_written(repository: "Repository", nplint: "Nplint", kind: str) -> None:
    data = base64.b64encode(b"http://10.0.0.1:30080").decode()
    secret = f"apiVersion: v1\n{kind}\nmetadata: {{name: s, namespace: a}}\ndata: {{url: {data}}}\n"
    client = CLIENT.format("{name: A, valueFrom: {secretKeyRef: {name: s, key: url}}}", "x")
    repository.commit({".nplint.yaml": DECLARED.format(""), "app/s.yaml": secret, "app/w.yaml": client})
    repository.stage({"app/web.yaml": LOCAL})
    run = nplint("--staged", "--format", "concise", "--select", "hairpin-unreachable")
    assert "Deployment a/client cannot reach Service a/web" in run.out


def test_a_kustomization_may_have_any_name(repository: "Repository", nplint: "Nplint") -> None:
    service, pods = LOCAL.split("---\n")
    service = service.replace("nodePort: 30080", "targetPort: http")
    pods = pods.replace("namespace: a", "namespace: b").replace(
        "image: nginx", "ports: [{name: http, containerPort: 80}]"
    )
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: a\nresources: [p.yaml]\n"
    )
    repository.commit(
        {".nplint.yaml": DECLARED.format(""), "app/s.yaml": service, "app/p.yaml": pods, "app/kz.yaml": kustomization}
    )
    repository.stage({"app/s.yaml": service.replace("targetPort: http", "targetPort: nope")})
    run = nplint("--staged", "--format", "concise", "--select", "target-port-unresolved")
    assert run.out.startswith("app/s.yaml:8:34: error[target-port-unresolved]")
