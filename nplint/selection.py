"""What selectors require of labels, as the API server evaluates it, where not every label need be known."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from nplint.node import Node

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


class Requirement(NamedTuple):
    """What has to hold for one label, and where that is written."""

    key: str
    operator: str
    values: frozenset[str]
    at: Node

    def allows(self, value: str | None) -> bool:
        """Whether a label may have this value; None stands for a label that is not there."""
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case _:
                return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        bounds = [int(bound) for bound in self.values if _is_integer(bound)]
        if not bounds or value is None or not _is_integer(value):
            return False
        return int(value) > bounds[0] if self.operator == "Gt" else int(value) < bounds[0]

    def excludes(self, other: "Requirement") -> bool:
        """Whether no value satisfies both, which have the same key."""
        for one, two in ((self, other), (other, self)):
            if one.operator == "In":
                return not any(two.allows(value) for value in one.values)
            if one.operator == "DoesNotExist":
                return not two.allows(None)
        return False

    def implies(self, other: "Requirement") -> bool:
        """Whether every value that satisfies this satisfies the other, which has the same key."""
        if self.operator == "In":
            return all(other.allows(value) for value in self.values)
        if self.operator == "DoesNotExist":
            return other.allows(None)
        if self.operator == other.operator == "NotIn":
            return self.values >= other.values
        has_value = self.operator in ("Exists", "Gt", "Lt")
        return (has_value and other.operator == "Exists") or self[:3] == other[:3]

    @property
    def text(self) -> str:
        """How a sentence writes it: `pool=edge`, `pool in (a, b)`."""
        values = sorted(self.values)
        if self.operator == "In":
            return f"{self.key}={values[0]}" if len(values) == 1 else f"{self.key} in ({', '.join(values)})"
        return f"{self.key} {self.operator} {', '.join(values)}".rstrip()


Requirements = tuple[Requirement, ...]


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 20


def of_labels(node: Node, selector: Mapping[str, str]) -> Iterator[Requirement]:
    """What a map of labels requires: each of them with its value."""
    for key, value in selector.items():
        yield Requirement(key, "In", frozenset((value,)), node[key])


def of_expressions(node: Node, prefix: str = "") -> Iterator[Requirement]:
    """What a list of expressions requires; `prefix` tells their keys from those of other lists."""
    for item in node:
        values = frozenset(value.text for value in item["values"])
        yield Requirement(prefix + item["key"].text, item["operator"].text, values, item)


def is_readable(node: Node) -> bool:
    """Whether a label selector or a list of expressions is all rendered, and one that the API server takes."""
    expressions = node["matchExpressions"] if isinstance(node.value, dict) else node
    operators = (item["operator"].text for item in expressions)
    return not any(node.placeholders()) and all(operator in OPERATORS for operator in operators)


def holds(required: Iterable[Requirement], labels: Mapping[str, str], hidden: Callable[[str], bool]) -> bool | None:
    """Whether labels satisfy all that is required; None where that hangs on labels whose values are hidden."""
    verdict: bool | None = True
    for requirement in required:
        if hidden(requirement.key):
            verdict = None
        elif not requirement.allows(labels.get(requirement.key)):
            return False
    return verdict


def selects(selector: Node, labels: Mapping[str, str], hidden: Callable[[str], bool]) -> bool | None:
    """Whether a label selector picks an object with these labels: an empty one picks all, an absent one none."""
    if not isinstance(selector.value, dict):
        return False if selector.value is None else None
    if not is_readable(selector):
        return None
    given = {key: node.text for key, node in selector["matchLabels"].items()}
    required = (*of_labels(selector["matchLabels"], given), *of_expressions(selector["matchExpressions"]))
    return holds(required, labels, hidden)
