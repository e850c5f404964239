"""A first configuration for a repository, made of what is found in it."""

import json
import re
from io import BytesIO
from pathlib import Path

from nplint import kustomize, sources
from nplint.cli.parting import goes_to
from nplint.cluster import Cluster
from nplint.declared import Patterns
from nplint.limits import DEFAULT, Limits
from nplint.resource import Service

# What people call the folders of their clusters.
_STAGES = ("prod", "production", "live", "staging", "stage", "preprod", "test", "qa", "dev", "development")
# And those of the folders that hold one folder for each cluster.
_OVERLAYS = ("overlays", "clusters", "environments", "envs")
# What YAML takes for something other than text.
_WORDS = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")

_HEAD = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/nplint/nplint/main/schemas/config.json
# What nplint needs to know to judge more than the text of a manifest. `nplint config show` tells what holds.

# A node port collides with the other ports of its cluster, and some rules hold on some clusters only.
clusters:
"""

_CLUSTER = """\
  {name}:
    # type: turbo                 # standard | turbo | autopilot | kubernetes
    # network: cloud-native-2.0   # vpc | tunnel | cloud-native-2.0
    # version: v1.29.13-r0        # as the cluster prints it
    # proxy-mode: ipvs            # iptables | ipvs
    # node-port-range: 30000-32767
    paths:
{paths}
    # context: [state/{name}-services.yaml]   # what else runs there: kubectl get svc -A -o yaml
"""

_LEDGER = """\
    # Node ports that are pinned on purpose, with the reason. These are pinned today:
    # ledger:
"""

_TAIL = """\

# rules: {source-ip-lost: warning, node-port-pinned: off}
# ignore:
#   - {rule: node-port-pinned, resource: shop/web, reason: "firewall rule FW-12", until: 2027-06-30}
# exclude: [vendor/**]
"""


def read(folder: Path, limits: Limits = DEFAULT) -> Cluster:
    """All that a folder holds, as if it were one cluster."""
    return Cluster(sources.gather([str(folder)], BytesIO(), must_hold_manifests=False, limits=limits).documents)


def begin(folder: Path, cluster: Cluster) -> str:
    """The text of a commented configuration for a folder and what it holds."""
    telling = [service.node.document for service in cluster.services]
    telling += [document for document in cluster.documents if kustomize.is_kustomization(document)]
    names = sorted({sources.inside(document.source.path, folder) for document in telling})
    parts, known = [_HEAD], cluster.kustomizations
    for name, paths in _clusters(names).items():
        lines = "\n".join(f"      - {_quoted(path)}" for path in paths)
        parts.append(_CLUSTER.format(name=_quoted(name), paths=lines))
        target = Patterns(str(folder.resolve()), tuple(paths))
        members = [one for one in cluster.services if goes_to(target, one.node.document.source.path, known)]
        parts.append(_ledger(members))
    return "".join([*parts, _TAIL])


def _clusters(names: list[str]) -> dict[str, list[str]]:
    """Clusters by the folders that are a stage; one for everything where no folder is."""
    found: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")[:-1]
        stage = next((index for index in range(len(parts)) if _is_stage(parts, index)), None)
        if stage is not None:
            pattern = re.sub(r"([\\*?\[\]!# ])", r"\\\1", "/".join(parts[: stage + 1])) + "/**"
            # A byte that is no UTF-8 cannot be written in a configuration.
            pattern = re.sub("[\udc80-\udcff]", "?", pattern)
            patterns = found.setdefault(re.sub(r"[^\w.-]+", "-", parts[stage].lower()), [])
            patterns += [] if pattern in patterns else [pattern]
    return dict(sorted(found.items())) or {"main": ["**"]}


def _is_stage(parts: list[str], index: int) -> bool:
    """Whether a folder is called like a stage, or stands where overlays do."""
    return parts[index].lower() in _STAGES or (index > 0 and parts[index - 1].lower() in _OVERLAYS)


def _quoted(text: str) -> str:
    """A text for YAML, in quotes where it could be read as something else."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*(\*\*)?", text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text)


def _ledger(services: list[Service]) -> str:
    pinned = sorted({(number, service.title) for service in services for number, _ in service.claimed_ports()})
    lines = [f"    #   {number}: {json.dumps(title)}\n" for number, title in pinned]
    return _LEDGER + "".join(lines) if lines else ""
