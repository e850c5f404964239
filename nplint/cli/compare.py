"""From what is compared with what to clusters before and after, and to what is new in them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from nplint import git, sources
from nplint.check import Rule
from nplint.cli import run
from nplint.cli.options import Setting
from nplint.cli.parting import Parting
from nplint.cli.plans import INDEX, WORK_TREE, Plan, Wanted
from nplint.cli.terminal import tell
from nplint.cluster import Cluster
from nplint.declared import Config
from nplint.document import Document
from nplint.engine import lint_clusters
from nplint.errors import NplintError
from nplint.report import Report, joined, mark_known
from nplint.revisions import Known, Snapshot
from nplint.view import View

BASE = "base"
"""What places before the change begin with."""


class Step(NamedTuple):
    """One comparison: clusters with what they were before, and how many files hold no manifest."""

    clusters: tuple[Cluster, ...]
    without_manifest: int = 0


class _Found(NamedTuple):
    documents: tuple[Document, ...] = ()
    above: tuple[Document, ...] = ()
    without_manifest: int = 0


def compare(
    wanted: Wanted, options: dict[str, Setting], configuration: Config, rules: Sequence[Rule]
) -> tuple[Report, int]:
    """What the rules find in the revisions that are wanted, and how many files hold no manifest.

    Raises:
        NplintError: a path is missing or holds no manifest, or no cluster can be like that.
    """
    comparison = _Comparison(wanted, options, configuration)
    named: list[tuple[str, Report]] = []
    step = Step(())
    report = Report((), (), ())
    for plan in wanted.plans:
        if plan.told:
            tell(plan.told)
        step = comparison.step(plan)
        report = lint_clusters(step.clusters, rules)
        report = _marked(report, rules) if wanted.new_only else report
        named += [(plan.commit, report)] if plan.commit else []
    return joined(named) if named else report, step.without_manifest


def _marked(report: Report, rules: Sequence[Rule]) -> Report:
    """The report with what is not new marked; where nothing was found, there is nothing to ask the base for."""
    before = [cluster.before for cluster in report.clusters if cluster.before]
    return mark_known(report, lint_clusters(before, rules)) if report.findings and before else report


class _Comparison:
    def __init__(self, wanted: Wanted, options: dict[str, Setting], configuration: Config) -> None:
        self.wanted = wanted
        self.view = wanted.view
        self.options = options
        self.configuration = configuration
        self.parting = Parting(wanted.view.paths, options, configuration)
        self.known: Known = {}

    def step(self, plan: Plan) -> Step:
        changes = self.wanted.changes(plan)
        if self.wanted.is_idle(plan, changes):
            return Step(())
        now, before = self._read(plan)
        if not now.documents and not before.documents:
            self._nothing_found()
        clusters = self.parting.clusters(now.documents, now.above)
        if plan.compares:
            earlier = self.parting.clusters(before.documents, before.above)
            renamed = {self.view.shown(new): self.view.shown(old) for old, new in changes if old and new and old != new}
            clusters = list(_paired(clusters, earlier, renamed))
            if self.wanted.new_only:
                clusters = [cluster for cluster in clusters if _differs(cluster)]
        return Step(tuple(clusters), now.without_manifest)

    def _read(self, plan: Plan) -> tuple[_Found, _Found]:
        repository = self.view.repository
        entries = repository.files(plan.before) if plan.before else {}
        base = Snapshot(self.view, entries, BASE, self.known)
        if plan.now == WORK_TREE:
            return self._read_work_tree(base)
        entries = repository.staged() if plan.now == INDEX else repository.files(plan.now)
        now = Snapshot(self.view, entries, None, self.known)
        found, above = now.documents(), now.kustomizations_above()
        before = base.documents(now).documents if plan.compares else ()
        return (
            _Found(found.documents, above, found.without_manifest),
            _Found(before, base.kustomizations_above(now) if plan.compares else ()),
        )

    def _read_work_tree(self, base: Snapshot) -> tuple[_Found, _Found]:
        there = [path for path in self.view.paths if os.path.lexists(path)]
        gone = [path for path in self.view.paths if path not in there]
        if gone and not any(map(View(self.view.repository, gone).holds, base.entries)):
            raise NplintError(f"no such file or folder, neither now nor before: {gone[0]}")
        now = sources.Inputs((), 0)
        if there or not self.view.paths:
            now = run.read(there, self.options, self.configuration, must_hold_manifests=False)
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


def _paired(now: Sequence[Cluster], before: Sequence[Cluster], renamed: Mapping[str, str]) -> Iterator[Cluster]:
    """Each cluster with what it was before; one that has nothing left, or had nothing yet, is empty."""
    earlier = {cluster.profile.name: cluster for cluster in before}
    for cluster in now:
        old = earlier.pop(cluster.profile.name, None) or replace(cluster, documents=(), context=())
        yield replace(cluster, before=old, renamed=renamed)
    for old in earlier.values():
        yield replace(old, documents=(), before=old, renamed=renamed)


def _differs(cluster: Cluster) -> bool:
    before = cluster.before or cluster
    now, earlier = ((*one.documents, *one.context) for one in (cluster, before))
    return list(map(id, now)) != list(map(id, earlier))
