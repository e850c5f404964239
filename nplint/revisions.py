"""The manifests of a commit or of the index, read from git's own store."""

import posixpath
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nplint import git
from nplint.document import Defect, DefectKind, Document, Source, Span
from nplint.limits import DEFAULT, Limits, too_large
from nplint.reader import decode, read
from nplint.sources import Inputs
from nplint.view import View
from nplint.words import Words

Known = dict[tuple[str, str, str | None], tuple[Document, ...]]
"""What was read already, by path, blob and the name of the revision: what two revisions share is parsed once."""

_FEW = 16

Blob = tuple[str, bytes | None]
"""What git stores under an id, None where that is too large to be read."""


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
    links: Mapping[str, str] = field(default_factory=dict)
    """Where its links lead."""
    sought: dict[str, frozenset[str]] = field(default_factory=dict)
    """The files that were told to hold a pattern, or another that was looked for with it."""

    def documents(self, beside: "Snapshot | None" = None) -> Inputs:
        """The documents of the files that the view holds. What `beside` has alike is taken over from there."""
        only = self.entries if self.view.only is None else self.view.only
        return self._read([path for path in only if path in self.entries and self.view.holds(path)], beside)

    def telling(self, words: Words, renamed: Container[str]) -> dict[str, tuple[Document, ...]]:
        """The documents of the files that hold some words, and of those that are shown with some paths, by path."""
        # Only what git tells from lines is worth to be read, and only what the bytes tell to be parsed.
        return self._by_path(self._likely(words), words) | self.at(renamed)

    def at(self, shown: Container[str]) -> dict[str, tuple[Document, ...]]:
        """The documents of the files that are shown with some paths, by path."""
        return self._by_path(self._at(shown)) if shown else {}

    def _at(self, shown: Container[str]) -> Iterator[str]:
        """The paths of files by the paths that they are shown with."""
        return self._held(path for path in self.entries if self.view.shown(path) in shown)

    def _likely(self, words: Words) -> set[str]:
        """The paths of the files that hold some words, as far as git can tell; it is asked once for each."""
        new = words.patterns - self.sought.keys()
        found = self.view.repository.holding(new, self.commit) if new else frozenset()
        holding = self.entries.keys() if found is None else found
        self.sought.update(dict.fromkeys(new, frozenset(self._held(self._with_links(holding)))))
        return {path for pattern in words.patterns for path in self.sought[pattern]}

    def _with_links(self, paths: Collection[str]) -> Collection[str]:
        return {*paths, *(link for link in self.links if self._end(link) in paths)} if self.links else paths

    def _held(self, paths: Iterable[str]) -> Iterator[str]:
        return (path for path in paths if path in self.entries and self.view.holds(path))

    def holding(self, words: Words, first: Container[str]) -> Iterator[dict[str, tuple[Document, ...]]]:
        """The documents of the files that hold some words, a few files at a time; those in some folders come first."""
        likely = sorted(self._likely(words), key=lambda path: (posixpath.dirname(path) not in first, path))
        start, size = 0, _FEW
        while start < len(likely):
            yield self._by_path(likely[start : start + size], words)
            start, size = start + size, size * 4

    def _by_path(self, paths: Iterable[str], words: Words | None = None) -> dict[str, tuple[Document, ...]]:
        """The documents of files by path; of those that hold some words, if there are any given."""
        paths = list(paths)
        found: dict[str, list[Document]] = {}
        for document in self._read(paths, None, words.stand_in if words else None).documents:
            found.setdefault(document.source.path, []).append(document)
        return {path: tuple(found[shown]) for path in paths if (shown := self.view.shown(path)) in found}

    def kustomizations_above(self, beside: "Snapshot | None" = None) -> tuple[Document, ...]:
        """The kustomizations in the folders above what the view holds."""
        above = [path for path in self.view.above if path in self.entries and not self.view.holds(path)]
        return self._read(above, beside).documents

    def _read(
        self, paths: Iterable[str], beside: "Snapshot | None", is_worth: Callable[[bytes], bool] | None = None
    ) -> Inputs:
        """The documents of files, less those whose bytes tell that they are not worth to be parsed."""
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
            if is_worth and data is not None and not is_worth(data):
                continue
            for key in unknown[id]:
                shown = self.view.shown(key[0])
                self.known[key] = _parsed(shown, data, key[2], self.texts.get(shown, ()), self.limits)
        files = [self.known[key] for key in keys if not is_worth or key in self.known]
        return Inputs(tuple(one for documents in files for one in documents), sum(not documents for documents in files))

    def _blob(self, path: str) -> str:
        """The id of the blob that holds a file, also where a link leads to it; "" for a link that leads nowhere."""
        entry = self.entries.get(self._end(path))
        return entry.id if entry else ""

    def _end(self, path: str) -> str:
        """The file that a link leads to, and any other path as it is; "" for a link that leads nowhere."""
        end = git.end(path, self.links)
        return end if end in self.entries else ""


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
