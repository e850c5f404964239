"""The loop that makes findings of problems."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from nplint import engine, yamltext
from nplint.check import Check, Problem, Problems, Rule, rule
from nplint.cluster import Cluster
from nplint.document import Document, Span
from nplint.engine import lint, lint_clusters
from nplint.finding import Confidence, Edit, Severity
from nplint.profile import Profile, When
from nplint.reader import decode, read
from nplint.report import Report

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports:
    - port: 80
    - port: 443
"""
TURBO_ONLY = When(type=("turbo",))


def make(check: Check, *, severity: Severity = Severity.ERROR, when: When | None = None, quiet: bool = False) -> Rule:
    source = "https://example.com"
    return rule(severity=severity, source=source, good="", bad="", when=when, quiet=quiet)(check)


def every_port(cluster: Cluster) -> Problems:
    """A Service has a port.

    It is reachable.

    More than this is not known.
    """
    for service in cluster.services:
        for port in service.ports:
            yield Problem(port.node["port"], f"port {port.port}")


def clusters_of(count: int, documents: Callable[[int], Iterable[Document]]) -> list[Cluster]:
    return [Cluster(tuple(documents(number)), Profile(name=f"c{number}")) for number in range(count)]


def web_of(file: str) -> tuple[Document, ...]:
    return read(decode(file, WEB.encode()))


def test_no_more_is_kept_of_a_cluster_than_the_next_one_leaves_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worked out for one cluster is let go before the next needs as much."""
    clusters = clusters_of(3, lambda number: web_of(f"{number}.yaml"))
    little = len(vars(clusters[0]))
    held: list[list[str]] = []

    def note(*arguments: Any) -> Any:
        made = stamp(*arguments)
        held.append([one.profile.name or "" for one in clusters if "resources" in vars(one)])
        return made

    stamp = engine._stamp
    monkeypatch.setattr(engine, "_stamp", note)
    report = lint_clusters(clusters, [make(every_port), make(fails_late)])
    assert len(report.findings) == 9
    assert held == [["c0"]] * 3 + [["c1"]] * 3 + [["c2"]] * 3
    assert all("resources" not in vars(one) for one in clusters)
    assert all(len(vars(one)) <= little + 2 for one in clusters)


def test_what_several_clusters_share_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although the places of a few documents alone are remembered."""
    documents = [one for number in range(50) for one in web_of(f"{number}.yaml")]
    composed: list[str] = []

    def note(text: str, depth: int) -> Any:
        composed.append(text)
        return compose(text, depth)

    compose = yamltext.compose
    monkeypatch.setattr(yamltext, "compose", note)
    report = lint_clusters(clusters_of(4, lambda _: documents), [make(every_port)])
    assert [finding.clusters for finding in report.findings] == [("c0", "c1", "c2", "c3")] * 100
    assert len(composed) == 50


def fails_late(cluster: Cluster) -> Problems:
    """A rule finds something and fails."""
    yield next(every_port(cluster))
    raise ZeroDivisionError("too late")


def fails_early(cluster: Cluster) -> Problems:
    """A rule fails before it yields."""
    raise RuntimeError("too early")


def ends_the_program(cluster: Cluster) -> Problems:
    """A rule ends the program."""
    raise SystemExit(0)


def points_nowhere(cluster: Cluster) -> Problems:
    """A problem has no place."""
    yield Problem(None, "x")  # type: ignore[arg-type]


def yields_nonsense(cluster: Cluster) -> Iterator[Problem]:
    """A rule yields what is no problem."""
    yield None  # type: ignore[misc]


def run(*rules: Rule, text: str = WEB, profile: Profile | None = None) -> Report:
    documents = read(decode("web.yaml", text.encode()))
    return lint(Cluster(documents, profile or Profile()), rules)


def found(report: Report) -> list[tuple[str, int, str]]:
    return [(finding.rule, finding.span.line, finding.message) for finding in report.findings]


BOTH = [("every-port", 6, "port 80"), ("every-port", 7, "port 443")]


def test_a_finding_says_what_the_rule_need_not_repeat() -> None:
    finding = run(make(every_port), profile=Profile(name="prod")).findings[0]
    assert (finding.rule, finding.severity, finding.why) == ("every-port", Severity.ERROR, "It is reachable.")
    assert finding.confidence is Confidence.CERTAIN
    assert finding.span == Span("web.yaml", 6, 13, 6, 15)
    assert finding.field == "spec.ports[0].port"
    assert finding.resource
    assert finding.resource.identity == ("Service", "shop", "web")
    assert finding.clusters == ("prod",)
    assert len(finding.fingerprint) == 32


def test_a_problem_may_say_more() -> None:
    def more(cluster: Cluster) -> Problems:
        """A rule says all that it can."""
        node = cluster.services[0].spec["ports"][1]["port"]
        yield Problem(
            node.span,
            "fact",
            label="here",
            help="do that",
            related=((node.key, "a key"), (Span("b.yaml", 1, 1, 1, 2), "elsewhere")),
            edits=(Edit(node.span, "8443", True),),
            severity=Severity.NOTE,
            confidence=Confidence.LIKELY,
        )

    (finding,) = run(make(more)).findings
    assert (finding.label, finding.help, finding.severity) == ("here", "do that", Severity.NOTE)
    assert finding.confidence is Confidence.LIKELY
    assert [(related.span.file, related.span.column, related.message) for related in finding.related] == [
        ("web.yaml", 7, "a key"),
        ("b.yaml", 1, "elsewhere"),
    ]
    assert finding.edits[0].text == "8443"
    assert (finding.field, finding.resource) == ("", None)


def test_an_item_of_a_list_is_its_own_resource() -> None:
    items = '{"apiVersion": "v1", "kind": "List", "items": [%s]}'
    service = '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}'
    (finding,) = run(make(every_port), text=items % service).findings
    assert finding.resource
    assert (finding.resource.title, finding.field) == ("Service web", "spec.ports[0].port")


@pytest.mark.parametrize(
    ("broken", "kept", "error"),
    [
        (fails_early, [], RuntimeError),
        (fails_late, [("fails-late", 6, "port 80")], ZeroDivisionError),
        (yields_nonsense, [], AttributeError),
        (ends_the_program, [], SystemExit),
        (points_nowhere, [], TypeError),
    ],
)
def test_a_rule_that_fails_is_recorded_and_takes_no_other_down(
    broken: Check, kept: list[tuple[str, int, str]], error: type[BaseException]
) -> None:
    report = run(make(broken), make(every_port))
    assert sorted(found(report)) == sorted([*BOTH, *kept])
    (crash,) = report.crashes
    assert crash.rule.name == make(broken).name
    assert isinstance(crash.error, error)
    assert [(each.rule.name, each.ran) for each in report.runs] == [(crash.rule.name, False), ("every-port", True)]


def test_who_stops_the_run_stops_it() -> None:
    def stopped(cluster: Cluster) -> Problems:
        """A rule is interrupted."""
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(make(stopped))


@pytest.mark.parametrize("quiet", [True, False])
def test_a_rule_that_applies_runs(quiet: bool) -> None:
    report = run(make(every_port, when=TURBO_ONLY, quiet=quiet), profile=Profile(type="turbo"))
    assert found(report) == BOTH
    assert {finding.severity for finding in report.findings} == {Severity.ERROR}
    assert report.runs[0].ran
    assert report.runs[0].withheld == 0


@pytest.mark.parametrize("quiet", [True, False])
def test_a_rule_that_does_not_apply_is_skipped_with_the_reason(quiet: bool) -> None:
    report = run(make(every_port, when=TURBO_ONLY, quiet=quiet), profile=Profile(type="kubernetes"))
    assert report.findings == ()
    assert not report.runs[0].ran
    assert report.runs[0].verdict.reason == "it is about CCE Turbo, and this is plain Kubernetes"


@pytest.mark.parametrize("severity", Severity)
def test_a_lesser_problem_is_never_graver_than_its_rule(severity: Severity) -> None:
    def lesser(cluster: Cluster) -> Problems:
        """A problem is less grave than others."""
        yield Problem(cluster.services[0].node, "less grave", severity=Severity.WARNING)

    (finding,) = run(make(lesser, severity=severity)).findings
    assert finding.severity is min(severity, Severity.WARNING)


@pytest.mark.parametrize("severity", Severity)
def test_what_hangs_on_an_unknown_fact_is_a_note_that_names_it(severity: Severity) -> None:
    report = run(make(every_port, when=TURBO_ONLY, severity=severity))
    assert {finding.severity for finding in report.findings} == {Severity.NOTE}
    assert report.findings[0].message == "port 80 (only on CCE Turbo; this cluster's type is not declared)"
    # What is a note anyway does not hang on the fact.
    assert report.undecided == ({} if severity is Severity.NOTE else {("type", "CCE Turbo"): 2})


def test_a_problem_that_is_a_note_anyway_waits_for_no_fact() -> None:
    def one_note(cluster: Cluster) -> Problems:
        """A rule finds an error and a note."""
        first, second = cluster.services[0].ports
        yield Problem(first.node["port"], "an error")
        yield Problem(second.node["port"], "a note", severity=Severity.NOTE)

    assert run(make(one_note, when=TURBO_ONLY)).undecided == {("type", "CCE Turbo"): 1}


def test_a_finding_keeps_its_fingerprint_when_the_missing_fact_is_declared() -> None:
    rule = make(every_port, when=TURBO_ONLY)
    unknown, known = run(rule).findings, run(rule, profile=Profile(type="turbo")).findings
    assert [finding.message for finding in unknown] != [finding.message for finding in known]
    assert [finding.fingerprint for finding in unknown] == [finding.fingerprint for finding in known]


def test_a_problem_may_have_a_consequence_of_its_own() -> None:
    def two(cluster: Cluster) -> Problems:
        """A rule finds two things.

        This is the usual consequence.
        """
        first, second = cluster.services[0].ports
        yield Problem(first.node["port"], "usual")
        yield Problem(second.node["port"], "unusual", why="This is another.")

    assert [finding.why for finding in run(make(two)).findings] == [
        "This is the usual consequence.",
        "This is another.",
    ]


def test_a_place_that_no_path_leads_to_belongs_to_what_it_is_about() -> None:
    def about(cluster: Cluster) -> Problems:
        """A rule marks a place in the text."""
        yield Problem(Span("web.yaml", 1, 1, 1, 2), "fact", about=cluster.services[0].spec["ports"])

    (finding,) = run(make(about)).findings
    assert finding.span == Span("web.yaml", 1, 1, 1, 2)
    assert finding.field == "spec.ports"
    assert finding.resource
    assert finding.resource.title == "Service shop/web"


def test_no_text_of_a_manifest_floods_the_output() -> None:
    def long(cluster: Cluster) -> Problems:
        """A rule repeats what it reads."""
        node = cluster.services[0].spec
        yield Problem(node, "x" * 10**6, help="y" * 10**6, related=((node, "z" * 10**6),))

    (finding,) = run(make(long)).findings
    assert max(map(len, (finding.message, finding.help, finding.related[0].message))) <= 500


def test_what_a_quiet_rule_would_say_is_withheld_and_counted() -> None:
    report = run(make(every_port, when=TURBO_ONLY, quiet=True))
    assert report.findings == ()
    assert (report.runs[0].ran, report.runs[0].withheld) == (True, 2)
    assert report.undecided == {("type", "CCE Turbo"): 2}


def test_two_findings_of_one_kind_keep_fingerprints_of_their_own() -> None:
    def twice(cluster: Cluster) -> Problems:
        """A rule says the same of two places."""
        for port in cluster.services[0].spec["ports"]:
            yield Problem(port.span, "the same")

    first, second = (finding.fingerprint for finding in run(make(twice)).findings)
    assert second == f"{first}-2"


def test_findings_come_in_the_order_of_their_places_whatever_the_order_of_the_rules() -> None:
    def first_port(cluster: Cluster) -> Problems:
        """A Service has a first port."""
        yield Problem(cluster.services[0].ports[0].node["port"], "first")

    rules = [make(first_port), make(every_port)]
    ordered = [BOTH[0], ("first-port", 6, "first"), BOTH[1]]
    assert found(run(*rules)) == found(run(*reversed(rules))) == ordered
