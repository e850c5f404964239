"""Probes and scripts that look for a node port with netstat."""

import re
from collections.abc import Iterator

from nplint import CCE_TYPES, Cluster, Example, Node, Problem, Problems, Profile, Severity, When, rule

_NEW = Profile(type="standard", network="vpc", version=(1, 29, 1, 0), proxy_mode="ipvs")
# The tool where a shell takes a word for a command, and what belongs to the same command line.
_CALL = r"""(?ms)^(?:[^#\n]*?[\s|;&(`"'/])?(netstat|ss|lsof)\s((?:>&|[^\n\\;&]|\\.)*)"""
_TOOLS = ("netstat", "ss", "lsof")
_NUMBER = r"(?<!\d)\d{4,5}(?!\d)"


@rule(
    severity=Severity.WARNING,
    when=When(type=CCE_TYPES, since=(1, 21, 7, 0)),
    neighbours=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: check}
        spec:
          containers:
            - name: check
              image: busybox
              command: [sh, -c, "netstat -lnt | grep :8080"]
              args: ["ipvsadm -Ln | grep :30080"]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          log4j.properties: |
            pattern = HH:mm:ss %m
            port = 30080
          check.sh: |
            # netstat does not show 30080
            ss -lnt | grep :8080
            netstat -i && curl localhost:30080
        """,
        profile=_NEW,
    ),
    bad=Example(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          ports: [{port: 80, nodePort: 30080}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: check}
        spec:
          containers:
            - name: check
              image: busybox
              livenessProbe:
                exec:
                  command:
                    - sh
                    - -c
                    - "netstat -lnt | grep :30080"  # <- netstat does not show the node port 30080 of Service web
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: scripts}
        data:
          check.sh: "ss -lnt 'sport = 30080'"  # <- ss does not show the node port 30080 of Service web
        """,
        profile=_NEW,
    ),
)
def netstat_cannot_see_node_port(cluster: Cluster) -> Problems:
    """A probe or script looks for a Service's node port with netstat, ss or lsof.

    Nothing listens on a node port since CCE v1.21.7: the check fails although the Service works.

    The tool and the port have to stand in one command. Probes, lifecycle hooks, commands and arguments of containers are looked at, and scripts in ConfigMaps.
    """
    owners = {number: service for service in cluster.services for number, _ in service.claimed_ports()}
    if not owners:
        return
    for node in _scripts(cluster):
        text = node.text
        # Hardly any text has one of them, and the expression takes several times as long to find none.
        if not any(tool in text for tool in _TOOLS):
            continue
        found = ((tool, re.findall(_NUMBER, rest)) for tool, rest in re.findall(_CALL, text))
        calls = ((tool, int(number)) for tool, numbers in found for number in numbers)
        tool, number = next((call for call in calls if call[1] in owners), ("", 0))
        if tool:
            message = f"{tool} does not show the node port {number} of {owners[number].title}"
            yield Problem(node, message, help=_help(cluster.profile.proxy_mode), fact=f"{tool} {number}")


def _help(proxy_mode: str | None) -> str:
    ways = {"iptables": "`iptables -t nat -L`", "ipvs": "`ipvsadm -Ln`"}
    way = ways[proxy_mode] if proxy_mode in ways else " or ".join(ways.values())
    return f"look for it with {way} on the node, or ask the Service itself"


def _scripts(cluster: Cluster) -> Iterator[Node]:
    for workload in cluster.workloads:
        for container in (*workload.containers, *workload.init_containers):
            yield from container.commands()
    for resource in cluster.resources:
        if resource.kind == "ConfigMap":
            yield from (node for _, node in resource.node["data"].items())
