"""The process in which a repository's rules are judged: it answers, and it is ended when it takes too much."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from nplint import cel
from nplint.sandbox import LimitError, Sandbox

VERDICTS: dict[str, Any] = {
    "do": "verdicts",
    "conditions": [],
    "batches": [{"shared": {}, "items": [{"object": 1}, {"object": 2}]}],
}


def verdicts(expression: str, message: str = "") -> dict[str, Any]:
    return {**VERDICTS, "validations": [[expression, message]]}


def test_it_answers_one_request_after_the_other() -> None:
    sandbox = Sandbox()
    asked = {"do": "violations", "schema": {"const": 1}, "values": [1, 2, "${X}"]}
    assert list(sandbox.ask(asked)) == [[[], []], [[[[], False]], []], [[[[], False]], [[[], False, []]]]]
    assert list(sandbox.ask(verdicts("object == 1", "'is ' + string(object)"))) == [[], [[0, "is 2", "", False]]]


class Text(str):
    """A text that tells whether anybody still has it."""

    __slots__ = ("__weakref__",)


def test_nothing_of_an_evaluation_stays_in_the_process() -> None:
    text = Text("web")
    kept = weakref.ref(text)
    batch = {"items": [{"object": 1}], "shared": {"objects": [text]}}
    assert list(cel.verdicts([("object == 1", "")], [], [batch])) == [[]]
    del batch
    del text
    gc.collect()
    assert kept() is None


def doubled(times: int) -> str:
    text = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
    for number in range(times):
        text = f"cel.bind(v{number}, {text}, v{number} + v{number})"
    return f"{text}.upperAscii() == ''"


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("lists.range(1000000000).size() == 0", id="a list of all numbers"),
        pytest.param(doubled(24), id="a text that doubles"),
        pytest.param(
            "('a' + 'a').find('(a+)+$') == '' || 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.find('(a+)+$') == ''", id="a regex"
        ),
        pytest.param("lists.range(9999).map(x, lists.range(9999)).size() == 0", id="a list of lists"),
    ],
)
def test_what_takes_too_much_is_ended_and_the_next_request_answered(expression: str) -> None:
    sandbox = Sandbox(seconds=3)
    with pytest.raises(
        LimitError, match=r"^it takes more than 3 seconds$|^it ends its process, as too much memory does$"
    ):
        list(sandbox.ask(verdicts(expression)))
    assert list(sandbox.ask(verdicts("object > 0"))) == [[], []]


@pytest.mark.parametrize(
    "expression", ["[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(a, X)", "lists.range(9999).all(a, [0, 1].all(b, true))"]
)
def test_loops_are_bounded_in_their_number(expression: str) -> None:
    for variable in "bcdefg":
        expression = expression.replace("X", f"[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all({variable}, X)")
    (first, _) = Sandbox().ask(verdicts(expression.replace("X", "true")))
    assert first == [[0, "", "Iteration budget exceeded", True]]


@pytest.mark.parametrize("opening", ["(", "[", "!", "true && ", "{1: "])
def test_an_expression_that_is_nested_beyond_reason_ends_nothing(opening: str) -> None:
    sandbox = Sandbox()
    with suppress(LimitError):
        list(sandbox.ask({"do": "mistakes", "expressions": {opening * 3000: "bool"}, "names": []}))
    assert list(sandbox.ask(verdicts("true"))) == [[], []]


def test_answers_that_came_before_the_end_are_kept() -> None:
    answers = Sandbox(seconds=2).ask(verdicts("object == 1 || lists.range(1000000000).size() == 0"))
    assert next(answers) == []
    with pytest.raises(LimitError):
        next(answers)


def test_all_rules_together_have_a_limit_as_well() -> None:
    sandbox = Sandbox(seconds=5, seconds_in_all=0)
    with pytest.raises(LimitError, match="the rules of this run have taken all the time that they may take together"):
        list(sandbox.ask(verdicts("true")))


def test_the_time_of_one_rule_is_taken_from_that_of_all() -> None:
    sandbox = Sandbox(seconds=1, seconds_in_all=1)
    hangs = {"do": "violations", "schema": {"pattern": "^(a+)+$"}, "values": ["a" * 60 + "b"]}
    with pytest.raises(LimitError, match="more than 1 seconds"):
        list(sandbox.ask(hangs))
    with pytest.raises(LimitError, match="together"):
        list(sandbox.ask(hangs))


def test_answers_that_nobody_reads_are_not_those_to_the_next_request() -> None:
    sandbox = Sandbox()
    assert next(sandbox.ask(verdicts("object == 2"))) == [[0, "", "", False]]
    assert list(sandbox.ask(verdicts("object == 1"))) == [[], [[0, "", "", False]]]


def test_what_is_done_with_the_answers_takes_none_of_the_time() -> None:
    answers = Sandbox(seconds=30).ask(verdicts("object == 2"))
    assert next(answers) == [[0, "", "", False]]
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert list(answers) == [[]]


def test_threads_get_the_answers_to_what_they_asked() -> None:
    sandbox = Sandbox()

    def said(number: int) -> str:
        ((_, said, _, _),), _ = sandbox.ask(verdicts("false", f"'{number}'"))
        return str(said)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(said, range(40))) == [str(number) for number in range(40)]


@pytest.mark.parametrize("message", ["''", "' '", "'a\\nb'", "string(object) + 1", "object", "'%s'.format([])", "1 +"])
def test_a_message_that_is_no_line_of_text_is_none(message: str) -> None:
    assert list(Sandbox().ask(verdicts("false", message))) == [[[0, "", "", False]], [[0, "", "", False]]]
