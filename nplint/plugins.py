"""Everything that is pluggable, nplint's own rules and formats among it, found through the same hooks."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pluggy

from nplint import hookspecs, output
from nplint.check import Rule
from nplint.errors import NplintError
from nplint.hookspecs import Formatter, hookimpl

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Plugins(NamedTuple):
    """What the hooks brought, by name."""

    rules: Mapping[str, Rule]
    formats: Mapping[str, Formatter]


class BuiltIn:
    """nplint's own rules and formats."""

    @hookimpl
    def nplint_rules(self) -> Iterable[Rule]:
        """One rule of each module in rules/."""
        package = import_module("nplint.rules")
        names = sorted(module.name for module in iter_modules(package.__path__))
        return [getattr(import_module(f"nplint.rules.{name}"), name) for name in names]

    @hookimpl
    def nplint_formats(self) -> Mapping[str, Formatter]:
        return output.FORMATS


def load() -> Plugins:
    """Ask the built-in plugin and those of installed packages for what they bring.

    Raises:
        NplintError: a plugin cannot be loaded, or two of them bring something of one name.
    """
    manager = pluggy.PluginManager("nplint")
    manager.add_hookspecs(hookspecs)
    manager.register(BuiltIn(), "nplint")
    for entry in _entry_points():
        with _blaming(f"{entry.name} ({entry.value})"):
            manager.register(entry.load(), entry.name)
            manager.check_pending()
    brought = [_ask(manager, name) for name, _ in manager.list_name_plugin()]
    return Plugins(
        _by_name("rule", [(one.plugin, name, rule) for one in brought for name, rule in one.rules]),
        _by_name("format", [(one.plugin, name, format) for one in brought for name, format in one.formats]),
    )


def _entry_points() -> Iterable["EntryPoint"]:
    """What installed packages register for nplint.

    Most environments have no such package, and the machinery that reads their metadata takes longer to import than a
    manifest to lint. So it comes in only where some package's list of entry points names the group.
    """
    if not any(_names_the_group(folder) for folder in sys.path):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group="nplint")


def _names_the_group(folder: str) -> bool:
    """Whether the metadata of some package in the folder registers something for nplint."""
    try:
        packages = [entry.path for entry in os.scandir(folder) if entry.name.endswith("-info")]
    except OSError:
        return False
    for package in packages:
        try:
            with open(os.path.join(package, "entry_points.txt"), encoding="utf-8", errors="replace") as text:
                if "[nplint]" in text.read():
                    return True
        except OSError:
            continue
    return False


@contextmanager
def _blaming(plugin: str) -> Iterator[None]:
    """Say whose fault it is, so that the user knows which package to repair or remove."""
    try:
        yield
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise NplintError(f"the plugin {plugin} fails, repair or remove it: {reason}") from error


class _Brought(NamedTuple):
    plugin: str
    rules: list[tuple[str, Rule]]
    formats: list[tuple[str, Formatter]]


def _ask(manager: pluggy.PluginManager, name: str) -> _Brought:
    """What one plugin brings. Each is asked alone: pluggy does not tell whose answer is whose."""
    others = [plugin for other, plugin in manager.list_name_plugin() if other != name]
    with _blaming(name):
        rules = [rule for rules in manager.subset_hook_caller("nplint_rules", others)() for rule in rules]
        formats = manager.subset_hook_caller("nplint_formats", others)()
        return _Brought(
            name, [(rule.name, rule) for rule in rules], [pair for named in formats for pair in named.items()]
        )


def _by_name(what: str, brought: list[tuple[str, str, T]]) -> dict[str, T]:
    found: dict[str, tuple[str, T]] = {}
    for plugin, name, value in brought:
        if name in found:
            raise NplintError(
                f"the plugins {found[name][0]} and {plugin} both bring a {what} named {name}: remove one of them"
            )
        found[name] = plugin, value
    return {name: value for name, (_, value) in sorted(found.items())}
