"""`nplint cache`: what is kept between runs."""

import os

import click

from nplint.answers import Answers, Size
from nplint.cli.recall import cache_folder
from nplint.cli.terminal import show, tell
from nplint.errors import NplintError
from nplint.output.excerpt import printable


@click.group()
def cache() -> None:
    """Show or clear what is kept between runs.

    Runs of many files keep what they printed. The next one that is asked the same about the same bytes prints it again.
    """


@cache.command()
def info() -> None:
    """Print the folder and how much is in it."""
    answers = _answers()
    show(printable(f"{answers.folder}: {_counted(answers.size)}") + "\n")


@cache.command()
def clear() -> None:
    """Remove everything that is kept."""
    answers = _answers()
    tell(printable(f"removed {_counted(answers.clear())} from {answers.folder}"))


def _answers() -> Answers:
    folder = cache_folder(os.environ)
    if not folder:
        raise NplintError("there is no folder to keep anything in: set NPLINT_CACHE_DIR to one")
    return Answers(folder)


def _counted(size: Size) -> str:
    return f"{size.answers} answer{'' if size.answers == 1 else 's'}, {size.bytes:,} bytes"
