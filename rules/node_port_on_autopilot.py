"""Node ports where there are no nodes."""

from nplint import Cluster, Example, Problem, Problems, Profile, Severity, When, rule

_AUTOPILOT = Profile(type="autopilot", network="cloud-native-2.0")


@rule(
    severity=Severity.ERROR,
    when=When(type=("autopilot",)),
    quiet=True,
    source="https://support.huaweicloud.com/intl/en-us/productdesc-cce-autopilot/cce_12_0006.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: LoadBalancer
          ports: [{port: 80}]
        """,
        profile=_AUTOPILOT,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort  # <- CCE Autopilot has no NodePort Services
          ports: [{port: 80}]
        """,
        profile=_AUTOPILOT,
    ),
)
def node_port_on_autopilot(cluster: Cluster) -> Problems:
    """A Service is of type NodePort on a CCE Autopilot cluster.

    Autopilot shows no nodes to its users, so NodePort Services are not available there.
    """
    for service in cluster.services:
        if service.type == "NodePort":
            help_ = "set `type: LoadBalancer`, or ClusterIP if only pods reach it"
            yield Problem(service.spec["type"], "CCE Autopilot has no NodePort Services", help=help_)
