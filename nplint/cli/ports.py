"""`nplint ports`: the node ports that are pinned, and some that are free."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from nplint.cli.options import extensions, inputs, settings, target
from nplint.cli.terminal import show, tell
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.cluster import Cluster


class Claim(NamedTuple):
    """A node port that a Service claims."""

    port: int
    protocol: str
    cluster: str
    service: str
    place: str


@click.command(short_help="List the pinned node ports, or propose free ones.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@target
@extensions
@inputs
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv", "markdown"]),
    default="text",
    show_default=True,
    help="How the ports are printed.",
)
@click.option("--free", type=click.IntRange(1), metavar="N", help="Propose N ports to pin that collide with nothing.")
@click.pass_context
def ports(ctx: click.Context, /, paths: tuple[str, ...], free: int | None, **options: Any) -> None:
    """List the pinned node ports of the manifests, by cluster; with --free, propose free ones."""
    from nplint.cli import run
    from nplint.output import ports as output

    loaded, configuration = run.prepare(paths, options)
    chosen = settings(ctx, configuration)
    found = run.gather(paths, chosen, configuration, loaded.profiles)
    _tell_unread(found.clusters)
    if free:
        named = [cluster for cluster in found.clusters if cluster.profile.name] or found.clusters
        proposals = {cluster.profile.name or "": free_ports(cluster, free) for cluster in named}
        show(output.render_free(proposals, options["format_"]))
    else:
        show(output.render([claim for cluster in found.clusters for claim in claims(cluster)], options["format_"]))


def _tell_unread(clusters: "Sequence[Cluster]") -> None:
    unread = {document.source.path for cluster in clusters for document in cluster.documents if not document.judged}
    if unread:
        tell(f"warning: not readable or not rendered, so their ports are unknown: {', '.join(sorted(unread))}")


def claims(cluster: "Cluster") -> list[Claim]:
    """The node ports of a cluster in the order of their numbers, those of the context among them."""
    from nplint.resource import protocol_of

    name = cluster.profile.name or ""
    found = [
        Claim(number, protocol_of(node), name, service.title, node.span.place)
        for service in (*cluster.services, *cluster.context_services)
        for number, node in service.claimed_ports()
    ]
    return sorted(found, key=lambda claim: (claim.port, claim.protocol, claim.place))


def free_ports(cluster: "Cluster", number: int) -> list[int]:
    """The lowest ports that nothing known claims; of the band for pinned ports where the version has one.

    Raises:
        NplintError: there are not as many.
    """
    profile = cluster.profile
    taken = {port for service in (*cluster.services, *cluster.context_services) for port, _ in service.claimed_ports()}
    taken |= {port for workload in cluster.workloads for port, _ in workload.node_listeners()}
    taken |= profile.ledger.keys() | profile.reserved_ports
    band = profile.static_band if profile.has_static_band else profile.node_port_range
    found = [port for port in range(band.low, band.high + 1) if port not in taken][:number]
    if len(found) < number:
        raise NplintError(f"only {len(found)} ports of {band} are free{_in(profile.name)}")
    return found


def _in(name: str | None) -> str:
    return f" in cluster {name}" if name else ""
