"""The graph as a tree on a terminal, with the places that prove it."""

from typing import NamedTuple

from nplint.document import Span
from nplint.finding import Finding
from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable
from nplint.output.graph import words
from nplint.picture import Dial, Hub, Picture


class _Branch(NamedTuple):
    """A line, and what hangs on it."""

    text: str
    below: "tuple[_Branch, ...]" = ()


class _Signs(NamedTuple):
    fork: str
    last: str
    past: str


_LINES, _ASCII = _Signs("├─ ", "└─ ", "│  "), _Signs("|- ", "`- ", "|  ")


def render(picture: Picture, terminal: Terminal) -> str:
    signs = _signs(terminal.encoding)
    blocks = []
    for scene in picture.scenes:
        trees = ["\n".join(_lines(_hub(hub), signs)) for hub in scene.hubs]
        blocks += [f"cluster {printable(scene.name)}", *trees] if scene.name and trees else trees
    told = "\n\n".join(blocks).encode(terminal.encoding, "backslashreplace").decode(terminal.encoding)
    return f"{told}\n" if told else ""


def _signs(encoding: str) -> _Signs:
    try:
        "".join(_LINES).encode(encoding)
    except UnicodeEncodeError:
        return _ASCII
    return _LINES


def _lines(branch: _Branch, signs: _Signs) -> list[str]:
    lines = [branch.text]
    for index, each in enumerate(branch.below):
        is_last = index == len(branch.below) - 1
        first, *rest = _lines(each, signs)
        lines.append((signs.last if is_last else signs.fork) + first)
        lines += [("   " if is_last else signs.past) + line for line in rest]
    return lines


def _hub(hub: Hub) -> _Branch:
    head = printable(f"{hub.title}: {', '.join([*words.kind(hub), *map(words.port, hub.ports)])}")
    backends = [_Branch(f"{printable(each.pods.title)} is behind it{_at(each.pods.span)}") for each in hub.backends]
    if words.unseen(hub):
        backends.append(_Branch(words.unseen(hub)))
    findings = [_found(finding) for finding in hub.findings]
    return _Branch(head + _at(hub.span), (*findings, *backends, *(_dial(dial) for dial in hub.dials)))


def _dial(dial: Dial) -> _Branch:
    below = [_Branch(words.shares(dial.meeting), tuple(_Branch(_shows(*each)) for each in dial.meeting.places))]
    if dial.finding:
        below.append(_found(dial.finding))
    if dial.doubt:
        below.append(_Branch(words.doubt(dial)))
    at, *others = dial.places
    way = tuple(_Branch(_shows(*each)) for each in others)
    return _Branch(f"{printable(dial.pods.title)} {words.dials(dial)}{_at(at.span)}", (*way, *below))


def _found(finding: Finding) -> _Branch:
    text = f"{finding.severity.value}[{finding.rule}]: {finding.message}"
    return _Branch(printable(text), (_Branch(f"help: {printable(finding.help)}"),) if finding.help else ())


def _shows(span: Span, shows: str) -> str:
    return printable(shows) + _at(span)


def _at(span: Span) -> str:
    return f"  ({printable(span.place)})"
