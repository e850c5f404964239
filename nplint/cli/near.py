"""The files that a change has to do with, so that the others need not be read where only what is new counts."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nplint import kustomize
from nplint.cli.parting import Parting
from nplint.document import Document
from nplint.filenames import KUSTOMIZATION_NAMES
from nplint.kinship import Kinship, Place, add_workloads, kinship, peopled, selecting, veiled
from nplint.kustomize import Kustomizations
from nplint.revisions import Snapshot
from nplint.words import Words


def is_kustomization(path: str) -> bool:
    """Whether a file steers kustomize, by its name."""
    return path.endswith(KUSTOMIZATION_NAMES) and posixpath.basename(path) in KUSTOMIZATION_NAMES


@dataclass
class Neighbourhood:
    """What a change has to do with.

    `touched` are the paths that differ, `now` and `before` what they hold, `steering` the kustomizations of the
    repository.
    """

    snapshot: Snapshot
    parting: Parting
    touched: frozenset[str]
    now: Sequence[Document]
    before: Sequence[Document]
    steering: Sequence[Document]
    found: dict[str, tuple[Document, ...]] = field(default_factory=dict)
    """The documents of the other files that are near, by path."""
    known: Kustomizations = field(init=False)
    bare: frozenset[Place] = frozenset()
    """The namespaces that turned out to have no pods."""

    def __post_init__(self) -> None:
        self.known = kustomize.find((*self.steering, *self.now, *self.before))

    def search(self) -> bool:
        """Find them; whether they are all that matters."""
        spaces = veiled(self.now, self.before, self.known)
        while self._spread(spaces):
            open_spaces = self._settle() - spaces
            if not open_spaces:
                return True
            spaces |= open_spaces
        return False

    def _spread(self, spaces: frozenset[str]) -> bool:
        """Find what the change asks for, and what that asks for in turn; whether git can tell."""
        changed, context = (*self.now, *self.before), list(self.parting.contexts)
        beside: list[Document] = []
        while True:
            kin = kinship(changed, [*self._beside, *beside], self.steering, self.parting.port_ranges)
            if kin is None:
                return False
            kin.spaces |= spaces
            words = kin.words
            if words is None:
                return False
            self.known = kin.known
            answering = [one for one in context if kin.answers(one)]
            told = set(map(id, answering))
            context = [one for one in context if id(one) not in told]
            new = self._answering(kin, words)
            if not new and not answering:
                return True
            beside += answering
            self.found |= new
            self.steering = (*self.steering, *self._kustomizations(new))

    def _answering(self, kin: Kinship, words: Words) -> dict[str, tuple[Document, ...]]:
        """What has to do with the change, and was not found yet."""
        told = self.snapshot.telling(words, kin.known.renamed)
        found = {path: each for path, each in told.items() if any(map(kin.answers, each))}
        found |= self.snapshot.at(kin.brought)
        here = self._here()
        return {
            path: found[path]
            for path in found.keys() - self.found.keys() - self.touched
            if self._is_of(here, path, found[path])
        }

    @staticmethod
    def _kustomizations(files: Mapping[str, tuple[Document, ...]]) -> list[Document]:
        return [one for documents in files.values() for one in documents if kustomize.is_kustomization(one)]

    def _here(self) -> frozenset[str | None]:
        """The clusters that changed files go to."""
        shown = {document.source.path for document in (*self.now, *self.before)}
        return frozenset(cluster for path in shown for cluster in self._clusters_of(path))

    def _clusters_of(self, shown: str) -> frozenset[str | None]:
        return self.parting.clusters_of(shown, self.known)

    def _is_of(self, clusters: frozenset[str | None], path: str, documents: Sequence[Document]) -> bool:
        """Whether a file goes to some of these clusters."""
        shown = self.snapshot.view.shown(path)
        # Patches and kustomizations go to the clusters of what stands beside or below them.
        is_steering = shown in self.known.patches or any(map(kustomize.is_kustomization, documents))
        return is_steering or not clusters.isdisjoint(self._clusters_of(shown))

    @property
    def _beside(self) -> list[Document]:
        return [document for documents in self.found.values() for document in documents]

    def _settle(self) -> frozenset[str]:
        """Find pods in the namespaces of which the answer hangs on whether they have any.

        Returns the namespaces into which the change brings the first pods, or from which it takes the last ones: there
        every Service is judged otherwise.
        """
        known, beside = self.known, self._beside
        now, before = (peopled(side, known) for side in (self.now, self.before))
        others = peopled(beside, known)
        lacking = self._without(selecting((*self.now, *beside), known), now | others)
        turned = self._without(now, before | others) | self._without(before, now | others)
        unknown = (lacking | turned) - self.bare
        if unknown:
            self.bare |= self._look_for_pods(unknown)
        return frozenset(space for _, space in turned & self.bare)

    def _without(self, wanted: Iterable[Place], there: Iterable[Place]) -> frozenset[Place]:
        """The places of which no other place is in the same namespace of the same cluster."""
        taken = {(cluster, space) for path, space in there for cluster in self._clusters_of(path)}
        return frozenset(
            (path, space)
            for path, space in wanted
            if any((cluster, space) not in taken for cluster in self._clusters_of(path))
        )

    def _look_for_pods(self, wanted: frozenset[Place]) -> frozenset[Place]:
        """Look for pods in these namespaces, and tell which have none."""
        words = Words()
        add_workloads(words)
        folders = {posixpath.dirname(path) for path in self.touched}
        for files in self.snapshot.holding(words, folders):
            for path in files.keys() - self.touched:
                left = self._without(wanted, peopled(files[path], self.known))
                if left != wanted:
                    # One such file is enough.
                    self.found[path], wanted = files[path], left
            if not wanted:
                break
        return wanted
