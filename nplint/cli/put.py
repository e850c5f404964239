"""Files that are written whole: whoever reads one meanwhile gets all of the old bytes or all of the new ones."""

import os
import shutil
import tempfile
from contextlib import suppress


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
    handle, draft = tempfile.mkstemp(prefix=".nplint-", suffix=".tmp", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _take_after(draft, real)
        os.replace(draft, real)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _take_after(draft: str, real: str) -> None:
    """Give a draft the owner and mode of the file that it replaces, or those of any new file."""
    if not os.path.exists(real):
        # mkstemp lets nobody else read, which is right for secrets and wrong for reports.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(draft, 0o666 & ~mask)
        return
    owner = os.stat(real)
    # Only root can give files away, and not everywhere; anybody else owns the new one.
    with suppress(OSError, AttributeError):
        os.chown(draft, owner.st_uid, owner.st_gid)
    shutil.copymode(real, draft)
