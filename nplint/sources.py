"""Paths, folders and standard input -> the manifests in them."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nplint.document import Defect, DefectKind, Document, Source, Span
from nplint.errors import NplintError, reason
from nplint.filenames import KUSTOMIZATION_NAMES, SKIPPED_FOLDERS, may_hold_manifests
from nplint.limits import DEFAULT, Limits, load, too_large
from nplint.reader import decode, read

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

STDIN = "<stdin>"
_GITIGNORE = ".gitignore"

Matcher = Callable[[str], bool]
"""Tells whether a path, relative to the current folder, is meant."""


class Ignore(NamedTuple):
    """What the .gitignore file of a folder says. A pattern that ends in a slash speaks about folders alone."""

    folder: "Path"
    of_files: "GitIgnoreSpec"
    of_folders: "GitIgnoreSpec"


Ignores = tuple[Ignore, ...]
"""The .gitignore files that speak about a folder, outermost first."""


class File(NamedTuple):
    """A file as it was loaded, and the path that led to it. What cannot be read is a document that says why."""

    path: str
    name: str
    data: bytes | Document


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
) -> Inputs:
    """Read every manifest at the given paths; a folder means what is in it, `-` means standard input.

    What `excluded` matches is left out of folders, and of the paths themselves under `force_exclude`. `watch` sees
    each file before it is read.

    Raises:
        NplintError: a path does not exist, or holds no manifest although it must.
    """
    documents: list[Document] = []
    seen: set[str] = set()
    found = dict.fromkeys(paths, 0)
    without = 0
    for path, name, data in watch(_files_at(found, stdin, excluded, force_exclude, limits)):
        if name in seen:
            found[path] += 1
            continue
        seen.add(name)
        manifests = _manifests(name, data, limits)
        documents += manifests
        found[path] += bool(manifests)
        without += not manifests
    for path in found:
        skipped = force_exclude and excluded is not None and excluded(path)
        if not found[path] and must_hold_manifests and not skipped:
            raise NplintError(f"no Kubernetes manifest in {path}: name a file or folder that holds one")
    return Inputs(tuple(documents), without, frozenset(seen))


def kustomizations_above(paths: Iterable[str], limits: Limits = DEFAULT) -> tuple[Document, ...]:
    """The kustomizations in the folders above what is linted: they tell whether a file is only a patch."""
    folders: dict[str, None] = {}
    for path in paths:
        here = os.path.dirname(os.path.abspath(path)) if path != "-" else ""
        while here and here not in folders:
            folders[here] = None
            above = os.path.dirname(here)
            here = "" if above == here or os.path.exists(os.path.join(here, ".git")) else above
    files = (os.path.join(folder, name) for folder in folders for name in KUSTOMIZATION_NAMES)
    there = (file for file in files if os.path.isfile(file))
    return tuple(one for file in there for one in _manifests(shown(file), _load(file, limits, found=True), limits))


def matching(folder: "Path", matches: Matcher, limits: Limits = DEFAULT) -> Inputs:
    """Read the manifests below a folder whose paths match, also those that git ignores, as it often does with dumps."""
    documents: list[Document] = []
    without = 0
    for file in _walk(folder, None, limits):
        if matches(shown(file)):
            manifests = _manifests(shown(file), _load(file, limits, found=True), limits)
            documents += manifests
            without += not manifests
    return Inputs(tuple(documents), without)


def _manifests(name: str, data: bytes | Document, limits: Limits) -> tuple[Document, ...]:
    return read(decode(name, data, limits=limits)) if isinstance(data, bytes) else (data,)


def _files_at(
    paths: Iterable[str], stdin: BinaryIO, excluded: Matcher | None, force_exclude: bool, limits: Limits
) -> Iterator[File]:
    for path in paths:
        for name, data in _files(path, stdin, excluded, force_exclude, limits):
            yield File(path, name, data)


def _files(
    path: str, stdin: BinaryIO, excluded: Matcher | None, force_exclude: bool, limits: Limits
) -> Iterator[tuple[str, bytes | Document]]:
    if path == "-":
        data = stdin.read(limits.file_size + 1)
        yield STDIN, data if len(data) <= limits.file_size else _unreadable(STDIN, too_large(limits.file_size))
    elif os.path.isdir(path):
        from pathlib import Path

        for file in _walk(Path(path), _ignores_above(Path(path), limits), limits):
            if not (excluded and excluded(shown(file))):
                yield shown(file), _load(file, limits, found=True)
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


def _load(path: "str | Path", limits: Limits, *, found: bool = False) -> bytes | Document:
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


class _Entry(NamedTuple):
    """A file or folder that a search has come to, and the .gitignore files above it; None where git has no say."""

    path: "Path"
    is_folder: bool
    ignores: Ignores | None


def _walk(folder: "Path", ignores: Ignores | None, limits: Limits) -> Iterator["Path"]:
    """The files below a folder that may hold manifests, in order of their names; what git ignores is left out."""
    waiting = [_Entry(folder, True, ignores)]
    while waiting:
        entry = waiting.pop()
        if entry.is_folder:
            waiting += reversed(_entries(entry, limits))
        else:
            yield entry.path


def _entries(folder: _Entry, limits: Limits) -> list[_Entry]:
    """What is in a folder. What keeps it from being searched is an entry too, so that reading that tells why."""
    found: list[_Entry] = []
    ignores = folder.ignores
    if ignores is not None:
        try:
            ignores = (*ignores, *_ignores_of(folder.path, limits))
        except NplintError:
            found.append(_Entry(folder.path / _GITIGNORE, False, None))
    try:
        entries = sorted(os.scandir(folder.path), key=lambda entry: entry.name)
    except OSError:
        return [_Entry(folder.path, False, None)]
    for entry in entries:
        path = folder.path / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if (is_folder and entry.name in SKIPPED_FOLDERS) or (ignores and _is_ignored(path, is_folder, ignores)):
            continue
        if is_folder or (may_hold_manifests(entry.name) and _is_file(entry)):
            found.append(_Entry(path, is_folder, ignores))
    return found


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Whether this is a file or leads to one. Where that cannot be found out, reading it will tell why."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _ignores_above(folder: "Path", limits: Limits) -> Ignores:
    """The .gitignore files above a folder, up to the root of its repository; none outside of a repository."""
    above: list[Path] = []
    here = folder.resolve()
    while not os.path.lexists(here / ".git"):
        if here.parent == here:
            return ()
        here = here.parent
        above.insert(0, here)
    ignores: Ignores = ()
    for parent in above:
        # One that cannot be read leaves more to be linted, not less.
        with suppress(NplintError):
            ignores += _ignores_of(parent, limits)
    # A folder that is named itself is looked into, whatever git thinks of it.
    return () if _is_ignored(folder.resolve(), True, ignores) else ignores


def _ignores_of(folder: "Path", limits: Limits) -> Ignores:
    try:
        data = load(folder / _GITIGNORE, limits.ignore_size, "ignore_size", found=True)
    except OSError:
        return ()
    lines = data.decode("utf-8-sig", "replace").splitlines()
    # pathspec lets a pattern without a slash at its end win over a later one with it, which git does not. Among
    # folders the slash makes no difference, and without it the order of the patterns decides.
    bare = [line.rstrip().removesuffix("/") for line in lines]
    return (Ignore(folder.resolve(), _spec(lines), _spec(bare)),)


def _spec(lines: list[str]) -> "GitIgnoreSpec":
    # Most folders have no .gitignore, and the import costs more than reading a manifest.
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return _without_bad_lines(lines)


def _without_bad_lines(lines: list[str]) -> "GitIgnoreSpec":
    """What git makes of lines of which some are no pattern: those match nothing."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec([])
    for line in lines:
        with suppress(ValueError):
            spec += GitIgnoreSpec.from_lines([line])
    return spec


def _is_ignored(path: "Path", is_folder: bool, ignores: Ignores) -> bool:
    """Whether git ignores a path: the innermost .gitignore that says anything decides."""
    for ignore in reversed(ignores):
        name = os.path.relpath(path.parent.resolve() / path.name, ignore.folder).replace(os.sep, "/")
        verdict = (ignore.of_folders if is_folder else ignore.of_files).check_file(name).include
        if verdict is not None:
            return verdict
    return False
