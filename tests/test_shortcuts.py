"""What makes a run faster changes nothing of what it tells: the cache, the filter, and processes that help to read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"

PROGRAM = """
import os, sys
from functools import partial
from nplint import reader, reading
{what}
from nplint.__main__ import main
main()
"""
# Every file is parsed, whatever is in it.
NO_FILTER = "reading.read = partial(reader.read, shortcut=None)"
# Whoever begins the run cannot read a file, so that others have to.
ONLY_OTHERS = """
reading.ALONE, here, read = 0, os.getpid(), reading.read
reading.read = lambda source: read(source) if os.getpid() != here else 1 / 0
"""
# Without what runs the rules, there is no answer but one that was kept.
ONLY_KEPT = "sys.modules['nplint.engine'] = None"

Told = tuple[str, str, int]


def told(folder: Path, environ: dict[str, str], what: str, *options: str) -> Told:
    """All that a run says: standard output, standard error and the exit code."""
    command = [sys.executable, "-c", PROGRAM.format(what=what), ".", "--format", "json", *options]
    run = subprocess.run(command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", check=False)
    return run.stdout, run.stderr, run.returncode


def check_alike(folder: Path, environ: dict[str, str], cache: Path) -> Told:
    """Run it with nothing but what is needed, and then with each shortcut; what all of these say."""
    environ = environ | {"NPLINT_CACHE_DIR": str(cache)}
    expected = told(folder, environ, "", "--jobs", "1", "--no-cache")
    assert told(folder, environ, NO_FILTER, "--jobs", "1", "--no-cache") == expected
    for jobs in ("2", "3"):
        assert told(folder, environ, ONLY_OTHERS, "--jobs", jobs, "--no-cache") == expected
    assert told(folder, environ, "", "--no-cache") == expected
    assert not cache.exists()
    assert told(folder, environ, ONLY_KEPT) != expected, "there is an answer although none was kept"
    assert told(folder, environ, "") == expected
    assert len(list(cache.iterdir())) == 1
    assert told(folder, environ, ONLY_KEPT) == expected
    return expected


TEXTS = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, name: api}\nspec:\n  type: NodePort\n  ports: [{port: 80}]\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n  ports: [{nodePort: 30080}]\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 网关\ndata: {a: &x b, c: *x}\n---\napiVersion: v1\nkind: [\n",
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}\n{"kind": "Pod", "apiVersion": "v1"}',
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
    '"\\x6bind": Service\n"\\x61piVersion": v1\nmetadata:\n  name: web\nspec:\n  type: nodeport\n',
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \udcff\n",
    "a: b\n",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As many files as it takes for answers to be kept and for others to help."""
    for number in range(2100):
        text = TEXTS[number % len(TEXTS)].replace("web", f"web-{number // 20}").replace("30080", str(30000 + number))
        file = tmp_path / f"tree/{number // 100}/{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return tmp_path / "tree"


@pytest.mark.skipif(sys.platform != "linux", reason="only copies of a process do what is written here")
def test_shortcuts_change_nothing(tree: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    out, _, code = check_alike(tree, environ, tmp_path / "cache")
    rules = {finding["rule"] for finding in json.loads(out)["findings"]}
    assert code == 1
    assert rules >= {"unreadable-manifest", "unrendered-template", "node-port-pinned", "invalid-service"}


@pytest.mark.skipif(sys.platform != "linux", reason="only copies of a process do what is written here")
@pytest.mark.skipif(not CORPUS.exists(), reason="the manifests of public projects are not here")
def test_shortcuts_change_nothing_about_real_manifests(tmp_path: Path, environ: dict[str, str]) -> None:
    out, _, code = check_alike(CORPUS, environ, tmp_path / "cache")
    assert (code, len(json.loads(out)["findings"]) > 800) == (1, True)
