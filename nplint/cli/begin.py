"""A first configuration for a repository, made of what is found in it."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from nplint import sources
from nplint.cluster import Cluster
from nplint.declared import Patterns
from nplint.resource import Service

# What people call the folders of their clusters.
_STAGES = ("prod", "production", "live", "staging", "stage", "preprod", "test", "qa", "dev", "development")

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


def begin(folder: Path) -> str:
    """The text of a commented configuration for a folder."""
    found = sources.gather([str(folder)], BytesIO(), must_hold_manifests=False)
    services = Cluster(found.documents).services
    names = sorted({sources.inside(service.node.document.source.path, folder) for service in services})
    parts = [_HEAD]
    for name, paths in _clusters(names).items():
        lines = "\n".join(f"      - {path}" for path in paths)
        parts.append(_CLUSTER.format(name=name, paths=lines))
        parts.append(_ledger([one for one in services if _belongs(one, folder, paths)]))
    return "".join([*parts, _TAIL])


def _belongs(service: Service, folder: Path, paths: Iterable[str]) -> bool:
    return Patterns(str(folder.resolve()), tuple(paths)).match(service.node.document.source.path)


def _clusters(names: list[str]) -> dict[str, list[str]]:
    """Clusters by the folders that bear the name of a stage; one for everything where no folder does."""
    found: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")[:-1]
        stage = next((index for index, part in enumerate(parts) if part.lower() in _STAGES), None)
        if stage is not None:
            pattern = "/".join(parts[: stage + 1]) + "/**"
            patterns = found.setdefault(parts[stage].lower(), [])
            patterns += [] if pattern in patterns else [pattern]
    return dict(sorted(found.items())) or {"main": ['"**"']}


def _ledger(services: list[Service]) -> str:
    pinned = sorted({(number, service.title) for service in services for number, _ in service.claimed_ports()})
    lines = [f'    #   {number}: "{title}"\n' for number, title in pinned if title.isprintable()]
    return _LEDGER + "".join(lines) if lines else ""
