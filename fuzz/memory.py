"""A repository without git, and what a change in it brings to light: in the files that are near to it, or in all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1

from fuzz.case import plugins
from nplint import git
from nplint.cli.check import check, judging
from nplint.cli.compare import compare
from nplint.cli.options import Setting
from nplint.cli.plans import INDEX, Plan, Wanted
from nplint.declared import Config
from nplint.errors import NplintError
from nplint.view import View

Files = Mapping[str, bytes]

# What a file shows alone would have everything looked at in most cases.
_LOUD = ("node-port-pinned", "duplicate-port", "wrong-type", "node-port-in-dynamic-band")


@dataclass(frozen=True)
class Memory(git.Repository):
    """A repository: what is staged in it, and what was there before."""

    top: str = "."
    is_bare: bool = False
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


def found(repository: Memory, options: Mapping[str, str], config: Config, *, is_local: bool) -> list[str]:
    """The open findings of a change: in what is near to it where that is enough, or in everything."""
    chosen = {**_defaults(), **{name: Setting(value, "given") for name, value in options.items()}}
    wanted = Wanted(View(repository, ()), (Plan(INDEX, "base"),), new_only=True)
    try:
        judge = judging(plugins(), (), chosen, config, lambda what, each: iter(each))
        report, _ = compare(wanted, chosen, config, judge, lambda what, each: iter(each), is_local=is_local)
    except NplintError as error:
        return [str(error)]
    for crash in report.crashes:
        assert crash.error
        raise crash.error
    return [f"{one.span.place}: {one.rule}: {one.message}" for one in report.open]


@cache
def _defaults() -> dict[str, Setting]:
    given = {**check.make_context("check", []).params, "ignore": _LOUD}
    return {name: Setting(value, "default") for name, value in given.items()}
