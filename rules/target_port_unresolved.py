"""Target ports that lead nowhere."""

from nplint import Cluster, Node, Problem, Problems, Service, ServicePort, Severity, Workload, rule
from nplint.spelling import listed, nearest

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
    ones, it is a warning. A number need not be declared to work,
    so one that is missing among declared ports is only a note.
    """
    for service in cluster.services:
        workloads = [workload for workload in cluster.backends(service) if workload.kind not in ("Job", "CronJob")]
        unknown = any(cluster.is_patched(one) or any(one.unrendered_ports()) for one in workloads)
        for port in service.ports if workloads and not unknown else ():
            if port.node["targetPort"].text:
                yield from _named(cluster, service, port, workloads)
            else:
                yield from _numbered(port, workloads)


def _named(cluster: Cluster, service: Service, port: ServicePort, workloads: list[Workload]) -> Problems:
    node = port.node["targetPort"]
    lacking = [workload for workload in workloads if not _declares(workload, port, node.text)]
    related = tuple(
        (workload.pod_spec["containers"].key, f"containers of {workload.title}") for workload in lacking[:3]
    )
    if lacking and len(lacking) == len(workloads):
        known = {name for workload in workloads for name in _names(workload, port.protocol)}
        near = nearest(node.text, known)
        hint = f": did you mean {near}?" if near else ""
        message = f"no container behind this Service has a {port.protocol} port named {node.text}{hint}"
        beside = all(cluster.together(node, workload.node) for workload in workloads)
        complete = beside and not cluster.unseen_backends(service)
        yield Problem(node, message, related=related, severity=None if complete else Severity.WARNING)
    elif lacking and all(cluster.together(node, workload.node) for workload in lacking):
        titles = listed(list(dict.fromkeys(workload.title for workload in lacking)))
        message = f"the pods of {titles} are no endpoints of this port: no container of theirs has a {port.protocol} port named {node.text}"
        yield Problem(node, message, related=related, severity=Severity.WARNING)


def _numbered(port: ServicePort, workloads: list[Workload]) -> Problems:
    target = port.node["targetPort"]
    number = target.number or (port.port if target.value in (None, "", 0) else None)
    declared = [{entry["containerPort"].number for entry in _ports(workload, port.protocol)} for workload in workloads]
    if number and any(declared) and not any(number in numbers for numbers in declared if numbers):
        message = f"no container behind this Service declares the {port.protocol} port {number}"
        at = target if target.present and target.value else port.node["port"]
        yield Problem(at, message, severity=Severity.NOTE)


def _declares(workload: Workload, port: ServicePort, name: str) -> bool:
    return any(entry["name"].text == name for entry in _ports(workload, port.protocol))


def _names(workload: Workload, protocol: str) -> list[str]:
    return [entry["name"].text for entry in _ports(workload, protocol) if entry["name"].text]


def _ports(workload: Workload, protocol: str) -> list[Node]:
    """The ports of a protocol that the containers declare; those of restartable init containers count too."""
    containers = [*workload.containers, *(one for one in workload.init_containers if one.is_sidecar)]
    return [entry for one in containers for entry in one.ports if (entry["protocol"].text or "TCP") == protocol]
