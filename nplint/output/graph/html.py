"""The graph as a page for a browser: a card for each Service, to be filtered. It needs no network and no other file."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from nplint.hookspecs import Terminal
from nplint.output.graph import words
from nplint.output.graph.card import card
from nplint.output.graph.card import style as style_of
from nplint.output.markup import page, part, tag
from nplint.picture import Dial, Hub, Picture, Place, Scene, State


def render(picture: Picture, terminal: Terminal) -> str:
    style, script = part("style", __package__, "svg.css", "html.css"), part("script", __package__, "html.js")
    header = tag("header", tag("h1", "nplint graph"), tag("p", words.summary(picture)), *_filter(picture))
    main = tag("main", *(each for scene in picture.scenes for each in _scene(scene)))
    return page("nplint graph", style, script, header, main)


def _filter(picture: Picture) -> Iterator[Element]:
    """What the script filters by. Without it, all is shown and nothing can be filtered."""
    if not picture.hubs:
        return
    clusters = [scene.name for scene in picture.scenes if scene.name and scene.hubs]
    fields = [_choice("cluster", clusters)] if len(clusters) > 1 else []
    fields.append(_choice("namespace", sorted({hub.namespace for hub in picture.hubs})))
    fields.append(tag("input", type="search", name="text", placeholder="find text", aria_label="text"))
    box = tag("input", type="checkbox", name="broken", value="1")
    found = sum(bool(dial.finding) for hub in picture.hubs for dial in hub.dials)
    fields.append(tag("label", box, f"only broken paths ({found})"))
    yield tag("form", *fields, tag("output", aria_live="polite"), hidden="")


def _choice(name: str, values: Sequence[str]) -> Element:
    options = [tag("option", value, value=value) for value in values]
    return tag("select", tag("option", f"every {name}", value=""), *options, name=name, aria_label=name)


def _scene(scene: Scene) -> Iterator[Element]:
    if scene.name and scene.hubs:
        yield tag("h2", f"cluster {scene.name}", data_cluster=scene.name)
    for space, hubs in scene.spaces().items():
        number = f"{len(hubs)} Service{'' if len(hubs) == 1 else 's'}"
        broken = sum(dial.state is State.BROKEN for hub in hubs for dial in hub.dials)
        told = [tag("small", number), *([tag("small", f"{broken} broken", class_="broken")] if broken else [])]
        head = tag("summary", f"namespace {space}", *told)
        cards = tag("div", *(_article(hub) for hub in hubs))
        yield tag("details", head, cards, class_="space", open="", data_cluster=scene.name, data_namespace=space)


def _article(hub: Hub) -> Element:
    width, height, content = card(hub)
    drawing = tag("svg", content, width=width, height=height, viewBox=f"0 0 {width} {height}", role="img")
    chains = [_chain(dial) for dial in hub.dials if dial.finding]
    found = {"data_broken": "1"} if chains else {}
    return tag("article", drawing, *chains, **found)


def _chain(dial: Dial) -> Element:
    """The places that prove a path, and the way out."""
    places = dict.fromkeys((*dial.places, *dial.meeting.places))
    head = tag("summary", f"how that is known of {dial.pods.title}", class_=style_of(dial))
    help = [tag("p", f"help: {dial.finding.help}")] if dial.finding and dial.finding.help else []
    return tag("details", head, tag("ol", *map(_place, places)), *help)


def _place(place: Place) -> Element:
    return tag("li", tag("code", place.span.place), " ", place.shows)
