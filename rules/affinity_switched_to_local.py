"""Services that a change switches to node-level affinity."""

from nplint import Cluster, Example, Problem, Problems, Severity, Unjudged, rule
from nplint.change import policy_changes
from nplint.spelling import listed

_BEFORE = """
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      type: NodePort
      selector: {app: web}
      ports: [{port: 80}]
"""


@rule(
    severity=Severity.ERROR,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web-local}   # made anew under another name
            spec:
              type: NodePort
              externalTrafficPolicy: Local
              selector: {app: web}
              ports: [{port: 80}]
            """,
            before=_BEFORE,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: Cluster   # the default, written out
              selector: {app: web}
              ports: [{port: 80}]
            """,
            before=_BEFORE,
        ),
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: Local  # <- externalTrafficPolicy changes from Cluster to Local
          selector: {app: web}
          ports: [{port: 80}]
        """,
        before=_BEFORE,
    ),
)
def affinity_switched_to_local(cluster: Cluster) -> Problems:
    """The affinity of a running Service changes from cluster level to node level.

    The nodes' connection tracking is not cleared, so open connections and steady UDP senders go on to the pods of
    other nodes, without the client's address, until they end.

    The API server accepts the change and the connections that it leaves behind show nowhere. The cloud's advice is to
    leave the affinity of a Service as it was created, and to create another Service where it has to change.
    """
    for found in policy_changes(cluster, "Cluster", "Local"):
        if isinstance(found, Unjudged):
            yield found
            continue
        ports = (
            f"pin another port than {listed(list(map(str, found.pinned)))} there, which is free only once this one is gone"
            if found.pinned
            else "the node port that the cluster chose for this one changes"
        )
        yield Problem(
            found.now,
            "externalTrafficPolicy changes from Cluster to Local",
            help=f"create a Service of another name with Local, move its clients, and delete this one; {ports}",
            related=((found.before, "before the change"),),
        )
