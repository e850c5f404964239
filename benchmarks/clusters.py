"""Whether the rules take time in proportion to the cluster: `python benchmarks/clusters.py` prints tables."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from time import process_time

from nplint import plugins
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.profile import KnownNode, PortRange, Profile
from nplint.reader import decode, read

SIZES = (5_000, 10_000, 20_000)
AUDITED = (1_250, 2_500, 5_000)
"""The numbers of Services for the rules about clients, with four workloads to each."""
SUSPICIOUS = 3.0
"""A step whose time grows this much with each doubling, on the average, is called quadratic; linear is about 2."""

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


def table(sizes: Sequence[int], make: Callable[[int], list[Document]], rules: Sequence[Rule]) -> list[str]:
    """Print what each step takes on clusters of growing sizes; the steps that look quadratic."""
    runs = [measure(make(size), rules) for size in sizes]
    width = max(map(len, runs[0]))
    heads = [f"{size:>8,}" for size in sizes] + [f"x{after // before:<5}" for before, after in pairwise(sizes)]
    lines = [f"{'seconds':<{width}}  {'  '.join(heads)}"]
    suspects = []
    for name in runs[0]:
        times = [run[name] for run in runs]
        ratios = [after / before for before, after in pairwise(times)]
        suspects += [name] if times[-1] > 0.05 and times[-1] / times[0] > SUSPICIOUS ** len(ratios) else []
        cells = [f"{seconds:>8.3f}" for seconds in times] + [f"{ratio:<6.2f}" for ratio in ratios]
        lines.append(f"{name:<{width}}  {'  '.join(cells)}".rstrip())
    sys.stdout.write("\n".join([*lines, "", ""]))
    return suspects


def main() -> int:
    """Print the tables; 1 where a step looks quadratic."""
    gc.disable()
    rules = plugins.load().rules
    measure(documents(100), list(rules.values()))
    audit = [rules["hairpin-unreachable"], rules["node-without-endpoint-dialed"]]
    suspects = table(SIZES, documents, list(rules.values())) + table(AUDITED, clients, audit)
    sys.stdout.write(f"quadratic: {', '.join(suspects)}\n" if suspects else "nothing is quadratic\n")
    return int(bool(suspects))


if __name__ == "__main__":
    sys.exit(main())
