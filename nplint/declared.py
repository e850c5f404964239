"""What a configuration declares, and where to look for one."""

import os
import re
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nplint.errors import NplintError
from nplint.filenames import readable
from nplint.limits import DEFAULT, Limits, load

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from nplint.node import Node
    from nplint.profile import Profile
    from nplint.suppress import Ignore

NAMES = (".nplint.yaml", ".nplint.yml", "pyproject.toml")
# Folders that a pattern names without wildcards. It is no folder of any depth: there is a slash before the end.
_BEGINNING = r"(?a)/?((?:[\w-][\w.-]*/)+)[^/\s]"
_TABLE = r"(?m)^\[+\s*tool\s*\.\s*nplint\s*[].]"


class Ways:
    """The ways from a folder to others, with a slash at the end, worked out once for each."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def to(self, folder: str) -> str:
        """The way to a folder that is relative to the current one; `../` and more where it does not lie within."""
        way = self._known.get(folder)
        if way is None:
            way = self._known[folder] = self._way(folder)
        return way

    def _way(self, folder: str) -> str:
        try:
            # A link to the folder leads to the same files.
            real = os.path.relpath(os.path.realpath(folder or "."), self._folder).replace(os.sep, "/")
        except ValueError:
            # On Windows there is no way from one drive to another.
            return "../"
        return "" if real == "." else f"{real}/"


class Patterns:
    """Patterns as in .gitignore, relative to a folder. Those of one folder may share the `ways` from it."""

    def __init__(self, folder: str, lines: tuple[str, ...], ways: Ways | None = None) -> None:
        self.folder = folder
        self.lines = lines
        self._ways = ways or Ways(folder)

    def match(self, path: str) -> bool:
        """Whether a path, relative to the current folder, is meant."""
        folder, name = os.path.split(path)
        return self.may_match_in(folder) and self._spec.match_file(_composed(self._ways.to(folder) + name))

    def may_match_in(self, folder: str) -> bool:
        """Whether files of a folder may be meant; most patterns begin with the folder that they are about."""
        way = self._ways.to(folder)
        return not way.startswith("../") and (self._beginnings is None or _composed(way).startswith(self._beginnings))

    @cached_property
    def _beginnings(self) -> tuple[str, ...] | None:
        """What the path of all that is meant begins with; None where one of the patterns does not tell."""
        meant = [line for line in map(_composed, self.lines) if line.strip() and line[0] not in "#!"]
        found = [re.match(_BEGINNING, line) for line in meant]
        return None if None in found else tuple(each[1] for each in found if each)

    @cached_property
    def _spec(self) -> "GitIgnoreSpec":
        from nplint.globs import spec

        return spec(map(_composed, self.lines))


def _composed(path: str) -> str:
    """A path with each accent on its letter: macOS may tell a name otherwise than it was written."""
    if path.isascii():
        return path
    from unicodedata import normalize

    return normalize("NFC", readable(path))


class Target(NamedTuple):
    """A declared cluster with the manifests that go to it, and those that tell what else runs there."""

    profile: "Profile"
    paths: Patterns
    context: Patterns


class Config(NamedTuple):
    """What a configuration says. One that is absent says nothing."""

    folder: str
    root: "Node | None" = None
    targets: tuple[Target, ...] = ()
    severities: "Mapping[str, Node]" = MappingProxyType({})
    ignores: "tuple[Ignore, ...]" = ()
    expectations: Mapping[str, frozenset[str]] = MappingProxyType({})
    exclude: Patterns | None = None
    rules_dir: str | None = None
    """The folder of the repository's own rules."""
    profiles: "Mapping[str, Profile] | None" = None
    """The types that clusters can have, where these are not nplint's own alone."""

    def option(self, name: str) -> "Node | None":
        """The place of an option that a flag may override, if the configuration sets it."""
        node = self.root[name] if self.root else None
        return node if node and node.present else None


def find(start: str, most: Limits = DEFAULT) -> str | None:
    """The configuration for a path: in its folder or above, as far as the root of its repository."""
    here = os.path.realpath(start)
    here = here if os.path.isdir(here) else os.path.dirname(here)
    while True:
        for file in (os.path.join(here, name) for name in NAMES):
            if os.path.isfile(file) and (not file.endswith(".toml") or _has_table(file, most)):
                return file
        above = os.path.dirname(here)
        if above == here or os.path.exists(os.path.join(here, ".git")):
            return None
        here = above


def _has_table(file: str, most: Limits) -> bool:
    try:
        return bool(re.search(_TABLE, load(file, most.file_size).decode("utf-8", "replace")))
    except OSError:
        return False
    except NplintError as error:
        raise NplintError(f"cannot read {file}: {error}") from None
