"""Services that a change switches back to cluster-level affinity."""

from nplint import Cluster, Example, Problem, Problems, Severity, Unjudged, rule
from nplint.change import policy_changes

_BEFORE = """
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      type: NodePort
      externalTrafficPolicy: Local
      ports: [{port: 80}]
"""


@rule(
    severity=Severity.WARNING,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: ClusterIP   # no node port is left for the policy to be about
          ports: [{port: 80}]
        """,
        before=_BEFORE,
    ),
    bad=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: Cluster  # <- externalTrafficPolicy changes from Local to Cluster
              ports: [{port: 80}]
            """,
            before=_BEFORE,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:  # <- externalTrafficPolicy changes from Local to Cluster
              type: NodePort
              ports: [{port: 80}]
            """,
            before=_BEFORE,
        ),
    ),
)
def affinity_modified(cluster: Cluster) -> Problems:
    """The affinity of a running Service changes from node level to cluster level.

    New connections reach the pods from a node's address instead of the client's, while open ones stay as they are.

    The cloud advises against changing the affinity of a Service that exists, since connection tracking is not cleared.
    """
    for found in policy_changes(cluster, "Local", "Cluster"):
        if isinstance(found, Unjudged):
            yield found
            continue
        yield Problem(
            found.now,
            "externalTrafficPolicy changes from Local to Cluster",
            help="keep it as it was, or create a Service of another name with Cluster and move its clients",
            related=((found.before, "before the change"),),
        )
