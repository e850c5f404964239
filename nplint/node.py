"""A place in a document: what a rule reads and points at."""

from collections.abc import Iterator
from typing import Any

from nplint.document import Document, Path, Span
from nplint.spelling import LONG, cut
from nplint.tree import Value

_new = object.__new__


class Node:
    """A value in a document, or the place where one could be.

    Steps never fail: what is absent, or inside something of another shape, is an absent node. `root` counts the steps
    of the path that lead to the resource (an item of a List is not at the document's root).
    """

    __slots__ = ("document", "on_key", "path", "present", "root", "value")

    def __init__(
        self,
        document: Document,
        path: Path = (),
        value: Value = None,
        present: bool = True,
        root: int = 0,
        *,
        on_key: bool = False,
    ) -> None:
        self.document = document
        self.path = path
        self.value = value
        self.present = present
        self.root = root
        self.on_key = on_key

    def __getitem__(self, step: str | int) -> "Node":
        # Rules do this more often than anything else: a call of __init__, or any other, would show in every run.
        held: Any = self.value
        if isinstance(held, dict):
            present = step in held
        else:
            present = isinstance(held, list) and isinstance(step, int) and 0 <= step < len(held)
        node = _new(Node)
        node.document = self.document
        node.path = (*self.path, step)
        node.value = held[step] if present else None
        node.present = present
        node.root = self.root
        node.on_key = False
        return node

    def at(self, path: Path) -> "Node":
        """The node that several steps lead to."""
        node = self
        for step in path:
            node = node[step]
        return node

    def __iter__(self) -> Iterator["Node"]:
        """The items of a list; nothing where this is no list."""
        for index in range(len(self.value)) if isinstance(self.value, list) else ():
            yield self[index]

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """The keys and values of a mapping; nothing where this is no mapping."""
        for key in self.value if isinstance(self.value, dict) else ():
            yield key, self[key]

    @property
    def text(self) -> str:
        """The value if it is a string whose content is known, else ""."""
        return self.value if isinstance(self.value, str) and not self.document.is_marked(self.value) else ""

    @property
    def raw(self) -> str | None:
        """The value if it is a string, with the marks that a template tool or a shell puts values in for."""
        return self.value if isinstance(self.value, str) else None

    @property
    def number(self) -> int | None:
        """The value if it is an integer, else None."""
        return self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    @property
    def is_placeholder(self) -> bool:
        """Whether a template tool still has to put the value in: `"{{ .x }}"`, `${X}`. Nothing is known of it."""
        return isinstance(self.value, str) and self.document.is_marked(self.value)

    @property
    def is_placeholder_key(self) -> bool:
        """Whether a template tool still has to put the key in."""
        return bool(self.path) and self.document.is_marked(str(self.path[-1]))

    @property
    def parent(self) -> "Node":
        """The list or mapping that holds this."""
        return Node(self.document, value=self.document.value, root=self.root).at(self.path[:-1])

    @property
    def key(self) -> "Node":
        """The same place, marked at the key instead of at the value."""
        return Node(self.document, self.path, self.value, present=self.present, root=self.root, on_key=True)

    @property
    def field(self) -> str:
        """The path from the resource down, as the API server writes it: `spec.ports[0].nodePort`."""
        written = ""
        for step in self.path[self.root :]:
            written += f"[{step}]" if isinstance(step, int) else f".{cut(step, LONG)}"
        return written.removeprefix(".")

    @property
    def span(self) -> Span:
        """The place in the file. What is absent is shown at the key of the nearest thing that holds it."""
        return self.document.locate(self.path, key=self.on_key or not self.present)

    def placeholders(self) -> Iterator["Node"]:
        """Every value in here that a template tool still has to fill in."""
        if not self.document.source.may_hold_marks:
            return
        if self.is_placeholder:
            yield self
        for child in self:
            yield from child.placeholders()
        for key in self.value if isinstance(self.value, dict) else ():
            child = self[key]
            yield from (child.key,) if child.is_placeholder_key else child.placeholders()
