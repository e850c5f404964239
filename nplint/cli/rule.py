"""`nplint rule`: a new rule to begin with, and the examples of rules held against what these find."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nplint.cli import put
from nplint.cli.extensions import prepare
from nplint.cli.options import extensions, limits_of
from nplint.cli.options import rules as rules_option
from nplint.cli.terminal import show, tell
from nplint.errors import NplintError

if TYPE_CHECKING:
    from nplint.check import Rule
    from nplint.limits import Limits

EXIT_DIFFERS = 1

# What the text below needs under its own name.
_TAKEN = ("hookimpl", "list", "nplint_rules")

_YAML = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/nplint/nplint/main/schemas/rule.json
summary: A Service has no label `team`.
why: |
  Nobody knows whom to call about its node ports.

  What comes after the first paragraph is shown by `nplint explain` alone.
severity: warning
# source: https://example.com/where-one-can-read-about-it
# when: {type: [turbo]}
kinds: [{apiVersion: v1, kind: Service}]
schema:
  properties:
    metadata:
      required: [labels]
      properties: {labels: {required: [team]}}
message: "{path} is not set"
help: "set {path} to the team that answers the telephone"
good: |
  apiVersion: v1
  kind: Service
  metadata: {name: web, labels: {team: shop}}
  spec: {ports: [{port: 80}]}
bad:
  - |
    apiVersion: v1
    kind: Service
    metadata: {name: web}  # <- metadata.labels is not set
    spec: {ports: [{port: 80}]}
  - |
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      labels: {app: web}  # <- metadata.labels.team is not set
    spec: {ports: [{port: 80}]}
"""

_PYTHON = '''\
"""Services that belong to nobody."""

from nplint import Cluster, Problem, Problems, Rule, Severity, hookimpl, rule

NPLINT_API = 1


@rule(
    severity=Severity.WARNING,
    source="https://example.com/where-one-can-read-about-it",
    good="""
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {team: shop}}
        spec: {ports: [{port: 80}]}
    """,
    bad="""
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          labels: {app: web}  # <- Service web has no label team
        spec: {ports: [{port: 80}]}
    """,
)
def FUNCTION(cluster: Cluster) -> Problems:
    """A Service has no label `team`.

    Nobody knows whom to call about its node ports.

    What comes after the first paragraph is shown by `nplint explain` alone.
    """
    for service in cluster.services:
        team = service.node["metadata"]["labels"]["team"]
        if not team.present:
            help_ = "set it to the team that answers the telephone"
            yield Problem(team, f"{service.title} has no label team", help=help_)


@hookimpl
def nplint_rules() -> list[Rule]:
    """What this plugin brings."""
    return [FUNCTION]
'''


@click.group(short_help="Begin a rule, or test the examples of rules.")
def rule() -> None:
    """Begin a rule of your own, or hold rules against their examples."""


@rule.command(short_help="Write a rule to begin with.")
@click.argument("name")
@click.option("--yaml", is_flag=True, help="Write a rule that is data instead of Python.")
def new(name: str, yaml: bool) -> None:
    """Write a rule called NAME into the current folder, complete with examples."""
    from keyword import iskeyword

    from nplint import plugins

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise NplintError(f"{name} is no name for a rule: take small letters, digits and dashes, such as no-ssh-port")
    function = name.replace("-", "_")
    if not yaml and (iskeyword(function) or function in _TAKEN):
        raise NplintError(f"{name} means something in Python: choose another name, or write the rule with --yaml")
    if name in plugins.load().rules:
        raise NplintError(f"there is a rule {name} already: choose another name, `nplint rules` lists them")
    file = Path(f"{name}.yaml" if yaml else f"{function}.py")
    if os.path.lexists(file):
        raise NplintError(f"{file} is there already: choose another name, or remove it")
    put.write(str(file), _YAML if yaml else _PYTHON.replace("FUNCTION", function))
    tell(f"wrote {file}: make it yours, then run `nplint rule test {file}`")


@rule.command(short_help="Run the examples of rules.")
@click.argument("path", required=False)
@extensions
@rules_option
def test(path: str | None, **given: Any) -> None:
    """Run the examples of the rules that PATH brings: a file, a folder of YAML rules or a package, or a Python module.

    Without PATH, all rules that a run would use.
    """
    from nplint import testing

    pluggable, _ = prepare((), given)
    rules = _rules_at(path, limits_of(given["limit"])) if path else list(pluggable().rules.values())
    cases = testing.cases(rules)
    if not cases:
        raise NplintError(f"{path or 'this'} brings no rule with examples")
    wrong = {str(case): found for case in cases if (found := testing.differences(case))}
    for name, found in wrong.items():
        show("\n".join([f"{name} (- marked, + found)", *(f"  {line}" for line in found), "", ""]))
    tell(
        f"{len(wrong)} of {len(cases)} examples are not as marked" if wrong else f"{len(cases)} examples are as marked"
    )
    sys.exit(EXIT_DIFFERS if wrong else 0)


def _rules_at(path: str, most: "Limits") -> "list[Rule]":
    from nplint import plugins
    from nplint.rulefiles import RuleFiles, load

    is_package = os.path.exists(os.path.join(path, "__init__.py"))
    if (os.path.isdir(path) and not is_package) or path.endswith((".yaml", ".yml")):
        return [rule for _, rule in load([RuleFiles(path)], plugins.load().types, most)]
    return plugins.rules_of(path)
