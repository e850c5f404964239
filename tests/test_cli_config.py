"""The configuration as the command line uses it: what wins, what is shown, and how one is begun."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Nplint

GOOD = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80}]}\n"
PINNED = GOOD.replace("port: 80", "port: 80, nodePort: 30080")
BAD = GOOD.replace("port: 80", "port: 80, nodePort: 8080")
LOCAL = GOOD.replace("ports:", "externalTrafficPolicy: Local, ports:")
RANGE = "node-port-out-of-range"


def write(**texts: str) -> None:
    for name, text in texts.items():
        path = Path(name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def configure(text: str) -> None:
    Path(".nplint.yaml").write_text(text, "utf-8")


def rules_found(out: str) -> list[str]:
    return [line.split("[")[1].split("]")[0] for line in out.splitlines()]


# --- what wins

SOURCES = ("flag", "environment", "file", "default")


@pytest.mark.parametrize("winner", SOURCES)
@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("fail-on", ("error", "note", "error", "warning")),
        ("format", ("json", "concise", "json", "text")),
        ("require-manifests", ("true", "true", "true", "false")),
        ("color", ("always", "never", None, "auto")),
        ("type", ("turbo", "standard", None, "-")),
        ("cluster-version", ("1.30", "v1.29", None, "-")),
        ("select", (RANGE, "duplicate-key", None, "-")),
        ("isolated", ("true", "true", None, "false")),
    ],
)
def test_flag_before_environment_before_file_before_default(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, option: str, values: tuple[str | None, ...], winner: str
) -> None:
    given = dict(zip(SOURCES, values, strict=True))
    sources = SOURCES[SOURCES.index(winner) :]
    if "file" in sources and given["file"]:
        configure(f"{option}: {given['file']}\n")
    if "environment" in sources:
        monkeypatch.setenv(f"NPLINT_{option.replace('-', '_').upper()}", str(given["environment"]))
    flag = (
        [] if winner != "flag" else [f"--{option}"] if given["flag"] == "true" else [f"--{option}", str(given["flag"])]
    )
    value, origin = {
        "flag": (given["flag"], f"(--{option})"),
        "environment": (given["environment"], f"(NPLINT_{option.replace('-', '_').upper()})"),
        "file": (given["file"], f"(.nplint.yaml:1:{len(option) + 3})"),
        "default": (given["default"], "(default)"),
    }[winner if given[winner] else "default"]
    run = nplint("config", "show", *flag)
    (row,) = [line.split() for line in run.out.splitlines() if line.split()[0] == option]
    assert (run.code, row) == (0, [option, "=", value, origin])


@pytest.mark.parametrize(
    ("arguments", "environ", "file", "code"),
    [
        ([], {}, "", 1),
        ([], {}, "fail-on: note", 1),
        (["--fail-on", "error"], {"NPLINT_FAIL_ON": "note"}, "fail-on: note", 0),
        ([], {"NPLINT_FAIL_ON": "error"}, "fail-on: note", 0),
        ([], {}, "fail-on: error", 0),
        (["--fail-on", "warning"], {"NPLINT_FAIL_ON": "error"}, "fail-on: error", 1),
        ([], {"NPLINT_EXIT_ZERO": "1"}, "", 0),
        ([], {"NPLINT_FAIL_ON": ""}, "fail-on: error", 0),
    ],
)
def test_what_wins_is_what_counts(
    nplint: "Nplint",
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environ: dict[str, str],
    file: str,
    code: int,
) -> None:
    write(web=f"{GOOD}kind: Service\n")
    configure(file)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert nplint("--select", "duplicate-key", *arguments).code == code


@pytest.mark.parametrize(
    ("arguments", "environ", "severity"),
    [
        ([], None, "note"),
        (["--type", "turbo"], None, "error"),
        ([], "turbo", "error"),
        (["--type", "turbo"], "x", "error"),
    ],
)
def test_flags_and_environment_describe_the_cluster_instead_of_the_file(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, arguments: list[str], environ: str | None, severity: str
) -> None:
    write(web=LOCAL)
    configure("clusters: {prod: {version: 1.29}}\n")
    if environ:
        monkeypatch.setenv("NPLINT_TYPE", environ)
    found = json.loads(nplint("--select", "local-affinity-on-turbo", "--format", "json", *arguments).out)["findings"]
    assert [(one["severity"], one["clusters"]) for one in found] == [(severity, ["prod"] if severity == "note" else [])]


# --- what is shown


def test_show_prints_every_value_with_its_origin(nplint: "Nplint") -> None:
    configure("clusters:\n  prod:\n    version: 1.30\n    paths: [a/**, b/**]\nignore:\n- {rule: duplicate-key}\n")
    out = nplint("config", "show").out
    rows = dict(line.replace(" ", "").split("=", 1) for line in out.splitlines())
    assert {name: rows[name] for name in rows if "." in name} == {
        "clusters.prod.version": "1.3(.nplint.yaml:3:14)",
        "clusters.prod.paths[0]": "a/**(.nplint.yaml:4:13)",
        "clusters.prod.paths[1]": "b/**(.nplint.yaml:4:19)",
        "ignore[0].rule": "duplicate-key(.nplint.yaml:6:10)",
    }
    assert rows["ignore"] == rows["context"] == "-(default)"


def test_show_tells_the_places_of_a_toml_file(nplint: "Nplint") -> None:
    Path("pyproject.toml").write_text("[tool.nplint]\nfail-on = 'note'\n[tool.nplint.rules]\nduplicate-key = 'off'\n")
    out = nplint("config", "show").out
    assert "= note  (pyproject.toml:2:1)" in out
    assert "rules.duplicate-key = off  (pyproject.toml:4:1)" in out


def test_show_sends_nothing_to_the_terminal_that_steers_it(nplint: "Nplint") -> None:
    configure('clusters: {"a\\e[31m": {ledger: {30080: "b\\r\\e]0;x"}}}\n')
    run = nplint("config", "show")
    assert run.code == 0
    assert r"\x1b[31m" in run.out
    assert run.out.replace("\n", "").isprintable()


def test_show_is_about_the_path_it_is_given(nplint: "Nplint") -> None:
    write(a__web=GOOD)
    Path("a/.nplint.yaml").write_text("fail-on: note\n")
    assert "(a/.nplint.yaml:1:10)" in nplint("config", "show", "a").out
    assert "fail-on            = warning  (default)" in nplint("config", "show").out


# --- whether it is right


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("fail-on: error\n", []),
        ("", []),
        ("fail-on: eror\n", [".nplint.yaml:1:10: fail-on cannot be eror: did you mean error?"]),
        (
            "rules:\n  duplicate-kee: off\nignore: [{rule: xyz}]\n",
            [
                ".nplint.yaml:2:3: no rule is named duplicate-kee: did you mean duplicate-key?",
                ".nplint.yaml:3:17: no rule is named xyz: there are ",
            ],
        ),
        ("a: [\n", [".nplint.yaml:1:4: this cannot be read: "]),
        ("'\\e[1m': 1\n", []),
    ],
)
@pytest.mark.parametrize("arguments", [["config", "validate"], ["config", "validate", ".nplint.yaml"], ["."]])
def test_what_is_wrong_is_told_by_validate_and_check(
    nplint: "Nplint", arguments: list[str], text: str, sentences: list[str]
) -> None:
    write(web=GOOD)
    configure(text)
    run = nplint(*arguments)
    wrong = [line for line in run.err.splitlines() if line.startswith("error: ")]
    assert run.code == (2 if sentences or "\\e" in text else 0)
    assert len(wrong) >= len(sentences)
    assert all(told.startswith(f"error: {sentence}") for told, sentence in zip(wrong, sentences, strict=False))


def test_validate_needs_a_configuration(nplint: "Nplint") -> None:
    assert nplint("config", "validate").err.startswith("error: there is no configuration here or above: ")
    assert nplint("config", "validate", "x.yaml").err == "error: cannot read x.yaml: no such file or directory\n"


@pytest.mark.parametrize(
    ("file", "environ", "sentence"),
    [
        ("format: jsn\n", {}, ".nplint.yaml:1:9: no format is named jsn: did you mean json?"),
        ("", {"NPLINT_FORMAT": "jsn"}, "NPLINT_FORMAT: no format is named jsn: did you mean json?"),
    ],
)
def test_a_format_that_does_not_exist_is_told_with_its_origin(
    nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, file: str, environ: dict[str, str], sentence: str
) -> None:
    write(web=GOOD)
    configure(file)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    run = nplint()
    assert (run.code, run.err) == (2, f"error: {sentence}\n")


# --- what it does


@pytest.mark.parametrize(
    ("rules", "found", "code"),
    [
        ("{}", [f"error[{RANGE}]"], 1),
        (f"{{{RANGE}: warning}}", [f"warning[{RANGE}]"], 1),
        (f"{{{RANGE}: note}}", [f"note[{RANGE}]"], 0),
        (f"{{{RANGE}: off}}", [], 0),
        (f"{{{RANGE}: 'off'}}", [], 0),
        (f"{{{RANGE}: no}}", [], 0),
        (f"{{{RANGE}: on}}", [f"error[{RANGE}]"], 1),
        ("{source-ip-lost: on}", [f"error[{RANGE}]", "note[source-ip-lost]"], 1),
        ("{source-ip-lost: error}", [f"error[{RANGE}]", "error[source-ip-lost]"], 1),
        (f"{{source-ip-lost: off, {RANGE}: off}}", [], 0),
    ],
)
def test_rules_get_other_severities(nplint: "Nplint", rules: str, found: list[str], code: int) -> None:
    write(web=BAD.replace("ports:", "externalTrafficPolicy: Cluster, ports:"))
    configure(f"rules: {rules}\nexpect: [{{resource: web, source-ip: true}}]\n")
    run = nplint("--format", "concise", "--ignore", "selector-missing")
    assert sorted(line.split(": ")[1].split()[0] for line in run.out.splitlines()) == sorted(found)
    assert run.code == code


def test_a_selected_rule_runs_although_the_file_turns_it_off(nplint: "Nplint") -> None:
    write(web=BAD)
    configure(f"rules: {{{RANGE}: off}}\n")
    assert nplint("--select", RANGE).code == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--isolated"], 1),
        (["--config", "other.toml"], 1),
        (["--config", "nowhere.yaml"], 2),
        (["--config", "."], 2),
    ],
)
def test_config_and_isolated_choose_the_configuration(nplint: "Nplint", arguments: list[str], code: int) -> None:
    write(web=BAD)
    configure(f"rules: {{{RANGE}: off}}\n")
    Path("other.toml").write_text(f"[tool.nplint.rules]\n{RANGE} = 'warning'\n")
    assert nplint(*arguments).code == code


def test_the_configuration_of_the_path_counts_wherever_one_stands(nplint: "Nplint", tmp_path: Path) -> None:
    write(deploy__web=BAD, other__web=BAD)
    Path("deploy/.nplint.yaml").write_text("exclude: [/web.yaml]\n")
    assert nplint("deploy", "--allow-no-manifests").code == 0
    assert nplint("other").code == 1
    assert nplint(str(tmp_path / "deploy"), "--allow-no-manifests").code == 0


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ([], ["web.yaml"]),
        (["."], ["web.yaml"]),
        (["vendor/web.yaml"], ["vendor/web.yaml"]),
        (["vendor/web.yaml", "--force-exclude"], []),
        (["vendor/web.yaml", "web.yaml", "--force-exclude"], ["web.yaml"]),
        ([".", "--isolated"], ["vendor/web.yaml", "web.yaml"]),
    ],
)
def test_what_is_excluded_is_passed_over_unless_it_is_named(
    nplint: "Nplint", arguments: list[str], paths: list[str]
) -> None:
    write(web=BAD, vendor__web=BAD)
    configure("exclude: [vendor/**]\n")
    run = nplint("--format", "concise", "--select", RANGE, *arguments)
    assert [line.split(":")[0] for line in run.out.splitlines()] == paths


def test_context_takes_ports_and_is_not_reported_on(nplint: "Nplint") -> None:
    write(web=PINNED, state=f"{PINNED.replace('web', 'old')}---\n{BAD.replace('web', 'bad')}")
    configure("exclude: [state.yaml]\n")
    chosen = ["--format", "concise", "--select", f"{RANGE},node-port-conflict"]
    assert nplint(*chosen).out == ""
    run = nplint(*chosen, "--context", "state.yaml")
    assert run.out == "web.yaml:4:53: error[node-port-conflict] nodePort 30080 is claimed by Service old too\n"
    assert "in 1 file (1 Service" in run.err


def test_context_that_does_not_exist_is_a_wrong_call(nplint: "Nplint") -> None:
    write(web=GOOD)
    assert nplint("--context", "nowhere.yaml").code == 2
    configure("clusters: {prod: {context: [state/**]}}\n")
    run = nplint()
    assert (run.code, run.err) == (2, "error: the context of cluster prod holds no manifest: state/**\n")


def test_kustomizations_and_patches_go_where_their_files_go(nplint: "Nplint") -> None:
    write(
        kustomization="",
        base__web=GOOD,
        base__kustomization="resources: [web.yaml]\npatches: [{path: patch.yaml}]\n",
        base__patch="apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {typo: x}\n",
        overlays__prod__kustomization="resources: [../../base]\n",
    )
    configure("clusters: {prod: {type: kubernetes, paths: [overlays/prod]}}\n")
    told = json.loads(nplint("--format", "json").out)
    assert [(one["rule"], one["clusters"]) for one in told["findings"]] == [("selector-missing", ["prod"])]
    assert {one["ran"] for one in told["rules"] if one["name"] == "local-affinity-on-turbo"} == {False}


# --- how one is begun


@pytest.mark.parametrize(
    ("files", "clusters"),
    [
        ({"web": PINNED}, {"main": ["**"]}),
        ({}, {"main": ["**"]}),
        ({"prod__web": PINNED, "test__web": PINNED}, {"prod": ["prod/**"], "test": ["test/**"]}),
        ({"a__Prod__x__web": PINNED, "b__prod__web": GOOD}, {"prod": ["a/Prod/**", "b/prod/**"]}),
        (
            {
                "base__web": PINNED,
                "base__kustomization": "resources: [web.yaml]\n",
                "overlays__eu-de__kustomization": "resources: [../../base]\n",
                "overlays__prod__kustomization": "resources: [../../base]\n",
            },
            {"eu-de": ["overlays/eu-de/**"], "prod": ["overlays/prod/**"]},
        ),
        ({"clusters__no__web": PINNED, "clusters__1__web": PINNED}, {"1": ["clusters/1/**"], "no": ["clusters/no/**"]}),
        ({"a: b #c__prod__web": PINNED}, {"prod": [r"a:\ b\ \#c/prod/**"]}),
        ({'x["*]!__prod__web': PINNED}, {"prod": [r'x\["\*\]\!/prod/**']}),
        ({"overlays__{x}: 'y'__web": PINNED}, {"-x-y-": ["overlays/{x}:\\ 'y'/**"]}),
    ],
)
def test_init_writes_what_it_finds(nplint: "Nplint", files: dict[str, str], clusters: dict[str, list[str]]) -> None:
    write(**files)
    assert nplint("init").code == 0
    text = Path(".nplint.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    assert nplint("config", "validate").code == 0
    run = nplint("--format", "json", "--fail-on", "error")
    assert run.code == 0
    pinned = [one for one in json.loads(run.out)["findings"] if one["rule"] == "node-port-pinned"]
    named = {name for one in pinned for name in one["clusters"]}
    assert named == (set(clusters) if files else set())
    from nplint.config import load

    assert {target.profile.name: list(target.paths.lines) for target in load(".nplint.yaml", "x").targets} == clusters
    assert ('30080: "Service web"' in text) is bool(files)


def test_what_init_leaves_open_is_valid_too(nplint: "Nplint") -> None:
    write(prod__web=PINNED, state__prod_services=PINNED.replace("web", "other"))
    nplint("init")
    text = Path(".nplint.yaml").read_text("utf-8")
    head, body = text.split("clusters:\n", 1)
    opened = [
        line.replace("# ", "", 1) if ": " in line or line.rstrip().endswith((":", "}")) else line
        for line in body.splitlines()
    ]
    configure(f"{head}clusters:\n" + "\n".join(line for line in opened if "These are pinned" not in line))
    Path("state/prod_services.yaml").rename("state/prod-services.yaml")
    run = nplint("config", "validate")
    assert (run.code, run.err) == (0, ".nplint.yaml: nothing is wrong with it\n")


@pytest.mark.parametrize("name", [".nplint.yaml", ".nplint.yml"])
def test_init_overwrites_nothing_unless_told_to(nplint: "Nplint", name: str) -> None:
    Path(name).write_text("fail-on: note\n")
    run = nplint("init")
    assert (run.code, run.err) == (2, f"error: {name} is there already: edit it, or overwrite it with --force\n")
    assert Path(name).read_text() == "fail-on: note\n"
    assert nplint("init", "--force").code == 0
    assert "clusters:" in Path(".nplint.yaml").read_text()


@pytest.mark.parametrize("folder", ["nowhere", "web.yaml"])
def test_init_needs_a_folder(nplint: "Nplint", folder: str) -> None:
    write(web=GOOD)
    run = nplint("init", folder)
    assert (run.code, run.err) == (2, f"error: no such folder: {folder}\n")


def test_init_works_for_another_folder(nplint: "Nplint") -> None:
    write(a__prod__web=PINNED)
    assert nplint("init", "a").code == 0
    assert "- prod/**" in Path("a/.nplint.yaml").read_text()


def test_init_takes_in_as_much_as_it_is_told_to(nplint: "Nplint") -> None:
    write(prod__web=PINNED, test__web=f"{PINNED}# {'x' * 2000}\n")
    run = nplint("init", "--limit", "file-size=1000")
    missing = "so clusters and ports that stand there alone are missing"
    assert (run.code, f"warning: not readable or not rendered, {missing}: test/web.yaml\n" in run.err) == (0, True)
    text = Path(".nplint.yaml").read_text()
    assert ("- prod/**" in text, "test/**" in text) == (True, False)
    run = nplint("init", "--force", "--limit", "size=1")
    assert (run.code, run.err[:32]) == (2, "error: `size=1` is no limit: wri")
    assert Path(".nplint.yaml").read_text() == text


def test_validate_tells_of_clusters_that_cannot_exist(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / ".nplint.yaml").write_text("clusters: {prod: {type: turbo, network: vpc}}\n")
    run = nplint("config", "validate")
    assert "warning: .nplint.yaml:1:41: CCE Turbo has no vpc network" in run.err
    assert "nothing else is wrong with it" in run.err
