"""Port numbers that do not exist."""

from nplint import Cluster, Problem, Problems, Severity, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - {name: first, port: 1, targetPort: 65535}
            - {name: last, port: 65535, targetPort: http}
            - {name: same, port: 80, targetPort: 0}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - name: http
              port: 0  # <- port 0 is outside 1-65535
            - name: https
              port: 443
              targetPort: 70000  # <- targetPort 70000 is outside 1-65535
    """,
)
def port_out_of_range(cluster: Cluster) -> Problems:
    """A port or a numeric targetPort lies outside 1-65535.

    The API server refuses such a Service.

    A targetPort of 0 is none: it stands for the value of `port`.
    """
    for flaw in cluster.flaws:
        name = flaw.node.path[-1]
        if flaw.keyword in ("minimum", "maximum") and name in ("port", "targetPort"):
            yield Problem(flaw.node, f"{name} {flaw.node.value} is outside 1-65535")
