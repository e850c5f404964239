"""Everything that is pluggable, nplint's own rules, formats and types among it, found through the same hooks."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pkgutil import get_data, iter_modules
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pluggy

from nplint import API_VERSION, hookspecs, output
from nplint.blame import blaming, formats_in, profiles_in, rules_in
from nplint.check import Rule
from nplint.declarative import read
from nplint.errors import NplintError
from nplint.hookspecs import Formatter, hookimpl
from nplint.installed import registers_plugins
from nplint.profile import PROFILES, TYPES, Profile
from nplint.reader import decode
from nplint.sandbox import Sandbox
from nplint.spelling import listed

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from nplint.rulefiles import RuleFiles

T = TypeVar("T")

_OWN = "the plugin nplint"
_HOOKS = [name for name in dir(hookspecs) if name.startswith("nplint_")]


class Plugins(NamedTuple):
    """What the hooks brought, by name, and who brought each rule."""

    rules: Mapping[str, Rule]
    formats: Mapping[str, Formatter]
    profiles: Mapping[str, Profile] = PROFILES
    origins: Mapping[str, str] = MappingProxyType({})

    @property
    def types(self) -> list[str]:
        """The types that clusters can have."""
        return sorted({profile.type for profile in self.profiles.values() if profile.type})

    def is_own(self, rule: Rule) -> bool:
        """Whether a rule is one of nplint itself."""
        return self.origins.get(rule.name, _OWN) == _OWN

    def maker(self, rule: Rule) -> str:
        """The plugin that brought a rule, "" for nplint itself and for files."""
        origin = self.origins.get(rule.name, "")
        return origin if origin.startswith("the plugin ") and origin != _OWN else ""

    def with_files(self, given: "Sequence[RuleFiles]") -> "Plugins":
        """These and the rules of files and folders.

        Raises:
            NplintError: a file is no rule, or its rule is called as another one.
        """
        if not given:
            return self
        from nplint import rulefiles

        known = [(self.origins[name], name, rule) for name, rule in self.rules.items()]
        found = _by_name(
            "rule", [*known, *((file, rule.name, rule) for file, rule in rulefiles.load(given, self.types))]
        )
        origins = {name: origin for name, (origin, _) in found.items()}
        return self._replace(rules={name: rule for name, (_, rule) in found.items()}, origins=origins)


class BuiltIn:
    """nplint's own rules, formats and types of clusters."""

    @hookimpl
    def nplint_rules(self) -> Iterable[Rule]:
        """One rule of each file in rules/."""
        return package_rules("nplint.rules", checked=True)

    @hookimpl
    def nplint_formats(self) -> Mapping[str, Formatter]:
        return output.FORMATS

    @hookimpl
    def nplint_profiles(self) -> Mapping[str, Profile]:
        return PROFILES


def package_rules(name: str, types: Sequence[str] = (), *, checked: bool = False) -> list[Rule]:
    """The rules of a package that has one in each of its files: a module's is named as the module, a YAML file's too.

    `types` are the types of clusters that the YAML files may name besides nplint's own. Of a package whose tests load
    its rules the YAML files are `checked`, which saves the time to do it in every run.

    Raises:
        NplintError: a YAML file says something that it cannot say.
    """
    package = import_module(name)
    modules = sorted(module.name for module in iter_modules(package.__path__) if not module.ispkg)
    rules = [getattr(import_module(f"{name}.{module}"), module) for module in modules]
    sandbox = Sandbox()
    for folder in package.__path__:
        for file in sorted(os.listdir(folder)):
            if file.endswith(".yaml"):
                source = decode(f"{name.replace('.', '/')}/{file}", get_data(name, file) or b"")
                rules.append(read(source, sandbox, trusted=True, checked=checked, types=(*TYPES, *types)))
    return rules


def load(modules: Sequence[str] = ()) -> Plugins:
    """Ask the built-in plugin, those of installed packages and the given modules for what they bring.

    Raises:
        NplintError: a plugin cannot be loaded or is for another version, or two of them bring something of one name.
    """
    manager = _manager(
        [
            ("nplint", "nplint", BuiltIn),
            *((entry.name, f"{entry.name} ({entry.value})", entry.load) for entry in _entry_points()),
            *((module, module, partial(_module, module)) for module in modules),
        ]
    )
    brought = [_ask(manager, name) for name, _ in manager.list_name_plugin()]
    rules = _by_name("rule", [one for each in brought for one in each.rules])
    formats = _by_name("format", [one for each in brought for one in each.formats])
    profiles = _by_name("type of cluster", [one for each in brought for one in each.profiles])
    return Plugins(
        {name: rule for name, (_, rule) in rules.items()},
        {name: format for name, (_, format) in formats.items()},
        {name: profile for name, (_, profile) in profiles.items()},
        {name: origin for name, (origin, _) in rules.items()},
    )


def rules_of(path: str) -> list[Rule]:
    """The rules that one module brings or holds, which is named, or is a file or the folder of a package.

    Raises:
        NplintError: it cannot be loaded.
    """
    with blaming(path):
        module = (_module_at if path.endswith(".py") or os.path.isdir(path) else _module)(path)
    held = [value for value in vars(module).values() if isinstance(value, Rule)]
    if held and not any(hook in vars(module) for hook in _HOOKS):
        # The hook that brings them is elsewhere in the package.
        return held
    return [rule for _, _, rule in _ask(_manager([(path, path, lambda: module)]), path).rules]


def _module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise NplintError("this is no name of a module: write it like acme.rules")
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if not error.name or not f"{name}.".startswith(f"{error.name}."):
            raise
    raise NplintError("there is no module of this name: install it, or put its folder on PYTHONPATH")


def _module_at(path: str) -> ModuleType:
    """A file or folder as Python imports it, under the packages that it lies in."""
    if not os.path.exists(path):
        raise NplintError("there is no such file")
    folder, name = os.path.split(os.path.realpath(path.removesuffix(".py")))
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, parent = os.path.split(folder)
        name = f"{parent}.{name}"
    sys.path.insert(0, folder)
    module = import_module(name)
    if os.path.realpath(path) not in (file := os.path.realpath(module.__file__ or ""), os.path.dirname(file)):
        raise ImportError(f"{name} is {file}")
    return module


def _manager(named: Iterable[tuple[str, str, Callable[[], object]]]) -> pluggy.PluginManager:
    """A manager of plugins, each with its name, how an error names it, and how it is loaded."""
    manager = pluggy.PluginManager("nplint")
    manager.add_hookspecs(hookspecs)
    for name, title, load in named:
        with blaming(title):
            plugin = load()
            _check_version(plugin)
            # A module that is named may be that of an installed package, too.
            if not manager.is_registered(plugin):
                manager.register(plugin, name)
            manager.check_pending()
            _check_hooks(manager, plugin)
    return manager


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """Refuse what would bring nothing, and say nothing of it."""
    taken = {caller.name for caller in manager.get_hookcallers(plugin) or ()}
    for name in _HOOKS:
        if hasattr(plugin, name) and name not in taken:
            raise TypeError(f"{name} is not marked with @hookimpl")
    if not taken:
        raise TypeError(f"it has none of the hooks {listed(_HOOKS)}")


def _check_version(plugin: object) -> None:
    wanted = getattr(plugin, "NPLINT_API", API_VERSION)
    if not isinstance(wanted, int):
        raise TypeError(f"its NPLINT_API is {wanted!r} and has to be a number: write {API_VERSION}")
    if wanted != API_VERSION:
        raise NplintError(
            f"it is written for version {wanted} of nplint's API, and this nplint has version {API_VERSION}: "
            "install versions of the two that fit"
        )


def _entry_points() -> Iterable["EntryPoint"]:
    """What installed packages register for nplint.

    Most environments have no such package, and the machinery that reads their metadata takes longer to import than a
    manifest to lint. So it comes in only where some package's list of entry points names the group.
    """
    if not registers_plugins():
        return ()
    from importlib.metadata import entry_points

    return entry_points(group="nplint")


class _Brought(NamedTuple):
    """What one plugin brings, each with the plugin and its name."""

    rules: list[tuple[str, str, Rule]]
    formats: list[tuple[str, str, Formatter]]
    profiles: list[tuple[str, str, Profile]]


def _ask(manager: pluggy.PluginManager, name: str) -> _Brought:
    """What one plugin brings. Each is asked alone: pluggy does not tell whose answer is whose."""
    others = [plugin for other, plugin in manager.list_name_plugin() if other != name]
    origin = f"the plugin {name}"

    def answers(hook: str) -> list[Any]:
        caller = manager.subset_hook_caller(hook, others)
        found = list(caller())
        if caller.get_hookimpls() and not found:
            raise TypeError(f"{hook} gives nothing: does it lack its return?")
        return found

    with blaming(name):
        formats = answers("nplint_formats")
        # A format of nplint's own that fails is nplint's fault.
        named = formats_in(formats, name) if name != "nplint" else output.FORMATS.items()
        return _Brought(
            [(origin, rule.name, rule) for rule in rules_in(answers("nplint_rules"))],
            [(origin, *pair) for pair in named],
            [(origin, *pair) for pair in profiles_in(answers("nplint_profiles"))],
        )


def _by_name(what: str, brought: list[tuple[str, str, T]]) -> dict[str, tuple[str, T]]:
    """Things by their names, in the order of these, each with its origin."""
    found: dict[str, tuple[str, T]] = {}
    for origin, name, value in brought:
        if name in found:
            raise NplintError(f"{found[name][0]} and {origin} both bring a {what} named {name}: remove one of them")
        found[name] = origin, value
    return dict(sorted(found.items()))
