"""What a run looks at in a repository, told by paths alone."""

import os
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from nplint import git
from nplint.errors import NplintError
from nplint.filenames import KUSTOMIZATION_NAMES, is_searched


@dataclass(frozen=True)
class View:
    """What a run looks at in a repository: the paths that it was given, less those that are excluded."""

    repository: git.Repository
    paths: Sequence[str]
    excluded: Callable[[str], bool] | None = None
    force_exclude: bool = False
    only: frozenset[str] | None = None
    """The paths from the top to which it is narrowed; None where it is not."""

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The paths from the top of the repository, "" for the top itself.

        Raises:
            NplintError: one is not in this repository, or is standard input.
        """
        return tuple(self._root(path) for path in self.paths or (".",))

    def _root(self, path: str) -> str:
        if path == "-":
            raise NplintError("standard input has no revisions: name files or folders of a repository")
        if self.repository.is_bare:
            inside = posixpath.normpath(path.replace(os.sep, "/"))
        else:
            real = os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
            inside = os.path.relpath(os.path.normpath(real), os.path.realpath(self.repository.top)).replace(os.sep, "/")
        if inside.split("/")[0] == "..":
            raise NplintError(
                f"{path} is not in the repository {self.repository.top}: compare one repository at a time"
            )
        return "" if inside == "." else inside

    def holds(self, path: str) -> bool:
        """Whether a run with these paths looks at a file, as far as its name and place decide."""
        if self.only is not None and path not in self.only:
            return False
        for root in self.roots:
            if path == root:
                return not (self.force_exclude and self._is_excluded(path))
            below = path[len(root) + bool(root) :]
            if path.startswith(f"{root}/" if root else "") and is_searched(below):
                return not self._is_excluded(path)
        return False

    def is_at(self, path: str) -> bool:
        """Whether a file is one of the paths, or below one, whatever it is called."""
        return any(path == root or path.startswith(f"{root}/" if root else "") for root in self.roots)

    def _is_excluded(self, path: str) -> bool:
        return self.excluded is not None and self.excluded(self.shown(path))

    def shown(self, path: str) -> str:
        """A path from the top as findings show it, relative to the current folder."""
        if self.repository.is_bare or not self._here:
            return path
        if not self._is_inside:
            return posixpath.join(self._here, path)
        below = path.removeprefix(f"{self._here}/")
        return posixpath.relpath(path, self._here) if below == path else below

    @cached_property
    def _is_inside(self) -> bool:
        """Whether the current folder is in the repository."""
        return os.path.commonpath([os.path.realpath("."), self._top]) == self._top

    @cached_property
    def _here(self) -> str:
        """The way from the top to the current folder, or to the top where that is elsewhere; "" for the top."""
        here = os.path.realpath(".")
        way = os.path.relpath(here, self._top) if self._is_inside else os.path.relpath(self._top, here)
        return "" if way == "." else way.replace(os.sep, "/")

    @cached_property
    def _top(self) -> str:
        return os.path.realpath(self.repository.top)

    def is_above(self, path: str) -> bool:
        """Whether a file is a kustomization in a folder above what is looked at."""
        return path in self.above

    @cached_property
    def above(self) -> frozenset[str]:
        """The paths that kustomizations in the folders above what is looked at may have."""
        parts = (root.split("/") for root in self.roots)
        folders = {"/".join(way[:length]) for way in parts for length in range(len(way) + 1)}
        return frozenset(posixpath.join(folder, name) for folder in folders for name in KUSTOMIZATION_NAMES)
