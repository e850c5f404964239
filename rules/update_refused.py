"""Updates that the API server refuses."""

from nplint import Cluster, Example, Problem, Problems, Severity, rule
from nplint.update import refusals


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: ExternalName
          externalName: web.example.com
        """,
        before="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          clusterIP: 10.247.0.9
          ports: [{port: 80}]
        """,
    ),
    bad=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              clusterIP: 10.247.0.10  # <- the clusterIP of a Service cannot change
              ports: [{port: 80}]
            """,
            before="""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              clusterIP: 10.247.0.9
              ports: [{port: 80}]
            """,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort  # <- a headless Service cannot become NodePort: its clusterIP stays None
              ports: [{port: 80}]
            """,
            before="""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              clusterIP: None
              ports: [{port: 80}]
            """,
        ),
    ),
)
def update_refused(cluster: Cluster) -> Problems:
    """A Service changes in a way that the API server does not take.

    The API server refuses the update, so the running Service stays as it was until it is deleted.

    The cluster IP, the first IP family, healthCheckNodePort and loadBalancerClass are fixed once they are set.
    """
    for old, service in cluster.changed_services():
        for refusal in refusals(old, service):
            help_ = "delete the Service and create it again, or leave the field as it was"
            related = ((refusal.before, "before the change"),)
            yield Problem(refusal.now, refusal.message, help=help_, related=related, field=refusal.field)
