"""SCTP on node ports of CCE."""

from nplint import CCE_TYPES, Cluster, Example, Problem, Problems, Profile, Severity, When, rule

_STANDARD = Profile(type="standard", network="vpc")


@rule(
    severity=Severity.WARNING,
    when=When(type=CCE_TYPES),
    quiet=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: sig}
        spec:
          ports: [{port: 2905, protocol: SCTP}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec:
          type: NodePort
          ports: [{port: 53, protocol: UDP}]
        """,
        profile=_STANDARD,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: sig}
        spec:
          type: NodePort
          ports:
            - port: 2905
              protocol: SCTP  # <- CCE documents TCP and UDP alone for node ports
        """,
        profile=_STANDARD,
    ),
)
def sctp_node_port(cluster: Cluster) -> Problems:
    """A node port carries SCTP on a CCE cluster.

    CCE documents TCP and UDP for NodePort Services, and the default security group lets only these through.
    """
    for service in cluster.services:
        for port in service.ports if service.has_node_ports else ():
            if port.protocol == "SCTP":
                help_ = "allow SCTP for this node port in the nodes' security group, and test it before relying on it"
                yield Problem(port.node["protocol"], "CCE documents TCP and UDP alone for node ports", help=help_)
