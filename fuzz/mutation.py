"""Changes to inputs that leave most of them readable: random bytes alone rarely get past the YAML parser."""

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import yaml

from fuzz import words
from fuzz.bundle import File, join, split
from nplint.reader import decode

Change = Callable[[str, "Mutator"], str]
_SEPARATOR = re.compile(r"^---[^\n]*\n", re.MULTILINE)


class Mutator:
    """Changes inputs, with material of others; the same way again with the same seed."""

    def __init__(self, seed: int, pool: Sequence[bytes]) -> None:
        self.random = Random(seed)
        self.pool = pool

    def mutate(self, data: bytes) -> bytes:
        """The input with a few changes."""
        files = split(data)
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            if self.random.random() < 0.15:
                files = self._regroup(files)
            else:
                number = self.random.randrange(len(files))
                files[number] = files[number]._replace(data=self._changed(files[number].data))
        only = files[0]
        return only.data if len(files) == 1 and only == File("f.yaml", only.data) else join(files)

    def _regroup(self, files: list[File]) -> list[File]:
        """Add, drop, rename or age a file."""
        one = self.random.choice(files)
        others = [file for file in files if file is not one] or [one]
        renamed = one._replace(path=self.random.choice(words.PATHS))
        aged = one._replace(revision="base")
        return self.random.choice(
            (
                [*files, *split(self.random.choice(self.pool))],
                [*files, renamed],
                [*others, renamed],
                [*files, aged],
                others,
                self.random.sample(files, len(files)),
            )
        )

    def _changed(self, data: bytes) -> bytes:
        text = decode("", data).text
        try:
            changed = self.random.choice(_CHANGES)(text, self)
        except RecursionError:
            # What libyaml reads is too deep to be walked through, or to be written again, in Python.
            return data
        return _encoded(changed, self.random)

    def word(self) -> str:
        """A value that is odd, or means something to Kubernetes or to nplint."""
        return self.random.choice(self.random.choice(words.VALUES))


def _encoded(text: str, random: Random) -> bytes:
    encoding = "utf-8" if random.random() < 0.97 else random.choice(("utf-8-sig", "utf-16", "utf-16-be", "latin-1"))
    return text.encode(encoding, "replace")


def _nodes(text: str) -> list[yaml.Node]:
    """The nodes of a document, or of the first of several that can be read; none where it is not YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    found: list[yaml.Node] = []
    waiting = [root] if root else []
    while waiting and len(found) < 2000:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if isinstance(node, yaml.MappingNode):
            waiting += (each for pair in node.value for each in pair)
    return found


def _in_document(change: Callable[[str, list[yaml.Node], "Mutator"], str]) -> Change:
    """A change to one of the documents of a text."""

    def changed(text: str, mutator: "Mutator") -> str:
        cuts = [0, *(found.end() for found in _SEPARATOR.finditer(text)), len(text)]
        number = mutator.random.randrange(len(cuts) - 1)
        start, end = cuts[number : number + 2]
        # The separator that ends the document is no part of it.
        body = _SEPARATOR.sub("", text[start:end])
        nodes = _nodes(body)
        new = change(body, nodes, mutator) if nodes else _splice(body, mutator)
        return text[:start] + new + text[start + len(body) :]

    return changed


def _span(node: yaml.Node, text: str) -> tuple[int, int]:
    start, end = node.start_mark.index, node.end_mark.index
    return start, start + len(text[start:end].rstrip())


def _put(text: str, node: yaml.Node, new: str) -> str:
    start, end = _span(node, text)
    return text[:start] + new + text[end:]


def _scalars(nodes: list[yaml.Node]) -> list[yaml.Node]:
    return [node for node in nodes if isinstance(node, yaml.ScalarNode)] or nodes


def _pairs(nodes: list[yaml.Node]) -> list[tuple[yaml.Node, yaml.Node]]:
    return [pair for node in nodes if isinstance(node, yaml.MappingNode) for pair in node.value]


@_in_document
def _another_word(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    return _put(text, mutator.random.choice(_scalars(nodes)), mutator.word())


@_in_document
def _another_node(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    return _put(text, mutator.random.choice(nodes), mutator.word())


@_in_document
def _copied(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """A value in the place of another; in brackets it fits anywhere."""
    one, other = (mutator.random.choice(nodes) for _ in range(2))
    return _put(text, one, _flow(other))


def _flow(node: yaml.Node) -> str:
    return json.dumps(_plain(node), ensure_ascii=False)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    return int(node.value) if re.fullmatch(r"\d{1,9}", node.value) else node.value


@_in_document
def _shared(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """An anchor before a value, and an alias or a merge somewhere behind it."""
    first, second = sorted((mutator.random.choice(nodes) for _ in range(2)), key=lambda node: node.start_mark.index)
    alias = mutator.random.choice(("*x", "{<<: *x}", "{<<: [*x, *x], a: 1}", "[*x, *x]"))
    start = first.start_mark.index
    behind = _put(text, second, alias) if second is not first else text
    return f"{behind[:start]}&x {behind[start:]}"


@_in_document
def _without_pair(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    pairs = _pairs(nodes)
    if not pairs:
        return text
    key, value = mutator.random.choice(pairs)
    return text[: key.start_mark.index] + text[max(_span(value, text)[1], key.start_mark.index) :].lstrip(" ")


@_in_document
def _more_pairs(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """Another field before a field, in the style of its mapping."""
    pairs = _pairs(nodes)
    if not pairs:
        return text
    key, _ = mutator.random.choice(pairs)
    field = mutator.random.choice((*words.FIELDS, key.value))
    start = key.start_mark.index
    is_block = not text[text.rfind("\n", 0, start) + 1 : start].strip(" -")
    end = "\n" + " " * key.start_mark.column if is_block else ", "
    return f"{text[:start]}{field}: {mutator.word()}{end}{text[start:]}"


@_in_document
def _restyled(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """The same in another style of YAML, or as JSON."""
    value = _plain(nodes[0]) if len(nodes) < 500 else {}
    choice = mutator.random.randrange(4)
    if choice == 0:
        return json.dumps(value, indent=mutator.random.choice((None, 1, "\t")), ensure_ascii=bool(len(text) % 2)) + "\n"
    return yaml.safe_dump(
        value,
        default_flow_style=mutator.random.choice((True, False, None)),
        default_style=mutator.random.choice((None, "'", '"', "|", ">")),
        indent=mutator.random.choice((None, 1, 4)),
        width=mutator.random.choice((1, 80)),
    )


@_in_document
def _wrapped(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """The same as an item of a List, or deep inside of something."""
    value = _flow(nodes[0])
    deep = mutator.random.choice((1, 5, 60, 199, 300))
    return mutator.random.choice(
        (
            f"apiVersion: v1\nkind: List\nitems: [{value}, {value}]\n",
            f"apiVersion: v1\nkind: ServiceList\nitems:\n- {value}\n",
            f"{value}\n{value}\n",
            text + f"x: {'[' * deep}{value}{']' * deep}\n",
            _put(text, mutator.random.choice(nodes), '{"a":' * deep + "1" + "}" * deep),
        )
    )


@_in_document
def _commented(text: str, nodes: list[yaml.Node], mutator: Mutator) -> str:
    """A comment or an annotation for nplint."""
    lines = text.split("\n")
    number = mutator.random.randrange(len(lines))
    lines[number] += mutator.random.choice(words.COMMENTS)
    return "\n".join(lines)


def _splice(text: str, mutator: Mutator) -> str:
    """A piece of text in the place of another, or of nothing."""
    start = mutator.random.randrange(len(text) + 1)
    end = start + mutator.random.choice((0, 0, 1, 2, 10, 100))
    return text[:start] + mutator.random.choice((*words.PIECES, mutator.word())) + text[end:]


def _again(text: str, mutator: Mutator) -> str:
    return f"{text}\n---\n{text}"


def _beside(text: str, mutator: Mutator) -> str:
    """Another file behind this one."""
    other = mutator.random.choice(split(mutator.random.choice(mutator.pool)))
    return f"{text}\n---\n{decode('', other.data).text}"


def _other_line_ends(text: str, mutator: Mutator) -> str:
    return re.sub(r"\r\n|\r|\n", mutator.random.choice(("\r\n", "\n", "\r", "\n\n", "\x85", "\u2028")), text)


_CHANGES: tuple[Change, ...] = (
    *(_another_word,) * 5,
    *(_more_pairs,) * 3,
    *(_splice,) * 3,
    *(_another_node, _copied, _shared, _without_pair, _commented) * 2,
    _restyled,
    _wrapped,
    _again,
    _beside,
    _other_line_ends,
)
