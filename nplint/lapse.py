"""A suppression that does not do what it is for."""

from enum import Enum
from typing import NamedTuple

from nplint.document import Document, Span
from nplint.node import Node

FORM = "# nplint: ignore[rule] reason"
IGNORE = "nplint.io/ignore"
REASON = "nplint.io/ignore-reason"


class Fault(Enum):
    """What is wrong with a suppression."""

    MALFORMED = "malformed"
    NO_TEXT = "no text"
    NO_COMMENT = "no comment"
    MISPLACED = "misplaced"
    UNKNOWN_RULE = "unknown rule"
    EXPIRED = "expired"
    USELESS = "useless"
    REASONLESS = "reasonless"


class Lapse(NamedTuple):
    """A suppression with what is wrong with it.

    `by` is `comment`, `annotation` or `configuration`; `rule` what it names as the rule, or its key where it is out of
    place. `hint` completes the sentence about it, `help` is the way out where there is more to say than usual. `about`
    is the node that it belongs to, `document` the manifest; None for one of the configuration.
    """

    fault: Fault
    by: str
    at: Span
    rule: str = ""
    hint: str = ""
    help: str = ""
    document: Document | None = None
    about: Node | None = None
