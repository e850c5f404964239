"""Edits of findings: which are made, and that they change what they name and no other byte."""

import codecs
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nplint import plugins
from nplint.check import Check, Problem, Problems, Rule, rule
from nplint.cluster import Cluster
from nplint.engine import lint, lint_clusters
from nplint.finding import Edit, Finding, Severity, Suppression
from nplint.fix import Outcome, applied, fixable, mend
from nplint.profile import PortRange, Profile
from nplint.reader import decode, encoding_of, parse, read
from nplint.report import Report

RULES = plugins.load().rules
HEAD = "apiVersion: v1\nkind: Service\n"
WEB = HEAD + "metadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80, protocol: tcp}]}\n"
TURBO = Profile(type="turbo", network="cloud-native-2.0")


def cluster(files: dict[str, bytes], profile: Profile | None = None, state: bytes = b"") -> Cluster:
    documents = [document for path, data in files.items() for document in read(decode(path, data))]
    return Cluster(documents, profile or Profile(), context=read(decode("state.yaml", state)))


def mended(
    files: dict[str, bytes],
    rules: Iterable[Rule] = RULES.values(),
    profile: Profile | None = None,
    *,
    unsafe: bool = False,
    state: bytes = b"",
) -> Outcome:
    """The files after their fixes; a crash of a rule or a fix that is known and not made is in the outcome."""
    rules = [*rules]

    def judge(clusters: Sequence[Cluster]) -> Report:
        return lint_clusters(clusters, rules)

    outcome = mend(judge([cluster(files, profile, state)]), judge, files.get, unsafe=unsafe)
    assert not outcome.report.crashes
    return outcome


def fixed(text: str | bytes, *names: str, profile: Profile | None = None, unsafe: bool = False) -> bytes:
    """One file after its fixes, of which none was refused; nothing is left that could be fixed."""
    data = text if isinstance(text, bytes) else text.encode()
    outcome = mended({"web.yaml": data}, [RULES[name] for name in names or RULES], profile, unsafe=unsafe)
    assert not outcome.refused
    assert fixable(outcome.report, unsafe=unsafe) == []
    return outcome.contents.get("web.yaml", data)


def service(spec: str, metadata: str = "name: web") -> str:
    return f"{HEAD}metadata: {{{metadata}}}\nspec: {{{spec}}}\n"


# --- what is fixed

SAFE = [
    ("type: NodePort, ports: [{port: 80, protocol: udp}]", "protocol: udp", "protocol: UDP"),
    ("type: NodePort, externalTrafficPolicy: 'local', ports: [{port: 80}]", "'local'", "'Local'"),
    ("type: nodeport, ports: [{port: 80}]", "nodeport", "NodePort"),
    ("sessionAffinity: clientip, ports: [{port: 80}]", "clientip", "ClientIP"),
    ('ports: [{port: "80"}]', '"80"', "80"),
    ("ports: [{port: '080'}]", "'080'", "80"),
    ('type: NodePort, ports: [{port: 80, nodePort: "30080"}]', '"30080"', "30080"),
    ('ports: [{port: 80, targetPort: "8080"}]', '"8080"', "8080"),
    ('publishNotReadyAddresses: "true", ports: [{port: 80}]', '"true"', "true"),
    ("selector: {app: 80, on: off}, ports: [{port: 80}]", "app: 80, on: off", 'app: "80", on: "off"'),
    ("type: NodePort, ports: [{port: 80, nodeport: 30080}]", "nodeport", "nodePort"),
    ("type: ClusterIP, ports: [{port: 80, nodePort: 30080}]", ", nodePort: 30080", ""),
    ("type: ClusterIP, externalTrafficPolicy: Local, ports: [{port: 80}]", "externalTrafficPolicy: Local, ", ""),
    ("type: NodePort, healthCheckNodePort: 30100, ports: [{port: 80}]", "healthCheckNodePort: 30100, ", ""),
]


@pytest.mark.parametrize(("spec", "wrong", "right"), SAFE)
def test_what_is_meant_is_clear(spec: str, wrong: str, right: str) -> None:
    text = service(spec)
    assert text.count(wrong) == 1
    assert fixed(text) == text.replace(wrong, right).encode()


TWICE = "type: NodePort, ports: [{name: a, port: 80, nodePort: 30000}, {name: b, port: 81, nodePort: %s}]"
RANGES = "loadBalancerSourceRanges: [10.0.0.0/8], "
UNSAFE = [
    ("ports: [{port: 80, nodePort: 30080}]", ", nodePort: 30080", ""),
    ("externalTrafficPolicy: Local, ports: [{port: 80}]", "externalTrafficPolicy: Local, ", ""),
    ("type: LoadBalancer, healthCheckNodePort: 30100, ports: [{port: 80}]", "healthCheckNodePort: 30100, ", ""),
    ("type: NodePort, loadBalancerClass: a.b/c, ports: [{port: 80}]", "loadBalancerClass: a.b/c, ", ""),
    (f"type: NodePort, {RANGES}ports: [{{port: 80}}]", RANGES, ""),
    ("type: ExternalName, externalName: a.b, clusterIP: 10.0.0.1", ", clusterIP: 10.0.0.1", ""),
    ("type: ExternalName, externalName: a.b, ipFamilyPolicy: SingleStack", ", ipFamilyPolicy: SingleStack", ""),
    ("type: NodePort, ports: [{port: 80, nodePort: 8080}]", "8080", "30000"),
    (TWICE % 30000, "30000}]", "30001}]"),
    ("type: NodePortt, ports: [{port: 80}]", "NodePortt", "NodePort"),
    ("ports: [{port: 80, targetPorts: 8080}]", "targetPorts", "targetPort"),
]


@pytest.mark.parametrize(("spec", "wrong", "right"), UNSAFE)
def test_what_may_be_meant_is_only_tried_where_that_is_asked_for(spec: str, wrong: str, right: str) -> None:
    text = service(spec)
    assert text.count(wrong) == 1
    assert mended({"web.yaml": text.encode()}).contents == {}
    assert fixed(text, unsafe=True) == text.replace(wrong, right).encode()


@pytest.mark.parametrize(
    "spec",
    [
        "type: NodePort, clusterIP: None, ports: [{port: 80}]",
        "type: NodePort, ports: [{port: 80, nodePort: 30080.5}]",
        "type: NodePort, ports: [{port: 80, nodePort: &p 8080}]",
        "type: 5, ports: [{port: 80}]",
        "type: ClusterIP, ports: [{nodePort: 30080}]",
        "type: ClusterIP, ports: &p [{port: 80, nodePort: 30080}]",
        "ports: [{port: 80, Port: 80}]",
        "ports: [{port: 80, targetPort: '0'}]",
        "ports: [{port: 80}, {port: 81}]",
        "replicas: 2, ports: [{port: 80}]",
        "type: NodePort, nodePort: 30080, ports: [{port: 80}]",
    ],
)
def test_what_takes_a_decision_is_left_to_people(spec: str) -> None:
    outcome = mended({"web.yaml": service(spec).encode()}, unsafe=True)
    assert outcome.report.open
    assert (outcome.contents, outcome.refused) == ({}, ())


def test_a_type_that_a_patch_may_change_decides_nothing() -> None:
    files = {
        "web.yaml": service("type: ClusterIP, ports: [{port: 80, nodePort: 30080}]").encode(),
        "kustomization.yaml": b"resources: [web.yaml]\npatches: [{patch: '{}'}]\n",
    }
    assert mended(files).contents == {}
    assert [*mended(files, unsafe=True).contents] == ["web.yaml"]


@pytest.mark.parametrize(("kind", "safe"), [("service", True), ("SERVICE", True), ("svc", False), ("Servce", False)])
def test_the_kind_is_a_word_too(kind: str, safe: bool) -> None:
    text = service("ports: [{port: 80}]").replace("kind: Service", f"kind: {kind}")
    assert fixed(text, unsafe=not safe) == text.replace(kind, "Service").encode()
    assert bool(mended({"a.yaml": text.encode()}).contents) is safe


def test_affinity_on_turbo_is_for_the_whole_cluster() -> None:
    text = service("type: NodePort, externalTrafficPolicy: local, selector: {app: web}, ports: [{port: 80}]")
    assert b"externalTrafficPolicy: Local," in fixed(text, profile=TURBO)
    assert b"externalTrafficPolicy: Cluster," in fixed(text, profile=TURBO, unsafe=True)


def test_what_hangs_on_an_undeclared_fact_is_not_touched() -> None:
    text = service("type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]")
    assert fixed(text, unsafe=True) == text.encode()
    (note,) = lint(cluster({"web.yaml": text.encode()}), [RULES["local-affinity-on-turbo"]]).findings
    assert note.edits == ()


def test_affinity_that_works_on_turbo_is_not_touched() -> None:
    pods = "{metadata: {labels: {app: web}}, spec: {hostNetwork: true, containers: [{name: a, image: a}]}}"
    backend = f"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: web}}\nspec: {{template: {pods}}}\n"
    text = service("type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]")
    both = f"{text}---\n{backend}"
    assert fixed(both, "local-affinity-on-turbo", profile=TURBO, unsafe=True) == both.encode()


# --- node ports


def node_port(name: str, *numbers: int) -> str:
    ports = ", ".join(f"{{name: p{port}, port: {port}, nodePort: {number}}}" for port, number in enumerate(numbers, 1))
    return f"{HEAD}metadata: {{name: {name}}}\nspec: {{type: NodePort, ports: [{ports}]}}\n"


def ports(outcome: Outcome, path: str = "f.yaml") -> list[list[int]]:
    documents = [each.value for each in parse(decode(path, outcome.contents[path])) if isinstance(each.value, dict)]
    return [[port["nodePort"] for port in value["spec"]["ports"]] for value in documents]


def test_no_two_fixes_of_a_run_get_one_port() -> None:
    text = "---\n".join([node_port("a", 30000, 80), node_port("b", 30000, 30000), node_port("c", 81, 30001)])
    outcome = mended({"f.yaml": text.encode()}, unsafe=True)
    found = ports(outcome)
    assert found[0][0] == 30000
    assert found[2][1] == 30001
    numbers = [number for each in found for number in each]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= {*range(30000, 30010)}
    assert fixable(outcome.report, unsafe=True) == []


def test_another_port_is_one_that_nothing_has() -> None:
    pod = "spec: {containers: [{name: a, image: a, ports: [{containerPort: 1, hostPort: 20108}]}]}"
    agent = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{pod}\n"
    profile = Profile(
        type="standard",
        network="vpc",
        version=(1, 29, 0, 0),
        node_port_range=PortRange(20106, 32767),
        ledger={20107: "ours"},
    )
    text = f"{node_port('a', 80, 20109)}---\n{agent}"
    outcome = mended({"f.yaml": text.encode()}, profile=profile, unsafe=True, state=node_port("other", 20106).encode())
    assert outcome.contents["f.yaml"] == text.replace("nodePort: 80", "nodePort: 20110").encode()


def test_a_port_that_cce_itself_listens_on_is_moved() -> None:
    profile = Profile(type="standard", network="vpc", node_port_range=PortRange(28000, 32767), is_declared=True)
    outcome = mended({"f.yaml": node_port("a", 28001).encode()}, profile=profile, unsafe=True)
    assert ports(outcome) == [[28000]]


def test_one_number_for_two_protocols_stays_one_number() -> None:
    entries = "{name: u, port: 53, protocol: UDP, nodePort: 53}, {name: t, port: 53, protocol: TCP, nodePort: 53}"
    text = service(f"type: NodePort, ports: [{entries}]", "name: dns")
    assert ports(mended({"f.yaml": text.encode()}, unsafe=True)) == [[30000, 30000]]


def test_where_no_port_is_left_none_is_pinned() -> None:
    profile = Profile(node_port_range=PortRange(30000, 30001))
    text = "---\n".join([node_port("a", 30000, 80), node_port("b", 81), node_port("c", 30000)])
    outcome = mended({"f.yaml": text.encode()}, profile=profile, unsafe=True)
    assert ports(outcome) == [[30000, 80], [81], [30001]]
    assert fixable(outcome.report, unsafe=True) == []


def test_two_in_one_folder_may_be_variants() -> None:
    files = {name: node_port(name[0], 30080).encode() for name in ("a.yaml", "b.yaml")}
    assert mended(files, unsafe=True).contents == {}
    outcome = mended(files, unsafe=True, profile=Profile(is_declared=True))
    assert outcome.contents == {"b.yaml": files["b.yaml"].replace(b"30080", b"30000")}


def test_a_port_is_written_only_where_every_cluster_has_it_to_spare() -> None:
    data = node_port("a", 80).encode()
    documents = read(decode("a.yaml", data))
    taken = read(decode("b.yaml", node_port("b", 30000).encode()))
    rules = [RULES["node-port-out-of-range"]]
    prod, test = Cluster(documents, Profile(name="prod")), Cluster(documents, Profile(name="test"))
    (finding,) = lint_clusters([prod, test], rules).findings
    assert [edit.text for edit in finding.edits] == ["30000"]
    (finding,) = lint_clusters([prod, Cluster(documents, Profile(name="test"), context=taken)], rules).findings
    assert finding.clusters == ("prod", "test")
    assert finding.edits == ()


# --- what is not


def test_findings_that_do_not_count_are_not_fixed() -> None:
    report = lint(cluster({"web.yaml": WEB.encode()}), [RULES["unknown-protocol"]])
    (finding,) = report.findings

    def with_(finding: Finding) -> list[Finding]:
        return fixable(Report((finding,), report.runs, report.clusters), unsafe=True)

    assert with_(finding) == [finding]
    assert with_(finding._replace(known="base")) == []
    assert with_(finding._replace(suppressed=Suppression("comment", ""))) == []
    older = finding.span._replace(revision="base")
    assert with_(finding._replace(edits=tuple(edit._replace(span=older) for edit in finding.edits))) == []
    assert with_(finding._replace(edits=())) == []


def test_a_file_that_cannot_be_had_keeps_no_other_from_being_fixed() -> None:
    files = {"a.yaml": WEB.encode(), "b.yaml": WEB.replace("web", "api").encode()}
    rules = [RULES["unknown-protocol"]]

    def judge(clusters: Sequence[Cluster]) -> Report:
        return lint_clusters(clusters, rules)

    report = judge([cluster(files)])
    outcome = mend(report, judge, lambda path: files[path] if path == "b.yaml" else None, unsafe=False)
    assert outcome.contents == {"b.yaml": files["b.yaml"].replace(b"tcp", b"TCP")}
    assert [finding.span.file for finding in fixable(outcome.report, unsafe=False)] == ["a.yaml"]


def test_a_fixed_file_is_what_the_other_clusters_see() -> None:
    files = {name: service("type: NodePort, ports: [{port: 80, protocol: tcp}]").encode() for name in ("a", "b")}
    one, other = (read(decode(name, data)) for name, data in files.items())
    rules = [RULES["unknown-protocol"]]

    def judge(clusters: Sequence[Cluster]) -> Report:
        return lint_clusters(clusters, rules)

    outcome = mend(judge([Cluster(one, context=other), Cluster(other)]), judge, files.get, unsafe=False)
    assert sorted(outcome.contents) == ["a", "b"]
    texts = [each.text for found in outcome.report.clusters for each in (*found.documents, *found.context)]
    assert texts == [files["a"].decode().replace("tcp", "TCP")] * 3


def make(check: Check, name: str = "probe") -> Rule:
    made = rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")(check)
    return made._replace(name=name)


def names_to(right: str | Callable[[str], str], wrong: Iterable[str]) -> Check:
    """A rule that wants a Service of one of these names to have another, with the edit that writes it as it stands."""

    def check(cluster: Cluster) -> Problems:
        """A name is wrong."""
        for service in cluster.services:
            node = service.node["metadata"]["name"]
            if node.text in wrong:
                text = right if isinstance(right, str) else right(node.text)
                yield Problem(node, f"{node.text} is wrong", edits=(Edit(node.span, text, True),))

    return check


NAMES = "---\n".join(service("ports: [{port: 80}]", f"name: {name}") for name in "abcdef")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b", "the file would no longer parse as it does"),
        ("x}\n---\n{", "the file would no longer parse as it does"),
        ("x, labels: {a: b}", "it would change other values too"),
        ("x}\nspec: {ports: []}\nx: {", "it would change other values too"),
    ],
)
def test_an_edit_that_changes_more_than_its_value_is_refused_and_no_other(text: str, reason: str) -> None:
    bad, good = make(names_to(text, "d"), "bad"), make(names_to(str.upper, "abcef"), "good")
    outcome = mended({"f.yaml": NAMES.encode()}, [bad, good])
    expected = NAMES
    for name in "abcef":
        expected = expected.replace(f"name: {name}", f"name: {name.upper()}")
    assert outcome.contents["f.yaml"].decode() == expected
    assert sorted(finding.message[0] for finding in outcome.fixed) == [*"abcef"]
    assert [(refusal.finding.rule, refusal.finding.message, refusal.reason) for refusal in outcome.refused] == [
        ("bad", "d is wrong", reason)
    ]


def test_edits_that_undo_each_other_come_to_an_end() -> None:
    there, back = make(names_to("z", "a"), "there"), make(names_to("a", "z"), "back")
    outcome = mended({"f.yaml": service("ports: [{port: 80}]", "name: a").encode()}, [there, back])
    assert [finding.rule for finding in outcome.fixed] == ["there"]
    assert [(refusal.finding.rule, refusal.reason) for refusal in outcome.refused] == [
        ("back", "another fix undoes it")
    ]
    assert b"name: z" in outcome.contents["f.yaml"]


def test_edits_without_an_end_come_to_one() -> None:
    longer = make(names_to(lambda name: name + "a", ["a" * length for length in range(1, 1000)]))
    outcome = mended({"f.yaml": service("ports: [{port: 80}]", "name: a").encode()}, [longer])
    assert len(outcome.fixed) == 100
    assert len(fixable(outcome.report, unsafe=False)) == 1


def test_a_fix_that_makes_an_error_elsewhere_is_refused() -> None:
    right = node_port("web", 30080)
    wrong = node_port("api", 30080).replace("NodePort", "nodeport", 1)
    outcome = mended({"a.yaml": wrong.encode(), "b.yaml": right.encode()}, profile=Profile(is_declared=True))
    assert outcome.contents == {}
    (refusal,) = outcome.refused
    place = f"b.yaml:4:{right.splitlines()[3].index('30080') + 1}"
    assert refusal.reason == f"it would make an error at {place}: nodePort 30080 is claimed by Service api too"


def test_a_fix_may_bring_to_light_what_else_is_wrong_with_a_service() -> None:
    text = node_port("api", 8080).replace("NodePort", "nodeport", 1)
    outcome = mended({"a.yaml": text.encode()})
    assert outcome.contents["a.yaml"] == node_port("api", 8080).encode()
    assert [finding.rule for finding in outcome.report.open if finding.severity is Severity.ERROR] == [
        "node-port-out-of-range"
    ]


def test_edits_that_touch_are_made_one_after_the_other() -> None:
    text = service(
        "type: ClusterIP, externalTrafficPolicy: Local, healthCheckNodePort: 30100, ports: [{port: 80, nodePort: '1'}]"
    )
    assert fixed(text) == service("type: ClusterIP, ports: [{port: 80}]").encode()


def test_a_key_that_stands_twice_goes_twice() -> None:
    lines = [
        "spec:",
        "  type: ClusterIP",
        "  ports:",
        "  - nodePort: 30080",
        "    port: 80",
        "    nodePort: 30081 # c",
        "",
    ]
    right = [*lines[:3], "  - port: 80", ""]
    head = HEAD + "metadata: {name: web}\n"
    assert fixed(head + "\n".join(lines), "field-of-another-type") == (head + "\n".join(right)).encode()


def test_renaming_and_removing_in_one_mapping_take_one_pass() -> None:
    text = service("type: ClusterIP, ports: [{targetport: 80, port: 80, nodePort: 30080}]")
    assert fixed(text) == service("type: ClusterIP, ports: [{targetPort: 80, port: 80}]").encode()


# --- and nothing else changes

MANIFEST = """\
# head
apiVersion: v1
kind: List
items:
  - apiVersion: v1   # one
    kind: Service
    metadata: {name: 'wéb', labels: {"v": 1.0}}   # 😀
    spec:
      type: "clusterip"

      ports:
      - nodePort: 30080\t# gone
        protocol:   'udp'
        port: "53"
      -   {"port": 80, name: x , nodePort: 30081, protocol: tcp}  # kept
---
# a comment with a stray: ~
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {externaltrafficpolicy: local, "type": NodePort, ports: [{port: 80, targetPort: '8080'}]}
"""
RIGHT = """\
# head
apiVersion: v1
kind: List
items:
  - apiVersion: v1   # one
    kind: Service
    metadata: {name: 'wéb', labels: {"v": "1.0"}}   # 😀
    spec:
      type: "ClusterIP"

      ports:
      - protocol:   'UDP'
        port: 53
      -   {"port": 80, name: x , protocol: TCP}  # kept
---
# a comment with a stray: ~
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {externalTrafficPolicy: Local, "type": NodePort, ports: [{port: 80, targetPort: 8080}]}
"""


@pytest.mark.parametrize(
    "form",
    [
        str.encode,
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.replace("\n", "\r\n").encode("utf-16-be"),
        lambda text: text.encode().replace(b"~", b"\xff\xc3(\x80"),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le").replace(b"~\0", b"\x00\xdc") + b"#\0x",
    ],
    ids=["plain", "no line end", "CRLF", "BOM", "UTF-16-LE", "UTF-16-BE and CRLF", "stray bytes", "stray units"],
)
def test_every_other_byte_stays(form: Callable[[str], bytes]) -> None:
    assert fixed(form(MANIFEST)) == form(RIGHT)


def test_line_ends_may_be_mixed() -> None:
    lines = [line.encode() + (b"\r\n" if number % 3 else b"\n") for number, line in enumerate(MANIFEST.split("\n"))]
    right = RIGHT.split("\n")
    # The line with the dash goes on with what stood on the next one.
    ends = [line[len(line.rstrip(b"\r\n")) :] for line in lines]
    del ends[11]
    assert fixed(b"".join(lines)) == b"".join(line.encode() + end for line, end in zip(right, ends, strict=True))


JSON: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "labels": {"a": 1}},
    "spec": {
        "type": "ClusterIP",
        "ports": [{"nodePort": 30080, "port": "80", "protocol": "tcp"}, {"name": "é", "port": 81, "nodePort": 30081}],
    },
}


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_json_stays_json(indent: int | str | None, separators: tuple[str, str]) -> None:
    def written(value: object) -> str:
        return json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)

    labels = {"name": "web", "labels": {"a": "1"}}
    ports = [{"port": 80, "protocol": "TCP"}, {"name": "é", "port": 81}]
    right = JSON | {"metadata": labels, "spec": {"type": "ClusterIP", "ports": ports}}
    rules = ("wrong-type", "unknown-protocol", "field-of-another-type")
    assert fixed(written(JSON), *rules).decode() == written(right)
    assert fixed(f"{written(JSON)}\n{written(JSON)}", *rules).decode() == f"{written(right)}\n{written(right)}"


ENCODINGS = [
    (b"", "utf-8", b"\xff"),
    (codecs.BOM_UTF8, "utf-8", b"\xff\x80"),
    (codecs.BOM_UTF16_LE, "utf-16-le", b"\x00\xdc"),
    (codecs.BOM_UTF16_BE, "utf-16-be", b"\xdc\x00"),
]
TEXTS = st.text(st.sampled_from("ab \t\n\ré😀\ufeff\u2028\x85"), max_size=8)


@given(
    encoding=st.sampled_from(ENCODINGS),
    parts=st.lists(st.tuples(TEXTS.filter(bool), st.booleans(), TEXTS, TEXTS), max_size=5),
    rest=TEXTS,
)
def test_bytes_outside_of_the_edits_are_those_that_were_there(
    encoding: tuple[bytes, str, bytes], parts: list[tuple[str, bool, str, str]], rest: str
) -> None:
    mark, name, stray = encoding
    pieces: list[tuple[bytes, str | None]] = [("#".encode(name), None)]
    for kept, with_stray, lost, new in parts:
        pieces += [(kept.encode(name) + (stray if with_stray else b""), None), (lost.encode(name), new)]
    pieces.append((rest.encode(name), None))
    data = mark + b"".join(old for old, _ in pieces)
    source, errors = decode("f.yaml", data), encoding_of(data).errors
    edits, offset = [], 0
    for old, new_text in pieces:
        end = offset + len(old.decode(name, errors))
        edits += [] if new_text is None else [Edit(source.span(offset, end), new_text, True)]
        offset = end
    expected = b"".join(old if new_text is None else new_text.encode(name) for old, new_text in pieces)
    assert applied(data, reversed(edits)) == mark + expected


VALUES = st.recursive(
    st.sampled_from([1, "a", "a # b", "a: b", "two words\n", "é😀", True, None, 1.5, "x" * 90, "{", "'", '"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdé#"), inner, max_size=3),
    max_leaves=5,
)
MAPPINGS = st.dictionaries(st.sampled_from(["a", "b", "c", "gone", "d e", "é"]), VALUES, min_size=1, max_size=5)
DUMPS: list[Callable[[object], str]] = [
    lambda value: yaml.safe_dump(value, sort_keys=False),
    lambda value: yaml.safe_dump(value, sort_keys=False, default_flow_style=False, allow_unicode=True),
    lambda value: yaml.safe_dump(value, sort_keys=False, default_flow_style=True, allow_unicode=True, width=30),
    lambda value: yaml.safe_dump(value, sort_keys=False, indent=4, line_break="\r\n", default_style='"'),
    lambda value: json.dumps(value, indent=2),
    json.dumps,
]


@given(data=st.data(), dump=st.sampled_from(DUMPS), in_list=st.booleans(), mapping=MAPPINGS)
def test_any_entry_goes_alone_or_not_at_all(
    data: st.DataObject, dump: Callable[[object], str], in_list: bool, mapping: dict[str, Any]
) -> None:
    value: Any = {"ports": [mapping, {"x": 1}]} if in_list else {"spec": mapping, "x": 1}
    place = ("ports", 0) if in_list else ("spec",)
    key = data.draw(st.sampled_from([*mapping]))
    text = dump(value)
    (document,) = parse(decode("f.yaml", text.encode()))
    span = document.entry((*place, key))
    if span is None:
        assert len(mapping) == 1
        return
    start, end = document.source.offsets(span)
    (after,) = parse(decode("f.yaml", (text[:start] + text[end:]).encode()))
    expected: Any = json.loads(json.dumps(document.value))
    del (expected["ports"][0] if in_list else expected["spec"])[key]
    assert after.value == expected
    assert after.defects == document.defects
