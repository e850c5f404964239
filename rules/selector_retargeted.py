"""Services that a change points at other pods."""

from nplint import Cluster, Example, Problem, Problems, Service, Severity, Unjudged, rule
from nplint.change import overrides
from nplint.spelling import few

_WORKLOADS = """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: blue, labels: {app: blue}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: green, labels: {app: green, track: stable}}
"""
_BEFORE = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          selector: {app: green}
          ports: [{port: 80}]
"""


@rule(
    severity=Severity.NOTE,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
    good=Example(
        f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: web}}
        spec:
          type: NodePort
          selector: {{app: green, track: stable}}   # the same pods
          ports: [{{port: 80}}]{_WORKLOADS}
        """,
        before=f"{_BEFORE}{_WORKLOADS}",
    ),
    bad=Example(
        f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: web}}
        spec:
          type: NodePort
          selector: {{app: blue}}  # <- the Service selects Pod blue now, and Pod green no more
          ports: [{{port: 80}}]{_WORKLOADS}
        """,
        before=f"{_BEFORE}{_WORKLOADS}",
    ),
)
def selector_retargeted(cluster: Cluster) -> Problems:
    """The selector of a running Service changes, and it selects other workloads.

    Clients of the node port reach other pods from one moment to the next, while open connections stay where they are.

    That is how a rollout from blue to green works, so this is only a note for those who review the change.
    """
    for old, new in cluster.changed_services():
        if new.has_node_ports and old.selector and new.selector and old.selector != new.selector:
            yield from _compared(cluster, old, new)


def _compared(cluster: Cluster, old: Service, new: Service) -> Problems:
    before, selector = cluster.before or cluster, new.spec["selector"]
    was = {before.identity(one): one.title for one in before.backends(old)}
    now = {cluster.identity(one): one.title for one in cluster.backends(new)}
    if overrides(cluster, new, "selector"):
        yield Unjudged(selector, "changed selector", "a kustomization may set another selector")
    elif not was or not now:
        reason = before.unseen_backends(old) if now else cluster.unseen_backends(new)
        if reason:
            yield Unjudged(selector, "changed selector", reason)
    elif was.keys() != now.keys():
        lost = [title for identity, title in was.items() if identity not in now]
        won = [title for identity, title in now.items() if identity not in was]
        parts = [f"selects {few(won)} now"] if won else []
        parts += [f"{few(lost)} no more" if won else f"selects {few(lost)} no more"] if lost else []
        related = ((old.spec["selector"], "before the change"),)
        yield Problem(selector, f"the Service {', and '.join(parts)}", related=related)
