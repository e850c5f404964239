"""An input as a run of nplint sees it: the clusters that its files make, before and now, and the configuration."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import NamedTuple
from zlib import crc32

from fuzz.bundle import File, split
from nplint import config, declared
from nplint.check import Rule
from nplint.cli import compare
from nplint.cli.check import check
from nplint.cli.options import Setting
from nplint.cli.parting import Parting
from nplint.cli.rules import choose
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.document import Document
from nplint.errors import NplintError
from nplint.plugins import Plugins, load
from nplint.profile import KnownNode, PortRange, Profile
from nplint.reader import decode, read

_NODES = (
    KnownNode("node-1", "10.100.0.136", {"pool": "front"}),
    KnownNode("node-2", "10.100.0.5", {"pool": "back"}, ("dedicated=edge:NoSchedule",)),
)
PROFILES = (
    Profile(),
    Profile(type="standard", network="vpc", version=(1, 27, 0, 0), is_declared=True, nodes=_NODES),
    Profile(type="turbo", network="cloud-native-2.0", version=(1, 29, 13, 0), is_declared=True),
    Profile(type="autopilot", network="cloud-native-2.0", version=(1, 31, 0, 0), is_declared=True),
    Profile(type="standard", network="tunnel", proxy_mode="ipvs", node_port_range=PortRange(20106, 32767)),
    Profile(type="kubernetes", version=(1, 20, 0, 0), ip_families=("IPv4", "IPv6"), is_declared=True, nodes=_NODES),
)


class Case(NamedTuple):
    """What a run works on."""

    clusters: tuple[Cluster, ...]
    config: Config
    rules: tuple[Rule, ...]


def case(data: bytes) -> Case:
    """The case that an input makes, the same each time. Where it declares no cluster, its bytes choose one."""
    files = split(data)
    known = configuration(files)
    manifests = [file for file in files if file.path not in declared.NAMES]
    parting = Parting((), _options(), known)
    now = _documents(manifests, None)
    clusters = parting.clusters(now, ())
    profile = PROFILES[crc32(data) % len(PROFILES)]
    if not known.targets:
        clusters = [replace(cluster, profile=profile) for cluster in clusters]
    if any(file.revision for file in files):
        before = _documents(manifests, compare.BASE)
        earlier = parting.clusters(before, ())
        if not known.targets:
            earlier = [replace(each, profile=profile) for each in earlier]
        clusters = list(compare._paired(clusters, earlier, compare._moved(now, before)))
    return Case(tuple(clusters), known, _rules(known))


def _rules(known: Config) -> tuple[Rule, ...]:
    """The rules as the configuration has them; all of them, also those that are off, where it says nothing of them."""
    if known.severities:
        with suppress(NplintError):
            return tuple(choose(plugins(), (), (), known))
    return tuple(plugins().rules.values())


def configuration(files: Iterable[File]) -> Config:
    """The configuration, nothing where there is none or one that a run would not take."""
    for file in files:
        if file.path in declared.NAMES and not file.revision:
            with suppress(NplintError):
                found = config.read(decode(file.path, file.data), ".")
                # What else runs in a cluster is read from the file system, and there is nothing.
                targets = tuple(target._replace(context=declared.Patterns(".", ())) for target in found.targets)
                return found._replace(targets=targets)
    return Config(".")


@cache
def _options() -> dict[str, Setting]:
    given = check.make_context("check", []).params | {"allow_no_manifests": True}
    return {name: Setting(value, "default") for name, value in given.items()}


def _documents(files: Iterable[File], revision: str | None) -> list[Document]:
    chosen = [file for file in files if file.revision == revision]
    return [document for file in chosen for document in read(decode(file.path, file.data, revision))]


@cache
def plugins() -> Plugins:
    """The rules and formats that there are."""
    return load()
