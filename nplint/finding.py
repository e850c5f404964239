"""What the world is told: a problem with its rule, severity, place, consequence and way out."""

import re
from enum import Enum
from functools import total_ordering
from typing import NamedTuple

from nplint.document import Span
from nplint.node import Node
from nplint.resource import Resource
from nplint.spelling import LONG, cut


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
    """Put `text` in the place of `span`. A safe edit keeps what the author meant.

    The edits of a finding are made together or not at all, in the file of the finding.
    """

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
    """What recognises it in place of the message, where the message says more than that: see `Problem.fact`."""
    mutual: bool = False
    """Whether it is a matter of all resources that it names, so that it is chance which of them it is reported at."""
    awaits: tuple[str, str] | None = None
    """The undeclared fact that makes it a mere note, and what the fact would have to be to make it more."""

    @property
    def is_fixable(self) -> bool:
        """Whether edits are known that do away with it, all of them in one file as it is now."""
        return {(edit.span.file, edit.span.revision) for edit in self.edits} == {(self.span.file, None)}

    @property
    def is_safely_fixable(self) -> bool:
        """Whether these edits keep what the author meant."""
        return self.is_fixable and all(edit.safe for edit in self.edits)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its place and the related ones."""
        return self.span, *(related.span for related in self.related)

    @property
    def order(self) -> tuple[object, ...]:
        return self.span.file, self.span.line, self.span.column, self.rule, self.message


class Identity(NamedTuple):
    """What recognises a finding of one cluster again. Nothing in it changes when lines, list items or files move.

    It is readable, for it is what a baseline consists of. `resource` is "" for what belongs to none, `others` names the
    other resources that a mutual finding is a matter of; which of them is which is chance.
    """

    rule: str
    cluster: str
    resource: str
    others: tuple[str, ...]
    field: str
    fact: str


def identities(finding: Finding) -> list[Identity]:
    """The identity of a finding in each of its clusters."""
    node = finding.resource.node if finding.resource else None
    resource = _title(finding.resource) if finding.resource else ""
    related = (one.resource for one in finding.related if one.resource and one.span.revision is None)
    others = sorted({_title(one) for one in related} - {resource}) if finding.mutual else []
    field = "" if finding.mutual else _without_indices(finding.field, node)
    fact = finding.fact or finding.message
    if "[" in fact:
        fact = re.sub(_LIST_FIELD, lambda found: _without_indices(found[0], node), fact)
    # Which quotes a value stands in is a matter of format.
    fact = fact.replace('"', "").replace("'", "")
    return [
        Identity(finding.rule, cluster, resource, tuple(others), field, fact) for cluster in finding.clusters or ("",)
    ]


def _title(resource: Resource) -> str:
    """What the cluster tells resources apart by, in one word more than the resource's own title: the namespace."""
    kind, namespace, name = (cut(part, LONG) for part in resource.identity)
    metadata = resource.node["metadata"]
    stem = name or metadata["name"].value or metadata["generateName"].value or ""
    return f"{kind} {namespace}/{cut(str(stem), LONG)}"


_LIST_FIELD = r"[A-Za-z][\w.]*(?:\[\d+\][\w.]*)+"


def _without_indices(field: str, root: Node | None) -> str:
    """A field with a name in place of each number of a list item: `spec.ports[443/TCP].nodePort`."""
    if "[" not in field:
        return field
    first, *rest = re.split(r"\[(\d+)\]", field)
    written, node = first, root.at(tuple(first.split("."))) if root else None
    for index, below in zip(rest[::2], rest[1::2], strict=True):
        node = node[int(index)] if node else None
        written += f"[{_name_of_item(node) if node else ''}]{below}"
        node = node.at(tuple(below.split(".")[1:])) if node else None
    return written


def _name_of_item(item: Node) -> str:
    """What the API tells the items of a list apart by; "" where there is nothing but their order."""
    for name in ("port", "containerPort"):
        if item[name].number is not None:
            return f"{item[name].number}/{item['protocol'].text or 'TCP'}"
    return cut(item["name"].text, LONG)


def fingerprint(finding: Finding) -> str:
    """What another revision of a finding is recognised by: never a line, and a file only where nothing else is."""
    # A clean run has nothing to fingerprint.
    from hashlib import sha256

    parts = [] if finding.resource else [finding.span.file]
    for rule, cluster, resource, others, field, fact in identities(finding):
        parts += [rule, cluster, *sorted((resource, *others)), field, fact]
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
