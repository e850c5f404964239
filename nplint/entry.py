"""Where an entry of a mapping begins and ends as text, so that it can be taken out and nothing else with it."""

import re

from nplint.tree import Tree

# What ends a line for YAML ends a comment, although it ends no line for editors.
_COMMENT = r"(?:(?<=[ \t])#[^\r\n\x85\u2028\u2029]*)?"
_LINE_END = r"(?:\r\n|\n|\r|\Z)"
_REST_OF_LINE = re.compile(rf"[ \t]*{_COMMENT}{_LINE_END}")
_REST_AFTER_COMMA = re.compile(rf"[ \t]*(,?)[ \t]*{_COMMENT}{_LINE_END}")
_BLANK = re.compile(r"[ \t\r\n]*")
# What a text of several lines, such as `|` begins, may take for one of its own where it comes to stand behind it.
_LIKE_TEXT = re.compile(r"[ \t]*[\r\n]|[ \t]+(?:#|\Z)")
_TEXT_OF_LINES = re.compile(r"[|>][-+1-9]*[ \t\r\n]")
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)+")


def outline(text: str, mapping: Tree, key: Tree, value: Tree) -> tuple[int, int] | None:
    """The offsets between which a key stands with its value; None where more would have to change.

    A line of its own goes with its end and the comment on it.
    """
    if len(mapping.children) == 2 or value.start == value.end:
        return None
    found = _in_flow(text, mapping, key, value) if mapping.flow else _in_block(text, key, value)
    if found and _TEXT_OF_LINES.search(text, mapping.start, key.start) and _LIKE_TEXT.match(text, found[1]):
        return None
    # A \r alone ends a line for YAML, but for kubectl a `---` after it separates no documents.
    before, last = (text[end - 1 : end] for end in found or (0, 0))
    return None if last in ("\r", "\n") and (before == "\r") != (last == "\r") else found


def _in_block(text: str, key: Tree, value: Tree) -> tuple[int, int] | None:
    start = _line_start(text, key.start)
    before, rest = text[start : key.start], _REST_OF_LINE.match(text, value.end)
    if rest and not before.strip(" \t"):
        return start, rest.end()
    if rest and _DASHES.fullmatch(before):
        # The next line moves up behind the dash, where this key stood.
        blank = _BLANK.match(text, rest.end())
        return key.start, blank.end() if blank else rest.end()
    return None


def _in_flow(text: str, mapping: Tree, key: Tree, value: Tree) -> tuple[int, int] | None:
    index = next(index for index, child in enumerate(mapping.children) if child is key)
    is_last = index + 2 == len(mapping.children)
    gap = text[mapping.children[index - 1].end if index else mapping.start : key.start]
    start, rest = _line_start(text, key.start), _REST_AFTER_COMMA.match(text, value.end)
    has_line = rest is not None and not text[start : key.start].strip(" \t")
    if rest and has_line and (rest[1] if not is_last else "#" in gap):
        # Behind a comment, the comma of the entry before stays: only YAML has comments, and it does not mind.
        return start, rest.end()
    if is_last:
        return None if "#" in gap else (mapping.children[index - 1].end, value.end)
    follower = mapping.children[index + 2].start
    after = text[value.end : follower]
    return None if "#" in after or "?" in gap + after else (key.start, follower)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
