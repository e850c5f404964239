"""Folders and files of rules that are data -> the rules, each with the file that it is from."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nplint import limits, policy
from nplint.check import Rule
from nplint.declarative import read
from nplint.document import Source
from nplint.errors import NplintError, reason
from nplint.filenames import lies_in
from nplint.limits import DEFAULT, Limits
from nplint.mistakes import documents, text_of
from nplint.node import Node
from nplint.profile import TYPES
from nplint.reader import decode
from nplint.sandbox import Sandbox
from nplint.sources import shown

_SUFFIXES = (".yaml", ".yml")


class RuleFiles(NamedTuple):
    """A folder of rules, or one file. A repository's own lie below `within`; whoever runs nplint may name any."""

    path: str
    within: str = ""


def load(given: Sequence[RuleFiles], types: Sequence[str] = TYPES, most: Limits = DEFAULT) -> list[tuple[str, Rule]]:
    """The rules of files and folders, in the order of their names.

    Raises:
        NplintError: something is missing, leads elsewhere, or is no rule.
    """
    sandbox = Sandbox()
    # A folder may be given twice, in two spellings.
    named = {each.path for each in given}
    files = {os.path.realpath(file): file for each in given for file in _files(each)}
    found: list[tuple[str, Rule]] = []
    policies: list[Node] = []
    wrong: list[str] = []
    for file in files.values():
        try:
            source = _source(file, most, found=file not in named)
            in_it = [node for document in documents(source) for node in policy.manifests(document)]
            policies_in_it = _policies(in_it)
            policies += policies_in_it
            if not policies_in_it:
                found.append((source.path, read(source, sandbox, types=types)))
        except NplintError as error:
            wrong += error.args
    try:
        # A policy and its binding may stand in different files.
        found += policy.rules(policies, sandbox)
    except NplintError as error:
        wrong += error.args
    if wrong:
        raise NplintError(*wrong)
    return found


def _policies(nodes: list[Node]) -> list[Node]:
    """The policies and bindings among what a file holds, which is none or no rule of another form besides."""
    found = [node for node in nodes if policy.is_policy(node)]
    for node in nodes:
        kind, version = text_of(node["kind"]), text_of(node["apiVersion"])
        if found and not kind:
            raise NplintError(f"{node.span.place}: a rule is a file of its own: move it out of the one of a policy")
        if (kind and version and not found) or kind.startswith("MutatingAdmissionPolicy"):
            raise NplintError(
                f"{node['kind'].span.place}: a {kind} of {version} is no rule: take it away, for of manifests only a "
                "ValidatingAdmissionPolicy and its binding are"
            )
    return found


def _source(file: str, most: Limits, *, found: bool) -> Source:
    name = shown(file)
    try:
        data = limits.load(file, most.rule_size, "rule_size", found=found)
    except (OSError, NplintError) as error:
        raise NplintError(f"cannot read {name}: {reason(error)}") from None
    return decode(name, data, limits=most)


def _files(given: RuleFiles) -> Iterator[str]:
    path, limit = given.path, given.within or given.path
    if not os.path.lexists(path):
        raise NplintError(f"there is no file or folder of rules {shown(path)}")
    if not os.path.isdir(path):
        _check_place(path, given.within)
        yield path
        return
    _check_place(path, given.within)
    holds_rules = False
    for name in sorted(os.listdir(path)):
        file = os.path.join(path, name)
        if name.endswith(".py"):
            raise NplintError(
                f"{shown(file)} is Python, and code is never loaded from a folder of rules: "
                "put it into a package, or name its module with --plugin"
            )
        if name.lower().endswith(_SUFFIXES) and not name.startswith("."):
            _check_place(file, limit)
            holds_rules = True
            yield file
    if not holds_rules:
        raise NplintError(f"{shown(path)} holds no rule: rules are files that end in .yaml, right in the folder")


def _check_place(path: str, within: str) -> None:
    """Refuse what leads out of the folder that it has to be in, by a link or otherwise."""
    if within and not lies_in(path, within):
        raise NplintError(
            f"{shown(path)} leads out of {shown(within)}, and rules from there are not read: copy what it leads to"
        )
