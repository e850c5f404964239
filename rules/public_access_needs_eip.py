"""Services that the public network cannot reach."""

from nplint import CCE_TYPES, Cluster, Example, Problem, Problems, Profile, Severity, When, rule

_STANDARD = Profile(type="standard", network="vpc")
_LEGACY = "service.protal.kubernetes.io/type"


@rule(
    severity=Severity.NOTE,
    when=When(type=CCE_TYPES),
    quiet=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80}]
        """,
        profile=_STANDARD,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, annotations: {nplint.io/expects: public}}
        spec:
          type: NodePort  # <- the public network reaches this Service only where a node has an EIP
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api, annotations: {service.protal.kubernetes.io/type: EIP}}
        spec:
          type: NodePort  # <- the public network reaches this Service only where a node with one of its pods has an EIP
          externalTrafficPolicy: Local
          ports: [{port: 80}]
        """,
        profile=_STANDARD,
    ),
)
def public_access_needs_eip(cluster: Cluster) -> Problems:
    """A NodePort Service is meant for the public network.

    By default only the VPC reaches a node port: without an EIP on a node, nobody outside does.

    The intent is known from the annotation `nplint.io/expects: public`, from `expect` in the configuration, or from the
    annotation that older consoles wrote. With node-level affinity, the EIP has to be on a node that runs a pod of it.
    """
    for service in cluster.services:
        if service.type != "NodePort":
            continue
        if cluster.expects(service, "public") or service.annotations.get(_LEGACY) == "EIP":
            node = "a node with one of its pods" if service.external_traffic_policy == "Local" else "a node"
            help_ = "bind an EIP to such a node beforehand, or use a LoadBalancer Service"
            yield Problem(
                service.spec["type"],
                f"the public network reaches this Service only where {node} has an EIP",
                help=help_,
            )
