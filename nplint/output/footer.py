"""What was looked at and what was not, for the end of a run."""

from collections import Counter

from nplint.finding import Severity
from nplint.report import Report, RuleRun

_FLAGS = {"type": "--type", "network": "--network", "version": "--cluster-version"}


def footer(report: Report, without_manifest: int) -> str:
    """One line that counts, and hints at facts that would decide more."""
    coverage = report.coverage
    looked_at = f"{_count(coverage.services, 'Service')}, {coverage.services_with_node_ports} with node ports"
    looked_at += f", {_count(coverage.clusters, 'cluster')}" if coverage.clusters else ""
    parts = [
        f"{_found(report)} in {_count(coverage.files, 'file')} ({looked_at})",
        *_not_judged(report, without_manifest),
    ]
    return "\n".join(["; ".join(parts), *_hints(report)])


def _found(report: Report) -> str:
    counts = [(report.count(severity), severity.value) for severity in sorted(Severity, reverse=True)]
    found = [_count(number, word) for number, word in counts if number]
    return ", ".join(found) or "nothing found"


def _not_judged(report: Report, without_manifest: int) -> list[str]:
    coverage = report.coverage
    skipped, crashed = len(report.skipped), len({run.rule.name for run in report.crashes})
    parts = [
        (report.suppressed, f"{report.suppressed} suppressed"),
        *((number, f"{number} in the {known}") for known, number in sorted(report.known.items())),
        (report.doubted, f"{report.doubted} less sure than asked for"),
        (coverage.unreadable_documents, f"{_count(coverage.unreadable_documents, 'document')} unreadable"),
        (coverage.template_documents, f"{_count(coverage.template_documents, 'template')} not rendered"),
        (coverage.patch_files, f"{_count(coverage.patch_files, 'kustomize patch file')} not judged alone"),
        (without_manifest, f"{_count(without_manifest, 'file')} without a manifest passed over"),
        *_unjudged(report),
        (skipped, f"{_count(skipped, 'rule')} not applicable"),
        (crashed, f"{_count(crashed, 'rule')} crashed"),
    ]
    return [text for number, text in parts if number]


def _unjudged(report: Report) -> list[tuple[int, str]]:
    """What rules could not decide, by the kind of thing."""
    by_cluster: dict[str | None, list[RuleRun]] = {}
    for run in report.runs:
        by_cluster.setdefault(run.cluster, []).append(run)
    things: Counter[str] = Counter()
    for runs in by_cluster.values():
        # Two rules that stumble over the same thing leave one thing undecided.
        found = {(thing.what, id(thing.at.document), thing.at.path) for run in runs for thing in run.unjudged}
        things.update(what for what, *_ in found)
    return [(number, f"{_count(number, what)} not judged") for what, number in sorted(things.items())]


def _hints(report: Report) -> list[str]:
    """What would have more judged: one line for each way, such as a fact that nobody declared."""
    waiting: dict[str, list[str]] = {}
    for (missing, on), number in sorted(report.undecided.items()):
        waiting.setdefault(missing, []).append(f"{_count(number, 'finding')} on {on}")
    ways_out = {thing.way_out: None for run in report.runs for thing in run.unjudged if thing.way_out}
    return (
        _fixes(report)
        + [f"hint: {way_out}" for way_out in ways_out]
        + [
            f"hint: cluster {missing} is not declared, which decides about {' and '.join(parts)}. "
            f"Declare it with {_FLAGS[missing]} or in .nplint.yaml (nplint init)"
            for missing, parts in waiting.items()
        ]
    )


def _fixes(report: Report) -> list[str]:
    """How many findings can be fixed, and how."""
    safe = sum(finding.is_safely_fixable for finding in report.open)
    others = sum(finding.is_fixable for finding in report.open) - safe
    if not safe and not others:
        return []
    if not safe:
        return [f"hint: {others} fixable with `nplint fix --unsafe`"]
    return [f"hint: {safe} fixable with `nplint fix`" + (f", {others} more with --unsafe" if others else "")]


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
