"""Manifests that a template tool still has to fill in."""

from nplint import Cluster, DefectKind, Node, Problem, Problems, Severity, rule
from nplint.spelling import shown


@rule(
    severity=Severity.NOTE,
    source="https://helm.sh/docs/helm/helm_template/",
    good="""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: alerts}
        data:
          message: "{{ .Labels.instance }} is down"
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - port: {{ .Values.port }}  # <- not judged: `{{ .Values.port }}` is not rendered yet
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - port: ${PORT}  # <- not judged in full: `${PORT}` is not rendered yet
              nodePort: "{{ node_port }}"
        """,
    ),
)
def unrendered_template(cluster: Cluster) -> Problems:
    """A manifest is a template of Helm, Jinja or the like, and not rendered yet.

    What it will say is unknown, so nothing is said about it, and rules about other manifests take it into account.

    Render it first and lint the result: `helm template . | nplint -`. Where a document is good YAML and only some
    values are templates, the other values are judged.
    """
    for document in cluster.documents:
        for defect in document.defects:
            if defect.kind is DefectKind.TEMPLATE:
                yield Problem(defect.span, f"not judged: `{shown(defect.message)}` is not rendered yet")
    for resource in cluster.resources:
        value = next(resource.unrendered(), None)
        if value is not None:
            yield Problem(value, f"not judged in full: `{shown(_written(value))}` is not rendered yet")


def _written(node: Node) -> str:
    return str(node.path[-1] if node.on_key else node.value)
