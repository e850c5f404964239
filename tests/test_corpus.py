"""Manifests of public projects, where they lie beside the project: what the API server accepts, nplint accepts."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from nplint import comments, plugins, suppress
from nplint.cluster import Cluster
from nplint.document import Document, Source
from nplint.engine import lint
from nplint.finding import Finding, Severity
from nplint.reader import decode, parse, read

# What the server accepts may lead nowhere all the same: that is no disagreement.
CONTRACT = [rule for rule in plugins.load().rules.values() if rule.name != "target-port-unresolved"]

SHARED = Path(__file__).parent.parent.parent / "shared"
VERDICTS = SHARED / "corpus-verdicts.jsonl"

pytestmark = pytest.mark.skipif(not VERDICTS.exists(), reason="the manifests of public projects are not here")


def verdicts() -> list[tuple[str, dict[str, bool]]]:
    """Each file with the verdict on each of its Services; one that stands in it twice counts once."""
    with VERDICTS.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [(row["path"], {service["name"]: service["accepted"] for service in row["services"]}) for row in rows]


def errors(path: str) -> list[Finding]:
    documents = read(decode(path, (SHARED / "corpus" / path).read_bytes()))
    report = lint(Cluster(documents), CONTRACT)
    assert not report.crashes
    return [finding for finding in report.findings if finding.severity is Severity.ERROR]


def test_no_error_on_a_service_that_the_api_server_accepts_and_one_on_each_that_it_refuses() -> None:
    wrong = []
    for path, services in verdicts():
        found = errors(path)
        blamed = {finding.resource.name for finding in found if finding.resource and finding.resource.kind == "Service"}
        refused = {name for name, accepted in services.items() if not accepted}
        if refused - blamed or blamed & set(services) - refused:
            wrong.append((path, refused, [(finding.rule, finding.message) for finding in found]))
    assert wrong == []


def sources() -> list[tuple[Source, tuple[Document, ...]]]:
    """Each YAML file that holds manifests, with its documents."""
    paths = (path for suffix in ("yaml", "yml") for path in sorted((SHARED / "corpus").rglob(f"*.{suffix}")))
    decoded = (decode(str(path.relative_to(SHARED)), path.read_bytes()) for path in paths if path.is_file())
    found = [(source, read(source)) for source in decoded]
    return [(source, documents) for source, documents in found if documents]


def without(source: Source, found: list[comments.Comment]) -> str:
    text = source.text
    for comment in reversed(found):
        line = source.span(comment.start, comment.start).line
        text = text[: comment.start] + text[source.line_starts[line - 1] + len(source.line(line)) :]
    return text


def values(text: str) -> list[object]:
    return [document.value for document in parse(Source("a.yaml", text)) if document.value is not None]


def test_a_comment_is_what_says_nothing_and_all_else_is_no_comment() -> None:
    number = 0
    for original, documents in sources():
        if not all(document.judged for document in documents):
            continue
        marked = Source(original.path, re.sub(r"(?<!\S)#", "# nplint", original.text))
        found = list(comments.find(marked, [one for one in parse(marked) if one.value is not None]))
        rest = without(marked, found)
        assert values(rest) == values(marked.text), original.path
        assert json.dumps(values(rest)).count("# nplint") == rest.count("# nplint"), original.path
        number += len(found)
    assert number > 3000


def test_a_comment_beside_each_finding_suppresses_it() -> None:
    rules = plugins.load().rules
    known = sources()
    report = lint(Cluster([one for _, documents in known for one in documents]), rules.values())
    wanted: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for finding in report.findings:
        wanted[finding.span.file][finding.span.line].add(finding.rule)
    documents = [
        one
        for source, before in known
        for one in (read(_commented(source, wanted[source.path])) if source.path in wanted else before)
    ]
    commented = lint(Cluster(documents), rules.values())
    left = suppress.apply(commented, (), "2026-06-30", rules=rules, whole=True).open
    # This one is in the text of a value, where no comment can stand.
    assert [(finding.rule, finding.message) for finding in left] == [
        ("unrendered-template", "not judged: `{{- $root := . -}}` is not rendered yet")
    ]
    assert len(commented.findings) > 700


def _commented(source: Source, wanted: dict[int, set[str]]) -> Source:
    """The text with a comment at the end of each of these lines."""
    lines = [
        f"{source.line(number)} # nplint: ignore[{', '.join(wanted[number])}] why"
        if number in wanted
        else source.line(number)
        for number in range(1, len(source.line_starts) + 1)
    ]
    return Source(source.path, "\n".join(lines), None, source.stray)
