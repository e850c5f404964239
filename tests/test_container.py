"""The Containerfile, done step by step in folders and virtual environments: there is no image to start from here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parent.parent
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
"""


class Step(NamedTuple):
    """An instruction and what it is given."""

    does: str
    what: str


def stages() -> list[list[Step]]:
    """The instructions of each stage; the first one names the image that it starts from."""
    text = re.sub(r"^#.*\n", "", (PROJECT / "Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    steps = [Step(*line.split(maxsplit=1)) for line in lines if line]
    starts = [index for index, step in enumerate(steps) if step.does == "FROM"]
    return [steps[start:end] for start, end in zip(starts, [*starts[1:], len(steps)], strict=True)]


BUILD, IMAGE = stages()


def does(stage: list[Step], name: str) -> list[str]:
    return [step.what for step in stage if step.does == name]


def test_both_stages_start_from_one_image_of_a_version() -> None:
    images = [stage[0].what.partition(" ")[0] for stage in (BUILD, IMAGE)]
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", images[0])
    assert images[0] == images[1]


def test_what_runs_is_nplint_and_nobody() -> None:
    assert does(IMAGE, "ENTRYPOINT") == ['["nplint"]']
    (user,) = does(IMAGE, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert [step.does for step in IMAGE[-3:]] == ["USER", "WORKDIR", "ENTRYPOINT"]


def test_git_is_there_and_trusts_what_is_mounted() -> None:
    install, _ = does(IMAGE, "RUN")
    assert " install --yes --no-install-recommends git " in install
    assert "git config --system --add safe.directory '*'" in install
    assert "rm -rf /var/lib/apt/lists/*" in install


def test_the_page_runs_what_it_builds_where_that_works() -> None:
    page = (PROJECT / "docs" / "ci.md").read_text("utf-8").partition("\n## Container\n")[2]
    build, run = re.findall(r"^```sh\npodman (.*)\n```$", page, re.MULTILINE)
    assert build == "build --tag nplint ."
    assert run.startswith(f'run --rm --volume "$PWD:{does(IMAGE, "WORKDIR")[0]}:ro" nplint --against ')


@pytest.fixture(scope="module")
def programs(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of the image: nplint built from what is copied, and installed from what was built."""
    folder = tmp_path_factory.mktemp("container")
    wheels = folder / "wheels"
    copy(snapshot, folder / "build")
    (build,) = does(BUILD, "RUN")
    run(build, folder / "build", wheels, Path(sys.executable).parent)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "image")], check=True)
    _, install = does(IMAGE, "RUN")
    mount, _, command = install.partition(" ")
    assert mount == "--mount=type=bind,from=build,source=/wheels,target=/wheels"
    run(command, folder, wheels, folder / "image" / "bin")
    return folder / "image" / "bin"


def copy(source: Path, target: Path) -> None:
    """What the COPY instructions do."""
    target.mkdir()
    for what in does(BUILD, "COPY"):
        *names, to = what.split()
        for name in names:
            if (source / name).is_dir():
                shutil.copytree(source / name, target / to)
            else:
                shutil.copy(source / name, target / to)


def run(command: str, folder: Path, wheels: Path, programs: Path) -> None:
    environ = {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    subprocess.run(["sh", "-ec", command.replace("/wheels", str(wheels))], cwd=folder, env=environ, check=True)


def test_the_program_judges_a_change(programs: Path, tmp_path: Path) -> None:
    def nplint(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(programs / "nplint"), "--format", "concise", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]
    (tmp_path / "web.yaml").write_text(SERVICE)
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    assert nplint().returncode == 0
    (tmp_path / "web.yaml").write_text(SERVICE.replace("30080", "80"))
    changed = nplint("--against", "HEAD")
    assert changed.returncode == 1
    assert "web.yaml:4:75: error[node-port-out-of-range]" in changed.stdout
