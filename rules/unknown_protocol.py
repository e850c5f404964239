"""Protocols that a Service cannot have."""

from nplint import PROTOCOLS, Cluster, Problems, Severity, rule, unknown_word


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/networking/service-protocols/",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec:
          ports:
            - {name: tcp, port: 53, protocol: TCP}
            - {name: udp, port: 53, protocol: UDP}
            - {name: sctp, port: 53, protocol: SCTP}
            - {name: unsaid, port: 80, protocol: ""}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: dns}
        spec:
          ports:
            - name: dns
              port: 53
              protocol: udp  # <- protocol udp is not valid: it is spelled UDP
            - name: web
              port: 80
              protocol: HTTP  # <- protocol HTTP is not valid: there are TCP, UDP and SCTP
    """,
)
def unknown_protocol(cluster: Cluster) -> Problems:
    """A port's protocol is not TCP, UDP or SCTP.

    The API server refuses such a Service; the letters' case counts.

    What runs on top of the protocol, such as HTTP, belongs in `appProtocol`.
    """
    for flaw in cluster.flaws:
        node = flaw.node
        if flaw.keyword == "enum" and node.path[-1] == "protocol":
            yield unknown_word(node, "protocol", PROTOCOLS)
