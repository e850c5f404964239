"""A progress bar for work that takes long. It is gone when the work is done, or cut short."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

T = TypeVar("T")

DELAY = 1.0
"""The seconds that work may take without a bar."""

_BETWEEN = 0.1
_BAR = 24
# The rest of the line in columns. A line that goes on in the next row could not be erased.
_LABEL_AND_COUNT = 30
_ERASE, _SHOW_CURSOR = "\r\x1b[K", "\x1b[?25h"


class Progress:
    """Shows on a terminal how far a run is. As a context, it leaves no trace there."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._next = clock() + DELAY
        self._drawn = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._erase()

    def watch(self, what: str, things: Iterable[T]) -> Iterator[T]:
        """The things, counted as they are taken."""
        bar = None
        try:
            for done, thing in enumerate(things):
                if self._clock() >= self._next:
                    bar = bar or self._bar(what, things)
                    self._draw(bar, done)
                yield thing
        finally:
            self._erase()

    def _bar(self, what: str, things: Iterable[T]) -> "ProgressBar[T]":
        from click import progressbar

        bar = progressbar(things, label=what, show_pos=True, show_eta=False, width=_BAR, file=self._stream)
        if bar.length is None:
            bar.bar_template = "%(label)s  %(info)s"
        return bar

    def _draw(self, bar: "ProgressBar[T]", done: int) -> None:
        self._next = self._clock() + _BETWEEN
        if (os.get_terminal_size(self._stream.fileno()).columns or 80) >= _BAR + _LABEL_AND_COUNT:
            bar.pos = done
            bar.render_progress()
            # The bar hides the cursor, and nobody would bring it back after a run that is killed.
            self._write(_SHOW_CURSOR)
            self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._write(_ERASE)
            self._drawn = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
