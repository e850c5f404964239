"""A run imports what it uses: start-up is most of the time of a hook."""

import subprocess
import sys
from pathlib import Path

import pytest

CLEAN = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - port: 80
"""
WRONG = CLEAN.replace("port: 80", "port: x")

PROGRAM = """
import sys
sys.argv = ["nplint", *sys.argv[1:]]
from nplint.__main__ import main
try:
    main()
finally:
    sys.stderr.write("\\n" + " ".join(sys.modules))
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return set(run.stderr.rsplit("\n", 1)[1].split())


@pytest.mark.parametrize(
    "late",
    [
        *("jsonschema", "importlib.metadata", "pathspec", "tomllib", "difflib", "xml.etree.ElementTree"),
        *("nplint.config", "nplint.suppress", "nplint.cli.deliver", "nplint.fix", "nplint.git", "nplint.baseline"),
        *("nplint.secrecy", "nplint.entry", "nplint.expressions", "traceback", "hashlib"),
        *("nplint.wishes", "nplint.comments", "nplint.extent", "nplint.cli.settle", "nplint.picture", "nplint.graph"),
        *("nplint.cli.recall", "nplint.answers", "concurrent.futures", "multiprocessing", "sqlite3"),
        *("nplint.cli.completion", "nplint.cli.progress", "nplint.output.skips", "nplint.output.statistics"),
        *("cel_expr_python", "subprocess", "nplint.cel", "nplint.violations"),
    ],
)
def test_a_clean_file_needs_little(tmp_path: Path, late: str) -> None:
    (tmp_path / "web.yaml").write_text(CLEAN)
    # A package that is installed for development may import things at start-up before nplint does.
    before = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    for path in ("web.yaml", "."):
        assert late not in imported(tmp_path, path) - set(before.stdout.split())


def test_nothing_is_left_to_the_collector_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(CLEAN)
    program = PROGRAM.replace('" ".join(sys.modules)', "str(__import__('gc').get_freeze_count())")
    command = [sys.executable, "-c", program, "web.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert int(run.stderr.rsplit("\n", 1)[1]) > 10_000


def test_what_is_wrong_is_worded_by_jsonschema(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WRONG)
    assert "jsonschema" in imported(tmp_path, "web.yaml")


def test_the_version_needs_next_to_nothing(tmp_path: Path) -> None:
    assert {"click", "yaml", "nplint.cli"} & imported(tmp_path, "--version") == set()


RULE = """\
summary: s.
why: w.
severity: note
kinds: [{apiVersion: v1, kind: Service}]
message: m
good: x
bad: x
"""


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ("schema: {properties: {spec: {required: [x]}}}\n", set()),
        ("schema: {properties: {metadata: {properties: {name: {pattern: x}}}}}\n", {"subprocess"}),
        ("expression: has(object.spec)\n", {"subprocess"}),
    ],
)
def test_a_rule_that_is_data_needs_what_it_says(tmp_path: Path, rule: str, needed: set[str]) -> None:
    (tmp_path / "web.yaml").write_text(CLEAN)
    (tmp_path / "own-rule.yaml").write_text(RULE + rule)
    found = imported(tmp_path, "--rules", "own-rule.yaml", "web.yaml") - imported(tmp_path, "web.yaml")
    assert found & {"jsonschema", "cel_expr_python", "subprocess"} == needed


def test_the_rules_are_listed_without_what_reads_and_judges_with_schemas(tmp_path: Path) -> None:
    assert {"jsonschema", "cel_expr_python", "subprocess"} & imported(tmp_path, "rules") == set()
