"""The list of rules, as text, as a table for documents, and as schemas/rules.json describes it."""

import json
from collections.abc import Iterable
from typing import Any

from nplint import __version__
from nplint.check import Rule
from nplint.output import table
from nplint.output.excerpt import printable
from nplint.output.explain import conditions, fixes, title, version
from nplint.output.markdown import escaped
from nplint.spelling import listed

HEAD = ("rule", "severity", "finds", "clusters", "fix", "source")


def render(rules: Iterable[Rule], format: str) -> str:
    """The rules as `text`, `json` or `markdown`."""
    if format == "json":
        tool = {"name": "nplint", "version": __version__}
        return json.dumps({"version": 1, "tool": tool, "rules": [_data(rule) for rule in rules]}, indent=2) + "\n"
    if format == "markdown":
        return table.markdown([HEAD, *(_row(rule) for rule in rules)])
    return _text(list(rules))


def _text(rules: list[Rule]) -> str:
    width = max(len(rule.name) for rule in rules)
    return "".join(f"{rule.name:<{width}}  {_state(rule):<7}  {printable(rule.summary)}\n" for rule in rules)


def _state(rule: Rule) -> str:
    return rule.severity.value if rule.default else "off"


def row(rule: Rule) -> tuple[str, ...]:
    """What the table of rules tells of a rule, below its head."""
    for_clusters = conditions(rule.when)
    where = listed(for_clusters) if for_clusters else "all"
    return rule.name, title(rule), rule.summary, where, ", ".join(fixes(rule)), rule.source


def _row(rule: Rule) -> tuple[str, ...]:
    *cells, source = row(rule)
    return *map(escaped, cells), f"<{rule.link}>" if rule.link else escaped(source)


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
