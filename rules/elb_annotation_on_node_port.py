"""Load balancer annotations where no load balancer is."""

from nplint import CCE_TYPES, Cluster, Example, Problem, Problems, Profile, Severity, When, rule
from nplint.spelling import shown

_STANDARD = Profile(type="standard", network="vpc")


@rule(
    severity=Severity.WARNING,
    when=When(type=CCE_TYPES),
    quiet=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/loadbalancer/configuring_advanced_load_balancing_functions_using_annotations.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations: {kubernetes.io/elb.class: union, kubernetes.io/elb.id: 3c7c}
        spec:
          type: LoadBalancer
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: api
          annotations: {service.protal.kubernetes.io/type: EIP}
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
        metadata:
          name: web
          annotations:
            kubernetes.io/elb.id: 3c7c  # <- kubernetes.io/elb.id has no effect on a NodePort Service
            kubernetes.io/hws-hostNetwork: "true"  # <- kubernetes.io/hws-hostNetwork has no effect on a NodePort Service
        spec:
          type: NodePort
          ports: [{port: 80}]
        """,
        profile=_STANDARD,
    ),
)
def elb_annotation_on_node_port(cluster: Cluster) -> Problems:
    """A NodePort Service carries annotations of CCE's load balancers.

    They have no effect, so whatever they were to bring is missing.
    """
    for service in cluster.services:
        for name, node in service.node["metadata"]["annotations"].items() if service.type == "NodePort" else ():
            if name.startswith("kubernetes.io/elb.") or name == "kubernetes.io/hws-hostNetwork":
                help_ = "set `type: LoadBalancer`, or drop the annotation"
                yield Problem(node.key, f"{shown(name)} has no effect on a NodePort Service", help=help_)
