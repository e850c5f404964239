"""How far a run looked: what it did not find may be absent, or out of its sight."""

from collections.abc import Collection
from functools import cached_property

from nplint.check import Rule
from nplint.document import Document
from nplint.node import Node
from nplint.profile import Applies
from nplint.report import Report, RuleRun

# What these find wrong with a value keeps other rules from reading it.
_VEILING = ("wrong-type", "invalid-service")


class Extent:
    """What the rules of a run have looked at. A `whole` run has left no manifest of its project out."""

    def __init__(self, report: Report, *, whole: bool) -> None:
        self.report = report
        self.whole = whole

    def settles(self, rule: str, clusters: Collection[str | None], paths: Collection[str]) -> bool:
        """Whether what a rule has not found in these files of these clusters is surely not there.

        It is not sure where the rule was not asked, failed, waits for a fact about the cluster, could not decide, or
        hangs on files that were left out; nor in what could not be read or is a template.
        """
        runs = [run for cluster in clusters for run in self._runs.get((rule, cluster), ())]
        return (
            any(run.ran for run, _ in runs)
            and all(self._is_sure(run) and unjudged.isdisjoint(paths) for run, unjudged in runs)
            and not any(self._is_veiled_for(run.rule, run.cluster, paths) for run, _ in runs if paths)
        )

    def _is_veiled_for(self, rule: Rule, cluster: str | None, paths: Collection[str]) -> bool:
        """Whether a rule may be blind to something in these files, or in another one that its finding hangs on."""
        paths = self._paths_of.get(cluster, ()) if rule.neighbours else paths
        return any(self.is_veiled(other) or (other in self._refused and rule.name not in _VEILING) for other in paths)

    @cached_property
    def _paths_of(self) -> dict[str | None, list[str]]:
        paths: dict[str | None, list[str]] = {}
        for path, clusters in self.clusters.items():
            for cluster in clusters:
                paths.setdefault(cluster, []).append(path)
        return paths

    @cached_property
    def _refused(self) -> frozenset[str]:
        """The files with values that no rule but those about values makes sense of, until they are mended."""
        return frozenset(finding.span.file for finding in self.report.findings if finding.rule in _VEILING)

    def _is_sure(self, run: RuleRun) -> bool:
        return not run.error and run.verdict.applies is not Applies.UNKNOWN and self._sees_enough_for(run.rule)

    def _sees_enough_for(self, rule: Rule) -> bool:
        # What a rule about changes finds, hangs on what a run compares with.
        return (self.whole or not rule.neighbours) and not rule.is_about_changes

    @cached_property
    def _runs(self) -> dict[tuple[str, str | None], list[tuple[RuleRun, frozenset[str]]]]:
        """The runs of each rule on each cluster, with the files in which something was not decided."""
        runs: dict[tuple[str, str | None], list[tuple[RuleRun, frozenset[str]]]] = {}
        for run in self.report.runs:
            unjudged = frozenset(thing.at.document.source.path for thing in run.unjudged)
            runs.setdefault((run.rule.name, run.cluster), []).append((run, unjudged))
        return runs

    @cached_property
    def clusters(self) -> dict[str, tuple[str | None, ...]]:
        """The names of the clusters that each file goes to, by its path."""
        clusters: dict[str, tuple[str | None, ...]] = {}
        for cluster in self.report.clusters:
            # Nearly all files go to one cluster.
            alone = (cluster.profile.name,)
            for document in cluster.documents:
                known = clusters.setdefault(document.source.path, alone)
                if alone[0] not in known:
                    clusters[document.source.path] = (*known, *alone)
        return clusters

    @cached_property
    def documents(self) -> dict[str, list[Document]]:
        """The documents of each file, by its path."""
        documents: dict[str, dict[int, Document]] = {}
        for cluster in self.report.clusters:
            for document in (*cluster.documents, *cluster.context):
                if document.source.revision is None:
                    documents.setdefault(document.source.path, {})[document.start] = document
        return {path: [each[start] for start in sorted(each)] for path, each in documents.items()}

    def is_veiled(self, path: str) -> bool:
        """Whether something in a file could not be read, or is not rendered yet."""
        if path not in self._veiled:
            self._veiled[path] = any(
                not document.judged or any(Node(document, value=document.value).placeholders())
                for document in self.documents.get(path, ())
            )
        return self._veiled[path]

    @cached_property
    def _veiled(self) -> dict[str, bool]:
        return {}
