"""`nplint check`: the linter itself."""

from typing import TYPE_CHECKING, Any, NoReturn

import click

from nplint.cli.options import Setting, extensions, inputs, option, rules, settings, target
from nplint.cli.rules import choose, one_of
from nplint.cli.terminal import show, tell, tell_failure, terminal
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.declared import Config
    from nplint.hookspecs import Formatter
    from nplint.plugins import Plugins
    from nplint.report import Report

EXIT_FOUND = 1
EXIT_OUR_FAULT = 3

EPILOG = """\b
Examples:
  nplint deploy/                           lint a folder
  nplint --type turbo deploy/              for a CCE Turbo cluster
  kubectl get svc -A -o yaml | nplint -    lint what runs
  nplint --format json . > report.json     for other programs
  nplint explain unknown-traffic-policy    what a rule is about

\b
Exit codes: 0 nothing found at or above --fail-on, 1 something found,
2 the call is wrong, 3 nplint itself failed, 130 interrupted.

\b
An option can also be set by the environment (NPLINT_FAIL_ON=error), and the
lasting ones in .nplint.yaml; `nplint config show` tells what holds."""


@click.command(epilog=EPILOG, short_help="Lint manifests; what `nplint PATH` does.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@target
@extensions
@rules
@inputs
@option(
    "--select", multiple=True, metavar="RULE[,RULE]", help="Run these rules and no others; `nplint rules` lists them."
)
@option("--ignore", multiple=True, metavar="RULE[,RULE]", help="Leave these rules out.")
@option(
    "--format",
    "format_",
    default="text",
    metavar="text|concise|json",
    help="How findings are printed.  [default: text]",
)
@option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@option("--exit-zero", is_flag=True, help="Report findings, but exit with 0 all the same.")
@option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to colour the output.",
)
@option("--debug", is_flag=True, help="Show the traceback of a rule that failed.")
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Lint the manifests at the given paths: files, folders, or `-` for standard input. Default: the current folder."""
    from nplint.cli import run
    from nplint.engine import lint_clusters

    loaded, config = run.prepare(paths, options)
    chosen = settings(ctx, config)
    rules = choose(loaded, chosen["select"].value, chosen["ignore"].value, config)
    render = _format(loaded, chosen["format_"])
    found = run.gather(paths, chosen, config, loaded.profiles)
    report = _suppress(lint_clusters(found.clusters, rules), config)
    show(render(report, terminal(options["color"])))
    _finish(report, found.without_manifest, chosen)


def _format(loaded: "Plugins", chosen: Setting) -> "Formatter":
    try:
        render: Formatter = one_of("format", loaded.formats, chosen.value)
    except NplintError as error:
        raise error if chosen.origin == "--format" else NplintError(f"{chosen.origin}: {error}") from None
    return render


def _suppress(report: "Report", config: "Config") -> "Report":
    if not config.ignores:
        return report
    from datetime import date

    from nplint.suppress import apply

    return apply(report, config.ignores, date.today().isoformat())


def _finish(report: "Report", without_manifest: int, options: dict[str, Setting]) -> NoReturn:
    from nplint.finding import Severity
    from nplint.output.footer import footer

    tell(footer(report, without_manifest))
    for run in report.crashes:
        if run.error:
            what = f"the rule {run.rule.name} failed, the others ran"
            tell_failure(what, run.error, debug=options["debug"].value)
    if report.crashes:
        raise SystemExit(EXIT_OUR_FAULT)
    failed = report.fails(Severity(options["fail_on"].value)) and not options["exit_zero"].value
    raise SystemExit(EXIT_FOUND if failed else 0)
