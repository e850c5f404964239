"""A place that proves something, and what it shows there."""

from typing import NamedTuple

from nplint.document import Span
from nplint.node import Node


class Proof(NamedTuple):
    """A place and what it shows; several make the chain that a finding tells as its related places."""

    at: Node | Span
    shows: str
