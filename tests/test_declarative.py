"""Rules that are YAML files: what they find and where, and what is said of the mistakes in them."""

from collections.abc import Iterator
from typing import Any

import pytest

from nplint.check import Rule, Unjudged
from nplint.cluster import Cluster
from nplint.declarative import read
from nplint.document import Source
from nplint.engine import lint
from nplint.errors import NplintError
from nplint.finding import Severity
from nplint.plugins import package_rules
from nplint.profile import Profile, When
from nplint.reader import decode
from nplint.reader import read as read_documents
from nplint.sandbox import Sandbox

HEAD = """\
summary: A Service hands out port 22.
why: |
  SSH goes through the bastion.

  There are no exceptions.
severity: error
kinds: [{apiVersion: v1, kind: Service}]
"""
SHAPE = "schema: {properties: {spec: {properties: {ports: {items: {properties: {port: {not: {const: 22}}}}}}}}}\n"
TAIL = "good: x\nbad: x\n"
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {a: "1", b: "{{ .b }}", "two\\nlines": x}}
spec:
  type: NodePort
  ports:
    - port: 22
    - port: "{{ .port }}"
"""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


def made(text: str, sandbox: Sandbox, name: str = "no-ssh-port.yaml", **more: Any) -> Rule:
    return read(Source(name, text), sandbox, **more)


def found(rule: Rule, manifest: str = SERVICE) -> list[tuple[str, str]]:
    """The findings by line and column, and what was not judged as `-`."""
    report = lint(Cluster(read_documents(decode("f.yaml", manifest.encode()))), [rule])
    assert not report.crashes, report.crashes
    found = [(finding.span.place.removeprefix("f.yaml:"), finding.message) for finding in report.findings]
    unjudged = [one for run in report.runs for one in run.unjudged]
    return found + [(f"- {one.at.span.place.removeprefix('f.yaml:')}", one.reason) for one in unjudged]


def refusal(text: str, sandbox: Sandbox, name: str = "r.yaml", **more: Any) -> list[str]:
    with pytest.raises(NplintError) as caught:
        made(text, sandbox, name, **more)
    return [str(sentence).removeprefix(f"{name}:").lstrip() for sentence in caught.value.args]


# --- what a file says is what the rule is


def test_a_file_is_a_rule(sandbox: Sandbox) -> None:
    rule = made(
        "source: https://example.com/ssh\nwhen: {type: [turbo], network: [vpc], since: v1.28}\nquiet: true\n"
        f"default: false\nmessage: never\n{HEAD}{SHAPE}"
        "good: a\nbad: [b, {manifests: c, cluster: {type: turbo}}, {manifests: {x.yaml: d, y.yaml: e}}]\n",
        sandbox,
        "rules/no_ssh_port.yml",
    )
    assert rule.name == "no-ssh-port"
    assert rule.severity is Severity.ERROR
    assert rule.summary == "A Service hands out port 22."
    assert rule.why == "SSH goes through the bastion."
    assert rule.source == "https://example.com/ssh"
    assert rule.when == When(type=("turbo",), network=("vpc",), since=(1, 28, 0, 0))
    assert (rule.quiet, rule.default) == (True, False)
    assert [example.files for example in rule.good] == [{"example.yaml": "a\n"}]
    assert [example.files for example in rule.bad][1:] == [{"example.yaml": "c\n"}, {"x.yaml": "d\n", "y.yaml": "e\n"}]
    assert rule.bad[1].profile.network == "cloud-native-2.0"
    assert rule.bad[2].profile == Profile()


def test_the_rules_of_nplint_itself_have_no_mistakes() -> None:
    assert {"node-port-on-autopilot", "sctp-node-port"} <= {rule.name for rule in package_rules("nplint.rules")}


def test_braces_in_a_rule_are_no_template(sandbox: Sandbox) -> None:
    text = f"{HEAD}{SHAPE}message: '{{{{value}}}}'\ngood: '{{{{ .x }}}}'\nbad: x\n"
    rule = made(text, sandbox)
    assert rule.good[0].files == {"example.yaml": "{{ .x }}\n"}
    assert found(rule)[0] == ("7:13", "{22}")
    (said,) = refusal(text.replace("severity: error", "severity: '{{ .severity }}'"), sandbox)
    assert said == "6:11: severity cannot be {{ .severity }}: there are error, note and warning"


def test_what_is_left_out_has_defaults(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}{SHAPE}message: never\n{TAIL}", sandbox)
    assert (rule.source, rule.when, rule.quiet, rule.default) == ("", When(), False, True)


# --- what a schema finds


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    ("schema", "message", "expected"),
    [
        (
            "{properties: {spec: {properties: {type: {const: ClusterIP}}}}}",
            "{path} is {value}",
            ["5:9 spec.type is NodePort"],
        ),
        ("{properties: {spec: {required: [selector]}}}", "{path}: {value}", ["4:1 spec.selector: nothing"]),
        (
            "{properties: {spec: {properties: {ports: {maxItems: 1}}}}}",
            "{value}",
            ['6:3 [{"port": 22}, {"port": "{{ .port }}"}]'],
        ),
        ("{properties: {spec: {properties: {type: false}}}}", "no {name}", ["5:3 no type"]),
        (
            "{properties: {spec: {additionalProperties: false, properties: {ports: true}}}}",
            "no {name}",
            ["5:3 no type"],
        ),
        (
            "{properties: {metadata: {properties: {annotations: {patternProperties: {'^t': false}}}}}}",
            "{name}",
            [r"3:60 two\nlines"],
        ),
        (
            "{properties: {metadata: {properties: {annotations: {propertyNames: {pattern: '^[b-z]'}}}}}}",
            "{name}",
            ["3:37 a"],
        ),
        (
            "{properties: {metadata: {properties: {annotations: {dependentRequired: {a: [c]}}}}}}",
            "{path}",
            ["3:23 metadata.annotations.c"],
        ),
        (
            "{$defs: {t: {const: x}}, properties: {spec: {properties: {type: {$ref: '#/$defs/t'}}}}}",
            "{path}",
            ["5:9 spec.type"],
        ),
        ("false", "{path} {value}", ['2:7 Service {"apiVersion": "v1", "kind": "Service", "metadata": {"name": ...']),
        ("{properties: {kind: {const: Service}}}", "never", []),
        (
            "{properties: {spec: {properties: {ports: {items: {properties: {port: {maximum: 9}}}}}}}}",
            "{path} is {value}",
            ["7:13 spec.ports[0].port is 22", "- 8:13 it is not rendered yet"],
        ),
        (
            "{properties: {spec: {properties: {ports: true}, unevaluatedProperties: false}}}",
            "no {path}",
            ["5:3 no spec.type"],
        ),
        (
            "{properties: {spec: {properties: {ports: {prefixItems: [true], unevaluatedItems: false}}}}}",
            "no {path}",
            ["8:7 no spec.ports[1]"],
        ),
        ("{anyOf: [{required: [zz]}, {required: [yy]}]}", "{path} needs zz or yy", ["2:7 Service needs zz or yy"]),
        (
            "{properties: {spec: {properties: {ports: {items: {properties: {port: {const: 22}}}}}}}}",
            "never",
            ["- 8:13 it is not rendered yet"],
        ),
    ],
)
def test_a_schema_finds_the_exact_place(
    sandbox: Sandbox, schema: str, message: str, expected: list[str], trusted: bool
) -> None:
    rule = made(f"{HEAD}schema: {schema}\nmessage: '{message}'\n{TAIL}", sandbox, trusted=trusted)
    assert [f"{place} {said}" for place, said in found(rule)] == expected


HIDDEN = """\
apiVersion: v1
kind: Service
metadata: {name: web, labels: {"${K}": x}}
spec:
  type: ${TYPE}
  ports:
    - port: ${PORT}
    - "{{ .ports }}"
"""


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    ("schema", "places"),
    [
        ("spec: {properties: {type: {const: NodePort}}}", ["5:9"]),
        ("spec: {properties: {type: {not: {const: NodePort}}}}", ["5:9"]),
        ("spec: {if: {properties: {type: {const: NodePort}}}, then: {required: [foo]}}", ["5:9"]),
        ("spec: {if: {properties: {type: {const: NodePort}}}, else: {required: [foo]}}", ["5:9"]),
        ("spec: {anyOf: [{properties: {type: {const: NodePort}}}, {required: [foo]}]}", ["5:9"]),
        ("spec: {not: {properties: {type: {pattern: a}}}}", ["5:9"]),
        ("spec: {oneOf: [{properties: {type: {const: A}}}, {properties: {type: {const: B}}}]}", ["5:9"]),
        ("spec: {properties: {ports: {contains: {properties: {port: {const: 80}}}}}}", ["8:7", "7:13"]),
        ("spec: {properties: {ports: {minItems: 3}}}", ["8:7"]),
        ("spec: {properties: {ports: {uniqueItems: true}}}", ["7:13", "8:7"]),
        ("spec: {properties: {ports: {items: {properties: {port: {not: {const: 22}}}}}}}", ["7:13", "8:7"]),
        ("spec: {properties: {ports: {prefixItems: [{required: [port]}], items: {type: object}}}}", ["8:7"]),
        ("metadata: {properties: {labels: {required: [team]}}}", ["3:32"]),
        ("metadata: {properties: {labels: {dependentRequired: {team: [owner]}}}}", ["3:32"]),
        ("metadata: {properties: {labels: {propertyNames: {pattern: '^a'}}}}", ["3:32"]),
        ("metadata: {properties: {labels: {additionalProperties: false}}}", ["3:32"]),
        ("metadata: {properties: {labels: {enum: [{a: b}]}}}", ["3:32"]),
        ("spec: {dependentSchemas: {type: {properties: {type: {const: A}}}}}", ["5:9"]),
        ("spec: {properties: {type: true, ports: {type: array}}}", []),
        ("spec: {dependentRequired: {zz: [yy]}, unevaluatedProperties: {type: array}}", ["5:9"]),
    ],
)
def test_nobody_is_accused_of_what_is_not_rendered_and_none_of_it_passes(
    sandbox: Sandbox, schema: str, places: list[str], trusted: bool
) -> None:
    rule = made(f"{HEAD}schema: {{properties: {{{schema}}}}}\nmessage: never\n{TAIL}", sandbox, trusted=trusted)
    assert found(rule, HIDDEN) == [(f"- {place}", "it is not rendered yet") for place in places]


def test_what_is_sure_is_found_beside_what_is_not(sandbox: Sandbox) -> None:
    schema = "{properties: {spec: {required: [selector], properties: {type: {const: NodePort}, zz: {const: 1}}}}}"
    rule = made(f"{HEAD}schema: {schema}\nmessage: '{{path}}'\n{TAIL}", sandbox)
    assert found(rule, HIDDEN + "  zz: 2\n") == [
        ("4:1", "spec.selector"),
        ("9:7", "spec.zz"),
        ("- 5:9", "it is not rendered yet"),
    ]


def test_only_the_named_kinds_are_judged(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD.replace('v1,', 'apps/v1,')}schema: false\nmessage: never\n{TAIL}", sandbox)
    assert found(rule) == []
    assert found(rule, "apiVersion: apps/v1\nkind: Service\n---\napiVersion: v1\nkind: Service\n") == [("2:7", "never")]


def test_the_items_of_a_list_are_judged_one_by_one(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}{SHAPE}message: '{{path}}'\nhelp: drop {{value}}\n{TAIL}", sandbox)
    manifest = f"apiVersion: v1\nkind: List\nitems:\n- {SERVICE.replace(chr(10), chr(10) + '  ')}\n"
    assert found(rule, manifest)[0] == ("10:15", "spec.ports[0].port")
    (finding,) = lint(Cluster(read_documents(decode("f.yaml", SERVICE.encode()))), [rule]).findings
    assert finding.help == "drop 22"


def test_what_a_manifest_says_is_cut_and_put_on_one_line(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}schema: {{properties: {{spec: {{const: x}}}}}}\nmessage: '{{value}}'\n{TAIL}", sandbox)
    ((_, said),) = found(rule, 'apiVersion: v1\nkind: Service\nspec: "a\\nb' + "c" * 1000 + '"\n')
    assert said == r"a\nb" + "c" * 57 + "..."


# --- what an expression finds


@pytest.mark.parametrize(
    ("expression", "message", "expected"),
    [
        ("object.spec.type != 'NodePort'", "message: '{path} is {value}'", ["5:9 spec.type is NodePort"]),
        ("!has(object.spec.type)", "messageExpression: object.spec.type + '!'", ["5:9 NodePort!"]),
        ("has(object.spec.selector)", "message: no {name}", ["4:1 no selector"]),
        ("object.spec.ports.all(p, p.port != 22)", "message: '{path}'", ["- 8:13 it is not rendered yet"]),
        ("object.metadata.annotations['a'] == ''", "message: '{path}'", ["3:40 metadata.annotations.a"]),
        ("object.?spec.?selector.hasValue()", "message: '{path}'", ["4:1 spec.selector"]),
        (
            "objects.size() > 1",
            "message: '{path}'",
            ["- 1:1 no cluster is declared, so nobody knows what else is in it"],
        ),
        ("objects.all(one, one.kind == 'Service')", "message: never", []),
        (
            "cidr('10.0.0.0/8').containsIP('10.1.2.3') && [1, 2].sum() == 3 && 'a1'.find('[0-9]') == '1'",
            "message: never",
            [],
        ),
        (
            "ip('10.0.0.1').isGlobalUnicast() && !ip('169.254.0.1').isGlobalUnicast() && ip.isCanonical('::1')",
            "message: never",
            [],
        ),
        (
            "ip('fe80::1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast() && !ip.isCanonical('0::1')",
            "message: never",
            [],
        ),
        ("sets.contains([1], [1]) && 'A'.lowerAscii() == 'a' && [1].all(i, v, i == 0 && v == 1)", "message: never", []),
        (
            "object.spec.selector == {}",
            "message: never",
            ['- 1:1 the rule r cannot be evaluated: Key not found in map : "selector"'],
        ),
        (
            "object.spec.type",
            "message: never",
            ["- 1:1 the rule r cannot be evaluated: it gives neither true nor false"],
        ),
        # A message expression that cannot be evaluated leaves the message.
        ("object.spec.type == ''", "message: plain\nmessageExpression: object.spec.nothing", ["5:9 plain"]),
    ],
)
def test_an_expression_finds_what_it_is_about(
    sandbox: Sandbox, expression: str, message: str, expected: list[str]
) -> None:
    rule = made(f'{HEAD}expression: "{expression}"\n{message}\n{TAIL}', sandbox, "r.yaml")
    assert [f"{place} {said}" for place, said in found(rule)] == expected


def test_an_expression_sees_the_context_but_does_not_judge_it(sandbox: Sandbox) -> None:
    rule = made(
        f'{HEAD}expression: "objects.size() == 0"\nmessageExpression: "string(objects.size())"\n{TAIL}', sandbox
    )
    documents, context = (read_documents(decode(name, SERVICE.encode())) for name in ("f.yaml", "context.yaml"))
    report = lint(Cluster(documents, Profile(is_declared=True), context=context), [rule])
    assert [finding.message for finding in report.findings] == ["2"]


@pytest.mark.parametrize(
    ("expression", "places"),
    [
        ("object.metadata.name == 'x' || object.spec.type == 'NodePort'", ["5:9"]),
        ("object.spec.type != 'NodePort'", ["5:9"]),
        ("object.spec.ports.all(p, has(p.port) && p.port > 1)", ["7:13"]),
        ("objects.exists(o, o.metadata.name == 'x')", []),
        ("object.metadata.name == 'web' && has(object.spec.type)", []),
    ],
)
def test_an_expression_judges_nothing_that_is_not_rendered(
    sandbox: Sandbox, expression: str, places: list[str]
) -> None:
    rule = made(f'{HEAD}expression: "{expression}"\nmessage: never\n{TAIL}', sandbox)
    manifest = HIDDEN.replace('    - "{{ .ports }}"\n', "").replace(', labels: {"${K}": x}', "")
    unrendered = [(f"- {place}", "it is not rendered yet") for place in places]
    assert [one for one in found(rule, manifest) if "no cluster" not in one[1]] == unrendered


def test_an_expression_about_all_resources_waits_for_each_that_it_reads(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}expression: objects.exists(o, o.spec.type == 'NodePort')\nmessage: never\n{TAIL}", sandbox)
    ((place, reason),) = found(rule, HIDDEN)
    assert (place, reason) == ("- 1:1", "f.yaml:5:9, which it looks at, is not rendered yet")


# --- what an expression about all resources can know

WEB = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\n"
HAS_POLICY = "objects.exists(o, o.kind == 'NetworkPolicy')"
ONE_NAME = "objects.filter(o, o.kind == 'Service' && o.metadata.name == object.metadata.name).size() == 1"
UNDECLARED = "no cluster is declared, so nobody knows what else is in it"


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    ("expression", "files", "of_declared", "of_undeclared"),
    [
        (HAS_POLICY, {"a/w.yaml": WEB % "web"}, ["error"], [UNDECLARED]),
        (HAS_POLICY, {"a/w.yaml": WEB % "web", "a/p.yaml": POLICY}, [], []),
        (HAS_POLICY, {"a/w.yaml": WEB % "web", "b/p.yaml": POLICY}, [], [UNDECLARED]),
        (
            HAS_POLICY,
            {"a/w.yaml": WEB % "web", "a/p.yaml": f"{{{{ if .x }}}}\n{POLICY}{{{{ end }}}}\n"},
            ["a file that is unreadable or not rendered may hold what it looks for"],
            [UNDECLARED],
        ),
        (
            HAS_POLICY,
            {"a/w.yaml": WEB % "web", "a/kustomization.yaml": "resources: [w.yaml, ../elsewhere]\n"},
            ["its kustomization brings in what the input does not show"],
            [UNDECLARED],
        ),
        (ONE_NAME, {"a/w.yaml": WEB % "web"}, [], []),
        (ONE_NAME, {"a/w.yaml": WEB % "web" + "---\n" + WEB % "web"}, ["error", "error"], ["error", "error"]),
        (ONE_NAME, {"a/w.yaml": WEB % "web", "a/x.yaml": WEB % "web"}, ["error", "error"], ["warning", "warning"]),
        (ONE_NAME, {"a/w.yaml": WEB % "web", "b/w.yaml": WEB % "web"}, ["error", "error"], [UNDECLARED, UNDECLARED]),
        (
            ONE_NAME,
            {"a/w.yaml": WEB % "web" + "---\n" + WEB % "web", "b/t.yaml": "{{ if .x }}\n{{ end }}\n"},
            ["error", "error"],
            ["error", "error"],
        ),
    ],
)
def test_only_what_is_surely_there_or_not_there_is_found(
    sandbox: Sandbox,
    expression: str,
    files: dict[str, str],
    of_declared: list[str],
    of_undeclared: list[str],
    declared: bool,
) -> None:
    rule = made(f'{HEAD}expression: "{expression}"\nmessage: never\n{TAIL}', sandbox)
    documents = [one for path, text in files.items() for one in read_documents(decode(path, text.encode()))]
    report = lint(Cluster(documents, Profile(is_declared=declared)), [rule])
    said = [finding.severity.value for finding in report.findings]
    said += [one.reason for run in report.runs for one in run.unjudged]
    assert said == (of_declared if declared else of_undeclared)


def test_a_part_of_a_cluster_does_not_show_what_is_missing_in_it(sandbox: Sandbox) -> None:
    rule = made(f'{HEAD}expression: "{HAS_POLICY}"\nmessage: never\n{TAIL}', sandbox)
    documents = read_documents(decode("w.yaml", (WEB % "web").encode()))
    (run,) = lint(Cluster(documents, Profile(is_declared=True), is_narrowed=True), [rule]).runs
    assert [one.reason for one in run.unjudged] == ["only some of the manifests of its cluster were looked at"]


class _WithoutCel(Sandbox):
    def ask(self, request: dict[str, Any]) -> Iterator[Any]:
        yield None


def test_cel_is_asked_for_where_it_is_not_installed() -> None:
    assert refusal(f"{HEAD}expression: 'true'\nmessage: never\n{TAIL}", _WithoutCel()) == [
        "8:13: a CEL expression needs one more package: pip install 'nplint[cel]'"
    ]


# --- what nobody may ask for

BUSY = "lists.range(100000000).all(i, lists.range(100000000).all(j, i + j >= 0))"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("schema: {properties: {metadata: {properties: {name: {pattern: '^(a+)+$'}}}}}", "more than 1 seconds"),
        ("schema: {properties: {metadata: {propertyNames: {pattern: '^(([n-n])+)+:$'}}}}", ""),
        (f"expression: {BUSY}", "given up: it "),
        ("expression: \"object.metadata.name.find('(a+)+$') == ''\"", "more than 1 seconds"),
    ],
)
def test_what_takes_too_long_is_given_up_and_said(rule: str, reason: str) -> None:
    made_rule = made(f"{HEAD}{rule}\nmessage: never\n{TAIL}", Sandbox(seconds=1))
    manifest = f"apiVersion: v1\nkind: Service\nmetadata: {{name: {'a' * 60}b}}\n"
    (run,) = lint(Cluster(read_documents(decode("f.yaml", (manifest + "---\n" + manifest).encode()))), [made_rule]).runs
    assert run.error is None
    if reason:
        assert [type(one) for one in run.unjudged] == [Unjudged, Unjudged]
        assert all(one.reason.startswith("the rule no-ssh-port was given up: it") for one in run.unjudged)
        assert all(reason in one.reason for one in run.unjudged)
        assert "; make it simpler" in run.unjudged[0].way_out


def test_a_plain_schema_is_given_up_too_where_it_is_large() -> None:
    many = list(range(20_000))
    rule = made(f"{HEAD}schema: {{properties: {{x: {{items: {{enum: {many}}}}}}}}}\nmessage: never\n{TAIL}", Sandbox(1))
    manifest = f"apiVersion: v1\nkind: Service\nx: {[-1] * 20_000}\n"
    ((place, reason),) = found(rule, manifest)
    assert (place, reason) == ("- 1:1", "the rule no-ssh-port was given up: it takes more than 1 seconds")


def test_a_pattern_that_python_warns_of_is_taken_as_it_is(sandbox: Sandbox) -> None:
    rule = made(f"{HEAD}schema: {{properties: {{kind: {{pattern: '^[[S]'}}}}}}\nmessage: never\n{TAIL}", sandbox)
    assert found(rule) == []


@pytest.mark.parametrize(
    ("expression", "advice"),
    [
        ("object.spec.nothing == 1", "; ask with has() first"),
        ("object.metadata.name.matches('(')", ""),
        ("lists.range(20000).all(x, x >= 0)", "; make it simpler"),
    ],
)
def test_the_advice_is_what_helps(sandbox: Sandbox, expression: str, advice: str) -> None:
    rule = made(f'{HEAD}expression: "{expression}"\nmessage: never\n{TAIL}', sandbox)
    documents = read_documents(decode("f.yaml", SERVICE.encode()))
    (run,) = lint(Cluster(documents), [rule]).runs
    assert [one.way_out for one in run.unjudged] == [run.unjudged[0].reason + advice]


@pytest.mark.parametrize("said", ["object.metadata.nam", "''", "'a\\\\nb'"])
def test_where_an_expression_has_no_words_the_summary_is_said(sandbox: Sandbox, said: str) -> None:
    rule = made(f'{HEAD}expression: "false"\nmessageExpression: "{said}"\n{TAIL}', sandbox)
    assert found(rule, "apiVersion: v1\nkind: Service\n") == [("2:7", "A Service hands out port 22.")]


def test_a_schema_that_leads_to_itself_is_given_up() -> None:
    rule = made(f"{HEAD}schema: {{$ref: '#'}}\nmessage: never\n{TAIL}", Sandbox())
    assert found(rule) == [("- 1:1", "its schema leads back to itself")]


# --- mistakes in the file


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ["a rule is one document, and there are none"]),
        ("a: 1\n---\nb: 2\n", ["a rule is one document, and there are 2"]),
        ("- a\n", ["a rule is a mapping, with `summary:` and the like"]),
        ("a: [\n", ["1:4: this cannot be read: "]),
        (f"sumary: x\n{HEAD}{SHAPE}message: never\n{TAIL}", ["1:1: there is no key sumary: did you mean summary?"]),
        (
            f"severity: error\n{HEAD}{SHAPE}message: never\n{TAIL}",
            ["7:1: severity is set a second time here, first on line 1"],
        ),
        (
            "kinds: []\n",
            ["1:1: this needs summary, why, severity, good and bad", "1:8: kinds is too little: it takes at least 1"],
        ),
        *(
            (
                f"source: {source}\n{HEAD}{SHAPE}message: never\n{TAIL}",
                [f"1:9: `{source}` is no address of a page: write it like https://example.com/ssh"],
            )
            for source in ("javascript:alert(1)", "https://x>y", "example.com", "file:///etc/passwd")
        ),
        (
            f"{HEAD.replace('error', 'erorr')}{SHAPE}message: never\n{TAIL}",
            ["6:11: severity cannot be erorr: did you mean error?"],
        ),
        (f"{HEAD}{TAIL}message: never\n", ["7:1: a rule needs a schema or an expression"]),
        (f"{HEAD}{SHAPE}{TAIL}", ["7:1: a rule needs a message"]),
        (f"{HEAD}expression: 'true'\n{TAIL}", ["7:1: a rule needs a message or a messageExpression"]),
        (
            f"{HEAD}{SHAPE}expression: 'true'\nmessage: never\n{TAIL}",
            ["9:1: a rule has a schema or an expression: make two rules"],
        ),
        (
            f"{HEAD}{SHAPE}messageExpression: 'x'\nmessage: never\n{TAIL}",
            ["9:1: messageExpression goes with an expression"],
        ),
        (f"{HEAD}{SHAPE}message: '{{valeu}}'\n{TAIL}", ["9:10: there is no word {valeu}: did you mean {value}?"]),
        (
            f"{HEAD}{SHAPE}message: never\nhelp: '{{}}'\n{TAIL}",
            ["10:7: there is no word {}: there are {name}, {path} and {value}"],
        ),
        (
            f"{HEAD}schema: {{propreties: {{}}}}\nmessage: never\n{TAIL}",
            ["8:10: there is no key propreties: did you mean properties?"],
        ),
        (
            f"{HEAD}schema: {{anyOf: [{{not: {{typ: x}}}}]}}\nmessage: never\n{TAIL}",
            ["8:25: there is no key typ: did you mean type?"],
        ),
        (f"{HEAD}schema: {{properties: 5}}\nmessage: never\n{TAIL}", ["8:22: schema.properties has to be a mapping"]),
        (f"{HEAD}schema: {{type: [{{a: b}}]}}\nmessage: never\n{TAIL}", ["8:17: schema.type[0] has to be text"]),
        (
            f"{HEAD}schema: {{type: objekt}}\nmessage: never\n{TAIL}",
            ["8:16: there is no type objekt: did you mean object?"],
        ),
        (
            f"{HEAD}schema: {{type: [text]}}\nmessage: never\n{TAIL}",
            ["8:17: there is no type text: there are array, boolean"],
        ),
        (
            f"{HEAD}schema: {{pattern: '('}}\nmessage: never\n{TAIL}",
            ["8:19: `(` is no regular expression: missing ), unterminated"],
        ),
        (
            f"{HEAD}schema: {{patternProperties: {{'[': false}}}}\nmessage: never\n{TAIL}",
            ["8:30: `[` is no regular expression: "],
        ),
        (f"{HEAD}schema: {{items: [{{}}]}}\nmessage: never\n{TAIL}", ["8:17: schema.items has to be a mapping or "]),
        (f"{HEAD}{SHAPE}message: ' '\n{TAIL}", ["9:10: message says nothing"]),
        (
            f"{HEAD}schema: {{pattern: '{'(' * 5000}'}}\nmessage: never\n{TAIL}",
            [f"8:19: `{'(' * 57}...` is nested too deeply for a regular expression"],
        ),
        (
            f"{HEAD}schema: {{pattern: 'a{{99999999999999999999}}'}}\nmessage: never\n{TAIL}",
            ["8:19: `a{99999999999999999999}` is no regular expression: the repetition number is too large"],
        ),
        (
            f"{HEAD}schema: {{$ref: '#/$defs/x'}}\nmessage: never\n{TAIL}",
            ["8:16: there is no #/$defs/x in this schema"],
        ),
        (
            f"{HEAD}schema: {{$ref: 'file:///etc/passwd'}}\nmessage: never\n{TAIL}",
            ["8:16: there is no file:///etc/passwd in this schema"],
        ),
        (
            f"{HEAD}schema: {{$ref: 'https://example.com/x'}}\nmessage: never\n{TAIL}",
            ["8:16: there is no https://example.com/x in"],
        ),
        (f"{HEAD}schema: {{$id: 'https://example.com/x'}}\nmessage: never\n{TAIL}", ["8:10: there is no key $id: "]),
        (
            f"{HEAD}when: {{type: [turbu]}}\n{SHAPE}message: never\n{TAIL}",
            ["8:15: there is no type of cluster turbu: did you mean turbo?"],
        ),
        (f"{HEAD}when: {{since: soon}}\n{SHAPE}message: never\n{TAIL}", ["8:15: `soon` is no cluster version"]),
        (
            f"{HEAD}{SHAPE}message: never\ngood: x\nbad: [{{manifests: x, cluster: {{type: a}}}}]\n",
            ["11:31: there is no type of cluster a"],
        ),
        (f"{HEAD}expression: object.spec.x +\nmessage: never\n{TAIL}", ["8:28: Syntax error: mismatched input"]),
        (
            f"{HEAD}expression: objekt.spec == 1\nmessage: never\n{TAIL}",
            ["8:19: undeclared reference to 'objekt.spec': did you mean object?"],
        ),
        (
            f"{HEAD}expression: |\n  object.spec == 1 &&\n    foo()\nmessage: never\n{TAIL}",
            ["10:8: undeclared reference to 'foo'"],
        ),
        (f"{HEAD}expression: >\n  true &&\n  foo()\nmessage: never\n{TAIL}", ["10:6: undeclared reference to 'foo'"]),
        (
            f"{HEAD}expression: >-\n  true && foo()\nmessage: never\n{TAIL}",
            ["9:14: undeclared reference to 'foo'"],
        ),
        (
            f"{HEAD}expression: >-\n  true &&\n\n    foo()\nmessage: never\n{TAIL}",
            ["11:8: undeclared reference to 'foo'"],
        ),
        (f'{HEAD}expression: "true && \\x66oo()"\nmessage: never\n{TAIL}', ["8:13: undeclared reference to 'foo'"]),
        (f"{HEAD}schema: {{multipleOf: 0}}\nmessage: never\n{TAIL}", ["8:22: multipleOf has to be more than 0"]),
        (
            f"{HEAD}schema: {{$ref: '#/required', required: [a]}}\nmessage: never\n{TAIL}",
            ["8:16: there is no #/required in this schema"],
        ),
        (
            f"{HEAD}expression: '1'\nmessage: never\n{TAIL}",
            ["8:14: it gives a value of type int, and has to give a bool"],
        ),
        (
            f"{HEAD}expression: 'true'\nmessageExpression: '1'\n{TAIL}",
            ["9:21: it gives a value of type int, and has to give a string"],
        ),
        (
            f"{HEAD}expression: {'x' * 10_001}\nmessage: never\n{TAIL}",
            ["8:13: expression is longer than 10000 characters"],
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(sandbox: Sandbox, text: str, sentences: list[str]) -> None:
    said = refusal(text, sandbox)
    assert len(said) == len(sentences)
    for one, start in zip(said, sentences, strict=True):
        assert one.startswith(start)


@pytest.mark.parametrize("name", ["No.yaml", "a b.yaml", ".yaml", "1a.yaml", "a..b.yaml", "ä.yaml"])
def test_a_file_whose_name_names_no_rule_is_refused(sandbox: Sandbox, name: str) -> None:
    (said,) = refusal(f"{HEAD}{SHAPE}message: never\n{TAIL}", sandbox, name)
    assert "a rule is named as its file, in small letters, digits and dashes" in said


def test_a_type_that_a_plugin_brings_is_known(sandbox: Sandbox) -> None:
    text = f"{HEAD}when: {{type: [acme]}}\n{SHAPE}message: never\n{TAIL}"
    assert made(text, sandbox, types=["acme"]).when == When(type=("acme",))
