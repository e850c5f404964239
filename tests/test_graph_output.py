"""The graph in each format: to the letter, in the programs that read it, and with hostile names.

`UPDATE_GOLDEN=1 pytest tests/test_graph_output.py` writes the files of tests/data/graph anew and fails, so that
somebody looks at the difference.
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import pytest

from tests.conftest import with_script

if TYPE_CHECKING:
    from tests.conftest import Nplint, OpenPage, Page

PROJECTS = Path(__file__).parent / "projects"
GOLDEN = Path(__file__).parent / "data" / "graph"
SUFFIXES = {"text": "txt", "mermaid": "mmd", "dot": "dot", "svg": "svg", "html": "html", "json": "json"}
NAMES = sorted(path.name for path in PROJECTS.iterdir())
SVG = "{http://www.w3.org/2000/svg}"
VPC = ("--type", "standard", "--network", "vpc")


def enter(name: str, folder: Path) -> None:
    shutil.copytree(PROJECTS / name, folder, dirs_exist_ok=True)


@pytest.mark.parametrize("format", SUFFIXES)
def test_a_graph_to_the_letter(nplint: "Nplint", tmp_path: Path, format: str) -> None:
    enter("hairpin-declared-address", tmp_path)
    run = nplint("graph", "--format", format)
    file = GOLDEN / f"{format}.{SUFFIXES[format]}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(run.out, "utf-8")
        pytest.fail(f"{file.name} is written anew: look at the difference")
    # The version of nplint is in it, and changes.
    written = re.sub(r'"version": "[^"]*"', '"version": "0"', file.read_text("utf-8"))
    assert re.sub(r'"version": "[^"]*"', '"version": "0"', run.out) == written
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize("format", SUFFIXES)
def test_no_format_shows_what_a_secret_holds(nplint: "Nplint", tmp_path: Path, format: str) -> None:
    enter("hairpin-secrets", tmp_path)
    out = nplint("graph", "--format", format).out
    assert "shop/variable" in out or '"variable"' in out
    held = re.findall(r"[A-Za-z0-9+/=]{12,}", (tmp_path / "secrets.yaml").read_text("utf-8"))
    assert held
    assert [word for word in ("hunter2", "admin:", "10.100", *held) if word in out] == []


# --- hostile names


NAME = "a\"b<script>document.title='forged'</script>`c`;%%{init}%%]]>&amp;#35;\\N\\l\n\x1b[31mstyle:#x\u202e end"
SPACE = 's"]|--><img src=x onerror=alert(1)>{}\ufffe'
SHOWN_NAME = NAME.replace("\n", "\\x0a").replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
HOSTILE = f"""\
apiVersion: v1
kind: Service
metadata: {{name: {json.dumps(NAME)}, namespace: {json.dumps(SPACE)}}}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {{app: web}}
  ports: [{{port: 80, nodePort: 30080}}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {json.dumps(NAME)}, namespace: {json.dumps(SPACE)}}}
spec:
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: web}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: "client<&>\\"'", namespace: ops}}
spec:
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
      containers:
        - name: agent
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {{name: TARGET, value: "http://$(NODE_IP):30080"}}
"""


def hostile(nplint: "Nplint", format: str) -> str:
    Path("a.yaml").write_text(HOSTILE, "utf-8")
    run = nplint("graph", *VPC, "--format", format)
    assert (run.code, run.err) == (0, "")
    return run.out


@pytest.mark.parametrize("format", SUFFIXES)
def test_hostile_names_steer_no_terminal(nplint: "Nplint", format: str) -> None:
    out = hostile(nplint, format)
    assert [char for char in set(out) if char != "\n" and ord(char) < 32] == []
    assert "\u202e" not in out


def test_json_keeps_hostile_names_as_they_are(nplint: "Nplint") -> None:
    ((service,),) = (cluster["services"] for cluster in json.loads(hostile(nplint, "json"))["clusters"])
    assert (service["namespace"], service["name"]) == (SPACE, NAME)


MERMAID = re.compile(
    r"flowchart LR"
    r'|  subgraph \w+\["[^"\]]*"\]|    direction LR|  end'
    r'|    \w+\["[^"]*"\]|    \w+\(\["[^"]*"\]\)'
    r'|  \w+ (-->|(---|-\.-|==>|-\.->)\|"[^"]*"\|) \w+'
    r"|  linkStyle \d+ stroke:#[0-9a-f]{6}(,color:#[0-9a-f]{6},stroke-width:3px)?"
)


@pytest.mark.parametrize("name", ["", *NAMES])
def test_every_line_of_mermaid_is_a_statement(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    if name:
        enter(name, tmp_path)
    out = nplint("graph", "--format", "mermaid").out if name else hostile(nplint, "mermaid")
    assert [line for line in out.splitlines() if not MERMAID.fullmatch(line)] == []
    assert out.count("subgraph") == out.splitlines().count("  end")
    labels = [line.replace("<br/>", "") for line in re.findall(r'"([^"]*)"', out)]
    assert [label for label in labels if not re.fullmatch(r"([A-Za-z0-9 /.,_-]|#\d+;)*", label)] == []
    edges = re.findall(r"^  \w+ [-=].*", out, re.MULTILINE)
    styled = re.findall(r"linkStyle (\d+)", out)
    assert styled == [str(index) for index in range(len(edges))]


def test_mermaid_shows_hostile_names_as_they_are(nplint: "Nplint") -> None:
    read = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), hostile(nplint, "mermaid"))
    space = SPACE.replace("\ufffe", "\\ufffe")
    assert f'(["Service {space}/{SHOWN_NAME}<br/>NodePort' in read


@pytest.mark.parametrize("name", ["", *(name for name in NAMES if name.startswith("hairpin"))])
def test_graphviz_reads_the_graph(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed, so no graph can be read by it: apt-get install graphviz")
    if name:
        enter(name, tmp_path)
    out = nplint("graph", "--format", "dot").out if name else hostile(nplint, "dot")
    run = subprocess.run(["dot", "-Tsvg"], input=out, capture_output=True, encoding="utf-8", check=True)
    assert run.stderr == ""
    drawing = ElementTree.fromstring(run.stdout)
    kinds = [group.get("class") for group in drawing.iter(f"{SVG}g")]
    assert kinds.count("node") == len(re.findall(r"^    c\d+[sw]\d+ \[", out, re.MULTILINE))
    assert kinds.count("edge") == out.count(" -> ")
    if not name:
        shown = "".join(text.text or "" for text in drawing.iter(f"{SVG}text")).replace("\xa0", "").replace(" ", "")
        assert SHOWN_NAME.replace(" ", "") in shown


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        beside = self.x + self.width <= other.x or other.x + other.width <= self.x
        return not (beside or self.y + self.height <= other.y or other.y + other.height <= self.y)

    def holds(self, x: float, y: float) -> bool:
        return self.x < x < self.x + self.width and self.y < y < self.y + self.height


def box(rect: ElementTree.Element) -> Box:
    return Box(*(float(rect.get(name, "0")) for name in ("x", "y", "width", "height")))


@pytest.mark.parametrize("name", ["", *NAMES])
def test_nothing_in_a_drawing_covers_anything_else(nplint: "Nplint", tmp_path: Path, name: str) -> None:
    if name:
        enter(name, tmp_path)
    drawing = ElementTree.fromstring(nplint("graph", "--format", "svg").out if name else hostile(nplint, "svg"))
    cards = [group for group in drawing.iter(f"{SVG}g") if group.get("class") == "card"]
    for card in cards:
        (frame,) = [box(rect) for rect in card.iter(f"{SVG}rect") if rect.get("class") == "frame"]
        groups = [group for group in card.iter(f"{SVG}g") if (group.get("class") or "").startswith("box")]
        boxes = [box(rect) for group in groups for rect in group.findall(f"{SVG}rect")]
        inside = {id(text): each for group, each in zip(groups, boxes, strict=True) for text in group}
        assert [one for one in boxes for other in boxes if one is not other and one.overlaps(other)] == []
        assert all(frame.holds(one.x, one.y) and frame.holds(one.x + one.width, one.y + one.height) for one in boxes)
        for text in card.iter(f"{SVG}text"):
            at = float(text.get("x", "0")), float(text.get("y", "0"))
            assert frame.holds(*at)
            own = inside.get(id(text))
            assert own is None or own.holds(*at)
            assert [one for one in boxes if one != own and one.holds(*at)] == []


CROWD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: {app}}}}}
    spec:
      nodeName: node-{number}
      containers:
        - name: one
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {{name: TARGET, value: "http://$(NODE_IP):{port}"}}
---
"""


def test_of_many_workloads_the_number_is_told(nplint: "Nplint") -> None:
    pods = [
        CROWD.format(name=f"{kind}-{number}", app=kind, number=number, port=port)
        for number in range(7)
        for kind, port in (("web", 1), ("client", 30080))
    ]
    service = HOSTILE.partition("---")[0].replace(json.dumps(SPACE), "shop")
    Path("a.yaml").write_text("".join([*pods, service]), "utf-8")
    drawing = ElementTree.fromstring(nplint("graph", *VPC, "--format", "svg").out)
    groups = [(group.get("class") or "", group) for group in drawing.iter(f"{SVG}g")]
    kinds = [kind for kind, _ in groups]
    assert (kinds.count("box backend"), kinds.count("box client")) == (5, 7)
    assert "and 2 more" in [text.text for text in drawing.iter(f"{SVG}text")]
    lines = [len(group.findall(f"{SVG}path")) for kind, group in groups if kind == "edge meeting certain"]
    assert lines == [0, 0, 1, 1, 1, 1, 1]
    titles = [title.text or "" for title in drawing.iter(f"{SVG}title")]
    assert sum(title.startswith("always shares a node with Deployment shop/web-") for title in titles) == 7


def test_a_drawing_shows_hostile_names_as_they_are(nplint: "Nplint") -> None:
    drawing = ElementTree.fromstring(hostile(nplint, "svg"))
    assert {element.tag for element in drawing.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "style", "rect", "g", "text", "path", "circle")
    }
    titles = [element.text or "" for element in drawing.iter(f"{SVG}title")]
    assert any(SHOWN_NAME in title for title in titles)
    assert any("\\ufffe" in title for title in titles)
    assert any("client<&>\"'" in title for title in titles)


def test_a_drawing_needs_nothing_else(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-declared-address", tmp_path)
    out = nplint("graph", "--format", "svg").out
    assert out.isascii()
    assert re.findall(r"href|src|url\(|@import|<script|\bon\w+=", out) == []
    assert re.findall(r"https?://[^\"]*", out) == ["http://www.w3.org/2000/svg"]
    assert "@media (prefers-color-scheme: dark)" in out


def test_a_drawing_tells_the_finding_on_the_broken_edge(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-declared-address", tmp_path)
    drawing = ElementTree.fromstring(nplint("graph", "--format", "svg").out)
    edges = {
        group.get("class"): " ".join(text.text or "" for text in group.findall(f"{SVG}text"))
        for group in drawing.iter(f"{SVG}g")
        if group.findall(f"{SVG}title") and "edge" in (group.get("class") or "")
    }
    fact = "cannot reach Service shop/web through nodePort 30080 of node-1"
    dials = "dials nodePort 30080 of node-1"
    assert edges["edge broken"] == f"{dials} error: Deployment shop/same {fact}, where both run"
    assert edges["edge doubtful"] == f"{dials} warning: Deployment shop/free {fact}, if both run there"
    assert edges["edge clear"] == dials


# --- the page


def test_the_page_needs_nothing_else(nplint: "Nplint", tmp_path: Path) -> None:
    enter("hairpin-declared-address", tmp_path)
    out = nplint("graph", "--format", "html").out
    assert out.isascii()
    assert out.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert re.findall(r"(?:src|href|@import)\b\s*[=(:]|url\(|https?:", out) == []
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', out)
    directives = dict(part.split(" ", 1) for part in html.unescape(policy[0]).split("; "))
    assert directives.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert {directives[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    assert all(re.fullmatch(r"'sha256-[\w+/]+='", directives[name]) for name in ("style-src", "script-src"))


def test_a_browser_shows_the_page_as_it_is_written(nplint: "Nplint", open_page: "OpenPage", tmp_path: Path) -> None:
    enter("hairpin-declared-address", tmp_path)
    page = open_page(nplint("graph", "--format", "html").out)
    assert "CONSOLE" not in page.log
    assert "".join(page.texts["output"]) == "1 of 1 Services shown"
    assert [known["class"] for known in page.all("g") if known["class"].startswith("edge ")] == [
        "edge meeting excluded",
        "edge clear",
        "edge meeting possible",
        "edge doubtful",
        "edge meeting certain",
        "edge broken",
    ]
    assert "same.yaml:15:15" in page.texts["code"]


def test_a_browser_runs_nothing_of_hostile_names(nplint: "Nplint", open_page: "OpenPage") -> None:
    page = open_page(hostile(nplint, "html"))
    assert "CONSOLE" not in page.log
    assert "img" not in dict(page.tags)
    assert len(page.all("script")) == 1
    assert page.texts["title"][0] == "nplint graph"
    assert any(SHOWN_NAME in text for text in page.texts["title"])


@pytest.mark.parametrize("allowed", [True, False])
def test_the_policy_lets_no_other_script_run(
    nplint: "Nplint", open_page: "OpenPage", tmp_path: Path, allowed: bool
) -> None:
    enter("hairpin-declared-address", tmp_path)
    page = nplint("graph", "--format", "html").out
    opened = open_page(with_script(page, "document.title = 'forged';", allowed=allowed))
    assert opened.texts["title"][0] == ("forged" if allowed else "nplint graph")


PAIR = """\
apiVersion: v1
kind: Service
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {{app: web-{number}}}
  ports: [{{port: 80, nodePort: {port}}}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec:
      containers:
        - name: web
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {{name: TARGET, value: "http://$(NODE_IP):{target}"}}
---
"""
SHOWN = {
    "": [500, 20],
    "broken=1": [50, 2],
    "namespace=team-3": [25, 1],
    "namespace=team-4&broken=1": [0, 0],
    "namespace=team-10&broken=1": [25, 1],
    "text=WEB-49+local": [11, 11],
    "text=team-7/web-7+ops": [0, 0],
    "text=cannot+reach+web-40": [11, 10],
    "namespace=no-such-namespace&else=1": [500, 20],
}


@pytest.fixture
def large(nplint: "Nplint") -> str:
    """A page of 500 Services in 20 namespaces, of which every tenth has a client on the same node."""
    for number in range(500):
        target = 30000 + number if number % 10 == 0 else 80
        pair = PAIR.format(number=number, team=number % 20, port=30000 + number, target=target)
        Path(f"{number}.yaml").write_text(pair, "utf-8")
    return nplint("graph", *VPC, "--format", "html").out


def test_five_hundred_services_can_be_filtered(open_page: "OpenPage", large: str) -> None:
    script = f"""
        const shown = {{}};
        const count = (what) => document.querySelectorAll(what + ":not([hidden])").length;
        for (const fragment of {json.dumps(list(SHOWN))}) {{
            history.replaceState(null, "", "#" + fragment);
            dispatchEvent(new HashChangeEvent("hashchange"));
            shown[fragment] = [count("details.space:not([hidden]) article"), count("details.space")];
        }}
        document.title = JSON.stringify(shown);
    """
    assert json.loads(open_page(with_script(large, script)).texts["title"][0]) == SHOWN


CHOSEN = {
    "form.broken.click()": [50, "#broken=1"],
    "form.namespace.value = 'team-0'; form.namespace.dispatchEvent(event)": [25, "#namespace=team-0&broken=1"],
    "form.broken.click();": [25, "#namespace=team-0"],
    "form.text.value = ' WEB-20 '; form.text.dispatchEvent(event)": [2, "#namespace=team-0&text=+WEB-20+"],
    "form.namespace.value = ''; form.text.value = ''; form.text.dispatchEvent(event)": [500, "#"],
}


def test_what_is_chosen_stands_in_the_address(open_page: "OpenPage", large: str) -> None:
    script = f"""
        const event = new Event("input", {{bubbles: true}});
        const found = [];
        for (const act of [{", ".join(f"() => {{{act}}}" for act in CHOSEN)}]) {{
            act();
            found.push([document.querySelectorAll("article:not([hidden])").length, location.hash || "#"]);
        }}
        document.title = JSON.stringify(found);
    """
    assert json.loads(open_page(with_script(large, script)).texts["title"][0]) == list(CHOSEN.values())


def test_clusters_are_told_apart(nplint: "Nplint", open_page: "OpenPage") -> None:
    for number, name in enumerate(("prod", "lab")):
        Path(f"{name}.yaml").write_text(PAIR.format(number=number, team=0, port=30080, target=80), "utf-8")
    Path(".nplint.yaml").write_text("clusters: {prod: {paths: [prod.yaml]}, lab: {paths: [lab.yaml]}}\n")
    page: Page = open_page(nplint("graph", "--format", "html").out, "cluster=lab")
    assert [(known["data-cluster"], "hidden" in known) for known in page.all("h2")] == [("prod", True), ("lab", False)]
    assert ["hidden" in known for known in page.all("article")] == [True, False]
