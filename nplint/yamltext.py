"""YAML text -> a tree with places, composed from libyaml's events without recursion."""

from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from nplint.limits import DEFAULT, raised_by
from nplint.tree import ALIAS, LIST, MAPPING, SCALAR, Tree, UnreadableError


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
        return not isinstance(parser.get_event(), StreamEndEvent)
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
            if kind is ScalarEvent:
                self.add(self.scalar(event))
            elif kind is MappingStartEvent:
                self.enter(event, MAPPING)
            elif kind is SequenceStartEvent:
                self.enter(event, LIST)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.leave(event)
            elif kind is AliasEvent:
                self.add(self.alias(event))
            elif kind is DocumentEndEvent or kind is StreamEndEvent:
                return self.root

    def add(self, node: Tree) -> None:
        if node.anchor:
            self.anchors[node.anchor] = node
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node

    def enter(self, event: Any, kind: str) -> None:
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
        return Tree(SCALAR, start, end, event.value, event.tag, plain=plain, anchor=event.anchor)

    def alias(self, event: Any) -> Tree:
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if target is None:
            raise UnreadableError(f"the alias *{event.anchor} names no anchor", start)
        if target in self.open:
            raise UnreadableError(f"the anchor &{event.anchor} contains itself", start)
        return Tree(ALIAS, start, end, text="*" + event.anchor, target=target)
