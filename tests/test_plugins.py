"""Rules and formats of installed packages, and what happens when they are broken."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import API_VERSION, plugins
from nplint.errors import NplintError

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULE = '''
from nplint import Problem, Severity, rule
from nplint.hookspecs import hookimpl


@rule(severity=Severity.NOTE, source="https://example.com", good="", bad="")
def {name}(cluster):
    """A Service has a name.

    So it can be called.
    """
    for service in cluster.services:
        yield Problem(service.node["metadata"]["name"], f"this is {{service.name}}")


@hookimpl
def nplint_rules():
    return [{name}]
'''
FORMAT = """
from nplint.hookspecs import hookimpl


@hookimpl
def nplint_formats():
    return {{"{name}": lambda report, terminal: f"{{len(report.findings)}} found"}}
"""
HOOK = "from nplint.hookspecs import hookimpl\n\n\n@hookimpl\ndef {name}({arguments}):\n    {body}\n"

PROFILE = """
from nplint import Profile, hookimpl


@hookimpl
def nplint_profiles():
    return {{"{name}": Profile(type="{name}", network="vpc")}}
"""
RULES_IN_FILES = """
from nplint import hookimpl, package_rules


@hookimpl
def nplint_rules():
    return package_rules("acme_rules", types=["acme"])
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
ONLY_ON_ACME = """\
summary: A Service is on acme.
why: It is not to be there.
severity: error
when: {type: [acme]}
kinds: [{apiVersion: v1, kind: Service}]
schema: false
message: here
good: x
bad: x
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package on the path that declares its module as a plugin, as pip would."""
    modules: list[str] = []

    def installed(name: str, text: str, *, registers: bool = True) -> None:
        module = f"plugin_{name}"
        modules.append(module)
        folder = tmp_path / name
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(text, "utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        if registers:
            (info / "entry_points.txt").write_text(f"[nplint]\n{name} = {module}\n", "utf-8")
        monkeypatch.syspath_prepend(str(folder))

    yield installed
    for module in modules:
        sys.modules.pop(module, None)
    for module in [module for module in sys.modules if module.startswith("acme_rules")]:
        del sys.modules[module]


def test_a_package_may_bring_rules(install: Install) -> None:
    own = plugins.load().rules
    install("acme", RULE.format(name="acme_name"))
    assert plugins.load().rules.keys() - own.keys() == {"acme-name"}


def test_a_package_may_bring_formats(install: Install) -> None:
    own = plugins.load().formats
    install("acme", FORMAT.format(name="acme"))
    assert plugins.load().formats.keys() - own.keys() == {"acme"}


def test_a_format_of_a_package_is_taken_wherever_one_is(
    install: Install, nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme", FORMAT.format(name="acme"))
    Path("web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
    assert nplint("--select", "duplicate-key", "--format", "acme").out == "0 found"
    nplint("--select", "duplicate-key", "--output", "acme=out.txt", "web.yaml")
    assert Path("out.txt").read_text() == "0 found"
    monkeypatch.setenv("NPLINT_FORMAT", "acmee")
    assert nplint("web.yaml").err == "error: NPLINT_FORMAT: no format is named acmee: did you mean acme?\n"


BROKEN_FORMAT = FORMAT.replace('f"{{len(report.findings)}} found"', "1 / 0")


def test_a_format_that_fails_leaves_no_file(install: Install, nplint: "Nplint") -> None:
    install("acme", BROKEN_FORMAT.format(name="acme"))
    Path("web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
    before = sorted(Path().iterdir())
    run = nplint("--output", "acme=out.txt", "web.yaml")
    assert (run.code, run.out) == (2, "")
    said = "error: the plugin acme fails, repair or remove it: ZeroDivisionError: division by zero\n"
    assert run.err == said
    assert sorted(Path().iterdir()) == before


def test_a_package_may_bring_types_of_clusters(install: Install) -> None:
    own = plugins.load()
    install("acme", PROFILE.format(name="acme"))
    loaded = plugins.load()
    assert loaded.profiles.keys() - own.profiles.keys() == {"acme"}
    assert "acme" in loaded.types


def test_a_type_of_a_package_is_one_for_flags_configurations_and_rules(install: Install, nplint: "Nplint") -> None:
    install("acme", PROFILE.format(name="acme"))
    Path("web.yaml").write_text(SERVICE)
    Path("only-on-acme.yaml").write_text(ONLY_ON_ACME)
    arguments = (
        "--rules",
        "only-on-acme.yaml",
        "--select",
        "only-on-acme,ip-family-unsupported",
        "--format",
        "concise",
    )
    found = "web.yaml:2:7: error[only-on-acme] here"
    assert nplint(*arguments, "--type", "acme", "web.yaml").out == f"{found}\n"
    assert nplint(*arguments, "web.yaml").out == (
        "web.yaml:2:7: note[only-on-acme] here (only on acme; this cluster's type is not declared)\n"
    )
    assert nplint(*arguments, "--type", "turbo", "web.yaml").out == ""
    Path(".nplint.yaml").write_text("clusters: {prod: {type: acme, version: v1.30}}\n")
    assert nplint(*arguments, "web.yaml").out.startswith(found)
    assert nplint(*arguments, "--type", "acmee", "web.yaml").err == (
        "error: there is no type of cluster acmee: did you mean acme?\n"
    )


def test_rules_and_formats_come_in_the_order_of_their_names(install: Install) -> None:
    install("acme", RULE.format(name="a_rule"))
    loaded = plugins.load()
    assert list(loaded.rules) == sorted(loaded.rules)
    assert list(loaded.formats) == sorted(loaded.formats)
    assert next(iter(loaded.rules)) == "a-rule"


def test_nothing_is_left_of_a_plugin_that_is_gone(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("acme", RULE.format(name="acme_name"))
    assert "acme-name" in plugins.load().rules
    monkeypatch.undo()
    assert "acme-name" not in plugins.load().rules


@pytest.mark.parametrize(
    ("plugin", "sentence"),
    [
        (RULE.format(name="duplicate_key"), "both bring a rule named duplicate-key: remove one of them"),
        (FORMAT.format(name="json"), "both bring a format named json: remove one of them"),
    ],
)
def test_two_things_of_one_name_are_an_error_that_names_both_plugins(
    install: Install, plugin: str, sentence: str
) -> None:
    install("acme", plugin)
    with pytest.raises(NplintError, match=f"^the plugin nplint and the plugin acme {sentence}$"):
        plugins.load()


def test_a_module_is_loaded_where_the_command_line_names_it(install: Install) -> None:
    install("acme", RULE.format(name="acme_name"), registers=False)
    assert "acme-name" not in plugins.load().rules
    assert "acme-name" in plugins.load(["plugin_acme"]).rules


def test_a_module_that_is_named_and_installed_is_one_plugin(install: Install) -> None:
    install("acme", RULE.format(name="acme_name"))
    assert "acme-name" in plugins.load(["plugin_acme"]).rules


def test_a_plugin_says_what_it_is_written_for(install: Install) -> None:
    install("acme", f"NPLINT_API = {API_VERSION}\n" + RULE.format(name="acme_name"))
    assert "acme-name" in plugins.load().rules
    install("beta", "NPLINT_API = 99\n" + RULE.format(name="beta_name"))
    with pytest.raises(NplintError) as caught:
        plugins.load()
    assert str(caught.value) == (
        "the plugin beta (plugin_beta): it is written for version 99 of nplint's API, "
        f"and this nplint has version {API_VERSION}: install versions of the two that fit"
    )


def test_a_package_may_have_its_rules_in_files(install: Install, tmp_path: Path) -> None:
    install("acme", RULES_IN_FILES)
    package = tmp_path / "acme/acme_rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "acme_name.py").write_text(RULE.format(name="acme_name"))
    (package / "only-on-acme.yaml").write_text(ONLY_ON_ACME)
    own = plugins.load().rules.keys() - {"acme-name", "only-on-acme"}
    assert plugins.load().rules.keys() - own == {"acme-name", "only-on-acme"}
    (package / "only-on-acme.yaml").write_text("sumary: x\n")
    with pytest.raises(NplintError) as caught:
        plugins.load()
    assert caught.value.args[0] == (
        "the plugin acme: acme_rules/only-on-acme.yaml:1:1: there is no key sumary: did you mean summary?"
    )


def test_the_repository_that_is_linted_registers_nothing(tmp_path: Path) -> None:
    info = tmp_path / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[nplint]\nevil = evil\n")
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')\n")
    (tmp_path / "web.yaml").write_text(SERVICE)
    command = [sys.executable, "-m", "nplint", "web.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("plugin", "cause"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def broken(:", "SyntaxError"),
        ("raise RuntimeError('two\\nlines')", "RuntimeError: two lines"),
        (HOOK.format(name="nplint_rulez", arguments="", body="return []"), "unknown hook 'nplint_rulez'"),
        (HOOK.format(name="nplint_rules", arguments="cluster", body="return []"), "Argument"),
        (HOOK.format(name="nplint_rules", arguments="", body="return 1 / 0"), "ZeroDivisionError"),
        (HOOK.format(name="nplint_rules", arguments="", body="yield 1 / 0"), "ZeroDivisionError"),
        (HOOK.format(name="nplint_formats", arguments="", body="return 1 / 0"), "ZeroDivisionError"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        (HOOK.format(name="nplint_rules", arguments="", body="raise SystemExit(0)"), "SystemExit: 0"),
        (
            HOOK.format(name="nplint_rules", arguments="", body="return ['no rule']"),
            "TypeError: nplint_rules gives str where a Rule has to be",
        ),
        (
            RULE.format(name="acme_name").replace("Severity.NOTE", "'note'"),
            "TypeError: the rule acme-name has as its severity str where a Severity has to be",
        ),
        (
            HOOK.format(name="nplint_formats", arguments="", body="return {'acme': 'text'}"),
            "TypeError: the format acme is str where a function has to be",
        ),
        (
            HOOK.format(name="nplint_profiles", arguments="", body="return 5"),
            "TypeError: nplint_profiles gives int where a Mapping has to be",
        ),
        (
            HOOK.format(name="nplint_profiles", arguments="", body="return {'acme': {}}"),
            "TypeError: the type acme is dict where a Profile has to be",
        ),
        (
            HOOK.format(name="nplint_rules", arguments="", body="[]"),
            "TypeError: nplint_rules gives nothing: does it lack its return?",
        ),
        (
            RULE.format(name="acme_name").replace("@hookimpl", ""),
            "TypeError: nplint_rules is not marked with @hookimpl",
        ),
        ("x = 1", "TypeError: it has none of the hooks nplint_formats, nplint_profiles and nplint_rules"),
        ("NPLINT_API = '1'", "TypeError: its NPLINT_API is '1' and has to be a number: write 1"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_an_error_that_names_it(install: Install, plugin: str, cause: str) -> None:
    install("acme", plugin)
    with pytest.raises(NplintError, match=r"^the plugin acme .*fails, repair or remove it: ") as caught:
        plugins.load()
    assert cause in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("yield Problem(None, 'x')", "TypeError: a problem is at a Node or a Span, and not at NoneType"),
    ],
)
def test_a_rule_that_fails_is_one_of_its_plugin(install: Install, nplint: "Nplint", body: str, cause: str) -> None:
    install("acme", RULE.format(name="acme_name").replace("yield Problem(service.node", f"{body}; (service.node"))
    Path("web.yaml").write_text(SERVICE)
    run = nplint("--select", "acme-name,node-port-out-of-range", "web.yaml")
    assert (run.code, run.out) == (3, "")
    failed = f"error: the rule acme-name of the plugin acme failed, the others ran ({cause})."
    assert f"{failed} Repair or remove the plugin acme.\n" in run.err


def test_a_format_that_gives_no_text_is_one_of_its_plugin(install: Install, nplint: "Nplint") -> None:
    install("acme", FORMAT.format(name="acme").replace('f"{len(report.findings)} found"', "7"))
    Path("web.yaml").write_text(SERVICE)
    said = "the plugin acme fails, repair or remove it: TypeError: its format gives int where a str has to be"
    assert nplint("--format", "acme", "web.yaml") == (2, "", f"error: {said}\n")


def test_a_module_that_is_not_there_is_said(nplint: "Nplint") -> None:
    said = "the plugin no_such_module: there is no module of this name: install it, or put its folder on PYTHONPATH"
    assert nplint("--plugin", "no_such_module") == (2, "", f"error: {said}\n")


@pytest.mark.parametrize("name", ["./acme.py", ".acme", "", "acme-rules"])
def test_a_name_that_no_module_can_have_is_refused(nplint: "Nplint", name: str) -> None:
    said = f"the plugin {name}: this is no name of a module: write it like acme.rules"
    assert nplint("--plugin", name) == (2, "", f"error: {said}\n")


def test_a_plugin_cannot_take_the_place_of_the_built_in_one(install: Install) -> None:
    install("nplint", RULE.format(name="acme_name"))
    with pytest.raises(NplintError, match=r"^the plugin nplint \(plugin_nplint\) fails"):
        plugins.load()
