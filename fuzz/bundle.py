"""Several files as one input, so that whole projects can be fuzzed: each begins with a line that names it."""

import re
from collections.abc import Iterable
from typing import NamedTuple

UNNAMED = "f.yaml"
_HEAD = re.compile(rb"^=== (base:)?([^\r\n]*)\r?\n", re.MULTILINE)
_LONGEST_PATH = 200


class File(NamedTuple):
    """A file of an input; `revision` is "base" for its text before the change, None for the one that is judged."""

    path: str
    data: bytes
    revision: str | None = None


def split(data: bytes) -> list[File]:
    """The files of an input. What stands before the first line that names a file is one without a name."""
    heads = list(_HEAD.finditer(data))
    ends = [head.start() for head in heads[1:]] + [len(data)]
    first = data[: heads[0].start()] if heads else data
    files: dict[tuple[str, str | None], bytes] = {(UNNAMED, None): first} if first.strip() or not heads else {}
    for head, end in zip(heads, ends, strict=False):
        files[_path(head[2]), "base" if head[1] else None] = data[head.end() : end]
    return [File(path, text, revision) for (path, revision), text in files.items()]


def _path(written: bytes) -> str:
    # No file system and no repository has a path with a NUL in it.
    return written.decode("utf-8", "replace").replace("\0", "")[:_LONGEST_PATH] or UNNAMED


def join(files: Iterable[File]) -> bytes:
    """The input that these files make."""
    return b"\n".join(
        b"=== " + (b"base:" if file.revision else b"") + file.path.encode("utf-8", "replace") + b"\n" + file.data
        for file in files
    )
