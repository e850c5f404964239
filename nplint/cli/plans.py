"""From the options that name revisions to what is compared with what."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nplint import git
from nplint.cli.options import REVISION_NAMES, Setting
from nplint.errors import NplintError
from nplint.git import Repository
from nplint.view import View

INDEX = "the index"
WORK_TREE = "the work tree"

_RANGE = re.compile(r"(?P<base>[^.\s]\S*?)?(?<![./])(?P<dots>\.{2,3})(?P<head>[^./\s]\S*)?")
# What CI systems call the revision to compare a change with, or its branch on the remote.
_REVISIONS_OF_CI = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_COMMIT_BEFORE_SHA")
_BRANCHES_OF_CI = (
    "GITHUB_BASE_REF",
    "CHANGE_TARGET",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "DRONE_TARGET_BRANCH",
)


class Plan(NamedTuple):
    """What is judged and what that is compared with: ids of commits, or INDEX or WORK_TREE.

    `before` is None where nothing came before, `compares` is off where there is nothing to compare with. `told` says
    on standard error what the options led to, `commit` is the one that is judged where a run judges several.
    """

    now: str
    before: str | None = None
    compares: bool = True
    told: str = ""
    commit: str | None = None
    deployed: tuple[str, ...] = ()
    """Commits that are merged in and come before the range: what they hold is no news."""


def take_range(paths: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The paths without the `A..B` among them that is no path, and that range, "" where there is none."""
    found = next((path for path in paths if _RANGE.fullmatch(path) and not os.path.lexists(path)), "")
    return tuple(path for path in paths if path != found), found


@dataclass(frozen=True)
class Wanted:
    """The comparisons that a run is asked for, and whether only what is new in them counts."""

    view: View
    plans: tuple[Plan, ...]
    new_only: bool

    def changes(self, plan: Plan) -> list[git.Change]:
        """The paths that differ between the two sides of a comparison."""
        # Of the work tree git is not asked: to compare it git may run filters that the repository configures.
        now = "HEAD" if plan.now == WORK_TREE else plan.now
        return self.view.repository.changes(plan.before, None if now == INDEX else now) if plan.compares else []

    def touched(self, plan: Plan, changes: Iterable[git.Change]) -> list[str]:
        """The paths that differ between the two sides of a comparison, and those of the links that lead there."""
        paths = dict.fromkeys(path for change in changes for path in change.paths)
        links = self.view.repository.links(None if plan.now == INDEX else plan.now) if paths else {}
        return [*paths, *(link for link in links if link not in paths and git.end(link, links) in paths)]

    def is_narrow(self, plan: Plan) -> bool:
        """Whether git tells which files to look at, because only what is new counts in what it keeps."""
        return self.new_only and plan.compares and plan.now != WORK_TREE

    def is_idle(self, plan: Plan, changes: Iterable[git.Change]) -> bool:
        """Whether nothing can be new because no file changed that a run looks at."""
        if not self.is_narrow(plan):
            return False
        return not any(self.view.holds(path) or self.view.is_above(path) for path in self.touched(plan, changes))

    @property
    def is_all_idle(self) -> bool:
        """Whether that holds for every comparison."""
        return all(self.is_idle(plan, self.changes(plan)) for plan in self.plans)


def wanted(
    paths: Sequence[str], options: Mapping[str, Setting], excluded: Callable[[str], bool] | None
) -> Wanted | None:
    """What the options ask for; None where that is the files as they are, and nothing to compare them with.

    Raises:
        NplintError: the options contradict each other, or name what the repository does not have.
    """
    if not any(asks(options[name].value) for name in (*REVISION_NAMES, "new_only")):
        return None
    _check(options)
    view = View(git.find(_folder(paths)), paths, excluded, options["force_exclude"].value)
    new_only = options["new_only"].value
    if new_only is None:
        new_only = bool(options["staged"].value or options["each_commit"].value)
    plans = tuple(_plans(view.repository, options, os.environ))
    _check_paths(view, plans)
    return Wanted(view, plans, new_only)


def _check_paths(view: View, plans: Sequence[Plan]) -> None:
    """Refuse a path that is not there, and was not before either: what is misspelt would pass in silence."""
    revisions = {plans[0].before, plans[0].now, plans[-1].now} - {None, WORK_TREE} if plans else set()
    for path in view.paths:
        if path == "-" or (not view.repository.is_bare and os.path.lexists(path)):
            continue
        only = View(view.repository, [path])
        if not any(only.is_at(name) for revision in revisions if revision for name in _names(view, revision)):
            raise NplintError(f"no such file or folder, neither now nor before: {path}")


def _names(view: View, revision: str) -> Iterable[str]:
    return view.repository.staged() if revision == INDEX else view.repository.files(revision)


def _folder(paths: Sequence[str]) -> str:
    """Where to look for the repository: the folder of the first path, or the nearest above it that is there."""
    folder = os.path.abspath(paths[0]) if paths and paths[0] != "-" else os.getcwd()
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _plans(repository: Repository, options: Mapping[str, Setting], environ: Mapping[str, str]) -> Iterator[Plan]:
    if options["each_commit"].value:
        return _each_commit(repository, options["each_commit"].value)
    if options["staged"].value:
        return iter([_staged(repository, environ)])
    if options["against"].value:
        return iter([_against(repository, options, environ)])
    return iter([Plan(repository.resolve(options["revision"].value), compares=False)])


def asks(value: object) -> bool:
    """Whether an option of revisions is given, be it with nothing."""
    return value is not None and value is not False


def _check(options: Mapping[str, Setting]) -> None:
    for name in ("against", "revision", "each_commit"):
        if options[name].value == "":
            raise NplintError(f"--{name.replace('_', '-')} is given no revision: is a variable empty?")
    given = [name for name in ("staged", "each_commit", "revision", "against") if options[name].value]
    if len(given) > 1 and given != ["revision", "against"]:
        one, other = (f"--{name.replace('_', '-')}" for name in given[:2])
        raise NplintError(f"{one} and {other} both say what is compared: give one of them")
    if options["exact"].value and not options["against"].value:
        raise NplintError("--exact is about --against: name the revision to compare with")
    if options["new_only"].value and (not given or given == ["revision"]):
        raise NplintError("--new-only needs something to compare with: give --against or --staged")
    if options["separately"].value:
        raise NplintError(
            "--separately judges each file alone, and a comparison needs its neighbours: drop one of the two"
        )


def _staged(repository: Repository, environ: Mapping[str, str]) -> Plan:
    """The index against HEAD; the two ends where pre-commit was given some."""
    ends = _ends_of_pre_commit(environ)
    if ends:
        return _since_merge_base(repository, ends[0], repository.resolve(ends[1]), ends[1])
    if repository.is_bare:
        raise NplintError(
            f"{repository.top} is a bare repository, where nothing is staged: give --revision or --against"
        )
    head = repository.head()
    if "GIT_INDEX_FILE" not in environ and not repository.changes(head, None):
        # Nobody is committing, as in `pre-commit run --all-files`: whoever asks then asks about everything.
        return Plan(INDEX, compares=False, told="nothing is staged, so all that the index holds is judged")
    return Plan(INDEX, head)


def _against(repository: Repository, options: Mapping[str, Setting], environ: Mapping[str, str]) -> Plan:
    wanted, revision = options["against"].value, options["revision"].value
    exact = options["exact"].value
    found = _RANGE.fullmatch(wanted)
    if wanted == "auto":
        wanted, head = _named_by_ci(repository, environ)
        revision = revision or head
    elif found:
        if revision:
            raise NplintError(f"--against {wanted} says already what is judged: drop --revision")
        wanted, revision = found["base"] or "HEAD", found["head"] or "HEAD"
        exact = exact or found["dots"] == ".."
    if not revision and repository.is_bare:
        raise NplintError(f"{repository.top} is a bare repository without a work tree: give --revision as well")
    now = repository.resolve(revision) if revision else WORK_TREE
    if exact:
        return Plan(now, repository.resolve(wanted))
    return _since_merge_base(repository, wanted, now, revision or "HEAD")


def _since_merge_base(repository: Repository, base: str, now: str, head: str) -> Plan:
    before = repository.merge_base(base, head)
    parted = before != repository.resolve(base)
    return Plan(now, before, told=f"compared with {before[:12]}, where {head} left {base}" if parted else "")


def _each_commit(repository: Repository, wanted: str) -> Iterator[Plan]:
    found = _RANGE.fullmatch(wanted)
    if not found:
        raise NplintError(f"--each-commit takes a range such as origin/main..HEAD, and {wanted} is none")
    base, head = (repository.resolve(name or "HEAD") for name in found.group("base", "head"))
    commits = repository.commits(base, head)
    if not commits and base != head:
        raise NplintError(f"no commit lies in {wanted}: the first of the two has to be the older one")
    for id, parents in commits:
        merged = tuple(other for other in parents[1:] if repository.leads_to(other, base))
        yield Plan(id, next(iter(parents), None), commit=id[:12], deployed=merged)


def _named_by_ci(repository: Repository, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """The base that pre-commit or a CI system names, and what is judged where that is not the work tree."""
    ends = _ends_of_pre_commit(environ)
    if ends:
        return ends
    for name in _BRANCHES_OF_CI:
        branch = environ.get(name, "").removeprefix("refs/heads/")
        if branch:
            is_local = repository.has(branch) and not repository.has(f"origin/{branch}")
            return branch if is_local else f"origin/{branch}", None
    known = [environ.get(name, "") for name in _REVISIONS_OF_CI]
    for revision in (*known, _before_push(environ)):
        # A branch that is pushed for the first time comes after nothing but zeros.
        if revision.strip("0"):
            return revision, None
    raise NplintError(
        "--against auto finds no base: nothing that pre-commit or a CI system sets names one, so name it yourself"
    )


def _ends_of_pre_commit(environ: Mapping[str, str]) -> tuple[str, str] | None:
    start, end = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    return (start, end) if start and end else None


def _before_push(environ: Mapping[str, str]) -> str:
    """The revision before a push, which GitHub tells only in a file."""
    try:
        with open(environ.get("GITHUB_EVENT_PATH", ""), encoding="utf-8") as file:
            event = json.load(file)
    except (OSError, ValueError):
        return ""
    before = event.get("before") if isinstance(event, dict) else None
    return before if isinstance(before, str) else ""
