"""Pinned node ports in the band that is handed out at random."""

from nplint import Cluster, Example, Problem, Problems, Profile, Severity, When, rule

_NEW = Profile(version=(1, 29, 1, 0))


@rule(
    severity=Severity.NOTE,
    when=When(since=(1, 28, 0, 0)),
    source="https://kubernetes.io/blog/2023/05/11/nodeport-dynamic-and-static-allocation/",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30085}]
        """,
        profile=_NEW,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30086  # <- nodePort 30086 is pinned outside 30000-30085, which the cluster keeps free for pinned ports
        """,
        profile=_NEW,
    ),
)
def node_port_in_dynamic_band(cluster: Cluster) -> Problems:
    """A node port is pinned in the band from which the cluster hands out ports on its own.

    Another Service may be given the port first, and then this one is refused.

    From Kubernetes 1.28 on, ports are handed out from the upper part of the range as long as it lasts. The lower part
    is for pinned ports: 30000-30085 of the default range.
    """
    static = cluster.profile.static_band
    for service in cluster.services:
        for number, place in service.claimed_ports():
            if number in cluster.profile.node_port_range and number not in static:
                message = f"{place.path[-1]} {number} is pinned outside {static}, which the cluster keeps free for pinned ports"
                yield Problem(
                    place, message, help=f"pin a free port of {static}; `nplint ports --free 3` proposes some"
                )
