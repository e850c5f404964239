"""One YAML document as a tree with places, composed from libyaml's events without recursion."""

from collections.abc import Iterator
from typing import Any

import yaml
from yaml._yaml import CParser

from nplint import scalars
from nplint.limits import DEFAULT, raised_by

Value = None | bool | int | float | str | list[Any] | dict[str, Any]


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
        kind: type[yaml.Event],
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
        return self.kind is yaml.MappingStartEvent

    @property
    def is_list(self) -> bool:
        return self.kind is yaml.SequenceStartEvent

    @property
    def is_merge(self) -> bool:
        """Whether this key is a `<<` that merges another mapping in; a quoted one is an ordinary key."""
        return self.text == "<<" and (self.plain or self.tag == scalars.TAG + "merge")

    def pairs(self) -> Iterator[tuple["Tree", "Tree"]]:
        return zip(self.children[::2], self.children[1::2], strict=True)


def compose(text: str, depth: int = DEFAULT.depth) -> tuple[Tree | None, bool]:
    """The first document of a text, and whether more follows it, which kubectl would not read.

    Raises:
        UnreadableError: the text does not parse, or nests deeper than `depth` lists and mappings.
    """
    parser = CParser(text)
    try:
        root = _Composer(text, depth).compose(parser)
        return root, root is not None and _more_follows(parser)
    except yaml.MarkedYAMLError as error:
        offset = _offset(error)
        raise UnreadableError(_reason(error, text[offset : offset + 1]), offset) from None
    except yaml.reader.ReaderError as error:
        # The position of a reader error counts bytes, so it is found again in characters.
        raise UnreadableError("a control character is not allowed", _offset_of_byte(text, error.position)) from None
    finally:
        parser.dispose()


def _more_follows(parser: CParser) -> bool:
    try:
        return not isinstance(parser.get_event(), yaml.StreamEndEvent)
    except yaml.YAMLError:
        return True


def _reason(error: yaml.MarkedYAMLError, char: str) -> str:
    if char == "\t":
        return "a tab stands where only spaces may"
    if char in ("@", "`"):
        return f"a value cannot begin with {char}: quote it"
    context = f"{error.context}, " if error.context else ""
    return context + (error.problem or "it does not parse")


def _offset(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    if "simple key" in (error.context or ""):
        # The parser notices a missing colon only at the next line; the key itself is what to look at.
        mark = error.context_mark or mark
    return mark.index if mark else 0


def _offset_of_byte(text: str, position: int) -> int:
    return len(text.encode()[:position].decode("utf-8", "ignore"))


class _Composer:
    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.anchors: dict[str, Tree] = {}
        self.open: list[Tree] = []
        self.root: Tree | None = None

    def compose(self, parser: CParser) -> Tree | None:
        while True:
            event: Any = parser.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.add(self.scalar(event))
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.enter(event, kind)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.leave(event)
            elif kind is yaml.AliasEvent:
                self.add(self.alias(event))
            elif kind is yaml.DocumentEndEvent or kind is yaml.StreamEndEvent:
                return self.root

    def add(self, node: Tree) -> None:
        if node.anchor:
            self.anchors[node.anchor] = node
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node

    def enter(self, event: Any, kind: type[yaml.Event]) -> None:
        start = event.start_mark.index
        if len(self.open) == self.depth:
            reason = f"it nests more than {self.depth} lists and mappings in each other{raised_by('depth')}"
            raise UnreadableError(reason, start)
        node = Tree(kind, start, start, tag=event.tag, flow=bool(event.flow_style), anchor=event.anchor)
        self.add(node)
        self.open.append(node)

    def leave(self, event: Any) -> None:
        node = self.open.pop()
        start, end = event.start_mark.index, event.end_mark.index
        # What has no brackets of its own (a block, `a: 1` in `[a: 1]`) libyaml ends at the next token, lines later.
        bracketed = node.flow and start < end
        node.end = node.children[-1].end if node.children and not bracketed else end

    def scalar(self, event: Any) -> Tree:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip(" \t\r\n"))
        plain = bool(event.implicit[0]) and event.tag is None
        return Tree(yaml.ScalarEvent, start, end, event.value, event.tag, plain=plain, anchor=event.anchor)

    def alias(self, event: Any) -> Tree:
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if target is None:
            raise UnreadableError(f"the alias *{event.anchor} names no anchor", start)
        if target in self.open:
            raise UnreadableError(f"the anchor &{event.anchor} contains itself", start)
        return Tree(yaml.AliasEvent, start, end, text="*" + event.anchor, target=target)


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
    if key.kind is not yaml.ScalarEvent:
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
