"""`nplint ports`: the node ports that are pinned, and some that are free."""

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from nplint.cli.extensions import prepare
from nplint.cli.options import extensions, inputs, path_arguments, settings, target
from nplint.cli.terminal import show
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
@path_arguments
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

    _, configuration = prepare(paths, options)
    chosen = settings(ctx, configuration)
    found = run.gather(paths, chosen, configuration)
    run.tell_of_unread(found.clusters, "their ports are unknown")
    if free:
        named = [cluster for cluster in found.clusters if cluster.profile.name] or found.clusters
        proposals = {cluster.profile.name or "": free_ports(cluster, free) for cluster in named}
        show(output.render_free(proposals, options["format_"]))
    else:
        show(output.render([claim for cluster in found.clusters for claim in claims(cluster)], options["format_"]))


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
    """The lowest ports that the cluster has to spare.

    Raises:
        NplintError: there are not as many.
    """
    spare = cluster.spare_ports
    if len(spare.free) < number:
        raise NplintError(f"only {len(spare.free)} ports of {spare.band} are free{_in(cluster.profile.name)}")
    return list(spare.free[:number])


def _in(name: str | None) -> str:
    return f" in cluster {name}" if name else ""
