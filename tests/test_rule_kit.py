"""`nplint rule` and `nplint.testing`: rules to begin with, and what their examples show."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import Cluster, Example, Problem, Problems, Rule, Severity, rule
from nplint.testing import Case, cases, check, differences

if TYPE_CHECKING:
    from tests.conftest import Nplint

MARKED = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web  # <- this is web\n"
PLAIN = MARKED.partition("  #")[0]


def made(check: Callable[[Cluster], Problems], good: str = PLAIN, bad: str = MARKED) -> Rule:
    return rule(severity=Severity.NOTE, source="", good=good, bad=bad)(check)


def named(cluster: Cluster) -> Problems:
    """There is a Service."""
    for service in cluster.services:
        yield Problem(service.node["metadata"]["name"], f"this is {service.name}")


def failing(cluster: Cluster) -> Problems:
    """This fails."""
    yield Problem(cluster.services[99].node, "never")


def case(rule: Rule, kind: str) -> Case:
    (found,) = [one for one in cases([rule]) if one.kind == kind]
    return found


# --- the helper for pytest


def test_an_example_that_is_as_it_says_passes() -> None:
    check(case(made(named), "bad"))
    assert [str(one) for one in cases([made(named)])] == ["named-good-1", "named-bad-1"]


@pytest.mark.parametrize(
    ("rule", "kind", "expected"),
    [
        (made(named), "good", ["+ example.yaml:4: this is web"]),
        (made(named, good=MARKED), "good", ["a good example marks no line"]),
        *(
            (
                made(named, good=text),
                "good",
                ["a good example holds a manifest in which nothing is found"],
            )
            for text in ("", "hello", "a: [")
        ),
        (
            made(named, bad=MARKED.replace("is web", "is api")),
            "bad",
            ["- example.yaml:4: this is api", "+ example.yaml:4: this is web"],
        ),
        (
            made(named, bad="kind: Pod\n"),
            "bad",
            ["a bad example marks each line that is found with `# <- ` and the message"],
        ),
        (made(failing), "good", ["+ example.yaml:1: the rule failed: IndexError: tuple index out of range"]),
    ],
)
def test_what_differs_is_shown(rule: Rule, kind: str, expected: list[str]) -> None:
    assert differences(case(rule, kind)) == expected
    with pytest.raises(AssertionError) as caught:
        check(case(rule, kind))
    assert str(caught.value).splitlines() == [f"{rule.name}-{kind}-1 (- marked, + found):", *expected]


def test_an_example_may_have_several_files_and_a_state_before() -> None:
    def changed(cluster: Cluster) -> Problems:
        """A Service changed."""
        for service in cluster.services:
            if cluster.earlier(service):
                yield Problem(service.node["metadata"]["name"], "this was there")

    example = Example(
        {"a.yaml": MARKED.replace("this is web", "this was there"), "b.yaml": PLAIN.replace("web", "x")}, before=PLAIN
    )
    check(case(rule(severity=Severity.NOTE, source="", good=PLAIN, bad=example)(changed), "bad"))


# --- nplint rule new


@pytest.mark.parametrize(("arguments", "file"), [(["--yaml"], "no-team.yaml"), ([], "no_team.py")])
def test_a_new_rule_is_complete_and_passes(nplint: "Nplint", arguments: list[str], file: str) -> None:
    run = nplint("rule", "new", "no-team", *arguments)
    assert run == (0, "", f"wrote {file}: make it yours, then run `nplint rule test {file}`\n")
    assert nplint("rule", "test", file).code == 0
    assert nplint("rule", "new", "no-team", *arguments).err.startswith(f"error: {file} is there already")


def test_a_new_rule_in_yaml_finds_what_the_other_finds(
    nplint: "Nplint", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: {a: b}\n")
    nplint("rule", "new", "no-team", "--yaml")
    nplint("rule", "new", "team-missing")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = nplint(
        "--rules",
        "no-team.yaml",
        "--plugin",
        "team_missing",
        "--select",
        "no-team,team-missing",
        "--format",
        "concise",
        "web.yaml",
    )
    assert found.out == (
        "web.yaml:5:3: warning[no-team] metadata.labels.team is not set\n"
        "web.yaml:5:3: warning[team-missing] Service web has no label team\n"
    )


@pytest.mark.parametrize("name", ["Team", "../team", "no team", "", "no_team"])
def test_a_name_that_no_rule_can_have_is_refused(nplint: "Nplint", name: str) -> None:
    run = nplint("rule", "new", name)
    assert run.code == 2
    assert "is no name for a rule" in run.err
    assert list(Path.cwd().parent.glob("team*")) == []


@pytest.mark.parametrize("name", ["class", "import", "nplint-rules", "hookimpl", "list"])
def test_a_name_that_python_cannot_have_is_refused(nplint: "Nplint", name: str) -> None:
    said = f"{name} means something in Python: choose another name, or write the rule with --yaml"
    assert nplint("rule", "new", name) == (2, "", f"error: {said}\n")
    assert list(Path().glob("*.py")) == []
    assert nplint("rule", "new", name, "--yaml").code == 0
    assert nplint("rule", "test", f"{name}.yaml").code == 0


def test_a_name_that_a_rule_has_already_is_refused(nplint: "Nplint") -> None:
    said = "there is a rule duplicate-key already: choose another name, `nplint rules` lists them"
    assert nplint("rule", "new", "duplicate-key") == (2, "", f"error: {said}\n")


def test_nothing_is_written_through_a_link(nplint: "Nplint") -> None:
    Path("no_team.py").symlink_to("elsewhere.py")
    run = nplint("rule", "new", "no-team")
    assert (run.code, run.err) == (2, "error: no_team.py is there already: choose another name, or remove it\n")
    assert not Path("elsewhere.py").exists()


def test_what_cannot_be_written_is_said(nplint: "Nplint") -> None:
    run = nplint("rule", "new", "a" * 300)
    assert run == (2, "", f"error: cannot write {'a' * 300}.py: file name too long\n")


# --- nplint rule test


def test_what_an_example_lacks_is_shown_as_a_diff(nplint: "Nplint") -> None:
    nplint("rule", "new", "no-team", "--yaml")
    file = Path("no-team.yaml")
    file.write_text(file.read_text().replace("<- metadata.labels.team is", "<- metadata.labels.xxxx is"))
    assert nplint("rule", "test", "no-team.yaml") == (
        1,
        "no-team-bad-2 (- marked, + found)\n"
        "  - example.yaml:5: metadata.labels.xxxx is not set\n"
        "  + example.yaml:5: metadata.labels.team is not set\n\n",
        "1 of 3 examples are not as marked\n",
    )


def test_an_example_that_cannot_be_judged_shows_nothing(nplint: "Nplint") -> None:
    Path("r.yaml").write_text(
        "summary: s.\nwhy: w.\nseverity: note\nkinds: [{apiVersion: v1, kind: Service}]\n"
        "expression: object.spec.x == 1\nmessage: m\ngood: |\n  apiVersion: v1\n  kind: Service\nbad: x\n"
    )
    out = nplint("rule", "test", "r.yaml").out
    assert "+ example.yaml:1: not judged: the rule r cannot be evaluated: Key not found in map" in out


def test_all_rules_of_a_run_are_tested_without_a_path(nplint: "Nplint") -> None:
    run = nplint("rule", "test")
    assert (run.code, run.out) == (0, "")
    assert run.err.endswith(" examples are as marked\n")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "the plugin nowhere: there is no module of this name: install it, or"),
        ("nowhere.yaml", "there is no file or folder of rules nowhere.yaml"),
        ("nowhere.py", "the plugin nowhere.py: there is no such file"),
        ("empty", "empty holds no rule: rules are files that end in .yaml, right in the folder"),
        ("json", "the plugin json fails, repair or remove it: TypeError: it has none of the hooks nplint_formats"),
    ],
)
def test_what_brings_no_rules_is_said(nplint: "Nplint", path: str, said: str) -> None:
    Path("empty").mkdir()
    run = nplint("rule", "test", path)
    assert run.code == 2
    assert run.err.startswith(f"error: {said}")


def test_a_package_and_a_module_of_it_are_tested_where_they_lie(nplint: "Nplint", tmp_path: Path) -> None:
    nplint("rule", "new", "acme-team")
    package = tmp_path / "acme_pack/inner"
    package.mkdir(parents=True)
    (tmp_path / "acme_pack/__init__.py").write_text("")
    text = Path("acme_team.py").read_text()
    rule, _, hook = text.partition("@hookimpl")
    (package / "acme_team.py").write_text(rule)
    (package / "__init__.py").write_text(
        f"from nplint import hookimpl, Rule\nfrom acme_pack.inner.acme_team import acme_team\n\n\n@hookimpl{hook}"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "path", [*sys.path])
        runs = [nplint("rule", "test", f"acme_pack/inner{file}") for file in ("", "/__init__.py", "/acme_team.py")]
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]
    assert runs == [(0, "", "2 examples are as marked\n")] * 3
