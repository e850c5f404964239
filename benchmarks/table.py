"""The tables, in Markdown: on a terminal and in a page."""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.results import Data
from benchmarks.rows import FILES

BEGIN, END = "<!-- The tables begin: python -m benchmarks --page FILE writes them. -->", "<!-- The tables end. -->"


def markdown(data: Data) -> str:
    """Targets, all runs, what the rules take, and what was not measured."""
    parts = [
        _about(data["about"]),
        _table(_LIMITS, _limits(data)),
        _table(_RUNS, _runs(data)),
        _rules(data),
        _missing(data),
    ]
    return "\n\n".join(filter(None, parts))


def has_place(page: str) -> bool:
    """Whether a page has a place for the tables."""
    return END in page.partition(BEGIN)[2]


def insert(page: str, text: str) -> str:
    """The page with new tables in the place of the old ones."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}"


def cells(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _about(about: Data) -> str:
    size = " ".join(f"--{name} {about[name]:g}" for name in ("files", "seed", "rounds", "patience"))
    load = " and ".join(f"{load:.1f}" for load in about["load"])
    machine = f"{about['processors']} processors ({about['system']}), with a load of {load} before and after"
    programs = "; ".join([about["nplint"], about["python"], *_versions(about["tools"])])
    notes = [] if about["cache"] else ["This nplint has no cache, so nothing is faster the second time."]
    if about["files"] != FILES:
        notes.append(f"The targets are for `--files {FILES}`.")
    if about["development"]:
        notes.append("It is installed for development, which makes the bare interpreter start later as well.")
    return " ".join([f"Measured with `{size}` of the benchmark {about['benchmark']} on {machine}: {programs}.", *notes])


def _versions(programs: dict[str, str]) -> list[str]:
    return [told if name in told else f"{name} {told}" for name, told in programs.items()]


_LIMITS = ("row", "target", "at most", "measured", "least to most", "by processor", "")


def _limits(data: Data) -> Iterator[tuple[str, ...]]:
    for row in data["rows"]:
        for limit in row["limits"]:
            unit = limit["unit"]
            found = limit["measured"]
            shown = (number(found["median"], unit), _span(found, unit)) if found else ("", "")
            processor = number(limit["by processor"]["median"], unit) if limit["by processor"] else ""
            yield row["row"], limit["of"], number(limit["at most"], unit), *shown, processor, _verdict(limit)


def _verdict(limit: Data) -> str:
    if limit["measured"] is None:
        return f"not measured: {limit['not measured']}"
    missed = limit["missed by"]
    return f"missed by {number(missed, limit['unit'])}" if missed else "met"


_RUNS = ("row", "run", "time", "least to most", "processor", "peak memory", "first run to it")


def _runs(data: Data) -> Iterator[tuple[str, ...]]:
    for row in data["rows"]:
        for run in row["runs"]:
            yield (f"{row['row']} ({_size(row['tree'])})", f"`{run['run']}`", *_shown(run))


def _shown(run: Data) -> tuple[str, ...]:
    if run["failure"]:
        return (f"failed: {run['failure'].replace('|', chr(92) + '|')}", "", "", "", "")
    compared = run["first run to it"]
    timed = run["seconds"]
    spread = f"{_seconds(min(timed))} to {_seconds(max(timed))}" if len(timed) > 1 else "timed once"
    return (
        _seconds(run["median"]),
        spread,
        _seconds(median(run["processor seconds"])),
        f"{run['peak MB']:,.0f} MB",
        number(compared["median"], "x") if compared else "",
    )


def _size(tree: Data) -> str:
    return f"{_count(tree['files'], 'file')}, {_count(tree['services'], 'Service')}, {tree['bytes'] / 1e6:,.3g} MB"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _missing(data: Data) -> str:
    return "\n".join(f"Not measured: `{name}`, {why}." for name, why in data["about"]["missing"].items())


def _rules(data: Data) -> str:
    """The steps whose time grows most as a cluster grows, of those that take long enough to tell."""
    if "rules" not in data:
        return ""
    steps = [step for step in data["rules"]["steps"] if step["seconds"][-1] > 0.05]
    steep = sorted(steps, key=lambda step: step["seconds"][-1] / step["seconds"][0], reverse=True)[:3]
    shown = ", ".join(f"{step['step']} {step['seconds'][-1] / step['seconds'][0]:.1f} times" for step in steep)
    services = data["rules"]["steps"][0]["services"]
    quadratic = ", ".join(data["rules"]["quadratic"]) or "none"
    grown = f" Most grew: {shown}." if shown else ""
    return f"Rules that look quadratic from {services[0]:,} to {services[-1]:,} Services: {quadratic}.{grown}"


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    """A table whose columns line up, so that it can be read on a terminal as well."""
    lines = [tuple(head), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, tuple("-" * max(width, 3) for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _span(found: Data, unit: str) -> str:
    return f"{number(found['least'], unit)} to {number(found['most'], unit)}" if found["least"] != found["most"] else ""


def number(amount: float, unit: str) -> str:
    """An amount as the tables show it."""
    return f"{amount:,.0f} MB" if unit == "MB" else f"{amount:.3g}x" if amount < 100 else f"{amount:,.0f}x"


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
