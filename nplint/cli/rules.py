"""`nplint rules` and `nplint explain`, and which rules a run uses."""

from typing import TYPE_CHECKING, Any

import click

from nplint.cli import options
from nplint.cli.extensions import prepare
from nplint.cli.options import completed, extensions
from nplint.cli.terminal import show, terminal
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.check import Rule
    from nplint.cli.options import Setting
    from nplint.declared import Config
    from nplint.plugins import Plugins


@click.command(short_help="List the rules.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the rules are printed.",
)
@extensions
@options.rules
def rules(format_: str, **given: Any) -> None:
    """List the rules with their severity and what they find."""
    from nplint.output.rules import render

    pluggable, _ = prepare((), given)
    show(render(pluggable().rules.values(), format_))


@click.command(short_help="Explain rules, with examples.")
@click.argument("names", nargs=-1, metavar="[RULE]...", shell_complete=completed)
@extensions
@options.rules
def explain(names: tuple[str, ...], **given: Any) -> None:
    """Explain rules: what each finds, why that matters, where it applies, with examples. Without a name, list them."""
    from nplint.output.explain import explain as page
    from nplint.output.rules import render

    pluggable, _ = prepare((), given)
    known = pluggable().rules
    wanted = [one_of("rule", known, name) for name in dict.fromkeys(names)]
    pages = "\n\n".join(page(rule, terminal("auto")) for rule in wanted)
    show(pages or render(known.values(), "text"))


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


def left_out(
    loaded: "Plugins", chosen: "list[Rule]", options: "dict[str, Setting]", config: "Config"
) -> dict[str, str]:
    """Why each of the other rules is not among the chosen ones."""
    ran, unwanted = {rule.name for rule in chosen}, _names(options["ignore"].value)
    reasons = {}
    for name in loaded.rules:
        if name in ran:
            continue
        if name in unwanted:
            reasons[name] = f"{options['ignore'].origin} leaves it out"
        elif options["select"].value:
            reasons[name] = f"{options['select'].origin} names others"
        elif name in config.severities:
            reasons[name] = f"it is off: {config.severities[name].span.place}"
        else:
            reasons[name] = "it is off by default"
    return reasons


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
    from nplint.spelling import way_out

    raise NplintError(f"no {what} is named {name}: {way_out(name, known)}")
