"""The process behind the sandbox: reads requests from its standard input and answers them, until it is ended."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

from nplint.sandbox import TAKEN

Request = dict[str, Any]


def main(mebibytes: int) -> None:
    """Answer each line, which begins with the seconds that it may take, with lines, of which the last is no answer."""
    _limit_memory(mebibytes * 1024**2)
    for line in sys.stdin:
        seconds, _, text = line.partition(" ")
        began = process_time()
        _limit_time(float(seconds))
        request = json.loads(text)
        for answer in _ANSWERS[request.pop("do")](**request):
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        _limit_time(0)
        sys.stdout.write(f"{TAKEN}{process_time() - began}\n")
        sys.stdout.flush()


def _limit_time(seconds: float) -> None:
    """Have the operating system end this process once it has taken so much of the processor's time; 0 is no limit."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(limit: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, ValueError, OSError):
        # Windows has no such limit and macOS does not keep it; the time is limited all the same.
        return


def _violations(schema: Any, values: list[Any]) -> Iterator[Any]:
    from nplint.undecided import undecided
    from nplint.violations import violations

    for value in values:
        try:
            yield violations(value, schema), undecided(value, schema)
        except RecursionError:
            yield "its schema leads back to itself"


def _mistakes(**request: Any) -> Iterator[Any]:
    try:
        from nplint import cel
    except ModuleNotFoundError:
        yield None
        return
    yield from cel.mistakes(**request)


def _verdicts(**request: Any) -> Iterator[Any]:
    from nplint import cel

    yield from cel.verdicts(**request)


_ANSWERS: dict[str, Callable[..., Iterator[Any]]] = {
    "violations": _violations,
    "mistakes": _mistakes,
    "verdicts": _verdicts,
}

if __name__ == "__main__":
    main(int(sys.argv[1]))
