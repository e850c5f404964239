"""A configuration: found, read from YAML and TOML, and refused with the exact place."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from nplint.config import load, read
from nplint.declared import Config, Patterns, find
from nplint.errors import NplintError
from nplint.profile import KnownNode, PortRange, Profile
from nplint.reader import decode

YAML = """\
clusters:
  prod:
    type: turbo
    network: cloud-native-2.0
    version: v1.29.13-r0
    proxy-mode: ipvs
    node-port-range: 30000-31000
    paths: [deploy/prod/**]
    context: [state/prod.yaml]
    ip-families: [IPv4]
    nodes:
      node-1: 10.100.0.136
      node-2: {address: 10.100.0.5, labels: {pool: edge}, taints: [dedicated=edge:NoSchedule]}
    ledger:
      30080: "shop/web, firewall rule FW-12"
  test: {}
expect:
  - {resource: shop/web, public: true, source-ip: true}
  - {resource: api, public: false}
  - {resource: api, source-ip: true}
rules: {source-ip-lost: warning, node-port-pinned: off}
ignore:
  - {rule: node-port-pinned, resource: shop/web, path: a/**, reason: FW-12, until: 2027-06-30}
exclude: [vendor/**]
fail-on: error
format: concise
require-manifests: true
"""
TOML = """\
[project]
name = "fail-on"

[tool.nplint]
exclude = ["vendor/**"]
fail-on = "error"
format = "concise"
require-manifests = true
rules = {source-ip-lost = "warning", node-port-pinned = "off"}
ignore = [{rule = "node-port-pinned", resource = "shop/web", path = "a/**", reason = "FW-12", until = 2027-06-30}]

[[tool.nplint.expect]]
resource = "shop/web"
public = true
source-ip = true

[[tool.nplint.expect]]
resource = "api"
source-ip = true

[tool.nplint.clusters.test]

[tool.nplint.clusters.prod]
type = "turbo"
network = "cloud-native-2.0"
version = "v1.29.13-r0"
proxy-mode = "ipvs"
node-port-range = "30000-31000"
paths = ["deploy/prod/**"]
context = ["state/prod.yaml"]
ip-families = ["IPv4"]
nodes.node-1 = "10.100.0.136"
nodes.node-2 = {address = "10.100.0.5", labels = {pool = "edge"}, taints = ["dedicated=edge:NoSchedule"]}
ledger = {30080 = "shop/web, firewall rule FW-12"}
"""


def made(text: str, name: str = ".nplint.yaml") -> Config:
    return read(decode(name, text.encode()), os.getcwd())


def profile(fact: str) -> Profile:
    (target,) = made(f"clusters:\n  prod:\n    {fact}\n").targets
    return target.profile


def refusal(text: str | bytes, name: str = ".nplint.yaml") -> list[str]:
    with pytest.raises(NplintError) as refused:
        read(decode(name, text if isinstance(text, bytes) else text.encode()), os.getcwd())
    return list(refused.value.args)


# --- what it says


@pytest.mark.parametrize(("text", "name"), [(YAML, ".nplint.yaml"), (TOML, "pyproject.toml")])
def test_every_key_is_read(text: str, name: str) -> None:
    said = made(text, name)
    targets = {target.profile.name: target for target in said.targets}
    prod = targets["prod"].profile
    assert set(targets) == {"prod", "test"}
    assert prod._replace(declaration=None) == Profile(
        name="prod",
        type="turbo",
        network="cloud-native-2.0",
        version=(1, 29, 13, 0),
        proxy_mode="ipvs",
        node_port_range=PortRange(30000, 31000),
        ip_families=("IPv4",),
        nodes=(
            KnownNode("node-1", "10.100.0.136"),
            KnownNode("node-2", "10.100.0.5", {"pool": "edge"}, ("dedicated=edge:NoSchedule",)),
        ),
        ledger={30080: "shop/web, firewall rule FW-12"},
        is_declared=True,
    )
    assert targets["test"].profile._replace(declaration=None) == Profile(name="test", is_declared=True)
    assert (targets["prod"].paths.lines, targets["prod"].context.lines) == (("deploy/prod/**",), ("state/prod.yaml",))
    assert (targets["test"].paths.match("any/file.yaml"), targets["test"].context.lines) == (True, ())
    assert said.expectations == {"shop/web": {"public", "source-ip"}, "api": {"source-ip"}}
    assert {rule: node.value for rule, node in said.severities.items()} in (
        {"source-ip-lost": "warning", "node-port-pinned": False},
        {"source-ip-lost": "warning", "node-port-pinned": "off"},
    )
    (ignore,) = said.ignores
    assert ignore[:2] == ("node-port-pinned", "shop/web")
    assert (ignore.reason, ignore.until) == ("FW-12", "2027-06-30")
    assert ignore.node
    assert ignore.node.field == "ignore[0]"
    assert ignore.paths
    assert (ignore.paths("a/b.yaml"), ignore.paths("b/a.yaml")) == (True, False)
    assert said.exclude
    assert said.exclude.lines == ("vendor/**",)
    options = {name: said.option(name) for name in ("fail-on", "format", "require-manifests", "color")}
    assert {name: node and node.value for name, node in options.items()} == {
        "fail-on": "error",
        "format": "concise",
        "require-manifests": True,
        "color": None,
    }


@pytest.mark.parametrize(
    ("fact", "type", "network"),
    [
        ("type: standard", "standard", None),
        ("type: CCE", "standard", None),
        ("type: Turbo", "turbo", "cloud-native-2.0"),
        ("type: autopilot", "autopilot", "cloud-native-2.0"),
        ("type: kubernetes", "kubernetes", None),
        ("network: vpc", "standard", "vpc"),
        ("network: vpc-router", "standard", "vpc"),
        ("network: overlay_l2", "standard", "tunnel"),
        ("network: eni", None, "cloud-native-2.0"),
        ("{type: CCE, network: overlay_l2}", "standard", "tunnel"),
    ],
)
def test_familiar_spellings_are_understood(fact: str, type: str | None, network: str | None) -> None:
    assert (profile(fact).type, profile(fact).network) == (type, network)


@pytest.mark.parametrize(
    ("written", "version"),
    [
        ("1.30", (1, 30, 0, 0)),
        ("1.3", (1, 3, 0, 0)),
        ("'1.30'", (1, 30, 0, 0)),
        ("v1.30", (1, 30, 0, 0)),
        ("1.30.4", (1, 30, 4, 0)),
        ("v1.29.13-r0", (1, 29, 13, 0)),
        ("1.29.1-r12", (1, 29, 1, 12)),
        ("v1.28.3+k3s1", (1, 28, 3, 0)),
    ],
)
def test_a_version_is_read_as_it_is_written(written: str, version: tuple[int, ...]) -> None:
    assert profile(f"version: {written} # as printed").version == version


def test_toml_numbers_are_versions_too() -> None:
    (target,) = made("[tool.nplint.clusters.prod]\nversion = 1.30\n", "pyproject.toml").targets
    assert target.profile.version == (1, 30, 0, 0)


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n", "{}"])
def test_an_empty_configuration_says_nothing(text: str) -> None:
    said = made(text)
    assert (said.targets, said.severities, said.ignores, said.expectations) == ((), {}, (), {})


def test_json_and_byte_order_marks_are_read() -> None:
    assert made('{"fail-on": "note"}').option("fail-on")
    assert made("\ufefffail-on: note\n").option("fail-on")


# --- what it cannot say


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fail-on: eror\n", "1:10: fail-on cannot be eror: did you mean error?"),
        ("fail-on: xyz\n", "1:10: fail-on cannot be xyz: there are error, note and warning"),
        ("clusters:\n  p:\n    type: trubo\n", "3:11: there is no type of cluster trubo: did you mean turbo?"),
        (
            "clusters: {p: {network: vpx}}\n",
            "1:25: clusters.p.network cannot be vpx: there are cloud-native-2.0, eni, ",
        ),
        ("clusters: {p: {proxy-mode: ipv}}\n", "1:28: clusters.p.proxy-mode cannot be ipv: did you mean ipvs?"),
        ("clusters: {p: {version: latest}}\n", "1:25: `latest` is no cluster version: write it like v1.29.13-r0"),
        ("clusters: {p: {version: 1}}\n", "1:25: `1` is no cluster version: "),
        ("clusters: {p: {version: [1.30]}}\n", "1:25: clusters.p.version has to be text or a number"),
        ("clusters: {p: {node-port-range: 5}}\n", "1:33: clusters.p.node-port-range has to be text"),
        ("clusters: {p: {node-port-range: 9-5}}\n", "1:33: `9-5` is no node port range: write it like 30000-32767"),
        (
            "clusters: {p: {ip-families: [ipv4]}}\n",
            "1:30: clusters.p.ip-families[0] cannot be ipv4: did you mean IPv4?",
        ),
        ("clusters: {p: {paths: a}}\n", "1:23: clusters.p.paths has to be a list"),
        ("clusters: {p: {paths: ['!']}}\n", "1:24: `!` is no pattern: write it as in .gitignore"),
        ("clusters: {p: {nodes: {a: 1}}}\n", "1:27: clusters.p.nodes.a has to be text or a mapping"),
        (
            "clusters: {p: {nodes: {a: 10.0.0.500}}}\n",
            "1:27: `10.0.0.500` is no IP address: write the node's address like 10.100.0.136",
        ),
        ("clusters: {p: {nodes: {a: {address: web}}}}\n", "1:37: `web` is no IP address: "),
        (
            "clusters: {p: {nodes: {a: {taints: [gpu]}}}}\n",
            "1:37: `gpu` is no taint: write it like dedicated=edge:NoSchedule",
        ),
        (
            "clusters: {p: {nodes: {a: 10.0.0.5, b: {address: 010.0.0.5}}}}\n",
            "1:50: 010.0.0.5 is the address of a already: each node has its own",
        ),
        ("clusters: {p: {nodes: {a: {labels: [x]}}}}\n", "1:36: clusters.p.nodes.a.labels has to be a mapping"),
        ("min-confidence: likly\n", "1:17: min-confidence cannot be likly: did you mean likely?"),
        ("clusters: {p: {ledger: {web: x}}}\n", "1:25: the ledger's key web is no port number"),
        ("clusters: {p: {ledger: [30080]}}\n", "1:24: clusters.p.ledger has to be a mapping"),
        ("clusters: {p: ~}\n", "1:15: clusters.p has to be a mapping"),
        ("clusters: [p]\n", "1:11: clusters has to be a mapping"),
        ("clusters: {p: {type: '${TYPE}'}}\n", "1:22: clusters.p.type is not rendered yet: write what it stands for"),
        ("rules: {a: eror}\n", "1:12: rules.a cannot be eror: did you mean error?"),
        ("ignore: {rule: a}\n", "1:9: ignore has to be a list"),
        ("ignore: [{rule: a, until: tomorrow}]\n", "1:27: `tomorrow` is no date: write it like 2027-06-30"),
        ("ignore: [{rule: a, until: 2027-02-30}]\n", "1:27: `2027-02-30` is no date: write it like 2027-06-30"),
        ("ignore: [{reason: x}]\n", "1:10: ignore[0] ignores everything: name a rule, a resource or a path"),
        ("expect: [{public: true}]\n", "1:10: expect[0] needs resource"),
        ("expect: [{resource: a, public: 1}]\n", "1:32: expect[0].public has to be true or false"),
        ("exclude: [1]\n", "1:11: exclude[0] has to be text"),
        (
            "fail-on: note\nfail-on: error\n",
            "2:1: fail-on is set a second time here, first on line 1: make one of the two",
        ),
    ],
)
def test_a_bad_value_is_named_with_its_place(text: str, sentence: str) -> None:
    (said,) = refusal(text)
    assert said.startswith(f".nplint.yaml:{sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cluster: {}\n", "1:1: there is no key cluster: did you mean clusters?"),
        (
            "xyz: 1\n",
            "1:1: there is no key xyz: there are baseline, clusters, exclude, expect, fail-on, format, ignore, ",
        ),
        ("clusters:\n  p:\n    typ: x\n", "3:5: there is no key typ: did you mean type?"),
        ("clusters: {p: {nodes: {a: {adress: x}}}}\n", "1:28: there is no key adress: did you mean address?"),
        ("ignore:\n- {rule: a, resourc: b}\n", "2:13: there is no key resourc: did you mean resource?"),
        ("expect: [{resource: a, sourceip: true}]\n", "1:24: there is no key sourceip: did you mean source-ip?"),
    ],
)
def test_an_unknown_key_is_named_with_its_place(text: str, sentence: str) -> None:
    (said,) = refusal(text)
    assert said.startswith(f".nplint.yaml:{sentence}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("type = 1\n[tool.nplint]\nfail-on = 'eror'\n", "3:1: fail-on cannot be eror"),
        ("[tool.nplint.clusters.p]\n# type\ntype = 'trubo'\n", "3:1: there is no type of cluster trubo"),
        ("[tool.nplint]\nclusters.p.type = 'type'\n", "2:12: there is no type of cluster type"),
        ("[tool.nplint]\nignore = [{rule = 'a'}, {rule = 'b', until = 'x'}]\n", "2:38: `x` is no date"),
        (
            "[[tool.nplint.expect]]\nresource = 'a'\n[[tool.nplint.expect]]\nresource = 'b'\npubli = true\n",
            "5:1: there is",
        ),
        ("[tool.nplint]\nexclude = [1]\nfail-onn = 'note'\n", "3:1: there is no key fail-onn: did you mean fail-on?"),
        ("[tool.nplint]\nfail-on = \n", "2:11: this is no TOML: Invalid value"),
        ("[tool.nplint]\nfail-on = 'note", "2:16: this is no TOML: "),
    ],
)
def test_toml_has_places_too(text: str, place: str) -> None:
    assert refusal(text, "pyproject.toml")[-1].startswith(f"pyproject.toml:{place}")


def test_several_problems_are_told_at_once_in_their_order() -> None:
    said = refusal(
        "rule: {}\nfail-on: eror\nclusters:\n  b: {version: x, typ: y}\n  a: {ledger: {z: z}}\nexclude: no\n"
    )
    assert [sentence.split()[0] for sentence in said] == [
        f".nplint.yaml:{place}:" for place in ("1:1", "2:10", "4:16", "4:19", "5:16", "6:10")
    ]


@pytest.mark.parametrize("text", ["- a\n", "text\n", "1\n", "true\n", "[]"])
def test_a_configuration_is_a_mapping(text: str) -> None:
    assert refusal(text) == [".nplint.yaml: a configuration is a mapping, such as `clusters:` with names below it"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"clusters: {\n", ".nplint.yaml:1:11: this cannot be read: "),
        (b"a: [b\nc: d\n", ".nplint.yaml:2:2: this cannot be read: "),
        (b"a: \xff\n", ".nplint.yaml:1:4: this cannot be read: "),
        (b"a: {{ .x }}\n", ".nplint.yaml:1:4: this cannot be read: "),
        (b"fail-on: note\n---\nformat: text\n", ".nplint.yaml:3:1: a configuration is one document, and these are 2"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(text: bytes, sentence: str) -> None:
    (said,) = refusal(text)
    assert said.startswith(sentence)


@pytest.mark.parametrize("text", ["", "[tool]\n", "tool = 1\n", "[tool.other]\nnplint = 1\n"])
def test_a_named_toml_file_has_the_table(text: str) -> None:
    assert refusal(text, "pyproject.toml") == ["pyproject.toml has no table [tool.nplint]"]


DEEP = "pyproject.toml: it nests more than 200 lists and mappings in each other (`--limit depth=N` raises that)"
LONG = "a key has more than 200 parts (`--limit depth=N` raises that)"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((f"x = {'[' * levels}{']' * levels}\n", DEEP) for levels in (200, 400, 100_000)),
        *((f"x = {'{a = ' * levels}1{'}' * levels}\n", DEEP) for levels in (200, 100_000)),
        (f"\n[tool.other]\nx = {'[' * 100_000}{']' * 100_000}\n", DEEP),
        (f"{'a.' * 100_000}a = 1\n", f"pyproject.toml:2:1: {LONG}"),
        ("x = {" + ' "a b" . ' * 100_000 + "a = 1}\n", f"pyproject.toml:2:7: {LONG}"),
        (f"[tool.nplint.{'a.' * 100_000}a]\n", f"pyproject.toml:2:2: {LONG}"),
        (f"x = {'1' * 100_000}\n", "pyproject.toml: a number in it has more digits than a number can have"),
    ],
    ids=[*("200", "400", "many", "200 mappings", "many mappings", "elsewhere", "parts", "quoted", "header", "digits")],
)
def test_what_toml_is_not_meant_for_is_refused(text: str, sentence: str) -> None:
    assert refusal(f"[tool.nplint]\n{text}", "pyproject.toml") == [sentence]


def test_what_is_as_deep_as_it_may_be_is_read() -> None:
    said = refusal(f"[tool.nplint]\nx = {'[' * 199}{']' * 199}\n{'a.' * 199}a = 1\n", "pyproject.toml")
    told = ["pyproject.toml:2:1: there is no key x", "pyproject.toml:3:1: there is no key a"]
    assert [sentence.partition(": there are")[0] for sentence in said] == told


def test_no_place_is_looked_for_without_an_end() -> None:
    words = "# zz\n" * 20_000
    names = "".join(f"zz{number} = 1\n" for number in range(1000))
    said = refusal(f"[tool.nplint]\n{words}zz = 1\n{names}", "pyproject.toml")
    assert {sentence.partition(" there")[0] for sentence in said} == {"pyproject.toml:1:1:"}
    assert refusal(f"{words}[tool.nplint]\nzz = 1\n", "pyproject.toml")[0].startswith("pyproject.toml:20002:1: there")


# --- where it is


@pytest.mark.parametrize("name", [".nplint.yaml", ".nplint.yml", "pyproject.toml"])
@pytest.mark.parametrize("start", [".", "a", "a/b", "a/b/web.yaml", "nowhere/x"])
def test_it_is_found_above_as_far_as_the_repository(tmp_path: Path, name: str, start: str) -> None:
    (tmp_path / "a/b/.git").mkdir(parents=True)
    (tmp_path / "a/b/web.yaml").write_text("")
    (tmp_path / name).write_text("[tool.nplint]\n")
    found = find(str(tmp_path / start))
    assert found == (None if start.startswith("a/b") else str(tmp_path / name))


def test_the_nearest_one_wins_and_yaml_before_toml(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".git").mkdir()
    order = ["pyproject.toml", ".nplint.yml", ".nplint.yaml", "a/pyproject.toml", "a/.nplint.yml"]
    for name in order:
        (tmp_path / name).write_text("[tool.nplint]\n")
        assert find(str(tmp_path / "a")) == str(tmp_path / name)


@pytest.mark.parametrize("text", ["[project]\nname = 'x'\n", "[tool.nplint-extra]\na = 1\n", "# [tool.nplint]\n"])
def test_a_toml_file_without_the_table_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(text)
    assert find(str(tmp_path)) is None


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".nplint.yaml").mkdir()
    for name, reason in ((".nplint.yaml", "is a directory"), ("nowhere.yaml", "no such file or directory")):
        with pytest.raises(NplintError, match=f"^cannot read x: {reason}$"):
            load(str(tmp_path / name), "x")


# --- what it may not do


@pytest.mark.parametrize("key", ["plugins", "rules-from", "extends", "import", "python", "hooks"])
def test_it_names_no_code(key: str) -> None:
    assert refusal(f"{key}: [evil.py]\n")[0].startswith(f".nplint.yaml:1:1: there is no key {key}: ")


@pytest.mark.parametrize("value", ["!!python/object/apply:os.system [echo]", "!!python/name:os.system ''"])
def test_a_tag_makes_no_object(value: str) -> None:
    (said,) = refusal(f"fail-on: {value}\n")
    assert said.startswith(".nplint.yaml:1:10: fail-on ")


@pytest.mark.parametrize("line", ["../outside.yaml", "../**", "a/../../b.yaml"])
@pytest.mark.parametrize("key", ["paths", "context"])
def test_a_pattern_that_leads_outside_is_refused(key: str, line: str) -> None:
    place = f".nplint.yaml:1:{19 + len(key)}"
    assert refusal(f"clusters: {{p: {{{key}: ['{line}']}}}}\n") == [
        f"{place}: `{line}` leads out of the folder of this file: what it names lies in it"
    ]


@pytest.mark.parametrize("line", ["/etc/*", "~/x.yaml"])
def test_a_pattern_never_leads_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    (target,) = made(f"clusters: {{p: {{paths: ['{line}']}}}}\n").targets
    for path in ("../outside.yaml", "/etc/passwd", "web.yaml", str(Path("~/x.yaml").expanduser())):
        assert not target.paths.match(path)


@given(
    st.lists(st.lists(st.sampled_from(["a", "b.c", "*", "**", "/", "!", "#", "?", " ", "\\", "[ab]"])).map("".join)),
    st.lists(st.sampled_from(["a", "b.c", "é"]), min_size=1, max_size=4).map("/".join),
)
def test_a_pattern_means_what_it_means_to_git_in_any_folder(lines: list[str], path: str) -> None:
    try:
        expected = GitIgnoreSpec.from_lines(lines).match_file(path)
    except ValueError:
        return
    assert Patterns(os.path.realpath("."), tuple(lines)).match(path) is expected


def test_nesting_and_aliases_are_bounded() -> None:
    assert "this cannot be read" in refusal("a: " + "[" * 10_000)[0]
    bomb = "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(12))
    assert refusal(bomb)


def test_the_schema_describes_every_key_it_allows() -> None:
    from nplint.structure import schema

    def undescribed(part: object, at: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        named = part.get("properties", {}).items()
        lacking = [f"{at}.{name}" for name, child in named if "description" not in child]
        deeper = [*named, ("*", part.get("additionalProperties")), ("[]", part.get("items"))]
        return lacking + [one for name, child in deeper for one in undescribed(child, f"{at}.{name}")]

    assert undescribed(schema("config"), "") == []
