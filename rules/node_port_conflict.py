"""Node ports that two Services claim."""

from collections.abc import Iterable

from nplint import Cluster, Node, Problem, Problems, Service, Severity, Unjudged, another_node_port, rule
from nplint.change import is_changed
from nplint.cluster import Scope

_CONTEXT: Scope = ("context", "")
_ANYWHERE: Scope = ("anywhere", "")
Claim = tuple[Service, Node]
"""A Service that claims a port, and where it does."""


@rule(
    severity=Severity.ERROR,
    neighbours=True,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: dns, namespace: platform}
        spec:
          type: NodePort
          ports:
            - {name: tcp, port: 53, protocol: TCP, nodePort: 30053}
            - {name: udp, port: 53, protocol: UDP, nodePort: 30053}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 0}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: dns, namespace: platform}
        spec:
          type: NodePort
          ports: [{port: 53, nodePort: 30053}]
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api, namespace: pay}
        spec:
          type: LoadBalancer
          externalTrafficPolicy: Local
          healthCheckNodePort: 30081
          ports:
            - port: 53
              protocol: UDP
              nodePort: 30080  # <- nodePort 30080 is claimed by Service shop/web too
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: admin, namespace: shop}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30081  # <- nodePort 30081 is claimed by Service pay/api too
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {generateName: web-}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {generateName: web-}
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30080  # <- nodePort 30080 is claimed by Service (unnamed) too
        """,
    ),
)
def node_port_conflict(cluster: Cluster) -> Problems:
    """Two Services of one cluster claim the same node port.

    The API server refuses the second Service.

    Node ports belong to the whole cluster: namespaces do not separate them, and neither do protocols. Where no cluster
    is declared, nobody knows what is deployed together: it is an error inside one file, a warning inside one folder or
    kustomization, and beyond that nothing is said. Declare the cluster to have everything checked.
    """
    ledger = _Ledger(cluster)
    for service in cluster.context_services:
        for number, node in service.claimed_ports():
            ledger.enter(_CONTEXT, number, service, node)
    claims = [
        (service, number, node)
        for service in _last_states(cluster.services)
        for number, node in service.claimed_ports()
        if number in cluster.profile.node_port_range
    ]
    # Of two claims the author of a change is shown the one that the change made.
    for service, number, node in sorted(claims, key=lambda claim: is_changed(cluster, claim[2])):
        yield from _conflict(cluster, ledger, number, service, node)


def _conflict(cluster: Cluster, ledger: "_Ledger", number: int, service: Service, node: Node) -> Problems:
    found = [(ledger.other(_CONTEXT, number, service), Severity.ERROR)]
    # Enter the claim into every scope before asking who was first.
    found += [(ledger.enter(scope, number, service, node), _severity(scope)) for scope in cluster.scopes(node)]
    other, severity = next((pair for pair in found if pair[0]), (None, Severity.ERROR))
    if other and (cluster.is_patched(service) or cluster.is_patched(other[0])):
        yield Unjudged(node, "patched node port", "a kustomization may give it another number")
    elif other:
        # Two in one folder may be variants of which only one is deployed.
        edits = another_node_port(cluster, service, node) if severity is Severity.ERROR else ()
        yield Problem(
            node,
            f"{node.path[-1]} {number} is claimed by {other[0].title} too",
            help="leave one of them out and let the cluster choose, or pin another port",
            related=((other[1], "already taken here"),),
            severity=severity,
            edits=edits,
            fact=f"node port {number} is claimed twice",
            mutual=True,
        )
    elif not cluster.profile.is_declared and ledger.enter(_ANYWHERE, number, service, node):
        reason = "no cluster is declared, so node ports of different folders are not compared"
        yield Unjudged(node, "repeated node port", reason, f"{reason}. Declare clusters in .nplint.yaml (nplint init)")


def _severity(scope: Scope) -> Severity:
    return Severity.ERROR if scope[0] in ("cluster", "file") else Severity.WARNING


def _last_states(services: Iterable[Service]) -> list[Service]:
    """Without the states of a Service that a later one in the same file replaces: kubectl applies them in order."""
    last = {(service.node.document.source.path, service.who): service for service in services}
    return [one for one in services if last[one.node.document.source.path, one.who] is one]


class _Ledger:
    """Who claims which number, in each scope. A few owners of a number are enough to find one that is not the asker."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.claims: dict[tuple[Scope, int], list[Claim]] = {}

    def other(self, scope: Scope, number: int, service: Service) -> Claim | None:
        """The first claim that is surely another Service's."""
        claims = self.claims.get((scope, number), ())
        return next((claim for claim in claims if not self.cluster.may_be_one(claim[0], service)), None)

    def enter(self, scope: Scope, number: int, service: Service, node: Node) -> Claim | None:
        """Enter a claim, and tell which earlier one it collides with."""
        other = self.other(scope, number, service)
        claims = self.claims.setdefault((scope, number), [])
        if len(claims) < 8 and all(claim[0].who != service.who for claim in claims):
            claims.append((service, node))
        return other
