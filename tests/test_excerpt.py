"""Lines of manifests on a terminal: harmless, no wider than it, and with the mark where the place is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplint.document import Source, Span
from nplint.output.excerpt import excerpt, first_line, line_beside, printable


def show(line: str, marked: str, room: int = 60) -> tuple[str, str]:
    """The line as shown and the line of the mark under it."""
    source = Source("a.yaml", line)
    start = line.index(marked)
    shown = excerpt(source, source.span(start, start + len(marked)), room)
    return shown.text, " " * shown.indent + "^" * shown.length


def columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("网关 é 🚀", "网关 é 🚀"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("\x07\x00\x7f\r\n\t", r"\x07\x00\x7f\x0d\x0a\x09"),
        ("\u202ereversed\u2069", r"\u202ereversed\u2069"),
        ("\u2028\u2029\u200f\u061c", r"\u2028\u2029\u200f\u061c"),
        ("\ud800", r"\ud800"),
        ("\ufffe\uffff\ufffd", "\\ufffe\\uffff\ufffd"),
        ("##[add-mask]x ###[a] ##b [c]", r"#\x23[add-mask]x ##\x23[a] ##b [c]"),
        ("", ""),
    ],
)
def test_what_steers_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_nothing_that_steers_a_terminal_comes_through(text: str) -> None:
    bidi = {char for char in printable(text) if unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF")}
    steering = {char for char in printable(text) if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")}
    assert bidi | steering == set()


@pytest.mark.parametrize(
    ("line", "marked", "text", "mark"),
    [
        ("  nodePort: 80", "80", "  nodePort: 80", "            ^^"),
        ("nodePort:\t80", "80", "nodePort:    80", "             ^^"),
        ("{网: 80}", "80", "{网: 80}", "     ^^"),
        ("{网: 关口}", "关口", "{网: 关口}", "     ^^^^"),
        ("e\u0301: 80", "80", "e\u0301: 80", "   ^^"),
        ("🚀: 80  ", "80", "🚀: 80", "    ^^"),
        ("a\x1b: 80", "80", r"a\x1b: 80", "       ^^"),
        ("a: \x1bb", "\x1bb", r"a: \x1bb", "   ^^^^^"),
        ("key:", "", "key:", "^"),
    ],
)
def test_the_mark_stands_under_its_place(line: str, marked: str, text: str, mark: str) -> None:
    assert show(line, marked) == (text, mark)


def test_a_place_of_several_lines_is_marked_on_its_first() -> None:
    source = Source("a.yaml", "a:\n  - b: 1  \n    c: 2\n")
    shown = excerpt(source, source.span(5, 20), 60)
    assert (shown.line, shown.text, shown.indent, shown.length) == (2, "  - b: 1", 2, 6)


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (5, 9, (2, 3, 2, 7)),
        (5, 20, (2, 3, 2, 9)),
        (13, 20, (2, 11, 2, 11)),
        (5, 5, (2, 3, 2, 3)),
    ],
)
def test_a_place_goes_no_further_than_its_first_line(start: int, end: int, place: tuple[int, ...]) -> None:
    source = Source("a.yaml", "a:\n  - b: 1  \n    c: 2\n")
    assert first_line(source, source.span(start, end)) == ("a.yaml", *place, None)


def test_a_place_whose_text_is_not_known_is_its_start() -> None:
    assert first_line(None, Span("a.yaml", 3, 5, 9, 2)) == Span("a.yaml", 3, 5, 3, 5)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, ""), (1, "a:"), (2, "    b: \\x1b"), (3, "x" * 17 + "..."), (4, ""), (5, "")]
)
def test_a_line_beside_a_place_is_harmless_and_cut(number: int, shown: str) -> None:
    assert line_beside(Source("a.yaml", f"a:\n\tb: \x1b  \n{'x' * 10**6}\n"), number, 20) == shown


@pytest.mark.parametrize(
    ("line", "marked", "text", "mark"),
    [
        ("x" * 100, "x" * 100, "x" * 57 + "...", "^" * 60),
        ("80" + "-" * 98, "80", "80" + "-" * 55 + "...", "^^"),
        ("-" * 98 + "80", "80", "..." + "-" * 55 + "80", " " * 58 + "^^"),
        ("-" * 50 + "80" + "-" * 50, "80", "..." + "-" * 17 + "80" + "-" * 35 + "...", " " * 20 + "^^"),
        ("网" * 50 + "80", "80", "..." + "网" * 27 + "80", " " * 57 + "^^"),
        ("80" + "网" * 50, "80", "80" + "网" * 27 + "...", "^^"),
    ],
)
def test_a_line_is_cut_around_its_mark(line: str, marked: str, text: str, mark: str) -> None:
    assert show(line, marked) == (text, mark)


def test_a_line_of_a_megabyte_is_cut_too() -> None:
    text, mark = show("[" + "网," * 300_000 + "80" + ",1" * 300_000 + "]", "80", 76)
    assert columns(text) <= 76
    assert text[mark.index("^") - columns(text) :].count("80") == 1


TEXT = st.text(st.sampled_from("ab ,:{网关🚀\t\x1b\u202e\u0301"), max_size=120)


@given(TEXT, st.text(st.sampled_from("89网\t\x1b"), min_size=1, max_size=120), TEXT, st.integers(0, 120))
def test_no_line_is_wider_than_its_room_and_the_mark_lies_on_it(
    before: str, marked: str, after: str, room: int
) -> None:
    source = Source("a.yaml", before + marked + after)
    shown = excerpt(source, source.span(len(before), len(before) + len(marked)), room)
    assert columns(shown.text) <= max(room, 20)
    assert shown.indent + shown.length <= max(columns(shown.text), 1)
    assert shown.length >= 1
    if columns(printable((before + marked + after).replace("\t", "    "))) <= room:
        assert "..." not in shown.text
