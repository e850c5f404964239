"""The options that several commands share, and where the value of each comes from."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from nplint.declared import Config

F = TypeVar("F", bound=Callable[..., Any])

NETWORKS = ("vpc", "tunnel", "cloud-native-2.0", "vpc-router", "overlay_l2", "eni")


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that the environment can set too: --fail-on by NPLINT_FAIL_ON."""
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar="NPLINT_" + long[2:].replace("-", "_").upper(), **settings)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, in the order in which the help lists them."""

    def decorate(command: F) -> F:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


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
LASTING = ("fail-on", "format", "require-manifests")
"""The options that a configuration may set; `ignore` and `context` mean something else there."""
rules = option("--rules", multiple=True, metavar="PATH", help="Use the YAML rules in a folder or file as well.")
TARGET_NAMES = ("type_", "network", "cluster_version", "proxy_mode", "node_port_range")

extensions = together(
    option("--config", metavar="FILE", help="The configuration to use, instead of the one found above the path."),
    option("--isolated", is_flag=True, help="Use no configuration."),
    # Not from the environment: what runs code has to be seen in the command.
    click.option(
        "--plugin", multiple=True, metavar="MODULE", help="Load a Python module with more rules, formats or types."
    ),
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


class Setting(NamedTuple):
    """A value and where it comes from."""

    value: Any
    origin: str


def settings(ctx: click.Context, config: "Config") -> dict[str, Setting]:
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
    span = configured.span
    return Setting(configured.value, span.place)
