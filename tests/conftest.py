"""What several test modules start from."""

import gc
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from nplint import cli

# The gate says the same each time. HYPOTHESIS_PROFILE=default searches on.
settings.register_profile("gate", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROJECT = Path(__file__).parent.parent


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Run(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


Nplint = Callable[..., Run]


@pytest.fixture
def nplint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nplint:
    """Run the command line within this process, in an empty folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "disable", lambda: None)
    for name in [name for name in os.environ if name.startswith("NPLINT_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, stdin: str = "") -> Run:
        monkeypatch.setattr(sys, "argv", ["nplint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as left:
            cli.main()
        code = left.value.code
        assert isinstance(code, int)
        return Run(code, *capsys.readouterr())

    return run


class Page(HTMLParser):
    """What a browser made of a page."""

    def __init__(self, text: str, log: str = "") -> None:
        super().__init__()
        self.log = log
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.tags[-1][0] if self.tags else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this name."""
        return [attributes for name, attributes in self.tags if name == tag]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(tmp_path: Path) -> OpenPage:
    """Open a page in a headless browser, with a fragment in its address; the page as it is then."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed, so no page can be opened: apt-get install chromium")

    def opened(text: str, fragment: str = "") -> Page:
        file = tmp_path / "page.html"
        file.write_text(text, "utf-8")
        # Root, which CI often is, cannot have the sandbox.
        command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", f"{file.as_uri()}#{fragment}"]
        environ = os.environ | {"HOME": str(tmp_path)}
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environ)
        return Page(run.stdout, run.stderr)

    return opened


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's own files, without what git ignores. Nobody may write to it."""
    copy = tmp_path_factory.mktemp("snapshot")
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        if name and (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copy / name)
    return copy
