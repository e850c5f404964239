"""Node-level affinity where CCE Turbo has none."""

from nplint import Cluster, Example, Problem, Problems, Profile, Service, Severity, When, Workload, replacement, rule
from nplint.spelling import few

_FACT = "CCE Turbo has no node-level affinity"
_HELP = "set `externalTrafficPolicy: Cluster`; pods then see a node's address instead of the client's"
_TURBO = Profile(type="turbo", network="cloud-native-2.0")


@rule(
    severity=Severity.ERROR,
    when=When(type=("turbo",)),
    neighbours=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: Cluster
              selector: {app: web}
              ports: [{port: 80}]
            """,
            profile=_TURBO,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: Local
              ports: [{port: 80}]
            """,
            profile=Profile(type="standard", network="vpc"),
        ),
    ),
    bad=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              externalTrafficPolicy: local  # <- CCE Turbo has no node-level affinity, and no manifest here shows which pods are behind this Service
              selector: {app: web}
              ports: [{port: 80}]
            """,
            profile=_TURBO,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: LoadBalancer
              externalTrafficPolicy: Local  # <- CCE Turbo has no node-level affinity for Deployment web, whose pods are not in the host's network
              selector: {app: web}
              ports: [{port: 80}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: nginx}]}
            """,
            profile=_TURBO,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: edge}
            spec:
              type: NodePort
              externalTrafficPolicy: Local  # <- CCE Turbo has node-level affinity only for pods in the host's network, as those of DaemonSet edge are
              selector: {app: edge}
              ports: [{port: 80}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: edge}
            spec:
              selector: {matchLabels: {app: edge}}
              template:
                metadata: {labels: {app: edge}}
                spec: {hostNetwork: true, containers: [{name: edge, image: nginx}]}
            """,
            profile=_TURBO,
        ),
    ),
)
def local_affinity_on_turbo(cluster: Cluster) -> Problems:
    """externalTrafficPolicy is Local on a CCE Turbo cluster.

    Requests to the node port do not reach the pods: CCE Turbo supports cluster-level affinity only.

    Newer CCE documentation makes one exception: node-level affinity works when every pod behind the Service is in the
    host's network. Where the manifests show that, this is a note; older clusters may still refuse it.
    """
    for service in cluster.services:
        if service.has_node_ports and service.external_traffic_policy == "Local":
            yield _judge(cluster, service)


def _judge(cluster: Cluster, service: Service) -> Problem:
    place = service.spec["externalTrafficPolicy"]
    backends = cluster.backends(service)
    # With it the pods lose sight of the client's address.
    edits = replacement(place, "Cluster", safe=False)
    others = [workload for workload in backends if workload.host_network is False]
    unproven = cluster.unseen_backends(service) or any(workload.host_network is None for workload in backends)
    if others:
        message = (
            f"CCE Turbo has no node-level affinity for {_titles(others)}, whose pods are not in the host's network"
        )
        related = tuple((workload.pod_spec.key, "its pods have their own network") for workload in others[:3])
        return Problem(place, message, help=_HELP, related=related, edits=edits, fact=_FACT)
    if backends and not unproven:
        message = f"CCE Turbo has node-level affinity only for pods in the host's network, as those of {_titles(backends)} are"
        related = tuple((workload.pod_spec["hostNetwork"], "in the host's network") for workload in backends[:3])
        fact = "CCE Turbo has node-level affinity only for pods in the host's network"
        return Problem(place, message, severity=Severity.NOTE, related=related, fact=fact)
    message = "CCE Turbo has no node-level affinity, and no manifest here shows which pods are behind this Service"
    if backends:
        message = f"CCE Turbo has no node-level affinity, and it is not sure that {_titles(backends)} is all there is behind this Service"
    return Problem(place, message, help=_HELP, edits=edits, fact=_FACT)


def _titles(workloads: list[Workload]) -> str:
    return few(workload.title for workload in workloads)
