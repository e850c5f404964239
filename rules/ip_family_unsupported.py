"""IP families that the network does not have."""

from nplint import Cluster, Example, Problem, Problems, Profile, Severity, When, address, rule

_VPC = Profile(type="standard", network="vpc")


@rule(
    severity=Severity.ERROR,
    when=When(network=("vpc",)),
    quiet=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/best-practice/cluster/creating_an_ipv4_ipv6_dual-stack_cluster_in_cce.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ipFamilyPolicy: PreferDualStack
          ipFamilies: [IPv4]
          ports: [{port: 80}]
        """,
        profile=_VPC,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ipFamilyPolicy: RequireDualStack  # <- a cluster with the vpc network has IPv4 alone, so nothing can be dual-stack
          ports: [{port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        spec:
          ipFamilies:
            - IPv6  # <- a cluster with the vpc network has no IPv6
          ports: [{port: 80}]
        """,
        profile=_VPC,
    ),
)
def ip_family_unsupported(cluster: Cluster) -> Problems:
    """A Service asks for IPv6 or for both families where the cluster's network has IPv4 alone.

    The API server refuses such a Service.

    PreferDualStack is fine: it falls back to the family that there is.
    """
    for service in cluster.services if "IPv6" not in (cluster.profile.ip_families or ()) else ():
        if not service.writes("ipFamilyPolicy", "ipFamilies", "clusterIP"):
            continue
        policy = service.spec["ipFamilyPolicy"]
        families = [node for node in service.spec["ipFamilies"] if node.text == "IPv6"]
        parsed = address.parse(service.spec["clusterIP"].text)
        if policy.text == "RequireDualStack":
            message = "a cluster with the vpc network has IPv4 alone, so nothing can be dual-stack"
            yield Problem(policy, message, help="set PreferDualStack, or leave the policy out")
        elif families:
            yield Problem(families[0], "a cluster with the vpc network has no IPv6", help="leave the family out")
        elif parsed and parsed.version == 6:
            message = "a cluster with the vpc network has no IPv6"
            yield Problem(service.spec["clusterIP"], message, help="leave clusterIP out", field="spec.clusterIPs[0]")
