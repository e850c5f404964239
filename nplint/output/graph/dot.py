"""The graph in Graphviz' language, for those who want to lay it out or style it themselves."""

from collections.abc import Iterator
from textwrap import wrap

from nplint.hookspecs import Terminal
from nplint.output.excerpt import printable
from nplint.output.graph.nodes import QUIET, Edge, Nodes, nodes
from nplint.picture import Picture

_HEAD = f"""\
digraph nplint {{
  graph [rankdir=LR, fontname="sans-serif", nodesep=0.4, ranksep=1.2]
  node [shape=box, style=rounded, fontname="sans-serif", fontsize=11]
  edge [fontname="sans-serif", fontsize=10, color="{QUIET}"]
"""
_LONGEST = 44
"""The characters of a line in a label, which Graphviz does not wrap itself."""


def render(picture: Picture, terminal: Terminal) -> str:
    lines = (line for cluster in nodes(picture) for line in _cluster(cluster))
    return _HEAD + "".join(f"  {line}\n" for line in lines) + "}\n"


def _cluster(cluster: Nodes) -> Iterator[str]:
    for space, boxes in cluster.spaces.items():
        title = f"{cluster.name}: {space}" if cluster.name else space
        yield f'subgraph cluster_{boxes[0].id} {{ label={_text(title)}; color="{QUIET}"; style=rounded'
        for box in boxes:
            bold = ', style="rounded,bold"' if box.kind == "service" else ""
            yield f"  {box.id} [label={_text(*box.lines)}{bold}]"
        yield "}"
    for edge in cluster.edges:
        yield f"{edge.start} -> {edge.end} [{', '.join(_attributes(edge))}]"


def _attributes(edge: Edge) -> Iterator[str]:
    yield f"label={_text(*edge.lines)}"
    if edge.color:
        yield f'color="{edge.color}", fontcolor="{edge.color}", penwidth=2'
    if edge.kind == "meets":
        yield "dir=none, constraint=false"
    if edge.kind != "selects" and not edge.is_sure:
        yield "style=dashed"


def _text(*lines: str) -> str:
    short = [part for line in lines for part in wrap(printable(line), _LONGEST)]
    # Graphviz reads `\N` as the name of a node and `&lt;` as a character.
    told = (part.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for part in short)
    return '"' + "\\n".join(told) + '"'
