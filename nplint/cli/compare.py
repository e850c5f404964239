"""From what is compared with what to clusters before and after, and to what is new in them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import NamedTuple

from nplint import git, kustomize, sources
from nplint.cli import run
from nplint.cli.near import Neighbourhood, is_kustomization
from nplint.cli.options import Setting, limits
from nplint.cli.parting import Parting
from nplint.cli.plans import INDEX, WORK_TREE, Plan, Wanted
from nplint.cli.terminal import Watch, tell
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.document import Document
from nplint.engine import Judge
from nplint.errors import NplintError
from nplint.novelty import mark_known
from nplint.report import Report, joined
from nplint.revisions import Known, Snapshot
from nplint.view import View

BASE = "base"
"""What places before the change begin with."""


def compare(
    wanted: Wanted, options: dict[str, Setting], configuration: Config, judge: Judge, watch: Watch, *, is_local: bool
) -> tuple[Report, int]:
    """What is found in the revisions that are wanted, and how many files hold no manifest.

    `is_local` tells that it is known what in other files the rules look at, so that not all have to be read.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    reader = _Reader(wanted.view, options, configuration, watch)
    parting = Parting(wanted.view.paths, options, configuration)
    found = [_Comparison(wanted, plan, reader, parting, is_local=is_local).judged(judge) for plan in wanted.plans]
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

    def __init__(self, wanted: Wanted, plan: Plan, reader: "_Reader", parting: Parting, *, is_local: bool) -> None:
        self.wanted = wanted
        self.is_local = is_local
        self.plan = plan
        self.reader = reader
        self.parting = parting
        self.steering: tuple[Document, ...] = ()
        """The kustomizations of the repository, where only a part of it is looked at."""
        self.near: frozenset[str] = frozenset()

    @cached_property
    def changes(self) -> list[git.Change]:
        return self.wanted.changes(self.plan)

    def judged(self, judge: Judge) -> tuple[Report, int]:
        """What is found, and how many files hold no manifest.

        Where only what is new counts, a look at the files that have to do with the change is enough to know that there
        is nothing. Whatever it shows is found again among all files of its cluster.
        """
        if self.plan.told:
            tell(self.plan.told)
        paths = frozenset() if self.wanted.is_idle(self.plan, self.changes) else self._near()
        if paths is not None and not paths:
            return judge(()), 0
        report, without_manifest = self._judged_at(paths, judge)
        if paths is not None and (report.open or report.crashes):
            return self._judged_at(self._beside(report), judge)
        return report, without_manifest

    def _judged_at(self, paths: frozenset[str] | None, judge: Judge) -> tuple[Report, int]:
        """What is found in the files of some paths, or in all."""
        now, before = self.reader.read(self.plan, paths)
        return self._lint(now, before, judge), now.without_manifest

    def _near(self) -> frozenset[str] | None:
        """The paths of the files that the change has to do with; None where it may be any of them."""
        if not self.is_local or not self.wanted.is_narrow(self.plan):
            return None
        view, touched = self.wanted.view, self.wanted.touched(self.plan, self.changes)
        if any(map(view.is_above, touched)):
            return None
        held = frozenset(path for path in touched if view.holds(path))
        self.reader.derive(self.plan, self.changes)
        # What changed and what steers are read at once, since it takes git longer to start than to read them.
        now, before = self.reader.read(self.plan, held | self._steering_paths)
        self.steering = (*now.documents, *now.above)
        shown = frozenset(map(view.shown, held))
        changed = [[one for one in side.documents if one.source.path in shown] for side in (now, before)]
        near = Neighbourhood(self.snapshot, self.parting, held, changed[0], changed[1], self.steering)
        if not near.now and not near.before:
            return frozenset()
        is_all = near.search()
        self.steering, self.near = tuple(near.steering), held | self._steering_paths | near.found.keys()
        return self.near if is_all else None

    def _beside(self, report: Report) -> frozenset[str] | None:
        """The paths of the files that go to a cluster in which something is found; None where that may be any."""
        affected = {name for finding in report.open for name in finding.clusters or ("",)}
        if report.crashes or "" in affected:
            return None
        known, shown = kustomize.find(self.steering), self.snapshot.view.shown
        gone = {change.before for change in self.changes if change.before}
        return self.near.union(
            path
            for path in self.snapshot.entries.keys() | gone
            if shown(path) in known.patches or not affected.isdisjoint(self.parting.clusters_of(shown(path), known))
        )

    @cached_property
    def snapshot(self) -> Snapshot:
        return self.reader.snapshot(self.plan.now)

    @cached_property
    def _steering_paths(self) -> frozenset[str]:
        return frozenset(filter(is_kustomization, self.snapshot.entries))

    def _lint(self, now: _Found, before: _Found, judge: Judge) -> Report:
        clusters = self.parting.clusters(now.documents, now.above)
        if self.plan.compares:
            earlier = self.parting.clusters(before.documents, before.above)
            clusters = list(_paired(clusters, earlier, self._renamed(now, before)))
        if not self.wanted.new_only:
            return judge(clusters)
        clusters = [cluster for cluster in clusters if _differs(cluster)]
        report = judge(clusters)
        # Where nothing was found, there is nothing to ask the base for.
        bases = [cluster.before for cluster in clusters if cluster.before]
        return mark_known(report, judge(bases)) if report.findings and bases else report

    def _renamed(self, now: _Found, before: _Found) -> dict[str, str]:
        """The earlier paths of the files that were moved, by their present ones."""
        if self.plan.now == WORK_TREE:
            return _moved(now.documents, before.documents)
        shown = self.wanted.view.shown
        return {shown(new): shown(old) for old, new, _ in self.changes if old and new and old != new}


def _moved(now: Sequence[Document], before: Sequence[Document]) -> dict[str, str]:
    """The files of which a text vanished in one place and appeared in another, and in no third."""
    texts, earlier = ({one.source.path: one.source.text for one in side} for side in (now, before))
    gone, came = _by_text(earlier, texts), _by_text(texts, earlier)
    return {came[text][0]: paths[0] for text, paths in gone.items() if len(paths) == len(came.get(text, ())) == 1}


def _by_text(texts: Mapping[str, str], others: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, text in texts.items():
        if path not in others:
            found.setdefault(text, []).append(path)
    return found


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
        self.limits = limits(options)
        self.configuration = configuration
        self.known: Known = {}
        self.entries: dict[str, Mapping[str, git.Entry]] = {}
        self.links: dict[str, Mapping[str, str]] = {}

    def snapshot(self, revision: str, name: str | None = None, only: frozenset[str] | None = None) -> Snapshot:
        """The files of a commit or of the index, or some of them."""
        repository = self.view.repository
        if revision not in self.entries:
            self.entries[revision] = repository.staged() if revision == INDEX else repository.files(revision)
        view, watch = replace(self.view, only=only), partial(self.watch, "reading files")
        commit = None if revision == INDEX else revision
        entries = self.entries[revision]
        if revision not in self.links:
            # Worked out once, since there may be many thousands of files, and links among any of them.
            self.links[revision] = repository.targets(entries)
        links = self.links[revision]
        return Snapshot(view, entries, name, commit, self.known, watch=watch, limits=self.limits, links=links)

    def derive(self, plan: Plan, changes: Sequence[git.Change]) -> None:
        """Work out what was there before from what is there now, which takes less than to ask git for all of it."""
        if plan.before and plan.before not in self.entries:
            entries = dict(self.snapshot(plan.now).entries)
            for change in changes:
                entries.pop(change.now or "", None)
            self.entries[plan.before] = entries | {one.before: one.was for one in changes if one.before and one.was}

    def read(self, plan: Plan, only: frozenset[str] | None = None) -> tuple[_Found, _Found]:
        """What there is now and what there was before, at all paths or at some."""
        # Of one comparison after the other, no more than two sides are needed at a time.
        sides = (plan.before, plan.now)
        self.entries = {name: entries for name, entries in self.entries.items() if name in sides}
        self.links = {name: links for name, links in self.links.items() if name in sides}
        empty = Snapshot(replace(self.view, only=only), {}, BASE)
        base = self.snapshot(plan.before, BASE, only) if plan.before else empty
        if plan.now == WORK_TREE:
            now, before = self._work_tree(base)
        else:
            snapshot = self.snapshot(plan.now, None, only)
            base = replace(base, entries=self._with_deployed(plan, base.entries, snapshot.entries))
            found = snapshot.documents()
            now = _Found(found.documents, snapshot.kustomizations_above(), found.without_manifest)
            before = _Found(base.documents(snapshot).documents, base.kustomizations_above(snapshot))
        if only is None and not now.documents and not before.documents:
            self._nothing_found()
        return now, before

    def _with_deployed(
        self, plan: Plan, before: Mapping[str, git.Entry], now: Mapping[str, git.Entry]
    ) -> Mapping[str, git.Entry]:
        """What was before, where what a merge brings as it was deployed already counts as having been there."""
        for commit in plan.deployed:
            other = self.view.repository.files(commit)
            alike = {path for path in {*before, *now, *other} if now.get(path) == other.get(path)}
            taken = {path: entry for path, entry in now.items() if path in alike}
            before = {path: entry for path, entry in before.items() if path not in alike} | taken
        return before

    def _work_tree(self, base: Snapshot) -> tuple[_Found, _Found]:
        there = [path for path in self.view.paths if os.path.lexists(path)]
        now = sources.Inputs((), 0)
        if there or not self.view.paths:
            now = run.read(there, self.options, self.configuration, must_hold_manifests=False, watch=self.watch)
            now = self._without_other_repositories(now)
        above = sources.kustomizations_above(self.view.paths or (".",), self.limits)
        texts: dict[str, list[Document]] = {}
        for document in (*now.documents, *above):
            texts.setdefault(document.source.path, []).append(document)
        earlier = replace(base, entries=self._comparable(base.entries, now.names), texts=texts)
        before = _Found(earlier.documents().documents, earlier.kustomizations_above())
        return _Found(now.documents, above, now.without_manifest), before

    def _without_other_repositories(self, found: sources.Inputs) -> sources.Inputs:
        """Without what is in submodules and other clones, which this repository knows nothing of."""
        top = os.path.realpath(self.view.repository.top)
        foreign: dict[str, bool] = {}

        def is_foreign(folder: str) -> bool:
            if folder not in foreign:
                above = os.path.dirname(folder)
                foreign[folder] = folder not in (top, above) and (
                    os.path.lexists(os.path.join(folder, ".git")) or is_foreign(above)
                )
            return foreign[folder]

        documents = (
            one for one in found.documents if not is_foreign(os.path.dirname(os.path.abspath(one.source.path)))
        )
        return found._replace(documents=tuple(documents))

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
