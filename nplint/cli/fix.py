"""`nplint fix`: the findings that can be fixed, fixed in the files that they are in."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import click

from nplint.cli.extensions import prepare
from nplint.cli.options import (
    acceptance,
    display,
    extensions,
    inputs,
    limits,
    path_arguments,
    rules,
    selection,
    settings,
    target,
)
from nplint.cli.terminal import progress, show, standard_input, tell, terminal
from nplint.cli.write import Files
from nplint.engine import Judge
from nplint.errors import NplintError
from nplint.finding import Finding
from nplint.fix import Outcome, fixable, mend, swapped
from nplint.limits import too_large
from nplint.output.excerpt import printable
from nplint.reader import decode, read
from nplint.sources import STDIN
from nplint.spelling import shown

if TYPE_CHECKING:
    from nplint.hookspecs import Terminal
    from nplint.report import Report

EXIT_LEFT = 1

EPILOG = """\b
Exit codes: 0 nothing is left of what it fixes, 1 something is, or --diff shows
a change; 2 the call is wrong, 3 nplint itself failed, 130 interrupted."""


@click.command(epilog=EPILOG, short_help="Fix findings where that is safe.")
@path_arguments
@target
@extensions
@rules
@inputs
@selection
@acceptance
@click.option("--unsafe", is_flag=True, help="Also make the fixes that may not be what was meant.")
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@display
@click.pass_context
def fix(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Fix findings in the files that they are in; `-` prints standard input with its fixes.

    Only values that are wrong change, byte for byte.
    """
    from nplint.cli import check, run

    pluggable, config = prepare(paths, options)
    chosen = settings(ctx, config)
    most = limits(chosen).file_size
    given = standard_input().read(most + 1) if "-" in paths else b""
    if len(given) > most:
        raise NplintError(f"standard input cannot be read: {too_large(most)}")
    with progress() as watch:
        loaded = pluggable()
        judge = check.judging(loaded, paths, chosen, config, watch)
        found = run.gather(paths, chosen, config, BytesIO(given), watch=watch)
        report = judge(found.clusters)
    files = Files(report.texts, paths or (".",), given)
    if options["diff"]:
        outcome = mend(report, judge, files.load, unsafe=options["unsafe"])
        _preview(outcome, files, terminal(options["color"]), unsafe=options["unsafe"])
    else:
        outcome = fix_files(report, judge, files, unsafe=options["unsafe"])
        if "-" in paths:
            show(outcome.contents.get(STDIN, given))
    check.tell_crashes(report, loaded, debug=options["debug"])
    left = (options["diff"] and outcome.contents) or fixable(outcome.report, unsafe=options["unsafe"])
    raise SystemExit(EXIT_LEFT if left else 0)


def _preview(outcome: Outcome, files: Files, terminal: "Terminal", *, unsafe: bool) -> None:
    from nplint.output.diff import render

    changes = [(path, files.originals[path], new) for path, new in sorted(outcome.contents.items())]
    show(render([(decode(path, old), decode(path, new)) for path, old, new in changes], terminal))
    _tell("would fix", outcome, files, unsafe=unsafe)


def fix_files(report: "Report", judge: Judge, files: Files, *, unsafe: bool) -> Outcome:
    """Fix what can be fixed and say so; the outcome tells of the files as they are then."""
    outcome = mend(report, judge, files.load, unsafe=unsafe)
    files.write(outcome.contents)
    written = {path: data for path, data in outcome.contents.items() if path not in files.obstacles}
    if len(written) < len(outcome.contents):
        sources = (decode(path, data, limits=report.texts[path, None].limits) for path, data in written.items())
        documents = (one for source in sources for one in read(source))
        after = judge(swapped(report.clusters, {(one.source.path, one.index): one for one in documents}))
        fixed = tuple(finding for finding in outcome.fixed if finding.span.file in written)
        outcome = Outcome(after, written, fixed, outcome.refused)
    for finding in outcome.fixed:
        tell(printable(f"{finding.span.place}: fixed[{finding.rule}] {finding.message} ({_now(finding)})"))
    _tell("fixed", outcome, files, unsafe=unsafe)
    return outcome


def _now(finding: Finding) -> str:
    texts = [edit.text for edit in finding.edits]
    return f"now {' and '.join(map(shown, texts))}" if all(texts) else "taken out"


def _tell(did: str, outcome: Outcome, files: Files, *, unsafe: bool) -> None:
    """Say what was not fixed and why, and count."""
    for path, reason in sorted(files.obstacles.items()):
        tell(printable(f"error: {path}: not fixed: {reason}"))
    for finding, reason in outcome.refused:
        tell(printable(f"{finding.span.place}: not fixed[{finding.rule}] {finding.message}: {reason}"))
    fixed, changed = len(outcome.fixed), len(outcome.contents)
    left, all_left = (len(fixable(outcome.report, unsafe=each)) for each in (unsafe, True))
    nothing = "" if left else "nothing to fix"
    parts = [
        f"{did} {fixed} in {changed} {'file' if changed == 1 else 'files'}" if fixed else nothing,
        f"{left} not fixed" if left else "",
        f"{all_left - left} more with --unsafe" if all_left > left else "",
    ]
    tell("; ".join(filter(None, parts)))
