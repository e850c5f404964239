"""What several test modules start from."""

import base64
import gc
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from nplint import cli
from nplint.check import Problem, Problems, replacement, rule
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.engine import lint_clusters
from nplint.finding import Severity, Suppression
from nplint.node import Node
from nplint.profile import CCE_TYPES, Profile, When
from nplint.reader import decode, read
from nplint.report import Report

# The gate says the same each time, on a busy machine too. HYPOTHESIS_PROFILE=default searches on.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROJECT = Path(__file__).parent.parent


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Run(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


Nplint = Callable[..., Run]

# What git, pre-commit and CI systems set where the tests themselves are run by one of them.
_FOREIGN = (
    "NPLINT_",
    "GIT_",
    "PRE_COMMIT",
    "GITHUB_",
    "CI_",
    "CHANGE_",
    "SYSTEM_",
    "BITBUCKET_",
    "BUILDKITE_",
    "DRONE_",
)


def git_environ() -> dict[str, str]:
    """An environment without settings, and with a person that commits."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    person = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return inherited | person | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Repository:
    """A git repository, and the environment to run git and others in."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, check=check, capture_output=True, encoding="utf-8"
        )

    def git(self, *arguments: str) -> str:
        """What git prints."""
        return self.run("git", *arguments).stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files, or remove those that are None."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())

    def stage(self, files: Mapping[str, str | None]) -> None:
        self.write(files)
        self.git("add", "--all")

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Commit files; the id of the commit."""
        self.stage(files)
        self.git("commit", "--quiet", "--allow-empty", "--message", "change", "--no-verify")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment without settings, which is also that of this process."""
    environ = git_environ()
    for name in os.environ.keys() - environ.keys():
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


@pytest.fixture
def repository(tmp_path: Path, environ: dict[str, str]) -> Repository:
    """An empty repository in the folder that `nplint` runs in."""
    made = Repository(tmp_path, environ)
    made.git("init", "--quiet", "--initial-branch", "main")
    return made


@pytest.fixture
def nplint(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Nplint:
    """Run the command line within this process, in an empty folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "disable", lambda: None)

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


def with_script(page: str, script: str, *, allowed: bool = True) -> str:
    """The page with another script at its end, which its policy allows or does not."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ") if allowed else page
    return page.replace("</body>", f"<script>{script}</script></body>")


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


WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  ports:
    - {name: 网关, port: 80, nodePort: 30080}
    - name: dns
      port: 53
      protocol: udp
      nodePort: 30053
"""
HOSTILE_NAME = r"</script><img src=x onerror=alert(1)>\r\n::error::%0A\e[31m\u202e|`x` [y](http://z) ##[add-mask]a ]]>"
CANONICAL = {
    "apps/caf\u00e9 #1.yaml": WEB.replace("name: web", "name: cafe").replace("udp", "UDP").replace("30080", "30081"),
    "apps/pay/api.yaml": f"{WEB}---\n{WEB}".replace("name: web", f'name: "{HOSTILE_NAME}"', 1).replace("udp", "tcp"),
    "apps/shop/broken.yaml": "apiVersion: v1\nkind: Service\nmetadata: [\n",
    "apps/shop/web.yaml": WEB,
}


@rule(severity=Severity.ERROR, source="https://example.com/taken", good="kind: A", bad="kind: B")
def taken_twice(cluster: Cluster) -> Problems:
    """A nodePort is taken twice.

    The API server refuses the second Service.

    It is *sure* of that.
    """
    first: dict[int, Node] = {}
    for service in cluster.services:
        for number, node in service.claimed_ports():
            taken = first.setdefault(number, node)
            if taken is not node:
                related = ((taken, "already taken here"),)
                yield Problem(node, f"nodePort {number} is taken", label="again", help="take 30444", related=related)


@rule(severity=Severity.WARNING, source="https://example.com/case", good="", bad="", when=When(type=CCE_TYPES))
def lower_case(cluster: Cluster) -> Problems:
    """A protocol is in small letters."""
    for service in cluster.services:
        for port in service.ports:
            protocol = port.node["protocol"]
            if protocol.text.islower():
                edits = replacement(protocol, protocol.text.upper(), safe=True)
                yield Problem(protocol, f"protocol {protocol.text} of {service.name} is small", edits=edits)


@rule(severity=Severity.NOTE, source="https://example.com/many", good="", bad="")
def many_ports(cluster: Cluster) -> Problems:
    """A Service has several ports.

    One cannot tell them apart.
    """
    for service in cluster.services:
        yield Problem(service.node["spec"]["ports"], f"there are {len(service.ports)} ports")


@rule(severity=Severity.ERROR, source="https://example.com/unreadable", good="", bad="")
def unreadable_manifest(cluster: Cluster) -> Problems:
    """A manifest cannot be read.

    Nothing in it is checked.
    """
    for document in cluster.documents:
        for defect in document.defects:
            yield Problem(defect.span, "it cannot be read")


@rule(severity=Severity.ERROR, source="https://example.com/deleted", good="", bad="")
def deleted_service(cluster: Cluster) -> Problems:
    """A Service is deleted that is still needed.

    Its clients fail.
    """
    gone, needed = Span("apps/shop/old.yaml", 4, 9, 4, 12, "base"), Span("apps/shop/more.yaml", 2, 1, 2, 5, "base")
    yield Problem(gone, "Service shop/old is deleted", related=((needed, "needed here"), (gone, "")))


@rule(severity=Severity.ERROR, source="https://example.com/broken", good="", bad="")
def broken(cluster: Cluster) -> Problems:
    """A rule fails."""
    raise ZeroDivisionError("by design")


@pytest.fixture(scope="session")
def canonical() -> Report:
    """A report with all that a format may have to tell."""
    documents = [document for path, text in CANONICAL.items() for document in read(decode(path, text.encode()))]
    prod = Cluster(documents, Profile(name="prod", type="turbo"))
    lab = Cluster(documents[:2], Profile(name="lab & more"))
    rules = [taken_twice, lower_case, many_ports, unreadable_manifest, deleted_service, broken]
    report = lint_clusters([prod, lab], rules)
    marks: dict[tuple[str, str], dict[str, Any]] = {
        ("many-ports", "apps/caf\u00e9 #1.yaml"): {"suppressed": Suppression("configuration", "firewall rule FW-12")},
        ("many-ports", "apps/shop/web.yaml"): {"suppressed": Suppression("comment", "")},
        ("taken-twice", "apps/shop/web.yaml"): {"known": "base"},
        ("lower-case", "apps/shop/web.yaml"): {"known": "baseline"},
    }
    marked = (one._replace(**marks.get((one.rule, one.span.file), {})) for one in report.findings)
    return replace(report, findings=tuple(marked))
