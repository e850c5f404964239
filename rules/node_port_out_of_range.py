"""Node ports that the cluster does not hand out."""

from nplint import Cluster, Example, PortRange, Problem, Problems, Profile, Severity, another_node_port, rule


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - {name: http, port: 80, nodePort: 30000}
            - {name: https, port: 443, nodePort: 32767}
            - {name: admin, port: 8080, nodePort: 0}
        """,
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              ports: [{port: 80, nodePort: 20500}]
            """,
            profile=Profile(node_port_range=PortRange(20106, 32767)),
        ),
    ),
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 8080  # <- nodePort 8080 is outside 30000-32767
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: LoadBalancer
          ports:
            - {name: http, port: 80, nodePort: 32768}  # <- nodePort 32768 is outside 30000-32767
            - {name: https, port: 443}
        """,
    ),
)
def node_port_out_of_range(cluster: Cluster) -> Problems:
    """A nodePort lies outside the range that the cluster hands out.

    The API server refuses such a Service, so the rollout stops half-way.

    The range is 30000-32767 unless the cluster is set up otherwise; declare it with `--node-port-range`. 0 asks for a
    free port, as leaving nodePort out does.
    """
    allowed = cluster.profile.node_port_range
    for service in cluster.services:
        for number, node in service.claimed_ports():
            # Numbers beyond 32 bits are of the wrong type already.
            if number not in allowed and -(2**31) <= number < 2**31:
                yield Problem(
                    node,
                    f"{node.path[-1]} {number} is outside {allowed}",
                    help=f"choose a free port within {allowed}, or leave it out and let the cluster choose",
                    edits=another_node_port(cluster, service, node),
                )
