"""What is wrong with a file that is written for nplint, in sentences with their places."""

from collections.abc import Collection, Iterator

from nplint.document import Document, RepeatedKey, Source, Span
from nplint.errors import NplintError
from nplint.node import Node
from nplint.reader import parse
from nplint.spelling import listed, way_out
from nplint.structure import Flaw, flaws

_TYPE_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def documents(source: Source) -> list[Document]:
    """The documents of a file, empty ones left out.

    Raises:
        NplintError: one of them cannot be read.
    """
    found = [document for document in parse(source) if document.value is not None or document.defects]
    for document in found:
        for defect in document.defects:
            raise NplintError(f"{defect.span.place}: this cannot be read: {defect.message}")
    return found


def text_of(node: Node) -> str:
    """A text as it is written, in a file where braces are no template's; "" where it is no text."""
    return node.value if isinstance(node.value, str) else ""


def misshapen(root: Node, schema: str, *, may_be_template: bool = False) -> Iterator[tuple[Span, str]]:
    """What does not have the shape that the schema of this name describes; formats are left to who reads them."""
    wrong = flaws(root, schema, may_be_template=may_be_template)
    found = [(flaw.node.span, _sentence(flaw)) for flaw in wrong if flaw.keyword != "format"]
    # A mapping has one flaw for each key that it needs, and one sentence for all of them.
    yield from dict.fromkeys(found)


def repeated(document: Document) -> Iterator[tuple[Span, str]]:
    """Keys that stand twice."""
    for key in document.repeated_keys():
        yield key.kept, _repeated(key)


def _repeated(key: RepeatedKey) -> str:
    return f"{key.path[-1]} is set a second time here, first on line {key.lost.line}: make one of the two"


def _sentence(flaw: Flaw) -> str:
    name, known = flaw.node.path[-1] if flaw.node.path else "", flaw.schema
    if flaw.keyword == "additionalProperties":
        return unknown("key", str(name), known["properties"])
    if flaw.keyword == "enum":
        words = sorted({str(word) for word in known["enum"] if not isinstance(word, bool)})
        return f"{flaw.node.field} cannot be {flaw.node.value}: {way_out(str(flaw.node.value), words)}"
    if flaw.keyword == "required":
        missing = [name for name in known["required"] if not flaw.node[name].present]
        return f"{flaw.node.field or 'this'} needs {listed(missing)}"
    if flaw.keyword.startswith("min"):
        return f"{flaw.node.field} is too little: it takes at least {known[flaw.keyword]}"
    types = [known["type"]] if isinstance(known["type"], str) else known["type"]
    return f"{flaw.node.field} has to be {' or '.join(_TYPE_NAMES[name] for name in types)}"


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """Says that there is nothing of this name, and what may be meant."""
    return f"there is no {what} {name}: {way_out(name, sorted(known))}"
