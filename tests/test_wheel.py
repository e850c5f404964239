"""The wheel holds what the project's folders hold: a file that setuptools was not told of is missing without a word."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

SHIPPED_AS = {"nplint": "nplint", "rules": "nplint/rules", "schemas": "nplint/schemas"}
SUFFIXES = {".css", ".js", ".json", ".py", ".yaml"}


@pytest.fixture(scope="module")
def wheel(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(snapshot, folder / "project")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "./project"]
    subprocess.run(command, cwd=folder, check=True)
    (built,) = folder.glob("*.whl")
    with ZipFile(built) as opened:
        return opened


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: ZipFile, snapshot: Path) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    wanted = {
        f"{target}/{path.relative_to(snapshot / folder).as_posix()}"
        for folder, target in SHIPPED_AS.items()
        for path in (snapshot / folder).rglob("*")
        if path.suffix in SUFFIXES or path.name == "py.typed"
    }
    assert held == wanted


@pytest.mark.parametrize("name", ["nplint/py.typed", "nplint/schemas/report.json", "nplint/rules/__init__.py"])
def test_the_wheel_holds_what_is_no_module_or_stands_elsewhere(wheel: ZipFile, name: str) -> None:
    assert name in wheel.namelist()


def test_the_wheel_holds_the_license(wheel: ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
