"""The same key twice in one mapping."""

from nplint import Cluster, Node, Problem, Problems, Severity, rule


@rule(
    severity=Severity.WARNING,
    source="https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
    good="""
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          labels: &labels {app: web, tier: front}
        spec:
          selector:
            <<: *labels
            tier: back
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30080
              nodePort: 30081  # <- nodePort stands here a second time: kubectl keeps 30081 and drops the first
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80}]
          selector:  # <- selector stands here a second time: kubectl keeps this one and drops the first
            app: api
        """,
    ),
)
def duplicate_key(cluster: Cluster) -> Problems:
    """A mapping has the same key twice.

    kubectl silently keeps the last value; an API server that gets the YAML as it is refuses it.
    """
    for document in cluster.documents:
        for repeated in document.repeated_keys():
            key = Node(document, value=document.value).at(repeated.path)
            kept = "this one" if isinstance(key.value, dict | list) else key.value
            yield Problem(
                repeated.kept,
                f"{repeated.path[-1]} stands here a second time: kubectl keeps {kept} and drops the first",
                related=((repeated.lost, "dropped"),),
            )
