"""From paths and settings to clusters: the configuration, the manifests, and which of them go together."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nplint import sources
from nplint.cli.options import Setting, limits
from nplint.cli.parting import Parting
from nplint.cli.terminal import Watch, standard_input, tell, unwatched
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.errors import NplintError
from nplint.reading import File, Reading, in_turn, with_help

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

Seen = Callable[[Iterator[File]], Iterator[File]]
"""Sees each file as it was loaded, before it is read."""


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
    seen: Seen = iter,
    reading: Reading = in_turn,
) -> Inputs:
    """Read the manifests and part them into clusters.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    explicit = bool(paths) and not options["allow_no_manifests"].value
    found = read(
        paths,
        options,
        configuration,
        must_hold_manifests=explicit,
        stdin=stdin,
        watch=watch,
        seen=seen,
        reading=reading,
    )
    if not found.documents:
        nothing_to_lint(options["require_manifests"].value)
    parting = Parting(paths, options, configuration)
    above = sources.kustomizations_above(paths or (".",), limits(options), seen)
    clusters = parting.clusters(found.documents, above)
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
    seen: Seen = iter,
    reading: Reading = in_turn,
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
        watch=lambda files: watch("reading files", seen(files)),
        reading=reading,
    )


WORTH = 1000
"""The files that a run reads at least where its answer is kept: fewer are sooner linted than looked up."""


def is_worth_keeping(paths: Sequence[str]) -> bool:
    """Whether the paths are folders with so many files that the answer of a run may be kept."""
    return all(map(os.path.isdir, paths)) and sources.may_hold(paths or (".",), WORTH)


# More would wait for the one process that all they read goes to.
_MOST_JOBS = 8


def reading(jobs: int) -> Reading:
    """Reads files with the help of so many processes, 0 for as many as there are processors."""
    jobs = jobs or min(_processors(), _MOST_JOBS)
    return in_turn if jobs == 1 else partial(with_help, staff=partial(_staff, jobs))


def _staff(jobs: int) -> "AbstractContextManager[Executor]":
    from nplint.cli.workers import staff

    return staff(jobs)


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
