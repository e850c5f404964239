"""Services that nothing stands behind."""

from nplint import Cluster, Problem, Problems, Severity, rule


@rule(
    severity=Severity.NOTE,
    neighbours=True,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: database}
        spec:
          type: NodePort
          ports: [{port: 5432}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: database-1, labels: {kubernetes.io/service-name: database}}
        addressType: IPv4
        endpoints: [{addresses: [10.0.0.9]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: cache}
        spec:
          type: NodePort
          ports: [{port: 6379}]
        ---
        apiVersion: v1
        kind: Endpoints
        metadata: {name: cache}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: database}
        spec:  # <- this Service has no selector, and no Endpoints or EndpointSlice here is for it
          type: NodePort
          ports: [{port: 5432}]
    """,
)
def selector_missing(cluster: Cluster) -> Problems:
    """A NodePort Service selects no pods, and nothing in the input gives it endpoints.

    The node port answers only once somebody else creates endpoints for it.
    """
    for service in cluster.services:
        selector = service.spec["selector"]
        if service.type == "NodePort" and selector.value in (None, {}) and not cluster.has_endpoints(service):
            message = "this Service has no selector, and no Endpoints or EndpointSlice here is for it"
            yield Problem(selector if selector.present else service.spec.key, message)
