"""The list of rules, as text, as a table for documents, and as schemas/rules.json describes it."""

import json
from collections.abc import Iterable
from typing import Any

from nplint import __version__
from nplint.check import Rule
from nplint.output import table
from nplint.output.excerpt import printable
from nplint.output.explain import conditions, fixes, version
from nplint.output.markdown import escaped
from nplint.spelling import listed

_HEAD = ("rule", "severity", "finds", "clusters", "fix", "source")


def render(rules: Iterable[Rule], format: str) -> str:
    """The rules as `text`, `json` or `markdown`."""
    if format == "json":
        tool = {"name": "nplint", "version": __version__}
        return json.dumps({"version": 1, "tool": tool, "rules": [_data(rule) for rule in rules]}, indent=2) + "\n"
    if format == "markdown":
        return table.markdown([_HEAD, *(_row(rule) for rule in rules)])
    return _text(list(rules))


def _text(rules: list[Rule]) -> str:
    width = max(len(rule.name) for rule in rules)
    return "".join(f"{rule.name:<{width}}  {_state(rule):<7}  {printable(rule.summary)}\n" for rule in rules)


def _state(rule: Rule) -> str:
    return rule.severity.value if rule.default else "off"


def _row(rule: Rule) -> tuple[str, ...]:
    for_clusters = conditions(rule.when)
    where = listed(for_clusters) if for_clusters else "all"
    severity = rule.severity.value + ("" if rule.default else ", off by default")
    cells = (rule.name, severity, rule.summary, where, ", ".join(fixes(rule)))
    source = f"<{rule.link}>" if rule.link else escaped(rule.source)
    return *map(escaped, cells), source


def _data(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity.value,
        "default": rule.default,
        "quiet": rule.quiet,
        "summary": rule.summary,
        "rationale": "\n\n".join(" ".join(part.split()) for part in rule.rationale.split("\n\n")),
        "source": rule.source,
        "when": {
            "type": list(rule.when.type),
            "network": list(rule.when.network),
            "since": version(rule.when.since) if rule.when.since else None,
        },
        "fixes": list(fixes(rule)),
    }
