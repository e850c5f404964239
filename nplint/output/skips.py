"""What rules did not do and why, for the end of a run."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nplint.output.excerpt import printable
from nplint.report import Report, RuleRun

# Rules that did not run, those that ran in part, and the places in the order of findings.
_NOT_RUN, _RUN_IN_PART, _PLACES = range(3)


class _Skip(NamedTuple):
    """What a rule left out; `place` is where, if that is one place."""

    order: tuple[object, ...]
    place: str
    what: str
    rule: str
    reason: str


def skips(report: Report, left_out: Mapping[str, str]) -> str:
    """A line for each rule that did not run or not in full, and for each place that none could judge.

    `left_out` gives the reason for each rule that was not asked to run.
    """
    clusters: dict[_Skip, list[str]] = {_Skip((_NOT_RUN,), "", "skipped", *pair): [] for pair in left_out.items()}
    for run in report.runs:
        for skip in _of(run):
            named = clusters.setdefault(skip, [])
            named += [run.cluster] if run.cluster and run.cluster not in named else []
    lines = [_line(skip, named) for skip, named in sorted(clusters.items())]
    return "\n".join(lines) or "every rule ran and judged everything"


def _of(run: RuleRun) -> Iterator[_Skip]:
    if run.reason:
        what = "failed" if run.error else "withheld" if run.withheld else "skipped"
        order = (_RUN_IN_PART if run.ran or run.error else _NOT_RUN,)
        yield _Skip(order, "", what, run.rule.name, run.reason)
    for thing in run.unjudged:
        span = thing.at.span
        place = (_PLACES, span.file, span.line, span.column)
        yield _Skip(place, f"{span.place}: ", "unjudged", run.rule.name, f"{thing.what}: {thing.reason}")


def _line(skip: _Skip, clusters: list[str]) -> str:
    where = f" [{', '.join(clusters)}]" if clusters else ""
    return printable(f"{skip.place}{skip.what}[{skip.rule}] {skip.reason}{where}")
