"""The command line: arguments -> run -> exit code. The only module that prints and reads the environment."""

import gc
import os
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO

import click

from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.check import Rule
    from nplint.hookspecs import Terminal
    from nplint.plugins import Plugins
    from nplint.profile import Profile
    from nplint.report import Report

EXIT_FOUND = 1
EXIT_WRONG_CALL = 2
EXIT_OUR_FAULT = 3
EXIT_INTERRUPTED = 130

_NETWORK_CHOICES = ("vpc", "tunnel", "cloud-native-2.0", "vpc-router", "overlay_l2", "eni")
_EPILOG = """\b
Examples:
  nplint deploy/                           lint a folder
  nplint --type turbo deploy/              for a CCE Turbo cluster
  kubectl get svc -A -o yaml | nplint -    lint what runs
  nplint --format json . > report.json     for other programs
  nplint explain unknown-traffic-policy    what a rule is about

\b
Exit codes: 0 nothing found at or above --fail-on, 1 something found,
2 the call is wrong, 3 nplint itself failed, 130 interrupted."""


class _CheckByDefault(click.Group):
    """A group that takes `nplint PATH...` for `nplint check PATH...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["check", *args]
        return super().parse_args(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"nplint {version('nplint')}")
        ctx.exit()


@click.group(
    cls=_CheckByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Find what is wrong with Kubernetes NodePort Services before they are applied.

    `nplint [PATH]...` is short for `nplint check [PATH]...`; see `nplint check --help` for its options.
    """


@cli.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--type",
    "type_",
    type=click.Choice(["standard", "turbo", "autopilot", "kubernetes"]),
    help="What the target cluster is: a CCE type, or plain Kubernetes.",
)
@click.option(
    "--network",
    type=click.Choice(_NETWORK_CHOICES),
    metavar="vpc|tunnel|cloud-native-2.0",
    help="Its network model; vpc-router, overlay_l2 and eni are understood.",
)
@click.option("--cluster-version", metavar="VERSION", help="Its version as CCE prints it, such as v1.29.13-r0.")
@click.option("--proxy-mode", type=click.Choice(["iptables", "ipvs"]), help="How its nodes forward to Services.")
@click.option("--node-port-range", metavar="LOW-HIGH", help="The node ports it hands out.  [default: 30000-32767]")
@click.option(
    "--select", multiple=True, metavar="RULE[,RULE]", help="Run these rules and no others; `nplint rules` lists them."
)
@click.option("--ignore", multiple=True, metavar="RULE[,RULE]", help="Leave these rules out.")
@click.option(
    "--format",
    "format_",
    default="text",
    metavar="text|concise|json",
    help="How findings are printed.  [default: text]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--exit-zero", is_flag=True, help="Report findings, but exit with 0 all the same.")
@click.option(
    "--require-manifests", is_flag=True, help="Exit with 2 when no manifest is found, wherever one was looked for."
)
@click.option(
    "--allow-no-manifests",
    is_flag=True,
    help="Pass over named paths that hold no manifest; for hooks that are given every file.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to colour the output.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a rule that failed.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Lint the manifests at the given paths: files, folders, or `-` for standard input. Default: the current folder."""
    from nplint import plugins, sources

    profile = _profile(options)
    loaded = plugins.load()
    rules = _chosen(loaded, options["select"], options["ignore"])
    render = _one_of("format", loaded.formats, options["format_"])
    explicit = bool(paths) and not options["allow_no_manifests"]
    inputs = sources.gather(paths or (".",), _stdin(), must_hold_manifests=explicit)
    if not inputs.documents:
        _nothing_to_lint(options["require_manifests"])
    report = _lint(inputs.documents, profile, rules)
    _print(render(report, _terminal(options["color"])))
    _finish(report, inputs.without_manifest, options)


def _stdin() -> BinaryIO:
    # Who starts programs in the background may leave them without standard input at all.
    return sys.stdin.buffer if sys.stdin else BytesIO()


def _profile(options: dict[str, Any]) -> "Profile":
    from nplint import profile

    declared = profile.declare(
        type=options["type_"],
        network=options["network"],
        version=options["cluster_version"],
        proxy_mode=options["proxy_mode"],
        node_port_range=options["node_port_range"],
    )
    for _, message in profile.impossibilities(declared):
        raise NplintError(message)
    return declared


def _chosen(loaded: "Plugins", select: tuple[str, ...], ignore: tuple[str, ...]) -> list["Rule"]:
    wanted, unwanted = _names(select), _names(ignore)
    for name in (*wanted, *unwanted):
        _one_of("rule", loaded.rules, name)
    chosen = [loaded.rules[name] for name in wanted] or [rule for rule in loaded.rules.values() if rule.default]
    left = [rule for rule in chosen if rule.name not in unwanted]
    if not left:
        raise NplintError("--ignore leaves no rule to run: leave it out, or select others with --select")
    return left


def _names(given: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(name.strip() for text in given for name in text.split(",") if name.strip()))


def _one_of(what: str, known: Any, name: str) -> Any:
    """The thing of this name, or an error that names the nearest one."""
    if name in known:
        return known[name]
    from nplint.spelling import listed, nearest

    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"there are {listed(known)}"
    raise NplintError(f"no {what} is named {name}: {hint}")


def _nothing_to_lint(required: bool) -> None:
    if required:
        raise NplintError("no Kubernetes manifest found: name the file or folder that holds one")
    _tell("warning: no Kubernetes manifest found, so nothing was checked")


def _lint(documents: Any, profile: "Profile", rules: list["Rule"]) -> "Report":
    from nplint.cluster import Cluster
    from nplint.engine import lint

    return lint(Cluster(documents, profile), rules)


def _terminal(choice: str) -> "Terminal":
    import shutil

    from nplint.hookspecs import Terminal

    return Terminal(_colored(choice, os.environ), shutil.get_terminal_size().columns)


def _colored(choice: str, environ: Any) -> bool:
    """Whether to colour: the flag, then NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE, CLICOLOR=0, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return environ.get("CLICOLOR") != "0" and sys.stdout.isatty() and environ.get("TERM") != "dumb"


def _print(text: str) -> None:
    _write(sys.stdout, text)


def _tell(text: str) -> None:
    _write(sys.stderr, f"{text}\n")


def _write(stream: TextIO, text: str) -> None:
    # A terminal that cannot show a character of a manifest gets its escape, never an exception.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Whoever read this has seen enough; the exit code still tells the rest. Nothing may go to the pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _finish(report: "Report", without_manifest: int, options: dict[str, Any]) -> NoReturn:
    from nplint.finding import Severity
    from nplint.output.footer import footer

    _tell(footer(report, without_manifest))
    for crash in report.crashes:
        _tell_failure(f"the rule {crash.rule} failed, the others ran", crash.error, options["debug"])
    if report.crashes:
        raise SystemExit(EXIT_OUR_FAULT)
    failed = report.fails(Severity(options["fail_on"])) and not options["exit_zero"]
    raise SystemExit(EXIT_FOUND if failed else 0)


def _tell_failure(what: str, error: Exception, debug: bool) -> None:
    from nplint.output.excerpt import printable

    _tell(f"error: {what} ({type(error).__name__}: {printable(str(error))}). Please report this.")
    if debug:
        import traceback

        _tell("".join(traceback.format_exception(error)))


@cli.command()
def rules() -> None:
    """List the rules with their severity and what they find."""
    from nplint import plugins

    known = plugins.load().rules.values()
    width = max(len(rule.name) for rule in known)
    _print("".join(f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.summary}\n" for rule in known))


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain a rule: what it finds, why that matters, where it is documented, with examples."""
    from nplint import plugins
    from nplint.output.explain import explain as page

    _print(page(_one_of("rule", plugins.load().rules, rule)))


def main() -> NoReturn:
    """Run the command line and turn what goes wrong into its exit code."""
    # A run is short and makes few cycles; the collector would walk every parsed document again and again.
    gc.disable()
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_WRONG_CALL)
    except NplintError as error:
        from nplint.output.excerpt import printable

        _tell(f"error: {printable(str(error))}")
        sys.exit(EXIT_WRONG_CALL)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        _tell_failure("nplint failed", error, "--debug" in sys.argv)
        sys.exit(EXIT_OUR_FAULT)
    sys.exit(0)
