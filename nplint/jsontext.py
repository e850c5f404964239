"""JSON as kubectl reads it: a stream of values; what is no strict JSON is left to the YAML parser."""

import re
from typing import Any

from nplint import scalars
from nplint.limits import DEFAULT
from nplint.tree import LIST, MAPPING, SCALAR, Tree, Value

Parsed = tuple[int, int, Value, bool]
"""Start and end offset of a JSON value in the text, the value, and whether some object in it has a key twice."""

_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"[-+.\w]+", re.ASCII)


def parse(text: str, depth: int = DEFAULT.depth) -> tuple[list[Parsed], int]:
    """The values that a text begins with, and the offset from which it is no strict JSON (its length if all is)."""
    reader = _Reader()
    parsed: list[Parsed] = []
    start = _skip_space(text, 0)
    try:
        while start < len(text):
            reader.repeats = False
            value, end = reader.decoder.raw_decode(text, start)
            brackets = text.count("[", start, end) + text.count("{", start, end)
            if brackets > depth and not _depth_is_fine(value, depth):
                break
            parsed.append((start, end, value, reader.repeats))
            start = _skip_space(text, end)
    except (ValueError, RecursionError):
        pass
    return parsed, start


def _skip_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


class _Reader:
    def __init__(self) -> None:
        # Most manifests are YAML.
        from json import JSONDecoder

        self.repeats = False
        self.decoder = JSONDecoder(
            object_pairs_hook=self.mapping, parse_float=_finite, parse_constant=_no_constant, strict=True
        )

    def mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = {_clean(key): _clean(item) for key, item in pairs}
        self.repeats |= len(value) < len(pairs)
        return value


def _clean(value: Any) -> Any:
    """Half a surrogate pair is no character: like Go's decoder, put U+FFFD in its place."""
    if isinstance(value, list):
        return [_clean(item) for item in value] if any(isinstance(item, str) for item in value) else value
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _finite(text: str) -> int | float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return scalars.whole(value)


def _no_constant(text: str) -> None:
    raise ValueError(text)


def _depth_is_fine(value: Value, most: int) -> bool:
    level: list[Any] = [value]
    for _ in range(most + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def compose(text: str) -> Tree:
    """The JSON value that a text begins with, as a tree with places.

    Raises:
        ValueError: it is no JSON.
    """
    return _Composer(text).value()


class _Composer:
    def __init__(self, text: str) -> None:
        from json import JSONDecoder

        self.text = text
        self.at = 0
        self.strings = JSONDecoder()

    def value(self) -> Tree:
        self.at = _skip_space(self.text, self.at)
        char = self.text[self.at : self.at + 1]
        if char == "{":
            return self.collection(MAPPING, "}")
        if char == "[":
            return self.collection(LIST, "]")
        return self.string() if char == '"' else self.atom()

    def collection(self, kind: str, closing: str) -> Tree:
        node = Tree(kind, self.at, self.at, flow=True)
        self.at += 1
        while not self.takes(closing):
            if node.children and not self.takes(","):
                raise ValueError(f"no comma at {self.at}")
            if kind is MAPPING:
                node.children.append(self.key())
            node.children.append(self.value())
        node.end = self.at
        return node

    def key(self) -> Tree:
        self.at = _skip_space(self.text, self.at)
        key = self.string()
        if not self.takes(":"):
            raise ValueError(f"no colon at {self.at}")
        return key

    def takes(self, char: str) -> bool:
        self.at = _skip_space(self.text, self.at)
        found = self.text.startswith(char, self.at)
        self.at += found
        return found

    def string(self) -> Tree:
        start = self.at
        if not self.text.startswith('"', start):
            raise ValueError(f"no string at {start}")
        value, self.at = self.strings.raw_decode(self.text, start)
        return Tree(SCALAR, start, self.at, _clean(value))

    def atom(self) -> Tree:
        found = _ATOM.match(self.text, self.at)
        if not found:
            raise ValueError(f"no value at {self.at}")
        start, self.at = found.span()
        return Tree(SCALAR, start, self.at, found[0], plain=True)
