"""Rules held against their own examples: what `nplint rule test` does, for tests of your own.

@pytest.mark.parametrize("case", cases([my_rule]), ids=str)
def test_example(case):
check(case)
"""

import re
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from nplint import config
from nplint.check import Example, Rule
from nplint.cluster import Cluster
from nplint.document import Document, Source
from nplint.engine import lint_clusters
from nplint.library import read_text

_MARK = re.compile(r"#\s*<-\s(?P<message>.*)$")


class Case(NamedTuple):
    """One example of a rule."""

    rule: Rule
    kind: str
    number: int

    @property
    def example(self) -> Example:
        examples = self.rule.good if self.kind == "good" else self.rule.bad
        return examples[self.number - 1]

    def __str__(self) -> str:
        return f"{self.rule.name}-{self.kind}-{self.number}"


def cases(rules: Iterable[Rule]) -> list[Case]:
    """Every example of the rules."""
    return [
        Case(rule, kind, number)
        for rule in rules
        for kind, examples in (("good", rule.good), ("bad", rule.bad))
        for number, _ in enumerate(examples, 1)
    ]


def check(case: Case) -> None:
    """Pass where an example is as it says.

    Raises:
        AssertionError: the rule finds something else than the example marks.
    """
    found = differences(case)
    if found:
        raise AssertionError("\n".join([f"{case} (- marked, + found):", *found]))


def differences(case: Case) -> list[str]:
    """What the rule does not find of what an example marks (`-`), and what it finds besides (`+`); none is good."""
    marked, found = _marked(case.example), _found(case)
    lines = sorted((one[0], one in found, one[1]) for one in marked ^ found)
    wrong = [f"{'+' if is_found else '-'} {file}:{line}: {said}" for (file, line), is_found, said in lines]
    if case.kind == "good" and marked:
        wrong.append("a good example marks no line")
    if case.kind == "bad" and not marked:
        wrong.append("a bad example marks each line that is found with `# <- ` and the message")
    return wrong


_Said = set[tuple[tuple[str, int], str]]


def _marked(example: Example) -> _Said:
    files = {"example.yaml": cleandoc(example.config)} if example.config else example.files
    lines = [((path, number), line) for path, text in files.items() for number, line in enumerate(text.splitlines(), 1)]
    return {(place, found["message"]) for place, line in lines if (found := _MARK.search(line))}


def _found(case: Case) -> _Said:
    report = lint_clusters(_clusters(case.example), [case.rule])
    said = {((finding.span.file, finding.span.line), finding.message) for finding in report.findings}
    for run in report.runs:
        # An example that cannot be judged shows nothing.
        given_up = [one for one in run.unjudged if one.what == "resource"]
        said |= {((one.at.span.file, one.at.span.line), f"not judged: {one.reason}") for one in given_up}
        if run.error:
            said.add((("example.yaml", 1), f"the rule failed: {type(run.error).__name__}: {run.error}"))
    return said


def _clusters(example: Example) -> list[Cluster]:
    if example.config:
        declared = config.read(Source("example.yaml", cleandoc(example.config)), str(Path.cwd()))
        return [Cluster((), target.profile) for target in declared.targets]
    before = example.files_before
    return [
        Cluster(
            _documents(example.files), example.profile, Cluster(_documents(before), example.profile) if before else None
        )
    ]


def _documents(files: dict[str, str]) -> list[Document]:
    return [document for path, text in files.items() for document in read_text(text, path)]
