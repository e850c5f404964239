"""What a Service cannot do without."""

from collections.abc import Iterator
from types import NoneType

from nplint import Cluster, Node, Problem, Problems, Service, Severity, rule

Lack = tuple[Problem, Node, str]
"""What is missing, the mapping that lacks it, and the field: a key that is misspelt is one problem and not two."""


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: headless}
        spec: {clusterIP: None}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere}
        spec: {type: ExternalName, externalName: web.example.com}
        ---
        apiVersion: v1
        kind: List
        items: []
    """,
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata:  # <- the Service has no metadata.name
          namespace: shop
        spec:  # <- the Service has no ports
          type: NodePort
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
            - name: http  # <- spec.ports[0] has no port number
              targetPort: 8080
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere}
        spec:
          type: ExternalName  # <- an ExternalName Service has no externalName
        """,
        """
        kind: Service  # <- this Service has no apiVersion: it is v1
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v1  # <- this Service has no kind
        metadata: {name: web}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: List
        items:
          - metadata: {name: web}  # <- an item of a List needs an apiVersion and a kind of its own
        """,
    ),
)
def missing_field(cluster: Cluster) -> Problems:
    """A Service lacks what no Service can do without.

    kubectl or the API server refuses it.

    That is: apiVersion and kind, a name, ports unless it is headless or an ExternalName, a number for each port, and
    the name that an ExternalName Service stands for.
    """
    for (version, kind), documents in cluster.manifests_by_kind.items():
        if kind == "List" or not version or not kind:
            for document in documents:
                yield from _type_of(Node(document, value=document.value))
    for service in cluster.services:
        if not isinstance(service.node.value, dict):
            # What is no Service at all is of a wrong type, and lacks nothing else.
            continue
        lacking = (*_name(service), *_ports(service, cluster.earlier(service)), *_external_name(service))
        yield from (problem for problem, holder, field in lacking if not cluster.is_misspelt(holder, field))
        yield from _owners(service)


def _type_of(root: Node) -> Problems:
    if root["kind"].text == "List":
        yield from _items(root)
    elif root["kind"].text == "Service" and root["apiVersion"].value in (None, ""):
        at = root["kind"] if not root["apiVersion"].present else root["apiVersion"]
        yield Problem(at, "this Service has no apiVersion: it is v1", field="apiVersion")
    elif root["apiVersion"].text == "v1" and root["kind"].value in (None, ""):
        at = root["apiVersion"] if not root["kind"].present else root["kind"]
        yield Problem(
            at, "this Service has no kind" if root["spec"]["ports"].present else "this has no kind", field="kind"
        )


def _items(root: Node) -> Problems:
    if root["items"].value is None:
        yield Problem(root["items"] if root["items"].present else root["kind"], "this List has no items", field="items")
    for item in root["items"]:
        if not item["kind"].value or not item["apiVersion"].value:
            yield Problem(item, "an item of a List needs an apiVersion and a kind of its own")


def _name(service: Service) -> Iterator[Lack]:
    metadata = service.node["metadata"]
    malformed = metadata.present and not isinstance(metadata.value, dict | NoneType)
    if not malformed and metadata["name"].value in (None, "") and metadata["generateName"].value in (None, ""):
        yield Problem(metadata["name"], "the Service has no metadata.name"), metadata, "name"


def _ports(service: Service, old: Service | None) -> Iterator[Lack]:
    ports = service.spec["ports"]
    if ports.value in (None, []) and not _may_lack_ports(service, old):
        yield Problem(ports, "the Service has no ports"), service.spec, "ports"
    for port in ports:
        if port.value is None or (isinstance(port.value, dict) and port["port"].value is None):
            yield Problem(port["port"], f"{port.field} has no port number"), port, "port"


def _may_lack_ports(service: Service, old: Service | None) -> bool:
    # What was headless stays so when clusterIP is left out.
    stays_headless = old is not None and old.is_headless and service.spec["clusterIP"].value in (None, "")
    optional = service.is_headless or stays_headless or service.type == "ExternalName" or not service.has_known_type
    return optional or not isinstance(service.spec.value, dict | NoneType)


def _external_name(service: Service) -> Iterator[Lack]:
    if service.type != "ExternalName":
        return
    name = service.spec["externalName"]
    if name.value in (None, ""):
        at = name if name.present else service.spec["type"]
        problem = Problem(at, "an ExternalName Service has no externalName", field=name.field)
        yield problem, service.spec, "externalName"


def _owners(service: Service) -> Problems:
    for owner in service.node["metadata"]["ownerReferences"]:
        for name in ("apiVersion", "kind", "name", "uid") if isinstance(owner.value, dict | NoneType) else ():
            if owner[name].value in (None, ""):
                # The server leaves the index out.
                yield Problem(owner[name], f"{owner.field} has no {name}", field=f"metadata.ownerReferences.{name}")
