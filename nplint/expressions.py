"""CEL in rules: checked when a rule is read, evaluated in the sandbox when it runs, and placed where it looks at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import Any, NamedTuple

from nplint.document import Span
from nplint.errors import NplintError
from nplint.mistakes import text_of
from nplint.node import Node
from nplint.reach import Reach, Step
from nplint.resource import Resource
from nplint.sandbox import LimitError, Sandbox
from nplint.secrecy import veil
from nplint.spelling import nearest

LONGEST = 10_000
"""How many characters an expression may have."""


class Validation(NamedTuple):
    """An expression that has to be true, and the one that makes the message where it is not."""

    expression: str
    message: str = ""


class Question(NamedTuple):
    """What is asked of each resource: conditions that have to hold for the validations to be looked at."""

    validations: tuple[Validation, ...]
    conditions: tuple[str, ...] = ()


class Verdict(NamedTuple):
    """A validation that does not hold, by its place, or (-1) a condition; `error` says why one cannot be evaluated.

    It is a limit where the expression is larger than what is evaluated here.
    """

    place: int
    said: str = ""
    error: str = ""
    is_limit: bool = False

    @property
    def is_of_missing(self) -> bool:
        """Whether it cannot be evaluated because it reads what is not there."""
        return self.error.startswith(("Key not found", "no such key", "Index out of", "index out of"))


def mistakes(
    sandbox: Sandbox, expressions: Sequence[tuple[Node, str]], names: Sequence[str]
) -> Iterator[tuple[Node, Span, str]]:
    """What is wrong with expressions, of which each comes with the type that it has to have.

    Raises:
        NplintError: they cannot be checked at all.
    """
    long = [node for node, _ in expressions if len(text_of(node)) > LONGEST]
    if long or not expressions:
        yield from ((node, node.span, f"{node.field} is longer than {LONGEST} characters") for node in long)
        return
    first = expressions[0][0].span
    types = {text_of(node): type for node, type in expressions}
    try:
        (found,) = sandbox.ask({"do": "mistakes", "expressions": types, "names": list(names)})
    except LimitError as error:
        raise NplintError(f"{first.place}: this cannot be checked: {error}") from None
    if found is None:
        raise NplintError(f"{first.place}: a CEL expression needs one more package: pip install 'nplint[cel]'")
    for node, _ in expressions:
        if text_of(node) in found:
            line, column, message = found[text_of(node)]
            yield node, _within(node, line, column), _with_meaning(message, names)


def _within(node: Node, line: int, column: int) -> Span:
    """The place of a line and column of a text, where the text stands in the file but for how its lines are broken."""
    span, source, text = node.span, node.document.source, text_of(node)
    written = source.slice(span)
    begin, end = 0, len(written)
    if written[:1] in ("|", ">"):
        begin = written.index("\n")
    elif written[:1] in ("'", '"'):
        begin, end = 1, end - 1
    places = [place for place in range(begin, end) if not written[place].isspace()]
    if "".join(written[place] for place in places) != "".join(text.split()):
        return span
    lines = text.split("\n")
    before = "".join("".join((*lines[: line - 1], lines[line - 1][: column - 1])).split())
    start, finish = source.offsets(span)
    # Something may be missing at the end.
    return source.span(start + [*places, places[-1] + 1 if places else 0][len(before)], finish)


def _with_meaning(message: str, names: Sequence[str]) -> str:
    """What is said of a name that there is not, with the one that may be meant."""
    found = re.match(r"undeclared reference to '(\w+)", message)
    meant = nearest(found[1], names) if found else None
    return f"{message}: did you mean {meant}?" if meant else message


class Batch(NamedTuple):
    """Items that are judged one by one, and what they share."""

    items: Sequence[Mapping[str, Any]]
    shared: Mapping[str, Any] = MappingProxyType({})


def verdicts(sandbox: Sandbox, question: Question, batches: Sequence[Batch]) -> Iterator[list[Verdict]]:
    """For each item of each batch the verdicts on it, none where all is well.

    Raises:
        LimitError: the evaluation was given up; the verdicts before that hold.
    """
    asked = [_batch(batch) for batch in batches if batch.items]
    if not asked:
        return
    request = {
        "do": "verdicts",
        "validations": question.validations,
        "conditions": question.conditions,
        "batches": asked,
    }
    for answer in sandbox.ask(request):
        yield [Verdict(*verdict) for verdict in answer]


def _batch(batch: Batch) -> dict[str, Any]:
    """A batch with what messages may be made of, where Secrets are in it."""
    items, shared = list(batch.items), dict(batch.shared)
    shown_shared = {name: [veil(one) for one in values] for name, values in shared.items()}
    shown_items = [{name: veil(value) for name, value in item.items()} for item in items]
    asked = {"items": items, "shared": shared}
    if (shown_items, shown_shared) != (items, shared):
        asked |= {"shown_items": shown_items, "shown_shared": shown_shared}
    return asked


def looked_at(resource: Resource, reach: Reach) -> Node:
    """The first field of a resource that an expression names and that is there; else the first that it names."""
    fields = [resource.node.at(_plain(one.steps)) for one in reach.of("object")]
    there = [node for node in fields if node.present]
    return next(iter(there or fields), resource.node)


def _plain(steps: tuple[Step, ...]) -> tuple[str | int, ...]:
    """The steps to a field, or to the list that it is in the items of."""
    return tuple(step for step in takewhile(lambda step: step is not None, steps) if step is not None)
