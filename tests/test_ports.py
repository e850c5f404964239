"""`nplint ports`: the pinned node ports as tables, and free ones."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint.cli.ports import Claim, claims, free_ports
from nplint.cluster import Cluster
from nplint.errors import NplintError
from nplint.output.ports import render, render_free
from nplint.profile import PortRange, Profile
from nplint.reader import decode, read

if TYPE_CHECKING:
    from tests.conftest import Nplint

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  ports:
    - {name: b, port: 443, nodePort: 30443}
    - {name: a, port: 53, nodePort: 30053, protocol: UDP}
    - {name: c, port: 80}
"""
GATE = """\
apiVersion: v1
kind: Service
metadata: {name: gate}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  healthCheckNodePort: 30002
  ports: [{port: 80, nodePort: 30001}]
"""
AGENT = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec: {containers: [{name: a, ports: [{containerPort: 30004}, {containerPort: 80, hostPort: 30003}]}]}
"""
INNER = WEB.replace("NodePort", "ClusterIP")


def cluster(text: str = "", context: str = "", profile: Profile | None = None) -> Cluster:
    return Cluster(
        read(decode("f.yaml", text.encode())), profile or Profile(), context=read(decode("c.yaml", context.encode()))
    )


def write(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")


def test_claims_are_all_that_takes_numbers_in_their_order() -> None:
    found = claims(cluster(f"{WEB}---\n{INNER}---\n{AGENT}", GATE, Profile(name="prod")))
    assert found == [
        Claim(30001, "TCP", "prod", "Service gate", "c.yaml:8:32"),
        Claim(30002, "TCP", "prod", "Service gate", "c.yaml:7:24"),
        Claim(30053, "UDP", "prod", "Service shop/web", "f.yaml:8:37"),
        Claim(30443, "TCP", "prod", "Service shop/web", "f.yaml:7:38"),
    ]


TEXT = """\
PORT   PROTOCOL  CLUSTER  SERVICE           PLACE
30053  UDP       -        Service shop/web  web.yaml:8:37
30443  TCP       -        Service shop/web  web.yaml:7:38
"""
CSV = """\
port,protocol,cluster,service,place
30053,UDP,,Service shop/web,web.yaml:8:37
30443,TCP,,Service shop/web,web.yaml:7:38
"""
MARKDOWN = """\
| port | protocol | cluster | service | place |
| --- | --- | --- | --- | --- |
| 30053 | UDP |  | Service shop/web | web.yaml:8:37 |
| 30443 | TCP |  | Service shop/web | web.yaml:7:38 |
"""


@pytest.mark.parametrize(("format", "expected"), [("text", TEXT), ("csv", CSV), ("markdown", MARKDOWN)])
def test_the_table_in_each_format(nplint: "Nplint", format: str, expected: str) -> None:
    write(web=WEB)
    assert nplint("ports", "--format", format) == (0, expected, "")


def test_the_table_as_json(nplint: "Nplint") -> None:
    write(web=WEB)
    told = json.loads(nplint("ports", "--format", "json", "web.yaml").out)
    names = {"cluster": "", "service": "Service shop/web"}
    assert told == [
        {"port": 30053, "protocol": "UDP", **names, "place": "web.yaml:8:37"},
        {"port": 30443, "protocol": "TCP", **names, "place": "web.yaml:7:38"},
    ]


@pytest.mark.parametrize(
    ("format", "out"),
    [
        ("text", "no node port is pinned\n"),
        ("json", "[]\n"),
        ("csv", "port,protocol,cluster,service,place\n"),
        ("markdown", "".join(MARKDOWN.splitlines(keepends=True)[:2])),
    ],
)
def test_no_port_at_all(nplint: "Nplint", format: str, out: str) -> None:
    write(web=INNER)
    assert nplint("ports", "--format", format) == (0, out, "")


HOSTILE = [
    Claim(30080, "TCP", "=1+1", "Service a|b\\", "-x\x1b[31m.yaml:1:1"),
    Claim(30081, "TCP", "<img src=x>", "Service [a](b) `c`", "@x\n\u202e.yaml:1:1"),
]


@pytest.mark.parametrize("format", ["text", "csv", "markdown", "json"])
def test_hostile_names_steer_no_terminal(format: str) -> None:
    text = render(HOSTILE, format)
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == {"text": 3, "csv": 3, "markdown": 4, "json": 16}[format]


def test_hostile_names_are_no_formulas() -> None:
    rows = list(csv.reader(io.StringIO(render(HOSTILE, "csv"))))
    assert [row[2:] for row in rows[1:]] == [
        ["'=1+1", "Service a|b\\", r"'-x\x1b[31m.yaml:1:1"],
        ["<img src=x>", "Service [a](b) `c`", r"'@x\x0a\u202e.yaml:1:1"],
    ]


def test_hostile_names_are_no_markup() -> None:
    first, second = render(HOSTILE, "markdown").splitlines()[2:]
    assert first == r"| 30080 | TCP | =1+1 | Service a\|b\\ | -x\\x1b\[31m.yaml:1:1 |"
    assert second == r"| 30081 | TCP | \<img src=x\> | Service \[a\](b) \`c\` | @&#8203;x\\x0a\\u202e.yaml:1:1 |"


def test_json_keeps_hostile_names_as_they_are() -> None:
    assert [tuple(one.values()) for one in json.loads(render(HOSTILE, "json"))] == HOSTILE


def test_each_cluster_and_its_context_are_listed(nplint: "Nplint") -> None:
    write(prod=WEB, test=WEB, state=GATE)
    Path(".nplint.yaml").write_text(
        "clusters: {prod: {paths: [prod.yaml], context: [state.yaml]}, test: {paths: [test.yaml]}}\n"
        "exclude: [state.yaml]\n"
    )
    rows = [line.split()[:3] for line in nplint("ports").out.splitlines()[1:]]
    assert rows == [
        ["30001", "TCP", "prod"],
        ["30002", "TCP", "prod"],
        ["30053", "UDP", "prod"],
        ["30443", "TCP", "prod"],
        ["30053", "UDP", "test"],
        ["30443", "TCP", "test"],
    ]
    assert nplint("ports", "--free", "2").out == "prod: 30000, 30003\ntest: 30000, 30001\n"


@pytest.mark.parametrize(
    ("profile", "free"),
    [
        (Profile(), [30000, 30005, 30006]),
        (Profile(version=(1, 27, 0, 0)), [30000, 30005, 30006]),
        (Profile(version=(1, 28, 0, 0), node_port_range=PortRange(30000, 30511)), [30000, 30005, 30006]),
        (Profile(ledger={30000: "x", 30006: "y"}), [30005, 30007, 30008]),
        (Profile(type="standard", node_port_range=PortRange(20257, 32767)), [20258, 20259, 20260]),
        (Profile(type="kubernetes", node_port_range=PortRange(20257, 32767)), [20257, 20258, 20259]),
        (Profile(type="turbo", node_port_range=PortRange(28000, 30000)), [28000, 28003, 28004]),
    ],
)
def test_free_ports_collide_with_nothing(profile: Profile, free: list[int]) -> None:
    agent = AGENT.replace("spec: {", "spec: {hostNetwork: true, ")
    assert free_ports(cluster(f"{WEB}---\n{GATE}---\n{agent}", INNER, profile), 3) == free
    assert free_ports(cluster(WEB, f"{agent}---\n{GATE}", profile), 3) == free


@pytest.mark.parametrize(
    ("version", "high", "fits"),
    [
        ((1, 28, 0, 0), 32767, 86),
        ((1, 28, 0, 0), 30511, 16),
        ((1, 28, 0, 0), 34095, 128),
        ((1, 28, 0, 0), 40000, 128),
        ((1, 27, 9, 9), 30511, 512),
        (None, 30511, 512),
    ],
)
def test_free_ports_are_of_the_static_band_where_there_is_one(
    version: tuple[int, int, int, int] | None, high: int, fits: int
) -> None:
    one = cluster(profile=Profile(version=version, node_port_range=PortRange(30000, high)))
    assert free_ports(one, fits) == list(range(30000, 30000 + fits))
    with pytest.raises(NplintError, match=f"^only {fits} ports of 30000-{30000 + fits - 1} are free$"):
        free_ports(one, fits + 1)


@pytest.mark.parametrize(
    ("format", "out"),
    [
        ("text", "30000, 30001\n"),
        ("csv", "cluster,port\n,30000\n,30001\n"),
        ("markdown", "| cluster | port |\n| --- | --- |\n|  | 30000 |\n|  | 30001 |\n"),
    ],
)
def test_free_ports_in_each_format(nplint: "Nplint", format: str, out: str) -> None:
    write(web=WEB)
    assert nplint("ports", "--free", "2", "--format", format) == (0, out, "")


def test_free_ports_as_json(nplint: "Nplint") -> None:
    write(web=WEB)
    assert json.loads(nplint("ports", "--free", "1", "--format", "json").out) == [{"cluster": "", "free": [30000]}]


def test_hostile_clusters_of_free_ports() -> None:
    assert render_free({"a\x1b": [1]}, "text") == "a\\x1b: 1\n"
    assert render_free({"=a": [1]}, "csv") == "cluster,port\n'=a,1\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--free", "87", "--cluster-version", "1.30"], "error: only 85 ports of 30000-30085 are free\n"),
        (["--free", "2769"], "error: only 2766 ports of 30000-32767 are free\n"),
    ],
)
def test_too_few_free_ports_are_a_wrong_call(nplint: "Nplint", arguments: list[str], sentence: str) -> None:
    write(web=WEB)
    assert nplint("ports", *arguments) == (2, "", sentence)


def test_too_few_free_ports_name_the_cluster(nplint: "Nplint") -> None:
    write(web=WEB)
    Path(".nplint.yaml").write_text("clusters: {prod: {version: 1.30, ledger: {30000: x}}}\n")
    assert nplint("ports", "--free", "86").err == "error: only 84 ports of 30000-30085 are free in cluster prod\n"


@pytest.mark.parametrize("arguments", [["--free", "0"], ["--free", "x"], ["--format", "concise"], ["nowhere"]])
def test_a_wrong_call(nplint: "Nplint", arguments: list[str]) -> None:
    run = nplint("ports", *arguments)
    assert (run.code, run.out) == (2, "")


def test_the_format_of_findings_is_none_of_ports(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    write(web=WEB)
    Path(".nplint.yaml").write_text("format: concise\n")
    monkeypatch.setenv("NPLINT_FORMAT", "concise")
    assert nplint("ports").out == TEXT


def test_context_of_a_flag_is_listed(nplint: "Nplint") -> None:
    write(web=WEB)
    Path("state").write_text(GATE)
    assert [line[:5] for line in nplint("ports", "--context", "state").out.splitlines()[1:]] == [
        "30001",
        "30002",
        "30053",
        "30443",
    ]
