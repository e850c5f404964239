"""The options that several commands share, and where the value of each comes from."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from nplint.declared import Config
from nplint.limits import DEFAULT, Limits, parse

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

NETWORKS = ("vpc", "tunnel", "cloud-native-2.0", "vpc-router", "overlay_l2", "eni")


def completed(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """What a shell may put in the place of a value."""
    from nplint.cli.completion import values

    return values(ctx, parameter, incomplete)


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that the environment can set too: --fail-on by NPLINT_FAIL_ON."""
    long = next(name for name in names if name.startswith("--"))
    envvar = "NPLINT_" + long[2:].partition("/")[0].replace("-", "_").upper()
    return click.option(*names, envvar=envvar, shell_complete=completed, **settings)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, in the order in which the help lists them."""

    def decorate(command: F) -> F:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


class FormatName(click.types.StringParamType):
    """The name of an output format. Which there are is found out only where it is asked for; plugins bring more."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        from nplint.output import FORMATS

        return "|".join(FORMATS)


path_arguments = click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completed)
target = together(
    option(
        "--type",
        "type_",
        metavar="standard|turbo|autopilot|kubernetes",
        help="What the target cluster is: a CCE type, or plain Kubernetes; CCE and Turbo are understood.",
    ),
    option(
        "--network",
        type=click.Choice(NETWORKS),
        metavar="vpc|tunnel|cloud-native-2.0",
        help="Its network model; vpc-router, overlay_l2 and eni are understood.",
    ),
    option("--cluster-version", metavar="VERSION", help="Its version as CCE prints it, such as v1.29.13-r0."),
    option("--proxy-mode", type=click.Choice(["iptables", "ipvs"]), help="How its nodes forward to Services."),
    option("--node-port-range", metavar="LOW-HIGH", help="The node ports it hands out.  [default: 30000-32767]"),
)
LASTING = ("fail-on", "min-confidence", "format", "require-manifests", "baseline")
"""The options that a configuration may set; `ignore` and `context` mean something else there."""
rules = option("--rules", multiple=True, metavar="PATH", help="Use the YAML rules in a folder or file as well.")
limit = option(
    "--limit",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Take in more or less: depth, documents, file-size, ignore-size and rule-size; repeatable.",
)
TARGET_NAMES = ("type_", "network", "cluster_version", "proxy_mode", "node_port_range")

extensions = together(
    option("--config", metavar="FILE", help="The configuration to use, instead of the one found above the path."),
    option("--isolated", is_flag=True, help="Use no configuration."),
    # Not from the environment: what runs code has to be seen in the command.
    click.option(
        "--plugin", multiple=True, metavar="MODULE", help="Load a Python module with more rules, formats or types."
    ),
    limit,
)
inputs = together(
    option("--context", multiple=True, metavar="FILE", help="What else runs in the cluster; not reported on."),
    option("--separately", is_flag=True, help="Judge each file on its own, for hooks that are given files in lots."),
    option("--force-exclude", is_flag=True, help="Apply the configuration's `exclude` to named files as well."),
    option(
        "--require-manifests", is_flag=True, help="Exit with 2 when no manifest is found, wherever one was looked for."
    ),
    option(
        "--allow-no-manifests",
        is_flag=True,
        help="Pass over named paths that hold no manifest; for hooks that are given every file.",
    ),
)


REVISION_NAMES = ("staged", "against", "exact", "revision", "each_commit")
"""The options that make a run look at something else than the files as they are."""

revisions = together(
    option("--staged", is_flag=True, help="Judge what is staged and what that changes; for hooks."),
    option(
        "--against",
        metavar="REV|A..B",
        help="Compare with where this work left REV. `auto` takes REV from pre-commit or the CI system.",
    ),
    option("--exact", is_flag=True, help="With --against: compare with REV itself."),
    option("--revision", metavar="REV", help="Judge the files of REV instead of those of the work tree."),
    option("--each-commit", metavar="A..B", help="Judge each commit after A up to B, as if each were deployed."),
    option(
        "--new-only/--all",
        default=None,
        help="Leave out what was found before the change too.  [default: with --staged and --each-commit]",
    ),
)
selection = together(
    option(
        "--select",
        multiple=True,
        metavar="RULE[,RULE]",
        help="Run these rules and no others; `nplint rules` lists them.",
    ),
    option("--ignore", multiple=True, metavar="RULE[,RULE]", help="Leave these rules out."),
)
acceptance = together(
    option("--baseline", metavar="FILE", help="Findings that are known and do not count."),
    option("--no-ignores", is_flag=True, help="Suppress nothing, whatever comments, annotations and `ignore` say."),
)
"""What makes findings not count."""
display = together(
    option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="When to colour the output.",
    ),
    option("--debug", is_flag=True, help="Show the traceback of a rule that failed."),
)


class Setting(NamedTuple):
    """A value and where it comes from."""

    value: Any
    origin: str


def limits(options: Mapping[str, Setting]) -> Limits:
    """How much a run takes in.

    Raises:
        NplintError: a limit is none.
    """
    return limits_of(options["limit"].value)


def limits_of(values: Sequence[str]) -> Limits:
    """How much is taken in with these values of --limit.

    Raises:
        NplintError: one of them is no limit.
    """
    found = parse(values)
    if found.depth > DEFAULT.depth:
        # What reads and judges a value calls itself a few times for each step down.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * found.depth))
    return found


def settings(ctx: click.Context, config: Config) -> dict[str, Setting]:
    """Every option by its Python name; the command line wins over the environment, that over the configuration."""
    return {
        parameter.name: _setting(ctx, parameter, config)
        for parameter in ctx.command.params
        if isinstance(parameter, click.Option) and parameter.name
    }


def _setting(ctx: click.Context, parameter: click.Option, config: "Config") -> Setting:
    name = parameter.name or ""
    value, source = ctx.params[name], ctx.get_parameter_source(name)
    flag = next(word for word in parameter.opts if word.startswith("--"))
    if source is ParameterSource.COMMANDLINE:
        return Setting(value, flag)
    if source is ParameterSource.ENVIRONMENT:
        return Setting(value, str(parameter.envvar))
    configured = config.option(flag[2:]) if flag[2:] in LASTING else None
    if configured is None:
        return Setting(value, "default")
    span, value = configured.span, configured.value
    return Setting(from_here(config.folder, str(value)) if flag == "--baseline" else value, span.place)


def from_here(folder: str, path: str) -> str:
    """A path that a configuration in this folder names, as it looks from the current folder."""
    from nplint import sources

    return sources.shown(os.path.join(folder, path))
