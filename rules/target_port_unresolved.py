"""Target ports that lead nowhere."""

from collections.abc import Iterator

from nplint import Cluster, Node, Problem, Problems, Service, ServicePort, Severity, Workload, rule
from nplint.spelling import listed, nearest, shown

_MOST_NAMES = 100

_DEPLOYMENT = """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: web
                  image: nginx
                  ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
"""


@rule(
    severity=Severity.ERROR,
    neighbours=True,
    source="https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports:
            - {name: http, port: 80, targetPort: http}
            - {name: alt, port: 8080}
            - {name: dns, port: 53, protocol: UDP, targetPort: dns}
        """
        + _DEPLOYMENT,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80, targetPort: 80}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec: {containers: [{name: web, image: nginx}]}
        """,
    ),
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports:
            - name: http
              port: 80
              targetPort: htp  # <- no container behind this Service has a TCP port named htp: did you mean http?
            - name: dns
              port: 53
              targetPort: dns  # <- no container behind this Service has a TCP port named dns
            - name: admin
              port: 9090
              targetPort: 9090  # <- no container behind this Service declares the TCP port 9090
        """
    + _DEPLOYMENT,
)
def target_port_unresolved(cluster: Cluster) -> Problems:
    """A targetPort is no port of the containers behind the Service.

    A name that no container declares gives the Service no endpoint for this port.

    Where only some of the selected workloads declare the name, or where it is not sure that these are all or the right
    ones, it is a warning. A number need not be declared to work, so one that is missing among declared ports is only a
    note.
    """
    known: dict[int, _Declared] = {}
    for service in cluster.services:
        workloads = [workload for workload in cluster.backends(service) if workload.kind not in ("Job", "CronJob")]
        for workload in workloads:
            if id(workload) not in known:
                known[id(workload)] = _Declared(workload)
        behind = [known[id(workload)] for workload in workloads]
        unknown = any(cluster.is_patched(one.workload) or not one.is_rendered for one in behind)
        for port in service.ports if behind and not unknown else ():
            if port.node["targetPort"].text:
                yield from _named(cluster, service, port, behind)
            else:
                yield from _numbered(port, behind)


class _Declared:
    """The ports that the containers of a workload declare, by protocol: their names and their numbers."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.is_rendered = not any(workload.unrendered_ports())
        self.names: dict[str, dict[str, None]] = {}
        self.numbers: dict[str, set[int | None]] = {}
        for entry in _ports(workload):
            protocol = entry["protocol"].text or "TCP"
            self.numbers.setdefault(protocol, set()).add(entry["containerPort"].number)
            if entry["name"].text:
                self.names.setdefault(protocol, {})[entry["name"].text] = None


def _ports(workload: Workload) -> Iterator[Node]:
    """The ports that the containers declare; those of restartable init containers count too."""
    for container in (*workload.containers, *(one for one in workload.init_containers if one.is_sidecar)):
        yield from container.ports


def _named(cluster: Cluster, service: Service, port: ServicePort, behind: list[_Declared]) -> Problems:
    node = port.node["targetPort"]
    lacking = [one.workload for one in behind if node.text not in one.names.get(port.protocol, ())]
    related = tuple(
        (workload.pod_spec["containers"].key, f"containers of {workload.title}") for workload in lacking[:3]
    )
    what = f"{port.protocol} port named {shown(node.text)}"
    if lacking and len(lacking) == len(behind):
        message = f"no container behind this Service has a {what}{_hint(node.text, port.protocol, behind)}"
        beside = all(cluster.together(node, workload.node) for workload in lacking)
        complete = beside and not cluster.unseen_backends(service)
        severity = None if complete else Severity.WARNING
        yield Problem(node, message, related=related, severity=severity, fact=f"no container has a {what}")
    elif lacking and all(cluster.together(node, workload.node) for workload in lacking):
        titles = listed(list(dict.fromkeys(workload.title for workload in lacking)))
        message = f"the pods of {titles} are no endpoints of this port: no container of theirs has a {what}"
        fact = f"some containers have no {what}"
        yield Problem(node, message, related=related, severity=Severity.WARNING, fact=fact)


def _hint(name: str, protocol: str, behind: list[_Declared]) -> str:
    known = dict.fromkeys(name for one in behind for name in one.names.get(protocol, ()))
    # The search takes long among hundreds of names, and what it finds there says little.
    near = nearest(name, known) if len(known) <= _MOST_NAMES else None
    return f": did you mean {shown(near)}?" if near else ""


def _numbered(port: ServicePort, behind: list[_Declared]) -> Problems:
    target = port.node["targetPort"]
    number = target.number or (port.port if target.value in (None, "", 0) else None)
    declared = [one.numbers[port.protocol] for one in behind if port.protocol in one.numbers]
    if number and declared and not any(number in numbers for numbers in declared):
        message = f"no container behind this Service declares the {port.protocol} port {number}"
        at = target if target.present and target.value else port.node["port"]
        yield Problem(at, message, severity=Severity.NOTE)
