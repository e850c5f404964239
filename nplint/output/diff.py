"""What fixes change, as a unified diff."""

from collections.abc import Iterable
from difflib import unified_diff

import click

from nplint.document import LINE_END, Source
from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable

_COLORS = {"-": "red", "+": "green", "@": "cyan"}


def render(changes: Iterable[tuple[Source, Source]], terminal: Terminal) -> str:
    """The changes from one state of files to another."""
    return "".join(f"{line}\n" for before, after in changes for line in _diff(before, after, terminal))


def _diff(before: Source, after: Source, terminal: Terminal) -> Iterable[str]:
    name = printable(before.path)
    for number, line in enumerate(unified_diff(_lines(before), _lines(after), name, name, lineterm="")):
        color = _COLORS.get(line[0]) if number > 1 else None
        is_styled = terminal.color and (number < 2 or color)
        yield click.style(line, fg=color, bold=number < 2 or None) if is_styled else line


def _lines(source: Source) -> list[str]:
    *lines, last = ("\t".join(map(printable, line.split("\t"))) for line in LINE_END.split(source.text))
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines
