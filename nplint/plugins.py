"""Everything that is pluggable, nplint's own rules and formats among it, found through the same hooks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

import pluggy

from nplint import hookspecs, output
from nplint.check import Rule
from nplint.errors import NplintError
from nplint.hookspecs import Formatter, hookimpl

T = TypeVar("T")


@dataclass(frozen=True)
class Plugins:
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
    manager.load_setuptools_entrypoints("nplint")
    manager.check_pending()
    rules = [(rule.name, rule) for rules in manager.hook.nplint_rules() for rule in rules]
    formats = [pair for formats in manager.hook.nplint_formats() for pair in formats.items()]
    return Plugins(_by_name("rule", rules), _by_name("format", formats))


def _by_name(what: str, pairs: list[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise NplintError(f"two plugins bring a {what} of the name {name}: remove one of them")
        found[name] = value
    return dict(sorted(found.items()))
