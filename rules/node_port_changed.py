"""Pinned node ports that a change moves or takes away."""

from nplint import Cluster, DefectKind, Example, Node, Problem, Problems, Service, ServicePort, Severity, Unjudged, rule
from nplint.change import overrides
from nplint.pairing import pair_ports
from nplint.spelling import listed

_BEFORE = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:
            - {name: http, port: 80, nodePort: 30080}
            - {name: https, port: 443, nodePort: 30443}
"""


@rule(
    severity=Severity.WARNING,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports:   # in another order, and one more
            - {name: https, port: 443, nodePort: 30443}
            - {name: metrics, port: 9090, nodePort: 30090}
            - {name: http, port: 80, nodePort: 30080}
        """,
        before=_BEFORE,
    ),
    bad=(
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              ports:
                - name: http
                  port: 80
                  nodePort: 30081  # <- nodePort changes from 30080 to 30081
                - {name: https, port: 443}  # <- nodePort 30443 is pinned no more
            """,
            before=_BEFORE,
        ),
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              ports:  # <- nodePort 30080 disappears
                - {name: https, port: 443, nodePort: 30443}
            """,
            before=_BEFORE,
        ),
        Example(
            {},
            before="""
            apiVersion: v1
            kind: Service
            metadata:
              name: web  # <- Service web is deleted, and nodePort 30080 disappears with it
            spec:
              type: NodePort
              ports: [{port: 80, nodePort: 30080}]
            """,
        ),
    ),
)
def node_port_changed(cluster: Cluster) -> Problems:
    """A pinned node port of a running Service changes or disappears.

    Clients, security groups and load balancers that hold the number reach nothing any more.

    A Service that is deleted without a replacement is reported too, at its place before the change.
    """
    takers = _new_claims(cluster)
    for old, new in cluster.changed_services():
        if old.takes_node_ports and new.takes_node_ports:
            for before, now in pair_ports(old, new):
                if before:
                    yield from _compared(cluster, new, before, now, takers)
    for old in cluster.pairs.dropped:
        if old.has_node_ports:
            reason = "another declaration of it stays, so it may be of another cluster"
            yield Unjudged(old.node["metadata"]["name"], "deleted Service", reason)
    for old in cluster.pairs.vanished:
        if old.has_node_ports:
            yield _deleted(cluster, old, takers)


def _new_claims(cluster: Cluster) -> dict[int, list[tuple[Service, Node]]]:
    """By number, the Services that did not claim it before."""
    claims: dict[int, list[tuple[Service, Node]]] = {}
    for service in cluster.services if cluster.before else ():
        old = cluster.earlier(service)
        had = {number for number, _ in old.claimed_ports()} if old else set()
        for number, node in service.claimed_ports():
            if number not in had:
                claims.setdefault(number, []).append((service, node))
    return claims


def _compared(
    cluster: Cluster,
    new: Service,
    before: ServicePort,
    now: ServicePort | None,
    takers: dict[int, list[tuple[Service, Node]]],
) -> Problems:
    place = now.node["nodePort"] if now else new.spec["ports"]
    found = _difference(new, before, now)
    if now and place.value != before.node["nodePort"].value and (place.is_placeholder or _is_unknown(before)):
        yield Unjudged(place, "changed Service", "it is not rendered yet, or was not before")
    elif found and overrides(cluster, new, "nodePort"):
        yield Unjudged(place, "changed Service", "a kustomization may set another nodePort")
    elif found:
        at, was, message = found
        taken = _taken(before.node_port, new, takers)
        yield Problem(
            at,
            message + (f": {taken[0].title} has it now" if taken else ""),
            help="keep the number, or tell its clients and adapt security groups and load balancers with the change",
            related=((was, "before the change"), *(((taken[1], "pinned here now"),) if taken else ())),
        )


def _is_unknown(port: ServicePort) -> bool:
    return port.node["nodePort"].is_placeholder


def _difference(new: Service, before: ServicePort, now: ServicePort | None) -> tuple[Node, Node, str] | None:
    """Where a change of a node port shows now and before, and what it is; None where there is none."""
    old, number = before.node["nodePort"], before.node_port
    if now is None:
        goes_on = number is None or any(port.node_port == number for port in new.ports)
        return None if goes_on else (new.spec["ports"].key, old, f"nodePort {number} disappears")
    place, pinned = now.node["nodePort"], now.node_port
    # A number in quotes is refused, so the one without is no other one.
    if number == pinned or old.text == str(pinned):
        if number is None or not now.protocol or before.protocol == now.protocol:
            return None
        message = f"nodePort {number} answers {now.protocol} instead of {before.protocol}"
        return now.node["protocol"], before.node["protocol"], message
    if number is None:
        return place, old, f"nodePort is pinned to {pinned}, which the cluster chose before"
    if pinned is None:
        return place, old, f"nodePort {number} is pinned no more"
    return place, old, f"nodePort changes from {number} to {pinned}"


def _taken(
    number: int | None, by_other_than: Service | None, takers: dict[int, list[tuple[Service, Node]]]
) -> tuple[Service, Node] | None:
    found = takers.get(number, ()) if number else ()
    return next((claim for claim in found if claim[0] is not by_other_than), None)


def _deleted(cluster: Cluster, old: Service, takers: dict[int, list[tuple[Service, Node]]]) -> Problem | Unjudged:
    name = old.node["metadata"]["name"]
    hidden = _may_hold(cluster, old)
    if hidden:
        return Unjudged(name, "deleted Service", f"{hidden} cannot be judged and may hold it now")
    numbers = [number for number, _ in old.claimed_ports()]
    taken = [claim for number in numbers if (claim := _taken(number, None, takers))]
    what = f"nodePort {listed([str(number) for number in numbers])}" if numbers else "its node port"
    if taken:
        message = f"{old.title} is deleted, and {what} goes to {taken[0][0].title}"
    else:
        message = f"{old.title} is deleted, and {what} {'disappear' if len(numbers) > 1 else 'disappears'} with it"
    return Problem(
        name,
        message,
        label="deleted by the change",
        help="make sure that no client, security group or load balancer uses it any more",
        related=tuple((node, "pinned here now") for _, node in taken),
    )


def _may_hold(cluster: Cluster, service: Service) -> str:
    """The path of a changed document that may declare the Service now, though nobody can tell; "" where there is none."""
    seen = {id(document) for document in (cluster.before.documents if cluster.before else ())}
    for document in cluster.documents:
        if document.judged or id(document) in seen:
            continue
        is_template = any(defect.kind is DefectKind.TEMPLATE for defect in document.defects)
        if is_template or document.source.path == service.node.document.source.path or service.name in document.text:
            return document.source.path
    nameless = (one for one in cluster.services if one.node["metadata"]["name"].is_placeholder)
    return next((one.node.document.source.path for one in nameless if id(one.node.document) not in seen), "")
