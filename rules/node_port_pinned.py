"""Node ports that are written down."""

from nplint import Cluster, Problem, Problems, Severity, rule


@rule(
    severity=Severity.NOTE,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{name: http, port: 80}, {name: https, port: 443, nodePort: 0}]
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30080  # <- nodePort 30080 is pinned
    """,
)
def node_port_pinned(cluster: Cluster) -> Problems:
    """A node port is pinned.

    A pinned port can collide with another Service's, and CCE advises to let the cluster choose.

    Where clients or firewalls need a fixed port, say so in the ledger of the cluster's configuration: a port in it is
    not reported.
    """
    # A port outside the band for pinned ports is found as that.
    banded = cluster.profile.has_static_band
    for service in cluster.services:
        for port in service.ports if service.takes_node_ports else ():
            number = port.node_port
            if number is None or number not in cluster.profile.node_port_range or number in cluster.profile.ledger:
                continue
            if not banded or number in cluster.profile.static_band:
                help_ = f"leave nodePort out, or enter {number} with its reason into the ledger of the cluster"
                yield Problem(port.node["nodePort"], f"nodePort {number} is pinned", help=help_)
