"""Client addresses that the pods do not see."""

from nplint import Cluster, Problem, Problems, Service, Severity, rule


@rule(
    severity=Severity.NOTE,
    default=False,
    neighbours=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, annotations: {nplint.io/expects: source-ip}}
        spec:
          type: NodePort
          externalTrafficPolicy: Local
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        spec:
          type: NodePort
          ports: [{port: 80}]
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, annotations: {nplint.io/expects: "public, source-ip"}}
        spec:
          type: NodePort  # <- the pods see a node's address instead of the client's, which this Service is expected to need
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: ingress}
        spec:
          type: NodePort
          externalTrafficPolicy: Cluster  # <- the pods see a node's address instead of the client's, which an ingress controller needs
          selector: {app.kubernetes.io/name: ingress-nginx}
          ports: [{port: 80}]
    """,
)
def source_ip_lost(cluster: Cluster) -> Problems:
    """A Service with cluster-level affinity hides the client's address from pods that need it.

    Whatever reads the client's address, such as access lists and logs, reads a node's instead; the extra hop costs time
    as well.

    A need is known for ingress controllers, and where it is declared: by the annotation `nplint.io/expects: source-ip`
    or by `expect` in the configuration. The rule is off unless it is selected or given a severity.
    """
    for service in cluster.services:
        need = _need(cluster, service)
        if need and service.has_node_ports and service.external_traffic_policy == "Cluster":
            policy = service.spec["externalTrafficPolicy"]
            at = policy if policy.present else service.spec["type"]
            message = f"the pods see a node's address instead of the client's, which {need}"
            yield Problem(
                at,
                message,
                help="set `externalTrafficPolicy: Local` where the cluster has it, or use a load balancer that passes the address on",
            )


_CONTROLLERS = ("ingress-nginx", "nginx-ingress", "traefik", "haproxy-ingress", "kong", "contour")


def _need(cluster: Cluster, service: Service) -> str:
    if cluster.expects(service, "source-ip"):
        return "this Service is expected to need"
    images = (workload.images for workload in cluster.backends(service))
    words = [*service.selector.values(), *(image for found in images for image in found)]
    known = any(name in word for word in words for name in _CONTROLLERS)
    return "an ingress controller needs" if known else ""
