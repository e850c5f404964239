"""One document as a tree with places, and the plain data that kubectl would send of it."""

from collections.abc import Iterator
from typing import Any

from nplint import scalars

Value = None | bool | int | float | str | list[Any] | dict[str, Any]

SCALAR, MAPPING, LIST, ALIAS = "scalar", "mapping", "list", "alias"
"""The kinds of nodes."""


def texts_in(value: Value) -> Iterator[str]:
    """Every text among the values of a value, keys aside, in no order."""
    left = [value]
    while left:
        held = left.pop()
        if isinstance(held, str):
            yield held
        elif isinstance(held, dict):
            left += held.values()
        elif isinstance(held, list):
            left += held


class UnreadableError(Exception):
    """Text that kubectl cannot read either, and the offset at which that shows."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Tree:
    """A node of the document; offsets are code points from the start of the composed text, end exclusive.

    A mapping's children alternate between keys and values. An alias is a node of its own that stands where it is
    written; `target` is what it stands for.
    """

    __slots__ = ("anchor", "children", "end", "flow", "kind", "plain", "start", "tag", "target", "text")

    def __init__(
        self,
        kind: str,
        start: int,
        end: int,
        text: str = "",
        tag: str | None = None,
        *,
        plain: bool = False,
        flow: bool = False,
        anchor: str | None = None,
        target: "Tree | None" = None,
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.text = text
        self.tag = tag
        self.plain = plain
        self.flow = flow
        self.anchor = anchor
        self.target = target
        self.children: list[Tree] = []

    @property
    def meant(self) -> "Tree":
        return self.target or self

    @property
    def is_mapping(self) -> bool:
        return self.kind is MAPPING

    @property
    def is_list(self) -> bool:
        return self.kind is LIST

    @property
    def is_merge(self) -> bool:
        """Whether this key is a `<<` that merges another mapping in; a quoted one is an ordinary key."""
        return self.text == "<<" and (self.plain or self.tag == scalars.TAG + "merge")

    def pairs(self) -> Iterator[tuple["Tree", "Tree"]]:
        return zip(self.children[::2], self.children[1::2], strict=True)


def construct(root: Tree) -> tuple[Value, bool]:
    """The plain data that kubectl would send, and whether some mapping has a key twice.

    Raises:
        UnreadableError: a tag, key or number has no JSON form, or aliases multiply the document beyond kubectl's limit.
    """
    constructor = _Constructor()
    value = constructor.value(root)
    constructor.check_expansion(root)
    return value, constructor.repeats


class _Constructor:
    def __init__(self) -> None:
        self.values: dict[int, tuple[Value, int]] = {}
        self.repeats = False
        # kubectl counts what its parser walks: the document, values, keys, and an alias besides what it stands for.
        self.nodes = 1
        self.aliased = 0

    def value(self, node: Tree) -> Value:
        before = self.nodes
        self.nodes += 1
        value = self._shared(node, node.target) if node.target else self._fresh(node)
        if node.anchor:
            self.values[id(node)] = value, self.nodes - before
        return value

    def _shared(self, alias: Tree, target: Tree) -> Value:
        if id(target) not in self.values:
            # The list that a `<<` merges becomes a value only here.
            self.value(target)
        value, size = self.values[id(target)]
        self.nodes += size
        self.aliased += size
        self.check_expansion(alias)
        return value

    def _fresh(self, node: Tree) -> Value:
        if node.is_mapping:
            return self._mapping(node)
        if node.is_list:
            return [self.value(child) for child in node.children]
        return _typed(node)

    def _mapping(self, node: Tree) -> Value:
        merged: dict[str, Any] = {}
        own: set[str] = set()
        for key, child in node.pairs():
            if key.is_merge:
                self._merge(child, merged)
                continue
            name = key_of(key)
            if key.anchor or key.target:
                self.value(key)
            else:
                self.nodes += 1
            self.repeats |= name in own
            own.add(name)
            merged[name] = self.value(child)
        return merged

    def _merge(self, node: Tree, into: dict[str, Any]) -> None:
        for source in mappings_to_merge(node):
            value = self.value(source)
            into.update(value if isinstance(value, dict) else {})

    def check_expansion(self, at: Tree) -> None:
        """Apply the limit of kubectl's parser: the larger a document gets, the less of it may come from aliases."""
        share = 0.99 - 0.89 * min(max(self.nodes - 400_000, 0) / 3_600_000, 1)
        if self.aliased > 100 and self.nodes > 1000 and self.aliased > share * self.nodes:
            raise UnreadableError(
                f"its aliases multiply it to {self.nodes:,} values, more than kubectl reads", at.start
            )


def mappings_to_merge(node: Tree) -> list[Tree]:
    """What a `<<` merges in, in the order in which later keys win over earlier ones.

    Raises:
        UnreadableError: it is neither a mapping nor a list of mappings.
    """
    # A list written in place names several mappings; the alias of a list does not.
    sources = node.children[::-1] if node.is_list else [node]
    for source in sources:
        if not source.meant.is_mapping:
            raise UnreadableError("a `<<` takes a mapping or a list of mappings", source.start)
    return sources


def key_of(node: Tree) -> str:
    """A mapping key as text.

    Raises:
        UnreadableError: the key is null, a list or a mapping.
    """
    key = node.meant
    if key.kind is not SCALAR:
        raise UnreadableError("a list or mapping cannot be a key", node.start)
    try:
        return scalars.key(_typed(key))
    except ValueError as error:
        raise UnreadableError(str(error), node.start) from None


def _typed(node: Tree) -> scalars.Scalar:
    if not node.plain and (node.tag is None or node.tag == "!"):
        return node.text
    try:
        return scalars.plain(node.text) if node.tag is None else scalars.tagged(node.text, node.tag)
    except ValueError as error:
        raise UnreadableError(str(error), node.start) from None
