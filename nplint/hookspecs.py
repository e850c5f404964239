"""The hooks through which rules, output formats and types of clusters come in, nplint's own and those of packages."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pluggy

from nplint.check import Rule
from nplint.profile import Profile
from nplint.report import Report

hookspec = pluggy.HookspecMarker("nplint")
hookimpl = pluggy.HookimplMarker("nplint")


class Terminal(NamedTuple):
    """What a format may need to know of where its text goes: colour or none, the columns, and the characters.

    `folder` is the current folder as the root of its repository sees it, for those who know files by that.
    Whoever reads it may want to see what is suppressed as well.
    """

    color: bool = False
    width: int = 80
    encoding: str = "utf-8"
    folder: str = ""
    show_suppressed: bool = False


Formatter = Callable[[Report, Terminal], str]
"""Makes the whole text of a report."""


@hookspec
def nplint_rules() -> Iterable[Rule]:  # type: ignore[empty-body]
    """Rules to run beside the others."""


@hookspec
def nplint_formats() -> Mapping[str, Formatter]:  # type: ignore[empty-body]
    """Output formats by the name that `--format` takes."""


@hookspec
def nplint_profiles() -> Mapping[str, Profile]:  # type: ignore[empty-body]
    """What is known of clusters by the name of their type, which `--type` and `type:` take."""
