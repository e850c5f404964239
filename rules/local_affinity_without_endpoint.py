"""Node-level affinity where some nodes have no pod."""

from nplint import Cluster, Problem, Problems, Service, Severity, Unjudged, Workload, rule
from nplint.spelling import listed


@rule(
    severity=Severity.WARNING,
    neighbours=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: edge}
        spec:
          type: NodePort
          externalTrafficPolicy: Local
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
            spec: {nodeSelector: {pool: edge}, containers: [{name: edge, image: nginx}]}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externalTrafficPolicy: Local  # <- only nodes with a pod of this Service answer, and Deployment web runs 2 pods
          selector: {app: web}
          ports: [{port: 80}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: nginx}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        spec:
          type: NodePort
          externalTrafficPolicy: Local  # <- only nodes with a pod of this Service answer, and StatefulSet api runs 1 pod, on nodes with pool=api
          selector: {app: api}
          ports: [{port: 80}]
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: api}
        spec:
          selector: {matchLabels: {app: api}}
          template:
            metadata: {labels: {app: api}}
            spec: {nodeSelector: {pool: api}, containers: [{name: api, image: nginx}]}
    """,
)
def local_affinity_without_endpoint(cluster: Cluster) -> Problems:
    """externalTrafficPolicy is Local, and the pods are not on every node.

    Requests to the node port of a node without a pod hang until the client gives up.

    A DaemonSet has a pod on each node it is for, so a Service in front of one is not reported. For others, clients have
    to know which nodes run a pod, or something in front of the nodes has to check them.
    """
    for service in cluster.services:
        if not service.has_node_ports or service.external_traffic_policy != "Local":
            continue
        workloads = cluster.backends(service)
        if not workloads:
            if service.selector:
                reason = cluster.unseen_backends(service) or "its selector matches nothing"
                yield Unjudged(service.spec["externalTrafficPolicy"], "node-level affinity", reason)
        elif not any(workload.kind == "DaemonSet" for workload in workloads):
            yield _problem(service, workloads)


def _problem(service: Service, workloads: list[Workload]) -> Problem:
    titles = list(dict.fromkeys(f"{workload.title} runs {_pods(workload)}" for workload in workloads))
    shown = listed(titles[:3]) + (f" and {len(titles) - 3} more do" if len(titles) > 3 else "")
    return Problem(
        service.spec["externalTrafficPolicy"],
        f"only nodes with a pod of this Service answer, and {shown}",
        help="run the pods as a DaemonSet, set `externalTrafficPolicy: Cluster`, or have clients use nodes with a pod",
        related=tuple((workload.pod_count, "decides how many pods there are") for workload in workloads[:3]),
        fact="only nodes with a pod of this Service answer",
    )


def _pods(workload: Workload) -> str:
    number = workload.replicas
    pods = "its pods" if number is None else "1 pod" if number == 1 else f"{number} pods"
    if workload.node_name:
        return f"{pods}, on the node {workload.node_name}"
    where = [f"{key}={value}" for key, value in workload.node_selector.items()]
    return f"{pods}, on nodes with {listed(where)}" if where else pods
