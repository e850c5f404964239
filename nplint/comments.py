"""Comments that name nplint, told from text that only looks like one by the tokens of the document."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from nplint import jsontext
from nplint.document import LINE_END, Document, Source

_NAME = re.compile("nplint", re.IGNORECASE)
_HASH = re.compile(r"(?<!\S)#")
# What people write who take JSON for something that has comments.
_IN_JSON = re.compile(r'(?:"\s{0,9}(?://|#)?|//|/\*)\s{0,9}nplint\s{0,9}:\s{0,9}ignore\b', re.IGNORECASE)
# More of a comment, or of what precedes it, nobody wrote by hand.
_LONGEST = 1000


class Comment(NamedTuple):
    """A comment that names nplint: the offset of its `#` in the file, and its text up to the end of the line.

    One that is `alone` has nothing before it on its line. `document` is None for one between two documents. What is
    meant as a comment in JSON, which has none, is not `real`.
    """

    start: int
    text: str
    alone: bool
    document: Document | None
    real: bool = True


def find(source: Source, documents: Sequence[Document]) -> Iterator[Comment]:
    """The comments of a file that name nplint; `documents` are all of the file's, in their order."""
    finder = _Finder(documents)
    numbers = (bisect_right(source.line_starts, found.start()) for found in _NAME.finditer(source.text))
    for number in dict.fromkeys(numbers):
        comment = finder.comment(source.line(number), source.line_starts[number - 1])
        if comment and _NAME.search(comment.text):
            yield comment


class _Finder:
    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.starts = [document.start for document in documents]
        self.texts = [_Text(document) for document in documents]

    def comment(self, line: str, start: int) -> Comment | None:
        """The comment on a line that begins at this offset; what is meant as one counts as well."""
        for found in _HASH.finditer(line):
            column = found.start()
            number = self.number(start + column)
            if number is None or self.texts[number].is_comment(start + column, line, column):
                document = None if number is None else self.documents[number]
                text = line[column : column + _LONGEST].rstrip()
                return Comment(start + column, text, not line[:column].strip(), document)
        meant = _IN_JSON.search(line)
        number = self.number(start + meant.start()) if meant else None
        if meant and number is not None and self.texts[number].may_be_json:
            return Comment(start + meant.start(), meant[0], False, self.documents[number], real=False)
        return None

    def number(self, offset: int) -> int | None:
        """The document that an offset is in. Outside of all there is nothing but separators and comments."""
        number = bisect_right(self.starts, offset) - 1
        return number if number >= 0 and offset < self.documents[number].end else None


class _Text:
    """The text of a document, as the YAML scanner or the JSON parser sees it."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @property
    def may_be_json(self) -> bool:
        return self.document.text.lstrip().startswith("{")

    @cached_property
    def is_json(self) -> bool:
        if not self.document.judged or not self.may_be_json:
            return False
        try:
            jsontext.compose(self.document.text)
        except (ValueError, RecursionError):
            return False
        return True

    def is_comment(self, offset: int, line: str, column: int) -> bool:
        """Whether a `#` that follows space begins a comment: it does wherever it is part of no token."""
        if self.is_json:
            return False
        starts, ends, known = self._tokens
        offset -= self.document.start
        if offset >= known:
            # Behind the place where the scanner gave up, it is taken for what it looks like.
            return column <= _LONGEST and line.count('"', 0, column) % 2 == 0
        number = bisect_right(starts, offset) - 1
        return number < 0 or offset >= ends[number]

    @cached_property
    def _tokens(self) -> tuple[list[int], list[int], int]:
        """The starts and ends of all that a `#` may be a part of, and how far the scanner came."""
        # Few manifests have such comments, and every run comes here.
        from yaml import YAMLError

        starts, ends, known = [], [], 0
        text = self.document.text
        try:
            for token in _scan(text):
                start, known = token.start_mark.index, token.end_mark.index
                if getattr(token, "style", None) in ("|", ">"):
                    # Behind the sign that begins a block there is room for a comment.
                    head = LINE_END.search(text, start, known)
                    start = head.end() if head else known
                starts.append(start)
                ends.append(known)
        except YAMLError:
            return starts, ends, known
        return starts, ends, len(text)


def _scan(text: str) -> Iterator[Any]:
    from yaml._yaml import CParser

    parser = CParser(text)
    try:
        while parser.check_token():
            yield parser.get_token()
    finally:
        parser.dispose()
