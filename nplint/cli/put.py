"""Files that are written whole: whoever reads one meanwhile gets all of the old bytes or all of the new ones."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nplint.errors import NplintError, reason


def put(path: str, data: bytes) -> None:
    """Put bytes in a file, which keeps its mode and, where that can be, its owner. A link stays a link.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        # A device or a pipe cannot be replaced, and what is wrong with a folder, opening it tells.
        with open(path, "wb") as stream:
            stream.write(data)
        return
    real = os.path.realpath(path)
    draft = os.path.join(os.path.dirname(real), f".nplint-{os.urandom(8).hex()}.tmp")
    # What may hold secrets is for nobody else to read until it has the mode of the file that it replaces.
    mode = 0o600 if os.path.exists(real) else 0o666
    with _nobody_ending_it():
        try:
            with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _take_after(draft, real)
            os.replace(draft, real)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise


def write(path: str, text: str) -> None:
    """Put a text in a file that the user named.

    Raises:
        NplintError: it cannot be written; what was there stays.
    """
    try:
        put(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise NplintError(f"cannot write {path}: {reason(error)}") from None


def _take_after(draft: str, real: str) -> None:
    """Give a draft the owner and mode of the file that it replaces."""
    if not os.path.exists(real):
        return
    owner = os.stat(real)
    # Only root can give files away, and not everywhere; anybody else owns the new one.
    with suppress(OSError, AttributeError):
        os.chown(draft, owner.st_uid, owner.st_gid)
    shutil.copymode(real, draft)


@contextmanager
def _nobody_ending_it() -> Iterator[None]:
    """Have signals wait that end the program on the spot, and would leave a draft behind."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
