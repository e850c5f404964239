"""What runs printed, kept in a folder of the user: the same question about the same bytes has the same answer.

One file for each question, written whole and put in its place at once: no lock to wait for, nothing half-written, and
two runs at a time do no harm. Nothing in the folder is believed that does not prove itself whole and of this format.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

_FORMAT = "nplint answer 1"
_SUFFIX = ".answer"
LARGEST = 32 << 20
"""The bytes that one answer may take."""
ROOM = 128 << 20
"""The bytes that all answers together may take; those that were not asked for the longest go first."""


class Answer(NamedTuple):
    """What a run printed and how it ended. `about` is the sum of all that it read."""

    about: str
    out: str
    err: str
    code: int


class Size(NamedTuple):
    """How much is kept."""

    answers: int
    bytes: int


@dataclass(frozen=True)
class Answers:
    """The answers in a folder. What cannot be read there is not there, and what cannot be written is not kept."""

    folder: str

    @property
    def is_safe(self) -> bool:
        """Whether the folder is there and nobody but the user may write to it."""
        try:
            found = os.stat(self.folder)
        except OSError:
            return False
        if not hasattr(os, "geteuid"):
            return True
        return found.st_uid == os.geteuid() and not found.st_mode & 0o022 and os.path.isdir(self.folder)

    def find(self, question: str) -> Answer | None:
        """The answer to a question, if one is kept."""
        path = self._path(question)
        if not self.is_safe:
            return None
        try:
            with open(path, "rb") as file:
                written = file.read(LARGEST + 1)
        except OSError:
            return None
        answer = _read(written, question)
        if answer:
            with suppress(OSError):
                os.utime(path)
        return answer

    def keep(self, question: str, answer: Answer) -> None:
        """Keep the answer to a question in the place of an earlier one."""
        written = _written(question, answer)
        if len(written) > LARGEST:
            return
        with suppress(OSError):
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            if self.is_safe:
                self._make_room(len(written))
                self._put(self._path(question), written)

    def clear(self) -> Size:
        """Remove every answer; what was removed."""
        found = self._files()
        for path, _, _ in found:
            with suppress(OSError):
                os.unlink(path)
        return Size(len(found), sum(size for _, size, _ in found))

    @property
    def size(self) -> Size:
        found = self._files()
        return Size(len(found), sum(size for _, size, _ in found))

    def _path(self, question: str) -> str:
        return os.path.join(self.folder, question[:40] + _SUFFIX)

    def _put(self, path: str, written: bytes) -> None:
        # Few runs keep anything.
        from tempfile import mkstemp

        # Made for the user alone, whatever the umask.
        handle, made = mkstemp(dir=self.folder, suffix=_SUFFIX)
        try:
            with open(handle, "wb") as file:
                file.write(written)
            os.replace(made, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(made)
            raise

    def _make_room(self, wanted: int) -> None:
        left = ROOM - wanted
        for path, size, _ in sorted(self._files(), key=lambda file: -file[2]):
            left -= size
            if left < 0:
                with suppress(OSError):
                    os.unlink(path)

    def _files(self) -> list[tuple[str, int, int]]:
        """The files of the folder that are its own, with their sizes and when they were last of use."""
        if not self.is_safe:
            return []
        with suppress(OSError), os.scandir(self.folder) as entries:
            stats = [
                (entry.path, entry.stat(follow_symlinks=False)) for entry in entries if entry.name.endswith(_SUFFIX)
            ]
            return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]
        return []


def _written(question: str, answer: Answer) -> bytes:
    content = json.dumps([_FORMAT, question, *answer]).encode()
    return _sum(content) + b"\n" + content


def _read(written: bytes, question: str) -> Answer | None:
    """What was written, unless a bit of it is another now, or it is the answer to something else."""
    mark, _, content = written.partition(b"\n")
    if mark != _sum(content):
        return None
    try:
        format, asked, about, out, err, code = json.loads(content)
    except (ValueError, TypeError, RecursionError):
        return None
    is_right = (format, asked) == (_FORMAT, question) and all(isinstance(one, str) for one in (about, out, err))
    return Answer(about, out, err, code) if is_right and code in (0, 1) else None


def _sum(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).hexdigest().encode()
