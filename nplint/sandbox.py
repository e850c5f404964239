"""Has a process of its own judge what a repository's rules ask for, and ends it when that takes too much.

A regular expression or a CEL expression can take years and all the memory there is, and neither can be stopped from
within the process that evaluates it.
"""

import sys
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, cast

if TYPE_CHECKING:
    from subprocess import Popen

TAKEN = "taken "
"""What the last line begins with, which tells how many seconds of the processor's time the answers took."""
_KEEPS_TIME = sys.platform != "win32"
"""Whether the operating system ends a process that takes too much of the processor's time; it does so with SIGPROF."""
SECONDS = 5.0
"""How much of the processor's time one rule may take on one cluster."""
SECONDS_IN_ALL = 60.0
"""How much of it all of them together may take."""
PATIENCE = 12
"""How often as long it may take by the clock: the processor may have others to work for."""
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
        # Several threads may judge by the same rules.
        self._lock = Lock()

    def ask(self, request: dict[str, Any]) -> Iterator[Any]:
        """The answers of the process, one after the other.

        Raises:
            LimitError: the process was ended before it had answered in full.
        """
        import json

        with self._lock:
            answers = self._exchange(json.dumps(request))
        # All of them are taken before the first is given: what is done with them takes no time of the rule's.
        yield from (json.loads(line) for line in answers.lines)
        if answers.limit:
            raise LimitError(answers.limit)

    def _exchange(self, request: str) -> "_Answers":
        if self._left <= 0:
            return _Answers([], "the rules of this run have taken all the time that they may take together")
        from threading import Timer

        process, seconds = self._started(), min(self._seconds, self._left)
        patience = _Patience(process, seconds * (PATIENCE if _KEEPS_TIME else 1))
        clock = Timer(patience.seconds, patience.end)
        clock.start()
        try:
            lines = _spoken(process, f"{seconds} {request}\n")
        finally:
            clock.cancel()
            clock.join()
        if lines and lines[-1].startswith(TAKEN):
            self._left -= float(lines.pop().removeprefix(TAKEN))
            return _Answers(lines, "")
        self._left -= seconds
        self._end()
        return _Answers(lines, patience.reason(seconds))

    def _started(self) -> "Popen[str]":
        if self._process is None:
            from subprocess import DEVNULL, PIPE, Popen
            from weakref import finalize

            # -P keeps the current folder, which may be the repository, from being imported from.
            command = [sys.executable, "-P", "-m", "nplint.worker", str(MEBIBYTES)]
            self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True)  # noqa: S603
            finalize(self, _end, self._process)
        return self._process

    def _end(self) -> None:
        if self._process:
            _end(self._process)
        self._process = None


class _Answers(NamedTuple):
    lines: list[str]
    limit: str
    """Why there are no more of them, "" where these are all."""


class _Patience:
    """Ends a process that takes too long, and knows why it has ended."""

    def __init__(self, process: "Popen[str]", seconds: float) -> None:
        self.seconds = seconds
        self._process = process
        self._is_over = False

    def end(self) -> None:
        self._is_over = True
        self._process.kill()

    def reason(self, seconds: float) -> str:
        if self._is_over:
            return f"it takes more than {self.seconds:g} seconds"
        import signal

        is_late = sys.platform != "win32" and self._process.wait() == -signal.SIGPROF
        return f"it takes more than {seconds:g} seconds" if is_late else "it ends its process, as too much memory does"


def _spoken(process: "Popen[str]", request: str) -> list[str]:
    """The lines that a process answers with, the last of them cut off where it ends before its time."""
    stdin, stdout = cast(TextIO, process.stdin), cast(TextIO, process.stdout)
    lines: list[str] = []
    try:
        stdin.write(request)
        stdin.flush()
    except BrokenPipeError:
        return lines
    for line in stdout:
        if not line.endswith("\n"):
            break
        lines.append(line)
        if line.startswith(TAKEN):
            break
    return lines


def _end(process: "Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:
                continue
