"""The graph as one drawing: a card for each Service, by cluster and namespace. It needs no other file."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, tostring

from nplint.hookspecs import Terminal
from nplint.output.graph import words
from nplint.output.graph.card import WIDE, Card, card
from nplint.output.graph.shapes import text
from nplint.output.markup import part, tag
from nplint.picture import Hub, Picture

_MARGIN, _GAP = 20, 12


class _Placed(NamedTuple):
    """Something at a height of the drawing, and how much of it that takes."""

    content: Sequence[Element]
    height: int


def render(picture: Picture, terminal: Terminal) -> str:
    content, y = [], _MARGIN
    for placed in _stack(picture):
        content.append(tag("g", *placed.content, transform=f"translate({_MARGIN} {y})"))
        y += placed.height
    width, height = WIDE + 2 * _MARGIN, max(y - _GAP, 0) + _MARGIN
    root = tag(
        "svg",
        tag("title", "nplint graph"),
        tag("desc", words.summary(picture)),
        part("style", __package__, "svg.css"),
        tag("rect", class_="ground", width=width, height=height),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        role="img",
    )
    drawing: bytes = tostring(root, encoding="us-ascii")
    return f"{drawing.decode('ascii')}\n"


def _stack(picture: Picture) -> Iterator[_Placed]:
    for scene in picture.scenes:
        if scene.name and scene.hubs:
            yield _Placed([text("cluster", 0, 16, f"cluster {scene.name}")], 32)
        for space, hubs in scene.spaces().items():
            yield _Placed([text("space", 0, 13, f"namespace {space}")], 26)
            yield from _flow(hubs)


def _flow(hubs: Sequence[Hub]) -> Iterator[_Placed]:
    """The cards one below the other, and two beside each other where both are narrow."""
    cards = [card(hub) for hub in hubs]
    while cards:
        one = cards.pop(0)
        beside = one.width < WIDE and cards and cards[0].width < WIDE
        yield _beside([one, cards.pop(0)] if beside else [one])


def _beside(cards: Sequence[Card]) -> _Placed:
    placed = [
        tag("g", each.content, transform=f"translate({index * (each.width + _GAP)} 0)")
        for index, each in enumerate(cards)
    ]
    return _Placed(placed, max(each.height for each in cards) + _GAP)
