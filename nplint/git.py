"""What git tells of a repository: its files, changes and commits, now and before."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import IO, NamedTuple

from nplint import plumbing
from nplint.errors import NplintError

FILE_MODES = ("100644", "100755")
LINK_MODE = "120000"
_MODES = frozenset((*FILE_MODES, LINK_MODE))

# One of the files of a path that several stand for in the index.
_STAGES = (b" 1\t", b" 2\t", b" 3\t")
_CONFLICT = re.compile(rb"(?:\A|\0)\d+ [0-9a-f]+ [123]\t([^\0]*)")
# The name of a branch at the beginning of what git takes for a revision.
_NAME = re.compile(r"[^~^:@{]+")
# How many files' renames git looks for; without a limit it compares each file with each.
_RENAMES = "-l2000"
_HOW = ("--raw", "-r", "-z", "-M", _RENAMES, "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
# Whatever is configured: paths from the top, of files as they are stored.
# Threads wait for each other wherever one reads an object, and manifests are small: one alone is done sooner.
_JUST_PATHS = ("--threads=1", "-lzaE", "--full-name", "--no-color", "--no-textconv", "--no-recurse-submodules")
_LONGEST_PATH = 4096
# A link may lead to a link, but not for ever.
_LONGEST_CHAIN = 8
# How many blobs are asked for before the first is read: so few that neither pipe ever fills up with questions.
_AT_ONCE = 128


class Entry(NamedTuple):
    """A file of a revision: its mode, and the id of the blob that holds its content."""

    mode: str
    id: str


class Commit(NamedTuple):
    """A commit and those before it; none for the first of all, several for a merge."""

    id: str
    parents: tuple[str, ...]


class Change(NamedTuple):
    """A path that differs between two revisions; `before` is another path where git sees a rename.

    A path that vanished is None now, one that appeared was None before. `was` is the file or link before.
    """

    before: str | None
    now: str | None
    was: Entry | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The path before, if there was one, and the path now, if there is one."""
        return tuple(path for path in (self.before, self.now) if path is not None)


@dataclass(frozen=True)
class Repository:
    """A git repository. `top` is its work tree, or the repository itself where it has none."""

    top: str
    is_bare: bool

    def resolve(self, revision: str) -> str:
        """The id of the commit that a revision names.

        Raises:
            NplintError: there is no such commit here.
        """
        found = self._commit(revision)
        if found is None:
            raise NplintError(f"there is no revision {revision} in this repository{self._way_to(revision)}")
        return found

    def has(self, revision: str) -> bool:
        """Whether a revision names a commit here."""
        return self._commit(revision) is not None

    def head(self) -> str | None:
        """The id of the commit that is checked out; None before the first one."""
        return self._commit("HEAD")

    def merge_base(self, one: str, other: str) -> str:
        """The commit where the histories of two revisions part.

        Raises:
            NplintError: a revision is unknown, or they have no commit in common.
        """
        found = self._try("merge-base", self.resolve(one), self.resolve(other))
        if found is None:
            way = self._way_to("") or f": give --exact to compare with {one} itself"
            raise NplintError(f"{one} and {other} have no commit in common{way}")
        return found.decode().split()[0]

    def commits(self, after: str, until: str) -> list[Commit]:
        """The commits that lead from one revision to another, oldest first.

        Of a merge, that is the line it was made on: what came in with the other was never deployed from here.

        Raises:
            NplintError: a revision is unknown, or a shallow clone leaves out what is before a commit.
        """
        limits = (self.resolve(until), f"^{self.resolve(after)}")
        rows = self._run("rev-list", "--reverse", "--first-parent", "--parents", *limits).decode().splitlines()
        found = [Commit(id, tuple(parents)) for id, *parents in map(str.split, rows)]
        for commit in found:
            if commit.id in self._grafts:
                raise NplintError(f"what is before {commit.id[:12]} is not in this repository{self._way_to('')}")
        return found

    def leads_to(self, one: str, other: str) -> bool:
        """Whether a commit is in the history of another, or that commit itself."""
        return self._try("merge-base", "--is-ancestor", one, other) is not None

    def files(self, commit: str) -> dict[str, Entry]:
        """The files and links of a commit by path."""
        return dict(_entries(self._listing(commit), id_at=2))

    def staged(self) -> dict[str, Entry]:
        """The files and links of the index by path.

        Raises:
            NplintError: a merge left conflicts, so that there is more than one file of a path.
        """
        listing = self._listing(None)
        # The expression takes as long as all the rest, and without one of the marks there is no conflict.
        conflict = _CONFLICT.search(listing) if any(mark in listing for mark in _STAGES) else None
        if conflict:
            raise NplintError(f"the index holds a conflict in {os.fsdecode(conflict[1])}: resolve it and add the file")
        return dict(_entries(listing, id_at=1))

    def left_out(self) -> frozenset[str]:
        """The paths that a sparse checkout leaves out of the work tree."""
        rows = _rows(self._run("ls-files", "-t", "-z"))
        return frozenset(row[2:] for row in rows if row.startswith("S "))

    def changes(self, before: str | None, now: str | None) -> list[Change]:
        """The paths that differ between a commit, or nothing at all, and another one, or else the index.

        Git is asked once: what is staged meanwhile belongs to the next run.
        """
        if (before, now) not in self._changes:
            base = before or self._empty_tree
            sides = ("diff-index", "--cached", *_HOW, base) if now is None else ("diff-tree", *_HOW, base, now)
            self._changes[before, now] = list(_changes(self._run(*sides)))
        return self._changes[before, now]

    def _listing(self, commit: str | None) -> bytes:
        """What git lists of a commit, or else of the index. The last one is kept: it is needed more than once."""
        if commit not in self._listings:
            asked = ("ls-tree", "-r", "-z", "--full-tree", commit) if commit else ("ls-files", "--stage", "-z")
            listing = self._run(*asked)
            self._listings.clear()
            self._listings[commit] = listing
        return self._listings[commit]

    @cached_property
    def _listings(self) -> dict[str | None, bytes]:
        return {}

    @cached_property
    def _changes(self) -> dict[tuple[str | None, str | None], list[Change]]:
        return {}

    def holding(self, patterns: Iterable[str], commit: str | None) -> frozenset[str] | None:
        """The paths of the files in a commit, or else in the index, of which a line matches a pattern; links are none.

        The patterns are extended regular expressions. None where git cannot tell: a file is missing, or it does not
        know such a pattern.
        """
        where = commit or "--cached"
        done = plumbing.call(
            self.top, "grep", *_JUST_PATHS, "-f", "-", where, asking="|".join(sorted(patterns)).encode()
        )
        if done.returncode > 1 or done.stderr:
            return None
        head = len(f"{commit}:") if commit else 0
        return frozenset(row[head:] for row in _rows(done.stdout))

    def links(self, commit: str | None) -> dict[str, str]:
        """The links in a commit, or else in the index, and where they lead."""
        # To look for the mode takes next to nothing, and most repositories have no links.
        if f"{LINK_MODE} ".encode() not in self._listing(commit):
            return {}
        return self.targets(self.files(commit) if commit else self.staged())

    def targets(self, entries: Mapping[str, Entry]) -> dict[str, str]:
        """Where the links among files lead, as paths from the top."""
        ids = {path: entry.id for path, entry in entries.items() if entry.mode == LINK_MODE}
        blobs = self.blobs(dict.fromkeys(ids.values()), _LONGEST_PATH) if ids else ()
        texts = {id: os.fsdecode(data or b"") for id, data in blobs}
        return {path: posixpath.normpath(posixpath.join(posixpath.dirname(path), texts[ids[path]])) for path in ids}

    def blobs(self, ids: Iterable[str], largest: int) -> Iterator[tuple[str, bytes | None]]:
        """The contents of blobs in the order of their ids; None for one that is larger than `largest` bytes.

        Raises:
            NplintError: one of them is missing, as in a clone that fetches what it needs.
        """
        with self._cat_file() as (asking, answers):
            waiting = iter(ids)
            while some := list(islice(waiting, _AT_ONCE)):
                asking.write("".join(f"{id}\n" for id in some).encode())
                asking.flush()
                for id in some:
                    yield id, _answer(id, answers, largest)

    @contextmanager
    def _cat_file(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        process = plumbing.started(self.top, "cat-file", "--batch")
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both ends were asked for")
        try:
            yield process.stdin, process.stdout
        except BrokenPipeError:
            raise NplintError("git ended while it was asked, as if somebody had stopped it: run it again") from None
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
            process.wait()

    @cached_property
    def _empty_tree(self) -> str:
        return self._run("hash-object", "-t", "tree", "--stdin").decode().strip()

    @cached_property
    def _grafts(self) -> frozenset[str]:
        """The commits at which a shallow clone ends."""
        path = os.path.join(self.top, _path(self._run("rev-parse", "--git-path", "shallow")))
        try:
            # Git has read this file by now, so it is neither a pipe nor without an end.
            with open(path, encoding="ascii", errors="replace") as file:
                return frozenset(file.read().split())
        except OSError:
            return frozenset()

    def _way_to(self, revision: str) -> str:
        """How to get what a shallow clone leaves out, for the end of a sentence; "" where the clone is whole."""
        if not self._grafts:
            return ""
        name = _NAME.match(revision.removeprefix("refs/remotes/"))
        remote, slash, branch = name[0].partition("/") if name else ("", "", "")
        wanted = f"{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}" if slash else "--tags origin"
        return f": this clone is shallow. Fetch the rest with `git fetch --unshallow {wanted}`"

    def _commit(self, revision: str) -> str | None:
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return found.decode().strip() if found else None

    def _run(self, *arguments: str) -> bytes:
        return plumbing.run(self.top, *arguments)

    def _try(self, *arguments: str) -> bytes | None:
        """What git prints, or None where it answers that there is no such thing."""
        done = plumbing.call(self.top, *arguments)
        return done.stdout if done.returncode == 0 else None


def end(path: str, links: Mapping[str, str]) -> str:
    """Where a path leads over links from one to another; "" where that goes on for too long."""
    for _ in range(_LONGEST_CHAIN):
        if path not in links:
            return path
        path = links[path]
    return ""


def find(folder: str) -> Repository:
    """The repository that a folder is in.

    Raises:
        NplintError: there is none, or git refuses to read it.
    """
    inside = plumbing.call(folder, "rev-parse", "--is-inside-work-tree", "--show-toplevel")
    if inside.returncode == 0:
        return Repository(_path(inside.stdout.partition(b"\n")[2]), is_bare=False)
    return Repository(_path(plumbing.run(folder, "rev-parse", "--absolute-git-dir")), is_bare=True)


def _path(line: bytes) -> str:
    return os.fsdecode(line).removesuffix("\n")


def _rows(listing: bytes) -> Iterator[str]:
    return filter(None, os.fsdecode(listing).split("\0"))


def _entries(listing: bytes, *, id_at: int) -> Iterator[tuple[str, Entry]]:
    for row in _rows(listing):
        facts, _, path = row.partition("\t")
        words = facts.split(" ")
        if words[0] in _MODES:
            yield path, Entry(words[0], words[id_at])


def _changes(raw: bytes) -> Iterator[Change]:
    rows = _rows(raw)
    for facts in rows:
        mode, _, id, _, status = facts.removeprefix(":").split(" ")
        path, was = next(rows), Entry(mode, id) if mode in _MODES else None
        if status[0] in "RC":
            yield Change(path, next(rows), was)
        else:
            yield Change(None if status == "A" else path, None if status == "D" else path, was)


def _answer(id: str, answers: IO[bytes], largest: int) -> bytes | None:
    header = answers.readline().split()
    if len(header) != 3:
        raise NplintError(
            f"the file {id[:12]} is missing in this repository: fetch it with `git fetch --refetch --no-filter`"
        )
    size = int(header[2])
    if size <= largest:
        return answers.read(size + 1)[:-1]
    left = size + 1
    while left:
        left -= len(answers.read(min(left, 1 << 20)))
    return None
