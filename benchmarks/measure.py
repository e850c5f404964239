"""Runs commands in turn, so that what else the machine does falls on all alike, and compares what they took."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

LAUNCH = Path(__file__).with_name("launch.py")

FOREIGN = ("NPLINT_", "GIT_", "RIPGREP_", "PYTHON", "YAMLLINT_")
"""What would make a tool do something else than it does by itself."""


class Outcome(NamedTuple):
    """What a command did and took."""

    code: int
    seconds: float
    processor: float = 0
    """Seconds of processor time; more than `seconds` where several processors work."""

    peak: float = 0
    """MB, a million bytes each: the largest process at its largest or, if that is more, all as seen together."""

    out: str = ""
    err: str = ""


class Run(NamedTuple):
    """A command whose time is taken."""

    name: str
    command: tuple[str, ...]
    folder: Path
    fault: Callable[[Outcome], str]
    """Why it did not do its work; nothing if it did."""

    own: Mapping[str, str] = {}
    """What is special in its environment."""

    prepare: Callable[[], object] = lambda: None
    """What happens before each run, and is not timed."""

    primed: bool = False
    """Whether it is about a run after another one."""

    @property
    def environ(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**inherited, **self.own}


class Result(NamedTuple):
    """What a run took: in the round that warms up, and in each later one, which are none if it is slow."""

    name: str
    first: Outcome
    later: tuple[Outcome, ...] = ()
    failure: str = ""

    @property
    def counting(self) -> tuple[Outcome, ...]:
        return self.later or (self.first,)

    @property
    def seconds(self) -> list[float]:
        return [one.seconds for one in self.counting]

    @property
    def processor(self) -> list[float]:
        return [one.processor for one in self.counting]

    @property
    def peak(self) -> float:
        return max(one.peak for one in (self.first, *self.later))


class Ratio(NamedTuple):
    """A ratio of times: each round is compared with itself."""

    median: float
    least: float
    most: float


Execute = Callable[[Run], Outcome]


def execute(run: Run) -> Outcome:
    """Run a command."""
    run.prepare()
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(out), str(err), *run.command]
        done = subprocess.run(launch, cwd=run.folder, env=run.environ, check=True, capture_output=True, text=True)
        code, seconds, processor, largest, together = done.stdout.split()
        texts = (path.read_text("utf-8", "replace") for path in (out, err))
        peak = max(int(largest), int(together)) * 1024 / 1e6
        return Outcome(int(code), float(seconds), float(processor), peak, *texts)


def measure(runs: Sequence[Run], rounds: int, patience: float, execute: Execute = execute) -> list[Result]:
    """Run all in turn to warm up, and again in turn in each round.

    A round is as many turns as go into a second, and at least one: a single one that is short says little. What fails
    to do its work is left out from then on; so is what took longer than `patience` seconds.
    """
    results = [_first(run, execute) for run in runs]
    turns = int(1 / sum(result.first.seconds for result in results))
    for _ in range(rounds * max(turns, 1)):
        for number, run in enumerate(runs):
            result = results[number]
            if not result.failure and result.first.seconds <= patience:
                outcome = execute(run)
                later = (*result.later, _without_texts(outcome))
                results[number] = result._replace(later=later, failure=run.fault(outcome))
    return results


def _first(run: Run, execute: Execute) -> Result:
    if run.primed:
        execute(run)
    outcome = execute(run)
    return Result(run.name, _without_texts(outcome), failure=run.fault(outcome))


def _without_texts(outcome: Outcome) -> Outcome:
    return outcome._replace(out="", err="")


def _seconds(outcome: Outcome) -> float:
    return outcome.seconds


def ratio(ours: Result, others: Sequence[Result], of: Callable[[Outcome], float] = _seconds) -> Ratio | None:
    """Our time to that of the others together, round by round; that of the first round where one is slow.

    None where one failed.
    """
    every = [ours, *others]
    if any(result.failure for result in every):
        return None
    slow = any(not result.later for result in every)
    rounds = zip(*([result.first] if slow else result.later for result in every), strict=True)
    found = [of(own) / sum(map(of, rest)) for own, *rest in rounds]
    return Ratio(median(found), min(found), max(found))
