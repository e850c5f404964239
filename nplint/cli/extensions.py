"""What a run is given beside nplint's own rules, formats and types of clusters, loaded when first asked for."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from nplint.cli.options import limits_of
from nplint.declared import Config, find
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.limits import Limits
    from nplint.plugins import Plugins
    from nplint.profile import Profile
    from nplint.rulefiles import RuleFiles

Pluggable = Callable[[], "Plugins"]
"""Loads everything that is pluggable, once."""


def prepare(paths: Sequence[str], options: dict[str, Any]) -> tuple[Pluggable, Config]:
    """What loads the rules, formats and types of a run, those of --rules and of the configuration too; and that one.

    At most commits there is nothing to judge, so nothing is loaded before something needs it.

    Raises:
        NplintError: a limit is none, or the configuration cannot be read or says what it cannot say. Loading raises it
            as well.
    """

    @cache
    def installed() -> "Plugins":
        from nplint import plugins

        return plugins.load(options["plugin"])

    most = limits_of(options["limit"])
    config = _find_config(paths, options, Types(installed), most)

    @cache
    def everything() -> "Plugins":
        return installed().with_files(_rule_files(options.get("rules", ()), config), most)

    return everything, config


def _find_config(paths: Sequence[str], options: dict[str, Any], types: "Types", most: "Limits") -> Config:
    """The configuration that --config names, or the one above the first path; an empty one where there is none.

    Raises:
        NplintError: it cannot be read, or says what it cannot say.
    """
    if options["isolated"]:
        return Config(os.getcwd(), profiles=types)
    named = options["config"]
    if named and not os.path.isfile(named):
        raise NplintError(f"there is no configuration {named}")
    start = next((path for path in paths if path != "-"), ".")
    found = named or find(start, most)
    if not found:
        return Config(os.getcwd(), profiles=types)
    from nplint import sources
    from nplint.config import load

    return load(found, sources.shown(found), types, most)


def _rule_files(named: Sequence[str], config: Config) -> "list[RuleFiles]":
    if not named and not config.rules_dir:
        return []
    from nplint.rulefiles import RuleFiles

    own = [RuleFiles(config.rules_dir, within=config.folder)] if config.rules_dir else []
    return [*map(RuleFiles, named), *own]


class Types(Mapping[str, "Profile"]):
    """The types of clusters by name; plugins are asked only for what is none of nplint's own."""

    def __init__(self, load: Pluggable) -> None:
        self._load = load

    def __getitem__(self, name: str) -> "Profile":
        from nplint.profile import PROFILES

        return PROFILES[name] if name in PROFILES else self._load().profiles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load().profiles)

    def __len__(self) -> int:
        return len(self._load().profiles)
