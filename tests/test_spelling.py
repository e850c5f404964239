import pytest

from nplint.spelling import LONGEST, cut, few, listed, nearest, recased, shown

TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("nodeport", "NodePort"),
        ("NODEPORT", "NodePort"),
        (" NodePort\n", "NodePort"),
        ("NodePort", "NodePort"),
        ("NodePorts", None),
        ("node port", None),
        ("", None),
    ],
)
def test_recased_forgives_case_and_space_around(text: str, word: str | None) -> None:
    assert recased(text, TYPES) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("NodePrt", "NodePort"),
        ("Nodeport", "NodePort"),
        ("nodeports", "NodePort"),
        ("LoadBalancr", "LoadBalancer"),
        ("CLUSTERIPS", "ClusterIP"),
        ("Headless", None),
        ("", None),
    ],
)
def test_nearest_is_the_word_with_a_typing_error(text: str, word: str | None) -> None:
    assert nearest(text, TYPES) == word


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert nearest("x", ()) is None
    assert recased("x", ()) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["TCP"], "TCP"), (["TCP", "UDP"], "TCP and UDP"), (["TCP", "UDP", "SCTP"], "TCP, UDP and SCTP")],
)
def test_listed_reads_as_a_sentence(words: list[str], sentence: str) -> None:
    assert listed(words) == sentence


@pytest.mark.parametrize(
    ("words", "sentence"), [("a", "a"), ("aab", "a and b"), ("abc", "a, b and c"), ("abcd", "a, b and 2 more")]
)
def test_few_names_what_a_sentence_can_hold(words: str, sentence: str) -> None:
    assert few(words) == sentence


def test_listed_joins_with_another_word() -> None:
    assert [listed(words, "or") for words in ("a", "ab", "abc")] == ["a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("web", "web"),
        ("", '""'),
        ("a\nb\r\n\tc", r"a\nb\r\n\tc"),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * 10**6, "x" * (LONGEST - 3) + "..."),
    ],
)
def test_a_value_is_shown_on_one_line_and_no_longer_than_a_message_can_bear(text: str, message: str) -> None:
    assert shown(text) == message
    assert len(shown(f"\n{text}" * LONGEST)) == LONGEST


def test_cut_leaves_what_has_room() -> None:
    assert (cut("abcdef", 6), cut("abcdefg", 6)) == ("abcdef", "abc...")
