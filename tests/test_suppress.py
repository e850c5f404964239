"""Findings that somebody asked to leave out: marked, counted and still there for programs."""

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from nplint import engine, plugins, suppress
from nplint.cluster import Cluster
from nplint.reader import decode, read
from nplint.report import Report
from nplint.suppress import Ignore

if TYPE_CHECKING:
    from tests.conftest import Nplint

PORT = """\
apiVersion: v1
kind: Service
metadata: {{name: {}}}
spec: {{type: NodePort, ports: [{{port: 80, nodePort: {}}}]}}
"""
WEB = PORT.format("web, namespace: shop", 1)
API = PORT.format("api", 2)
BROKEN = "apiVersion: v1\nkind: Service\nmetadata: {\n"
RANGE = "node-port-out-of-range"


def report(**texts: str) -> Report:
    documents = [one for name, text in texts.items() for one in read(decode(f"{name}/s.yaml", text.encode()))]
    rules = plugins.load().rules
    return engine.lint(Cluster(documents), [rules[RANGE], rules["unreadable-manifest"]])


def suppressed(ignore: Ignore, today: str = "2026-06-30") -> list[str]:
    marked = suppress.apply(report(api=API, broken=BROKEN, shop=WEB), [ignore], today).findings
    assert len(marked) == 3
    return [finding.span.file.split("/")[0] for finding in marked if finding.suppressed]


@pytest.mark.parametrize(
    ("ignore", "names"),
    [
        (Ignore(rule=RANGE), ["api", "shop"]),
        (Ignore(rule="unreadable-manifest"), ["broken"]),
        (Ignore(rule="port-out-of-range"), []),
        (Ignore(resource="web"), ["shop"]),
        (Ignore(resource="shop/web"), ["shop"]),
        (Ignore(resource="default/web"), []),
        (Ignore(resource="default/api"), ["api"]),
        (Ignore(resource="ap"), []),
        (Ignore(paths=lambda path: path == "broken/s.yaml"), ["broken"]),
        (Ignore(paths=lambda path: False), []),
        (Ignore(rule=RANGE, resource="web", paths=lambda path: path == "api/s.yaml"), []),
        (Ignore(rule=RANGE, resource="api", paths=lambda path: path == "api/s.yaml"), ["api"]),
    ],
)
def test_what_an_ignore_covers(ignore: Ignore, names: list[str]) -> None:
    assert suppressed(ignore) == names


@pytest.mark.parametrize(
    ("until", "names"), [("", ["api"]), ("2026-06-29", []), ("2026-06-30", ["api"]), ("2026-07-01", ["api"])]
)
def test_an_ignore_holds_until_the_end_of_its_last_day(until: str, names: list[str]) -> None:
    assert suppressed(Ignore(resource="api", until=until)) == names


def test_the_first_ignore_that_covers_a_finding_gives_the_reason() -> None:
    ignores = [Ignore(rule="x"), Ignore(rule=RANGE, until="2020-01-01"), Ignore(RANGE, reason="a"), Ignore(reason="b")]
    (marked,) = suppress.apply(report(api=API), ignores, "2026-06-30").findings
    assert marked.suppressed == ("configuration", "a")


def test_a_resource_goes_by_the_namespace_that_kustomize_gives_it() -> None:
    texts = {"kustomization.yaml": "namespace: pay\nresources: [s.yaml]\n", "s.yaml": API}
    documents = [one for name, text in texts.items() for one in read(decode(name, text.encode()))]
    found = engine.lint(Cluster(documents), [plugins.load().rules[RANGE]])
    for resource, expected in (("pay/api", 1), ("default/api", 0)):
        marked = suppress.apply(found, [Ignore(resource=resource)], "2026-06-30").findings
        assert sum(finding.suppressed is not None for finding in marked) == expected


def data(nplint: "Nplint", *arguments: str) -> Any:
    return json.loads(nplint("--format", "json", "--select", RANGE, *arguments).out)


def write(ignore: str) -> None:
    Path("web.yaml").write_text(WEB, "utf-8")
    Path("api.yaml").write_text(API, "utf-8")
    Path(".nplint.yaml").write_text(f"ignore: {ignore}\n", "utf-8")


def test_what_is_suppressed_stays_in_the_report(nplint: "Nplint") -> None:
    write(f"[{{rule: {RANGE}, resource: shop/web, reason: FW-12}}]")
    told = data(nplint)
    assert [(one["path"], one["suppressed"]) for one in told["findings"]] == [
        ("api.yaml", None),
        ("web.yaml", {"by": "configuration", "reason": "FW-12"}),
    ]
    assert (told["summary"]["errors"], told["summary"]["suppressed"]) == (1, 1)
    jsonschema.validate(told, json.loads((files("nplint.schemas") / "report.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("ignore", "code", "shown", "footer"),
    [
        (f"[{{rule: {RANGE}}}]", 0, [], "; 2 suppressed"),
        (f"[{{rule: {RANGE}, path: api.yaml}}]", 1, ["web.yaml"], "1 error in 2 files"),
        (f"[{{rule: {RANGE}, until: 2020-01-01}}]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
        (f"[{{rule: {RANGE}, until: 9999-12-31, resource: api}}]", 1, ["web.yaml"], "; 1 suppressed"),
        ("[{path: '*.yaml'}]", 0, [], "; 2 suppressed"),
        ("[{path: sub/**}]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
        ("[]", 1, ["api.yaml", "web.yaml"], "2 errors in 2 files"),
    ],
)
@pytest.mark.parametrize("format", ["text", "concise"])
def test_what_is_suppressed_is_not_shown_and_does_not_fail(
    nplint: "Nplint", ignore: str, code: int, shown: list[str], footer: str, format: str
) -> None:
    write(ignore)
    run = nplint("--format", format, "--select", RANGE)
    assert run.code == code
    assert [path for path in ("api.yaml", "web.yaml") if path in run.out] == shown
    assert footer in run.err
    assert ("suppressed" in run.err) is (len(shown) < 2)
