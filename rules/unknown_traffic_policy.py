"""Traffic policies that do not exist, or not in this spelling."""

from nplint import TRAFFIC_POLICIES, Cluster, Node, Problems, Service, Severity, rule, unknown_word


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          internalTrafficPolicy: Cluster
          ports: [{port: 80}]
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: local  # <- externalTrafficPolicy local is not valid: it is spelled Local
          ports: [{port: 80}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          internalTrafficPolicy: Node  # <- internalTrafficPolicy Node is not valid: there are Cluster and Local
          ports: [{port: 80}]
        """,
    ),
)
def unknown_traffic_policy(cluster: Cluster) -> Problems:
    """externalTrafficPolicy or internalTrafficPolicy is not exactly Cluster or Local.

    The API server refuses such a Service; the letters' case counts.

    The CCE documentation of NodePort Services writes `local` and `cluster` in its example. No API server takes these.
    """
    for flaw in cluster.flaws:
        node = flaw.node
        if flaw.keyword == "enum" and _is_looked_at(node, cluster.service_of(node)):
            yield unknown_word(node, str(node.path[-1]), TRAFFIC_POLICIES)


def _is_looked_at(node: Node, service: Service | None) -> bool:
    """Whether the API server looks at the value; where nothing is external, it refuses the field whatever it says."""
    if node.path[-1] == "externalTrafficPolicy":
        return service is not None and (service.is_external or not service.has_known_type)
    return node.path[-1] == "internalTrafficPolicy"
