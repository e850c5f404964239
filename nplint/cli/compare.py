"""From what is compared with what to clusters before and after, and to what is new in them."""

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import NamedTuple

from nplint import git, sources
from nplint.cli import run
from nplint.cli.options import Setting
from nplint.cli.parting import Parting
from nplint.cli.plans import INDEX, WORK_TREE, Plan, Wanted
from nplint.cli.terminal import Watch, tell
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.document import Document
from nplint.engine import Judge
from nplint.errors import NplintError
from nplint.filenames import KUSTOMIZATION_NAMES
from nplint.kinship import kinship
from nplint.report import Report, joined, mark_known
from nplint.revisions import Known, Snapshot
from nplint.view import View

BASE = "base"
"""What places before the change begin with."""


def compare(
    wanted: Wanted, options: dict[str, Setting], configuration: Config, judge: Judge, watch: Watch
) -> tuple[Report, int]:
    """What is found in the revisions that are wanted, and how many files hold no manifest.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    reader = _Reader(wanted.view, options, configuration, watch)
    parting = Parting(wanted.view.paths, options, configuration)
    found = [_Comparison(wanted, plan, reader, parting).judged(judge) for plan in wanted.plans]
    named = [(plan.commit, report) for plan, (report, _) in zip(wanted.plans, found, strict=True) if plan.commit]
    report, without_manifest = found[-1] if found else (judge(()), 0)
    return joined(named) if named else report, without_manifest


class _Found(NamedTuple):
    """The documents of one side, and the kustomizations in the folders above them."""

    documents: tuple[Document, ...] = ()
    above: tuple[Document, ...] = ()
    without_manifest: int = 0


class _Comparison:
    """One comparison that is wanted."""

    def __init__(self, wanted: Wanted, plan: Plan, reader: "_Reader", parting: Parting) -> None:
        self.wanted = wanted
        self.plan = plan
        self.reader = reader
        self.parting = parting

    @cached_property
    def changes(self) -> list[git.Change]:
        return self.wanted.changes(self.plan)

    def judged(self, judge: Judge) -> tuple[Report, int]:
        """What is found, and how many files hold no manifest.

        Where only what is new counts, a look at the files that have to do with the change is enough to know that there
        is nothing. Whatever it shows is found again among all files.
        """
        if self.plan.told:
            tell(self.plan.told)
        near = frozenset() if self.wanted.is_idle(self.plan, self.changes) else self._near
        if near is not None and not near:
            return judge(()), 0
        for paths in (near, None) if near else (None,):
            now, before = self.reader.read(self.plan, paths)
            report = self._lint(now, before, judge)
            if not report.open and not report.crashes:
                break
        return report, now.without_manifest

    @cached_property
    def _near(self) -> frozenset[str] | None:
        """The paths of the files that the change has to do with; None where it may be any of them."""
        touched = [path for change in self.changes for path in change if path]
        if not self.wanted.is_narrow(self.plan) or any(map(self.wanted.view.is_above, touched)):
            return None
        touched = [path for path in touched if self.wanted.view.holds(path)]
        now, before = self.reader.read(self.plan, frozenset(touched))
        documents = (*now.documents, *before.documents)
        is_kin = kinship(documents) if documents else None
        if is_kin is None:
            return None if documents else frozenset()
        snapshot = self.reader.snapshot(self.plan.now)
        steering = [path for path in snapshot.entries if posixpath.basename(path) in KUSTOMIZATION_NAMES]
        return snapshot.akin(is_kin).union(touched, steering)

    def _lint(self, now: _Found, before: _Found, judge: Judge) -> Report:
        clusters = self.parting.clusters(now.documents, now.above)
        if self.plan.compares:
            earlier = self.parting.clusters(before.documents, before.above)
            clusters = list(_paired(clusters, earlier, self._renamed))
        if not self.wanted.new_only:
            return judge(clusters)
        clusters = [cluster for cluster in clusters if _differs(cluster)]
        report = judge(clusters)
        # Where nothing was found, there is nothing to ask the base for.
        bases = [cluster.before for cluster in clusters if cluster.before]
        return mark_known(report, judge(bases)) if report.findings and bases else report

    @cached_property
    def _renamed(self) -> dict[str, str]:
        shown = self.wanted.view.shown
        return {shown(new): shown(old) for old, new in self.changes if old and new and old != new}


def _paired(now: Sequence[Cluster], before: Sequence[Cluster], renamed: Mapping[str, str]) -> Iterator[Cluster]:
    """Each cluster with what it was before; one that has nothing left, or had nothing yet, is empty."""
    earlier = {cluster.profile.name: cluster for cluster in before}
    for cluster in now:
        old = earlier.pop(cluster.profile.name, None) or replace(cluster, documents=(), context=())
        yield replace(cluster, before=old, renamed=renamed)
    for old in earlier.values():
        yield replace(old, documents=(), before=old, renamed=renamed)


def _differs(cluster: Cluster) -> bool:
    before = cluster.before
    if before is None:
        return True
    now, earlier = ((*one.documents, *one.context) for one in (cluster, before))
    return list(map(id, now)) != list(map(id, earlier))


class _Reader:
    """Reads both sides of comparisons; what they share is parsed once."""

    def __init__(self, view: View, options: dict[str, Setting], configuration: Config, watch: Watch) -> None:
        self.view = view
        self.watch = watch
        self.options = options
        self.configuration = configuration
        self.known: Known = {}
        self.entries: dict[str, Mapping[str, git.Entry]] = {}

    def snapshot(self, revision: str, name: str | None = None, only: frozenset[str] | None = None) -> Snapshot:
        """The files of a commit or of the index, or some of them."""
        repository = self.view.repository
        if revision not in self.entries:
            # More than the two sides of one comparison are never needed.
            self.entries = dict(list(self.entries.items())[-1:])
            self.entries[revision] = repository.staged() if revision == INDEX else repository.files(revision)
        view, watch = replace(self.view, only=only), partial(self.watch, "reading files")
        return Snapshot(view, self.entries[revision], name, self.known, watch=watch)

    def read(self, plan: Plan, only: frozenset[str] | None = None) -> tuple[_Found, _Found]:
        """What there is now and what there was before, at all paths or at some."""
        empty = Snapshot(replace(self.view, only=only), {}, BASE)
        base = self.snapshot(plan.before, BASE, only) if plan.before else empty
        if plan.now == WORK_TREE:
            now, before = self._work_tree(base)
        else:
            snapshot = self.snapshot(plan.now, None, only)
            found = snapshot.documents()
            now = _Found(found.documents, snapshot.kustomizations_above(), found.without_manifest)
            before = _Found(base.documents(snapshot).documents, base.kustomizations_above(snapshot))
        if only is None and not now.documents and not before.documents:
            self._nothing_found()
        return now, before

    def _work_tree(self, base: Snapshot) -> tuple[_Found, _Found]:
        there = [path for path in self.view.paths if os.path.lexists(path)]
        gone = [path for path in self.view.paths if path not in there]
        if gone and not any(map(View(self.view.repository, gone).holds, base.entries)):
            raise NplintError(f"no such file or folder, neither now nor before: {gone[0]}")
        now = sources.Inputs((), 0)
        if there or not self.view.paths:
            now = run.read(there, self.options, self.configuration, must_hold_manifests=False, watch=self.watch)
        above = sources.kustomizations_above(self.view.paths or (".",))
        texts: dict[str, list[Document]] = {}
        for document in (*now.documents, *above):
            texts.setdefault(document.source.path, []).append(document)
        earlier = replace(base, entries=self._comparable(base.entries, now.names), texts=texts)
        before = _Found(earlier.documents().documents, earlier.kustomizations_above())
        return _Found(now.documents, above, now.without_manifest), before

    def _comparable(self, entries: Mapping[str, git.Entry], seen: frozenset[str]) -> dict[str, git.Entry]:
        """Without files that are still there, but that no search comes to, such as those that git ignores."""
        left_out = self.view.repository.left_out()
        return {
            path: entry
            for path, entry in entries.items()
            for shown in [self.view.shown(path)]
            if not self.view.holds(path) or shown in seen or not (os.path.lexists(shown) or path in left_out)
        }

    def _nothing_found(self) -> None:
        if self.view.paths and not self.options["allow_no_manifests"].value:
            raise NplintError(
                f"no Kubernetes manifest in {', '.join(self.view.paths)}: name a file or folder that holds one"
            )
        run.nothing_to_lint(self.options["require_manifests"].value)
