"""Every row was compared with what kubectl's own decoder makes of the text."""

import pytest

from nplint import scalars
from nplint.scalars import TAG, Scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("00", 0),
        ("80", 80),
        ("+80", 80),
        ("-80", -80),
        ("-0", 0),
        ("010", 8),
        ("-010", -8),
        ("080", 80),
        ("08_1", 81),
        ("0o120", 80),
        ("0O12", 10),
        ("0o9", "0o9"),
        ("0x50", 80),
        ("0X50", 80),
        ("+0x1F", 31),
        ("0b101", 5),
        ("0B11", 3),
        ("0x", "0x"),
        ("0xg", "0xg"),
        ("8_0", 80),
        ("8_", 8),
        ("1__0", 10),
        ("0x5_0", 80),
        ("_8", "_8"),
        ("80.0", 80),
        ("010.0", 10),
        ("1e2", 100),
        ("1E3", 1000),
        ("1e+3", 1000),
        ("1e-3", 0.001),
        ("5.", 5),
        (".5", 0.5),
        ("+.5", 0.5),
        ("-.5", -0.5),
        ("._5", "._5"),
        ("1_0.5", 10.5),
        ("1.2.3", "1.2.3"),
        ("1e", "1e"),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
        ("80/TCP", "80/TCP"),
        ("-", "-"),
        ("+", "+"),
        (".", "."),
        ("..", ".."),
        ("9007199254740993", 9007199254740993),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2**63),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", float(2**64)),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", float(-(2**63) - 1)),
        ("0xffffffffffffffff", 2**64 - 1),
        ("0x10000000000000000", "0x10000000000000000"),
        ("1e18", 10**18),
        ("1e400", "1e400"),
        ("9" * 5000, "9" * 5000),
        ("-" + "9" * 5000, "-" + "9" * 5000),
        ("0" * 5000, 0),
        ("nan", "nan"),
        ("inf", "inf"),
        ("=", "="),
        ("<<", "<<"),
        ("web", "web"),
        ("ü", "ü"),
    ],
)
def test_numbers_are_typed_as_kubectl_types_them(text: str, value: Scalar) -> None:
    assert scalars.plain(text) == value
    assert type(scalars.plain(text)) is type(value)


@pytest.mark.parametrize("word", ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
def test_words_for_true(word: str) -> None:
    assert scalars.plain(word) is True


@pytest.mark.parametrize("word", ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
def test_words_for_false(word: str) -> None:
    assert scalars.plain(word) is False


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL"])
def test_words_for_null(word: str) -> None:
    assert scalars.plain(word) is None


@pytest.mark.parametrize("word", ["yEs", "oN", "tRue", "nULL", "nil", "none", "t", "f", "True!", "truefalse"])
def test_words_in_other_spellings_are_strings(word: str) -> None:
    assert scalars.plain(word) == word


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "-.inf", "-.INF"])
def test_what_json_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a number that is infinite or none at all has no JSON form$"):
        scalars.plain(text)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "80", "80"),
        ("str", "~", "~"),
        ("str", "", ""),
        ("int", "80", 80),
        ("int", "010", 8),
        ("int", "0x50", 80),
        ("float", "80", 80),
        ("float", "80.0", 80),
        ("float", "1.5", 1.5),
        ("bool", "yes", True),
        ("bool", "off", False),
        ("null", "~", None),
        ("null", "", None),
        ("binary", "aGk=", "hi"),
        ("binary", "aG\nk=\n", "hi"),
        ("binary", "", ""),
        ("binary", "/w==", "\ufffd"),
        ("timestamp", "2001-01-01", "2001-01-01"),
        ("unheard-of", "80", "80"),
    ],
)
def test_a_tag_decides_the_type(tag: str, text: str, value: Scalar) -> None:
    assert scalars.tagged(text, TAG + tag) == value
    assert type(scalars.tagged(text, TAG + tag)) is type(value)


@pytest.mark.parametrize("tag", ["!local", "!int", "int"])
def test_a_local_tag_leaves_the_text_alone(tag: str) -> None:
    assert scalars.tagged("80", tag) == "80"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("int", "abc"),
        ("int", "80.0"),
        ("int", "080"),
        ("int", "yes"),
        ("int", ""),
        ("int", "9" * 5000),
        ("float", "true"),
        ("float", "abc"),
        ("bool", "1"),
        ("bool", "abc"),
        ("null", "0"),
    ],
)
def test_text_that_is_not_what_its_tag_says_is_refused(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=rf"^`{text}` is not of its tag's type !!{tag}$"):
        scalars.tagged(text, TAG + tag)


@pytest.mark.parametrize("text", ["aGk", " aGk=", "?"])
def test_binary_that_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the !!binary value is not base64$"):
        scalars.tagged(text, TAG + "binary")


def test_a_tagged_number_without_a_json_form_is_refused() -> None:
    with pytest.raises(ValueError, match="no JSON form"):
        scalars.tagged(".inf", TAG + "float")


@pytest.mark.parametrize(
    ("value", "key"),
    [("a", "a"), ("", ""), (1, "1"), (-5, "-5"), (True, "true"), (False, "false"), (1.5, "1.5"), (0.1, "0.1")],
)
def test_a_key_becomes_text(value: Scalar, key: str) -> None:
    assert scalars.key(value) == key


def test_null_is_no_key() -> None:
    with pytest.raises(ValueError, match=r"^null cannot be a key$"):
        scalars.key(None)


@pytest.mark.parametrize(("value", "whole"), [(80.0, 80), (-0.0, 0), (1.5, 1.5), (1e300, 1e300)])
def test_a_float_without_fraction_is_an_integer(value: float, whole: float) -> None:
    assert scalars.whole(value) == whole
    assert type(scalars.whole(value)) is type(whole)
