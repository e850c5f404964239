"""`nplint rules` and `nplint explain`, and which rules a run uses."""

from typing import TYPE_CHECKING, Any

import click

from nplint.cli import options
from nplint.cli.options import extensions
from nplint.cli.terminal import show
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.check import Rule
    from nplint.declared import Config
    from nplint.plugins import Plugins


@click.command(short_help="List the rules.")
@extensions
@options.rules
def rules(**given: Any) -> None:
    """List the rules with their severity and what they find."""
    from nplint.cli import run

    loaded, _ = run.prepare((), given)
    known = loaded.rules.values()
    width = max(len(rule.name) for rule in known)
    lines = (
        f"{rule.name:<{width}}  {rule.severity.value if rule.default else 'off':<7}  {rule.summary}\n" for rule in known
    )
    show("".join(lines))


@click.command(short_help="Explain a rule, with examples.")
@click.argument("rule")
@extensions
@options.rules
def explain(rule: str, **given: Any) -> None:
    """Explain a rule: what it finds, why that matters, where it is documented, with examples."""
    from nplint.cli import run
    from nplint.output.explain import explain as page

    loaded, _ = run.prepare((), given)
    show(page(one_of("rule", loaded.rules, rule)))


def choose(loaded: "Plugins", select: tuple[str, ...], ignore: tuple[str, ...], config: "Config") -> "list[Rule]":
    """The rules of a run, with the severities that the configuration gives them.

    Raises:
        NplintError: a rule is unknown, or none is left.
    """
    wanted, unwanted = _names(select), _names(ignore)
    if select and not wanted:
        raise NplintError("--select names no rule: leave it out to run all, `nplint rules` lists them")
    for name in (*wanted, *unwanted):
        one_of("rule", loaded.rules, name)
    known = {name: _configured(rule, config.severities) for name, rule in loaded.rules.items()}
    _check_names(config, loaded)
    chosen = [known[name] for name in wanted] or [rule for rule in known.values() if rule.default]
    left = [rule for rule in chosen if rule.name not in unwanted]
    if not left:
        raise NplintError(
            "--ignore and the configuration leave no rule to run: ignore fewer, or name some with --select"
        )
    return left


def _names(given: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(name.strip() for text in given for name in text.split(",") if name.strip()))


def _configured(rule: "Rule", severities: Any) -> "Rule":
    """A rule as `rules:` of the configuration wants it: YAML reads `on` and `off` as true and false."""
    from nplint.finding import Severity

    wish = severities[rule.name].value if rule.name in severities else None
    if wish is None:
        return rule
    if wish in (False, "off"):
        return rule._replace(default=False)
    return rule._replace(default=True, severity=rule.severity if wish in (True, "on") else Severity(wish))


def _check_names(config: "Config", loaded: "Plugins") -> None:
    named = [(name, node.key) for name, node in config.severities.items()]
    if config.root:
        named += [(node["rule"].text, node["rule"]) for node in config.root["ignore"] if node["rule"].present]
    wrong = []
    for name, node in named:
        try:
            one_of("rule", loaded.rules, name)
        except NplintError as error:
            span = node.span
            wrong.append(f"{span.place}: {error}")
    if wrong:
        raise NplintError(*wrong)


def one_of(what: str, known: Any, name: str) -> Any:
    """The thing of this name.

    Raises:
        NplintError: there is none; the message names the nearest one.
    """
    if name in known:
        return known[name]
    from nplint.spelling import listed, nearest

    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"there are {listed(known)}"
    raise NplintError(f"no {what} is named {name}: {hint}")
