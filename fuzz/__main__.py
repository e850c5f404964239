"""Fuzzes nplint: `python -m fuzz` tries every target for a minute in all; see --help for more."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fuzz import corpus, targets
from fuzz.watchdog import limited

NAMES = [module.name for module in iter_modules(targets.__path__)]
# An input that takes this much is a finding, and one that hangs where the watchdog of the target is not heard.
SECONDS_EACH = 600
MEGABYTES = 1024
LONGEST_INPUT = 8192
_STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)$", re.MULTILINE)


class Result(NamedTuple):
    """What became of a target: how often it was tried, the peak of memory in MB, and the inputs that are findings."""

    target: str
    executions: int
    peak: int
    findings: tuple[Path, ...]
    log: Path


def main() -> int:
    """Run what the command line asks for; 0 where nothing is found, 1 where something is, 2 where nothing can be."""
    parser = _parser()
    asked = parser.parse_args()
    for name in asked.targets:
        if name not in NAMES:
            parser.error(f"there is no target {name}: choose from {', '.join(NAMES)}")
    for folder in asked.corpus:
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}")
    if asked.input:
        return _replay(asked.targets or NAMES, asked.input)
    if find_spec("atheris") is None:
        print("error: atheris is not installed: pip install -e '.[fuzz]' (it has wheels for Linux)", file=sys.stderr)
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    names = asked.targets or NAMES
    found = False
    print(f"{'target':<12}{'executions':>12}{'peak MB':>10}  findings", flush=True)
    for name in names:
        result = _fuzz(name, asked, asked.seconds // len(names))
        found |= bool(result.findings)
        print(f"{name:<12}{result.executions:>12,}{result.peak:>10}  {len(result.findings) or 'none'}", flush=True)
        _show(result)
    return int(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m fuzz", description="Try inputs that nobody would write.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of {', '.join(NAMES)}; all of them")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--seconds", type=int, default=60, help="how long, in all; the targets share it [60]")
    limit.add_argument("--runs", type=int, help="how many inputs besides the seeds for each target, the same each time")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with [1]")
    parser.add_argument("--corpus", type=Path, action="append", default=[], metavar="FOLDER", help="start here too")
    parser.add_argument("--out", type=Path, default=Path(".fuzz"), help="where findings and logs go [.fuzz]")
    parser.add_argument("--input", type=Path, action="append", metavar="FILE", help="try nothing but this")
    return parser


def _replay(names: Sequence[str], files: Sequence[Path]) -> int:
    """Try inputs once; what is wrong with one is an exception."""
    given = [(file, file.read_bytes()) for file in files]
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in names:
            for file, data in given:
                print(f"{name}: {file}", flush=True)
                limited(import_module(f"fuzz.targets.{name}").check)(data)
    return 0


def _fuzz(name: str, asked: argparse.Namespace, seconds: int) -> Result:
    """Fuzz a target in a process of its own, since libFuzzer ends the one that it runs in."""
    out = asked.out.resolve()
    log = out / f"{name}.log"
    known = {*out.iterdir()}
    with TemporaryDirectory() as folder:
        pool, seeds = Path(folder, "pool"), Path(folder, "seeds")
        for each in (pool, seeds):
            each.mkdir()
        corpus.write(pool, corpus.whole())
        number = corpus.write(seeds, [*corpus.whole(), *corpus.single(asked.corpus)])
        limit = f"-runs={number + 1 + asked.runs}" if asked.runs else f"-max_total_time={max(seconds, 1)}"
        command = [sys.executable, "-m", "fuzz.child", name, str(pool), str(seeds), limit, f"-seed={asked.seed}"]
        command += [f"-max_len={LONGEST_INPUT}", f"-timeout={SECONDS_EACH}", f"-rss_limit_mb={MEGABYTES}"]
        command += [f"-artifact_prefix={out}/{name}-", "-print_final_stats=1", "-reload=0"]
        # Where strings hash to other numbers, sets have another order.
        environ = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(corpus.HERE.parent)}
        with log.open("wb") as written:
            code = subprocess.run(command, env=environ, stdout=written, stderr=written, check=False).returncode
    numbers = dict(_STATISTIC.findall(log.read_text("utf-8", "replace")))
    new = sorted({*out.iterdir()} - known - {log}) if code else []
    findings = tuple(new) or ((log,) if code else ())
    return Result(
        name, int(numbers.get("number_of_executed_units", 0)), int(numbers.get("peak_rss_mb", 0)), findings, log
    )


def _show(result: Result) -> None:
    """Tell what is wrong and with which input, where no one can look into the files any more."""
    for finding in result.findings:
        print(f"\n{finding}:\n{finding.read_bytes()[:LONGEST_INPUT]!r}\n")
    if result.findings:
        lines = [line for line in result.log.read_text("utf-8", "replace").splitlines() if "Instrumenting" not in line]
        print("\n".join(lines[-40:]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
