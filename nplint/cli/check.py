"""`nplint check`: the linter itself."""

import os
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

from nplint.cli.extensions import prepare
from nplint.cli.options import (
    REVISION_NAMES,
    FormatName,
    Setting,
    acceptance,
    display,
    extensions,
    inputs,
    option,
    path_arguments,
    revisions,
    rules,
    selection,
    settings,
    target,
)
from nplint.cli.rules import choose, left_out, one_of
from nplint.cli.terminal import progress, show, tell, tell_failure, terminal
from nplint.errors import NplintError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nplint.cli.deliver import Output
    from nplint.cli.plans import Wanted
    from nplint.cli.recall import Recall
    from nplint.cli.run import Seen
    from nplint.cli.terminal import Watch
    from nplint.cluster import Cluster
    from nplint.declared import Config
    from nplint.engine import Judge
    from nplint.hookspecs import Formatter, Terminal
    from nplint.plugins import Plugins
    from nplint.report import Report

# Options that are looked at only where rules are loaded, also to say that they are wrong.
_ASKS_FOR_RULES = ("output", "select", "ignore", "baseline", "write_baseline", "rules", "plugin")
NOTHING_CHANGES = "no manifest changes, so nothing was judged"
EXIT_FOUND = 1
EXIT_OUR_FAULT = 3

EPILOG = """\b
Examples:
  nplint deploy/                           lint a folder
  nplint --type turbo deploy/              for a CCE Turbo cluster
  kubectl get svc -A -o yaml | nplint -    lint what runs
  nplint --against origin/main             what this branch does to running Services
  nplint --output sarif=nplint.sarif .     for other programs, beside the text
  nplint explain unknown-traffic-policy    what a rule is about

\b
Exit codes: 0 nothing found at or above --fail-on, 1 something found,
2 the call is wrong, 3 nplint itself failed, 130 interrupted.

\b
An option can also be set by the environment (NPLINT_FAIL_ON=error), and the
lasting ones in .nplint.yaml; `nplint config show` tells what holds."""


@click.command(epilog=EPILOG, short_help="Lint manifests; what `nplint PATH` does.")
@path_arguments
@target
@extensions
@rules
@inputs
@revisions
@selection
@acceptance
@click.option("--fix", is_flag=True, help="Fix what is safe to fix, and report the rest.")
@click.option("--unsafe", is_flag=True, help="With --fix: also make the fixes that may not be what was meant.")
@option("--format", "format_", type=FormatName(), default="text", show_default=True, help="How findings are printed.")
@option(
    "--output",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write the findings to a file as well, in a format of its own; repeatable.",
)
@option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@option("--write-baseline", metavar="FILE", help="Write what is found to FILE: from then on it is known.")
@option("--show-suppressed", is_flag=True, help="Print what is suppressed as well, and why, as text or concise.")
@option(
    "--min-confidence",
    type=click.Choice(["possible", "likely", "certain"]),
    default="possible",
    show_default=True,
    help="Leave out what is less sure to show in the cluster; it is only counted.",
)
@option("--exit-zero", is_flag=True, help="Report findings, but exit with 0 all the same.")
@option("--statistics", is_flag=True, help="Print how often each rule found something, instead of the findings.")
@option(
    "--explain-skips",
    is_flag=True,
    help="Tell which rules did not run, in which cluster and why, and what none could judge.",
)
@option(
    "--jobs",
    type=click.IntRange(0, 64),
    default=0,
    metavar="NUMBER",
    help="The processes that help to read folders of many files; 1 for none.  [default: as many as processors]",
)
@option("--no-cache", is_flag=True, help="Neither use nor keep the answers of earlier runs.")
@display
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Lint the manifests at the given paths: files, folders, or `-` for standard input. Default: the current folder."""
    paths = _take_range(ctx, paths)
    pluggable, config = prepare(paths, options)
    chosen = settings(ctx, config)
    wanted = _wanted(paths, chosen, config)
    if wanted and not config.rules_dir and _is_idle(wanted, chosen):
        tell(NOTHING_CHANGES)
        raise SystemExit(0)
    recall = None if wanted else _recall(paths, chosen, config)
    known = recall.answer() if recall else None
    if known is not None:
        raise SystemExit(known)
    with progress() as watch, recall.kept() if recall else nullcontext():
        seen = recall.seen if recall else iter
        _check(paths, pluggable(), chosen, config, wanted=wanted, watch=watch, seen=seen)


def _recall(paths: tuple[str, ...], chosen: dict[str, Setting], config: "Config") -> "Recall | None":
    """Where the answer of such a run may be kept."""
    from nplint.cli.run import is_worth_keeping

    if not is_worth_keeping(paths):
        return None
    # What recognises files takes longer to load than few files take to lint.
    from nplint.cli.recall import recall

    return recall(paths, chosen, config)


def _check(
    paths: tuple[str, ...],
    loaded: "Plugins",
    chosen: dict[str, Setting],
    config: "Config",
    *,
    wanted: "Wanted | None",
    watch: "Watch",
    seen: "Seen",
) -> NoReturn:
    render = formatter(loaded, chosen["format_"].value, chosen["format_"].origin, statistics=chosen["statistics"].value)
    outputs = _outputs(loaded, chosen["output"])
    judge = judging(loaded, paths, chosen, config, watch)
    if chosen["unsafe"].value and not chosen["fix"].value:
        raise NplintError("--unsafe takes --fix: it tells which fixes are made")
    if wanted:
        report, without_manifest = _compared(wanted, loaded, chosen, config, judge=judge, watch=watch)
    else:
        report, without_manifest = _lint(paths, chosen, config, judge=judge, watch=watch, seen=seen)
    if chosen["write_baseline"].value is not None or (chosen["baseline"].value and not wanted):
        from nplint.cli.settle import keep_baseline

        report = keep_baseline(report, loaded, paths, config, chosen)
    from nplint.finding import Confidence

    report = report.at_least(Confidence(chosen["min_confidence"].value))
    screen = terminal(chosen["color"].value, show_suppressed=chosen["show_suppressed"].value)
    _deliver(report, render, outputs, screen, for_github=chosen["format_"].value == "github")
    if chosen["explain_skips"].value:
        from nplint.output.skips import skips

        ran = choose(loaded, chosen["select"].value, chosen["ignore"].value, config)
        tell(skips(report, left_out(loaded, ran, chosen, config)))
    _finish(report, loaded, without_manifest, chosen)


def _take_range(ctx: click.Context, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Take `A..B` among the paths for what `--against A..B` says."""
    if not any(".." in path for path in paths):
        return paths
    from nplint.cli.plans import take_range

    left, found = take_range(paths)
    if found and not ctx.params["against"]:
        ctx.params["against"] = found
        return left
    return paths


def _wanted(paths: tuple[str, ...], chosen: dict[str, Setting], config: "Config") -> "Wanted | None":
    """The revisions that the options ask for; None where they ask for the files as they are."""
    if all(chosen[name].value in (None, False) for name in (*REVISION_NAMES, "new_only")):
        return None
    from nplint.cli.plans import wanted

    return wanted(paths, chosen, config.exclude.match if config.exclude else None)


def _is_idle(wanted: "Wanted", chosen: dict[str, Setting]) -> bool:
    """Whether it is sure before a rule is loaded that there is nothing to say, as at most commits of a repository."""
    asked = any(chosen[name].value not in (None, ()) for name in _ASKS_FOR_RULES)
    return chosen["format_"].value in ("text", "concise") and not asked and wanted.is_all_idle


def judging(
    loaded: "Plugins", paths: tuple[str, ...], chosen: dict[str, Setting], config: "Config", watch: "Watch"
) -> "Judge":
    """What lints clusters with the rules of a run, and marks the findings that do not count.

    Raises:
        NplintError: a rule is unknown, none is left, or a baseline has no name.
    """
    rules = choose(loaded, chosen["select"].value, chosen["ignore"].value, config)
    if chosen["baseline"].value == "":
        raise NplintError(f"{chosen['baseline'].origin} is given no file: is a variable empty?")

    def judge(clusters: "Sequence[Cluster]") -> "Report":
        from nplint.engine import lint_clusters

        report = lint_clusters(clusters, rules, partial(watch, "running rules"))
        if not (config.ignores or report.may_hold_wishes or chosen["baseline"].value):
            return report
        from nplint.cli.settle import settle

        return settle(report, loaded, paths, config, chosen)

    return judge


def _compared(
    wanted: "Wanted",
    loaded: "Plugins",
    chosen: dict[str, Setting],
    config: "Config",
    *,
    judge: "Judge",
    watch: "Watch",
) -> "tuple[Report, int]":
    """What the rules find in revisions, and how many files were opened that hold no manifest."""
    if chosen["fix"].value:
        raise NplintError("--fix changes the files as they are now: call `nplint fix`, and compare after it")
    from nplint.cli.compare import compare

    rules = choose(loaded, chosen["select"].value, chosen["ignore"].value, config)
    is_local = not any(rule.neighbours and not loaded.is_own(rule) for rule in rules)
    return compare(wanted, chosen, config, judge, watch, is_local=is_local)


def _lint(
    paths: tuple[str, ...],
    chosen: dict[str, Setting],
    config: "Config",
    *,
    judge: "Judge",
    watch: "Watch",
    seen: "Seen",
) -> "tuple[Report, int]":
    """What the rules find, and how many files were opened that hold no manifest."""
    from nplint.cli import run

    found = run.gather(paths, chosen, config, watch=watch, seen=seen, reading=run.reading(chosen["jobs"].value))
    report = judge(found.clusters)
    if chosen["fix"].value:
        report = _fixed(report, judge, paths, unsafe=chosen["unsafe"].value)
    return report, found.without_manifest


def _fixed(report: "Report", judge: "Judge", paths: tuple[str, ...], *, unsafe: bool) -> "Report":
    """Fix the files and report on what they are then."""
    if "-" in paths:
        raise NplintError("--fix has no file for standard input: `nplint fix -` prints it fixed")
    from nplint.cli.fix import fix_files
    from nplint.cli.write import Files

    return fix_files(report, judge, Files(report.texts, paths or (".",)), unsafe=unsafe).report


def formatter(loaded: "Plugins", name: str, origin: str, *, statistics: bool = False) -> "Formatter":
    """The format of this name, for findings or for how many there are.

    Raises:
        NplintError: there is none; the message tells where the name comes from.
    """
    try:
        render: Formatter = one_of("format", loaded.formats, name)
        if statistics:
            from nplint.output import statistics as counting

            render = counting.formatter(name)
    except NplintError as error:
        raise error if origin.startswith("--") else NplintError(f"{origin}: {error}") from None
    return render


def _outputs(loaded: "Plugins", chosen: Setting) -> "list[Output]":
    if not chosen.value:
        return []
    from nplint.cli.deliver import Output, parse

    return [Output(formatter(loaded, name, chosen.origin), path) for name, path in parse(chosen.value)]


def _deliver(
    report: "Report", render: "Formatter", outputs: "list[Output]", screen: "Terminal", *, for_github: bool
) -> None:
    """Write the files first: where one cannot be written, the call is wrong and prints nothing else."""
    text = render(report, screen)
    if outputs or for_github:
        from nplint.cli import deliver

        deliver.write(report, outputs, screen)
        if for_github:
            deliver.append_summary(report, os.environ)
    show(text)


def tell_crashes(report: "Report", loaded: "Plugins", *, debug: bool) -> None:
    """Leave with the exit code for it where rules failed."""
    for run in report.crashes:
        plugin = loaded.maker(run.rule)
        of, way_out = (f" of {plugin}", f"Repair or remove {plugin}") if plugin else ("", "Please report this")
        if run.error:
            tell_failure(f"the rule {run.rule.name}{of} failed, the others ran", run.error, way_out, debug=debug)
    if report.crashes:
        raise SystemExit(EXIT_OUR_FAULT)


def _finish(report: "Report", loaded: "Plugins", without_manifest: int, options: dict[str, Setting]) -> NoReturn:
    from nplint.finding import Severity
    from nplint.output.footer import footer

    tell(footer(report, without_manifest) if report.clusters else NOTHING_CHANGES)
    tell_crashes(report, loaded, debug=options["debug"].value)
    failed = report.fails(Severity(options["fail_on"].value)) and not options["exit_zero"].value
    raise SystemExit(EXIT_FOUND if failed else 0)
