"""The house style that no linter checks: short functions, short files, and names that say where things are."""

import ast
from pathlib import Path
from statistics import median, quantiles

PROJECT = Path(__file__).parent.parent
FILES = [*(PROJECT / "nplint").rglob("*.py"), *(PROJECT / "rules").glob("*.py")]


def function_lengths() -> dict[str, int]:
    """Lines of each function without its decorators and docstring, which in a rule are documentation."""
    return {
        f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}": (node.end_lineno or 0) - _first_line(node) + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = ast.get_docstring(node) is not None and len(node.body) > 1
    return node.body[1].lineno if documented else node.lineno


def test_functions_are_short() -> None:
    lengths = function_lengths()
    assert median(lengths.values()) <= 10
    assert quantiles(lengths.values(), n=10)[-1] <= 25
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_no_module_is_a_drawer_for_leftovers() -> None:
    drawers = {"utils", "helpers", "common", "base", "core", "constants", "misc"}
    assert [path for path in FILES if path.stem in drawers] == []
