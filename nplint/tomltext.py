"""[tool.nplint] of a pyproject.toml -> a document."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from nplint.document import Document, Path, Source, Span
from nplint.errors import NplintError
from nplint.limits import raised_by
from nplint.node import Node

_MARK = "-is-here"
# What comes of a key with many parts takes the square of their number.
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
# To find a key its file is parsed anew: as much of that as is done for all of them.
_MOST_PARSED = 10 << 20
_HEAD = re.compile(r"^\[+\s*tool\s*\.\s*nplint\b", re.MULTILINE)


def read(source: Source) -> Document:
    """The table [tool.nplint] of a TOML file.

    Raises:
        NplintError: there is none, or the file is no TOML or more than can be read.
    """
    most = source.limits.depth
    if long := re.search(rf"(?<![\w-])(?:{_PART}\.[ \t]*+){{{most}}}", source.text):
        place = source.span(*long.span()).place
        raise NplintError(f"{place}: a key has more than {most} parts{raised_by('depth')}")
    try:
        tomllib.loads(source.text)
        table = _table(source.text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        line, column = re.findall(r"\d+", place) or source.span(len(source.text), len(source.text))[1:3]
        raise NplintError(f"{source.path}:{line}:{column}: this is no TOML: {reason}") from None
    except ValueError:
        raise NplintError(f"{source.path}: a number in it has more digits than a number can have") from None
    except RecursionError:
        raise _too_deep(source) from None
    if table is None:
        raise NplintError(f"{source.path} has no table [tool.nplint]")
    if _is_deeper(table, most):
        raise _too_deep(source)
    head = _HEAD.search(source.text)
    return _TomlDocument(source, 0, head.start() if head else 0, len(source.text), table)


def _too_deep(source: Source) -> NplintError:
    most = source.limits.depth
    return NplintError(f"{source.path}: it nests more than {most} lists and mappings in each other{raised_by('depth')}")


def _is_deeper(value: Any, most: int) -> bool:
    """Whether more lists and mappings than that stand in each other."""
    inside = [value]
    for _ in range(most):
        inside = [child for each in inside for child in _children(each)]
    return any(isinstance(each, dict | list) for each in inside)


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _plain(value: Any) -> Any:
    """TOML's values as a schema knows them: dates and numbers are text, as keys of numbers are already."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return value if isinstance(value, str | bool) else str(value)


class _TomlDocument(Document):
    """A table of a TOML file. The parser tells no places: a key stands where another spelling of it renames it."""

    def locate(self, path: Path, *, key: bool = False) -> Span:
        while path:
            span = self._key(path) if isinstance(path[-1], str) else None
            if span:
                return span
            path = path[:-1]
        return self.source.span(self.start, self.start)

    def _key(self, path: Path) -> Span | None:
        text, (*above, name) = self.source.text, path
        written = re.compile(rf"(?<![\w-]){re.escape(str(name))}(?![\w-])").finditer(text, self.start)
        for _ in self._tries:
            found = next(written, None)
            if found is None:
                break
            renamed = _table(f"{text[: found.end()]}{_MARK}{text[found.end() :]}")
            holder = Node(self, value=renamed).at(tuple(above))
            if holder[f"{name}{_MARK}"].present:
                return self.source.span(found.start(), found.end())
        return None

    @cached_property
    def _tries(self) -> Iterator[int]:
        return iter(range(_MOST_PARSED // len(self.source.text)))


def _table(text: str) -> Any:
    """The table [tool.nplint] of a TOML text; None where there is none, or the text is no TOML."""
    try:
        # A version keeps its last zero only as text.
        tool = tomllib.loads(text, parse_float=str).get("tool")
    except tomllib.TOMLDecodeError:
        return None
    return _plain(tool["nplint"]) if isinstance(tool, dict) and "nplint" in tool else None
