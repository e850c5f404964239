"""Rules and formats of installed packages, and what happens when they are broken."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nplint import plugins
from nplint.errors import NplintError

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

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package on the path that declares its module as a plugin, as pip would."""
    modules: list[str] = []

    def installed(name: str, text: str) -> None:
        module = f"plugin_{name}"
        modules.append(module)
        folder = tmp_path / name
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(text, "utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[nplint]\n{name} = {module}\n", "utf-8")
        monkeypatch.syspath_prepend(str(folder))

    yield installed
    for module in modules:
        sys.modules.pop(module, None)


def test_a_package_may_bring_rules(install: Install) -> None:
    own = plugins.load().rules
    install("acme", RULE.format(name="acme_name"))
    assert plugins.load().rules.keys() - own.keys() == {"acme-name"}


def test_a_package_may_bring_formats(install: Install) -> None:
    own = plugins.load().formats
    install("acme", FORMAT.format(name="acme"))
    assert plugins.load().formats.keys() - own.keys() == {"acme"}


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
        (HOOK.format(name="nplint_rules", arguments="", body="return ['no rule']"), "AttributeError"),
        (HOOK.format(name="nplint_formats", arguments="", body="return 1 / 0"), "ZeroDivisionError"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_an_error_that_names_it(install: Install, plugin: str, cause: str) -> None:
    install("acme", plugin)
    with pytest.raises(NplintError, match=r"^the plugin acme .*fails, repair or remove it: ") as caught:
        plugins.load()
    assert cause in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_plugin_cannot_take_the_place_of_the_built_in_one(install: Install) -> None:
    install("nplint", RULE.format(name="acme_name"))
    with pytest.raises(NplintError, match=r"^the plugin nplint \(plugin_nplint\) fails"):
        plugins.load()
