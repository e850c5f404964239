"""Node ports that CCE's own agents listen on."""

from nplint import (
    CCE_TYPES,
    Cluster,
    Example,
    PortRange,
    Problem,
    Problems,
    Profile,
    Severity,
    When,
    another_node_port,
    rule,
)
from nplint.profile import CCE_LISTENERS

_WIDENED = Profile(type="standard", network="vpc", node_port_range=PortRange(20106, 32767))


@rule(
    severity=Severity.WARNING,
    when=When(type=CCE_TYPES),
    quiet=True,
    source="https://support.huaweicloud.com/intl/en-us/cce_faq/cce_faq_00323.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 28000}]
        """,
        profile=_WIDENED,
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
              nodePort: 28001  # <- nodePort 28001 is a port of the ICAgent on CCE's nodes
        """,
        profile=_WIDENED,
    ),
)
def node_port_reserved(cluster: Cluster) -> Problems:
    """A node port is one that a component of CCE's nodes listens on.

    The Service and the component get in each other's way on every node.

    Only a node port range that was widened below 30000 reaches such ports.
    """
    allowed = cluster.profile.node_port_range
    for service in cluster.services:
        for number, place in service.claimed_ports():
            if number in CCE_LISTENERS and number in allowed:
                message = f"{place.path[-1]} {number} is a port of {CCE_LISTENERS[number]} on CCE's nodes"
                help_ = "pin another port, or leave it out and let the cluster choose"
                yield Problem(place, message, help=help_, edits=another_node_port(cluster, service, place))
