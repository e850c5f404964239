"""CEL expressions, compiled and evaluated. Only the sandbox's process imports this: nothing here can be stopped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cel_expr_python import cel

from nplint.cel_functions import declarations

_EXTENSIONS = ("strings", "math", "lists", "sets", "optional", "bindings", "encoders", "two-var-comprehensions")
_MISTAKE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_LONGEST_MESSAGE = 5 * 1024
_BOUND = "nplint_"


class Mistake(NamedTuple):
    """What is wrong with an expression, by its line and column."""

    line: int
    column: int
    message: str


def mistakes(expressions: Mapping[str, str], names: Sequence[str]) -> Iterator[dict[str, Mistake]]:
    """What cannot be compiled among expressions, each with the type that it has to have, `bool` or `string`."""
    environment = _environment(names)
    found = {text: _mistake(environment, text, type) for text, type in expressions.items()}
    yield {text: mistake for text, mistake in found.items() if mistake}


def _mistake(environment: cel.Env, text: str, type: str) -> Mistake | None:
    try:
        result = environment.compile(text).return_type()
    except RuntimeError as error:
        found = _MISTAKE.search(str(error))
        if not found:
            return Mistake(1, 1, _reason(str(error)))
        # What is about the expression as a whole has no place.
        return Mistake(max(1, int(found[1])), max(1, int(found[2])), _reason(found[3]))
    wanted = {"bool": cel.Type.BOOL, "string": cel.Type.STRING, "": cel.Type.DYN}[type]
    if type and result not in (wanted, cel.Type.DYN):
        return Mistake(1, 1, f"it gives a value of type {result.name().lower()}, and has to give a {type}")
    return None


class Verdict(NamedTuple):
    """A validation that does not hold, with what its message expression says, or that cannot be evaluated."""

    place: int
    said: str = ""
    error: str = ""
    is_limit: bool = False


class _Failed(NamedTuple):
    error: str
    is_limit: bool = False


def verdicts(
    validations: Sequence[tuple[str, str]], conditions: Sequence[str], batches: Sequence[Mapping[str, Any]]
) -> Iterator[list[Verdict]]:
    """For each item a verdict for every validation that does not hold, none where a condition does not hold.

    Each comes with its place among the validations, -1 for that of a condition that cannot be evaluated. What is said
    of an item is made of how it may be shown, without what Secrets hide.
    """
    names = {name for batch in batches for item in batch["items"] for name in item}
    programs = _Programs(sorted(names), sorted({name for batch in batches for name in batch["shared"]}))
    for batch in batches:
        programs.enter(batch["shared"], batch.get("shown_shared"))
        for item, shown in zip(batch["items"], batch.get("shown_items") or batch["items"], strict=True):
            programs.take(item, shown)
            yield list(_verdicts(programs, validations, conditions))


class _Programs:
    """Compiles each expression once, and turns what all items share into values of CEL once.

    What differs from item to item comes from functions, to which the names are bound: the library turns all variables
    of an evaluation into its own values, and all the resources of a cluster for each of them would be quadratic.
    """

    def __init__(self, names: Sequence[str], shared: Sequence[str]) -> None:
        self._seen: dict[str, Any] = {}
        """What expressions see of an item."""
        self._items: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
        functions = [_function(name, self._seen) for name in names]
        self._environment = _environment(shared, functions)
        self._bindings = "".join(f"cel.bind({name}, {_BOUND}{name}(), " for name in names)
        self._end = "\n" + ")" * len(names)
        self._compiled: dict[str, cel.Expression] = {}

    def enter(self, shared: Mapping[str, Any], shown: Mapping[str, Any] | None) -> None:
        """Take these values for what the next items share."""
        true = self._environment.Activation(dict(shared))
        self._activations = true, true if shown is None else self._environment.Activation(dict(shown))
        self._hides = shown is not None

    def take(self, item: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        """Evaluate for this item from now on, and say of it what may be shown."""
        self._items = item, shown

    def evaluate(self, text: str) -> Any:
        """What an expression gives; why it fails is told as the values may be shown."""
        result = self._evaluated(text, as_shown=False)
        if not self._hides or not isinstance(result, _Failed) or result.is_limit:
            return result
        shown = self._evaluated(text, as_shown=True)
        return shown if isinstance(shown, _Failed) else _Failed(_HIDDEN)

    def say(self, text: str) -> Any:
        """What an expression gives that makes words."""
        return self._evaluated(text, as_shown=True)

    def _evaluated(self, text: str, *, as_shown: bool) -> Any:
        self._seen.clear()
        self._seen.update(self._items[as_shown])
        try:
            if text not in self._compiled:
                self._compiled[text] = self._environment.compile(self._bindings + text + self._end)
        except RuntimeError as error:
            # It was compiled before, without the variables that are in it now.
            return _Failed(_reason(str(error)), is_limit=True)
        try:
            result = self._compiled[text].eval(activation=self._activations[as_shown])
            if result.type() == cel.Type.ERROR:
                return _Failed(_reason(str(result.value())))
            return result.value() if result.type() in (cel.Type.BOOL, cel.Type.STRING) else _Failed(_OTHER)
        except (RuntimeError, TypeError) as error:
            reason = _reason(str(error))
            return _Failed(reason, is_limit=reason == _TOO_MANY_STEPS)


def _function(name: str, seen: Mapping[str, Any]) -> cel.FunctionDecl:
    # What an environment calls must not lead back to it: the library knows nothing of Python's collector.
    return cel.FunctionDecl(_BOUND + name, [cel.Overload(_BOUND + name, cel.Type.DYN, [], False, lambda: seen[name])])


_TOO_MANY_STEPS = "Iteration budget exceeded"
_HIDDEN = "it fails on what a Secret hides"
_OTHER = "it gives neither true nor false"


def _reason(text: str) -> str:
    """What an error says, without the library's own words, and with the names that were written."""
    plain = re.sub(r"^([A-Z_]+: )+| \[[A-Z_]+\]$| \(in container ''\)", "", text.splitlines()[0])
    return re.sub(r"\bvariables_(\w+)", r"variables.\1", plain)


def _verdicts(
    programs: _Programs, validations: Sequence[tuple[str, str]], conditions: Sequence[str]
) -> Iterator[Verdict]:
    met = [programs.evaluate(text) for text in conditions]
    if any(one is False for one in met):
        return
    for one in met:
        if one is not True:
            yield Verdict(-1, "", *_error(one))
            return
    for index, (expression, message) in enumerate(validations):
        held = programs.evaluate(expression)
        if held is False:
            yield Verdict(index, said=_said(programs, message))
        elif held is not True:
            yield Verdict(index, "", *_error(held))


def _error(value: Any) -> _Failed:
    return value if isinstance(value, _Failed) else _Failed(_OTHER)


def _said(programs: _Programs, expression: str) -> str:
    """What a message expression makes; "" where it makes none, as the API server has it."""
    text = programs.say(expression) if expression else ""
    is_message = isinstance(text, str) and text.strip() and "\n" not in text and len(text) <= _LONGEST_MESSAGE
    return text.strip() if is_message else ""


def _environment(names: Sequence[str], functions: Sequence[cel.FunctionDecl] = ()) -> cel.Env:
    lines = ["extensions:", *(f"  - name: {name}" for name in _EXTENSIONS)]
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml("\n".join(lines)),
        variables=dict.fromkeys(names, cel.Type.DYN),
        functions=[*declarations(), *functions],
    )
