"""The command line: arguments -> run -> exit code. The only package that prints and reads the environment and clock."""

import gc
import sys
from typing import NoReturn

import click

from nplint.cli import check, configure, ports, rules
from nplint.cli.terminal import show, tell, tell_failure
from nplint.errors import NplintError

EXIT_WRONG_CALL = 2
EXIT_OUR_FAULT = 3
EXIT_INTERRUPTED = 130


class _CheckByDefault(click.Group):
    """A group that takes `nplint PATH...` for `nplint check PATH...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["check", *args]
        return super().parse_args(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        show(f"nplint {version('nplint')}\n")
        ctx.exit()


@click.group(
    cls=_CheckByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=check.EPILOG,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Find what is wrong with Kubernetes NodePort Services before they are applied.

    `nplint [PATH]...` is short for `nplint check [PATH]...`; see `nplint check --help` for its options.
    """


for command in (check.check, ports.ports, configure.config, configure.init, rules.rules, rules.explain):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and turn what goes wrong into its exit code."""
    # A run is short and makes few cycles; the collector would walk every parsed document again and again.
    gc.disable()
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_WRONG_CALL)
    except NplintError as error:
        from nplint.output.excerpt import printable

        tell("\n".join(f"error: {printable(str(sentence))}" for sentence in error.args))
        sys.exit(EXIT_WRONG_CALL)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        tell_failure("nplint failed", error, debug="--debug" in sys.argv)
        sys.exit(EXIT_OUR_FAULT)
    sys.exit(0)
