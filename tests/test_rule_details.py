"""What the examples of the rules cannot show: fields, consequences, edits, sizes and speed."""

import pytest

from nplint import plugins
from nplint.cluster import Cluster
from nplint.document import Defect, DefectKind, Document, Source, Span
from nplint.engine import lint
from nplint.finding import Finding, Severity
from nplint.profile import Profile
from nplint.reader import decode, read

RULES = plugins.load().rules
HEAD = "apiVersion: v1\nkind: Service\n"
NAMED = f"{HEAD}metadata: {{name: web}}\n"


def lint_text(text: str, *rules: str, profile: Profile | None = None) -> list[Finding]:
    documents = read(decode("a.yaml", text.encode("utf-8", "surrogateescape")))
    report = lint(Cluster(documents, profile or Profile()), [RULES[name] for name in rules or RULES])
    assert not report.crashes, report.crashes
    return list(report.findings)


def errors(text: str) -> list[tuple[str, str]]:
    return [(each.rule, each.field) for each in lint_text(text) if each.severity is Severity.ERROR]


def service(spec: str, metadata: str = "name: web") -> str:
    return f"{HEAD}metadata: {{{metadata}}}\nspec: {{{spec}}}\n"


# wrong-type


def test_items_that_are_no_mappings_are_wrong_and_lack_nothing_else() -> None:
    assert errors("apiVersion: v1\nkind: ServiceList\nitems:\n- null\n- foo\n") == [("wrong-type", "")] * 2


@pytest.mark.parametrize("kind", ["List", "ServiceList"])
@pytest.mark.parametrize("items", ["{a: b}", "text", "5"])
def test_a_list_without_a_list_is_wrong(kind: str, items: str) -> None:
    assert errors(f"apiVersion: v1\nkind: {kind}\nitems: {items}\n") == [("wrong-type", "items")]


def test_another_kind_may_have_items_that_are_no_list() -> None:
    assert errors("apiVersion: example.com/v1\nkind: AllowList\nitems: {a: b}\n") == []


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("ports: [{port: 80, protocol: 6}]", "spec.ports[0].protocol"),
        ("type: NodePort, externalTrafficPolicy: true, ports: [{port: 80}]", "spec.externalTrafficPolicy"),
        ("internalTrafficPolicy: 1.5, ports: [{port: 80}]", "spec.internalTrafficPolicy"),
        ("type: 5, ports: [{port: 80}]", "spec.type"),
        ("sessionAffinity: no, ports: [{port: 80}]", "spec.sessionAffinity"),
        ("ipFamilies: [4], ports: [{port: 80}]", "spec.ipFamilies[0]"),
    ],
)
def test_a_wrong_type_where_words_are_listed_is_one_finding_and_quotes_do_not_mend_it(spec: str, field: str) -> None:
    (finding,) = (each for each in lint_text(service(spec)) if each.severity is Severity.ERROR)
    assert (finding.rule, finding.field, finding.edits) == ("wrong-type", field, ())
    assert "quote" not in finding.message
    assert finding.help.startswith("set ")


def test_an_empty_word_is_shown_as_one() -> None:
    (finding,) = lint_text(service('internalTrafficPolicy: "", ports: [{port: 80}]'), "unknown-traffic-policy")
    assert finding.message == 'internalTrafficPolicy "" is not valid: there are Cluster and Local'


# unreadable-manifest

DEEP = "[" * 300 + "]" * 300
BOMB = "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n" + "".join(
    f"{char}: &{char} [{', '.join([f'*{last}'] * 9)}]\n" for last, char in ("bc", "cd", "de")
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{HEAD}spec: [\n", "while parsing"),
        (f"{HEAD}spec: {DEEP}\n", "it nests more than 200"),
        (f"{HEAD}{BOMB}", "its aliases multiply it"),
        (f"{HEAD}spec: {{~: 1}}\n", "null cannot be a key"),
        (f"{HEAD}spec: .inf\n", "a number that is infinite"),
        ('{"apiVersion": "v1", "kind": "Pod"}{"apiVersion": "v1"} kind: Service', "this is no JSON"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_reason(text: str, reason: str) -> None:
    (finding,) = lint_text(text, "unreadable-manifest")
    assert finding.message.startswith(f"this cannot be read: {reason}")
    assert finding.severity is Severity.ERROR
    # Whether kubectl fails as well is not known of each of them.
    assert finding.why.startswith("Nothing of it is judged. Where kubectl cannot read it either, ")


def test_of_a_file_that_cannot_be_opened_nothing_is_said_about_kubectl() -> None:
    defect = Defect(DefectKind.UNREADABLE, "permission denied", Span("a.yaml", 1, 1, 1, 1))
    document = Document(Source("a.yaml", ""), 0, 0, 0, None, (defect,))
    (finding,) = lint(Cluster([document]), [RULES["unreadable-manifest"]]).findings
    assert (finding.message, finding.why) == (
        "this cannot be read: permission denied",
        "Nothing in this file is judged.",
    )


@pytest.mark.parametrize(
    "text", [f"{HEAD}metadata: {{name: \udcff}}\n", f"{HEAD}metadata: {{name: web}}\n...\n{HEAD}"], ids=["byte", "rest"]
)
def test_where_kubectl_reads_on_it_is_not_said_to_stop(text: str) -> None:
    (finding,) = lint_text(text, "unreadable-manifest")
    assert finding.severity is Severity.WARNING
    assert finding.why
    assert "kubectl" not in finding.why


# duplicate-key


@pytest.mark.parametrize(
    ("text", "title", "field", "kept"),
    [
        (service("type: A, type: NodePort"), "Service web", "spec.type", "NodePort"),
        (service("type: A, type: yes"), "Service web", "spec.type", "yes"),
        (service("type: A, type: "), "Service web", "spec.type", "this one"),
        (service("type: A, type: ''"), "Service web", "spec.type", "''"),
        (service(f"type: A, type: {'x' * 100}"), "Service web", "spec.type", "this one"),
        (f"{NAMED}spec:\n  type: A\n  type: |\n    a\n    b\n", "Service web", "spec.type", "this one"),
        (f"{NAMED}spec: {{a: 1, a: 2}}\n", "Service web", "spec.a", "2"),
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- {apiVersion: v1, kind: Service, metadata: {name: api}, spec: {type: A, type: B}}\n",
            "Service api",
            "spec.type",
            "B",
        ),
    ],
)
def test_a_repeated_key_belongs_to_a_field_and_tells_what_is_kept(text: str, title: str, field: str, kept: str) -> None:
    (finding,) = lint_text(text, "duplicate-key")
    assert finding.resource
    assert (finding.resource.title, finding.field) == (title, field)
    assert finding.message.endswith(f"is set a second time here: kubectl keeps {kept} and drops the first")


def test_a_repeated_key_in_what_is_dropped_tells_its_own_value() -> None:
    text = f"{HEAD}metadata: {{name: web}}\nspec: {{type: A, type: B}}\nspec: {{type: C}}\n"
    inner, outer = lint_text(text, "duplicate-key")
    assert "keeps B" in inner.message
    assert (inner.field, outer.field) == ("spec.type", "spec")
    assert (inner.span.line, inner.span.column) == (4, 17)


def test_a_repeated_key_keeps_its_fingerprint_in_another_file() -> None:
    text = service("type: A, type: B").encode()
    marks = {
        lint(Cluster(read(decode(path, text))), [RULES["duplicate-key"]]).findings[0].fingerprint
        for path in ("a.yaml", "b/c.yaml")
    }
    assert len(marks) == 1


# node-port-conflict


def test_services_that_are_named_in_the_cluster_conflict_on_a_cluster_ip_too() -> None:
    text = service("clusterIP: 10.247.0.9, ports: [{port: 80}]", "generateName: web-")
    (finding,) = lint_text(f"{text}---\n{text}", "invalid-service")
    assert finding.message == "cluster IP 10.247.0.9 is taken by Service (unnamed)"


# duplicate-port


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["80 TCP", "443 TCP"], [1]),
        (["80 TCP", "80 TCP", "443 TCP", "80 TCP"], [2, 3]),
        (["80 TCP", "443 UDP", "443 TCP"], [1, 2]),
        (["80 TCP", "80 UDP", "80 SCTP"], []),
        (["443 TCP", "80 TCP", "443 TCP", "22 TCP"], [1, 2, 3]),
    ],
)
def test_entries_of_one_node_port_clash_where_their_ports_differ(entries: list[str], found: list[int]) -> None:
    pairs = [entry.split() for entry in entries]
    ports = ", ".join(f"{{port: {port}, protocol: {protocol}, nodePort: 30080}}" for port, protocol in pairs)
    problems = lint_text(service(f"type: NodePort, ports: [{ports}]"), "duplicate-port")
    clashes = [each.field for each in problems if each.message.startswith("nodePort")]
    assert clashes == [f"spec.ports[{index}].nodePort" for index in found]


# Sizes and speed

LONG = "x" * 10**6


@pytest.mark.parametrize(
    "text",
    [
        service(f"type: {LONG}, {LONG}: 1, ports: [{{port: '{LONG}', protocol: {LONG}}}]"),
        service(f"ports: [{{port: 80, name: {LONG}, appProtocol: {LONG}}}]"),
        service(f"clusterIP: {LONG}, clusterIPs: [{LONG}], externalIPs: [{LONG}], ports: [{{port: 80}}]"),
        service(f"type: LoadBalancer, loadBalancerClass: {LONG}, loadBalancerSourceRanges: [{LONG}]"),
        service(f"type: ExternalName, externalName: {LONG}, selector: {{{LONG}: {LONG}}}"),
        service(f"{LONG}: 1, {LONG}: 2", f"name: {LONG}, namespace: {LONG}, labels: {{a: {LONG}}}"),
        f"apiVersion: {LONG}\nkind: Service\nmetadata: {{name: web}}\nspec: {{}}\n",
        f"{HEAD}spec: *{LONG}\n",
        service(f"ports: [{{port: '${{{LONG}}}'}}]"),
    ],
)
def test_a_value_of_a_megabyte_does_not_flood_a_message(text: str) -> None:
    found = lint_text(text)
    assert found
    for finding in found:
        assert len(finding.message) <= 500
        assert len(finding.help) <= 500


def test_a_value_of_several_lines_stays_on_one_line_of_a_message() -> None:
    spec = "  type: |\n    a\n    b\n  ports:\n  - port: 80\n    name: |\n      c\n      d\n"
    found = lint_text(f"{NAMED}spec:\n{spec}")
    assert r"type a\nb\n is not valid" in found[0].message
    assert all("\n" not in finding.message for finding in found)


MANY = 1000


def of_entries(entry: str, spec: str = "") -> str:
    entries = "".join(f"  - {entry.format(n=number, m=number + 1)}\n" for number in range(MANY))
    return f"{HEAD}metadata: {{name: web}}\nspec:\n{spec}  ports:\n{entries}"


MANIFESTS = {
    "one nodePort, one port": of_entries("{{port: 80, nodePort: 30080}}", "  type: NodePort\n"),
    "one nodePort, many ports": of_entries("{{port: {m}, nodePort: 30080}}", "  type: NodePort\n"),
    "wrong types": of_entries("{{name: a{n}, port: '80', protocol: 6}}"),
    "unknown fields": f"{HEAD}metadata: {{name: web}}\nspec:\n" + "".join(f"  x{n}: 1\n" for n in range(MANY)),
    "bad labels": f"{HEAD}metadata:\n  name: web\n  labels:\n" + "".join(f"    a{n}: -x\n" for n in range(MANY)),
    "repeated keys": f"{HEAD}metadata: {{name: web}}\nspec:\n" + "  type: ClusterIP\n" * MANY,
    "unresolved targets": of_entries("{{name: a{n}, port: {m}, targetPort: b{n}}}", "  selector: {app: web}\n")
    + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\n"
    + "spec:\n  containers:\n  - name: web\n    ports:\n"
    + "".join(f"    - {{name: c{n}, containerPort: {n + 1}}}\n" for n in range(MANY)),
}


@pytest.mark.parametrize("text", MANIFESTS.values(), ids=MANIFESTS)
def test_many_problems_in_one_service_are_all_found(text: str) -> None:
    assert len(lint_text(text)) >= MANY - 1


def test_host_ports_of_other_folders_are_no_conflict() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{ports: [{hostPort: 30080}]}]}\n"
    node_port = service("type: NodePort, ports: [{port: 80, nodePort: 30080}]")
    files = {f"{kind}{number}/a.yaml": text for kind, text in (("s", node_port), ("p", pod)) for number in range(500)}
    files["s7/b.yaml"] = pod
    documents = [document for path, text in files.items() for document in read(decode(path, text.encode()))]
    (finding,) = lint(Cluster(documents), [RULES["host-port-conflict"]]).findings
    assert finding.span.file == "s7/a.yaml"
