"""Repositories made by chance, in which much hangs together: names, labels, ports, namespaces and addresses are few."""

import base64
import json
from random import Random

Files = dict[str, bytes]

_NAMES = ("web", "api", "web-api", "db")
_SPACES = ("", "default", "a", "a", "b", "b")
_LABELS = ({"app": "web"}, {"app": "api"}, {"app": "web", "tier": "x"}, {"app": "api", "tier": "x"}, {"app": ""})
_PORTS = ("3__0080", "30080", "30080", "30081", "30082", "0x7580", "30_080", "3.008e4", '"30080"', "0", "8080", "20500")
_ADDRESSES = ("$(NODE_IP)", "${NODE_IP}", "10.0.0.1", "node-1", "web.a.svc")
_FOLDERS = ("one", "two", "two/deep")
CONFIGURATION = """\
clusters:
  one: {type: standard, network: vpc, version: v1.29.13-r0, paths: [one/**], nodes: {n1: {address: 10.0.0.1}}}
  two: {type: turbo, network: eni, node-port-range: 20000-32767, paths: [two/**]}
"""


class Chance:
    """Makes manifests, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def is_so(self, chance: float) -> bool:
        return self.random.random() < chance

    def change(self) -> tuple[Files, Files]:
        """The files of a repository before and after a change of a few of them."""
        before = {self._path(): self._file() for _ in range(self.random.choice((3, 6, 10, 16)))}
        if self.is_so(0.3):
            before |= self._kustomization(before)
        now = dict(before)
        for path in self.random.sample(sorted(before), min(len(before), self.random.choice((1, 1, 1, 2, 3)))):
            if self.is_so(0.2):
                del now[path]
            elif self.is_so(0.6):
                now[path] = self._edited(before[path])
            else:
                now[path] = self._file()
        if self.is_so(0.3):
            now[self._path()] = self._file()
        return before, now

    def _path(self) -> str:
        return f"{self.one(*_FOLDERS)}/{self.random.randrange(40)}.yaml"

    def _edited(self, data: bytes) -> bytes:
        """The same with a word in the place of another."""
        pairs = (
            *((b"app: web", b"app: api"), (b"app: api", b"app: web"), (b", tier: x", b""), (b"Local", b"Cluster")),
            *((b"Cluster", b"Local"), (b"30080", b"30081"), (b"30081", b"30080"), (b"name: web", b"name: api")),
            *((b"namespace: a", b"namespace: b"), (b"DaemonSet", b"Deployment"), (b"http", b"metrics")),
            *((b"NodePort", b"ClusterIP"), (b"ClusterIP", b"NodePort"), (b"port: 80", b"port: 8080")),
            *((b"hostNetwork: true", b"hostNetwork: false"), (b"pool: x", b"pool: y"), (b"NODE_IP", b"OTHER")),
        )
        fitting = [(old, new) for old, new in pairs if old in data]
        old, new = self.random.choice(fitting or [(b"kind", b"kind")])
        return data.replace(old, new, self.random.choice((1, -1)))

    def _file(self) -> bytes:
        makers = (*(self._service,) * 6, *(self._workload,) * 6, *(self._texts,) * 3, self._other)
        text = "---\n".join(self.random.choice(makers)() for _ in range(self.random.choice((1, 1, 1, 1, 2, 3))))
        if self.is_so(0.03):
            text += self.one("x: [", "{{ if .x }}\n")
        if self.is_so(0.1):
            text = text.replace("kind: ", self.one("kind: &k ", "kind:\n  ", "kind: !!str "), 1)
        text = text.replace("\n", "\r\n") if self.is_so(0.05) else text
        return text.encode("utf-16" if self.is_so(0.05) else "utf-8")

    def _head(self, kind: str, version: str, name: str = "") -> str:
        space = self.one(*_SPACES)
        where = f", namespace: {space}" if space else ""
        return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name or self.one(*_NAMES)}{where}}}\n"

    def _labels(self) -> str:
        return (
            json.dumps(self.random.choice(_LABELS))
            .replace('"app"', "app")
            .replace('"tier"', "tier")
            .replace('"web"', "web")
            .replace('"api"', self.one("api", "api", '"\\u0061pi"'))
        )

    def _service(self) -> str:
        local = ", externalTrafficPolicy: Local" if self.is_so(0.4) else ""
        if self.is_so(0.1):
            local += ", externalTrafficPolicy: Cluster"
        selector = f", selector: {self._labels()}" if self.is_so(0.9) else ""
        if self.is_so(0.05):
            selector = ", selector: {statefulset.kubernetes.io/pod-name: web-0}"
        ports = ", ".join(
            f"{{name: p{number}, port: 80{', nodePort: ' + self.one(*_PORTS) if self.is_so(0.8) else ''}"
            f", targetPort: {self.one('http', '80', 'metrics')}}}"
            for number in range(self.random.choice((1, 1, 1, 2)))
        )
        type_ = self.one("NodePort", "NodePort", "NodePort", "LoadBalancer", "ClusterIP")
        return f"{self._head('Service', 'v1')}spec: {{type: {type_}{local}{selector}, ports: [{ports}]}}\n"

    def _workload(self) -> str:
        kind = self.one("Deployment", "Deployment", "DaemonSet", "StatefulSet", "Pod", "Rollout")
        version = {"Pod": "v1", "Rollout": "argoproj.io/v1alpha1"}.get(kind, "apps/v1")
        spec = f"{{containers: [{self._container()}]"
        if self.is_so(0.2):
            spec += f", nodeSelector: {{pool: {self.one('x', 'y')}}}"
        if self.is_so(0.1):
            spec += ", hostNetwork: true"
        if self.is_so(0.15):
            term = f"{{topologyKey: kubernetes.io/hostname, labelSelector: {{matchLabels: {self._labels()}}}}}"
            which = self.one("podAffinity", "podAffinity", "podAntiAffinity")
            spec += f", affinity: {{{which}: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}"
        if self.is_so(0.3):
            held = self.one("configMap: {name", "secret: {secretName")
            spec += f", volumes: [{{name: v, {held}: {self.one(*_NAMES)}}}}}]"
        spec += "}"
        if kind == "Pod":
            head = self._head(kind, version)
            return head.replace("}\n", f", labels: {self._labels()}}}\n", 1) + f"spec: {spec}\n"
        return (
            f"{self._head(kind, version)}spec: {{template: {{metadata: {{labels: {self._labels()}}}, spec: {spec}}}}}\n"
        )

    def _container(self) -> str:
        port = f"{{name: {self.one('http', 'metrics')}, containerPort: {self.one('80', '8080', '30081')}"
        port += f", hostPort: {self.one('30080', '8080')}}}" if self.is_so(0.1) else "}"
        env = ["{name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}"] if self.is_so(0.6) else []
        if self.is_so(0.5):
            env.append(
                f'{{name: TARGET, value: "http://{self.one(*_ADDRESSES)}:{self.one("30080", "30081", "20500")}"}}'
            )
        if self.is_so(0.1):
            # The port is in no word of it.
            parts = self.one(
                '{name: A, value: "300"}',
                f"{{name: A, valueFrom: {{configMapKeyRef: {{name: {self.one(*_NAMES)}, key: a}}}}}}",
            )
            env += [parts, '{name: WHOLE, value: "http://$(NODE_IP):$(A)80"}']
        if self.is_so(0.15):
            env += [
                f"{{name: HOST, valueFrom: {{configMapKeyRef: {{name: {self.one(*_NAMES)}, key: host}}}}}}",
                f'{{name: THERE, value: "http://$(HOST):{self.one("30080", "8080")}"}}',
            ]
        if self.is_so(0.2):
            env.append(f"{{name: URL, valueFrom: {{configMapKeyRef: {{name: {self.one(*_NAMES)}, key: url}}}}}}")
        more = f", envFrom: [{{{self.one('configMapRef', 'secretRef')}: {{name: {self.one(*_NAMES)}}}}}]"
        more = more if self.is_so(0.3) else ""
        if self.is_so(0.1):
            more += ', args: [sh, -c, "netstat -an | grep 30080"]'
        if self.is_so(0.3):
            more += ", volumeMounts: [{name: v, mountPath: /v}]"
        return f"{{name: c, image: {self.one('nginx', 'traefik')}, ports: [{port}], env: [{', '.join(env)}]{more}}}"

    def _texts(self) -> str:
        url = f"http://{self.one(*_ADDRESSES)}:{self.one('30080', '30081', '30082')}/"
        if self.is_so(0.5):
            host = self.one("10.0.0.1", "10.0.0.1", "web.a.svc")
            data = f'{{url: "{url}", host: {host}, a: "{self.one("300", "301")}"}}'
            data = self.one(data, data, "{NODE_IP: 10.0.0.1, NODE_PORT: 30080}")
            return f"{self._head('ConfigMap', 'v1')}data: {data}\n"
        return f"{self._head('Secret', 'v1')}data: {{url: {base64.b64encode(url.encode()).decode()}}}\n"

    def _other(self) -> str:
        endpoints = "subsets: []\n"
        return self.random.choice(
            (
                f"{self._head('Endpoints', 'v1')}{endpoints}",
                f"{self._head('Certificate', 'cert-manager.io/v1')}spec: {{}}\n",
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {team: x}}\n",
                f"apiVersion: v1\nkind: List\nitems:\n- {self._service().strip().replace(chr(10), chr(10) + '  ')}\n",
                "a: 1\n",
            )
        )

    def _kustomization(self, files: Files) -> Files:
        folder = self.one(*_FOLDERS)
        inside = [path.removeprefix(f"{folder}/") for path in files if path.startswith(f"{folder}/")]
        named = self.random.sample(inside, self.random.randrange(len(inside) + 1))
        more = self.one("", "namespace: a\n", "namePrefix: web-\n", "commonLabels: {x: y}\n")
        if self.is_so(0.4) and inside:
            patch = self.random.choice(inside)
            more += self.one(
                f"patches: [{{path: {patch}, target: {{kind: Service}}}}]\n", f"patchesStrategicMerge: [{patch}]\n"
            )
        if self.is_so(0.2):
            named.append("missing.yaml")
        if self.is_so(0.2):
            more += "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            return {f"{folder}/kz.yaml": f"resources: [{', '.join(named)}]\n{more}".encode()}
        return {f"{folder}/kustomization.yaml": f"resources: [{', '.join(named)}]\n{more}".encode()}
