"""What goes to the terminal, and how it looks there."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Protocol, TextIO, TypeVar

from nplint.errors import NplintError, reason

if TYPE_CHECKING:
    from nplint.hookspecs import Terminal

T = TypeVar("T")


def terminal(choice: str, *, show_suppressed: bool = False) -> "Terminal":
    """Standard output as a format sees it, with the colours that were asked for."""
    from nplint.hookspecs import Terminal

    return Terminal(*screen(choice), show_suppressed)


def screen(choice: str) -> tuple[bool, int, str, str]:
    """What is known of standard output: whether it has colours, its width and encoding, and the current folder."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return _colored(choice, os.environ), _width(os.environ), encoding, _folder()


def _folder() -> str:
    """The current folder as the root of its repository sees it; "" for the root itself and outside of repositories."""
    here = root = os.path.realpath(".")
    while not os.path.lexists(os.path.join(root, ".git")):
        root, below = os.path.dirname(root), root
        if root == below:
            return ""
    return "" if here == root else os.path.relpath(here, root).replace(os.sep, "/")


class Watch(Protocol):
    """Passes things on one after the other, and may show what is done with them and how many there were."""

    def __call__(self, what: str, things: Iterable[T], /) -> Iterator[T]: ...


def unwatched(what: str, things: Iterable[T], /) -> Iterator[T]:
    """The things, and nothing is shown."""
    return iter(things)


@contextmanager
def progress() -> Iterator[Watch]:
    """What shows how far the work is that is done within, if it takes long: on a terminal, and nowhere else."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield unwatched
    else:
        from nplint.cli.progress import Progress

        with Progress(sys.stderr) as shown:
            yield shown.watch


def _width(environ: Mapping[str, str]) -> int:
    """The columns of the terminal; 80 where there is none, or one that says 0 as that of a hook does."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


def _colored(choice: str, environ: Mapping[str, str]) -> bool:
    """Whether to colour: the flag, then NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE, CLICOLOR=0, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return environ.get("CLICOLOR") != "0" and bool(sys.stdout) and sys.stdout.isatty() and environ.get("TERM") != "dumb"


def today() -> str:
    """The day as 2027-06-30. It is the same everywhere, so that a run in one place finds what one in another does."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def standard_input() -> BinaryIO:
    """The bytes of standard input; none where there is no such thing."""
    # Who starts programs in the background may leave them without standard input at all.
    return sys.stdin.buffer if sys.stdin else BytesIO()


def show(text: str | bytes) -> None:
    """Print findings, or what else was asked for; the bytes of a file as they are."""
    _write(sys.stdout, text)


def tell(text: str) -> None:
    """Print what is not the result itself, on standard error."""
    _write(sys.stderr, f"{text}\n")


def replay(out: str, err: str) -> None:
    """Print what an earlier run printed."""
    _write(sys.stdout, out)
    _write(sys.stderr, err)


def _write(stream: TextIO | None, text: str | bytes) -> None:
    if stream is None:
        # Closed by the caller, who does not want to know.
        return
    # A terminal that cannot show a character of a manifest gets its escape, never an exception.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    try:
        if isinstance(text, bytes):
            stream.buffer.write(text)
        else:
            stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Whoever read this has seen enough; the exit code still tells the rest.
        give_up(stream)
    except OSError as error:
        give_up(stream)
        # Where standard error cannot be written, there is nobody to tell.
        if stream is sys.stdout:
            raise NplintError(f"cannot write standard output: {reason(error)}") from None


def give_up(stream: TextIO | None) -> None:
    """Let what is left for a stream go nowhere: at exit, Python writes it, and would fail again."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[union-attr]


def tell_failure(what: str, error: BaseException, way_out: str = "Please report this", *, debug: bool) -> None:
    """Say that nplint itself failed, or a plugin."""
    from nplint.output.excerpt import printable

    tell(f"error: {what} ({type(error).__name__}: {printable(str(error))}). {way_out}.")
    if debug:
        import traceback

        tell("".join(traceback.format_exception(error)))
