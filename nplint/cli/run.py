"""From paths and settings to clusters: the configuration, the manifests, and which of them go together."""

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO, NamedTuple

from nplint import sources
from nplint.cli.options import Setting, limits
from nplint.cli.parting import Parting
from nplint.cli.terminal import Watch, standard_input, tell, unwatched
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.errors import NplintError


class Inputs(NamedTuple):
    """What a run works on."""

    clusters: tuple[Cluster, ...]
    without_manifest: int


def gather(
    paths: Sequence[str],
    options: dict[str, Setting],
    configuration: Config,
    stdin: BinaryIO | None = None,
    *,
    watch: Watch = unwatched,
) -> Inputs:
    """Read the manifests and part them into clusters.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    explicit = bool(paths) and not options["allow_no_manifests"].value
    found = read(paths, options, configuration, must_hold_manifests=explicit, stdin=stdin, watch=watch)
    if not found.documents:
        nothing_to_lint(options["require_manifests"].value)
    parting = Parting(paths, options, configuration)
    clusters = parting.clusters(found.documents, sources.kustomizations_above(paths or (".",), limits(options)))
    parting.tell_of_empty(clusters)
    return Inputs(tuple(clusters), found.without_manifest)


def read(
    paths: Sequence[str],
    options: dict[str, Setting],
    configuration: Config,
    *,
    must_hold_manifests: bool,
    stdin: BinaryIO | None = None,
    watch: Watch,
) -> sources.Inputs:
    """Read the manifests at the paths, as they are in the file system.

    Raises:
        NplintError: a path is missing, or holds no manifest although it must.
    """
    return sources.gather(
        paths or (".",),
        stdin or standard_input(),
        must_hold_manifests=must_hold_manifests,
        excluded=configuration.exclude.match if configuration.exclude else None,
        force_exclude=options["force_exclude"].value,
        limits=limits(options),
        watch=partial(watch, "reading files"),
    )


def tell_of_unread(clusters: Sequence[Cluster], so: str) -> None:
    """Warn of what could not be read or is not rendered yet, and what follows from that."""
    from nplint.output.excerpt import printable
    from nplint.spelling import few

    unread = {document.source.path for cluster in clusters for document in cluster.documents if not document.judged}
    if unread:
        tell(f"warning: not readable or not rendered, so {so}: {printable(few(sorted(unread)))}")


def nothing_to_lint(required: bool) -> None:
    """Say that there is nothing, or refuse to go on where there has to be something."""
    if required:
        raise NplintError("no Kubernetes manifest found: name the file or folder that holds one")
    tell("warning: no Kubernetes manifest found, so nothing was checked")
