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
        f"Source: {rule.source}",
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


def shown_files(example: Example) -> dict[str, str]:
    """What there is to show of an example: its texts by path."""
    if example.config:
        return {".nplint.yaml": inspect.cleandoc(example.config) + "\n"}
    before = example.files_before
    if before is None:
        return example.files
    after = {f"{path}, after it": text for path, text in example.files.items()}
    return {f"{path}, before the change": text for path, text in before.items()} | after


def _example(example: Example) -> str:
    files = shown_files(example)
    if len(files) == 1:
        return textwrap.indent(next(iter(files.values())).rstrip(), "    ")
    return "\n".join(textwrap.indent(f"# {path}\n{text.rstrip()}", "    ") for path, text in files.items())
