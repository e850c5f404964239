"""Traffic policies that do not exist, or not in this spelling."""

from nplint import TRAFFIC_POLICIES, Cluster, Node, Problem, Problems, Service, Severity, replacement, rule
from nplint.spelling import listed, recased


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
          externalTrafficPolicy: local  # <- externalTrafficPolicy local does not exist: it is spelled Local
          ports: [{port: 80}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          internalTrafficPolicy: Node  # <- internalTrafficPolicy Node does not exist: there are Cluster and Local
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
            right = recased(node.text, TRAFFIC_POLICIES)
            way = f"it is spelled {right}" if right else f"there are {listed(TRAFFIC_POLICIES)}"
            edits = replacement(node, right, safe=True) if right else ()
            yield Problem(node, f"{node.path[-1]} {node.text or 'of no text'} does not exist: {way}", edits=edits)


def _is_looked_at(node: Node, service: Service | None) -> bool:
    """Whether the API server looks at the value; where nothing is external, it refuses the field whatever it says."""
    if node.path[-1] == "externalTrafficPolicy":
        return service is not None and (service.is_external or not service.has_known_type)
    return node.path[-1] == "internalTrafficPolicy"
