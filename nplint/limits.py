"""How much is taken in before it is called too much, and the bytes of files as far as that."""

import os
import stat
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from nplint.errors import NplintError

if TYPE_CHECKING:
    from pathlib import Path

_UNITS = {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10, "": 1}


class Limits(NamedTuple):
    """What nplint takes in; docs/limits.md tells what each is for. Sizes are in bytes."""

    depth: int = 200
    documents: int = 1_000_000
    file_size: int = 512 << 20
    ignore_size: int = 64 << 10
    rule_size: int = 1 << 20


DEFAULT = Limits()
HIGHEST = Limits(depth=1000, documents=1 << 40, file_size=1 << 40, ignore_size=1 << 40, rule_size=1 << 40)
"""Values are followed by recursion, so there is an end to how deep they may nest."""


def parse(values: Iterable[str]) -> Limits:
    """The limits that the values of --limit make of the usual ones.

    Raises:
        NplintError: one of them has not the form NAME=NUMBER, or is out of reach.
    """
    given: dict[str, int] = {}
    for value in values:
        name, _, number = value.partition("=")
        field = name.replace("-", "_")
        if field not in Limits._fields:
            known = ", ".join(_flag(each) for each in Limits._fields)
            raise NplintError(f"`{value}` is no limit: write it as NAME=NUMBER, where NAME is one of {known}")
        most = getattr(HIGHEST, field)
        given[field] = _number(number)
        if not 0 < given[field] <= most:
            example = f"{name}=2MiB" if field.endswith("size") else f"{name}=500"
            raise NplintError(f"`{value}` is no limit: write a number from 1 to {most:,}, such as {example}")
    return Limits(**given)


def _number(text: str) -> int:
    unit = next(unit for unit in _UNITS if text.endswith(unit))
    digits = text.removesuffix(unit)
    return int(digits) * _UNITS[unit] if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def _flag(field: str) -> str:
    return field.replace("_", "-")


def size(number: int) -> str:
    """A number of bytes in the largest unit that it is a multiple of: `512 MiB`."""
    unit = next(unit for unit, factor in _UNITS.items() if number % factor == 0)
    return f"{number // _UNITS[unit]:,} {unit}".rstrip()


def raised_by(field: str) -> str:
    """The end of a sentence about a limit: how to get past it."""
    return f" (`--limit {_flag(field)}=N` raises that)"


def too_large(most: int, field: str = "file_size") -> str:
    """What is wrong with a file that has more bytes than this limit allows."""
    return f"it is larger than {size(most)}{'' if most % 1024 == 0 else ' bytes'}{raised_by(field)}"


def load(path: "str | Path", most: int, field: str = "file_size", *, found: bool = False) -> bytes:
    """The bytes of a file, at most as many as a limit allows.

    A pipe or device may give no end of them, and is read only where somebody named it: never one that was `found`.

    Raises:
        OSError: it cannot be read.
        NplintError: it is too large, or no file that may be read.
    """
    with open(path, "rb", opener=_without_waiting if found else None) as file:
        status = os.fstat(file.fileno())
        is_regular = stat.S_ISREG(status.st_mode)
        if found and not is_regular:
            raise NplintError("it is a pipe or device, and those are read only where they are named")
        if is_regular and status.st_size > most:
            raise NplintError(too_large(most, field))
        data = file.read((status.st_size if is_regular else most) + 1)
        if is_regular and len(data) > status.st_size:
            # It has grown, or is one of the system's files that do not tell their size.
            data += file.read(most + 1 - len(data))
    if len(data) > most:
        raise NplintError(too_large(most, field))
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Open a file. Opening a pipe would wait for somebody who writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
