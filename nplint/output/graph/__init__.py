"""The graph of Services and clients in each format, one module per format."""

from importlib import import_module

from nplint.hookspecs import Terminal
from nplint.picture import Picture


def render(picture: Picture, format: str, terminal: Terminal) -> str:
    """The picture as `text`, `mermaid`, `dot`, `svg`, `html` or `json`. Only the module of that format is imported."""
    text: str = import_module(f"{__name__}.{format}").render(picture, terminal)
    return text
