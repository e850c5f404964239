"""What shows that a container dials a node port, and what only looks like it."""

import json
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplint.cluster import Cluster
from nplint.configmap import ConfigMaps
from nplint.dialing import Directory
from nplint.document import Span
from nplint.evidence import Evidence, Search
from nplint.profile import KnownNode
from nplint.reader import decode, read
from nplint.workload import Workload

NODES = (KnownNode("node-1", "10.100.0.136"), KnownNode("node-2", "10.100.0.5"), KnownNode("six", "fd00::5"))
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: client}}
spec:
  volumes: [{{name: files, configMap: {{name: files}}}}]
  containers:
    - name: client
{fields}
"""
SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
"""
OWN = "{name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}"
ALIEN = "{name: DD_AGENT_HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}"
SELF = "{{name: SELF, valueFrom: {{fieldRef: {{fieldPath: {0}}}}}}}"
FILES = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: files}}
data:
  a.conf: |
{text}
"""


def evidence(text: str, nodes: tuple[KnownNode, ...] = NODES) -> list[Evidence]:
    cluster = Cluster(read(decode("f.yaml", (text + SERVICE).encode())))
    search = Search(ConfigMaps(cluster), frozenset((30080,)), Directory(nodes))
    return list(search.evidence(cluster.workloads[0]))


def told(found: list[Evidence]) -> list[str]:
    return [f"{'' if one.proven else '? '}{'own' if one.own else one.to.name if one.to else 'node'}" for one in found]


def of_fields(fields: str, nodes: tuple[KnownNode, ...] = NODES) -> list[str]:
    return told(evidence(POD.format(fields=indent(fields, " " * 6)), nodes))


@pytest.mark.parametrize(
    ("env", "found"),
    [
        (f'[{OWN}, {{name: URL, value: "http://$(NODE_IP):30080"}}]', ["own"]),
        (f'[{OWN}, {{name: URL, value: "http://$(NODE_IP):30080/a?b"}}]', ["own"]),
        (f'[{OWN}, {{name: URL, value: "http://[$(NODE_IP)]:30080"}}]', ["own"]),
        (f'[{OWN}, {{name: LIST, value: "web:80,$(NODE_IP):30080,x"}}]', ["own"]),
        (f'[{OWN}, {{name: PORT, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: NODE_PORT, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: webPort, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: P, value: "30080"}}, {{name: URL, value: "http://$(NODE_IP):$(P)"}}]', ["? own", "own"]),
        (f'[{ALIEN}, {{name: WEB_PORT, value: "30080"}}]', ["? own"]),
        (f'[{OWN}, {{name: WEB_HOST, value: web}}, {{name: WEB_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: WEB_SERVICE_PORT, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: DB_NODE_PORT, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: DB_PORT, value: "30080"}}]', ["? own"]),
        (f'[{OWN}, {{name: TARGET_PORT, value: "30080"}}]', ["? own"]),
        (f'[{OWN}, {{name: DB_SERVER, value: postgres.db}}, {{name: DB_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: DB_URL, value: "pg://db"}}, {{name: DB_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: DB_URL, value: "pg://$(NODE_IP)/"}}, {{name: DB_PORT, value: "30080"}}]', ["own"]),
        (f'[{OWN}, {{name: HTTP_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: HEALTHZ_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: JMX_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: HTTP_HOST, value: $(NODE_IP)}}, {{name: HTTP_PORT, value: "30080"}}]', ["? own"]),
        (f'[{OWN}, {{name: WEB_HOST, value: $(NODE_IP)}}, {{name: WEB_PORT, value: "30080"}}]', ["own"]),
        ('[{name: WEB_HOST, value: 10.100.0.5}, {name: WEB_PORT, value: "30080"}]', ["node-2"]),
        ('[{name: NODE_IP, value: 10.100.0.99}, {name: WEB_PORT, value: "30080"}]', ["? node"]),
        ('[{name: DB_IP, value: 10.100.0.99}, {name: DB_PORT, value: "30080"}]', []),
        ('[{name: URL, value: "http://10.100.0.136:30080"}]', ["node-1"]),
        ('[{name: URL, value: "http://010.100.000.136:30080"}]', ["node-1"]),
        ('[{name: URL, value: "http://[fd00:0::5]:30080"}]', ["six"]),
        ('[{name: URL, value: "http://10.100.0.99:30080"}]', []),
        ('[{name: NODE_ADDRESS, value: "10.100.0.99:30080"}]', ["? node"]),
        ('[{name: URL, value: "http://node-1:30080"}]', ["? node-1"]),
        ('[{name: URL, value: "http://web.shop.svc:30080"}]', []),
        ('[{name: URL, value: "http://localhost:30080,http://127.0.0.1:30080,0.0.0.0:30080"}]', []),
        (f'[{OWN}, {{name: URL, value: "http://$NODE_IP:30080"}}]', ["? own"]),
        (f'[{{name: URL, value: "http://$(NODE_IP):30080"}}, {OWN}]', []),
        (f'[{OWN}, {{name: URL, value: "http://$$(NODE_IP):30080"}}]', []),
        (f'[{OWN}, {{name: ADVERTISED_URL, value: "http://$(NODE_IP):30080"}}]', ["? own"]),
        (f'[{OWN}, {{name: LISTEN_ADDRESS, value: "$(NODE_IP):30080"}}]', []),
        (f'[{OWN}, {{name: SERVER_PORT, value: "30080"}}]', []),
        (f'[{OWN}, {{name: TIMEOUT, value: "30080"}}, {{name: REPORT, value: "30080"}}]', []),
        (f'[{SELF.format("spec.nodeName")}, {{name: URL, value: "http://$(SELF):30080"}}]', ["? own"]),
        (f'[{SELF.format("metadata.name")}, {{name: URL, value: "http://$(SELF):30080"}}]', []),
    ],
)  # fmt: skip
def test_variables(env: str, found: list[str]) -> None:
    assert of_fields(f"env: {env}") == found


@pytest.mark.parametrize(
    "number", ["300800", "130080", "3.30080", "30080.5", "v30080", "30080ms", "30000-30080", "30080-30090", "30080:80"]
)
def test_digits_within_something_else_are_no_port(number: str) -> None:
    assert of_fields(f'env: [{OWN}, {{name: PORT, value: "{number}"}}]\nargs: ["--port={number}"]') == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ('[curl, "http://$(NODE_IP):30080"]', ["own"]),
        ('[nc, -z, $(NODE_IP), "30080"]', ["own"]),
        ('[mysql, -h, $(NODE_IP), -P, "30080"]', ["own"]),
        ("[app, --host=10.100.0.5, --port=30080]", ["node-2"]),
        ('[app, "--port", "30080"]', ["own"]),
        ('[tar, -p, "30080"]', ["? own"]),
        ("[app, --node-ip=$(NODE_IP), --db-host=postgres, --db-port=30080]", ["? own"]),
        ("[app, --node-ip=$(NODE_IP), --http-port=30080]", []),
        ("[app, --node-ip=$(NODE_IP), --web-port=30080]", ["own"]),
        ("[app, --node-ip=$(NODE_IP), --db-host=10.100.0.5, --db-port=30080]", ["node-2"]),
        ("[app, --db-host=10.100.0.5, --cache-port=30080]", ["? own"]),
        ('[sh, -c, "curl http://$NODE_IP:30080"]', ["own"]),
        ('[sh, -c, "curl http://${NODE_IP}:30080"]', ["own"]),
        ("[sh, -c, 'curl http://\"$NODE_IP\":30080']", ["own"]),
        ('[/bin/bash, -c, "x=$(curl -s http://${NODE_IP:-web}:30080)"]', ["own"]),
        ('[bash, -c, "exec 3<>/dev/tcp/$NODE_IP/30080"]', ["own"]),
        ('[sh, -c, "true\\n# curl $NODE_IP:30080\\n"]', []),
        ('[sh, -c, "NODE_IP=web.shop.svc; curl http://$NODE_IP:30080"]', ["? own"]),
        ('[sh, -c, "for NODE_IP in a b; do curl http://$NODE_IP:30080; done"]', ["? own"]),
        ('[sh, -c, "read -r NODE_IP; curl http://$NODE_IP:30080"]', ["? own"]),
        ('[sh, -c, "curl http://$NODE_IP:30080/?NODE=1"]', ["own"]),
        ("[sh, -c, 'echo \"\\$NODE_IP:30080\"']", ["? own"]),
        ('[sh, -c, "sleep 1 # was curl http://$NODE_IP:30080"]', []),
        ('[sh, -c, "curl http://$NODE_IP:30080/#top"]', ["own"]),
        ("[sh, -c, \"echo 'step # 1'; curl http://$NODE_IP:30080\"]", ["own"]),
        ('[sh, -c, "curl http://${NODE_IP:+web}:30080"]', ["? own"]),
        ('[curl, "http://$NODE_IP:30080"]', ["? own"]),
        ('[sh, -c, "curl http://$K8S_NODE_IP:30080"]', ["? node"]),
        ('[sh, -c, "curl http://$WEB:30080"]', []),
        ("[app, --advertise-address=$(NODE_IP), --connect=10.100.0.5]", []),
        ('[app, "--advertise=$(NODE_IP):30080"]', ["? own"]),
        ('[app, "--listen=:30080", "--timeout", "30080"]', []),
        ("[python, -c, \"connect(('10.100.0.136', 30080))\"]", ["node-1"]),
    ],
)
def test_commands(command: str, found: list[str]) -> None:
    assert of_fields(f"env: [{OWN}]\ncommand: {command}") == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ('readinessProbe: {exec: {command: [sh, -c, "curl $NODE_IP:30080"]}}', ["own"]),
        ('livenessProbe: {exec: {command: [curl, "http://10.100.0.5:30080"]}}', ["node-2"]),
        ('startupProbe: {exec: {command: [curl, "http://$(NODE_IP):30080"]}}', []),
        ('startupProbe: {exec: {command: [curl, "http://$(FIXED):30080"]}}', ["node-1"]),
        ('lifecycle: {postStart: {exec: {command: [sh, -c, "curl $NODE_IP:30080"]}}}', ["own"]),
        ('lifecycle: {preStop: {exec: {command: [curl, "http://$(FIXED):30080"]}}}', []),
        ("livenessProbe: {httpGet: {host: 10.100.0.5, port: 30080}}", []),
        ("livenessProbe: {tcpSocket: {host: 10.100.0.5, port: 30080}}", []),
        ("lifecycle: {postStart: {httpGet: {host: 10.100.0.5, port: 30080}}}", []),
    ],
)
def test_probes_and_hooks_that_run_in_the_container(fields: str, found: list[str]) -> None:
    assert of_fields(f"env: [{OWN}, {{name: FIXED, value: 10.100.0.136}}]\n{fields}") == found


def of_file(text: str, env: str = "[]") -> list[Evidence]:
    fields = f"env: {env}\nvolumeMounts: [{{name: files, mountPath: /etc/a}}]"
    return evidence(POD.format(fields=indent(fields, " " * 6)) + FILES.format(text=indent(text, " " * 4)))


@pytest.mark.parametrize(
    ("text", "env", "found"),
    [
        ("url: http://10.100.0.136:30080/", "[]", ["node-1"]),
        ("# url: http://10.100.0.136:30080/", "[]", []),
        ("proxy_pass http://$NODE_IP:30080;", f"[{OWN}]", ["? own"]),
        ("proxy_pass http://$FIXED:30080;", "[{name: FIXED, value: 10.100.0.5}]", ["? node-2"]),
        ("host: $FIXED\nport: 30080", "[{name: FIXED, value: 10.100.0.5}]", ["? node-2"]),
        ('{"10.100.0.5":30080}', "[]", []),
        ('#!/bin/sh\ncurl http://"$NODE_IP":30080/', f"[{OWN}]", ["own"]),
        ("#!/bin/sh\ncurl http://$NODE_IP:30080/", f"[{OWN}]", ["own"]),
        ("curl http://$(NODE_IP):30080/", f"[{OWN}]", []),
        ("host: 10.100.0.5\nport: 30080", "[]", ["node-2"]),
        ("port: 30080\nhost: 10.100.0.5", "[]", ["node-2"]),
        ("trusted: 10.100.0.5\nport: 30080", "[]", []),
        ("web.host=web\nweb.port=30080\ndb.host=10.100.0.5\ndb.port=31432", "[]", []),
        ("host=web\nport=30080\ndb.host=10.100.0.5", "[]", ["? node-2"]),
        ("db.host=10.100.0.5\ndb.port=30080", "[]", ["node-2"]),
        ("target.host=10.100.0.5\ntarget.port=30080", "[]", ["node-2"]),
        ("host=10.100.0.5\nhttp.port=30080", "[]", []),
        ("http.host=10.100.0.5\nhttp.port=30080", "[]", ["? node-2"]),
        ('{"host": "10.100.0.5", "port": 30080}', "[]", ["node-2"]),
        ("port: 30080", "[]", []),
        ("port: 30080", f"[{OWN}]", ["? own"]),
        ("port: 30080", f"[{ALIEN}]", []),
        ("NODE_IP=192.168.1.1\nPORT=30080", "[]", ["? node"]),
        ("listen 30080;\ntimeout: 30080", f"[{OWN}]", []),
    ],
)
def test_files(text: str, env: str, found: list[str]) -> None:
    assert told(of_file(text, env)) == found


def test_the_line_of_a_file_is_the_place() -> None:
    (found,) = of_file("first: 10.100.0.5\n\nupstream http://10.100.0.5:30080;")
    assert found.at == Span("f.yaml", 18, 5, 18, 38)
    assert [proof.shows for proof in found.way] == ["this ConfigMap is a volume", "mounted here"]


def test_each_container_reads_a_shared_file_with_its_own_variables() -> None:
    container = "    - {{name: {0}, env: [{1}], volumeMounts: [{{name: files, mountPath: /etc/a}}]}}\n"
    values = {"a": "10.100.0.136", "b": "web", "c": "10.100.0.5", "d": "10.100.0.5"}
    env = {name: f"{{name: NODE, value: {value}}}" for name, value in values.items()}
    fields = "".join(container.format(name, each) for name, each in env.items())
    pod = POD.format(fields="").rstrip().removesuffix("- name: client").rstrip()
    found = evidence(pod + "\n" + fields + FILES.format(text="    #!/bin/sh\n    curl http://$NODE:30080"))
    assert [(one.container.node["name"].text, *told([one])) for one in found] == [
        ("a", "node-1"),
        ("c", "node-2"),
        ("d", "node-2"),
    ]
    assert len({one.way for one in found}) == 3


def test_a_port_that_the_pod_listens_on_is_its_own_unless_it_stands_with_an_address() -> None:
    fields = "ports: [{containerPort: 30080}]\nenv: "
    assert of_fields(fields + f'[{OWN}, {{name: PORT, value: "30080"}}]') == []
    assert of_fields(fields + f'[{OWN}, {{name: URL, value: "$(NODE_IP):30080"}}]') == ["own"]


def test_what_is_the_value_of_one_variable_is_found_there_alone() -> None:
    found = evidence(
        POD.format(fields=indent('env: [{name: A, value: "10.100.0.5:30080"}]\nargs: [$(A), $(A)]', " " * 6))
    )
    assert [one.node.field for one in found] == ["spec.containers[0].env[0].value"]


def test_without_declared_addresses_any_address_may_be_a_nodes() -> None:
    fields = 'args: ["http://192.168.1.1:30080", "http://127.0.0.1:30080"]'
    assert of_fields(fields, ()) == ["? node"]
    assert of_fields(fields) == []


@pytest.mark.parametrize(
    "fields",
    [
        "env: {a: 1}\nargs: text",
        "env: [1, {name: 2, value: 30080}, {name: A, value: [30080]}]",
        "command: [30080, {a: 30080}, null]",
        "envFrom: [{configMapRef: 3}]\nvolumeMounts: [{name: 3}]",
        "readinessProbe: {exec: 30080}\nlifecycle: []",
    ],
)
def test_what_has_another_shape_shows_nothing(fields: str) -> None:
    assert of_fields(fields) == []


FRAGMENTS = [
    "30080",
    "3",
    "0080",
    "3008",
    "0",
    "10.100.0.5:",
    ":",
    " ",
    "x",
    "$",
    "$$",
    "(",
    ")",
    "{",
    "}",
    "\0",
    "\n",
    "$(A)",
    "$A",
    "${A}",
    "${B:-1}",
    "$(B)",
    "$B",
    "http://$(OWN):",
    "$(C",
    "/dev/tcp/",
    "# ",
    "\u0663",
]
written = st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join)


class Thorough(Search):
    def _may_dial(self, workload: Workload) -> bool:
        return True


@given(st.lists(written, min_size=3, max_size=3), st.lists(written, max_size=3), written, st.booleans())
def test_looking_at_what_is_written_first_loses_nothing(
    values: list[str], words: list[str], file: str, has_shell: bool
) -> None:
    env = [{"name": name, "value": value} for name, value in zip("ABC", values, strict=True)]
    own = {"name": "OWN", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}
    container = {
        "name": "client",
        "env": [own, *env],
        "envFrom": [{"configMapRef": {"name": "files"}}],
        "command": ["sh", "-c"] if has_shell else [],
        "args": words,
        "volumeMounts": [{"name": "files"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "files", "configMap": {"name": "files"}}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "client"}, "spec": spec}
    files = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "files"}, "data": {"NODE_PORT": file}}
    cluster = Cluster(read(decode("f.json", f"{json.dumps(pod)}\n{json.dumps(files)}".encode())))
    config_maps = ConfigMaps(cluster)
    found = [
        [(one.number, one.identity, one.own, one.to, one.proven, one.apart) for one in each]
        for kind in (Search, Thorough)
        for each in [kind(config_maps, frozenset((30080, 80)), Directory(NODES)).evidence(cluster.workloads[0])]
    ]
    assert len(cluster.workloads) == 1
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "env",
    [
        '{name: A, value: "0080"}, {name: NODE_PORT, value: "3$(A)"}',
        '{name: A, value: "300"}, {name: NODE_PORT, value: "$(A)80"}',
        '{name: A, value: "300"}, {name: B, value: "80"}, {name: NODE_PORT, value: "$(A)$(B)"}',
        '{name: NODE_PORT, value: "300\\080"}',
    ],
)
def test_a_number_that_is_put_together_is_found(env: str) -> None:
    assert of_fields(f"env: [{OWN}, {env}]") == ["own"]
