"""Manifests that cannot be read."""

from nplint import Cluster, DefectKind, Problem, Problems, Severity, rule

_PASSED_OVER = {
    DefectKind.STRAY_BYTES: "The text that reaches the cluster is not the one that was written.",
    DefectKind.IGNORED_REST: "What stands from here to the next separator is neither applied nor judged.",
}


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
          name web  # <- this cannot be read: while scanning a simple key, could not find expected ':'
        spec: {}
        """,
        """
        apiVersion: v1
        kind: Service
        spec:
          ports: *common  # <- this cannot be read: the alias *common names no anchor
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        --- {apiVersion: v1, kind: Service}  # <- this cannot be read: a `---` that separates documents stands alone on its line
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
    """A manifest cannot be read.

    Nothing of it is judged. Where kubectl cannot read it either, kubectl stops here and applies nothing of what follows
    in the file.

    The other documents of the file are still judged. A rule that reasons about several manifests does not know what
    this one holds. Nesting deeper than 200 levels and aliases that multiply a document count as unreadable too, and so
    does a file that cannot be opened. Bytes that are no text, and text that kubectl passes over, are a warning.
    """
    for document in cluster.documents:
        for defect in document.defects:
            if defect.kind is DefectKind.UNREADABLE:
                # There is no text where the file could not be opened.
                why = "" if document.source.text else "Nothing in this file is judged."
                yield Problem(defect.span, f"this cannot be read: {defect.message}", why=why)
            elif defect.kind in _PASSED_OVER:
                yield Problem(defect.span, defect.message, severity=Severity.WARNING, why=_PASSED_OVER[defect.kind])
