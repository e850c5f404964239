"""Whether the rules take time in proportion to the cluster."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from time import process_time
from typing import Any

from nplint import plugins
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.profile import KnownNode, PortRange, Profile
from nplint.reader import decode, read

AUDIT = ("hairpin-unreachable", "node-without-endpoint-dialed")
"""The rules about clients, which are measured once more with many of those."""

SUSPICIOUS = 3.0
"""A step whose time grows this much with each doubling, on the average, is called quadratic; linear is about 2."""

_ROUNDS = 3

_NODES = tuple(KnownNode(f"node-{number}", f"10.0.0.{number}", {"pool": f"{number % 10}"}) for number in range(50))
_PROFILE = Profile(
    name="large",
    type="standard",
    network="vpc",
    version=(1, 30, 0, 0),
    node_port_range=PortRange(20106, 32767),
    nodes=_NODES,
)
# Every tenth Service has the port of another, selects nothing or names a port that is not there.
_PAIR = """\
apiVersion: v1
kind: Service
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {{app: web-{selected}, tier: front}}
  ports: [{{port: 80, targetPort: {target}, nodePort: {port}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  selector: {{matchLabels: {{app: web-{number}, tier: front}}}}
  template:
    metadata: {{labels: {{app: web-{number}, tier: front}}}}
    spec: {{containers: [{{name: web, image: web, ports: [{{name: http, containerPort: 80, hostPort: {host}}}]}}]}}
"""
_CLIENT = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {kind}-{number}, namespace: team-{team}}}
spec:
  template:
    metadata: {{labels: {{app: {kind}-{number}, tier: back}}}}
    spec:
      nodeSelector: {{pool: "{pool}"}}
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: {{matchExpressions: [{{key: app, operator: In, values: [web-{number}]}}]}}
      volumes: [{{name: settings, configMap: {{name: shared}}}}]
      containers:
        - name: client
          image: client
          volumeMounts: [{{name: settings, mountPath: /etc/settings}}]
          envFrom: [{{configMapRef: {{name: shared}}}}]
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {{name: TARGET, value: "http://{host}:{port}"}}
"""
_HOSTS = {"own": "$(NODE_IP)", "declared": "10.0.0.7", "named": "web"}
_SHARED = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: shared, namespace: team-{team}}}
data: {{settings: "{settings}"}}
"""


def documents(size: int) -> list[Document]:
    """Services and as many workloads in twenty namespaces, a file for each pair."""
    return _read(_pairs(size))


def clients(size: int) -> list[Document]:
    """Services with four workloads each, three of which mount one large ConfigMap and seem to dial the Service."""
    shared = [_SHARED.format(team=team, settings="port 99 is free, " * 1_000) for team in range(20)]
    others = (
        "".join(
            _CLIENT.format(kind=kind, number=number, team=number % 20, host=host, port=20106 + number, pool=number % 10)
            for kind, host in _HOSTS.items()
        )
        for number in range(size)
    )
    return _read([*shared, *(pair + other for pair, other in zip(_pairs(size), others, strict=True))])


def _read(texts: Iterable[str]) -> list[Document]:
    return [one for number, text in enumerate(texts) for one in read(decode(f"{number}.yaml", text.encode()))]


def _pairs(size: int) -> Iterator[str]:
    return (
        _PAIR.format(
            number=number,
            team=number % 20,
            selected="none" if number % 10 == 1 else number,
            target="htp" if number % 10 == 2 else "http",
            port=20106 + number % 12_000,
            host=20106 + number % 9_000,
        )
        for number in range(size)
    )


def measure(found: Sequence[Document], rules: Sequence[Rule]) -> dict[str, float]:
    """Seconds for each step on a cluster of these manifests."""
    times: dict[str, float] = {}

    def timed(name: str, step: Callable[[], object]) -> None:
        start = process_time()
        step()
        times[name] = process_time() - start

    cluster = Cluster(found, _PROFILE)
    timed("index", lambda: (cluster.services, cluster.workloads, [cluster.backends(one) for one in cluster.services]))
    for rule in rules:
        timed(rule.name, partial(_run, rule, cluster))
    times["all"] = sum(times.values())
    return times


def _run(rule: Rule, cluster: Cluster) -> int:
    return sum(1 for _ in rule.check(cluster))


def growth(largest: int) -> dict[str, Any]:
    """What each step takes as a cluster doubles twice, up to so many Services, and the steps that look quadratic.

    The rules about clients are measured with a quarter of the Services and four workloads to each.
    """
    rules = plugins.load().rules
    # As in a run of nplint.
    gc.disable()
    try:
        return _growth(largest, rules)
    finally:
        gc.enable()


def _growth(largest: int, rules: Mapping[str, Rule]) -> dict[str, Any]:
    # What is loaded late shall not count against the smallest cluster.
    measure(documents(100), list(rules.values()))
    steps = _steps(largest, documents, list(rules.values()))
    audit = _steps(largest // 4, clients, [rules[name] for name in AUDIT])
    steep = {step["step"] for step in (*steps, *audit) if is_steep(step)}
    return {"steps": steps, "steps with clients": audit, "quadratic": sorted(steep)}


def _steps(largest: int, make: Callable[[int], list[Document]], rules: Sequence[Rule]) -> list[dict[str, Any]]:
    sizes = (largest // 4, largest // 2, largest)
    runs = [_least(make(size), rules) for size in sizes]
    return [{"step": name, "services": sizes, "seconds": [run[name] for run in runs]} for name in runs[0]]


def _least(documents: list[Document], rules: Sequence[Rule]) -> dict[str, float]:
    """The least that each step takes in several runs, which other programs disturb the least."""
    runs = [measure(documents, rules) for _ in range(_ROUNDS)]
    return {name: min(run[name] for run in runs) for name in runs[0]}


def is_steep(step: dict[str, Any]) -> bool:
    times: list[float] = step["seconds"]
    return times[-1] > 0.05 and times[-1] / times[0] > SUSPICIOUS ** (len(times) - 1)
