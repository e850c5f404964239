"""The process behind the sandbox: reads requests from its standard input and answers them, until it is ended."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

Request = dict[str, Any]


def main(mebibytes: int) -> None:
    """Answer each line with lines, of which the last is empty."""
    _limit_memory(mebibytes * 1024**2)
    for line in sys.stdin:
        request = json.loads(line)
        for answer in _ANSWERS[request.pop("do")](**request):
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        sys.stdout.write("\n")
        sys.stdout.flush()


def _limit_memory(limit: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, ValueError, OSError):
        # Windows has no such limit and macOS does not keep it; the time is limited all the same.
        return


def _violations(schema: Any, values: list[Any]) -> Iterator[Any]:
    from nplint.violations import violations

    for value in values:
        try:
            yield violations(value, schema)
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
