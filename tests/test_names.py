from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplint import names

Grammar = Callable[[str], str]

GOOD: dict[Grammar, list[str]] = {
    names.dns_label: ["a", "0", "web", "2-shops", "a-b--c", "x" * 63, "0" * 63],
    names.service_name: ["a", "web", "web-2", "a--b", "x" * 63],
    names.generated_name: ["a", "web-", "web", "a-", "web--", "x" * 63, "x" * 63 + "-"],
    names.subdomain: ["a", "0.0", "web.example.com", "10.0.0.1", "x" * 253, ("x" * 84 + ".") * 2 + "x" * 83],
    names.external_name: ["a", "db.example.com", "db.example.com.", "10.0.0.1", "x" * 253 + ".", "1."],
    names.qualified_name: [
        *("a", "A", "0", "app.kubernetes.io/name", "a.b/C_d-e.f", "x" * 63, "a/" + "x" * 63),
        *("x" * 253 + "/" + "y" * 63, "1/2", "a_b", "a--b..c__d"),
    ],
    names.label_value: ["", "a", "A.b-c_d", "0", "1.0", "x" * 63, "a--b"],
    names.port_name: ["a", "http", "8080a", "a-1", "x" * 15, "1-2-a"],
    names.finalizer: ["kubernetes", "orphan", "foregroundDeletion", "example.com/f", "example.com/F_1"],
}
BAD: dict[Grammar, list[str]] = {
    names.dns_label: ["", "A", "-a", "a-", "a.b", "a_b", "a b", "ä", "a\n", "x" * 64, "٣"],
    names.service_name: ["", "2web", "Web", "-a", "a-", "a.b", "a_b", "123", "x" * 64, "web\n", "ſ"],
    names.generated_name: ["", "-", "--", "2-", "Web-", "-web", "web-.", "a_-", "x" * 64, "x" * 64 + "-"],
    names.subdomain: ["", ".", "a.", ".a", "a..b", "A.b", "-a.b", "a-.b", "a_b.c", "*.a", "x" * 254, "a.b\n"],
    names.external_name: ["", ".", "db..", "DB.example.com", "a b", "https://a.b", "a.b/c", "a:80", "x" * 254, "-.a"],
    names.qualified_name: [
        *("", "/", "/a", "a/", "a/b/c", "a b", "-a", "a-", "_a", "a.", "é", "a\n", "x" * 64, "a/" + "x" * 64),
        *("A.b/c", "a_b/c", "a..b/c", "x" * 254 + "/a", "é/a"),
    ],
    names.label_value: [" ", "-a", "a-", ".a", "_", "a/b", "a b", "a@b", "ü", "x" * 64, "a\n", "None "],
    names.port_name: ["", "80", "8-0", "-a", "a-", "a--b", "HTTP", "a_b", "a.b", "é", "x" * 16, "a\n", "٣a"],
    names.finalizer: ["", "f", "Orphan", "/f", "example.com/", "Bad/f", "a/b/c", "example.com/-"],
}


def rows(table: dict[Grammar, list[str]]) -> list[tuple[Grammar, str]]:
    return [(grammar, text) for grammar, texts in table.items() for text in texts]


@pytest.mark.parametrize(("grammar", "text"), rows(GOOD))
def test_good_names(grammar: Grammar, text: str) -> None:
    assert grammar(text) == ""


@pytest.mark.parametrize(("grammar", "text"), rows(BAD))
def test_bad_names(grammar: Grammar, text: str) -> None:
    assert grammar(text) != ""


@pytest.mark.parametrize(
    ("grammar", "text", "words"),
    [
        (names.dns_label, "x" * 64, "longer than 63"),
        (names.service_name, "2web", "begins with a letter"),
        (names.subdomain, "x" * 254, "longer than 253"),
        (names.qualified_name, "a/b/c", "more than one slash"),
        (names.qualified_name, "/a", "before its slash"),
        (names.qualified_name, "a/", "empty"),
        (names.qualified_name, "é" * 32, "longer than 63 bytes"),
        (names.label_value, "é" * 31, "takes letters"),
        (names.label_value, "é" * 32, "longer than 63 bytes"),
        (names.label_value, "\ud800" * 22, "longer than 63 bytes"),
        (names.port_name, "x" * 16, "longer than 15"),
        (names.port_name, "8080", "has a lower-case letter"),
        (names.finalizer, "f", "needs a prefix"),
    ],
)
def test_what_is_wrong_is_said(grammar: Grammar, text: str, words: str) -> None:
    assert words in grammar(text)


@pytest.mark.parametrize("grammar", BAD, ids=lambda grammar: grammar.__name__)
@given(text=st.text(max_size=70))
def test_nothing_but_ascii_passes(grammar: Grammar, text: str) -> None:
    assert grammar(text) or text.isascii()


@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True))
def test_a_label_is_also_a_subdomain_a_name_and_a_value(text: str) -> None:
    grammars = (names.dns_label, names.subdomain, names.external_name, names.qualified_name, names.label_value)
    assert [grammar(text) for grammar in grammars] == [""] * 5
    assert (names.service_name(text) == "") == text[0].isalpha()
