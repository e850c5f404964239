"""A rule as a page of text."""

import inspect
import textwrap

from nplint.check import Example, Rule
from nplint.profile import When
from nplint.spelling import listed


def explain(rule: Rule) -> str:
    """What `nplint explain` prints."""
    parts = [
        f"{rule.name} ({rule.severity.value})",
        _wrapped(rule.summary),
        *(_wrapped(paragraph) for paragraph in rule.rationale.split("\n\n")),
        _applies(rule),
        *(f"Found:\n\n{_example(example)}" for example in rule.bad),
        *(f"Not found:\n\n{_example(example)}" for example in rule.good),
        f"Source: {rule.source}" if rule.source else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 80)


def _applies(rule: Rule) -> str:
    conditions = _conditions(rule.when)
    if not conditions:
        return "Applies to every cluster."
    unknown = "nothing is said, only counted" if rule.quiet else "what it finds is a note"
    return _wrapped(f"Applies to clusters {listed(conditions)}. Where that is not declared, {unknown}.")


def _conditions(when: When) -> list[str]:
    named = [("of type", when.type), ("with the network", when.network)]
    conditions = [f"{what} {listed(names, 'or')}" for what, names in named if names]
    return conditions + ([f"from version {'.'.join(map(str, when.since[:3]))} on"] if when.since else [])


def _example(example: Example) -> str:
    files = {".nplint.yaml": inspect.cleandoc(example.config)} if example.config else example.files
    if len(files) == 1:
        return textwrap.indent(next(iter(files.values())).rstrip(), "    ")
    return "\n".join(textwrap.indent(f"# {path}\n{text.rstrip()}", "    ") for path, text in files.items())
