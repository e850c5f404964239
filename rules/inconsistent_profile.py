"""Declared clusters that cannot exist."""

from nplint import Cluster, Example, Problem, Problems, Severity, rule
from nplint.profile import impossibilities


@rule(
    severity=Severity.ERROR,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/container_networks/overview.html",
    good=Example(
        "",
        config="""
        clusters:
          prod:
            type: turbo
            network: eni
          edge:
            network: vpc
            node-port-range: 20106-32767
        """,
    ),
    bad=Example(
        "",
        config="""
        clusters:
          prod:
            type: turbo
            network: vpc  # <- CCE Turbo has no vpc network: it is cloud-native-2.0 there
          edge:
            type: standard
            network: vpc
            node-port-range: 1024-32767  # <- the node port range 1024-32767 cannot be set on CCE: it lies within 20106-32767 there
            ip-families: [IPv4, IPv6]  # <- the vpc network has no IPv6
        """,
    ),
)
def inconsistent_profile(cluster: Cluster) -> Problems:
    """The configuration declares a cluster that cannot exist.

    What is judged by it is judged wrongly.
    """
    declaration = cluster.profile.declaration
    if declaration is not None:
        for fact, message in impossibilities(cluster.profile):
            yield Problem(declaration[fact], message)
