"""The command line: arguments -> run -> exit code. The only package that prints and reads the environment and clock."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from nplint import __version__
from nplint.cli import check
from nplint.cli.terminal import give_up, tell, tell_failure
from nplint.errors import NplintError, reason

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETION = "_NPLINT_COMPLETE"
"""The variable of the environment through which a completion script asks: `bash_complete` and the like."""

EXIT_WRONG_CALL = 2
EXIT_OUR_FAULT = 3
EXIT_INTERRUPTED = 130


# Each command is imported when it is used; `check` is what nearly every run is.
_COMMANDS = {
    "cache": "cache:cache",
    "check": "check:check",
    "completion": "completion:completion",
    "config": "configure:config",
    "explain": "rules:explain",
    "fix": "fix:fix",
    "graph": "graph:graph",
    "init": "configure:init",
    "ports": "ports:ports",
    "rule": "rule:rule",
    "rules": "rules:rules",
}


class _CheckByDefault(click.Group):
    """A group that takes `nplint PATH...` for `nplint check PATH...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and ctx.resilient_parsing:
            # A shell asks what the first word can be.
            return super().parse_args(ctx, args)
        if not args or (args[0] not in _COMMANDS and args[0] not in ("--help", "-h", "--version")):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from nplint.cli.completion import first_words

        return first_words(super().shell_complete(ctx, incomplete), ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"nplint.cli.{module}"), name)
        return command


@click.group(
    cls=_CheckByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=check.EPILOG,
)
@click.version_option(__version__, message="nplint %(version)s")
def cli() -> None:
    """Find what is wrong with Kubernetes NodePort Services before they are applied.

    `nplint [PATH]...` is short for `nplint check [PATH]...`; see `nplint check --help` for its options.
    """


def _answers_a_shell() -> bool:
    """Whether a completion script asked something, and got it."""
    question = os.environ.get(COMPLETION)
    if not question:
        return False
    from nplint.cli.completion import answer

    return answer(question, cli)


def main() -> NoReturn:
    """Run the command line and turn what goes wrong into its exit code."""
    stdout = sys.stdout
    try:
        if _answers_a_shell():
            sys.exit(0)
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
    except SystemExit as left:
        # Where the reader of a help page has gone, click puts another stream in place, and leaves with 1.
        sys.exit(left.code if sys.stdout is stdout else 0)
    except OSError as error:
        give_up(sys.stdout)
        tell(f"error: the system does not let nplint go on: {reason(error)}")
        sys.exit(EXIT_WRONG_CALL)
    except Exception as error:
        tell_failure("nplint failed", error, debug="--debug" in sys.argv)
        sys.exit(EXIT_OUR_FAULT)
    sys.exit(0)
