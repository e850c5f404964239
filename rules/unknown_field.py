"""Fields that the Service API does not have."""

from nplint import Cluster, Example, Problem, Problems, Profile, Severity, replacement, rule
from nplint.spelling import nearest, recased, shown
from nplint.structure import Flaw, Schema, schema


@rule(
    severity=Severity.ERROR,
    source="https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations: {any-name: any text}
        spec:
          trafficDistribution: PreferClose
          ports: [{port: 80, appProtocol: http}]
        """,
        """
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata: {name: web}
        spec: {template: {}}
        """,
    ),
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: NodePort
          externaltrafficpolicy: Local  # <- spec has no field externaltrafficpolicy: it is spelled externalTrafficPolicy
          nodePort: 30080  # <- spec has no field nodePort: it belongs in spec.ports[]
          replicas: 2  # <- spec has no field replicas
          ports:
            - port: 80
              targetPorts: 8080  # <- spec.ports[0] has no field targetPorts: did you mean targetPort?
        """,
        Example(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              trafficDistribution: PreferClose  # <- spec.trafficDistribution comes with Kubernetes 1.30, and this cluster is 1.28
              ports: [{port: 80}]
            """,
            profile=Profile(version=(1, 28, 6, 0)),
        ),
    ),
)
def unknown_field(cluster: Cluster) -> Problems:
    """A Service has a field that the Service API does not know.

    The API server refuses the Service; where validation is off, it silently drops the field.

    The letters' case counts. A field that is newer than the declared cluster version is found as well.
    """
    for flaw in cluster.flaws:
        if flaw.keyword == "additionalProperties":
            yield _problem(flaw)
    this = ".".join(str(part) for part in (cluster.profile.version or ())[:2])
    for place, since in cluster.newer:
        if place.on_key:
            says = f"comes with Kubernetes {since[0]}.{since[1]}"
            yield Problem(place, f"{place.field} {says}, and this cluster is {this}")


def _problem(flaw: Flaw) -> Problem:
    node, known = flaw.node, flaw.schema["properties"]
    name, parent = str(node.path[-1]), node.parent
    right = recased(name, known)
    elsewhere = "" if right else _home(name, schema(), "")
    meant = right or (None if elsewhere else nearest(name, known))
    # What is meant is certain only where it does not stand there already.
    edits = replacement(node, meant, safe=bool(right)) if meant and not parent[meant].present else ()
    message = f"{parent.field or 'a Service'} has no field {shown(name)}{_way(right, elsewhere, meant)}"
    return Problem(node, message, edits=edits)


def _way(right: str | None, elsewhere: str, meant: str | None) -> str:
    if right:
        return f": it is spelled {right}"
    if elsewhere:
        return f": it belongs in {elsewhere}"
    return f": did you mean {meant}?" if meant else ""


def _home(name: str, part: Schema, path: str) -> str:
    """Where in a Service a field of this name stands."""
    properties = part.get("properties", {})
    if path and name in properties and not path.startswith(("metadata.", "status")):
        return path
    for key, child in properties.items():
        found = _home(name, child, f"{path}.{key}".removeprefix("."))
        if found:
            return found
    return _home(name, part["items"], f"{path}[]") if "items" in part else ""
