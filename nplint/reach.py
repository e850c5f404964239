"""What a CEL expression reads of resources, as far as its text tells without an evaluation."""

import re
from collections.abc import Collection, Iterator
from enum import Enum
from typing import NamedTuple

from nplint.node import Node

_STEP = r"""\s*\.\s*\??\s*([A-Za-z_]\w*)|\s*\[\s*\??\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(\d+))\s*\]"""
_STEPS = f"(?:{re.sub(r'[(](?![?])', '(?:', _STEP)})"
_CHAIN = rf"(?P<root>(?<![\w.])[A-Za-z_]\w*|(?<=[)\]}}])(?=\s*[.\[]))(?P<steps>{_STEPS}*)(?P<call>\s*\()?"
_SKIPPED = r"""//[^\n]*|'{3}[\s\S]*?'{3}|"{3}[\s\S]*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*\""""
_TOKEN = re.compile(f"{_SKIPPED}|{_CHAIN}")
_VARIABLES = re.compile(r"\s*([A-Za-z_]\w*)\s*,(?:\s*([A-Za-z_]\w*)\s*,)?")
_ALIAS = re.compile(rf"\s*[A-Za-z_]\w*\s*,\s*(\(?)\s*([A-Za-z_]\w*)({_STEPS}*)\s*(\)?)\s*,")
_OF_ONE = frozenset(("all", "exists", "exists_one", "existsOne", "filter", "map", "sortBy"))
_GIVE_ITEMS = frozenset(("filter", "sortBy"))
_OF_TWO = frozenset(("all", "exists", "existsOne", "transformList", "transformMap", "transformMapEntry"))
_WORDS = frozenset(("true", "false", "null", "in")) | frozenset(
    ("bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "null_type", "dyn")
)

Step = str | int | None
"""A step from a value into it; None leads to each of its items."""


class How(Enum):
    """What of a value matters."""

    VALUE = "all of it"
    PRESENCE = "whether it is there"
    ITEMS = "how many items it has; what is read of them stands for itself"
    KEYS = "what keys or items it has"


class Access(NamedTuple):
    """A field that is read: the variable that it starts from, and the way from there."""

    root: str
    steps: tuple[Step, ...]
    how: How

    @property
    def inside(self) -> "Access":
        """The same from an item on, where the variable is a list and the first step leads to its items."""
        return self._replace(steps=self.steps[1:])


class Reach(NamedTuple):
    """What an expression reads. Where that is not `known` in full, `accesses` are at least where it starts from."""

    accesses: tuple[Access, ...]
    known: bool

    def of(self, root: str) -> tuple[Access, ...]:
        """What is read of one variable."""
        return tuple(one for one in self.accesses if one.root == root)


def reach(expression: str, roots: Collection[str], others: Collection[str] = ()) -> Reach:
    """What an expression reads of the variables `roots`; what it reads of `others` is of no matter."""
    reader = _Reader({**{root: (root, ()) for root in roots}, **dict.fromkeys(others, _NOTHING)})
    for found in _TOKEN.finditer(expression):
        if found["root"] is not None and found.start() >= reader.past:
            reader.read(found)
    found_all = tuple(dict.fromkeys(reader.found))
    if reader.is_sure:
        return Reach(found_all, True)
    # What is read of items may have got lost, so all that the items are in counts.
    return Reach(tuple(one._replace(how=How.VALUE) if one.how is How.ITEMS else one for one in found_all), False)


_Place = tuple[str, tuple[Step, ...]]
_NOTHING: _Place = ("", ())


class _Reader:
    def __init__(self, names: dict[str, _Place | None]) -> None:
        self.names = names
        self.found: list[Access] = []
        self.is_sure = True
        self.past = 0
        """Behind the names that are declared, which read nothing."""

    def read(self, found: re.Match[str]) -> None:
        steps, method = _steps(found["steps"]), ""
        if found["call"] and steps:
            *before, last = steps
            steps, method = tuple(before), str(last)
        rest = found.string[found.end() :] if method else ""
        place = self._place(found["root"], steps, is_called=bool(found["call"]))
        binds = bool(method) and _binds(method, rest)
        if place and place[0]:
            is_iterated = binds and (method not in _GIVE_ITEMS or _is_counted(found))
            self.found.append(Access(*place, How.ITEMS if is_iterated else How.VALUE if binds else _how(found, method)))
        if method == "bind" and found["root"] == "cel":
            self.past = found.end() + self._alias(rest)
        elif binds:
            self.past = found.end() + self._bind(method, rest, place)

    def _place(self, root: str, steps: tuple[Step, ...], *, is_called: bool) -> _Place | None:
        if root in self.names:
            known = self.names[root]
            # A name for what is worked out stands for what was read then, but for the parts of that.
            self.is_sure &= known is not None or not steps
            return (known[0], (*known[1], *steps)) if known else None
        # What has no name is what another call gives; a name that is called is that of a function.
        is_of_result = not root and bool(steps)
        is_variable = bool(root) and not is_called and root not in _WORDS
        self.is_sure &= not (is_of_result or is_variable)
        return None

    def _bind(self, method: str, rest: str, place: _Place | None) -> int:
        """Declare what a loop calls its items; tells where the declarations end."""
        found = _VARIABLES.match(rest)
        each = (place[0], (*place[1], None)) if place else None
        if not found:
            return 0
        if found[2] and method in _OF_TWO:
            self.names |= {found[1]: _NOTHING, found[2]: each}
            return found.end(2)
        self.names[found[1]] = each
        return found.end(1)

    def _alias(self, rest: str) -> int:
        """Declare what an expression is called; tells where the declaration ends."""
        name, found = _VARIABLES.match(rest), _ALIAS.match(rest)
        if not name:
            return 0
        is_chain = found and bool(found[1]) == bool(found[4])
        known = self.names.get(found[2]) if found and is_chain else None
        self.names[name[1]] = (known[0], (*known[1], *_steps(found[3]))) if found and known else None
        return name.end(1)


def _binds(method: str, rest: str) -> bool:
    return method in _OF_ONE | _OF_TWO and _VARIABLES.match(rest) is not None


def _is_counted(found: re.Match[str]) -> bool:
    """Whether what a call gives is only counted."""
    depth, text = 1, found.string
    for bracket in re.compile(f"{_SKIPPED}|[()]").finditer(text, found.end()):
        depth += {"(": 1, ")": -1}.get(bracket[0], 0)
        if not depth:
            return bool(re.match(r"\s*\.\s*size\s*\(", text[bracket.end() :]))
    return False


def _how(found: re.Match[str], method: str) -> How:
    before = found.string[max(0, found.start() - 20) : found.start()].rstrip()
    if before.endswith("has("):
        return How.PRESENCE
    is_counted = method == "size" or (not method and re.search(r"\bin$|\bsize\($", before))
    return How.KEYS if is_counted else How.VALUE


def _steps(text: str) -> tuple[Step, ...]:
    found = re.findall(_STEP, text)
    return tuple(int(number) if number else name or one or two for name, one, two, number in found)


def nodes(node: Node, steps: tuple[Step, ...]) -> Iterator[Node]:
    """The values that a way leads to, those that are absent too."""
    for place, step in enumerate(steps):
        if step is None:
            children = [*node, *(child for _, child in node.items())]
            yield from (found for child in children for found in nodes(child, steps[place + 1 :]))
            return
        node = node[step]
    yield node


def hidden(node: Node, access: Access) -> Iterator[Node]:
    """What is not rendered yet of what is read."""
    for place, step in enumerate(access.steps):
        if node.is_placeholder:
            yield node
            return
        if step is None:
            rest = access._replace(steps=access.steps[place + 1 :])
            yield from _hidden_keys(node)
            for child in (*node, *(child for _, child in node.items())):
                yield from hidden(child, rest)
            return
        if not node[step].present:
            yield from _hidden_keys(node)
            return
        node = node[step]
    if access.how is How.VALUE or node.is_placeholder:
        # A value that is rendered to nothing is there all the same.
        yield from node.placeholders() if access.how is not How.PRESENCE else ()
    elif access.how is not How.PRESENCE:
        yield from (*_hidden_keys(node), *(item for item in node if item.is_placeholder))


def _hidden_keys(node: Node) -> Iterator[Node]:
    yield from (child.key for _, child in node.items() if child.is_placeholder_key)
