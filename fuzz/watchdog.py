"""A limit to how long an input may take."""

import signal
from collections.abc import Callable
from functools import wraps
from types import FrameType

SECONDS = 10.0
"""Processor time: how long it takes by the clock hangs on what else the machine does."""


class TookTooLongError(BaseException):
    """An input took longer than it may. Nothing that nplint handles is an exception like this."""


def limited(check: Callable[[bytes], None], seconds: float = SECONDS) -> Callable[[bytes], None]:
    """The same check, which raises where an input takes longer."""

    def expire(number: int, frame: FrameType | None) -> None:
        raise TookTooLongError(f"it takes more than {seconds:g} seconds of processor time")

    @wraps(check)
    def checked(data: bytes) -> None:
        before = signal.signal(signal.SIGPROF, expire)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            check(data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    return checked
