"""The manifests of a commit or of the index, read from git's own store."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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


@dataclass(frozen=True)
class Snapshot:
    """The files of a repository at one time. `name` is what places in it begin with, None for what is judged."""

    view: View
    entries: Mapping[str, git.Entry]
    name: str | None = None
    commit: str | None = None
    """The commit that it is, None for the index."""
    known: Known = field(default_factory=dict)
    texts: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """Documents of the file system by shown path, to be taken over where the text is the same letter for letter."""
    watch: Callable[[Iterator[Blob]], Iterator[Blob]] = iter
    """Sees each blob before it is parsed."""
    limits: Limits = DEFAULT

    def documents(self, beside: "Snapshot | None" = None) -> Inputs:
        """The documents of the files that the view holds. What `beside` has alike is taken over from there."""
        only = self.entries if self.view.only is None else self.view.only
        return self._read([path for path in only if path in self.entries and self.view.holds(path)], beside)

    def akin(self, is_kin: Kinship) -> frozenset[str]:
        """The paths of the files that are kin, and of those that are too large to tell."""
        holding = None if is_kin.is_open else self.view.repository.holding(is_kin.words, self.commit)
        if holding is None:
            told = ((path, data is None or is_kin(self.view.shown(path), data)) for path, data in self._contents())
            return frozenset(path for path, is_one in told if is_one)
        found = holding | {path for path in self._links if self._end(path) in holding}
        if is_kin.known.roots:
            found |= {path for path in self.entries if is_kin.names(self.view.shown(path))}
        return frozenset(path for path in found if path in self.entries and self.view.holds(path))

    def mentions(self, words: Sequence[str]) -> bool:
        """Whether some of the words stand in any file, or may stand in one that is too large to tell."""
        holding = self.view.repository.holding(words, self.commit)
        if holding is not None:
            return bool(holding)
        return any(data is None or any(word.encode() in data for word in words) for _, data in self._contents())

    def _contents(self) -> Iterator[tuple[str, bytes | None]]:
        """Each file that the view holds with its content, None where that is too large to be read."""
        paths: dict[str, list[str]] = {}
        for path in self.entries:
            if self.view.holds(path) and (id := self._blob(path)):
                paths.setdefault(id, []).append(path)
        for id, data in self.view.repository.blobs(paths, self.limits.file_size):
            yield from ((path, data) for path in paths[id])

    def kustomizations_above(self, beside: "Snapshot | None" = None) -> tuple[Document, ...]:
        """The kustomizations in the folders above what the view holds."""
        above = [path for path in self.view.above if path in self.entries and not self.view.holds(path)]
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
        entry = self.entries.get(self._end(path))
        return entry.id if entry else ""

    def _end(self, path: str) -> str:
        """The file that a link leads to, and any other path as it is; "" for a link that leads nowhere."""
        for _ in range(_LONGEST_CHAIN):
            entry = self.entries.get(path)
            if entry is None or entry.mode != git.LINK_MODE:
                return path if entry else ""
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), self._targets.get(entry.id, "")))
        return ""

    @cached_property
    def _links(self) -> list[str]:
        return [path for path, entry in self.entries.items() if entry.mode == git.LINK_MODE]

    @cached_property
    def _targets(self) -> dict[str, str]:
        """Where the links lead that a run may come across."""
        links = {self.entries[path].id: None for path in self._links}
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
