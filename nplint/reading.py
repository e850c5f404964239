"""Files -> their documents: one after the other, or by whatever a `concurrent.futures.Executor` runs them on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from nplint.document import Document, Source
from nplint.limits import DEFAULT, Limits
from nplint.reader import decode, read

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

ALONE = 2000
"""How many files are read here before others are asked to help: getting them takes as long as reading these."""

# What is handed over at a time, in files and bytes, and how much of that may be under way.
_BATCH = 100
_BATCH_BYTES = 1 << 20
_AHEAD = 16
_AHEAD_BYTES = 32 << 20


class File(NamedTuple):
    """A file as it was loaded, and the path that led to it. What cannot be read is a document that says why."""

    path: str
    name: str
    data: bytes | Document
    limits: Limits = DEFAULT

    def documents(self) -> tuple[Document, ...]:
        return read(self.source(self.data)) if isinstance(self.data, bytes) else (self.data,)

    def source(self, data: bytes) -> Source:
        """The text that it has with these bytes."""
        return decode(self.name, data, limits=self.limits)


Read = tuple[File, tuple[Document, ...]]
Reading = Callable[[Iterator[File]], Iterator[Read]]
"""Gives files back in their order, each with its documents."""

Staff = Callable[[], "AbstractContextManager[Executor]"]
"""Gets those who help, and lets them go."""

# All of a document but the text, which need not be sent back.
_Rest = tuple[Any, ...]


def in_turn(files: Iterable[File]) -> Iterator[Read]:
    """Read one file after the other."""
    return ((file, file.documents()) for file in files)


def with_help(files: Iterator[File], staff: Staff) -> Iterator[Read]:
    """Read many files with the help of others, and few without. Where the help fails, the work is done here."""
    yield from in_turn(islice(files, ALONE))
    batches = _batches(files)
    first = next(batches, None)
    if first is None:
        return
    with ExitStack() as stack:
        try:
            executor = stack.enter_context(staff())
        except (OSError, ImportError, NotImplementedError):
            # The system has no way to start them, or to talk to them.
            yield from in_turn(chain(first, chain.from_iterable(batches)))
            return
        under_way = deque([(first, _submit(executor, first))])
        while under_way:
            while _has_room(under_way) and (batch := next(batches, None)):
                under_way.append((batch, _submit(executor, batch)))
            yield from _result(*under_way.popleft())


def _batches(files: Iterator[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.data) if isinstance(file.data, bytes) else 0
        if len(batch) == _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _has_room(under_way: "deque[tuple[list[File], Any]]") -> bool:
    """Whether more may be loaded: what waits to be read is held in memory."""
    return len(under_way) < _AHEAD and sum(_bytes(batch) for batch, _ in under_way) < _AHEAD_BYTES


def _bytes(batch: list[File]) -> int:
    return sum(len(file.data) for file in batch if isinstance(file.data, bytes))


def _submit(executor: "Executor", batch: list[File]) -> "Future[list[list[_Rest]]] | None":
    """Ask for the documents of some files; None where nobody is left to ask."""
    given = [file for file in batch if isinstance(file.data, bytes)]
    try:
        return executor.submit(read_batch, given)
    except (RuntimeError, OSError):
        return None


def read_batch(given: list[File]) -> list[list[_Rest]]:
    """The documents of some files, each without its text. This is what runs elsewhere."""
    return [
        [(one.index, one.start, one.end, one.value, one.defects, one.repeats_keys) for one in file.documents()]
        for file in given
    ]


def _result(batch: list[File], future: "Future[list[list[_Rest]]] | None") -> Iterator[Read]:
    try:
        found = iter(future.result() if future else ())
    except Exception:
        # Whoever did it is gone, or could not do it. What is wrong with the files themselves shows here too.
        future = None
    if future is None:
        yield from in_turn(batch)
        return
    for file in batch:
        if isinstance(file.data, bytes):
            source = file.source(file.data)
            yield file, tuple(Document(source, *rest) for rest in next(found))
        else:
            yield file, file.documents()
