"""What a change did to a place of a Service, and to its affinity."""

from collections.abc import Iterator

from nplint.check import Unjudged
from nplint.cluster import Cluster
from nplint.kustomize import is_kustomization
from nplint.node import Node
from nplint.patches import PolicyChange, patched_policies
from nplint.resource import Service
from nplint.spelling import shown
from nplint.tree import Value


def was(cluster: Cluster, node: Node) -> Node | None:
    """The same place before the change; None where it is in no Service, or in one that was not there yet."""
    service = cluster.service_of(node)
    old = cluster.earlier(service) if service else None
    if service is None or old is None:
        return None
    steps = node.path[node.root :]
    if steps[:2] != ("spec", "ports") or len(steps) < 3:
        return old.node.at(steps)
    # An entry that was added has no earlier place, so one past the last stands for it.
    absent = old.spec["ports"][len(old.ports)]
    entry = cluster.entries_before(service).get(node.path[: node.root + 3], absent)
    return entry.at(steps[3:])


def is_changed(cluster: Cluster, node: Node) -> bool:
    """Whether the change brought the value at a place, or the Service that it is in."""
    if cluster.before is None:
        return False
    old = was(cluster, node)
    return old is None or old.value != node.value


def mark(cluster: Cluster, node: Node) -> str:
    """What the mark on a place says of the change: `changed here (was 30079)`, or "" where it changed nothing."""
    old = was(cluster, node) if cluster.before else None
    if old is None or old.value == node.value or not (_is_plain(old.value) and _is_plain(node.value)):
        return ""
    if not old.present:
        return "added here"
    return f"{'changed' if node.present else 'removed'} here (was {_written(old.value)})"


def _is_plain(value: Value) -> bool:
    return not isinstance(value, dict | list)


def _written(value: Value) -> str:
    return "null" if value is None else shown(str(value).lower() if isinstance(value, bool) else str(value))


def overrides(cluster: Cluster, service: Service, field: str) -> bool:
    """Whether a kustomization may put another value in the place of a Service's field."""
    if not cluster.is_patched(service):
        return False
    patches = cluster.kustomizations.patches
    everything = (*cluster.documents, *cluster.context)
    return any(field in one.text for one in everything if is_kustomization(one) or one.source.path in patches)


def policy_changes(cluster: Cluster, old: str, new: str) -> Iterator[PolicyChange | Unjudged]:
    """Where the externalTrafficPolicy of Services with node ports changes from one to the other."""
    for before, now in cluster.changed_services():
        policy, earlier = now.spec["externalTrafficPolicy"], before.spec["externalTrafficPolicy"]
        if not (before.has_node_ports and now.has_node_ports):
            continue
        if policy.value != earlier.value and (policy.is_placeholder or earlier.is_placeholder):
            yield Unjudged(policy, "changed Service", "it is not rendered yet, or was not before")
        elif (before.external_traffic_policy, now.external_traffic_policy) == (old, new):
            if overrides(cluster, now, "externalTrafficPolicy"):
                yield Unjudged(policy, "changed Service", "a kustomization may set another externalTrafficPolicy")
            else:
                pinned = tuple(port.node_port for port in now.ports if port.node_port)
                yield PolicyChange(earlier, policy, pinned)
    yield from patched_policies(cluster, old, new)
