"""Services that a change deletes and replaces by others."""

from nplint import Cluster, Example, Problem, Problems, Service, Severity, rule
from nplint.spelling import listed


@rule(
    severity=Severity.NOTE,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          selector: {app: web}
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web-local}   # beside the old one, so nothing is replaced yet
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          selector: {app: web}
          ports: [{port: 80}]
        """,
        before="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          selector: {app: web}
          ports: [{port: 80}]
        """,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web-local  # <- Service web-local takes the place of Service web
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          selector: {app: web}
          ports: [{port: 80, nodePort: 30080}]
        """,
        before="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          selector: {app: web}
          ports: [{port: 80, nodePort: 30080}]
        """,
    ),
)
def service_recreated(cluster: Cluster) -> Problems:
    """A Service is deleted, and another one takes its place.

    It is a new Service to the cluster: between the two nothing answers, and a node port that is not pinned changes.

    The replacement is known by the pods that it selects or the node ports that it pins. That is also how to change the
    affinity of a Service: its connections end with the old one.
    """
    for old, new in cluster.pairs.replaced:
        if old.has_node_ports and new.has_node_ports:
            moved = old.name == new.name and old.namespace != new.namespace
            yield Problem(
                new.node["metadata"]["namespace" if moved else "name"],
                f"{new.title} takes the place of {old.title}",
                help=_advice(old, new),
                related=((old.node["metadata"]["name"], "deleted by the change"),),
            )


def _advice(old: Service, new: Service) -> str:
    before = {number for number, _ in old.claimed_ports()}
    kept = [str(number) for number, _ in new.claimed_ports() if number in before]
    if kept:
        return f"delete {old.title} before {new.title} is applied: until then nodePort {listed(kept)} is taken"
    return "tell the clients of the old node port: it is not the new one"
