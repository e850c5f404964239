"""`python -m benchmarks`: make the trees, run the tools, print the tables."""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from benchmarks import clusters, profiling, results, schemas, table
from benchmarks.measure import measure
from benchmarks.rows import FILES, ROWS, Bench, Row

RULES = "rules"
NAMES = [*(row.name for row in ROWS), RULES]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--files", default=FILES, show_default=True, type=click.IntRange(40), help="The files of a usual tree.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1), help="How often each tool runs.")
@click.option("--seed", default=1, show_default=True, help="Another seed makes other trees.")
@click.option("--only", multiple=True, metavar="ROW", type=click.Choice(NAMES), help="Measure this row; repeatable.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to make the trees, and keep them."
)
@click.option(
    "--schemas",
    "place",
    default="kubernetes_validate",
    show_default=True,
    metavar="PLACE",
    help="Definitions for kubeconform: a file, a folder that holds _definitions.json, or an installed package.",
)
@click.option("--python", default=sys.executable, type=click.Path(exists=True), help="The interpreter that has nplint.")
@click.option("--patience", default=60.0, show_default=True, help="What takes more seconds is timed once.")
@click.option(
    "--json", "data_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all numbers to a file."
)
@click.option(
    "--page", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Put the tables into a page."
)
@click.option("--profile", is_flag=True, help="Show where the time of nplint goes, instead of measuring.")
def main(
    *,
    files: int,
    rounds: int,
    seed: int,
    only: tuple[str, ...],
    folder: Path | None,
    place: str,
    python: str,
    patience: float,
    data_file: Path | None,
    page: Path | None,
    profile: bool,
) -> None:
    """Measure nplint beside whatever of kubeconform, ripgrep, kube-linter and yamllint is on PATH.

    The trees for 20,000 files take about 3 GB. Nothing is fetched.
    """
    if page and (only or not table.has_place(page.read_text("utf-8"))):
        raise click.UsageError(f"--page takes all rows, and a file with the lines\n{table.BEGIN}\n{table.END}")
    with ExitStack() as stack:
        made = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made.mkdir(parents=True, exist_ok=True)
        bench = Bench(made.resolve(), files, seed, schemas.find(place), str(Path(python).absolute()))
        wanted = [row for row in ROWS if not only or row.name in only]
        if profile:
            for row in wanted:
                click.echo(profiling.profile(row, bench))
            return
        data = _measure(bench, wanted, rounds, patience)
        if not only or RULES in only:
            _say(RULES)
            data["rules"] = clusters.growth(files)
    _deliver(data, data_file, page)


def _measure(bench: Bench, wanted: list[Row], rounds: int, patience: float) -> dict[str, Any]:
    rows, before = [], results.load()
    for row in wanted:
        _say(f"{row.name}: making the tree")
        tree = row.tree(bench)
        runs = row.runs(bench, tree)
        _say(f"{row.name}: {', '.join(run.name for run in runs)}")
        rows.append(results.row(row, tree, measure(runs, rounds, patience)))
    return {"about": results.about(bench, rounds, patience, before), "rows": rows}


def _deliver(data: dict[str, Any], data_file: Path | None, page: Path | None) -> None:
    text = table.markdown(data)
    click.echo(text)
    if data_file:
        data_file.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    if page:
        page.write_text(table.insert(page.read_text("utf-8"), text), "utf-8")
    # A neighbour that fails is told in the table; what nplint itself fails at makes the numbers worthless.
    failed = [run for row in data["rows"] for run in row["runs"] if run["failure"] and run["run"].startswith("nplint")]
    sys.exit(bool(failed))


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
