"""Ports that nothing tells apart."""

from nplint import Cluster, Problem, Problems, Severity, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports: [{port: 80}]
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports: [{name: http, port: 80}, {name: https, port: 443}]
        """,
    ),
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - {name: http, port: 80}
            - port: 443  # <- a Service with several ports names each of them
            - {name: "", port: 8443}  # <- a Service with several ports names each of them
    """,
)
def unnamed_port(cluster: Cluster) -> Problems:
    """A Service has several ports, and one without a name.

    The API server refuses such a Service.
    """
    for service in cluster.services:
        for port in service.ports if len(service.ports) > 1 else ():
            if port.node["name"].value in (None, "") and not cluster.is_misspelt(port.node, "name"):
                yield Problem(port.node["name"], "a Service with several ports names each of them")
