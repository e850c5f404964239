"""The user's files, read to be written and then replaced whole."""

import os
import stat
from collections.abc import Iterable, Mapping

from nplint import limits
from nplint.cli.put import put
from nplint.document import Source
from nplint.errors import NplintError, reason
from nplint.reader import decode
from nplint.sources import STDIN


class Files:
    """The files of a run that may be written, and what keeps others from it.

    They lie in the repositories of the named paths, or else in the folders of these. `given` is what standard input
    held, which counts as a file that nobody writes.
    """

    def __init__(
        self, sources: Mapping[tuple[str, str | None], Source], paths: Iterable[str], given: bytes = b""
    ) -> None:
        self.originals = {STDIN: given}
        self.obstacles: dict[str, str] = {}
        self._sources = sources
        self._grounds = {_ground(path) for path in paths if path != "-"}

    def load(self, path: str) -> bytes | None:
        """The bytes of a file as it was judged; None where it cannot be written."""
        if path not in self.originals and path not in self.obstacles:
            try:
                source = self._sources.get((path, None))
                data = _load(path, self._grounds, source.limits if source else limits.DEFAULT)
                if source is None or decode(path, data).text != source.text:
                    raise NplintError("it changed while it was being judged: run it again")
                self.originals[path] = data
            except NplintError as error:
                self.obstacles[path] = str(error)
        return self.originals.get(path) if path not in self.obstacles else None

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Put other bytes in files; each gets all of them, or none and an obstacle."""
        written: dict[str, bytes] = {}
        for path, new in sorted(contents.items()):
            # Two links may lead to one file.
            real = os.path.realpath(path)
            if path != STDIN and written.get(real) != new:
                try:
                    _replace(real, self.originals[path], new)
                    written[real] = new
                except NplintError as error:
                    self.obstacles[path] = str(error)


def _ground(path: str) -> str:
    # A link that is named is judged by where it stands, not by where it leads.
    folder = os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or ".")
    here = folder
    while not os.path.lexists(os.path.join(here, ".git")):
        if here == os.path.dirname(here):
            return folder
        here = os.path.dirname(here)
    return here


def _load(path: str, grounds: Iterable[str], most: limits.Limits) -> bytes:
    real = os.path.realpath(path)
    if not any(real.startswith(os.path.join(ground, "")) for ground in grounds):
        raise NplintError("it is a link that leads out of the repository or folder")
    try:
        mode = os.stat(real).st_mode
        if not stat.S_ISREG(mode):
            raise NplintError("it is no regular file")
        # Root may write everything, but whoever takes the right to write away means it.
        if not mode & 0o222 or not os.access(real, os.W_OK):
            raise NplintError("it is read-only")
        return limits.load(real, most.file_size, found=True)
    except OSError as error:
        raise NplintError(reason(error)) from None


def _replace(real: str, old: bytes, new: bytes) -> None:
    try:
        with open(real, "rb") as file:
            if file.read(len(old) + 1) != old:
                raise NplintError("it changed while it was being fixed: run it again")
        put(real, new)
    except OSError as error:
        raise NplintError(f"it cannot be written: {reason(error)}") from None
