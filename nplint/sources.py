"""Paths, folders and standard input -> the manifests in them."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nplint.document import Defect, DefectKind, Document, Source, Span
from nplint.errors import NplintError, reason
from nplint.filenames import KUSTOMIZATION_NAMES, SKIPPED_FOLDERS, may_hold_manifests
from nplint.limits import DEFAULT, Limits, load, too_large
from nplint.reading import File, Reading, in_turn

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

STDIN = "<stdin>"
STDIN = "<stdin>"
_GITIGNORE = ".gitignore"

Matcher = Callable[[str], bool]
"""Tells whether a path, relative to the current folder, is meant."""


class Ignore(NamedTuple):
    """What the .gitignore file of a folder says. A pattern that ends in a slash speaks about folders alone."""

    folder: str
    of_files: "GitIgnoreSpec"
    of_folders: "GitIgnoreSpec"


Ignores = tuple[Ignore, ...]
"""The .gitignore files that speak about a folder, outermost first."""


class Folder(NamedTuple):
    """A folder that is searched: the path that leads to it, as findings show it, and without links on the way."""

    path: str
    shown: str
    real: str

    @classmethod
    def at(cls, path: str) -> "Folder":
        return cls(path, shown(path), os.path.realpath(path))

    def holding(self, name: str) -> "Folder":
        """The folder of that name in this one, which is no link."""
        # Below `..` may be the current folder, so what findings show is worked out anew.
        path = os.path.join(self.path, name)
        return Folder(path, shown(path), os.path.join(self.real, name))

    def shows(self, name: str) -> str:
        """How findings show a file in it."""
        return name if self.shown == "." else f"{self.shown.removesuffix('/')}/{name}"


class Inputs(NamedTuple):
    """The documents that were found, how many files were opened and hold no manifest, and the paths of all files."""

    documents: tuple[Document, ...]
    without_manifest: int
    names: frozenset[str] = frozenset()


def gather(
    paths: Iterable[str],
    stdin: BinaryIO,
    *,
    must_hold_manifests: bool = True,
    excluded: Matcher | None = None,
    force_exclude: bool = False,
    limits: Limits = DEFAULT,
    watch: Callable[[Iterator[File]], Iterator[File]] = iter,
    reading: Reading = in_turn,
) -> Inputs:
    """Read every manifest at the given paths; a folder means what is in it, `-` means standard input.

    What `excluded` matches is left out of folders, and of the paths themselves under `force_exclude`. `watch` sees
    each file before it is read, `reading` tells how that is done.

    Raises:
        NplintError: a path does not exist, or holds no manifest although it must.
    """
    documents: list[Document] = []
    seen: set[str] = set()
    found = dict.fromkeys(paths, 0)
    without = 0
    for file, manifests in reading(watch(files_at(found, stdin, excluded, force_exclude, limits))):
        if file.name in seen:
            found[file.path] += 1
            continue
        seen.add(file.name)
        documents += manifests
        found[file.path] += bool(manifests)
        without += not manifests
    for path in found:
        skipped = force_exclude and excluded is not None and excluded(path)
        if not found[path] and must_hold_manifests and not skipped:
            raise NplintError(f"no Kubernetes manifest in {path}: name a file or folder that holds one")
    return Inputs(tuple(documents), without, frozenset(seen))


def kustomizations_above(
    paths: Iterable[str], limits: Limits = DEFAULT, watch: Callable[[Iterator[File]], Iterator[File]] = iter
) -> tuple[Document, ...]:
    """The kustomizations in the folders above what is linted: they tell whether a file is only a patch."""
    return tuple(one for file in watch(files_above(paths, limits)) for one in file.documents())


def files_above(paths: Iterable[str], limits: Limits = DEFAULT) -> Iterator[File]:
    """The files of the kustomizations in the folders above what is linted."""
    folders: dict[str, None] = {}
    for path in paths:
        here = os.path.dirname(os.path.abspath(path)) if path != "-" else ""
        while here and here not in folders:
            folders[here] = None
            above = os.path.dirname(here)
            here = "" if above == here or os.path.exists(os.path.join(here, ".git")) else above
    for file in (os.path.join(folder, name) for folder in folders for name in KUSTOMIZATION_NAMES):
        if os.path.isfile(file):
            yield File(file, shown(file), _load(file, limits, found=True), limits)


def matching(folder: "Path", matches: Matcher, limits: Limits = DEFAULT) -> Inputs:
    """Read the manifests below a folder whose paths match, also those that git ignores, as it often does with dumps."""
    documents: list[Document] = []
    without = 0
    for path, name in _walk(Folder.at(str(folder)), None, limits):
        if matches(name):
            manifests = File(path, name, _load(path, limits, found=True), limits).documents()
            documents += manifests
            without += not manifests
    return Inputs(tuple(documents), without)


def files_at(
    paths: Iterable[str],
    stdin: BinaryIO,
    excluded: Matcher | None = None,
    force_exclude: bool = False,
    limits: Limits = DEFAULT,
) -> Iterator[File]:
    """Every file that `gather` reads, in the same order.

    Raises:
        NplintError: a path does not exist.
    """
    for path in paths:
        for name, data in _files(path, stdin, excluded, force_exclude, limits):
            yield File(path, name, data, limits)


def may_hold(folders: Iterable[str], files: int) -> bool:
    """Whether there may be so many files below folders that `gather` reads. No more than that are looked at."""
    left = list(folders)
    while left and files > 0:
        with suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in islice(entries, files):
                files -= 1
                if entry.name not in SKIPPED_FOLDERS and entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
    return files <= 0


def _files(
    path: str, stdin: BinaryIO, excluded: Matcher | None, force_exclude: bool, limits: Limits
) -> Iterator[tuple[str, bytes | Document]]:
    if path == "-":
        data = stdin.read(limits.file_size + 1)
        yield STDIN, data if len(data) <= limits.file_size else _unreadable(STDIN, too_large(limits.file_size))
    elif os.path.isdir(path):
        folder = Folder.at(path)
        for file, name in _walk(folder, _ignores_above(folder.real, limits), limits):
            if not (excluded and excluded(name)):
                yield name, _load(file, limits, found=True)
    elif not os.path.lexists(path):
        raise NplintError(f"no such file or folder: {path}")
    elif not (force_exclude and excluded and excluded(path)):
        yield shown(path), _load(path, limits)


def shown(path: "str | Path") -> str:
    """A path as findings show it: relative to the current folder, with forward slashes."""
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:
        # On Windows there is no way from one drive to another.
        return str(path).replace(os.sep, "/")


def inside(path: str, folder: "Path") -> str:
    """A shown path as it looks from a folder."""
    return os.path.relpath(os.path.abspath(path), folder.resolve()).replace(os.sep, "/")


def _load(path: str, limits: Limits, *, found: bool = False) -> bytes | Document:
    """The bytes of a file, or a document whose defect says why there are none."""
    try:
        if found and os.path.basename(path) == _GITIGNORE:
            return load(path, limits.ignore_size, "ignore_size", found=True)
        return load(path, limits.file_size, found=found)
    except (OSError, NplintError) as error:
        return _unreadable(path, reason(error))


def _unreadable(path: "str | Path", reason: str) -> Document:
    source = Source(STDIN if path == STDIN else shown(path), "")
    defect = Defect(DefectKind.UNREADABLE, reason, Span(source.path, 1, 1, 1, 1))
    return Document(source, 0, 0, 0, None, (defect,))


def _walk(folder: Folder, ignores: Ignores | None, limits: Limits) -> Iterator[tuple[str, str]]:
    """The files below a folder that may hold manifests, in order of their names; what git ignores is left out.

    Each by the path that leads to it, and as findings show it.
    """
    # Folders may stand in each other deeper than functions may call each other.
    searches = [_search(folder, ignores, limits)]
    while searches:
        found = next(searches[-1], None)
        if found is None:
            searches.pop()
        elif isinstance(found, Inside):
            searches.append(_search(*found, limits))
        else:
            yield found


class Inside(NamedTuple):
    """A folder that a search comes to, and the .gitignore files above it; None where git has no say."""

    folder: Folder
    ignores: Ignores | None


def _search(folder: Folder, ignores: Ignores | None, limits: Limits) -> Iterator[tuple[str, str] | Inside]:
    """The files in a folder as they are walked, and the folders. What cannot be read is named, so that this shows."""
    if ignores is not None:
        try:
            ignores = (*ignores, *_ignores_of(folder.real, limits))
        except NplintError:
            yield os.path.join(folder.path, _GITIGNORE), folder.shows(_GITIGNORE)
    try:
        entries = sorted(os.scandir(folder.path), key=lambda entry: entry.name)
    except OSError:
        yield folder.path, folder.shown
        return
    for entry in entries:
        name, is_folder = entry.name, entry.is_dir(follow_symlinks=False)
        is_searched = name not in SKIPPED_FOLDERS if is_folder else may_hold_manifests(name) and _is_file(entry)
        if not is_searched or (ignores and _is_ignored(folder.real, name, is_folder, ignores)):
            continue
        if is_folder:
            yield Inside(folder.holding(name), ignores)
        else:
            yield os.path.join(folder.path, name), folder.shows(name)


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Whether this is a file or leads to one. Where that cannot be found out, reading it will tell why."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _ignores_above(real: str, limits: Limits) -> Ignores:
    """The .gitignore files above a folder, up to the root of its repository; none outside of a repository."""
    above: list[str] = []
    here = real
    while not os.path.lexists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return ()
        here = parent
        above.insert(0, here)
    ignores: Ignores = ()
    for folder in above:
        # One that cannot be read leaves more to be linted, not less.
        with suppress(NplintError):
            ignores += _ignores_of(folder, limits)
    # A folder that is named itself is looked into, whatever git thinks of it.
    return () if ignores and _is_ignored(*os.path.split(real), True, ignores) else ignores


def _ignores_of(real: str, limits: Limits) -> Ignores:
    try:
        data = load(os.path.join(real, _GITIGNORE), limits.ignore_size, "ignore_size", found=True)
    except OSError:
        return ()
    lines = data.decode("utf-8-sig", "replace").splitlines()
    # pathspec lets a pattern without a slash at its end win over a later one with it, which git does not. Among
    # folders the slash makes no difference, and without it the order of the patterns decides.
    bare = [line.rstrip().removesuffix("/") for line in lines]
    return (Ignore(real, _spec(lines), _spec(bare)),)


def _spec(lines: list[str]) -> "GitIgnoreSpec":
    # Most folders have no .gitignore, and the import costs more than reading a manifest.
    from nplint.globs import spec

    try:
        return spec(lines)
    except ValueError:
        return _without_bad_lines(lines)


def _without_bad_lines(lines: list[str]) -> "GitIgnoreSpec":
    """What git makes of lines of which some are no pattern: those match nothing."""
    from nplint.globs import spec

    found = spec([])
    for line in lines:
        with suppress(ValueError):
            found += spec([line])
    return found


def _is_ignored(real: str, name: str, is_folder: bool, ignores: Ignores) -> bool:
    """Whether git ignores what is called so in a folder: the innermost .gitignore that says anything decides."""
    path = os.path.join(real, name)
    for ignore in reversed(ignores):
        below = path[len(os.path.join(ignore.folder, "")) :].replace(os.sep, "/")
        verdict = (ignore.of_folders if is_folder else ignore.of_files).check_file(below).include
        if verdict is not None:
            return verdict
    return False
