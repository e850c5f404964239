"""Rules from folders and files: what a run uses, what `nplint` says of them, and what a repository cannot have read."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULE = """\
summary: A Service hands out port {port}.
why: SSH goes through the bastion.
severity: error
kinds: [{{apiVersion: v1, kind: Service}}]
schema:
  properties: {{spec: {{properties: {{ports: {{items: {{properties: {{port: {{not: {{const: {port}}}}}}}}}}}}}}}}}
message: port {{value}} is taken
good: "apiVersion: v1"
bad: "apiVersion: v1"
"""
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports: [{name: a, port: 22}, {name: b, port: 80}]
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: two-ports}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [services]}]}
  validations: [{expression: object.spec.ports.size() < 2, message: one port is enough}]
"""


@pytest.fixture(autouse=True)
def repository(nplint: "Nplint", tmp_path: Path) -> Path:
    """A repository in a folder of its own, with rules of its own."""
    folder = tmp_path / "repository"
    (folder / "policy").mkdir(parents=True)
    (folder / "policy/no-ssh.yaml").write_text(RULE.format(port=22))
    (folder / "web.yaml").write_text(WEB)
    (folder / ".nplint.yaml").write_text("rules-dir: policy\n")
    return folder


@pytest.fixture
def inside(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    return repository


def test_a_repository_brings_rules(nplint: "Nplint", inside: Path) -> None:
    run = nplint("--format", "concise", "--select", "no-ssh")
    assert (run.code, run.out) == (1, "web.yaml:5:27: error[no-ssh] port 22 is taken\n")


def test_its_rules_are_no_manifests(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/service.yml").write_text(RULE.format(port=1) + "# kind: Service\n# apiVersion: v1\n")
    assert "without a manifest" not in nplint().err


def test_rules_are_found_from_wherever_the_configuration_is(nplint: "Nplint", repository: Path) -> None:
    run = nplint("--format", "concise", "--select", "no-ssh", "repository/web.yaml")
    assert run.out == "repository/web.yaml:5:27: error[no-ssh] port 22 is taken\n"


@pytest.mark.parametrize("given", ["more", "more/no-http.yaml"])
def test_the_command_line_brings_rules_too(nplint: "Nplint", inside: Path, given: str) -> None:
    (inside / "more").mkdir()
    (inside / "more/no-http.yaml").write_text(RULE.format(port=80))
    (inside / "more/README.md").write_text("# not a rule")
    run = nplint("--rules", given, "--format", "concise", "--select", "no-ssh,no-http", "web.yaml")
    assert [line.split()[1] for line in run.out.splitlines()] == ["error[no-ssh]", "error[no-http]"]


def test_a_policy_of_the_api_server_is_a_rule(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/two-ports.yaml").write_text(POLICY)
    run = nplint("--format", "concise", "--select", "two-ports")
    assert run.out == "web.yaml:5:3: error[two-ports] one port is enough\n"


def test_rules_are_listed_and_explained(nplint: "Nplint", inside: Path) -> None:
    assert "no-ssh                           error    A Service hands out port 22.\n" in nplint("rules").out
    assert nplint("explain", "no-ssh").out.startswith("no-ssh (error)\n\nA Service hands out port 22.\n")
    assert nplint("config", "validate").err == ".nplint.yaml: nothing is wrong with it\n"


def test_the_configuration_sets_the_severity_of_its_rules(nplint: "Nplint", inside: Path) -> None:
    (inside / ".nplint.yaml").write_text("rules-dir: policy\nrules: {no-ssh: note}\n")
    assert "note[no-ssh]" in nplint("--format", "concise").out


@pytest.mark.parametrize(
    ("name", "owner"), [("duplicate-key.yaml", "the plugin nplint"), ("no_ssh.yaml", "policy/no-ssh.yaml")]
)
def test_two_rules_of_one_name_are_an_error_that_names_both(
    nplint: "Nplint", inside: Path, name: str, owner: str
) -> None:
    (inside / "policy" / name).write_text(RULE.format(port=1))
    rule = name.removesuffix(".yaml").replace("_", "-")
    sentence = f"error: {owner} and policy/{name} both bring a rule named {rule}: remove one of them\n"
    assert nplint() == (2, "", sentence)


def test_one_folder_in_two_spellings_is_read_once(nplint: "Nplint", inside: Path) -> None:
    arguments = ("--rules", "policy", "--rules", "./policy/no-ssh.yaml", "--format", "concise", "--select", "no-ssh")
    assert nplint(*arguments).out == "web.yaml:5:27: error[no-ssh] port 22 is taken\n"


def test_mistakes_in_all_files_are_told(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/a.yaml").write_text(RULE.format(port=1).replace("severity", "severty"))
    (inside / "policy/b.yaml").write_text(POLICY.replace("two-ports", "b").replace("size() < 2", "size( < 2"))
    (inside / "policy/C.YAML").write_text("")
    said = nplint().err.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in said] == ["policy/C.YAML"] + ["policy/a.yaml"] * 2 + [
        "policy/b.yaml"
    ]


@pytest.mark.parametrize("name", ["", "below/r.yaml", "r.json", ".r.yaml"])
def test_a_folder_without_a_rule_is_an_error(nplint: "Nplint", inside: Path, name: str) -> None:
    (inside / "none" / name).parent.mkdir(parents=True, exist_ok=True)
    (inside / "none").mkdir(exist_ok=True)
    if name:
        (inside / "none" / name).write_text(RULE.format(port=1))
    (inside / ".nplint.yaml").write_text("rules-dir: none\n")
    said = "error: none holds no rule: rules are files that end in .yaml, right in the folder\n"
    assert nplint() == (2, "", said)
    assert nplint("--isolated", "--rules", "none") == (2, "", said)


def test_the_policies_of_a_list_are_rules(nplint: "Nplint", inside: Path) -> None:
    first, second = ("\n".join(f"  {line}" for line in POLICY.replace("two-ports", name).splitlines()) for name in "ab")
    (inside / "policy/all.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n-{first[1:]}\n-{second[1:]}\n")
    run = nplint("--format", "concise", "--select", "a,b")
    assert run.out == "web.yaml:5:3: error[a] one port is enough\nweb.yaml:5:3: error[b] one port is enough\n"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (WEB, "2:7", "a Service of v1"),
        ("kind: List\napiVersion: v1\nitems: []\n", "1:7", "a List of v1"),
        (
            POLICY.replace("Validating", "Mutating"),
            "2:7",
            "a MutatingAdmissionPolicy of admissionregistration.k8s.io/v1",
        ),
        (
            f"{POLICY}---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicyBinding\n",
            "9:7",
            "a MutatingAdmissionPolicyBinding of admissionregistration.k8s.io/v1",
        ),
    ],
)
def test_a_manifest_among_the_rules_is_said_to_be_none(
    nplint: "Nplint", inside: Path, text: str, place: str, what: str
) -> None:
    (inside / "policy/r.yaml").write_text(text)
    assert refused(nplint) == (
        f"policy/r.yaml:{place}: {what} is no rule: take it away, for of manifests only a ValidatingAdmissionPolicy "
        "and its binding are"
    )


def test_a_rule_beside_a_policy_is_not_lost(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/two-ports.yaml").write_text(f"{POLICY}---\n{RULE.format(port=80)}")
    said = "policy/two-ports.yaml:8:1: a rule is a file of its own: move it out of the one of a policy"
    assert refused(nplint) == said
    (inside / "policy/two-ports.yaml").write_text(f"{POLICY}---\napiVersion: v1\nkind: Namespace\n")
    assert nplint("--select", "two-ports").code == 1


def test_a_policy_is_explained_with_what_it_asks(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/two-ports.yaml").write_text(POLICY)
    assert "It has to be so: object.spec.ports.size() < 2\n" in nplint("explain", "two-ports").out


# --- what a repository cannot have


def refused(nplint: "Nplint", *arguments: str) -> str:
    run = nplint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ")
    assert run.err.count("\n") == 1
    return run.err.removeprefix("error: ").rstrip("\n")


@pytest.mark.parametrize("path", ["..", "../policy", "policy/../..", "/etc", "/"])
def test_a_folder_outside_of_the_repository_is_refused(nplint: "Nplint", inside: Path, path: str) -> None:
    (inside / ".nplint.yaml").write_text(f"rules-dir: {path}\n")
    place = ".nplint.yaml:1:12"
    assert refused(nplint) == f"{place}: `{path}` leads out of the folder of this file: what it names lies in it"


def test_a_link_to_a_folder_outside_is_refused(nplint: "Nplint", inside: Path, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (inside / "linked").symlink_to(tmp_path / "secrets")
    (inside / ".nplint.yaml").write_text("rules-dir: linked\n")
    assert "`linked` leads out of the folder of this file" in refused(nplint)


@pytest.mark.parametrize("arguments", [(), ("--rules", "policy", "--isolated")])
def test_a_link_to_a_file_outside_is_refused(
    nplint: "Nplint", inside: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (inside / "policy/leak.yaml").symlink_to(tmp_path / "secret.yaml")
    said = refused(nplint, *arguments)
    assert said.startswith("policy/leak.yaml leads out of ")
    assert "hunter2" not in said


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the repository, which nobody in it may look into."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "no-web.yaml").write_text(RULE.format(port=80))
    (folder / "good.json").write_text('{"version": 1, "findings": []}')
    (folder / "state.yaml").write_text(WEB.replace("name: web", "name: api"))
    return folder


@pytest.mark.parametrize("path", ["../outside/good.json", "OUTSIDE/good.json", "/etc/passwd", "linked.json", '"a\\0b"'])
def test_a_baseline_outside_of_the_repository_is_refused(
    nplint: "Nplint", inside: Path, outside: Path, path: str
) -> None:
    (inside / "linked.json").symlink_to(outside / "good.json")
    path = path.replace("OUTSIDE", str(outside))
    (inside / ".nplint.yaml").write_text(f"baseline: {path}\n")
    place = ".nplint.yaml:1:11"
    shown = path.strip('"').replace("\\0", "\\x00")
    assert refused(nplint) == f"{place}: `{shown}` leads out of the folder of this file: what it names lies in it"


def test_context_outside_of_the_repository_is_refused(nplint: "Nplint", inside: Path, outside: Path) -> None:
    (inside / "state.yaml").symlink_to(outside / "state.yaml")
    (inside / ".nplint.yaml").write_text("clusters: {prod: {context: [state.yaml]}}\n")
    said = "state.yaml leads out of the folder of the configuration: copy what it leads to"
    assert refused(nplint, "--select", "node-port-conflict") == said


def test_a_link_to_a_configuration_does_not_lead_its_paths_out(nplint: "Nplint", inside: Path, outside: Path) -> None:
    (outside / "nplint.yaml").write_text("rules-dir: .\n")
    (inside / ".nplint.yaml").unlink()
    (inside / ".nplint.yaml").symlink_to(outside / "nplint.yaml")
    assert "no-web" not in nplint("rules").out
    (outside / "nplint.yaml").write_text("rules-dir: policy\n")
    assert "no-ssh" in nplint("rules").out


def test_a_folder_that_is_not_there_is_named(nplint: "Nplint", inside: Path) -> None:
    (inside / ".nplint.yaml").write_text("rules-dir: rulez\n")
    assert refused(nplint) == ".nplint.yaml:1:12: there is no folder `rulez`: make it, or leave rules-dir out"
    (inside / ".nplint.yaml").write_text("rules-dir: policy/no-ssh.yaml\n")
    assert refused(nplint) == (".nplint.yaml:1:12: `policy/no-ssh.yaml` is no folder: name the one that it lies in")
    (inside / ".nplint.yaml").write_text("")
    assert refused(nplint, "--rules", "rulez") == "there is no file or folder of rules rulez"


@pytest.mark.parametrize("key", ["plugin", "plugins"])
def test_a_configuration_loads_no_python(nplint: "Nplint", inside: Path, key: str) -> None:
    (inside / "evil.py").write_text("raise SystemExit('it ran')\n")
    (inside / ".nplint.yaml").write_text(f"{key}: [evil]\n")
    place = ".nplint.yaml:1:1"
    assert refused(nplint) == (
        f"{place}: there is no key {key}: no code is loaded from here, so name a plugin with --plugin"
    )


def test_python_among_the_rules_is_refused_and_not_run(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/evil.py").write_text("raise SystemExit('it ran')\n")
    assert refused(nplint) == (
        "policy/evil.py is Python, and code is never loaded from a folder of rules: "
        "put it into a package, or name its module with --plugin"
    )


def test_the_environment_loads_no_python(nplint: "Nplint", inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPLINT_PLUGIN", "no_such_module")
    assert nplint("--select", "no-ssh").code == 1


@pytest.mark.parametrize("key", ["output", "write", "cache-dir", "log-file"])
def test_a_configuration_names_nothing_to_write(nplint: "Nplint", inside: Path, key: str) -> None:
    (inside / ".nplint.yaml").write_text(f"{key}: /tmp/x\n")
    assert refused(nplint).startswith(f".nplint.yaml:1:1: there is no key {key}: ")


def test_a_file_that_is_too_large_is_no_rule(nplint: "Nplint", inside: Path) -> None:
    (inside / "policy/large.yaml").write_text("a: b\n" * 300_000)
    said = "it is larger than 1 MiB (`--limit rule-size=N` raises that)"
    assert refused(nplint) == f"cannot read policy/large.yaml: {said}"


def test_a_pipe_among_the_rules_is_not_waited_for(nplint: "Nplint", inside: Path) -> None:
    os.mkfifo(inside / "policy/pipe.yaml")
    said = "it is a pipe or device, and those are read only where they are named"
    assert refused(nplint) == f"cannot read policy/pipe.yaml: {said}"


def test_a_bomb_of_aliases_is_refused(nplint: "Nplint", inside: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(12))
    (inside / "policy/bomb.yaml").write_text(bomb)
    assert refused(nplint).startswith("policy/bomb.yaml:")
