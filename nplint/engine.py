"""The engine: clusters and rules in, a report out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from nplint.change import mark
from nplint.check import Problem, Rule, Unjudged
from nplint.cluster import Cluster
from nplint.document import Path, Span
from nplint.finding import Finding, Related, Severity, fingerprint
from nplint.node import Node
from nplint.profile import Applies, Verdict
from nplint.report import Report, RuleRun, sort
from nplint.resource import Resource
from nplint.spelling import LONG, cut

Judge = Callable[[Sequence[Cluster]], Report]
"""Lints clusters in the way of one run: with its rules, and with its findings marked that do not count."""
Task = tuple[Cluster, Rule]
"""A rule to run on a cluster."""


def lint(cluster: Cluster, rules: Iterable[Rule]) -> Report:
    """Run every rule that may apply to the cluster. A rule that raises is recorded and takes no other down."""
    return lint_clusters([cluster], rules)


def lint_clusters(
    clusters: Sequence[Cluster],
    rules: Iterable[Rule],
    watch: Callable[[Sequence[Task]], Iterator[Task]] = iter,
) -> Report:
    """Run the rules on one cluster after the other; what several have in common is one finding that names them.

    `watch` sees each task before it is done.
    """
    rules = list(rules)
    findings, outcomes = _stamped(list(_runs(watch([(cluster, rule) for cluster in clusters for rule in rules]))))
    return Report(_distinct(sort(_shared(findings))), tuple(outcomes), tuple(clusters))


class _Run(NamedTuple):
    cluster: Cluster
    problems: list[Problem]
    outcome: RuleRun


def _runs(tasks: Iterable[Task]) -> Iterator[_Run]:
    for cluster, each in groupby(tasks, key=itemgetter(0)):
        for _, rule in each:
            yield _run(rule, cluster)
        # The next one needs as much memory for its own.
        cluster.forget()


def _run(rule: Rule, cluster: Cluster) -> _Run:
    """Run a rule. What it found before it raised is kept."""
    verdict = rule.when.judge(cluster.profile)
    outcome = RuleRun(rule, cluster.profile.name, verdict, ran=verdict.applies is not Applies.UNMET)
    problems: list[Problem] = []
    if not outcome.ran:
        return _Run(cluster, problems, outcome)
    withheld, unjudged, paths = 0, [], dict[Path, Path]()
    withholds = rule.quiet and verdict.applies is Applies.UNKNOWN
    error: BaseException | None = None
    try:
        for problem in rule.check(cluster):
            node = problem.node if isinstance(problem, Problem) else problem.at
            if node and cluster.is_context(node.document):
                continue
            if isinstance(problem, Unjudged):
                # Thousands of documents have one at the same path, and these are kept to the end.
                problem.at.path = paths.setdefault(problem.at.path, problem.at.path)
                unjudged.append(problem)
            elif withholds:
                # What is withheld is not located either: that would be most of the work.
                withheld += 1
            else:
                problems.append(problem)
    except (Exception, SystemExit) as raised:
        # A rule that ends the program would have it end without a word.
        error = raised
    outcome = outcome._replace(ran=error is None, withheld=withheld, unjudged=tuple(unjudged), error=error)
    return _Run(cluster, problems, outcome)


def _stamped(runs: list[_Run]) -> tuple[list[Finding], list[RuleRun]]:
    """The findings, and the outcomes of the runs: a rule also fails where what it yields makes no finding.

    One document after the other, because the places of a few are remembered and not those of thousands. What a cluster
    works out for its findings is let go with the last of them: few documents are in more than one.
    """
    by_document: dict[int, list[tuple[int, Problem]]] = {}
    left: Counter[int] = Counter()
    for number, run in enumerate(runs):
        left[id(run.cluster)] += len(run.problems)
        for problem in run.problems:
            by_document.setdefault(id(problem.node and problem.node.document), []).append((number, problem))
    findings: list[Finding] = []
    outcomes = [run.outcome for run in runs]
    for number, problem in chain.from_iterable(by_document.values()):
        cluster, _, outcome = runs[number]
        try:
            findings.append(_stamp(outcome.rule, outcome.verdict, problem, cluster))
        except Exception as raised:
            outcomes[number] = outcome._replace(ran=False, error=raised)
        left[id(cluster)] -= 1
        if not left[id(cluster)]:
            cluster.forget()
    return findings, outcomes


def _stamp(rule: Rule, verdict: Verdict, problem: Problem, cluster: Cluster) -> Finding:
    """Make a finding of a problem: what the rule need not say itself, and a note of what depends on an unknown fact."""
    finding = Finding(
        rule=rule.name,
        # The configuration may have made the rule less grave than its lesser problems.
        severity=min(problem.severity or rule.severity, rule.severity),
        confidence=problem.confidence,
        span=_span(problem.at),
        # What a rule takes over from a manifest may be megabytes long.
        message=cut(problem.message, LONG),
        why=problem.why or rule.why,
        help=cut(problem.help, LONG),
        label=problem.label or _mark(problem, cluster),
        field=problem.field or (problem.node.field if problem.node else ""),
        resource=_resource(problem.node, cluster),
        related=tuple(Related(_span(at), cut(text, LONG), _resource(at, cluster)) for at, text in problem.related),
        edits=problem.edits,
        clusters=(cluster.profile.name,) if cluster.profile.name else (),
        fact=cut(problem.fact, LONG),
        mutual=problem.mutual,
    )
    return _demoted(finding, verdict) if verdict.applies is Applies.UNKNOWN else finding


def _mark(problem: Problem, cluster: Cluster) -> str:
    return mark(cluster, problem.at) if cluster.before and isinstance(problem.at, Node) else ""


def _demoted(finding: Finding, verdict: Verdict) -> Finding:
    """A note that names the fact which it hangs on. What may be right is not edited."""
    return finding._replace(
        severity=Severity.NOTE,
        message=f"{finding.message} (only on {verdict.on}; this cluster's {verdict.missing} is not declared)",
        edits=(),
        fact=finding.fact or finding.message,
        awaits=(verdict.missing, verdict.on) if finding.severity > Severity.NOTE else None,
    )


def _span(at: Node | Span) -> Span:
    if not isinstance(at, Node | Span):
        raise TypeError(f"a problem is at a Node or a Span, and not at {type(at).__name__}")
    return at.span if isinstance(at, Node) else at


def _resource(at: Node | Span | None, cluster: Cluster) -> Resource | None:
    return cluster.resource_at(at.document, at.path[: at.root]) if isinstance(at, Node) else None


def _shared(findings: Iterable[Finding]) -> list[Finding]:
    """Make one of the findings that several clusters have in common; it is edited only in a way that suits them all."""
    shared: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        known = shared.setdefault((finding.order, finding.severity, finding.field), finding)
        if known.clusters != finding.clusters:
            clusters = (*known.clusters, *finding.clusters)
            edits = known.edits if known.edits == finding.edits else ()
            shared[known.order, known.severity, known.field] = known._replace(clusters=clusters, edits=edits)
    return list(shared.values())


def _distinct(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Give each finding its fingerprint; the second of the same kind gets another, so that none hides behind it."""
    seen: dict[str, int] = {}
    marked = []
    for finding in findings:
        mark = fingerprint(finding)
        seen[mark] = seen.get(mark, 0) + 1
        marked.append(finding._replace(fingerprint=mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"))
    return tuple(marked)
