import pytest

from nplint.spelling import listed, nearest, recased

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
