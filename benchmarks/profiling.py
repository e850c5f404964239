"""Where the time of nplint goes in a row: by module, by function, and by import."""

import pstats
import re
import subprocess
import sysconfig
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import tools
from benchmarks.measure import Run
from benchmarks.rows import Bench, Row

TOP = 20


def profile(row: Row, bench: Bench) -> str:
    """The first run of a row under cProfile, which makes calls dearer than they are, and its imports.

    What worker processes do is not seen, so there are none where this nplint can do without.
    """
    run = row.runs(bench, row.tree(bench))[0]
    arguments = [*run.command[1:], *(["--jobs", "1"] if tools.has_option(bench.python, "--jobs") else [])]
    if run.primed:
        _run(run, [bench.python, "-m", "nplint", *arguments])
    parts = [
        f"# {row.name}: nplint {' '.join(arguments)}",
        *_called(run, bench.python, arguments),
        *_imported(run, bench.python, arguments),
    ]
    return "\n".join(parts) + "\n"


def _called(run: Run, python: str, arguments: list[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "profile")
        _run(run, [python, "-m", "cProfile", "-o", str(file), "-m", "nplint", *arguments])
        stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    modules: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    for (path, _, name), (_, _, own, whole, callers) in stats.items():
        functions[f"{module(path)} {name}"] += own
        if module(path).startswith(("nplint", "rules")):
            ours[f"{module(path)} {name}"] += whole
        # What is built in is not at fault: whoever calls it is.
        if path == "~" and callers:
            for (caller, _, _), (_, _, spent, _) in callers.items():
                modules[module(caller)] += spent
        else:
            modules[module(path)] += own
    whole = sum(modules.values())
    return [
        *_most("by module, with what is built in and called there", modules, whole),
        *_most("by function, without what it calls", functions, whole),
        *_most("by our own function, with all that it calls", ours, whole),
    ]


def module(path: str) -> str:
    """The module of a file, or the package where it is not our own."""
    if path == "~":
        return "built in"
    if path.startswith("<"):
        return path.strip("<>")
    parts = Path(path).with_suffix("").parts
    for name in ("nplint", "rules"):
        if name in parts[:-1]:
            return ".".join(parts[len(parts) - parts[::-1].index(name) - 1 :])
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return ".".join(parts[len(Path(sysconfig.get_path("stdlib")).parts) :] or parts[-1:])


def _most(title: str, spent: Counter[str], whole: float) -> list[str]:
    lines = [f"{seconds:8.3f} s {seconds / whole:6.1%}  {name}" for name, seconds in spent.most_common(TOP)]
    return ["", f"{title} ({whole:.2f} s in all)", *lines]


def _imported(run: Run, python: str, arguments: list[str]) -> list[str]:
    """What is imported, by what each import took itself; what the interpreter needs anyway is there as well."""
    told = _run(run, [python, "-X", "importtime", "-m", "nplint", *arguments])
    found = re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", told, re.MULTILINE)
    spent = Counter({name: int(microseconds) / 1e6 for microseconds, name in found})
    return _most("by import", spent, sum(spent.values()))


def _run(run: Run, command: list[str]) -> str:
    """What a command says on standard error in the place of a run."""
    run.prepare()
    done = subprocess.run(
        command,
        cwd=run.folder,
        env=run.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.stderr
