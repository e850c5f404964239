"""nplint and its neighbours: what is run, and whether it did its work."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Outcome
from benchmarks.schemas import LOCATION
from benchmarks.trees import MANIFESTS, Tree

INTERPRETER = "bare interpreter"


class Tool(NamedTuple):
    """A neighbour: its program, its arguments, and why it did not do its work on a tree, if it did not."""

    program: str
    arguments: tuple[str, ...]
    fault: Callable[[Outcome, Tree], str]

    @property
    def path(self) -> str | None:
        return shutil.which(self.program)


def nplint(python: str) -> str:
    """The nplint of an interpreter."""
    return str(Path(python).with_name("nplint"))


def has_option(python: str, option: str) -> bool:
    """Whether the nplint of an interpreter has an option."""
    command = [nplint(python), "check", "--help"]
    return option in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def is_for_development(python: str) -> bool:
    """Whether nplint is installed by `pip install -e`, which makes the interpreter itself start later."""
    program = "import nplint; print(nplint.__file__)"
    told = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True)
    return "site-packages" not in told.stdout


def nplint_fault(outcome: Outcome, tree: Tree) -> str:
    """A clean tree is found clean, and all of its Services are judged."""
    if fault := clean_fault(outcome, tree):
        return fault
    files, services = _judged(outcome)
    return _unless("files", files, tree.files) or _unless("Services", services, tree.services)


def clean_fault(outcome: Outcome, _: Tree) -> str:
    """Something is judged, and is found clean."""
    return "" if outcome.code == 0 and all(_judged(outcome)) else _told(outcome)


def _judged(outcome: Outcome) -> tuple[int, int]:
    """How many files and Services nplint says that it judged, without finding anything."""
    counted = re.search(r"^nothing found in (\d+) files? \((\d+) Services?,", outcome.err, re.MULTILINE)
    return (int(counted[1]), int(counted[2])) if counted else (0, 0)


def any_fault(outcome: Outcome, _: Tree) -> str:
    """It ends well, and more is not asked."""
    return _told(outcome) if outcome.code else ""


def _ripgrep_fault(outcome: Outcome, tree: Tree) -> str:
    return _told(outcome) if outcome.code else _unless("files", len(outcome.out.splitlines()), tree.mentions)


def _kubeconform_fault(outcome: Outcome, tree: Tree) -> str:
    counted = re.search(r"Valid: (\d+), Invalid: 0, Errors: 0, Skipped: 0", outcome.out)
    return _unless("resources", int(counted[1]), tree.resources) if counted and not outcome.code else _told(outcome)


def _kube_linter_fault(outcome: Outcome, tree: Tree) -> str:
    """No container here has a read-only root, so each Deployment is reported."""
    try:
        reports = json.loads(outcome.out)["Reports"]
        objects = [report["Object"]["K8sObject"] for report in reports]
        found = {(one["Namespace"], one["Name"]) for one in objects if one["GroupVersionKind"]["Kind"] == "Deployment"}
    except (ValueError, KeyError, TypeError):
        return _told(outcome)
    return _unless("Deployments", len(found), tree.deployments)


def _yamllint_fault(outcome: Outcome, tree: Tree) -> str:
    """No file here begins with `---`, so each is reported."""
    found = outcome.out.count("missing document start")
    return _told(outcome) if outcome.code not in (0, 1) else _unless("files", found, tree.files)


def _unless(what: str, found: int, there: int) -> str:
    return "" if found == there else f"it saw {found} of {there} {what}"


def _told(outcome: Outcome) -> str:
    """The exit code and the last line that was printed."""
    lines = [line for line in f"{outcome.out}\n{outcome.err}".splitlines() if line.strip()]
    return f"it ended with {outcome.code}: {lines[-1].strip()[:200] if lines else 'nothing printed'}"


def neighbours(schemas: Path, python: str) -> dict[str, Tool]:
    """All tools that are known, with kubeconform's schemas in a folder, and an interpreter."""
    location = ("-schema-location", f"{schemas}/{LOCATION}")
    return {
        "kubeconform -n 2": Tool("kubeconform", ("-n", "2", "-summary", *location, MANIFESTS), _kubeconform_fault),
        "rg -c Service": Tool("rg", ("-c", "Service", MANIFESTS), _ripgrep_fault),
        "kube-linter": Tool("kube-linter", ("lint", "--format", "json", MANIFESTS), _kube_linter_fault),
        "yamllint": Tool("yamllint", ("-f", "parsable", MANIFESTS), _yamllint_fault),
        "git status": Tool("git", ("status", "--porcelain"), any_fault),
        INTERPRETER: Tool(python, ("-c", "pass"), any_fault),
    }


def version(program: str) -> str:
    """What a program says about itself, in one line."""
    for argument in ("--version", "version", "-v"):
        told = subprocess.run([program, argument], capture_output=True, text=True, check=False)
        if told.returncode == 0 and told.stdout.strip():
            return told.stdout.strip().splitlines()[0]
    return "unknown"
