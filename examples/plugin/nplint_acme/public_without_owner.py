"""Public Services that nobody answers for."""

from nplint import Cluster, Problem, Problems, Severity, rule

OWNER = "acme.example/owner"


@rule(
    severity=Severity.ERROR,
    source="https://acme.example/handbook/services",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, annotations: {nplint.io/expects: public, acme.example/owner: shop}}
        spec: {type: NodePort, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: internal}
        spec: {type: NodePort, ports: [{port: 80}]}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations: {nplint.io/expects: public}  # <- the public Service web has no owner
        spec: {type: NodePort, ports: [{port: 80}]}
    """,
)
def public_without_owner(cluster: Cluster) -> Problems:
    """A Service is meant for the public network, and nobody owns it.

    When it breaks at night, nobody knows whom to wake.
    """
    for service in cluster.services:
        owner = service.node["metadata"]["annotations"][OWNER]
        if cluster.expects(service, "public") and not owner.text:
            yield Problem(owner, f"the public {service.title} has no owner", help=f"name a team in {OWNER}")
