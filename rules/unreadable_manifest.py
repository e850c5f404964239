"""Text that kubectl cannot read."""

from nplint import Cluster, DefectKind, Problem, Problems, Severity, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        ---
        # A document of comments alone is none.
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          name web  # <- this is no YAML: while scanning a simple key, could not find expected ':'
        spec: {}
        """,
        """
        apiVersion: v1
        kind: Service
        spec:
          ports: *common  # <- this is no YAML: the alias *common names no anchor
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        --- {apiVersion: v1, kind: Service}  # <- this is no YAML: a `---` that separates documents stands alone on its line
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        ...
        apiVersion: v1  # <- kubectl reads only the document before this line: a separator is `---` alone on its line
        kind: Service
        """,
    ),
)
def unreadable_manifest(cluster: Cluster) -> Problems:
    """A manifest is no YAML or JSON that kubectl can read.

    kubectl stops at this document, and what follows in the file is not applied.

    The other documents of the file are still judged. A rule that reasons about several manifests does not know what
    this one holds. Nesting deeper than 200 levels and aliases that multiply a document counts as unreadable too.
    """
    for document in cluster.documents:
        for defect in document.defects:
            if defect.kind is DefectKind.UNREADABLE:
                yield Problem(defect.span, f"this is no YAML: {defect.message}")
            elif defect.kind in (DefectKind.STRAY_BYTES, DefectKind.IGNORED_REST):
                yield Problem(defect.span, defect.message, severity=Severity.WARNING)
