"""Reads a configuration: .nplint.yaml, or [tool.nplint] in pyproject.toml."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from nplint import address, limits
from nplint.declared import Config, Patterns, Target, Ways
from nplint.document import Document, Source
from nplint.errors import NplintError, reason
from nplint.filenames import lies_in
from nplint.limits import DEFAULT, Limits
from nplint.mistakes import documents, misshapen, repeated
from nplint.node import Node
from nplint.profile import PROFILES, KnownNode, Profile, declare, parse_port_range, parse_version, typical
from nplint.reader import decode

if TYPE_CHECKING:
    from nplint.suppress import Ignore

Profiles = Mapping[str, Profile]

_TAINT = re.compile(r"[^=:\s]+(=[^=:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)")


def load(file: str, shown: str, profiles: Profiles = PROFILES, most: Limits = DEFAULT) -> Config:
    """Read and check a configuration; `shown` is its path as messages give it, `profiles` what types of clusters are.

    Raises:
        NplintError: it cannot be read, or says something that it cannot say.
    """
    try:
        source = decode(shown, limits.load(file, most.file_size), limits=most)
    except (OSError, NplintError) as error:
        raise NplintError(f"cannot read {shown}: {reason(error)}") from None
    # A link to a configuration elsewhere does not make that folder the one that its paths begin at.
    return read(source, os.path.realpath(os.path.dirname(file)), profiles)


def read(source: Source, folder: str, profiles: Profiles = PROFILES) -> Config:
    """Check a configuration's text and make sense of it; its patterns are relative to the folder.

    Raises:
        NplintError: it says something that it cannot say.
    """
    document = _document(source)
    root = Node(document, value=document.value)
    wrong = list(problems(root, folder, profiles))
    if wrong:
        raise NplintError(*wrong)
    return _config(root, folder, profiles)


def _document(source: Source) -> Document:
    if source.path.endswith(".toml"):
        from nplint import tomltext

        return tomltext.read(source)
    found = documents(source)
    if len(found) > 1:
        place = found[1].locate(()).place
        raise NplintError(f"{place}: a configuration is one document, and these are {len(found)}")
    return found[0] if found else Document(source, 0, 0, 0, {})


def problems(root: Node, folder: str, profiles: Profiles) -> list[str]:
    """What a configuration says that it cannot say, each with its place and the way out, in the order of the places."""
    if not isinstance(root.value, dict):
        return [f"{root.document.source.path}: a configuration is a mapping, such as `clusters:` with names below it"]
    found = [*misshapen(root, "config", may_be_template=True), *repeated(root.document)]
    found += [(node.span, sentence) for node, sentence in (*_unknowable(root), *_unreadable(root, folder, profiles))]
    # What is said later of a place is the more exact.
    return [f"{span.place}: {sentence}" for span, sentence in sorted(dict(found).items())]


def _unknowable(root: Node) -> Iterator[tuple[Node, str]]:
    """Values that mean nothing, or more than their author can want."""
    for node in root.placeholders():
        yield node, f"{node.field} is not rendered yet: write what it stands for"
    for cluster in _values(root["clusters"]):
        yield from _shared_addresses(cluster["nodes"])
    for name, node in root.items():
        if name in ("plugin", "plugins"):
            yield node.key, f"there is no key {name}: no code is loaded from here, so name a plugin with --plugin"
    for node in root["ignore"]:
        if isinstance(node.value, dict) and not node.value.keys() & {"rule", "resource", "path"}:
            yield node, f"{node.field} ignores everything: name a rule, a resource or a path"


def _values(mapping: Node) -> list[Node]:
    return [node for _, node in mapping.items()]


def _shared_addresses(nodes: Node) -> Iterator[tuple[Node, str]]:
    owners: dict[object, str] = {}
    for name, node in nodes.items():
        written = node["address"] if node["address"].present else node
        known = address.parse(written.text)
        owner = owners.setdefault(known, name) if known else name
        if owner != name:
            yield written, f"{written.text} is the address of {owner} already: each node has its own"


def _unreadable(root: Node, folder: str, profiles: Profiles) -> Iterator[tuple[Node, str]]:
    """Texts that have a form of their own, and do not keep it."""
    for node, read in _forms(root, folder, profiles):
        try:
            if text := _written(node):
                read(text)
        except NplintError as error:
            yield node, str(error)


def _forms(root: Node, folder: str, profiles: Profiles) -> Iterator[tuple[Node, Callable[[str], object]]]:
    yield root["rules-dir"], partial(_folder_of_rules, folder)
    yield root["baseline"], partial(_inside, folder)
    ignores = list(root["ignore"])
    yield from ((node["until"], _day) for node in ignores)
    yield from ((pattern, _pattern) for pattern in (*root["exclude"], *(node["path"] for node in ignores)))
    for cluster in _values(root["clusters"]):
        yield cluster["type"], partial(typical, profiles=profiles)
        yield cluster["version"], parse_version
        yield cluster["node-port-range"], parse_port_range
        yield from ((port.key, _port) for _, port in cluster["ledger"].items())
        for node in _values(cluster["nodes"]):
            yield from ((node, _address), (node["address"], _address))
            yield from ((taint, _taint) for taint in node["taints"])
        yield from ((pattern, _pattern) for pattern in (*cluster["paths"], *cluster["context"]))


def _address(text: str) -> None:
    if address.parse(text) is None:
        raise NplintError(f"`{text}` is no IP address: write the node's address like 10.100.0.136")


def _taint(text: str) -> None:
    if not _TAINT.fullmatch(text):
        raise NplintError(f"`{text}` is no taint: write it like dedicated=edge:NoSchedule")


def _day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise NplintError(f"`{text}` is no date: write it like 2027-06-30") from None


def _inside(folder: str, text: str) -> None:
    """Refuse a path out of the folder of the configuration, which may be that of somebody who wants to look around."""
    if not lies_in(os.path.join(folder, text), folder):
        raise NplintError(f"`{text}` leads out of the folder of this file: what it names lies in it")


def _folder_of_rules(folder: str, text: str) -> None:
    _inside(folder, text)
    path = os.path.join(folder, text)
    if os.path.lexists(path) and not os.path.isdir(path):
        raise NplintError(f"`{text}` is no folder: name the one that it lies in")
    if not os.path.isdir(path):
        raise NplintError(f"there is no folder `{text}`: make it, or leave rules-dir out")


def _pattern(text: str) -> None:
    from nplint.globs import spec

    if re.search(r"\\\w", text):
        raise NplintError(f"`{text}` has a backslash before a letter: write `/` between folders, on Windows too")
    if ".." in text.split("/"):
        raise NplintError(f"`{text}` leads out of the folder of this file: what it names lies in it")
    try:
        spec([text])
    except ValueError:
        raise NplintError(f"`{text}` is no pattern: write it as in .gitignore") from None


def _config(root: Node, folder: str, profiles: Profiles) -> Config:
    ways = Ways(folder)
    return Config(
        folder,
        root,
        targets=tuple(_target(node, name, ways, folder, profiles) for name, node in root["clusters"].items()),
        severities=dict(root["rules"].items()),
        ignores=tuple(_ignore(node, folder) for node in root["ignore"]),
        expectations=_expectations(root["expect"]),
        exclude=Patterns(folder, (*_texts(root["exclude"]), *_rule_files(root))),
        rules_dir=os.path.join(folder, root["rules-dir"].text) if root["rules-dir"].present else None,
        profiles=profiles,
    )


def _rule_files(root: Node) -> tuple[str, ...]:
    """What the repository's own rules lie in, which is nothing to judge."""
    folder = os.path.normpath(root["rules-dir"].text or ".").replace(os.sep, "/")
    return () if folder == "." else (f"/{folder}/",)


def _target(node: Node, name: str, ways: Ways, folder: str, profiles: Profiles) -> Target:
    paths = _texts(node["paths"]) if node["paths"].present else ("*",)
    context = Patterns(folder, _texts(node["context"]), ways)
    return Target(_profile(node, name, profiles), Patterns(folder, paths, ways), context)


def _profile(node: Node, name: str, profiles: Profiles) -> Profile:
    declared = declare(
        type=node["type"].text,
        network=node["network"].text,
        version=_written(node["version"]),
        proxy_mode=node["proxy-mode"].text or None,
        node_port_range=node["node-port-range"].text,
        profiles=profiles,
    )
    return declared._replace(
        name=name,
        is_declared=True,
        declaration=node,
        ip_families=_texts(node["ip-families"]) if node["ip-families"].present else None,
        nodes=tuple(_known_node(child, name) for name, child in node["nodes"].items()),
        ledger={_port(port): reason.text for port, reason in node["ledger"].items()},
    )


def _written(node: Node) -> str:
    """A text or a key; a version that YAML takes for a number, such as 1.30, as it is written."""
    if node.on_key:
        return str(node.path[-1])
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return node.document.source.slice(node.span) if is_number and node.path[-1] == "version" else node.text


def _known_node(node: Node, name: str) -> KnownNode:
    labels = {key: child.text for key, child in node["labels"].items()}
    return KnownNode(name, node.text or node["address"].text, labels, _texts(node["taints"]))


def _port(text: str) -> int:
    if not text.isdecimal():
        raise NplintError(f"the ledger's key {text} is no port number")
    return int(text)


def _ignore(node: Node, folder: str) -> "Ignore":
    # Most configurations ignore nothing, and what carries it out is much to import.
    from nplint.suppress import Ignore

    rule, resource, path, reason, until = (node[name].text for name in ("rule", "resource", "path", "reason", "until"))
    return Ignore(rule, resource, Patterns(folder, (path,)).match if path else None, reason, until, node)


def _expectations(wishes: Node) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for node in wishes:
        names = frozenset(name for name in ("public", "source-ip") if node[name].value is True)
        found[node["resource"].text] = found.get(node["resource"].text, frozenset()) | names
    return found


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(item.text for item in node)
