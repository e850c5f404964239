"""Whether the rules take time in proportion to the cluster: `python benchmarks/clusters.py` prints a table."""

import gc
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from time import perf_counter

from nplint import plugins
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import Document
from nplint.profile import PortRange, Profile
from nplint.reader import decode, read

SIZES = (5_000, 10_000, 20_000)
SUSPICIOUS = 3.0
"""A step whose time grows this much with each doubling, on the average, is called quadratic; linear is about 2."""

_PROFILE = Profile(
    name="large", type="standard", network="vpc", version=(1, 30, 0, 0), node_port_range=PortRange(20106, 32767)
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


def documents(size: int) -> list[Document]:
    """Services and as many workloads in twenty namespaces, a file for each pair."""
    texts = (
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
    return [one for number, text in enumerate(texts) for one in read(decode(f"{number}.yaml", text.encode()))]


def measure(size: int, rules: Sequence[Rule]) -> dict[str, float]:
    """Seconds for each step on a cluster of this many Services and workloads."""
    times: dict[str, float] = {}

    def timed(name: str, step: Callable[[], object]) -> None:
        start = perf_counter()
        step()
        times[name] = perf_counter() - start

    found = documents(size)
    cluster = Cluster(found, _PROFILE)
    timed("index", lambda: (cluster.services, cluster.workloads, [cluster.backends(one) for one in cluster.services]))
    for rule in rules:
        timed(rule.name, partial(_run, rule, cluster))
    times["all"] = sum(times.values())
    return times


def _run(rule: Rule, cluster: Cluster) -> int:
    return sum(1 for _ in rule.check(cluster))


def main() -> int:
    """Print the table; 1 where a step looks quadratic."""
    gc.disable()
    rules = list(plugins.load().rules.values())
    measure(100, rules)
    runs = [measure(size, rules) for size in SIZES]
    width = max(map(len, runs[0]))
    heads = [f"{size:>8,}" for size in SIZES] + [f"x{after // before:<5}" for before, after in pairwise(SIZES)]
    lines = [f"{'seconds':<{width}}  {'  '.join(heads)}"]
    suspects = []
    for name in runs[0]:
        times = [run[name] for run in runs]
        ratios = [after / before for before, after in pairwise(times)]
        suspects += [name] if times[-1] > 0.05 and times[-1] / times[0] > SUSPICIOUS ** len(ratios) else []
        cells = [f"{seconds:>8.3f}" for seconds in times] + [f"{ratio:<6.2f}" for ratio in ratios]
        lines.append(f"{name:<{width}}  {'  '.join(cells)}".rstrip())
    verdict = f"quadratic: {', '.join(suspects)}" if suspects else "nothing is quadratic"
    sys.stdout.write("\n".join([*lines, verdict, ""]))
    return int(bool(suspects))


if __name__ == "__main__":
    sys.exit(main())
