"""Whose fault it is when a plugin does something that it must not do."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from nplint.check import Rule
from nplint.errors import NplintError
from nplint.finding import Severity
from nplint.hookspecs import Formatter, Terminal
from nplint.profile import Profile, When
from nplint.report import Report

_FIELDS: Mapping[str, type] = {
    "name": str,
    "severity": Severity,
    "source": str,
    "when": When,
    "good": tuple,
    "bad": tuple,
}


@contextmanager
def blaming(plugin: str) -> Iterator[None]:
    """Say whose fault it is, so that the user knows which package to repair or remove."""
    try:
        yield
    except NplintError as error:
        raise NplintError(*(f"the plugin {plugin}: {sentence}" for sentence in error.args)) from error
    except (Exception, SystemExit) as error:
        # One that ends the program would have it end without a word.
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise NplintError(f"the plugin {plugin} fails, repair or remove it: {reason}") from error


def rules_in(answers: Iterable[Any]) -> list[Rule]:
    """The rules that a hook's answers hold.

    Raises:
        TypeError: something in them is none.
    """
    rules = [_of(Rule, rule, "nplint_rules gives") for answer in answers for rule in answer]
    for rule in rules:
        for field, type in _FIELDS.items():
            _of(type, getattr(rule, field), f"the rule {rule.name} has as its {field}")
        _callable(rule.check, f"the rule {rule.name} has as its check")
    return rules


def formats_in(answers: Iterable[Any], plugin: str) -> list[tuple[str, Formatter]]:
    """The formats that a hook's answers hold, each of which says whose it is when it fails.

    Raises:
        TypeError: something in them is none.
    """
    pairs = _pairs(answers, "nplint_formats gives")
    return [(name, partial(_rendered, plugin, _callable(format, f"the format {name} is"))) for name, format in pairs]


def profiles_in(answers: Iterable[Any]) -> list[tuple[str, Profile]]:
    """The types of clusters that a hook's answers hold.

    Raises:
        TypeError: something in them is none.
    """
    pairs = _pairs(answers, "nplint_profiles gives")
    return [(name, _of(Profile, profile, f"the type {name} is")) for name, profile in pairs]


def _pairs(answers: Iterable[Any], what: str) -> list[tuple[str, Any]]:
    return [pair for answer in answers for pair in _of(Mapping, answer, what).items()]


def _of(type_: type, value: Any, what: str) -> Any:
    if not isinstance(value, type_):
        raise TypeError(f"{what} {type(value).__name__} where a {type_.__name__} has to be")
    return value


def _callable(value: Any, what: str) -> Any:
    if not callable(value):
        raise TypeError(f"{what} {type(value).__name__} where a function has to be")
    return value


def _rendered(plugin: str, format: Formatter, report: Report, terminal: Terminal) -> str:
    with blaming(plugin):
        text: str = _of(str, format(report, terminal), "its format gives")
        return text
