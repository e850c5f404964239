"""What is measured: each row is a situation, the runs that are compared in it, and what nplint shall reach."""

import shutil
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import schemas, tools, trees
from benchmarks.measure import Outcome, Run
from benchmarks.tools import INTERPRETER, Tool
from benchmarks.trees import MANIFESTS, Tree

KUBECONFORM, RIPGREP, KUBE_LINTER, YAMLLINT = "kubeconform -n 2", "rg -c Service", "kube-linter", "yamllint"
GIT_STATUS = "git status"


FILES = 20_000
"""The size that the limits are for."""


class Limit(NamedTuple):
    """What a run shall take at most: times what others take together, or MB where there are none."""

    run: str
    others: tuple[str, ...]
    at_most: float


class Row(NamedTuple):
    """A situation. Its first run is the one that the others are compared with."""

    name: str
    tree: "Callable[[Bench], Tree]"
    runs: "Callable[[Bench, Tree], list[Run]]"
    limits: tuple[Limit, ...] = ()


class Bench:
    """The trees, the tools and nplint, in one folder."""

    def __init__(self, folder: Path, files: int, seed: int, definitions: Path | None, python: str) -> None:
        self.folder, self.files, self.seed, self.python = folder, files, seed, python
        self.missing: dict[str, str] = {}
        """Tools that are not measured, and why."""

        self._definitions = definitions

    def tree(self, name: str, make: Callable[..., Tree], *arguments: int) -> Tree:
        return trees.kept(self.folder / name, make, *arguments, self.seed)

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """The neighbours that can be run here."""
        folder = self.folder / "schemas"
        known = tools.neighbours(folder, self.python)
        self.missing = {name: f"{tool.program} is not on PATH" for name, tool in known.items() if not tool.path}
        if self._definitions:
            schemas.write(self._definitions, folder)
        else:
            self.missing.setdefault(KUBECONFORM, "it has no schemas: name them with --schemas")
        return {name: tool for name, tool in known.items() if name not in self.missing}

    @cached_property
    def has_cache(self) -> bool:
        return tools.has_option(self.python, "--no-cache")

    def beside(self, tree: Tree, *names: str) -> Iterator[Run]:
        """Runs of neighbours, of those that are there."""
        for name in names:
            if name in self.tools:
                tool = self.tools[name]
                command = (str(tool.path), *tool.arguments)
                yield Run(name, command, tree.folder, partial(_with_tree, tool.fault, tree))

    def nplint(self, name: str, tree: Tree, *arguments: str, kept: bool = False) -> Run:
        """A run of nplint on a tree. Its cache is empty each time, or kept from the run before."""
        folder = self.folder / "cache" / name.replace(" ", "-").replace("/", "-")
        shutil.rmtree(folder, ignore_errors=True)
        # What is compared is the clusters that a change touches, not all that there is.
        fault = tools.clean_fault if arguments[:1] == ("--staged",) else tools.nplint_fault
        return Run(
            name,
            (tools.nplint(self.python), *(arguments or (MANIFESTS,))),
            tree.folder,
            partial(_with_tree, fault, tree),
            {"NPLINT_CACHE_DIR": str(folder)},
            (lambda: None) if kept else partial(shutil.rmtree, folder, ignore_errors=True),
            primed=kept,
        )

    def without_cache(self, tree: Tree) -> list[Run]:
        return [self.nplint("nplint --no-cache", tree, "--no-cache", MANIFESTS)] if self.has_cache else []


def _with_tree(fault: Callable[[Outcome, Tree], str], tree: Tree, outcome: Outcome) -> str:
    return fault(outcome, tree)


def _one_file(bench: Bench, tree: Tree) -> list[Run]:
    [file] = (path for path in tree.folder.rglob("*.yaml") if path.is_file())
    name = str(file.relative_to(tree.folder))
    return [bench.nplint("nplint", tree, name, kept=True), *bench.beside(tree, INTERPRETER)]


def _cold(bench: Bench, tree: Tree) -> list[Run]:
    neighbours = bench.beside(tree, KUBECONFORM, RIPGREP, INTERPRETER, KUBE_LINTER, YAMLLINT)
    return [bench.nplint("nplint", tree), *bench.without_cache(tree), *neighbours]


def _unchanged(bench: Bench, tree: Tree) -> list[Run]:
    return [bench.nplint("nplint, unchanged", tree, kept=True), bench.nplint("nplint, cold", tree)]


def _staged(bench: Bench, tree: Tree) -> list[Run]:
    return [
        bench.nplint("nplint --staged", tree, "--staged", kept=True),
        bench.nplint("nplint --staged, cold", tree, "--staged"),
        *bench.beside(tree, INTERPRETER, GIT_STATUS),
    ]


def _changed(bench: Bench, tree: Tree) -> list[Run]:
    run = bench.nplint("nplint, one changed", tree, kept=True)
    return [run._replace(prepare=partial(trees.change, tree)), bench.nplint("nplint, cold", tree)]


def _beside_some(bench: Bench, tree: Tree) -> list[Run]:
    return [bench.nplint("nplint", tree), *bench.beside(tree, KUBECONFORM, RIPGREP)]


def _growth(bench: Bench, tree: Tree) -> list[Run]:
    small = bench.tree("half", trees.mixed, bench.files // 2)
    return [bench.nplint("nplint, ten times", tree), bench.nplint("nplint, once", small)]


def _alone(bench: Bench, tree: Tree) -> list[Run]:
    return [bench.nplint("nplint", tree)]


def _history(bench: Bench, tree: Tree) -> list[Run]:
    against = f"HEAD~{min(trees.HISTORY, commits(bench.files) - 1)}"
    return [
        bench.nplint(f"nplint --against {against}", tree, "--against", against, kept=True),
        bench.nplint(f"nplint --against {against}, cold", tree, "--against", against),
        bench.nplint("nplint --staged", tree, "--staged", kept=True),
        bench.nplint("nplint", tree, kept=True),
        *bench.beside(tree, GIT_STATUS, INTERPRETER),
    ]


def commits(files: int) -> int:
    """How many commits the repository with history has where others have so many files."""
    return max(files // 20, 2)


def _mixed(bench: Bench) -> Tree:
    return bench.tree("mixed", trees.mixed, bench.files)


ROWS = (
    Row(
        "one clean file",
        lambda bench: bench.tree("one", trees.one_service),
        _one_file,
        (Limit("nplint", (INTERPRETER,), 8),),
    ),
    Row(
        "mixed, cold",
        _mixed,
        _cold,
        (Limit("nplint", (KUBECONFORM,), 0.4), Limit("nplint", (RIPGREP, INTERPRETER), 2.5)),
    ),
    Row("mixed, unchanged", _mixed, _unchanged, (Limit("nplint, unchanged", ("nplint, cold",), 0.35),)),
    Row("mixed, one file staged", _mixed, _staged, (Limit("nplint --staged", (INTERPRETER,), 6),)),
    Row("mixed, one file changed", _mixed, _changed),
    Row(
        "Services only, cold",
        lambda bench: bench.tree("services", trees.services, bench.files),
        _beside_some,
        (Limit("nplint", (KUBECONFORM,), 0.7),),
    ),
    Row(
        "mixed, ten times as many",
        lambda bench: bench.tree("ten-times", trees.mixed, bench.files * 5),
        _growth,
        (Limit("nplint, ten times", ("nplint, once",), 10.5),),
    ),
    Row(
        "five times the Services",
        lambda bench: bench.tree("many-services", trees.services, bench.files * 5),
        _alone,
        (Limit("nplint", (), 400),),
    ),
    Row("four huge files", lambda bench: bench.tree("huge", trees.huge, bench.files * 5_000), _beside_some),
    Row("one List", lambda bench: bench.tree("list", trees.one_list, bench.files * 10_000), _beside_some),
    Row(
        "a repository with history",
        lambda bench: bench.tree("history", trees.history, bench.files // 4, commits(bench.files)),
        _history,
    ),
)
