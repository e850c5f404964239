"""`nplint graph`: Services, the pods behind them, who dials them, and which of these paths are broken."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from nplint.cli.extensions import prepare
from nplint.cli.options import extensions, inputs, path_arguments, settings, target
from nplint.cli.terminal import show, tell, terminal
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.cluster import Cluster
    from nplint.picture import Picture
    from nplint.report import Report
    from nplint.resource import Service

EPILOG = """\b
Examples:
  nplint graph deploy/                               every Service, on the terminal
  nplint graph --findings --format html > paths.html only what is broken, for a browser
  nplint graph --service shop/web --format svg > web.svg
  nplint graph --format dot | dot -Tpdf > graph.pdf  with Graphviz"""


@click.command(epilog=EPILOG, short_help="Draw Services, their pods and clients, and the broken paths.")
@path_arguments
@target
@extensions
@inputs
@click.option("--service", metavar="[NAMESPACE/]NAME", help="Only this Service.")
@click.option("--cluster", metavar="NAME", help="Only this one of the declared clusters.")
@click.option("--findings", is_flag=True, help="Only the paths that are broken, or may be.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "mermaid", "dot", "svg", "html", "json"]),
    default="text",
    show_default=True,
    help="How the graph is printed.",
)
@click.pass_context
def graph(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Draw the Services that nodes answer for, the pods behind them, and who dials their node ports.

    The paths from a client to a Service that are broken are told, with whether the client shares a node with a pod of
    the Service, which decides about that. What a configuration or a comment ignores is drawn all the same.
    """
    from nplint.cli import run
    from nplint.cli.rules import choose
    from nplint.engine import lint
    from nplint.output.graph import render
    from nplint.picture import RULES, Picture, scene

    pluggable, configuration = prepare(paths, options)
    found = run.gather(paths, settings(ctx, configuration), configuration)
    run.tell_of_unread(found.clusters, "what they hold is missing")
    clusters = _named(found.clusters, options["cluster"])
    rules = choose(pluggable(), RULES, (), configuration)
    reports = [lint(cluster, rules) for cluster in clusters]
    services = _wanted(clusters, options["service"])
    scenes = (
        scene(cluster, report, lambda service: services is None or id(service) in services)
        for cluster, report in zip(clusters, reports, strict=True)
    )
    picture = Picture(tuple(each.broken() if options["findings"] else each for each in scenes))
    _tell(picture, reports, is_filtered=options["findings"])
    show(render(picture, options["format_"], terminal("auto")))


def _named(clusters: "Sequence[Cluster]", name: str | None) -> "Sequence[Cluster]":
    if name is None:
        return clusters
    from nplint.cli.rules import one_of

    known = {cluster.profile.name: cluster for cluster in clusters if cluster.profile.name}
    if not known:
        raise NplintError(f"no cluster is declared, so none is named {name}: leave --cluster out, or declare clusters")
    return [one_of("cluster", known, name)]


def _wanted(clusters: "Iterable[Cluster]", name: str | None) -> set[int] | None:
    """The Services that a name means, by identity; None for all of them.

    Raises:
        NplintError: there is none, or it has no node ports.
    """
    if name is None:
        return None
    from nplint.cli.rules import one_of

    known: dict[str, list[Service]] = {}
    for cluster in clusters:
        for service in (*cluster.services, *cluster.context_services):
            for each in _names(cluster, service):
                known.setdefault(each, []).append(service)
    if not known:
        raise NplintError(f"no Service is named {name}: the input holds none")
    meant = one_of("Service", known, name)
    if not any(service.has_node_ports for service in meant):
        raise NplintError(f"{meant[0].title} has no node ports, so no node answers for it and no path leads to one")
    return {id(service) for service in meant}


def _names(cluster: "Cluster", service: "Service") -> Iterator[str]:
    if service.name:
        yield service.name
        yield from (f"{space}/{service.name}" for space in sorted(cluster.namespaces(service)))


def _tell(picture: "Picture", reports: "Iterable[Report]", *, is_filtered: bool) -> None:
    """Say what the graph itself does not."""
    for report in reports:
        for crash in report.crashes:
            if crash.error:
                raise crash.error
        for name, reason in report.skipped.items():
            cluster = report.clusters[0].profile.name
            tell(f"note: {name} is not judged{f' in cluster {cluster}' if cluster else ''}: {reason}")
    if not picture.hubs:
        what = "no path is found to be broken" if is_filtered else "no Service has node ports"
        tell(f"there is nothing to draw: {what}")
