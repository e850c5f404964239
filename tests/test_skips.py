"""`--explain-skips`: which rules did not run and why, and what none could judge."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import plugins
from nplint.check import Problem, Problems, Unjudged, rule
from nplint.cluster import Cluster
from nplint.engine import lint_clusters
from nplint.finding import Severity
from nplint.output.skips import skips
from nplint.profile import Profile, When
from nplint.reader import decode, read

if TYPE_CHECKING:
    from tests.conftest import Nplint

SOURCE = "https://example.com"
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
"""
RULES = "sctp-node-port,local-affinity-on-turbo,node-port-pinned"


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="", when=When(type=("turbo",)))
def turbo_only(cluster: Cluster) -> Problems:
    """A Service is on Turbo."""
    yield from ()


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="", when=When(since=(1, 29, 0, 0)), quiet=True)
def quiet_name(cluster: Cluster) -> Problems:
    """A Service has a name since 1.29."""
    for service in cluster.services:
        yield Problem(service.node["metadata"]["name"], service.name)


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="")
def unsure(cluster: Cluster) -> Problems:
    """A Service has a name that nobody can judge."""
    for service in cluster.services:
        yield Unjudged(service.node["metadata"]["name"], "name", "it may be\x1b[31m another one", "rename it")


@rule(severity=Severity.ERROR, source=SOURCE, good="", bad="")
def broken(cluster: Cluster) -> Problems:
    """A rule fails."""
    raise ZeroDivisionError("by\n\x1b design")


def cluster(path: str, **facts: str) -> Cluster:
    return Cluster(read(decode(path, WEB.encode())), Profile(**facts))  # type: ignore[arg-type]


def test_each_rule_and_place_has_a_line_with_its_reason_and_clusters() -> None:
    clusters = [cluster("b\x1b.yaml", name="b", type="turbo"), cluster("a.yaml", name="a", type="kubernetes")]
    clusters += [cluster("c.yaml", name="c", type="kubernetes")]
    report = lint_clusters(clusters, [unsure, turbo_only, quiet_name, broken])
    assert skips(report, {"off-rule": "it is off by default"}).splitlines() == [
        "skipped[off-rule] it is off by default",
        "skipped[turbo-only] it is about CCE Turbo, and this is plain Kubernetes [a, c]",
        r"failed[broken] it failed: ZeroDivisionError: by\x0a\x1b design [b, a, c]",
        "withheld[quiet-name] 1 withheld: the cluster's version is not declared [b, a, c]",
        r"a.yaml:3:18: unjudged[unsure] name: it may be\x1b[31m another one [a]",
        r"b\x1b.yaml:3:18: unjudged[unsure] name: it may be\x1b[31m another one [b]",
        "c.yaml:3:18: unjudged[unsure] name: it may be\\x1b[31m another one [c]",
    ]


def test_what_several_clusters_without_a_name_leave_out_is_told_once() -> None:
    report = lint_clusters([cluster("a.yaml", type="standard"), cluster("b.yaml", type="standard")], [turbo_only])
    assert skips(report, {}) == "skipped[turbo-only] it is about CCE Turbo, and this is CCE standard"


def test_a_run_that_left_nothing_out_says_so() -> None:
    report = lint_clusters([cluster("a.yaml", type="turbo")], [turbo_only])
    assert skips(report, {}) == "every rule ran and judged everything"


@pytest.mark.parametrize(
    ("arguments", "config", "line"),
    [
        ([], "", "skipped[source-ip-lost] it is off by default"),
        ([], "rules: {node-port-pinned: off}", "skipped[node-port-pinned] it is off: .nplint.yaml:1:27"),
        (["--ignore", "node-port-pinned"], "", "skipped[node-port-pinned] --ignore leaves it out"),
        (["--select", "sctp-node-port"], "", "skipped[node-port-pinned] --select names others"),
        (["--select", RULES, "--ignore", RULES[:14]], "", "skipped[sctp-node-port] --ignore leaves it out"),
        (
            ["--type", "standard"],
            "",
            "skipped[local-affinity-on-turbo] it is about CCE Turbo, and this is CCE standard",
        ),
        (
            [],
            "clusters: {lab: {type: kubernetes}}",
            "skipped[sctp-node-port] it is about CCE, and this is plain Kubernetes [lab]",
        ),
    ],
)
def test_the_reason_is_the_one_that_counts(
    nplint: "Nplint", tmp_path: Path, arguments: list[str], config: str, line: str
) -> None:
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / ".nplint.yaml").write_text(config)
    plain, run = nplint(*arguments), nplint("--explain-skips", *arguments)
    assert line in run.err.splitlines()
    assert run.err.endswith(plain.err)
    assert (run.code, run.out) == (plain.code, plain.out)


def test_the_environment_may_be_the_reason(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WEB)
    monkeypatch.setenv("NPLINT_IGNORE", "node-port-pinned")
    run = nplint("--explain-skips")
    assert "skipped[node-port-pinned] NPLINT_IGNORE leaves it out" in run.err.splitlines()


def test_every_rule_runs_or_is_told_of(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WEB)
    lines = nplint("--explain-skips", "--select", "duplicate-key").err.splitlines()
    skipped = {line.partition("]")[0].removeprefix("skipped[") for line in lines if line.startswith("skipped[")}
    assert skipped == set(plugins.load().rules) - {"duplicate-key"}
