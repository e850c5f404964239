"""Selectors that no pod answers."""

from nplint import Cluster, Problem, Problems, Severity, Unjudged, rule
from nplint.spelling import listed


@rule(
    severity=Severity.WARNING,
    neighbours=True,
    source="https://docs.otc.t-systems.com/cloud-container-engine/umn/networking/services/nodeport.html",
    good=(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80}]
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web, namespace: default}
        spec:
          template:
            metadata: {labels: {app: web, track: stable}}
            spec: {containers: [{name: web, image: nginx}]}
        """,
        """
        apiVersion: v1
        kind: Service
        metadata: {name: kafka}
        spec:
          selector: {app.kubernetes.io/name: kafka}
          ports: [{port: 9092}]
        ---
        apiVersion: kafka.strimzi.io/v1beta2
        kind: Kafka
        metadata: {name: kafka}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client, labels: {app: client}}
        spec: {containers: [{name: client, image: kafka}]}
        """,
    ),
    bad="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          selector:  # <- no workload of the namespace shop has the label app=web
            app: web
          ports: [{port: 80}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          selector: {matchLabels: {app: webb}}
          template:
            metadata: {labels: {app: webb}}
            spec: {containers: [{name: web, image: nginx}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: pay}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: nginx}]}
    """,
)
def selector_matches_nothing(cluster: Cluster) -> Problems:
    """No workload of a Service's namespace carries the labels that it selects.

    The Service has no endpoints, so whatever is sent to it is refused or lost.

    Workloads of every kind with a pod template count. Nothing is said where the input shows no workload of the
    namespace at all, or holds something that may bring the pods: a template that is not rendered, a file that cannot be
    read, an object of an operator.
    """
    for service in cluster.services:
        selector = service.spec["selector"]
        if service.type == "ExternalName" or not service.selector or cluster.backends(service):
            continue
        unseen = cluster.unseen_backends(service)
        if unseen:
            yield Unjudged(selector, "selector", unseen)
            continue
        labels = listed([f"{key}={value}" for key, value in service.selector.items()])
        noun = "label" if len(service.selector) == 1 else "labels"
        namespace = listed(sorted(cluster.namespaces(service)))
        yield Problem(
            selector.key,
            f"no workload of the namespace {namespace} has the {noun} {labels}",
            help="compare the selector with the labels of the pod template, not with those of the workload itself",
            related=cluster.near_misses(service),
        )
