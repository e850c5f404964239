"""The manifests of a commit or of the index, read from git's own store."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from nplint import git
from nplint.document import Defect, DefectKind, Document, Source, Span
from nplint.kinship import Kinship
from nplint.limits import DEFAULT, Limits, too_large
from nplint.reader import decode, read
from nplint.sources import Inputs
from nplint.view import View

Known = dict[tuple[str, str, str | None], tuple[Document, ...]]
"""What was read already, by path, blob and the name of the revision: what two revisions share is parsed once."""

Blob = tuple[str, bytes | None]
"""What git stores under an id, None where that is too large to be read."""

# A link may lead to a link, but not for ever.
_LONGEST_CHAIN = 8


class Kin(NamedTuple):
    """The paths of files that are kin, and whether any file of all may speak of node-level affinity."""

    paths: frozenset[str]
    has_local: bool


@dataclass(frozen=True)
class Snapshot:
    """The files of a repository at one time. `name` is what places in it begin with, None for what is judged."""

    view: View
    entries: Mapping[str, git.Entry]
    name: str | None = None
    known: Known = field(default_factory=dict)
    texts: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """Documents of the file system by shown path, to be taken over where the text is the same letter for letter."""
    watch: Callable[[Iterator[Blob]], Iterator[Blob]] = iter
    """Sees each blob before it is parsed."""
    limits: Limits = DEFAULT

    def documents(self, beside: "Snapshot | None" = None) -> Inputs:
        """The documents of the files that the view holds. What `beside` has alike is taken over from there."""
        return self._read([path for path in self.entries if self.view.holds(path)], beside)

    def akin(self, is_kin: Kinship) -> Kin:
        """The files that are kin, and those that are too large to tell."""
        paths: dict[str, list[str]] = {}
        for path in self.entries:
            if self.view.holds(path) and (id := self._blob(path)):
                paths.setdefault(id, []).append(path)
        found, has_local = set[str](), False
        for id, data in self.view.repository.blobs(paths, self.limits.file_size):
            has_local |= data is None or b"Local" in data or b"local" in data
            found.update(path for path in paths[id] if data is None or is_kin(self.view.shown(path), data))
        return Kin(frozenset(found), has_local)

    def kustomizations_above(self, beside: "Snapshot | None" = None) -> tuple[Document, ...]:
        """The kustomizations in the folders above what the view holds."""
        above = [path for path in self.entries if self.view.is_above(path) and not self.view.holds(path)]
        return self._read(above, beside).documents

    def _read(self, paths: Iterable[str], beside: "Snapshot | None") -> Inputs:
        keys = [
            (path, id, beside.name if beside and beside._blob(path) == id else self.name)
            for path in sorted(paths, key=lambda path: path.split("/"))
            if (id := self._blob(path))
        ]
        unknown: dict[str, list[tuple[str, str, str | None]]] = {}
        for key in keys:
            if key not in self.known:
                unknown.setdefault(key[1], []).append(key)
        for id, data in self.watch(self.view.repository.blobs(unknown, self.limits.file_size)) if unknown else ():
            for key in unknown[id]:
                shown = self.view.shown(key[0])
                self.known[key] = _parsed(shown, data, key[2], self.texts.get(shown, ()), self.limits)
        files = [self.known[key] for key in keys]
        return Inputs(tuple(one for documents in files for one in documents), sum(not documents for documents in files))

    def _blob(self, path: str) -> str:
        """The id of the blob that holds a file, also where a link leads to it; "" for a link that leads nowhere."""
        for _ in range(_LONGEST_CHAIN):
            entry = self.entries.get(path)
            if entry is None or entry.mode != git.LINK_MODE:
                return entry.id if entry else ""
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), self._targets.get(entry.id, "")))
        return ""

    @cached_property
    def _targets(self) -> dict[str, str]:
        """Where the links lead that a run may come across."""
        links = {entry.id: None for path, entry in self.entries.items() if entry.mode == git.LINK_MODE}
        return {id: os.fsdecode(data or b"") for id, data in self.view.repository.blobs(links, 4096)} if links else {}


def _parsed(
    path: str, data: bytes | None, revision: str | None, now: Sequence[Document], limits: Limits
) -> tuple[Document, ...]:
    """The documents of a file, those that there are now if they have the same text."""
    if data is None:
        defect = Defect(DefectKind.UNREADABLE, too_large(limits.file_size), Span(path, 1, 1, 1, 1, revision))
        return (Document(Source(path, "", revision), 0, 0, 0, None, (defect,)),)
    source = decode(path, data, revision, limits)
    same = now and (now[0].source.text, now[0].source.stray) == (source.text, source.stray)
    return tuple(now) if same else read(source)
