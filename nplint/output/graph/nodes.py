"""The graph as nodes and edges with short names, for formats that lay it out themselves."""

from collections.abc import Iterator
from typing import NamedTuple

from nplint.colocation import Sharing
from nplint.finding import Severity
from nplint.output.graph import words
from nplint.picture import Dial, Hub, Picture, Pods, Scene, State

COLORS = {Severity.ERROR: "#c62828", Severity.WARNING: "#b26a00", Severity.NOTE: "#0b7285"}
QUIET = "#7a8494"
"""These are told apart on a white ground and on a black one."""


class Box(NamedTuple):
    """A Service or a workload; `lines` is what stands in it."""

    id: str
    kind: str
    lines: tuple[str, ...]


class Edge(NamedTuple):
    """A line between two boxes: `selects`, `dials` or `meets`, and its colour where something was found."""

    start: str
    end: str
    kind: str
    lines: tuple[str, ...]
    color: str = ""
    is_sure: bool = True


class Nodes(NamedTuple):
    """A cluster: its boxes by namespace, and its edges."""

    name: str
    spaces: dict[str, list[Box]]
    edges: list[Edge]


def nodes(picture: Picture) -> Iterator[Nodes]:
    """Each cluster that has anything, with names that stay the same from run to run."""
    for index, scene in enumerate(picture.scenes, 1):
        if scene.hubs:
            yield _Namer(scene, f"c{index}", {}, {}).nodes()


class _Namer(NamedTuple):
    scene: Scene
    prefix: str
    known: dict[Pods, str]
    spaces: dict[str, list[Box]]

    def nodes(self) -> Nodes:
        edges = [edge for index, hub in enumerate(self.scene.hubs, 1) for edge in self.edges(hub, index)]
        return Nodes(self.scene.name, dict(sorted(self.spaces.items())), edges)

    def edges(self, hub: Hub, index: int) -> Iterator[Edge]:
        me = f"{self.prefix}s{index}"
        told = [*words.kind(hub), *map(words.port, hub.ports), *map(words.found, hub.findings), words.unseen(hub)]
        self.put(hub.namespace, Box(me, "service", (hub.title, *filter(None, told))))
        for backend in hub.backends:
            yield Edge(me, self.name(backend.pods), "selects", ())
        for dial in hub.dials:
            client = self.name(dial.pods)
            yield _dialing(dial, client, me)
            if dial.meeting.pods and dial.meeting.pods != dial.pods:
                is_sure = dial.meeting.sharing is Sharing.CERTAIN
                yield Edge(client, self.name(dial.meeting.pods), "meets", (words.meets(dial.meeting),), "", is_sure)

    def name(self, pods: Pods) -> str:
        if pods not in self.known:
            self.known[pods] = f"{self.prefix}w{len(self.known) + 1}"
            self.put(pods.namespace, Box(self.known[pods], "pods", (pods.title,)))
        return self.known[pods]

    def put(self, space: str, box: Box) -> None:
        self.spaces.setdefault(space, []).append(box)


def _dialing(dial: Dial, start: str, end: str) -> Edge:
    told = [words.dials(dial), words.found(dial.finding) if dial.finding else words.doubt(dial)]
    if dial.meeting.pods == dial.pods:
        told.append(words.meets(dial.meeting))
    color = COLORS[dial.finding.severity] if dial.finding else ""
    return Edge(start, end, "dials", tuple(filter(None, told)), color, dial.state is not State.UNJUDGED and dial.proven)
