"""The same key twice in one mapping."""

from nplint import Cluster, Node, Problem, Problems, Severity, Span, rule
from nplint.document import Document, Path, Source
from nplint.spelling import LONGEST, shown


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
              nodePort: 30081  # <- nodePort is set a second time here: kubectl keeps 30081 and drops the first
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80}]
          selector:  # <- selector is set a second time here: kubectl keeps this one and drops the first
            app: api
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          publishNotReadyAddresses: true
          ports:
            - port: 80
              nodePort: 30080
              nodePort: 0x7531  # <- nodePort is set a second time here: kubectl keeps 0x7531 and drops the first
          publishNotReadyAddresses: no  # <- publishNotReadyAddresses is set a second time here: kubectl keeps no and drops the first
        """,
    ),
)
def duplicate_key(cluster: Cluster) -> Problems:
    """A mapping has the same key twice.

    kubectl silently keeps the last value; an API server that gets the YAML as it is refuses it.
    """
    for document in cluster.documents:
        for repeated in document.repeated_keys():
            name, about = shown(str(repeated.path[-1])), _node(cluster, document, repeated.path)
            resource = cluster.resource_at(document, about.path[: about.root])
            is_secret = resource is not None and resource.kind == "Secret"
            kept = _written(document.source, None if is_secret else repeated.value)
            yield Problem(
                repeated.kept,
                f"{name} is set a second time here: kubectl keeps {kept} and drops the first",
                related=((repeated.lost, "dropped"),),
                about=about,
            )


def _written(source: Source, value: Span | None) -> str:
    text = source.slice(value) if value else ""
    return text if 0 < len(text) <= LONGEST and len(text.splitlines()) == 1 else "this one"


def _node(cluster: Cluster, document: Document, path: Path) -> Node:
    """The field that is set twice, in the innermost resource that it is in."""
    for length in range(len(path), -1, -1):
        resource = cluster.resource_at(document, path[:length])
        if resource:
            return resource.node.at(path[length:])
    return Node(document, value=document.value).at(path)
