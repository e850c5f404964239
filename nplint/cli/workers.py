"""Processes that help with reading."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from threading import Thread


@contextmanager
def staff(jobs: int) -> Iterator[Executor]:
    """Processes to hand work to. However the work ends, they end with it."""
    # A copy of this process starts a hundred times faster than a new one. Elsewhere than on Linux, copies are not safe.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    executor = ProcessPoolExecutor(jobs, context, initializer=_begin)
    try:
        with _deaf():
            # All of them start here, those of Linux before there is any thread.
            executor.submit(_begin)
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in active_children():
            child.terminate()
        raise
    executor.shutdown()


@contextmanager
def _deaf() -> Iterator[None]:
    """Have no Ctrl-C interrupt what starts here: whoever started it hears it, and ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Make a new process one that only works, and ends when nobody is left to work for."""
    gc.disable()
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: object) -> None:
    parent.join()  # type: ignore[attr-defined]
    os._exit(1)
