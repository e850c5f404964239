"""JSON as kubectl reads it: a stream of values; what is no strict JSON is left to the YAML parser."""

import json
import re
from typing import Any

from nplint import scalars
from nplint.tree import MAX_DEPTH, Value

Parsed = tuple[int, int, Value, bool]
"""Start and end offset of a JSON value in the text, the value, and whether some object in it has a key twice."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NOT_IN_YAML = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def parse(text: str) -> tuple[list[Parsed], int]:
    """The values that a text begins with, and the offset from which it is no strict JSON (its length if all is)."""
    reader = _Reader()
    parsed: list[Parsed] = []
    start = _skip_space(text, 0)
    try:
        while start < len(text):
            reader.repeats = False
            value, end = reader.decoder.raw_decode(text, start)
            if not _depth_is_fine(text.count("[", start, end) + text.count("{", start, end), value):
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
        self.repeats = False
        self.decoder = json.JSONDecoder(
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


def _depth_is_fine(brackets: int, value: Value) -> bool:
    if brackets <= MAX_DEPTH:
        return True
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def as_yaml(text: str) -> str:
    """JSON text that libyaml reads with the same offsets: what it has no way to spell becomes a question mark."""
    return re.sub(_NOT_IN_YAML, lambda found: "\\u003f" if found[0][0] == "\\" else "?", text)
