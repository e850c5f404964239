"""Has a process of its own judge what a repository's rules ask for, and ends it when that takes too much.

A regular expression or a CEL expression can take years and all the memory there is, and neither can be stopped from
within the process that evaluates it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from subprocess import Popen

SECONDS = 5.0
"""How long one rule may take on one cluster."""
SECONDS_IN_ALL = 60.0
"""How long all of them together may take."""
MEBIBYTES = 1024
"""How much memory the process may have, where the operating system knows of such limits."""


class LimitError(Exception):
    """A rule has asked for more than it may have; the message says of what."""


class Sandbox:
    """A process that is started when the first rule needs it, and ended with this object."""

    def __init__(self, seconds: float = SECONDS, seconds_in_all: float = SECONDS_IN_ALL) -> None:
        self._seconds = seconds
        self._left = seconds_in_all
        self._process: Popen[str] | None = None

    def ask(self, request: dict[str, Any]) -> Iterator[Any]:
        """The answers of the process, one after the other.

        Raises:
            LimitError: the process was ended before it had answered in full.
        """
        from threading import Timer
        from time import monotonic

        if self._left <= 0:
            raise LimitError("the rules of this run have taken all the time that they may take together")
        process = self._started()
        seconds = min(self._seconds, self._left)
        began = monotonic()
        clock = Timer(seconds, process.kill)
        clock.start()
        is_complete = False
        try:
            yield from self._answers(process, request)
            is_complete = True
        except (BrokenPipeError, EOFError):
            late = monotonic() - began >= seconds
            what = f"it takes more than {seconds:g} seconds" if late else "it ends its process, as too much memory does"
            raise LimitError(what) from None
        finally:
            clock.cancel()
            self._left -= monotonic() - began
            # What nobody has read is no answer to the next request.
            if not is_complete:
                self._end()

    def _started(self) -> "Popen[str]":
        if self._process is None:
            import sys
            from subprocess import DEVNULL, PIPE, Popen
            from weakref import finalize

            # -P keeps the current folder, which may be the repository, from being imported from.
            command = [sys.executable, "-P", "-m", "nplint.worker", str(MEBIBYTES)]
            self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True)  # noqa: S603
            finalize(self, _end, self._process)
        return self._process

    def _answers(self, process: "Popen[str]", request: dict[str, Any]) -> Iterator[Any]:
        import json

        stdin, stdout = cast(TextIO, process.stdin), cast(TextIO, process.stdout)
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        for line in stdout:
            if line == "\n":
                return
            yield json.loads(line)
        raise EOFError

    def _end(self) -> None:
        if self._process:
            _end(self._process)
        self._process = None


def _end(process: "Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:
                continue
