"""How kubectl types a YAML scalar: the rules of sigs.k8s.io/yaml, which are neither YAML 1.1 nor 1.2 in full."""

import math
import re

Scalar = None | bool | int | float | str

TAG = "tag:yaml.org,2002:"

_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]{0,19}))"
)
_BASE = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def plain(text: str) -> Scalar:
    """The value of an unquoted, untagged scalar.

    `010` is 8 and `080` is 80; `1_000`, `0x50` and `+80` are integers; `yes` and `on` are booleans; dates are strings.

    Raises:
        ValueError: `.inf` and `.nan` have no JSON form.
    """
    return _as_json(_resolve(text))


def _resolve(text: str) -> Scalar:
    if text in WORDS:
        return WORDS[text]
    return _number(text) if text[0] in _NUMBER_START else text


def _number(text: str) -> Scalar:
    # A leading dot goes straight to the float parser, which knows no underscores.
    digits = text if text[0] == "." else text.replace("_", "")
    found = _INTEGER.fullmatch(digits)
    if found and found.lastgroup:
        number = int(found[1] + found[found.lastgroup], _BASE[found.lastgroup])
        if -(2**63) <= number < 2**63 or (number < 2**64 and not found[1]):
            return number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return text if math.isinf(value) else value
    return text


def whole(value: float) -> int | float:
    """A float without a fraction as the integer that JSON makes of it: 80.0 is 80."""
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def _as_json(value: Scalar) -> Scalar:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise ValueError("a number that is infinite or none at all has no JSON form")
    return whole(value)


def tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar under an explicit tag.

    Raises:
        ValueError: the text cannot be what the tag says.
    """
    if tag == TAG + "binary":
        return _binary(text)
    name = tag.removeprefix(TAG)
    if tag == name or name not in _FITS:
        return text
    value = _resolve(text)
    if not isinstance(value, _FITS[name]) or (name != "bool" and isinstance(value, bool)):
        raise ValueError(f"`{text}` is not of its tag's type !!{name}")
    return _as_json(value)


_FITS: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "bool": bool,
    "null": type(None),
}


def _binary(text: str) -> str:
    # Hardly any manifest has one.
    from base64 import b64decode
    from binascii import Error as BinasciiError

    try:
        return b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "replace")
    except BinasciiError:
        raise ValueError("the !!binary value is not base64") from None


def key(value: Scalar) -> str:
    """A mapping key as the string that JSON needs: `1:` is "1", `yes:` is "true".

    Raises:
        ValueError: null cannot be a key.
    """
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError("null cannot be a key")
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "g") if isinstance(value, float) else str(value)
