"""The graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

import re
from collections.abc import Iterator

from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable
from nplint.output.graph.nodes import QUIET, Edge, Nodes, nodes
from nplint.picture import Picture

# Everything else is written as a number: Mermaid gives a meaning to quotes, `#`, `;`, `%%`, backticks and brackets.
_STEERING = re.compile(r"[^A-Za-z0-9 /.,_-]")


def render(picture: Picture, terminal: Terminal) -> str:
    clusters = list(nodes(picture))
    lines = ["flowchart LR", *(line for cluster in clusters for line in _cluster(cluster))]
    edges = [edge for cluster in clusters for edge in cluster.edges]
    lines += [f"  linkStyle {index} {_style(edge)}" for index, edge in enumerate(edges)]
    return "\n".join(lines) + "\n"


def _cluster(cluster: Nodes) -> Iterator[str]:
    for space, boxes in cluster.spaces.items():
        title = f"{cluster.name}: {space}" if cluster.name else space
        # The first box is of no other group, so its name makes one for the group.
        yield f"  subgraph {boxes[0].id}g[{_text(title)}]"
        yield "    direction LR"
        for box in boxes:
            opens, closes = ("([", "])") if box.kind == "service" else ("[", "]")
            yield f"    {box.id}{opens}{_text(*box.lines)}{closes}"
        yield "  end"
    for edge in cluster.edges:
        yield f"  {edge.start} {_arrow(edge)} {edge.end}"


def _arrow(edge: Edge) -> str:
    if edge.kind == "selects":
        return "-->"
    if edge.kind == "meets":
        return f"{'---' if edge.is_sure else '-.-'}|{_text(*edge.lines)}|"
    return f"{'==>' if edge.is_sure else '-.->'}|{_text(*edge.lines)}|"


def _style(edge: Edge) -> str:
    return f"stroke:{edge.color},color:{edge.color},stroke-width:3px" if edge.color else f"stroke:{QUIET}"


def _text(*lines: str) -> str:
    told = (_STEERING.sub(lambda found: f"#{ord(found[0])};", printable(line)) for line in lines)
    return f'"{"<br/>".join(told)}"'
