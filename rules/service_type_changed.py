"""Services whose node ports a change of type opens or closes."""

from nplint import Cluster, Example, Problem, Problems, Service, Severity, rule
from nplint.change import overrides
from nplint.check import Unjudged
from nplint.spelling import listed
from nplint.update import refusals


@rule(
    severity=Severity.WARNING,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: ClusterIP   # the default, written out
          ports: [{port: 80}]
        """,
        before="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        """,
    ),
    bad=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: ClusterIP  # <- the type changes from NodePort to ClusterIP, and nodePort 30080 disappears
              ports: [{port: 80}]
            """,
            before="""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              ports: [{port: 80, nodePort: 30080}]
            """,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort  # <- the type changes from ClusterIP to NodePort, and every node answers for it
              ports: [{port: 80}]
            """,
            before="""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {ports: [{port: 80}]}
            """,
        ),
    ),
)
def service_type_changed(cluster: Cluster) -> Problems:
    """The type of a running Service changes, and its node ports appear or disappear.

    Whoever reaches the Service through a node loses it, or the world gains a way in that was not there before.

    Clients, security groups and load balancers outside of the cluster hold the node ports, and no manifest shows them.
    """
    for old, new in cluster.changed_services():
        if old.type == new.type:
            continue
        if new.spec["type"].is_placeholder or old.spec["type"].is_placeholder:
            yield Unjudged(new.spec["type"], "changed Service", "it is not rendered yet, or was not before")
            continue
        if not (old.has_known_type and new.has_known_type and (old.has_node_ports or new.has_node_ports)):
            continue
        if overrides(cluster, new, "type"):
            yield Unjudged(new.spec["type"], "changed Service", "a kustomization may set another type")
        elif not any(refusals(old, new)):
            yield Problem(
                new.spec["type"],
                f"the type changes from {old.type} to {new.type}, and {_effect(old, new)}",
                help="tell those who use the nodes' ports, and adapt security groups and load balancers with it",
                related=((old.spec["type"], "before the change"),),
            )


def _effect(old: Service, new: Service) -> str:
    if not old.has_node_ports:
        return "every node answers for it"
    if new.has_node_ports:
        return "a load balancer is made for it" if new.type == "LoadBalancer" else "its load balancer is deleted"
    pinned = [str(port.node_port) for port in old.ports if port.node_port]
    if not pinned:
        return "its node ports disappear"
    return f"nodePort {listed(pinned)} {'disappears' if len(pinned) == 1 else 'disappear'}"
