"""The engine: a cluster and rules in, a report out."""

from collections.abc import Iterable
from dataclasses import replace

from nplint.check import Problem, Rule
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.finding import Finding, Related, Severity, fingerprint
from nplint.node import Node
from nplint.profile import Applies, Verdict
from nplint.report import Crash, Report, RuleRun, sort
from nplint.resource import Resource


def lint(cluster: Cluster, rules: Iterable[Rule]) -> Report:
    """Run every rule that may apply to the cluster. A rule that raises is recorded and takes no other down."""
    findings: list[Finding] = []
    runs: list[RuleRun] = []
    crashes: list[Crash] = []
    for rule in rules:
        verdict = rule.when.judge(cluster.profile)
        if verdict.applies is Applies.UNMET:
            runs.append(RuleRun(rule, False, verdict))
            continue
        found, withheld, crash = _run(rule, verdict, cluster)
        findings += found
        runs.append(RuleRun(rule, crash is None, verdict, withheld))
        crashes += [crash] if crash else []
    return Report(_distinct(sort(findings)), tuple(runs), tuple(crashes), cluster)


def _run(rule: Rule, verdict: Verdict, cluster: Cluster) -> tuple[list[Finding], int, Crash | None]:
    """What a rule found, also where it raised after that, and how much it kept to itself."""
    found: list[Finding] = []
    withheld = 0
    withholds = rule.quiet and verdict.applies is Applies.UNKNOWN
    try:
        for problem in rule.check(cluster):
            # What is withheld is not located either: that would be most of the work.
            if withholds:
                withheld += 1
            else:
                found.append(_stamp(rule, verdict, problem, cluster))
    except Exception as error:
        return found, withheld, Crash(rule.name, error)
    return found, withheld, None


def _stamp(rule: Rule, verdict: Verdict, problem: Problem, cluster: Cluster) -> Finding:
    """Make a finding of a problem: what the rule need not say itself, and a note of what depends on an unknown fact."""
    severity, message = problem.severity or rule.severity, problem.message
    if verdict.applies is Applies.UNKNOWN:
        severity = Severity.NOTE
        message = f"{message} (only on {verdict.on}; this cluster's {verdict.missing} is not declared)"
    return Finding(
        rule=rule.name,
        severity=severity,
        confidence=problem.confidence,
        span=_span(problem.at),
        message=message,
        why=rule.why,
        help=problem.help,
        label=problem.label,
        field=problem.field or _field(problem.at),
        resource=_resource(problem.at, cluster),
        related=tuple(Related(_span(at), text, _resource(at, cluster)) for at, text in problem.related),
        edits=problem.edits,
        clusters=(cluster.profile.name,) if cluster.profile.name else (),
    )


def _field(at: Node | Span) -> str:
    return at.field if isinstance(at, Node) else ""


def _span(at: Node | Span) -> Span:
    return at.span if isinstance(at, Node) else at


def _resource(at: Node | Span, cluster: Cluster) -> Resource | None:
    return cluster.resource_at(at.document, at.path[: at.root]) if isinstance(at, Node) else None


def _distinct(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Give each finding its fingerprint; the second of the same kind gets another, so that none hides behind it."""
    seen: dict[str, int] = {}
    marked = []
    for finding in findings:
        mark = fingerprint(finding)
        seen[mark] = seen.get(mark, 0) + 1
        marked.append(replace(finding, fingerprint=mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"))
    return tuple(marked)
