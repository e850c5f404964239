"""What mutations put into inputs: values at the edges of what YAML, Kubernetes and nplint know."""

_NUMBERS = """\
0 -1 1 80 443 30080 30081 32767 32768 20106 65535 65536 2147483648 9223372036854775807 9223372036854775808
18446744073709551616 -9223372036854775809 1.5 80.0 1e3 1e400 -0.0 .inf -.inf .nan 0x50 0o17 010 080 0b1 1_000 +80
1:30 1e-400 99999999999999999999999999""".split()
_WORDS = """\
NodePort LoadBalancer ClusterIP ExternalName nodeport Local local Cluster TCP tcp UDP SCTP HTTP None List Service
ServiceList Deployment DaemonSet StatefulSet Pod Job CronJob ConfigMap Secret Kustomization v1 apps/v1 batch/v1 a/b/c
default kube-system web shop http 10.100.0.136 10.100.0.5 127.0.0.1 ::1 10.100.0.136:30080 node-1 RequireDualStack
kubernetes.io/hostname ClientIP true True yes on off n null ~ 2026-11-21 standard turbo autopilot vpc tunnel""".split()
_TEXTS = [
    *('""', "''", '" "', r'"\0"', r'"\u2028"', r'"\ud800"', r'"\ud83d\ude00"', r'"\x85"', '"30080"', '"80"', "'8''0'"),
    *("😀", "ü\u0308", "\u2028", "a\u2029b", "\x85", "\ufeff", "\u202eevil", "\uffff", "\ue000", "\x07", "\x7f", "\t"),
    *('"{{ .Values.x }}"', "{{ .Values.x }}", "{{- if .x }}", "${X}", "$(NODE_IP):30080", "$(X)", "<% x %>", "$X"),
    *("curl http://$(HOST_IP):30080", "http://10.100.0.136:30080/x?y#z", '["sh", "-c", "nc node-1 30080 # x"]'),
    *("|\n  a\n  b\n", ">-\n  a\n\n  b\n", "|+\n\n", "'a\n\n  b'", '"a\\\n  b"', "# x", "a #b", "a: b", "- a", "? a"),
    *("node-port-conflict", "unknown-traffic-policy", "x" * 300, "a" * 70000, "1" * 400, "é" * 64, "a." * 130),
]
_TREES = [
    *("[]", "{}", "[[]]", "[null]", "{a: }", "[{}]", "{a: [1, {b: c}]}", "{1: 2}", "{yes: no}", "{1.5: x}", "{? a}"),
    *("*x", "*y", "&x a", "&x {a: *x}", "&y [1, 2]", "{<<: *x}", "{<<: {a: 1}}", "{<<: [{a: 1}, {a: 2}]}", "<<"),
    *("!!int 80", '!!int "80"', "!!str 80", "!!binary aGk=", "!!binary x", "!!null a", "!!float 1", "!!bool yes"),
    *("!x a", "! a", "!!set {a}", "!!merge <<", "!!timestamp 2026-11-21", "!!python/object:os.system x", "! 1"),
    *("[{port: 80}]", "[{port: 80, nodePort: 30080}, {port: 80}]", "{app: web}", "{app: [web]}", "{matchLabels: {}}"),
    *("{name: x, name: y}", '{"a": 1, "a": 2}', "[a, , b]", "[a", "a]", "{a: b", "{{a}}", "[*x, *x, *x, *x, *x]"),
]
_RULES = [
    *("object.spec.type == 'NodePort'", "has(object.spec.ports)", "object.a.b[0]", "'x' + object.metadata.name", "1/0"),
    *("objects.all(o, o.kind == 'Service')", "oldObject == null", "variables.a", "params.x", "request.userInfo.name"),
    *("[1, 2].map(x, x * 2).exists(x, x > 2)", "'a'.matches('(a+)+$')", "object.?spec.?x.orValue(1) == 1", "true", "'"),
    *(
        "{$ref: '#/$defs/a'}",
        "{$ref: '#'}",
        "'#/$defs/a~1b'",
        "^(a+)+$",
        "[a-",
        "{name} {value} {path} {x} {{",
        "object",
    ),
    *("# <- nothing", "Deny", "Warn", "services", "'*'", "[v1]", '"1.27"', "v1.30.0-r0"),
]
VALUES = (_NUMBERS, _WORDS, _TEXTS, _TREES, _RULES)
FIELDS = """\
apiVersion kind metadata spec items name namespace labels annotations generateName type ports port nodePort targetPort
protocol appProtocol selector clusterIP clusterIPs externalTrafficPolicy internalTrafficPolicy healthCheckNodePort
externalIPs loadBalancerClass allocateLoadBalancerNodePorts sessionAffinity sessionAffinityConfig ipFamilies
ipFamilyPolicy externalName publishNotReadyAddresses trafficDistribution status nplint.io/ignore
nplint.io/ignore-reason nplint.io/expects kubernetes.io/elb.class kubernetes.io/elb.id
template replicas containers initContainers image command args env value valueFrom fieldRef fieldPath configMapKeyRef
secretKeyRef envFrom prefix hostNetwork hostPort containerPort nodeName nodeSelector tolerations affinity podAffinity
podAntiAffinity nodeAffinity topologyKey labelSelector matchLabels matchExpressions
requiredDuringSchedulingIgnoredDuringExecution restartPolicy livenessProbe httpGet exec volumes volumeMounts configMap
mountPath subPath data binaryData optional resources patches patchesStrategicMerge patchesJson6902 namePrefix
nameSuffix commonLabels components bases target path patch configMapGenerator
summary why severity source when since kinds schema expression messageExpression message help good bad manifests cluster
properties patternProperties additionalProperties required enum const pattern minimum maxLength uniqueItems contains not
anyOf oneOf allOf if then else $ref $defs default quiet validations matchConstraints matchConditions resourceRules
variables apiGroups apiVersions operations policyName validationActions matchResources objectSelector paramKind
clusters network version proxy-mode node-port-range ip-families nodes ledger paths context rules ignore exclude expect
resource reason until rule fail-on format baseline address taints findings fact cluster field others <<""".split()
PATHS = ["ü\u2028.yaml"]
PATHS += """\
f.yaml web.yaml a/web.yaml a/b/web.yaml kustomization.yaml a/kustomization.yaml a/b/kustomization.yml base/web.yaml
base/kustomization.yaml overlays/prod/kustomization.yaml overlays/prod/patch.yaml list.json templates/web.yaml
.nplint.yaml pyproject.toml baseline.json <stdin> #x%0A::.yaml""".split()
COMMENTS = (
    " # nplint: ignore[node-port-conflict] why",
    " # nplint: ignore[unknown-traffic-policy, x]",
    " # nplint: ignore-file[node-port-pinned] why",
    " # nplint: ignore",
    " # nplint: ignore[] \u2028 x",
    " # nplint:ignore[unused-suppression] why",
    " #nplint ignore [a",
    "\n# nplint: ignore[selector-missing] why",
    " # ☃ {{ x }}",
    "\t",
    "   ",
    "\\",
)
PIECES = (
    *("---\n", "--- ", "\n---\n", "\n--- x\n", "...\n", "\n... x\n", "%YAML 1.1\n---\n", "%TAG ! x\n", "\n", "\r"),
    *("\r\n", "\t", " ", "  ", "- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "#", "&x ", "*x", "!", "|", ">", "'"),
    *('"', "\\", "\0", "\x1b[31m", "\x85", "\u2028", "\ufeff", "😀", "\udcff", "{{", "}}", "{% x %}", "=== x.yaml\n"),
)
