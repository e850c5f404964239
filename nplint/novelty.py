"""Which findings a change brings, and which were there before it."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace

from nplint.baseline import Entry
from nplint.finding import Finding, Identity, identities
from nplint.report import Report
from nplint.resource import Service

Key = tuple[Hashable, str]
"""What is found, and in which file of the base."""


def mark_known(report: Report, before: Report) -> Report:
    """The report with the findings marked that were found at the same place before the change.

    The place is that of the earlier state of a Service, wherever it stood, or else the same file under its earlier
    name. So what was wrong with one declaration of a Service does not excuse another one.
    """
    past = _Past(report, before)
    marked = (one._replace(known="base") if past.knows(one) else one for one in report.findings)
    return replace(report, findings=tuple(marked))


class _Past:
    """The findings of the base, of which each excuses one of the present."""

    def __init__(self, report: Report, before: Report) -> None:
        self.clusters = {cluster.profile.name: cluster for cluster in report.clusters}
        self.stock = Counter(
            _key(identity, finding.span.file)
            for finding in before.findings
            for identity in identities(_as_now(finding))
        )
        there = {document.source.path for cluster in report.clusters for document in cluster.documents}
        self.vanished: dict[Hashable, list[str]] = defaultdict(list)
        for kind, path in self.stock:
            if path and path not in there:
                self.vanished[kind].append(path)

    def knows(self, finding: Finding) -> bool:
        """Whether the base has it, for all of its clusters, and has not excused another by it."""
        keys = [self._take(finding, identity) for identity in identities(finding)]
        return all(keys)

    def _take(self, finding: Finding, identity: Identity) -> bool:
        for key in self._keys(finding, identity):
            if self.stock[key]:
                self.stock[key] -= 1
                return True
        return False

    def _keys(self, finding: Finding, identity: Identity) -> Iterable[Key]:
        """Where the base may have it, the surest first."""
        cluster, path = self.clusters.get(identity.cluster or None), finding.span.file
        service = finding.resource if isinstance(finding.resource, Service) else None
        old = cluster.earlier(service) if cluster and service else None
        if old:
            return [_key(identity, old.node.document.source.path)]
        kind, place = _key(identity, cluster.renamed.get(path, path) if cluster else path)
        # What is in no Service may have moved in ways that nothing follows.
        moved = () if service and service.name else self.vanished[kind]
        return [(kind, place), *((kind, other) for other in moved)]


def _as_now(finding: Finding) -> Finding:
    """A finding of the base as if it were judged today, when none of its places is of the past."""
    return finding._replace(
        related=tuple(one._replace(span=one.span._replace(revision=None)) for one in finding.related)
    )


def _key(identity: Identity, path: str) -> Key:
    # At which of its places a mutual finding is reported is a matter of the order of the files.
    return Entry(identity, path).kind, "" if identity.others else path
