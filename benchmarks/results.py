"""What was measured, as data: what `--json` writes and the table shows."""

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import tools
from benchmarks.measure import Ratio, Result, ratio
from benchmarks.rows import Bench, Limit, Row
from benchmarks.trees import Tree

Data = dict[str, Any]


def load() -> float:
    """How many processes want to run, on the average of the last minute."""
    return os.getloadavg()[0]


def about(bench: Bench, rounds: int, patience: float, before: float) -> Data:
    """What a reader has to know to judge the numbers, or to get the same; `before` is the load at the start."""
    programs = {tool.program: str(tool.path) for name, tool in bench.tools.items() if name != tools.INTERPRETER}
    return {
        "files": bench.files,
        "seed": bench.seed,
        "rounds": rounds,
        "patience": patience,
        "system": f"{platform.system()} {platform.machine()}",
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [before, load()],
        "python": tools.version(bench.python),
        "nplint": tools.version(tools.nplint(bench.python)),
        "benchmark": _commit(),
        "cache": bench.has_cache,
        "development": tools.is_for_development(bench.python),
        "tools": {name: tools.version(path) for name, path in programs.items()},
        "missing": bench.missing,
    }


def _commit() -> str:
    """The commit of the benchmark itself, where git knows it."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else "unknown"


def row(row: Row, tree: Tree, results: Sequence[Result]) -> Data:
    """A row with all of its runs, and how each compares with the first and with what it shall reach."""
    named = {result.name: result for result in results}
    return {
        "row": row.name,
        "tree": {"files": tree.files, "resources": tree.resources, "services": tree.services, "bytes": tree.size},
        "runs": [_run(result, ratio(results[0], [result])) for result in results],
        "limits": [_limit(limit, named) for limit in row.limits],
    }


def _run(result: Result, compared: Ratio | None) -> Data:
    return {
        "run": result.name,
        "failure": result.failure,
        "seconds": result.seconds,
        "median": median(result.seconds),
        "processor seconds": result.processor,
        "peak MB": result.peak,
        "first run to it": compared and compared._asdict(),
    }


def _limit(limit: Limit, named: dict[str, Result]) -> Data:
    measured, processor, why = _measured(limit, named)
    over = measured.median - limit.at_most if measured else None
    return {
        "of": what(limit),
        "unit": unit(limit),
        "measured": measured and measured._asdict(),
        "by processor": processor and processor._asdict(),
        "at most": limit.at_most,
        "missed by": over and max(over, 0.0),
        "not measured": why,
    }


def what(limit: Limit) -> str:
    """What is compared with what."""
    return " to ".join(filter(None, [limit.run, " + ".join(limit.others)]))


def unit(limit: Limit) -> str:
    return "x" if limit.others else "MB"


def _measured(limit: Limit, named: dict[str, Result]) -> tuple[Ratio | None, Ratio | None, str]:
    """What there is to compare with the limit, the same in time of the processors, or why there is nothing."""
    wanted = [limit.run, *limit.others]
    absent = [name for name in wanted if name not in named]
    failed = [name for name in wanted if name in named and named[name].failure]
    if absent or failed:
        return None, None, ", ".join([*(f"no {name}" for name in absent), *(f"{name} failed" for name in failed)])
    ours, *others = (named[name] for name in wanted)
    if not others:
        return Ratio(ours.peak, ours.peak, ours.peak), None, ""
    return ratio(ours, others), ratio(ours, others, lambda outcome: outcome.processor), ""
