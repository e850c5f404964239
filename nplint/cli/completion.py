"""`nplint completion`, and what a shell may put in the place of a word. Imported only where one asks."""

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from nplint.cli import COMPLETION
from nplint.cli.terminal import show

Items = list[CompletionItem[str]]


class _Shell(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> Items:
        """Complete `--option=value` too, which bash gives as three words and the others as one."""
        option, equals, value = incomplete.partition("=")
        if not (equals and option.startswith("--")):
            return super().get_completions(args[:-1] if args[-1:] == ["="] else args, incomplete)
        items = super().get_completions([*args, option], value)
        return [CompletionItem(f"{option}={item.value}", item.type, item.help) for item in items]


class _Bash(_Shell, BashComplete):
    pass


class _Zsh(_Shell, ZshComplete):
    def format_completion(self, item: CompletionItem[str]) -> str:
        # An empty line is lost on the way, and the script needs three for each item.
        return super().format_completion(CompletionItem(item.value or "_", item.type, item.help))


class _Fish(_Shell, FishComplete):
    # A comma ends the kind of an item; in the item itself it means nothing.
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


_SHELLS: dict[str, type[_Shell]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def _shell(name: str, cli: click.Command) -> _Shell:
    return _SHELLS[name](cli, {}, "nplint", COMPLETION)


def answer(question: str, cli: click.Command) -> bool:
    """Print what a script asks for, if it is one of these scripts that asks."""
    name, _, what = question.partition("_")
    if name not in _SHELLS or what != "complete":
        return False
    show(_shell(name, cli).complete() + "\n")
    return True


@click.command(short_help="Print a completion script for a shell.")
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, /, shell: str) -> None:
    """Print the script that completes commands, options, rules, formats and paths in a shell."""
    show(_shell(shell, ctx.find_root().command).source())


def first_words(commands: Items, ctx: click.Context, incomplete: str) -> Items:
    """Commands, and what the command takes that a call without one means."""
    from nplint.cli.check import check

    if incomplete.startswith("-"):
        return [*commands, *check.shell_complete(ctx, incomplete)]
    # bash takes commands for paths that come after them, and looks for paths where no command fits.
    return [CompletionItem(incomplete, type="file"), *commands]


def values(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """What an option or argument takes: its kind is told by the word that the help has for it."""
    metavar = parameter.metavar or ""
    if "RULE" in metavar:
        return _rules(incomplete)
    if parameter.name == "format_":
        return _formats(incomplete)
    if "FILE" in metavar or "PATH" in metavar:
        return [CompletionItem(incomplete, type="file")]
    if "FOLDER" in metavar:
        return [CompletionItem(incomplete, type="dir")]
    return parameter.type.shell_complete(ctx, parameter, incomplete)


def _rules(incomplete: str) -> Items:
    """The rules that the last of the words between commas may become."""
    from nplint import plugins

    *given, word = incomplete.split(",")
    start = "".join(f"{name}," for name in given)
    return [
        CompletionItem(start + name, help=rule.summary)
        for name, rule in plugins.load().rules.items()
        if name.startswith(word) and name not in given
    ]


def _formats(incomplete: str) -> Items:
    from nplint import plugins

    return [CompletionItem(name) for name in plugins.load().formats if name.startswith(incomplete)]
