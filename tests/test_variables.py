"""The variables of an admission policy: which an expression hangs on, and how it looks with them."""

import pytest

from nplint.variables import Variables, used

CHAIN = Variables({"a": "1", "b": "variables.a + 1", "c": "variables.b + variables.a", "d": "4"})


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("object.x", []),
        ("variables.a + variables.b", ["a", "b"]),
        ("'variables.a' + \"variables.b\" // variables.c", []),
        ("'''variables.a\n' ''' + variables.d", ["d"]),
        ("my_variables.a", []),
    ],
)
def test_names_in_texts_and_comments_are_none(expression: str, names: list[str]) -> None:
    assert used(expression) == names


@pytest.mark.parametrize(
    ("expression", "names"), [("1", []), ("variables.d", ["d"]), ("variables.c", ["c", "b", "a"]), ("variables.x", [])]
)
def test_what_an_expression_hangs_on(expression: str, names: list[str]) -> None:
    assert list(CHAIN.behind(expression)) == names


def test_variables_are_bound_in_their_order_around_what_uses_them() -> None:
    assert CHAIN.bound("object.x") == "object.x"
    assert CHAIN.bound("variables.b > 0") == (
        "cel.bind(variables_a, (1\n), cel.bind(variables_b, (variables_a + 1\n), variables_b > 0\n)\n)"
    )
