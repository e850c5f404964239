"""Which packages stand beside nplint, told without the machinery that reads their metadata."""

import os
import sys
from collections.abc import Iterator


def registers_plugins() -> bool:
    """Whether some installed package names nplint's group in its list of entry points."""
    return any(map(_names_the_group, packages()))


def packages() -> Iterator[str]:
    """The folders with the metadata of the installed packages, whose names tell the versions."""
    for folder in sys.path:
        try:
            with os.scandir(folder) as entries:
                yield from sorted(entry.path for entry in entries if entry.name.endswith("-info"))
        except OSError:
            continue


def _names_the_group(package: str) -> bool:
    try:
        with open(os.path.join(package, "entry_points.txt"), encoding="utf-8", errors="replace") as text:
            return "[nplint]" in text.read()
    except OSError:
        return False
