"""The benchmark measures what it says: its trees, its comparisons, its tables, and a small run of all of it."""

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from benchmarks import clusters, launch, manifests, profiling, results, schemas, table, tools, trees
from benchmarks.__main__ import RULES, main
from benchmarks.measure import Outcome, Result, Run, execute, measure, ratio
from benchmarks.rows import FILES, ROWS, Bench, Limit
from benchmarks.trees import Tree

if TYPE_CHECKING:
    from tests.conftest import Nplint

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
TREE = Tree(Path("tree"), files=5, resources=5, services=1, deployments=2, mentions=1, size=9)

pytestmark = pytest.mark.usefixtures("environ")


# Trees


@pytest.fixture
def mixed(tmp_path: Path) -> Tree:
    return trees.mixed(tmp_path / "mixed", 100, 1)


def commit(folder: Path) -> str:
    [reference] = (folder / ".git" / "refs" / "heads").iterdir()
    return reference.read_text()


def test_a_tree_depends_on_seed_and_size_alone(tmp_path: Path) -> None:
    made = {
        name: commit(trees.mixed(tmp_path / name, files, seed).folder)
        for name, files, seed in (("one", 50, 1), ("two", 50, 1), ("larger", 55, 1), ("seed", 50, 2))
    }
    assert made["one"] == made["two"]
    assert len(set(made.values())) == 3


def test_a_mixed_tree_has_the_kinds_that_it_says(mixed: Tree) -> None:
    found = [yaml.safe_load(path.read_text()) for path in mixed.folder.glob("clusters/**/*.yaml")]
    kinds = [one["kind"] for one in found]
    assert {kind: kinds.count(kind) for kind in kinds} == {"Service": 20, "Deployment": 40, "ConfigMap": 40}
    assert (mixed.files, mixed.resources, mixed.services, mixed.deployments) == (100, 100, 20, 40)
    words = [path for path in mixed.folder.glob("clusters/**/*.yaml") if "Service" in path.read_text()]
    assert mixed.mentions == len(words)
    assert mixed.mentions > 20


def test_node_ports_are_unique_in_a_cluster_and_in_range() -> None:
    pinned: dict[str, list[int]] = {}
    for app in islice(manifests.apps(1), 2_500):
        pinned.setdefault(app.cluster, []).extend([app.node_port] if app.node_port else [])
    assert list(pinned) == ["prod-0", "prod-1", "prod-2"]
    assert all(len(set(ports)) == len(ports) > 100 for ports in pinned.values())
    assert all(30_000 <= port <= 32_767 for ports in pinned.values() for port in ports)


def test_applications_of_one_file_stay_in_one_cluster() -> None:
    found = list(islice(manifests.apps(1, 0, "prod-7"), 1_500))
    assert {app.cluster for app in found} == {"prod-7"}
    ports = [app.node_port for app in found if app.node_port]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize(
    ("make", "files"),
    [
        (partial(trees.mixed, files=100, seed=1), 100),
        (partial(trees.services, files=60, seed=1), 60),
        (partial(trees.huge, size=200_000, seed=1), 4),
        (partial(trees.one_list, size=200_000, seed=1), 1),
        (partial(trees.history, files=50, commits=8, seed=1), 50),
    ],
    ids=["mixed", "services", "huge", "list", "history"],
)
def test_a_tree_is_clean(
    tmp_path: Path, nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Tree], files: int
) -> None:
    tree = make(tmp_path / "tree")
    monkeypatch.chdir(tree.folder)
    run = nplint("clusters")
    assert (run.code, run.out) == (0, "")
    assert tree.files == files
    assert run.err.startswith(f"nothing found in {files} file")
    assert f"({tree.services} Service" in run.err
    assert "cluster" in run.err


def test_the_texts_of_many_files_are_those_of_one(tmp_path: Path) -> None:
    tree = trees.one_list(tmp_path / "list", 50_000, 1)
    [path] = tree.folder.glob("clusters/**/*.yaml")
    items = yaml.safe_load(path.read_text())["items"]
    app = next(manifests.apps(1, 0, "prod-0"))
    assert items[:5] == [yaml.safe_load(text) for _, text in manifests.files(app)]
    assert tree.resources == len(items)
    assert tree.size == path.stat().st_size


def test_a_tree_is_kept_until_it_is_another(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    first = trees.kept(folder, trees.services, 5, 1)
    (folder / "mark").touch()
    assert trees.kept(folder, trees.services, 5, 1) == first
    assert (folder / "mark").exists()
    assert trees.kept(folder, trees.services, 6, 1).files == 6
    assert not (folder / "mark").exists()


def test_a_changed_service_is_a_new_one_and_as_good(
    tmp_path: Path, nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = trees.services(tmp_path / "tree", 5, 1)
    [path] = tree.folder.rglob("*-1-service.yaml")
    seen = {path.read_text()}
    for _ in range(3):
        trees.change(tree)
        seen.add(path.read_text())
    assert len(seen) == 4
    assert [port["port"] for port in yaml.safe_load(path.read_text())["spec"]["ports"]] == [83, 9090]
    monkeypatch.chdir(tree.folder)
    assert nplint("clusters").code == 0


# Schemas


REFERENCE = "/api/_definitions.json#/$defs/"
DEFINITIONS: dict[str, Any] = {
    **{
        name: {"type": "object", "properties": {"metadata": {"$ref": f"{REFERENCE}Meta", "description": "what it is"}}}
        for name in schemas.KINDS.values()
    },
    "Meta": {"properties": {"name": {"type": "string"}, "owner": {"$ref": f"{REFERENCE}Meta"}}},
    "Unused": {"type": "object"},
}


def definitions(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_definitions.json").write_text(json.dumps({"$defs": DEFINITIONS}))
    return folder / "_definitions.json"


def test_a_schema_stands_alone(tmp_path: Path) -> None:
    schemas.write(definitions(tmp_path), tmp_path / "made")
    assert {path.name for path in (tmp_path / "made").iterdir()} == {
        "service.json",
        "deployment.json",
        "configmap.json",
    }
    schema = json.loads((tmp_path / "made" / "service.json").read_text())
    assert set(schema["$defs"]) == {schemas.KINDS["Service"], "Meta"}
    jsonschema.validate({"metadata": {"owner": {"name": "shop"}}}, schema)
    with pytest.raises(jsonschema.ValidationError, match="7 is not of type 'string'"):
        jsonschema.validate({"metadata": {"owner": {"name": 7}}}, schema)


def test_definitions_are_found(tmp_path: Path) -> None:
    for version in ("v1.9.0-local", "v1.30.0-local", "v1.30.0-local-strict"):
        definitions(tmp_path / version)
    newest = tmp_path / "v1.30.0-local" / "_definitions.json"
    assert schemas.find(str(tmp_path)) == newest
    assert schemas.find(str(newest)) == newest
    assert schemas.find("no_such_package") is None
    assert schemas.find("no/such/folder") is None
    assert schemas.find("json") is None


# Measuring


def done(seconds: float, peak: float = 0) -> Outcome:
    return Outcome(0, seconds, seconds / 2, peak)


def named(name: str, first: float, *later: float, failure: str = "") -> Result:
    return Result(name, done(first), tuple(map(done, later)), failure)


def test_a_ratio_compares_each_round_with_itself() -> None:
    ours = named("ours", 99, 1, 4, 9)
    assert ratio(ours, [named("theirs", 1, 1, 2, 3)]) == (2, 1, 3)
    assert ratio(ours, [named("a", 1, 1, 2, 3), named("b", 1, 1, 2, 6)]) == (1, 0.5, 1)


def test_what_is_slow_is_compared_in_the_first_round() -> None:
    slow, fast = named("slow", 60), named("fast", 20, 1, 1)
    assert ratio(slow, [fast]) == (3, 3, 3)
    assert ratio(fast, [slow]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_what_failed_has_no_ratio() -> None:
    failed = named("failed", 1, 1, failure="it ended with 1")
    assert ratio(named("fine", 1, 1), [failed]) is None
    assert ratio(failed, [named("fine", 1, 1)]) is None


class Script:
    """Plays runs, and notes their order. A run takes as long as its command says, and more each time."""

    def __init__(self, *failing: str) -> None:
        self.order: list[str] = []
        self.failing = failing

    def run(self, name: str, seconds: float, **fields: Any) -> Run:
        return Run(name, (str(seconds),), Path(), self.fault, **fields)

    def fault(self, outcome: Outcome) -> str:
        return "it ended with 1" if outcome.code else ""

    def __call__(self, run: Run) -> Outcome:
        self.order.append(run.name)
        times = self.order.count(run.name)
        return Outcome(int(f"{run.name}{times}" in self.failing), float(run.command[0]) * times, 0, times)


def test_runs_take_turns() -> None:
    script = Script()
    a, b = measure([script.run("a", 1), script.run("b", 2)], 2, 60, script)
    assert script.order == ["a", "b", "a", "b", "a", "b"]
    assert (a.seconds, b.seconds) == ([2, 3], [4, 6])
    assert a.peak == 3
    assert ratio(a, [b]) == (0.5, 0.5, 0.5)


def test_a_run_after_another_is_not_the_first() -> None:
    script = Script()
    [result] = measure([script.run("a", 1, primed=True)], 1, 60, script)
    assert script.order == ["a", "a", "a"]
    assert result.seconds == [3]


@pytest.mark.parametrize(("seconds", "turns"), [(0.1, 3), (0.16, 2), (0.18, 1), (2, 1)])
def test_a_round_has_as_many_turns_as_go_into_a_second(seconds: float, turns: int) -> None:
    script = Script()
    results = measure([script.run("a", seconds), script.run("b", 2 * seconds)], 4, 60, script)
    assert [len(result.later) for result in results] == [4 * turns, 4 * turns]
    assert script.order == ["a", "b"] * (4 * turns + 1)


def test_what_is_slow_runs_once() -> None:
    script = Script()
    a, b = measure([script.run("a", 61), script.run("b", 2)], 2, 60, script)
    assert script.order == ["a", "b", "b", "b"]
    assert (a.seconds, b.seconds) == ([61], [4, 6])


@pytest.mark.parametrize(("failing", "order"), [("a1", "abbb"), ("a2", "ababb")])
def test_what_fails_is_left_out(failing: str, order: str) -> None:
    script = Script(failing)
    a, b = measure([script.run("a", 1), script.run("b", 2)], 2, 60, script)
    assert "".join(script.order) == order
    assert a.failure == "it ended with 1"
    assert not b.failure


def python(folder: Path, program: str) -> Outcome:
    return execute(Run("python", (sys.executable, "-c", program), folder, lambda outcome: ""))


def test_a_command_is_run_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPLINT_FAIL_ON", "note")
    program = "import os, sys; print(os.getcwd(), 'NPLINT_FAIL_ON' in os.environ); sys.stderr.write('no'); sys.exit(3)"
    outcome = python(tmp_path, program)
    assert (outcome.code, outcome.out, outcome.err) == (3, f"{tmp_path} False\n", "no")
    assert outcome.processor > 0


@pytest.mark.parametrize("kibibytes", [(1000, 500), (500, 1000)])
def test_memory_is_told_in_millions_of_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kibibytes: tuple[int, int]
) -> None:
    (tmp_path / "launch.py").write_text(
        "import sys\nfor path in sys.argv[1:3]: open(path, 'w').close()\nprint(0, 1, 1, {}, {})\n".format(*kibibytes)
    )
    monkeypatch.setattr("benchmarks.measure.LAUNCH", tmp_path / "launch.py")
    assert python(tmp_path, "").peak == 1.024


def test_what_is_prepared_comes_first(tmp_path: Path) -> None:
    run = Run("cat", ("cat", "file"), tmp_path, lambda _: "", prepare=lambda: (tmp_path / "file").write_text("x"))
    assert execute(run).out == "x"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the memory of other processes")
def test_the_memory_of_all_processes_is_summed(tmp_path: Path) -> None:
    # The parent waits until each child has told that it holds its memory, and has then been looked at.
    program = (
        "import subprocess, sys, time\n"
        "child = 'import sys, time; held = bytearray(60_000_000); held[::1024] = b\"x\" * len(held[::1024]);'"
        "' print(flush=True); sys.stdin.read()'\n"
        "options = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "children = [subprocess.Popen([sys.executable, '-c', child], **options) for _ in range(2)]\n"
        "for one in children: one.stdout.readline()\n"
        "end = time.monotonic() + 1.5\n"
        "while time.monotonic() < end: time.sleep(0.1)\n"
        "for one in children: one.communicate()\n"
    )
    assert 120 < python(tmp_path, program).peak < 200
    assert launch._family(10**9) == [10**9]
    assert launch._memory(10**9) == 0


# Tools


NEIGHBOURS = tools.neighbours(Path("schemas"), sys.executable)
CLEAN = "nothing found in 5 files (1 Service, 1 with node ports, 1 cluster); 2 rules not applicable\n"
SUMMARY = "Summary: {0} resources found in 5 files - Valid: {0}, Invalid: {1}, Errors: 0, Skipped: 0\n"


def kube_linter(*names: str) -> str:
    objects = [{"Namespace": "shop", "Name": name, "GroupVersionKind": {"Kind": "Deployment"}} for name in names]
    return json.dumps({"Reports": [{"Object": {"K8sObject": one}} for one in objects]})


@pytest.mark.parametrize(
    ("tool", "outcome", "fault"),
    [
        ("kubeconform -n 2", Outcome(0, 1, out=SUMMARY.format(5, 0)), ""),
        ("kubeconform -n 2", Outcome(0, 1, out=SUMMARY.format(4, 0)), "it saw 4 of 5 resources"),
        ("kubeconform -n 2", Outcome(1, 1, out="could not find schema\n"), "it ended with 1: could not find schema"),
        ("rg -c Service", Outcome(0, 1, out="clusters/a.yaml:2\n"), ""),
        ("rg -c Service", Outcome(1, 1), "it ended with 1: nothing printed"),
        ("rg -c Service", Outcome(0, 1, out="a:1\nb:1\n"), "it saw 2 of 1 files"),
        ("yamllint", Outcome(1, 1, out="a: missing document start\n" * 5), ""),
        ("yamllint", Outcome(0, 1), "it saw 0 of 5 files"),
        ("yamllint", Outcome(2, 1, err="no such rule"), "it ended with 2: no such rule"),
        ("kube-linter", Outcome(1, 1, out=kube_linter("web", "api", "web")), ""),
        ("kube-linter", Outcome(1, 1, out=kube_linter("web")), "it saw 1 of 2 Deployments"),
        ("kube-linter", Outcome(1, 1, err="Error: nothing to lint"), "it ended with 1: Error: nothing to lint"),
        ("bare interpreter", Outcome(0, 1), ""),
        ("bare interpreter", Outcome(-9, 1), "it ended with -9: nothing printed"),
    ],
)
def test_a_tool_has_done_its_work_or_not(tool: str, outcome: Outcome, fault: str) -> None:
    assert NEIGHBOURS[tool].fault(outcome, TREE) == fault


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(0, 1, err=CLEAN), ""),
        (Outcome(0, 1, err=CLEAN.replace("5 files", "4 files")), "it saw 4 of 5 files"),
        (Outcome(0, 1, err=CLEAN.replace("1 Service,", "2 Services,")), "it saw 2 of 1 Services"),
        (Outcome(0, 1, err="1 note in 5 files"), "it ended with 0: 1 note in 5 files"),
        (Outcome(2, 1, err="error: no"), "it ended with 2: error: no"),
    ],
)
def test_nplint_has_done_its_work_or_not(outcome: Outcome, fault: str) -> None:
    assert tools.nplint_fault(outcome, TREE) == fault


def test_a_tool_that_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    bench = Bench(tmp_path, 40, 1, None, sys.executable)
    assert list(bench.tools) == ["bare interpreter"]
    assert bench.missing == {
        "kubeconform -n 2": "kubeconform is not on PATH",
        "rg -c Service": "rg is not on PATH",
        "kube-linter": "kube-linter is not on PATH",
        "yamllint": "yamllint is not on PATH",
        "git status": "git is not on PATH",
    }


def test_kubeconform_without_schemas_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kubeconform").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    bench = Bench(tmp_path, 40, 1, None, sys.executable)
    assert bench.tools.keys() == {"bare interpreter"}
    assert bench.missing["kubeconform -n 2"] == "it has no schemas: name them with --schemas"
    with_schemas = Bench(tmp_path, 40, 1, definitions(tmp_path), sys.executable)
    assert with_schemas.tools.keys() == {"kubeconform -n 2", "bare interpreter"}


# Tables


def data(*measured: Result) -> results.Data:
    row = ROWS[1]._replace(limits=(Limit("nplint", ("b",), 0.5), Limit("nplint", (), 100), Limit("nplint", ("c",), 1)))
    about = {
        **{"files": 5, "seed": 1, "rounds": 2, "patience": 60, "processors": 2, "system": "Linux", "load": [0.5, 1.5]},
        **{"nplint": "nplint 1", "python": "Python 3", "benchmark": "1a2b3c4", "cache": False, "development": False},
        **{"tools": {"rg": "ripgrep 13", "yamllint": "yamllint 1"}, "missing": {"c": "c is away"}},
    }
    return {"about": about, "rows": [results.row(row, TREE, measured)]}


def lines(text: str) -> list[list[str]]:
    return [table.cells(line) for line in text.splitlines() if line.startswith("|") and "---" not in line]


def test_a_table_tells_what_is_met_and_missed() -> None:
    ours = Result("nplint", done(9), (done(1, 120), done(1.5, 90)))
    text = table.markdown(data(ours, Result("b", done(9), (done(1), done(2)._replace(processor=2)))))
    head, *found = lines(text)
    assert head[1:] == ["target", "at most", "measured", "least to most", "by processor", ""]
    assert [cells[1:] for cells in found[:3]] == [
        ["nplint to b", "0.5x", "0.875x", "0.75x to 1x", "0.688x", "missed by 0.375x"],
        ["nplint", "100 MB", "120 MB", "", "", "missed by 20 MB"],
        ["nplint to c", "1x", "", "", "", "not measured: no c"],
    ]
    assert [cells[1:] for cells in found[4:]] == [
        ["`nplint`", "1.2 s", "1.0 s to 1.5 s", "625 ms", "120 MB", "1x"],
        ["`b`", "1.5 s", "1.0 s to 2.0 s", "1.2 s", "0 MB", "0.875x"],
    ]
    assert text.endswith("Not measured: `c`, c is away.")


def test_a_table_tells_what_is_met() -> None:
    limits = data(named("nplint", 9, 1, 1), named("b", 9, 2, 4))["rows"][0]["limits"]
    assert limits[0]["measured"] == {"median": 0.375, "least": 0.25, "most": 0.5}
    assert [limit["missed by"] for limit in limits] == [0, 0, None]


def test_a_failure_is_told_and_not_counted() -> None:
    failed = named("b", 9, 1, failure="it ended with 1: a | b")
    _, first, *_, last = lines(table.markdown(data(named("nplint", 9, 1), failed)))
    assert first[3:] == ["", "", "", "not measured: b failed"]
    assert last[1:] == ["`b`", r"failed: it ended with 1: a \| b", "", "", "", ""]


def test_tables_replace_those_of_a_page() -> None:
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    assert table.insert(page, "new") == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    assert table.has_place(page)
    assert not table.has_place(f"{table.END}\n{table.BEGIN}")


@pytest.mark.parametrize(("text", "options"), [("no place", []), (f"{table.BEGIN}{table.END}", ["--only", RULES])])
def test_a_page_is_refused_before_it_is_measured_for(tmp_path: Path, text: str, options: list[str]) -> None:
    (tmp_path / "page.md").write_text(text)
    run = CliRunner().invoke(main, ["--page", str(tmp_path / "page.md"), *options])
    assert run.exit_code == 2
    assert "--page takes all rows, and a file with the lines\n<!-- The tables begin" in run.output
    assert (tmp_path / "page.md").read_text() == text


def test_the_page_shows_the_rows_and_targets_that_there_are() -> None:
    found = lines(PAGE.read_text("utf-8").partition(table.BEGIN)[2].partition(table.END)[0])
    split = next(number for number, cells in enumerate(found) if cells[1] == "run")
    shown = [(row, target, most) for row, target, most, *_ in found[1:split]]
    assert shown == [
        (row.name, results.what(limit), table.number(limit.at_most, results.unit(limit)))
        for row in ROWS
        for limit in row.limits
    ]
    assert list(dict.fromkeys(cells[0].partition(" (")[0] for cells in found[split + 1 :])) == [
        row.name for row in ROWS
    ]


def test_the_page_tells_of_a_whole_run() -> None:
    shown = PAGE.read_text("utf-8").partition(table.BEGIN)[2]
    assert "\nMeasured with `--files " in shown
    assert "Rules that look quadratic from " in shown


# All of it


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, results.Data]:
    """The tables and the data of a small run of everything."""
    folder = tmp_path_factory.mktemp("whole")
    page = folder / "page.md"
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    options = ["--files", "40", "--rounds", "1", "--json", str(folder / "data.json"), "--page", str(page)]
    run = CliRunner().invoke(main, options)
    assert run.exit_code == 0, run.output
    return page.read_text(), json.loads((folder / "data.json").read_text())


def test_every_row_runs(whole: tuple[str, results.Data]) -> None:
    text, measured = whole
    assert [row["row"] for row in measured["rows"]] == [row.name for row in ROWS]
    runs = [(row["row"], run) for row in measured["rows"] for run in row["runs"]]
    assert [run for _, run in runs if run["failure"] and run["run"].startswith("nplint")] == []
    shown = [(cells[0].partition(" (")[0], cells[1]) for cells in lines(text) if cells[1].startswith("`")]
    assert shown == [(row, f"`{run['run']}`") for row, run in runs]
    assert all(run["seconds"] and run["peak MB"] > 5 for _, run in runs)
    limits = [limit for row in measured["rows"] for limit in row["limits"]]
    assert [limit["of"] for limit in limits] == [results.what(limit) for row in ROWS for limit in row.limits]
    assert all(bool(limit["measured"]) != bool(limit["not measured"]) for limit in limits)
    assert measured["rules"]["steps"]
    assert (
        f"Rules that look quadratic from 10 to 40 Services: {', '.join(measured['rules']['quadratic']) or 'none'}"
        in text
    )


def test_a_neighbour_that_fails_does_not_fail_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rg").write_text("#!/bin/sh\necho broken >&2\nexit 4\n")
    (tmp_path / "rg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    options = ["--files", "40", "--rounds", "1", "--only", "four huge files", "--json", str(tmp_path / "data.json")]
    run = CliRunner().invoke(main, options)
    assert run.exit_code == 0
    assert "| failed: it ended with 4: broken |" in re.sub(" +", " ", run.stdout)
    assert "rules" not in json.loads((tmp_path / "data.json").read_text())


def test_nplint_that_fails_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "nplint", lambda python: str(tmp_path / "nplint"))
    (tmp_path / "nplint").write_text("#!/bin/sh\n")
    (tmp_path / "nplint").chmod(0o755)
    run = CliRunner().invoke(main, ["--files", "40", "--rounds", "1", "--only", "one clean file"])
    assert run.exit_code == 1
    assert "failed: it ended with 0: nothing printed" in run.stdout


def test_a_profile_names_modules_functions_and_imports(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["--profile", "--only", "one clean file", "--folder", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert run.stdout.startswith("# one clean file: nplint clusters/")
    assert " nplint.cli.check check\n" in run.stdout
    assert " nplint.cli\n" in run.stdout or " click.core\n" in run.stdout


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("/work/x/nplint/cli/check.py", "nplint.cli.check"),
        ("/x/rules/duplicate_key.py", "rules.duplicate_key"),
        ("/x/lib/python3.11/site-packages/yaml/reader.py", "yaml"),
        ("<frozen importlib._bootstrap>", "frozen importlib._bootstrap"),
        ("~", "built in"),
        (json.__file__, "json.__init__"),
    ],
)
def test_the_module_of_a_file(path: str, module: str) -> None:
    assert profiling.module(path) == module


def test_the_least_that_a_rule_takes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    times = cycle([0.3, 0.1, 0.2])
    warm_up = [next(times)]
    monkeypatch.setattr(clusters, "measure", lambda *_: {"all": warm_up.pop() if warm_up else next(times)})
    (step,) = clusters.growth(8)["steps"]
    assert step == {"step": "all", "services": (2, 4, 8), "seconds": [0.1, 0.1, 0.1]}


def test_a_step_that_is_quadratic_is_told() -> None:
    assert clusters.is_steep({"seconds": [0.1, 0.4, 1.6]})
    assert not clusters.is_steep({"seconds": [0.1, 0.2, 0.4]})
    assert not clusters.is_steep({"seconds": [0.001, 0.004, 0.016]})


def test_what_can_be_measured_alone_is_told() -> None:
    run = CliRunner().invoke(main, ["--only", "no such row"])
    assert run.exit_code == 2
    assert f"'{RULES}'" in run.output


def test_the_head_of_the_tables_tells_what_was_measured() -> None:
    measured = data(named("nplint", 9, 1))
    assert table.markdown(measured).splitlines()[0] == (
        "Measured with `--files 5 --seed 1 --rounds 2 --patience 60` of the benchmark 1a2b3c4 on 2 processors (Linux), "
        "with a load of 0.5 and 1.5 before and after: nplint 1; Python 3; rg ripgrep 13; yamllint 1. This nplint has "
        "no cache, so nothing is faster the second time. The targets are for `--files 20000`."
    )
    measured["about"] |= {"files": FILES, "cache": True, "development": True}
    assert (
        table.markdown(measured)
        .splitlines()[0]
        .endswith(
            "; yamllint 1. It is installed for development, which makes the bare interpreter start later as well."
        )
    )
