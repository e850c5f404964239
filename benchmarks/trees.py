"""The trees that are measured, made in a folder: the same for the same seed and size, and kept for the next time."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from benchmarks import manifests

MANIFESTS = "clusters"
"""The folder of a tree in which all of its manifests are, and nothing else."""

PER_APP = 5
HISTORY = 100
"""How far back the comparison with an older revision goes."""

_AGREED = """\
rules: {node-port-pinned: off, node-port-in-dynamic-band: off}
ignore:
  - {rule: local-affinity-without-endpoint, reason: the load balancer checks nodes}
min-confidence: likely
"""

Files = Iterable[tuple[str, str]]


class Tree(NamedTuple):
    """A tree and what is in it, so that it can be told whether a tool has seen all of it."""

    folder: Path
    files: int
    resources: int
    services: int
    deployments: int
    mentions: int
    """The files in which the word Service occurs."""

    size: int
    """Bytes."""


class _Counted:
    """Counts what is in files on their way to the disk."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.counts = [0] * 6

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name, text in self._files:
            resources = text.count("\napiVersion: ") + text.startswith("apiVersion: ")
            resources = text.count("\n- apiVersion: ") or resources
            kinds = [text.count(f"kind: {kind}\n") for kind in ("Service", "Deployment")]
            found = (1, resources, *kinds, "Service" in text, len(text.encode()))
            self.counts = [before + more for before, more in zip(self.counts, found, strict=True)]
            yield name, text


def mixed(folder: Path, files: int, seed: int) -> Tree:
    """A repository of one manifest a file: 20 % Services, 40 % Deployments, 40 % ConfigMaps. One Service is staged."""
    counted = _Counted(_mixed(files, seed))
    _repository(folder, [chain(_configuration(_clusters(files // PER_APP)), counted)])
    _stage(folder, [manifests.service_file(next(manifests.apps(seed)), 8080)])
    return _tree(folder, counted)


def services(folder: Path, files: int, seed: int) -> Tree:
    """A repository of one Service a file."""
    counted = _Counted(manifests.service_file(app) for app in islice(manifests.apps(seed), files))
    _repository(folder, [chain(_configuration(_clusters(files)), counted)])
    return _tree(folder, counted)


def huge(folder: Path, size: int, seed: int) -> Tree:
    """Four files of many documents each, together of this many bytes."""
    names = [f"prod-{number}" for number in range(4)]
    counted = _Counted(
        (f"{MANIFESTS}/{name}/all.yaml", "---\n".join(_texts(size // len(names), seed + number, name)))
        for number, name in enumerate(names)
    )
    _write(folder, chain(_configuration(names), counted))
    return _tree(folder, counted)


def one_list(folder: Path, size: int, seed: int) -> Tree:
    """One file that is a List of this many bytes, as `kubectl get -o yaml` prints it."""
    items = (manifests.item(text) for text in _texts(size, seed, "prod-0"))
    text = "apiVersion: v1\nkind: List\nitems:\n"
    counted = _Counted([(f"{MANIFESTS}/prod-0/all.yaml", text + "".join(items))])
    _write(folder, chain(_configuration(["prod-0"]), counted))
    return _tree(folder, counted)


def one_service(folder: Path, seed: int) -> Tree:
    """One file that holds one Service, and nothing else."""
    counted = _Counted([manifests.service_file(next(manifests.apps(seed, 1)))])
    _write(folder, counted)
    return _tree(folder, counted)


def history(folder: Path, files: int, commits: int, seed: int) -> Tree:
    """A repository of mixed manifests and commits that change one Service each. One more change is staged."""
    apps = list(islice(manifests.apps(seed), files // PER_APP))
    counted = _Counted(_mixed(files, seed))
    changes = ([manifests.service_file(apps[n % len(apps)], 8000 + n % 999)] for n in range(1, commits))
    _repository(folder, chain([chain(_configuration(_clusters(len(apps))), counted)], changes))
    _stage(folder, [manifests.service_file(apps[0], 9999)])
    return _tree(folder, counted)


def change(tree: Tree) -> None:
    """Make a Service of a tree another one than it ever was."""
    [path] = tree.folder.rglob("*-1-service.yaml")
    text = path.read_text("utf-8")
    path.write_text(re.sub(r" port: (\d+)", lambda port: f" port: {int(port[1]) + 1}", text, count=1), "utf-8")


def kept(folder: Path, make: Callable[..., Tree], *arguments: int) -> Tree:
    """The tree in this folder if it was made there before by the same code with the same arguments; else a new one."""
    code = b"".join(Path(module).read_bytes() for module in (__file__, manifests.__file__))
    wish = f"{make.__name__} {arguments} {hashlib.sha256(code).hexdigest()}"
    note = folder.with_suffix(".made")
    if note.is_file() and note.read_text("utf-8").partition("\n")[0] == wish:
        return Tree(folder, *map(int, note.read_text("utf-8").split("\n")[1].split()))
    note.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    tree = make(folder, *arguments)
    note.write_text(f"{wish}\n{' '.join(map(str, tree[1:]))}\n", "utf-8")
    return tree


def _tree(folder: Path, counted: _Counted) -> Tree:
    return Tree(folder, *counted.counts)


def _mixed(files: int, seed: int) -> Iterator[tuple[str, str]]:
    return islice(chain.from_iterable(map(manifests.files, manifests.apps(seed))), files)


def _texts(size: int, seed: int, cluster: str) -> Iterator[str]:
    """Manifests of one cluster, together of about this many bytes."""
    for app in manifests.apps(seed, 0, cluster):
        for _, text in manifests.files(app):
            yield text
            size -= len(text)
        if size <= 0:
            return


def _clusters(apps: int) -> list[str]:
    return [f"prod-{number}" for number in range(-(-apps // manifests.PER_CLUSTER))]


def _configuration(clusters: Iterable[str]) -> Files:
    """Each cluster is declared, so that rules judge what is applied together. Ports are pinned on purpose."""
    declared = "".join(
        f"  {name}:\n    type: standard\n    network: vpc\n    version: v1.29.13-r0\n"
        f"    proxy-mode: iptables\n    paths: [{MANIFESTS}/{name}/**]\n"
        for name in clusters
    )
    yield ".nplint.yaml", f"clusters:\n{declared}{_AGREED}"


def _write(folder: Path, files: Files) -> None:
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


def _repository(folder: Path, commits: Iterable[Files]) -> None:
    """A git repository of these commits, checked out. Its ids depend on nothing but them."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch", "main")
    command = ["git", "-C", str(folder), "-c", "core.compression=0", "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importing:
        assert importing.stdin
        for files in commits:
            importing.stdin.writelines(_commit(files))
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, command)
    _git(folder, "reset", "--quiet", "--hard")


def _commit(files: Files) -> Iterator[bytes]:
    yield b"commit refs/heads/main\ncommitter nobody <nobody> 0 +0000\ndata 6\nchange\n"
    for name, text in files:
        data = text.encode()
        yield b"M 100644 inline %b\ndata %d\n%b\n" % (name.encode(), len(data), data)


def _stage(folder: Path, files: Files) -> None:
    _write(folder, files)
    _git(folder, "add", "--all")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True)
