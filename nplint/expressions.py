"""CEL in rules: checked when a rule is read, evaluated in the sandbox when it runs, and placed where it looks at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nplint.document import Span
from nplint.errors import NplintError
from nplint.mistakes import text_of
from nplint.node import Node
from nplint.resource import Resource
from nplint.sandbox import LimitError, Sandbox
from nplint.secrecy import veil

LONGEST = 10_000
"""How many characters an expression may have."""

_FIELD = r"""\bobject((?:\.\??[A-Za-z_]\w*|\[\??(?:'[^'\\]*'|"[^"\\]*"|\d+)\])+)(\s*\()?"""
_STEP = r"""\.\??(\w+)|\[\??['"]([^'"]*)['"]\]|\[\??(\d+)\]"""


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
            yield node, _within(node, line, column), message


def _within(node: Node, line: int, column: int) -> Span:
    """The place of a line and column of a text, where the text stands in the file as it is."""
    span, written = node.span, node.document.source.slice(node.span)
    if written.startswith("|"):
        first = written.partition("\n")[2]
        line, column = span.line + line, len(first) - len(first.lstrip(" ")) + column
    elif text_of(node) in written and line == 1:
        line, column = span.line, span.column + written.index(text_of(node)) + column - 1
    else:
        return span
    return span._replace(line=line, column=column)


def verdicts(
    sandbox: Sandbox, question: Question, items: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]
) -> Iterator[list[Verdict]]:
    """For each item the verdicts on it, none where all is well.

    Raises:
        LimitError: the evaluation was given up; the verdicts before that hold.
    """
    if not items:
        return
    request = {
        "do": "verdicts",
        "validations": question.validations,
        "conditions": question.conditions,
        "items": items,
        "shared": shared,
        **_veiled(items, shared),
    }
    for answer in sandbox.ask(request):
        yield [Verdict(*verdict) for verdict in answer]


def _veiled(items: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> dict[str, Any]:
    """What messages may be made of, where Secrets are among what is judged."""
    shown_shared = {name: [veil(one) for one in values] for name, values in shared.items()}
    shown_items = [{name: veil(value) for name, value in item.items()} for item in items]
    if (shown_items, shown_shared) == (list(items), shared):
        return {}
    return {"shown_items": shown_items, "shown_shared": shown_shared}


def looked_at(resource: Resource, expression: str) -> Node:
    """The first field of a resource that an expression names and that is there; else the first that it names."""
    fields = [resource.node.at(_path(found)) for found in re.finditer(_FIELD, expression)]
    there = [node for node in fields if node.present]
    return next(iter(there or fields), resource.node)


def _path(found: re.Match[str]) -> tuple[str | int, ...]:
    steps = [name or key or int(number) for name, key, number in re.findall(_STEP, found[1])]
    # What is called is a function, not a field.
    return tuple(steps[:-1] if found[2] else steps)
