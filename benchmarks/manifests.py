"""Manifests as repositories hold them: the Services, Deployments and ConfigMaps of made-up applications."""

from collections.abc import Iterator
from random import Random
from textwrap import indent
from typing import NamedTuple

PER_CLUSTER = 1_000
"""How many applications run in one cluster, so that there is a node port for each."""

TEAMS = (
    "accounts",
    "billing",
    "catalog",
    "checkout",
    "delivery",
    "fraud",
    "ledger",
    "mail",
    "search",
    "shop",
    "tickets",
)
THINGS = (
    "api",
    "backoffice",
    "cart",
    "events",
    "feed",
    "gateway",
    "importer",
    "invoices",
    "login",
    "prices",
    "reports",
)
SETTINGS = (
    "timeout",
    "retries",
    "batch-size",
    "queue",
    "endpoint",
    "log-level",
    "region",
    "cache-size",
    "flags",
    "zone",
)
VALUES = ("30s", "5", "200", "orders-v2", "https://partner.example.com/v1", "info", "eu-de-01", "64Mi", "a,b,c", "true")


class App(NamedTuple):
    """One application: a Service, the Deployment behind it, a worker, and a ConfigMap for each of the two."""

    number: int
    cluster: str
    team: str
    name: str
    type: str
    node_port: int | None
    """The node port that is pinned. No other application of the cluster has it."""

    random: Random

    @property
    def is_local(self) -> bool:
        """Whether only nodes with a pod of it answer."""
        return self.number % 20 == 10


def apps(seed: int, number: int = 0, cluster: str = "") -> Iterator[App]:
    """Applications without end, always the same for a seed; all in one cluster, or in as many as there have to be."""
    while True:
        random = Random(f"{seed} {number}")
        within = number if cluster else number % PER_CLUSTER
        type = "ClusterIP" if number % 5 == 4 else "NodePort"
        pinned = within < PER_CLUSTER and type == "NodePort" and number % 2 == 0
        yield App(
            number,
            cluster or f"prod-{number // PER_CLUSTER}",
            random.choice(TEAMS),
            f"{random.choice(THINGS)}-{number}",
            type,
            30_100 + within if pinned else None,
            random,
        )
        number += 1


def files(app: App) -> list[tuple[str, str]]:
    """The path and the text of each manifest of an application: one Service, two Deployments, two ConfigMaps."""
    start = f"clusters/{app.cluster}/{app.team}/{app.name}"
    return [
        service_file(app),
        (f"{start}-deployment.yaml", deployment(app, "server")),
        (f"{start}-worker.yaml", deployment(app, "worker")),
        (f"{start}-config.yaml", config_map(app, "server")),
        (f"{start}-worker-config.yaml", config_map(app, "worker")),
    ]


def service_file(app: App, port: int = 80) -> tuple[str, str]:
    """The path and the text of the manifest of an application's Service."""
    return f"clusters/{app.cluster}/{app.team}/{app.name}-service.yaml", service(app, port)


def service(app: App, port: int = 80) -> str:
    return f"""\
apiVersion: v1
kind: Service
{_metadata(app, app.name, "server")}\
  annotations:
    example.com/owner: {app.team}@example.com
    example.com/runbook: https://wiki.example.com/{app.team}/{app.name}
spec:
  type: {app.type}
{f"  externalTrafficPolicy: Local{chr(10)}" if app.is_local else ""}\
  selector:
    app.kubernetes.io/name: {app.name}
    app.kubernetes.io/component: server
  ports:
    - name: http
      port: {port}
      targetPort: http
      protocol: TCP
{f"      nodePort: {app.node_port}{chr(10)}" if app.node_port else ""}\
    - name: metrics
      port: 9090
      targetPort: metrics
      protocol: TCP
"""


def _metadata(app: App, name: str, component: str) -> str:
    return f"""\
metadata:
  name: {name}
  namespace: {app.team}
  labels:
    app.kubernetes.io/name: {app.name}
    app.kubernetes.io/component: {component}
    app.kubernetes.io/part-of: {app.team}
    app.kubernetes.io/managed-by: kustomize
"""


def deployment(app: App, component: str) -> str:
    """A Deployment of two or three containers, with variables from everywhere and probes."""
    name = app.name if component == "server" else f"{app.name}-worker"
    return f"""\
apiVersion: apps/v1
kind: Deployment
{_metadata(app, name, component)}\
spec:
  replicas: {app.random.randint(1, 6)}
  strategy:
    type: RollingUpdate
    rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}
  selector:
    matchLabels:
      app.kubernetes.io/name: {app.name}
      app.kubernetes.io/component: {component}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {app.name}
        app.kubernetes.io/component: {component}
        app.kubernetes.io/part-of: {app.team}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: {app.team}
      containers:
{_container(app, name)}{_proxy(app) if app.random.random() < 0.4 else ""}{_shipper(app)}\
      volumes:
        - name: config
          configMap:
            name: {name}
        - name: scratch
          emptyDir:
            sizeLimit: 256Mi
"""


def _container(app: App, name: str) -> str:
    version = f"{app.random.randint(1, 9)}.{app.random.randint(0, 40)}.{app.random.randint(0, 9)}"
    return f"""\
        - name: {name}
          image: registry.example.com/{app.team}/{name}:{version}
          args: ["--listen=:8080", "--config=/etc/{name}/application.yaml"]
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9090
          envFrom:
            - configMapRef:
                name: {name}
          env:
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: {app.name}-database
                  key: password
            - name: UPSTREAM
              value: "http://{app.random.choice(THINGS)}.{app.random.choice(TEAMS)}.svc.cluster.local"
{_variables(app)}\
          readinessProbe:
            httpGet: {{path: /ready, port: http}}
            periodSeconds: 5
          livenessProbe:
            httpGet: {{path: /live, port: http}}
            initialDelaySeconds: {app.random.randint(5, 60)}
            failureThreshold: 3
          resources:
            requests: {{cpu: {app.random.randint(1, 9)}00m, memory: {app.random.randint(1, 9)}00Mi}}
            limits: {{memory: 1Gi}}
          volumeMounts:
            - name: config
              mountPath: /etc/{name}
              readOnly: true
            - name: scratch
              mountPath: /tmp
"""


def _variables(app: App) -> str:
    names = app.random.sample(SETTINGS, app.random.randint(2, 6))
    return "".join(
        f"            - name: {name.upper().replace('-', '_')}\n              value: {app.random.choice(VALUES)!r}\n"
        for name in names
    )


def _proxy(app: App) -> str:
    return f"""\
        - name: proxy
          image: registry.example.com/platform/proxy:2.{app.random.randint(0, 9)}
          args: ["proxy", "--log-level=warning"]
          ports:
            - containerPort: 15090
              name: proxy-metrics
          readinessProbe:
            tcpSocket: {{port: 15090}}
          resources:
            requests: {{cpu: 50m, memory: 64Mi}}
"""


def _shipper(app: App) -> str:
    return f"""\
        - name: log-shipper
          image: registry.example.com/platform/log-shipper:1.{app.random.randint(0, 9)}
          env:
            - name: NODE_NAME
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
          volumeMounts:
            - name: scratch
              mountPath: /var/log/app
"""


def config_map(app: App, component: str) -> str:
    """A ConfigMap of several settings and whole files. In one of twenty the word Service occurs."""
    name = app.name if component == "server" else f"{app.name}-worker"
    settings = "".join(f"  {name}: {app.random.choice(VALUES)!r}\n" for name in app.random.sample(SETTINGS, 4))
    return f"""\
apiVersion: v1
kind: ConfigMap
{_metadata(app, name, component)}\
data:
{settings}\
  application.yaml: |
{indent(_application(app), "    ")}\
  nginx.conf: |
{indent(_nginx(app), "    ")}\
"""


def _application(app: App) -> str:
    lines = [f"server:\n  name: {app.name}\n  port: 8080\n  routes:\n"]
    for number in range(app.random.randint(3, 20)):
        lines.append(f"    - path: /{app.team}/{app.random.choice(THINGS)}/{number}\n")
        lines.append(f"      timeout: {app.random.randint(1, 60)}s  # agreed with {app.random.choice(TEAMS)}\n")
    return "".join(lines)


def _nginx(app: App) -> str:
    down = "503 'Service unavailable'" if app.random.random() < 0.05 else "503"
    routes = "".join(
        f"  location /{app.random.choice(THINGS)}/ {{\n    proxy_pass http://127.0.0.1:8080;\n"
        "    proxy_set_header Host $host;\n  }\n"
        for _ in range(app.random.randint(1, 5))
    )
    return f"server {{\n  listen 8443 ssl;\n  server_name {app.name}.example.com;\n{routes}  error_page {down};\n}}\n"


def item(text: str) -> str:
    """A manifest as an item of a List."""
    return "- " + indent(text, "  ")[2:]
