"""What the world is told: a problem with its rule, severity, place, consequence and way out."""

from enum import Enum
from functools import total_ordering
from typing import NamedTuple

from nplint.document import Span
from nplint.resource import Resource


@total_ordering
class Severity(Enum):
    """How bad a finding is; ERROR is the highest."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    def __lt__(self, other: "Severity") -> bool:
        order = list(Severity)
        return order.index(self) < order.index(other)


@total_ordering
class Confidence(Enum):
    """How sure it is that the finding will show in the cluster; CERTAIN is the highest."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"

    def __lt__(self, other: "Confidence") -> bool:
        order = list(Confidence)
        return order.index(self) < order.index(other)


class Related(NamedTuple):
    """Another place that belongs to the story of a finding, and whose place it is."""

    span: Span
    message: str
    resource: Resource | None = None


class Edit(NamedTuple):
    """Put `text` in the place of `span`. A safe edit keeps what the author meant."""

    span: Span
    text: str
    safe: bool


class Suppression(NamedTuple):
    """Why a finding does not count: who says so, and the reason given."""

    by: str
    reason: str


class Finding(NamedTuple):
    """One finding. `label` is what the mark at the place itself says, `why` the consequence, `help` the next step."""

    rule: str
    severity: Severity
    confidence: Confidence
    span: Span
    message: str
    why: str
    help: str = ""
    label: str = ""
    field: str = ""
    resource: Resource | None = None
    related: tuple[Related, ...] = ()
    edits: tuple[Edit, ...] = ()
    clusters: tuple[str, ...] = ()
    fingerprint: str = ""
    suppressed: Suppression | None = None
    known: str = ""
    """Where it was known from already, so that it does not count: `base` or `baseline`; "" for a new one."""
    fact: str = ""
    """The message without what hangs on an undeclared fact, where anything does."""
    awaits: tuple[str, str] | None = None
    """The undeclared fact that makes it a mere note, and what the fact would have to be to make it more."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its place and the related ones."""
        return self.span, *(related.span for related in self.related)

    @property
    def order(self) -> tuple[object, ...]:
        return self.span.file, self.span.line, self.span.column, self.rule, self.message


def fingerprint(finding: Finding) -> str:
    """What another revision of a finding is recognised by: never a line, and a file only where nothing else is."""
    # A clean run has nothing to fingerprint.
    from hashlib import sha256

    what = finding.resource.identity if finding.resource else (finding.span.file,)
    parts = (finding.rule, *finding.clusters, *what, finding.field, finding.fact or finding.message)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
