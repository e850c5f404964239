"""What a narrow look at a change finds is what a look at everything finds."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from nplint import git
from nplint.cli.check import check, judging
from nplint.cli.compare import compare
from nplint.cli.options import Setting
from nplint.cli.plans import INDEX, Plan, Wanted
from nplint.config import read
from nplint.declared import Config
from nplint.document import Source
from nplint.kinship import kinship
from nplint.plugins import Plugins
from nplint.plugins import load as load_plugins
from nplint.profile import DEFAULT_NODE_PORTS
from nplint.reader import decode
from nplint.reader import read as read_documents
from nplint.view import View
from tests.clusters import CONFIGURATION, Chance, Files

if TYPE_CHECKING:
    from tests.conftest import Repository


@dataclass(frozen=True)
class Memory(git.Repository):
    """A repository without git: what is staged in it, and what was there before."""

    before: Files = field(default_factory=dict)
    now: Files = field(default_factory=dict)

    def files(self, commit: str) -> dict[str, git.Entry]:
        return {path: _entry(data) for path, data in self.before.items()}

    def staged(self) -> dict[str, git.Entry]:
        return {path: _entry(data) for path, data in self.now.items()}

    def changes(self, before: str | None, now: str | None) -> list[git.Change]:
        old, new = self.files(""), self.staged()
        return [
            git.Change(path if path in old else None, path if path in new else None, old.get(path))
            for path in sorted({*old, *new})
            if old.get(path) != new.get(path)
        ]

    def links(self, commit: str | None) -> dict[str, str]:
        return {}

    def holding(self, patterns: Iterable[str], commit: str | None) -> frozenset[str]:
        pattern = re.compile("|".join(patterns).encode())
        return frozenset(path for path, data in self.now.items() if any(map(pattern.search, data.split(b"\n"))))

    def blobs(self, ids: Iterable[str], largest: int) -> Iterator[tuple[str, bytes | None]]:
        known = {_entry(data).id: data for data in (*self.before.values(), *self.now.values())}
        return ((id, known[id]) for id in ids)


def _entry(data: bytes) -> git.Entry:
    return git.Entry(git.FILE_MODES[0], sha1(data).hexdigest())


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return load_plugins()


def found(
    before: Files, now: Files, plugins: Plugins, options: Mapping[str, str], config: Config, *, is_local: bool
) -> list[str]:
    """The open findings of a change, judged with what is near to it or with everything."""
    chosen = {name: Setting(value, "default") for name, value in check.make_context("nplint", []).params.items()}
    # What a file shows alone would have everything looked at.
    chosen["ignore"] = Setting(("node-port-pinned", "duplicate-port", "wrong-type"), "a test")
    chosen |= {name: Setting(value, "a test") for name, value in options.items()}
    wanted = Wanted(View(Memory(os.getcwd(), False, before, now), ()), (Plan(INDEX, "base"),), True)
    judge = judging(plugins, (), chosen, config, lambda what, each: iter(each))
    report, _ = compare(wanted, chosen, config, judge, lambda what, each: iter(each), is_local=is_local)
    assert not report.crashes
    return [f"{one.span.place}: {one.rule}: {one.message}" for one in report.open]


def agreed(seed: int, plugins: Plugins) -> list[str]:
    """What both looks at a change by chance find."""
    before, now = Chance(seed).change()
    options = ({}, {"type_": "standard", "network": "vpc"}, {"type_": "standard", "network": "tunnel"}, {})[seed % 4]
    text = CONFIGURATION if seed % 4 == 0 else ""
    config = read(Source(".nplint.yaml", text), os.path.realpath("."))
    narrow, wide = (found(before, now, plugins, options, config, is_local=each) for each in (True, False))
    assert narrow == wide, seed
    return wide


def test_a_narrow_look_at_a_change_finds_what_a_look_at_everything_does(plugins: Plugins) -> None:
    findings = [line for seed in range(200) for line in agreed(seed, plugins)]
    rules = {line.split(": ")[1] for line in findings}
    # It is no proof where nothing is found.
    assert rules >= {"node-port-conflict", "selector-matches-nothing", "target-port-unresolved", "hairpin-unreachable"}


def test_git_and_python_tell_the_same_of_lines(repository: "Repository") -> None:
    files = {f"{seed}/{path}": data for seed in range(12) for path, data in Chance(seed).change()[0].items()}
    for path, data in files.items():
        file = repository.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    repository.commit({})
    real, memory = git.find(str(repository.folder)), Memory("", False, {}, files)
    asked = [kinship(read_documents(decode(path, data)), (), (), [DEFAULT_NODE_PORTS]) for path, data in files.items()]
    patterns = [kin.words.patterns for kin in asked if kin and kin.words]
    assert len(patterns) > 50
    told = [real.holding(each, None) for each in patterns]
    assert told == [memory.holding(each, None) for each in patterns]
    assert len(set(told)) > 20
