"""Admission policies as rules: what the API server would say of manifests, and what nobody can say without it."""

import pytest
import yaml

from nplint import policy
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.document import Source
from nplint.engine import lint
from nplint.errors import NplintError
from nplint.finding import Severity
from nplint.matching import plural
from nplint.mistakes import documents
from nplint.reader import decode, read
from nplint.sandbox import Sandbox

HEAD = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ports.example.com}
spec:
"""
SERVICES = "  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}]}\n"  # noqa: E501
NO_NODE_PORT = "  validations: [{expression: \"object.spec.type != 'NodePort'\", message: no NodePort}]\n"
BINDING = """\
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: ports.example.com, validationActions: [Warn, Audit]%s}
"""
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  type: NodePort
  ports: [{port: 80}]
"""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


def made(text: str, sandbox: Sandbox) -> Rule:
    nodes = [node for one in documents(Source("policy.yaml", text)) for node in policy.manifests(one)]
    ((path, rule),) = policy.rules(nodes, sandbox)
    assert path == "policy.yaml"
    return rule


def cluster(text: str, before: str | None = None, context: str = "") -> Cluster:
    documents = [read(decode(name, content.encode())) for name, content in (("f.yaml", text), ("c.yaml", context))]
    return Cluster(documents[0], before=None if before is None else cluster(before), context=documents[1])


def found(rule: Rule, cluster: Cluster) -> list[str]:
    """The findings with their lines, and what was not judged as `-`."""
    report = lint(cluster, [rule])
    assert not report.crashes, report.crashes
    unjudged = [one for run in report.runs for one in run.unjudged]
    prefix = "the policy ports.example.com is not judged everywhere: "
    return [f"{finding.span.line} {finding.message}" for finding in report.findings] + [
        f"- {one.reason.removeprefix(prefix)}" for one in unjudged
    ]


def validating(expression: str, more: str = "", constraints: str = SERVICES) -> str:
    written = yaml.safe_dump(expression, width=1000).splitlines()[0]
    return f"{HEAD}{constraints}  validations:\n    - expression: {written}\n{more}"


# --- what it finds


def test_a_policy_is_a_rule(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}{SERVICES}{NO_NODE_PORT}", sandbox)
    assert (rule.name, rule.severity, rule.default) == ("ports-example-com", Severity.ERROR, True)
    (finding,) = lint(cluster(WEB), [rule]).findings
    assert (finding.message, finding.span.place) == ("no NodePort", "f.yaml:5:9")
    assert finding.why == "The API server refuses such a Service (Invalid): policy ports.example.com."


def test_a_binding_says_how_grave_it_is(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}{SERVICES}{NO_NODE_PORT}{BINDING % ''}", sandbox)
    assert rule.severity is Severity.WARNING
    (finding,) = lint(cluster(WEB), [rule]).findings
    assert finding.why.startswith("The API server warns of such a Service")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("object.spec.ports.all(p, p.protocol == 'TCP' && p.targetPort == 80)", []),
        ("object.spec.sessionAffinity == 'None' && object.spec.internalTrafficPolicy == 'Cluster'", []),
        ("object.spec.externalTrafficPolicy == 'Cluster' && object.status.loadBalancer == {}", []),
        (
            "has(object.spec.allocateLoadBalancerNodePorts)",
            ["5 failed expression: has(object.spec.allocateLoadBalancerNodePorts)"],
        ),
        ("object.metadata.namespace == 'shop' && request.namespace == 'shop' && request.name == 'web'", []),
        ("request.operation == 'CREATE' && oldObject == null", []),
        ("request.kind.kind == 'Service' && request.kind.group == '' && request.resource.resource == 'services'", []),
        (
            "object.spec.externalIPs.size() == 0",
            ['4 the policy ports.example.com cannot be evaluated: Key not found in map : "externalIPs"'],
        ),
        (
            "object.metadata.name == 'params' || 'authorizer' == ''",
            ["3 failed expression: object.metadata.name == 'params' || 'authorizer' == ''"],
        ),
    ],
)
def test_it_sees_the_object_as_the_api_server_shows_it(sandbox: Sandbox, expression: str, expected: list[str]) -> None:
    said = found(made(validating(expression), sandbox), cluster(WEB, before=""))
    assert [one.partition(" ")[2] for one in said] == [one.partition(" ")[2] for one in expected]


def test_variables_are_evaluated_when_they_are_asked_for(sandbox: Sandbox) -> None:
    text = (
        HEAD
        + SERVICES
        + """\
  variables:
    - {name: broken, expression: object.spec.nothing}
    - {name: team, expression: "has(object.metadata.labels) ? object.metadata.labels.app : ''  // 'variables.broken'"}
    - {name: known, expression: "variables.team in ['pay', 'variables.broken']"}
    - {name: age, expression: "duration('1h')"}
  validations:
    - expression: variables.known && variables.age > duration('1m')
      messageExpression: "'team ' + variables.team + ' is unknown'"
      reason: Forbidden
"""
    )
    (finding,) = lint(cluster(WEB), [made(text, sandbox)]).findings
    assert (finding.message, finding.span.place) == ("team web is unknown", "f.yaml:3:40")
    assert "(Forbidden)" in finding.why


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("  matchConditions: [{name: a, expression: \"object.metadata.name == 'api'\"}]\n", []),
        ("  matchConditions: [{name: a, expression: 'true'}, {name: b, expression: 'false'}]\n", []),
        ("  matchConditions: [{name: a, expression: 'object.x'}, {name: b, expression: 'false'}]\n", []),
        (
            "  matchConditions: [{name: a, expression: 'object.x'}]\n",
            ['2 the policy ports.example.com cannot be evaluated: Key not found in map : "x"'],
        ),
        ("  failurePolicy: Ignore\n  matchConditions: [{name: a, expression: 'object.x'}]\n", []),
    ],
)
def test_conditions_decide_whether_it_is_asked(sandbox: Sandbox, more: str, expected: list[str]) -> None:
    assert found(made(f"{HEAD}{SERVICES}{NO_NODE_PORT}{more}", sandbox), cluster(WEB)) == expected


def test_a_tower_of_variables_is_not_judged(sandbox: Sandbox) -> None:
    tower = "".join(f"    - {{name: v{n + 1}, expression: variables.v{n} + variables.v{n}}}\n" for n in range(500))
    rule = made(
        f"{validating('variables.v500 > 0')}    - expression: object.spec.type != 'NodePort'\n"
        f"  variables:\n    - {{name: v0, expression: '1'}}\n{tower}",
        sandbox,
    )
    assert found(rule, cluster(WEB)) == [
        "5 failed expression: object.spec.type != 'NodePort'",
        "- it hangs on more than 64 variables",
    ]


def test_what_cannot_be_evaluated_may_be_let_through(sandbox: Sandbox) -> None:
    text = validating("object.spec.nothing == 1", "  failurePolicy: Ignore\n")
    assert found(made(text, sandbox), cluster(WEB)) == []


# --- what it looks at

RULE = "apiGroups: {groups}, apiVersions: [v1], operations: {operations}, resources: {resources}{more}"


def constraints(
    groups: str = "['']", operations: str = "['*']", resources: str = "[services]", more: str = "", outer: str = ""
) -> str:
    rule = RULE.format(groups=groups, operations=operations, resources=resources, more=more)
    return f"  matchConstraints: {{resourceRules: [{{{rule}}}]{outer}}}\n"


EXCEPT = ", excludeResourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: WHAT}]"
UPDATES = ["- it is about updates, and what there was before is not known"]
FOUND = ["5 no NodePort"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (constraints(), FOUND),
        (constraints(groups="['*']", resources="['*']"), FOUND),
        (constraints(resources="['*/*']"), FOUND),
        (constraints(groups="[apps]"), []),
        (constraints(resources="[services/status, pods]"), []),
        (
            constraints(operations="[DELETE, CONNECT]"),
            ["- it is about deletions and connections, which no manifest tells"],
        ),
        (constraints(operations="[DELETE]", resources="[pods]"), []),
        (constraints(resources="['services/*']"), FOUND),
        (constraints(resources="['*/status']"), []),
        (
            constraints()
            .replace("[v1]", "[v2]")
            .replace("Rules: [{", "Rules: [{", 1)
            .replace("}]}", "}], matchPolicy: Exact}"),
            [],
        ),
        (constraints(operations="[UPDATE]"), UPDATES),
        (constraints(more=", resourceNames: [api]"), []),
        (constraints(more=", resourceNames: [api, web]"), FOUND),
        (constraints(more=", scope: Namespaced"), FOUND),
        (constraints(more=", scope: Cluster"), []),
        (constraints().replace("[v1]", "[v2]"), ["- it looks at another version of Service"]),
        (constraints(outer=EXCEPT.replace("WHAT", "[services], resourceNames: [web]")), []),
        (constraints(outer=EXCEPT.replace("WHAT", "[pods]")), FOUND),
        (constraints(outer=", objectSelector: {matchLabels: {app: web}}"), FOUND),
        (constraints(outer=", objectSelector: {matchLabels: {app: api}}"), []),
        (constraints(outer=", objectSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}"), FOUND),
        (constraints(outer=", objectSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}"), []),
        (constraints(outer=", objectSelector: {matchExpressions: [{key: team, operator: Exists}]}"), []),
        (constraints(outer=", objectSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}"), FOUND),
        (constraints(outer=", namespaceSelector: {}"), FOUND),
        (constraints(outer=", namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}"), FOUND),
        (constraints(outer=", namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: pay}}"), []),
        (
            constraints(outer=", namespaceSelector: {matchLabels: {stage: prod}}"),
            ["- it asks for labels of the namespace shop, which is not in the input"],
        ),
    ],
)
def test_constraints_decide_what_it_looks_at(sandbox: Sandbox, text: str, expected: list[str]) -> None:
    assert found(made(f"{HEAD}{text}{NO_NODE_PORT}", sandbox), cluster(WEB)) == expected


@pytest.mark.parametrize(("label", "expected"), [("prod", FOUND), ("test", [])])
def test_the_labels_of_a_namespace_are_read_where_the_input_has_it(
    sandbox: Sandbox, label: str, expected: list[str]
) -> None:
    rule = made(HEAD + constraints(outer=", namespaceSelector: {matchLabels: {stage: prod}}") + NO_NODE_PORT, sandbox)
    shop = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{stage: {label}}}}}\n"
    assert found(rule, cluster(WEB, context=shop)) == expected


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ([", matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: pay}}}"], []),
        ([", matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: pay}}}", ""], FOUND),
        ([", paramRef: {name: p}"], ["- it takes parameters, which are in the cluster"]),
    ],
)
def test_bindings_decide_where_it_is_in_force(sandbox: Sandbox, bindings: list[str], expected: list[str]) -> None:
    text = f"{HEAD}{SERVICES}{NO_NODE_PORT}" + "".join(BINDING % each for each in bindings)
    assert found(made(text, sandbox), cluster(WEB)) == expected


def test_an_update_is_told_from_a_creation_by_what_there_was_before(sandbox: Sandbox) -> None:
    text = validating(
        "oldObject.spec.type == object.spec.type",
        "      message: the type changed\n",
        constraints(operations="[UPDATE]"),
    )
    rule = made(text, sandbox)
    assert found(rule, cluster(WEB, before=WEB.replace("NodePort", "ClusterIP"))) == ["5 the type changed"]
    assert found(rule, cluster(WEB, before=WEB)) == []
    assert found(rule, cluster(WEB, before="")) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Service", "services"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gateways"),
        ("Endpoints", "endpoints"),
        ("StorageClass", "storageclasses"),
    ],
)
def test_kinds_have_the_plural_that_the_api_gives_them(kind: str, name: str) -> None:
    assert plural(kind) == name


# --- what cannot be said without the cluster


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("request.userInfo.username == 'x'", "it asks who makes the request, or how"),
        ("request.dryRun", "it asks who makes the request, or how"),
        ("params.limit > 1", "it takes parameters, which are in the cluster"),
        ("authorizer.group('').resource('pods').check('get').allowed()", "it asks what somebody is allowed to do"),
        (
            "quantity('1Gi').isGreaterThan(quantity('1Mi'))",
            "it uses what is not supported here: undeclared reference to 'quantity'",
        ),
        (
            "['a'].indexOf('a') == 0",
            "it uses what is not supported here: found no matching overload for 'indexOf' applied to "
            "'(list(string), string)'",
        ),
        ("namespaceObject.metadata.labels.stage == 'x'", "it asks for the namespace, which is not in the input"),
        ("object.spec.clusterIP != ''", "it looks at clusterIP, which the cluster fills in"),
        ("object.spec.ports.all(p, p.nodePort > 30100)", "it looks at nodePort, which the cluster fills in"),
        ("object.metadata.uid != ''", "it looks at uid, which the cluster fills in"),
    ],
)
def test_what_is_not_supported_is_said_and_the_rest_judged(sandbox: Sandbox, expression: str, reason: str) -> None:
    more = "    - {expression: \"object.spec.type != 'NodePort'\", message: no NodePort}\n"
    said = found(made(validating(expression, more), sandbox), cluster(WEB))
    assert f"- {reason}" in said
    if "namespace" not in reason:
        assert "5 no NodePort" in said


@pytest.mark.parametrize(
    "more",
    [
        "  paramKind: {apiVersion: v1, kind: ConfigMap}\n",
        "  matchConditions: [{name: a, expression: request.userInfo.username != 'system'}]\n",
        "  matchConditions: [{name: a, expression: variables.who}]\n  variables: [{name: who, expression: params.x}]\n",
    ],
)
def test_what_hinders_everything_is_said_once(sandbox: Sandbox, more: str) -> None:
    (said,) = found(made(f"{HEAD}{SERVICES}{NO_NODE_PORT}{more}", sandbox), cluster(WEB))
    assert said.startswith("- it ")


def test_a_template_is_not_judged(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}{SERVICES}{NO_NODE_PORT}", sandbox)
    assert found(rule, cluster(WEB.replace("port: 80", 'port: "{{ .port }}"'))) == ["- it is not rendered yet"]


def test_other_kinds_have_defaults_that_are_not_known(sandbox: Sandbox) -> None:
    rule = made(
        validating("object.spec.replicas < 3", constraints=constraints("[apps]", resources="[deployments]")), sandbox
    )
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {%s}\n"
    assert found(rule, cluster(text % "replicas: 5")) == ["4 failed expression: object.spec.replicas < 3"]
    assert found(rule, cluster(text % "")) == ["- it looks at spec.replicas, which the API server may fill in"]


SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: %s\nspec:\n  ports: [{port: 80, name: ''}]\n  selector: {app: web}\n%s"
)


@pytest.mark.parametrize(
    ("metadata", "spec", "expression"),
    [
        ("{name: web}", "  externalIPs: []\n", "!has(object.spec.externalIPs)"),
        (
            "{name: web}",
            "  type: LoadBalancer\n  loadBalancerSourceRanges: []\n",
            "!has(object.spec.loadBalancerSourceRanges)",
        ),
        ("{name: web}", "  publishNotReadyAddresses: false\n", "!has(object.spec.publishNotReadyAddresses)"),
        ("{name: web}", "  healthCheckNodePort: 0\n", "!has(object.spec.healthCheckNodePort)"),
        ("{name: web}", "  sessionAffinityConfig: {}\n", "!has(object.spec.sessionAffinityConfig)"),
        (
            "{name: web}",
            "  sessionAffinity: ClientIP\n",
            "object.spec.sessionAffinityConfig.clientIP.timeoutSeconds == 10800",
        ),
        ("{name: web}", "  allocateLoadBalancerNodePorts: false\n", "!object.spec.allocateLoadBalancerNodePorts"),
        ("{name: web}", "  unknown: 1\n", "!has(object.spec.unknown)"),
        ("{name: web}", "", "object.spec.ports.all(p, !has(p.name) && p.targetPort == 80)"),
        ("{name: web, labels: {}}", "", "!has(object.metadata.labels) || 'team' in object.metadata.labels"),
        ("{name: web, labels: }", "", "!has(object.metadata.labels) || 'team' in object.metadata.labels"),
        (
            "{name: web, annotations: }",
            "",
            "!has(object.metadata.annotations) || object.metadata.annotations.all(k, k != '')",
        ),
        ("{name: web, labels: {a: }}", "", "object.metadata.labels.a == ''"),
        ("{name: web}", "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}\n", "object.status.loadBalancer == {}"),
    ],
)
def test_what_is_empty_is_absent_where_the_api_server_drops_it(
    sandbox: Sandbox, metadata: str, spec: str, expression: str
) -> None:
    assert found(made(validating(expression), sandbox), cluster(SERVICE % (metadata, spec))) == []


TO_KUBECTL = "- it looks at the namespace, which the manifest leaves to kubectl"


@pytest.mark.parametrize(
    "text",
    [
        validating("object.metadata.namespace != 'default'"),
        validating("request.namespace != 'default'"),
        validating("namespaceObject.metadata.name != 'default'"),
        HEAD + constraints(outer=", namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}") + NO_NODE_PORT,
    ],
)
def test_a_namespace_that_is_left_to_kubectl_is_not_known(sandbox: Sandbox, text: str) -> None:
    assert found(made(text, sandbox), cluster(WEB.replace(", namespace: shop", ""))) == [TO_KUBECTL]


SHOP = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {stage: prod}}\n"
VOLUME = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\n"
NAMED = "  validations: [{expression: \"object.metadata.name == 'x'\", message: named so}]\n"


@pytest.mark.parametrize(
    ("text", "manifest", "expected"),
    [
        (constraints(resources="[namespaces]", more=", scope: Cluster"), SHOP, ["3 named so"]),
        (constraints(resources="['*']", more=", scope: Namespaced"), SHOP, []),
        (constraints(resources="['*']", more=", scope: Namespaced"), VOLUME, []),
        (
            constraints(resources="['*']", outer=", namespaceSelector: {matchLabels: {stage: prod}}"),
            VOLUME,
            ["3 named so"],
        ),
        (
            constraints(resources="['*']", outer=", namespaceSelector: {matchLabels: {stage: prod}}"),
            SHOP,
            ["3 named so"],
        ),
        (constraints(resources="['*']", outer=", namespaceSelector: {matchLabels: {stage: test}}"), SHOP, []),
        (
            constraints(groups="['*']", resources="['*']", more=", scope: Namespaced"),
            "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\n",
            ["- it is not known whether a Widget has a namespace"],
        ),
        (
            constraints(groups="['*']", resources="['*']", more=", scope: Namespaced"),
            "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\n",
            ["3 named so"],
        ),
    ],
)
def test_what_has_no_namespace_is_told_by_its_kind(
    sandbox: Sandbox, text: str, manifest: str, expected: list[str]
) -> None:
    assert found(made(f"{HEAD}{text}{NAMED}", sandbox), cluster(manifest)) == expected


def test_a_resource_without_a_namespace_is_not_put_into_one(sandbox: Sandbox) -> None:
    text = validating("!has(object.metadata.namespace)", constraints=constraints(resources="[namespaces]"))
    assert found(made(text, sandbox), cluster(SHOP)) == []


def test_policies_are_not_asked_about_policies(sandbox: Sandbox) -> None:
    text = f"{HEAD}{constraints(groups=str(['*']), resources=str(['*']))}{NAMED}"
    assert found(made(text.replace("[v1]", "['*']"), sandbox), cluster(text)) == []


@pytest.mark.parametrize(
    "expression",
    [
        "request['userInfo']['username'] == 'x'",
        "request.?userInfo.?username.orValue('') == 'x'",
        "dyn(request).dryRun == false",
        "[request].all(r, r.userInfo.username == 'x')",
        "has(request.userInfo)",
    ],
)
def test_who_asks_is_not_known_however_it_is_spelled(sandbox: Sandbox, expression: str) -> None:
    assert found(made(validating(expression), sandbox), cluster(WEB)) == ["- it asks who makes the request, or how"]


def test_a_binding_that_means_the_resource_says_how_grave_it_is(sandbox: Sandbox) -> None:
    place = ", matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}}"
    text = f"{HEAD}{SERVICES}{NO_NODE_PORT}{BINDING % (place % 'shop')}"
    text += (BINDING % (place % "prod")).replace("[Warn, Audit]", "[Deny]")
    rule = made(text, sandbox)
    assert rule.severity is Severity.ERROR
    for namespace, severity in (("shop", Severity.WARNING), ("prod", Severity.ERROR)):
        (finding,) = lint(cluster(WEB.replace("shop", namespace)), [rule]).findings
        assert finding.severity is severity
        assert ("refuses" in finding.why) is (severity is Severity.ERROR)


@pytest.mark.parametrize(
    ("expression", "manifest", "expected"),
    [
        (
            "object.metadata.name.startsWith('x')",
            WEB.replace("name: web", "generateName: web-"),
            ["- it looks at the name, which the cluster chooses"],
        ),
        (
            "request.operation != 'UPDATE' || object.spec.type == oldObject.spec.type",
            WEB,
            ["- it looks at what there was before, which is not known"],
        ),
        ("oldObject == null", WEB, ["- it looks at what there was before, which is not known"]),
        ("object.spec.ports.all(p, p.port > [1, 'a'][1])", WEB, ["- it cannot be evaluated: "]),
    ],
)
def test_what_only_the_cluster_knows_is_not_judged(
    sandbox: Sandbox, expression: str, manifest: str, expected: list[str]
) -> None:
    said = found(made(validating(expression), sandbox), cluster(manifest))
    assert len(said) == len(expected)
    assert all(one.startswith(start) for one, start in zip(said, expected, strict=True))


@pytest.mark.parametrize("labels", ['{app: "${APP}"}', '"${LABELS}"', '{"${K}": web}'])
def test_labels_that_are_not_rendered_are_not_taken_for_others(sandbox: Sandbox, labels: str) -> None:
    rule = made(HEAD + constraints(outer=", objectSelector: {matchLabels: {app: web}}") + NO_NODE_PORT, sandbox)
    assert found(rule, cluster(WEB.replace("{app: web}", labels))) == ["- it is not rendered yet"]
    assert found(rule, cluster(WEB.replace("{app: web}", '{app: api, b: "${B}"}'))) == []


CONTAINERS = "spec: {template: {spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}}"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("has(object.spec.strategy)", ["- it looks at spec.strategy, which the API server may fill in"]),
        ("!has(object.spec.strategy)", ["- it looks at spec.strategy, which the API server may fill in"]),
        (
            "object.spec.template.spec.containers.all(c, has(c.imagePullPolicy))",
            ["- it looks at spec.template.spec.containers.*.imagePullPolicy, which the API server may fill in"],
        ),
        ("object.spec.template.spec.containers.all(c, c.image == 'b')", ["4 refused"]),
        ("object.spec.template.spec.containers.exists(c, c.image == 'b')", []),
        ("has(object.metadata.labels) && 'team' in object.metadata.labels", ["3 refused"]),
        (
            "[object.spec].all(s, s.template == {})",
            ["- what it looks at may be what the API server fills in"],
        ),
    ],
)
def test_of_other_kinds_only_what_is_written_is_sure(sandbox: Sandbox, expression: str, expected: list[str]) -> None:
    text = validating(expression, "      message: refused\n", constraints("[apps]", resources="[deployments]"))
    manifest = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\n{CONTAINERS}\n"
    assert found(made(text, sandbox), cluster(manifest)) == expected


def test_audit_annotations_are_said_to_be_left_out(sandbox: Sandbox) -> None:
    text = f"{HEAD}{SERVICES}  auditAnnotations: [{{key: a, valueExpression: object.x}}]\n"
    assert found(made(text, sandbox), cluster(WEB)) == ["- its audit annotations are not evaluated here"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("commonAnnotations: {a: b}", ["- its kustomization changes it"]),
        ("patches: [{path: p.yaml}]", ["- its kustomization changes it"]),
        ("namePrefix: x-", ["- its kustomization changes it"]),
        ("namespace: shop", FOUND),
    ],
)
def test_what_a_kustomization_changes_is_not_judged(sandbox: Sandbox, change: str, expected: list[str]) -> None:
    kustomization = read(decode("kustomization.yaml", f"resources: [f.yaml]\n{change}\n".encode()))
    documents = [*read(decode("f.yaml", WEB.encode())), *kustomization]
    assert found(made(f"{HEAD}{SERVICES}{NO_NODE_PORT}", sandbox), Cluster(documents)) == expected


def test_a_variable_can_be_asked_for_in_every_way(sandbox: Sandbox) -> None:
    variables = "  variables: [{name: t, expression: object.spec.type}]\n"
    for expression in (
        "has(variables.t) && variables.t == 'NodePort'",
        "variables.?t.orValue('') == 'NodePort'",
    ):
        assert found(made(validating(expression, variables), sandbox), cluster(WEB)) == []
    said = found(made(validating("variables['t'] == 'NodePort'", variables), sandbox), cluster(WEB))
    assert said == ["- it takes a variable otherwise than by its name"]


MANY = "    - {name: v0, expression: '1'}\n" + "".join(
    f"    - {{name: v{n}, expression: variables.v{n - 1} + 1}}\n" for n in range(1, 60)
)


@pytest.mark.parametrize(
    ("expression", "more", "reason"),
    [
        ("variables.v59 == 0", f"  variables:\n{MANY}", "it cannot be evaluated: "),
        ("lists.range(20000).all(x, x == 1 || true)", "", "it cannot be evaluated: Iteration budget exceeded"),
    ],
)
def test_what_the_api_server_may_well_evaluate_is_no_finding(
    sandbox: Sandbox, expression: str, more: str, reason: str
) -> None:
    (said,) = found(made(validating(expression, more), sandbox), cluster(WEB))
    assert said.startswith(f"- {reason}")


# --- mistakes in it


def test_a_binding_without_its_policy_is_an_error(sandbox: Sandbox) -> None:
    text = f"{HEAD}{SERVICES}{NO_NODE_PORT}{BINDING % ''}".replace("policyName: ports", "policyName: port")
    with pytest.raises(NplintError) as caught:
        made(text, sandbox)
    assert (
        str(caught.value) == "policy.yaml:11:20: there is no policy port.example.com: did you mean ports.example.com?"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f"{HEAD}  matchConstraint: {{}}\n",
            "policy.yaml:5:3: there is no key matchConstraint: did you mean matchConstraints?",
        ),
        (
            f"{HEAD}{SERVICES}  failurePolicy: Fial\n",
            "policy.yaml:6:18: spec.failurePolicy cannot be Fial: did you mean Fail?",
        ),
        (
            f"{HEAD}{SERVICES}  validations: [{{expresion: a}}]\n",
            "policy.yaml:6:17: spec.validations[0] needs expression",
        ),
        (f"{HEAD}{SERVICES}", "policy.yaml:4:1: a policy needs validations"),
        (
            f"{HEAD}  matchConstraints: {{}}\n{NO_NODE_PORT}",
            "policy.yaml:5:21: spec.matchConstraints needs resourceRules",
        ),
        (
            f"{HEAD}  matchConstraints: {{resourceRules: []}}\n{NO_NODE_PORT}",
            "policy.yaml:5:37: spec.matchConstraints.resourceRules is too little: it takes at least 1",
        ),
        (
            f"{HEAD}{SERVICES}{NO_NODE_PORT}".replace("io/v1", "io/v9"),
            "policy.yaml:1:13: there is no version v9: there are v1, v1alpha1 and v1beta1",
        ),
        (
            f"{HEAD}{SERVICES}{NO_NODE_PORT}{BINDING % ''}".replace("[Warn, Audit]", "[]"),
            "policy.yaml:11:58: spec.validationActions is too little: it takes at least 1",
        ),
        (validating("object.spec. +"), "policy.yaml:7:32: Syntax error: "),
        (validating("1 + 1"), "policy.yaml:7:19: it gives a value of type int, and has to give a bool"),
        (validating("variables.a"), "policy.yaml:7:19: there is no variable a: there are none"),
        (
            f"{HEAD}{SERVICES}{NO_NODE_PORT}{(BINDING % '').replace('Warn', 'Wran')}",
            "policy.yaml:11:59: spec.validationActions[0] cannot be Wran",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(sandbox: Sandbox, text: str, sentence: str) -> None:
    with pytest.raises(NplintError) as caught:
        made(text, sandbox)
    assert str(caught.value.args[0]).startswith(sentence)


@pytest.mark.parametrize("metadata", ["", "web", "1", "[{name: web}]"])
def test_metadata_that_is_no_mapping_is_no_reason_to_fail(metadata: str, sandbox: Sandbox) -> None:
    text = WEB.replace("{name: web, namespace: shop, labels: {app: web}}", metadata)
    rule = made(validating("request.namespace == 'shop'"), sandbox)
    assert found(rule, cluster(text)) == [TO_KUBECTL]
    rule = made(validating("request.kind.kind == 'Pod'"), sandbox)
    assert found(rule, cluster(text)) == ["2 failed expression: request.kind.kind == 'Pod'"]
