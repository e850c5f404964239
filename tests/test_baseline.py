"""The baseline: old findings do not count, new ones do, and what is gone is told."""

import json
import os
import stat
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from nplint import baseline, engine, plugins
from nplint.baseline import Baseline
from nplint.cluster import Cluster
from nplint.errors import NplintError
from nplint.extent import Extent
from nplint.finding import Severity
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report

if TYPE_CHECKING:
    from tests.conftest import Nplint

RULES = plugins.load().rules
PINNED, CONFLICT, RANGE = "node-port-pinned", "node-port-conflict", "node-port-out-of-range"
SCHEMA = json.loads((files("nplint.schemas") / "baseline.json").read_text("utf-8"))
DECLARED = Profile(is_declared=True)


def service(name: str = "web", *ports: int, namespace: str = "shop") -> str:
    entries = "".join(f"    - {{port: {port % 1000}, nodePort: {port}}}\n" for port in ports or (30080,))
    metadata = f"{{name: {name}, namespace: {namespace}}}"
    return f"apiVersion: v1\nkind: Service\nmetadata: {metadata}\nspec:\n  type: NodePort\n  ports:\n{entries}"


def lint(texts: dict[str, str], *names: str, profiles: tuple[Profile, ...] = (DECLARED,)) -> Report:
    documents = [one for path, text in texts.items() for one in read(decode(path, text.encode()))]
    clusters = [Cluster(documents, profile) for profile in profiles]
    return engine.lint_clusters(clusters, [RULES[name] for name in names or (PINNED,)])


def based_on(report: Report) -> Baseline:
    """The baseline that a run writes, as the next one reads it."""
    first = Baseline("b.json")
    entries = [entry for finding in report.open for entry in first.entries_of(finding)]
    Path("b.json").write_text(baseline.text(entries), "utf-8")
    jsonschema.validate(json.loads(Path("b.json").read_text("utf-8")), SCHEMA)
    return baseline.load("b.json", "b.json")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def new(report: Report, known: Baseline) -> list[str]:
    """Where what is new is found."""
    return [finding.span.place for finding in baseline.match(report, known).report.open]


# --- what is known


@pytest.mark.parametrize(
    "texts",
    [
        {"a.yaml": service()},
        {"a.yaml": "# a comment\n\n---\n" + service()},
        {"a.yaml": service().replace("\n", "\r\n")},
        {"a.yaml": service().replace("30080", "0x7580")},
        {"z/moved.yml": service()},
        {"a.yaml": service("api", 30081) + "---\n" + service()},
        {"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- " + service().replace("\n", "\n  ")},
        {"a.json": json.dumps(read(decode("a", service().encode()))[0].value)},
    ],
)
def test_what_is_known_stays_known_wherever_it_moves(texts: dict[str, str]) -> None:
    known = based_on(lint({"a.yaml": service()}))
    found = baseline.match(lint(texts), known)
    assert [finding.known for finding in found.report.findings if "30080" in finding.message] == ["baseline"]
    assert found.left == []


def test_a_port_that_is_put_before_another_makes_only_itself_new() -> None:
    known = based_on(lint({"a.yaml": service("web", 30080)}))
    assert new(lint({"a.yaml": service("web", 30070, 30080)}), known) == ["a.yaml:7:28"]


@pytest.mark.parametrize(
    "texts",
    [
        {"a.yaml": service("api")},
        {"a.yaml": service(namespace="pay")},
        {"a.yaml": service("web", 30081)},
        {"a.yaml": service().replace("port: 80", "port: 81")},
    ],
)
def test_another_problem_is_new(texts: dict[str, str]) -> None:
    assert len(new(lint(texts), based_on(lint({"a.yaml": service()})))) == 1


def test_another_cluster_makes_it_new() -> None:
    east, west = (Profile(name=name, is_declared=True) for name in ("east", "west"))
    known = based_on(lint({"a.yaml": service()}, profiles=(east,)))
    assert new(lint({"a.yaml": service()}, profiles=(east,)), known) == []
    assert len(new(lint({"a.yaml": service()}, profiles=(west,)), known)) == 1
    assert len(new(lint({"a.yaml": service()}, profiles=(east, west)), known)) == 1


def test_a_problem_that_leaves_one_of_its_clusters_stays_known_in_the_other() -> None:
    east, west = (Profile(name=name, is_declared=True) for name in ("east", "west"))
    known = based_on(lint({"a.yaml": service()}, profiles=(east, west)))
    found = baseline.match(lint({"a.yaml": service()}, profiles=(west,)), known)
    assert found.report.open == ()
    assert [entry.identity.cluster for entry in found.left] == ["east"]


def test_a_missing_fact_that_is_declared_makes_nothing_new() -> None:
    name = "local-affinity-on-turbo"
    text = service() + "  externalTrafficPolicy: Local\n"
    known = based_on(lint({"a": text}, name, profiles=(Profile(),)))
    report = lint({"a": text}, name, profiles=(Profile(type="turbo"),))
    assert [finding.severity for finding in report.findings] == [Severity.ERROR]
    assert new(report, known) == []


# --- what is there twice


def test_a_second_one_of_a_kind_is_new_and_it_is_the_one_elsewhere() -> None:
    known = based_on(lint({"m.yaml": service()}))
    assert new(lint({"a.yaml": service(), "m.yaml": service()}), known) == ["a.yaml:7:28"]
    assert new(lint({"m.yaml": service(), "z.yaml": service()}), known) == ["z.yaml:7:28"]
    assert len(new(lint({"m.yaml": f"{service()}---\n{service()}"}), known)) == 1


def test_what_is_known_twice_stays_known_twice() -> None:
    known = based_on(lint({"m.yaml": service(), "n.yaml": service()}))
    assert new(lint({"n.yaml": service(), "x.yaml": service()}), known) == []
    assert [entry.path for entry in baseline.match(lint({"n.yaml": service()}), known).left] == ["m.yaml"]


def claims(*names: str) -> dict[str, str]:
    """Services that claim one port, in files of this order."""
    return {f"{number}.yaml": service(name) for number, name in enumerate(names)}


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a"), ("c", "a", "b"), ("b", "c", "a"), ("c", "b", "a")])
def test_a_conflict_is_known_in_whichever_order_the_files_are(names: tuple[str, ...]) -> None:
    known = based_on(lint(claims("a", "b", "c"), CONFLICT))
    found = baseline.match(lint(claims(*names), CONFLICT), known)
    assert found.report.open == ()
    assert len(found.left) == 3 - len(names)


@pytest.mark.parametrize(("names", "number"), [(("a", "d"), 1), (("a", "b", "d"), 1), (("d", "a", "b"), 2)])
def test_who_joins_a_conflict_is_new(names: tuple[str, ...], number: int) -> None:
    known = based_on(lint(claims("a", "b"), CONFLICT))
    found = [finding.message for finding in baseline.match(lint(claims(*names), CONFLICT), known).report.open]
    # Where the new one comes first, each of the others collides with it.
    assert len(found) == number


def test_the_same_conflict_elsewhere_is_new() -> None:
    folder = {f"one/{name}.yaml": service(name) for name in ("a", "b")}
    other = {f"two/{name}.yaml": service(name) for name in ("a", "b")}
    known = based_on(lint(folder, CONFLICT, profiles=(Profile(),)))
    assert new(lint({**folder, **other}, CONFLICT, profiles=(Profile(),)), known) == ["two/b.yaml:7:28"]


# --- what belongs to no resource

BROKEN = "apiVersion: v1\nkind: Service\nmetadata: [\n"
UNREADABLE = "unreadable-manifest"


def test_what_cannot_be_read_is_known_by_its_file() -> None:
    Path("a.yaml").write_text("")
    known = based_on(lint({"a.yaml": BROKEN}, UNREADABLE))
    assert new(lint({"a.yaml": BROKEN}, UNREADABLE), known) == []
    assert len(new(lint({"b.yaml": BROKEN}, UNREADABLE), known)) == 1
    assert len(new(lint({"a.yaml": BROKEN, "b.yaml": BROKEN}, UNREADABLE), known)) == 1


def test_what_cannot_be_read_is_known_when_its_file_moves() -> None:
    known = based_on(lint({"a.yaml": BROKEN}, UNREADABLE))
    assert new(lint({"b/c.yaml": BROKEN}, UNREADABLE), known) == []
    assert len(new(lint({"b/c.yaml": BROKEN, "d.yaml": BROKEN}, UNREADABLE), known)) == 1


def test_paths_are_those_from_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sub").mkdir()
    Path("sub/a.yaml").write_text("")
    known = based_on(lint({"sub/a.yaml": BROKEN}, UNREADABLE))
    assert [entry.path for entry in known.entries] == ["sub/a.yaml"]
    monkeypatch.chdir("sub")
    assert new(lint({"a.yaml": BROKEN}, UNREADABLE), baseline.load("../b.json", "b.json")) == []


# --- the order of the files


def test_no_order_of_files_makes_anything_new() -> None:
    texts = {
        f"{rule.name}-{number}/{path}": text
        for rule in RULES.values()
        for number, example in enumerate((*rule.good, *rule.bad))
        for path, text in example.files.items()
        if not any("kustomization" in path for path in example.files)
    }
    folders = [path.rpartition("/")[0] for path in texts]
    # Each file keeps its folder, which says what belongs together.
    turned = [f"{folder}/{len(folders) - number:04}.yaml" for number, folder in enumerate(folders)]
    moved = dict(sorted(zip(turned, texts.values(), strict=True), reverse=True))
    for profile in (Profile(), Profile(type="turbo"), Profile(type="standard", network="vpc")):
        known = based_on(lint(texts, *RULES, profiles=(profile,)))
        found = baseline.match(lint(moved, *RULES, profiles=(profile,)), known)
        assert found.report.open == ()
        assert found.left == []
        assert len(known.entries) > 100


# --- what is gone


def gone(report: Report, known: Baseline, *, whole: bool = True, looked_at: str = "") -> list[str]:
    """The facts of the entries that stand for nothing any more."""
    left = baseline.match(report, known).left
    reach = os.path.abspath(looked_at)
    entries = baseline.gone(left, known, Extent(report, whole=whole), lambda path: path.startswith(reach), RULES)
    return [entry.identity.fact for entry in entries]


def test_what_is_mended_is_gone() -> None:
    known = based_on(lint({"a.yaml": service("web", 30080, 30081)}))
    assert gone(lint({"a.yaml": service("web", 30081)}), known) == ["nodePort 30080 is pinned"]
    assert gone(lint({"a.yaml": service("web", 0)}), known) == ["nodePort 30080 is pinned", "nodePort 30081 is pinned"]
    assert gone(lint({"b.yaml": service("api", 0)}), known) == ["nodePort 30080 is pinned", "nodePort 30081 is pinned"]
    assert gone(lint({"b.yaml": service("web", 30080, 30081)}), known) == []


@pytest.mark.parametrize(
    ("texts", "rules", "profile"),
    [
        ({"a.yaml": service("web", 0)}, [RANGE], DECLARED),
        ({"a.yaml": BROKEN}, [PINNED], DECLARED),
        ({"a.yaml": service("web", 0).replace("{port: 0", "{port: '${X}'")}, [PINNED], DECLARED),
        ({"a.yaml": service("web", 0)}, [PINNED], Profile(name="prod")),
        ({"a.yaml": service("web", 0)}, [PINNED], Profile(name="prod", is_declared=True)),
    ],
)
def test_what_nobody_looked_for_is_not_gone(texts: dict[str, str], rules: list[str], profile: Profile) -> None:
    known = based_on(lint({"a.yaml": service()}))
    assert gone(lint(texts, *rules, profiles=(profile,)), known, whole=False) == []


def test_what_is_in_files_that_were_left_out_is_not_gone() -> None:
    known = based_on(lint({"a/a.yaml": service(), "b/b.yaml": service("api", 30081)}))
    report = lint({"a/a.yaml": service("web", 0)})
    assert gone(report, known, whole=False, looked_at="a") == ["nodePort 30080 is pinned"]
    assert gone(report, known, whole=False, looked_at="b") == ["nodePort 30081 is pinned"]


def test_what_hangs_on_files_that_were_left_out_is_not_gone() -> None:
    known = based_on(lint(claims("a", "b"), CONFLICT))
    report = lint({"1.yaml": service("b")}, CONFLICT)
    assert gone(report, known, whole=False) == []
    assert gone(report, known, whole=True) == ["node port 30080 is claimed twice"]


def test_a_cluster_that_is_declared_no_more_is_gone() -> None:
    known = based_on(lint({"a.yaml": service()}, profiles=(Profile(name="old", is_declared=True),)))
    now = lint({"a.yaml": service()}, profiles=(Profile(name="new", is_declared=True),))
    assert gone(now, known) == ["nodePort 30080 is pinned"]
    assert gone(now, known, whole=False) == []
    # Flags describe another cluster for once.
    assert gone(lint({"a.yaml": service()}), known) == []


def test_a_rule_that_is_no_more_is_gone() -> None:
    known = based_on(lint({"a.yaml": service()}))
    entry = known.entries[0]
    known.entries[0] = entry._replace(identity=entry.identity._replace(rule="no-such-rule"))
    assert gone(lint({"a.yaml": service()}), known) == ["nodePort 30080 is pinned"]


# --- the file


def test_the_file_is_readable_and_in_a_stable_order() -> None:
    texts = {"b.yaml": service("api", 1), "a.yaml": service("web", 30081, 30080)}
    based_on(lint(texts, PINNED, RANGE))
    text = Path("b.json").read_text("utf-8")
    assert text.startswith('{\n  "$schema": "https://')
    assert (
        '    {\n      "rule": "node-port-out-of-range",\n      "cluster": "",\n      "resource": "Service shop/api",\n'
        '      "field": "spec.ports[1/TCP].nodePort",\n      "fact": "nodePort 1 is outside 30000-32767",\n'
        '      "path": "b.yaml"\n    }'
    ) in text
    based_on(lint(dict(reversed(texts.items())), RANGE, PINNED))
    assert Path("b.json").read_text("utf-8") == text


def test_other_resources_of_a_finding_are_named() -> None:
    based_on(lint(claims("a", "b"), CONFLICT))
    (finding,) = json.loads(Path("b.json").read_text("utf-8"))["findings"]
    assert (finding["resource"], finding["others"]) == ("Service shop/b", ["Service shop/a"])


def test_text_of_manifests_is_escaped_and_read_back() -> None:
    name = "\N{RIGHT-TO-LEFT OVERRIDE}\x9b31m {{ .x }}"
    texts = {"a.yaml": service(f'"{name}"')}
    known = based_on(lint(texts))
    assert Path("b.json").read_bytes().isascii()
    assert new(lint(texts), known) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "b.json:1:1: this is no JSON: repair it, or delete the file and write it with "),
        ('{"version": 1,\n<<<<<<< HEAD\n', "b.json:2:1: this is no JSON: repair it, or"),
        ("[" * 100_000, "b.json"),
        ('{"version": 1' + "0" * 10_000, "b.json is no baseline: delete it and"),
        ("[]", "b.json:1:1: this is not as nplint writes it: repair it, or"),
        ("{}", "b.json:1:1: this lacks a part: repair it, or"),
        ('{"version": 2, "findings": []}', "b.json:1:13: a newer nplint wrote this baseline: update nplint, or"),
        ('{"version": 0, "findings": []}', "b.json:1:13: version is not as nplint writes it: "),
        ('{"version": "1", "findings": []}', "b.json:1:13: version is not as nplint writes it: "),
        ('{"version": 1, "findings": {}}', "b.json:1:28: findings is not as nplint writes it: "),
        ('{"version": 1, "findings": [1]}', "b.json:1:29: findings[0] is not as nplint writes it: "),
        ('{"version": 1, "findings": [{"rule": "a"}]}', "b.json:1:29: findings[0] lacks a part: "),
        ('{"version": 1, "findings": [], "x": 1}', "b.json:1:32: x is no part of a baseline: "),
    ],
)
def test_what_is_no_baseline_is_refused_with_its_place(text: str, sentence: str) -> None:
    Path("b.json").write_text(text, "utf-8")
    with pytest.raises(NplintError) as refused:
        baseline.load("b.json", "b.json")
    assert str(refused.value.args[0]).startswith(sentence)
    assert str(refused.value.args[0]).endswith("`nplint --write-baseline b.json`")


# --- on the command line

WROTE = "wrote 1 entry to b.json\n"


def write(**texts: str) -> None:
    for name, text in texts.items():
        Path(name).mkdir(exist_ok=True)
        Path(name, "web.yaml").write_text(text, "utf-8")


def test_writing_makes_everything_known(nplint: "Nplint") -> None:
    write(a=service("web", 1))
    run = nplint("--select", RANGE, "--write-baseline", "b.json")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith(f"{WROTE}nothing found in 1 file")
    assert "; 1 in the baseline" in run.err
    run = nplint("--select", RANGE, "--baseline", "b.json")
    assert (run.code, run.out) == (0, "")
    assert nplint("--select", RANGE).code == 1


def test_what_is_new_fails_and_what_is_known_is_marked_for_programs(nplint: "Nplint") -> None:
    write(a=service("web", 1))
    nplint("--select", RANGE, "--write-baseline", "b.json")
    write(b=service("api", 2))
    run = nplint("--select", RANGE, "--baseline", "b.json", "--format", "json")
    told = [(one["path"], one["baseline"]) for one in json.loads(run.out)["findings"]]
    assert (run.code, told) == (1, [("a/web.yaml", "baseline"), ("b/web.yaml", None)])


def test_what_is_gone_is_told_with_the_way_out(nplint: "Nplint") -> None:
    write(a=service("web", 1), b=service("api", 2))
    nplint("--select", RANGE, "--write-baseline", "b.json")
    write(a=service("web", 0))
    run = nplint("--select", RANGE, "--baseline", "b.json")
    assert run.err.splitlines()[:2] == [
        "warning: 1 entry of b.json matches nothing any more: drop it with --write-baseline b.json",
        "  node-port-out-of-range: Service shop/web spec.ports[1/TCP].nodePort: nodePort 1 is outside 30000-32767",
    ]
    assert run.code == 0
    assert nplint("--select", RANGE, "--write-baseline", "b.json").err.startswith(WROTE)
    assert "matches nothing" not in nplint("--select", RANGE, "--baseline", "b.json").err


def test_many_entries_are_told_in_few_lines(nplint: "Nplint") -> None:
    write(a=service("web", *range(1, 31)))
    nplint("--select", RANGE, "--write-baseline", "b.json")
    write(a=service("web", 0))
    lines = nplint("--select", RANGE, "--baseline", "b.json").err.splitlines()
    assert lines[0] == "warning: 30 entries of b.json match nothing any more: drop them with --write-baseline b.json"
    assert lines[11] == "  and 20 more"


def test_a_part_of_the_project_drops_nothing_of_the_rest(nplint: "Nplint") -> None:
    write(a=service("web", 1), b=service("api", 2))
    nplint("--select", RANGE, "--write-baseline", "b.json")
    write(a=service("web", 0))
    assert "matches nothing" not in nplint("--select", RANGE, "--baseline", "b.json", "b").err
    run = nplint("--select", RANGE, "--write-baseline", "b.json", "a")
    assert run.err.startswith("wrote 0 entries to b.json, and kept 1 entry that this run cannot judge\n")
    assert nplint("--select", RANGE, "--baseline", "b.json").code == 0


def test_what_is_suppressed_is_no_part_of_it(nplint: "Nplint") -> None:
    write(a=service("web", 1).replace("1}", f"1}} # nplint: ignore[{RANGE}] why"), b=service("api", 2))
    assert nplint("--select", RANGE, "--write-baseline", "b.json").err.startswith(WROTE)
    run = nplint("--select", RANGE, "--write-baseline", "b.json", "--no-ignores")
    assert run.err.startswith("wrote 2 entries")
    # An entry for what is suppressed meanwhile is none too many, but it leaves with the next writing.
    assert "match" not in nplint("--select", RANGE, "--baseline", "b.json").err
    assert nplint("--select", RANGE, "--write-baseline", "b.json").err.startswith(WROTE)


def test_the_configuration_may_name_it_relative_to_itself(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch) -> None:
    write(a=service("web", 1))
    nplint("--select", RANGE, "--write-baseline", "b.json")
    Path(".nplint.yaml").write_text("baseline: b.json\n")
    monkeypatch.chdir("a")
    assert nplint("--select", RANGE).code == 0
    assert nplint("--select", RANGE, "--isolated").code == 1
    shown = [line for line in nplint("config", "show").out.splitlines() if line.startswith("baseline")]
    assert [line.split() for line in shown] == [["baseline", "=", "../b.json", "(../.nplint.yaml:1:11)"]]
    # The flag wins, and writing starts from what is in the file that is written.
    assert nplint("--select", RANGE, "--write-baseline", "c.json").err.startswith("wrote 1 entry to c.json")
    assert nplint("--select", RANGE, "--baseline", "nowhere.json").code == 2


@pytest.mark.parametrize("arguments", [["--baseline", "nowhere.json"], ["config", "validate"], []])
def test_a_baseline_that_is_not_there_is_told(nplint: "Nplint", arguments: list[str]) -> None:
    write(a=service())
    if arguments[:1] != ["--baseline"]:
        Path(".nplint.yaml").write_text("baseline: nowhere.json\n")
    run = nplint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: there is no baseline nowhere.json: write it with `nplint --write-baseline nowhere.json`\n"


def test_a_bad_baseline_is_not_overwritten(nplint: "Nplint") -> None:
    write(a=service())
    Path("b.json").write_text("{}")
    run = nplint("--write-baseline", "b.json")
    assert (run.code, Path("b.json").read_text()) == (2, "{}")


def test_writing_keeps_mode_and_link_and_leaves_nothing_behind(nplint: "Nplint") -> None:
    write(a=service("web", 1))
    Path("real").mkdir()
    nplint("--select", RANGE, "--write-baseline", "real/b.json")
    assert stat.S_IMODE(Path("real/b.json").stat().st_mode) == 0o666 & ~os.umask(os.umask(0o022))
    Path("real/b.json").chmod(0o600)
    Path("b.json").symlink_to("real/b.json")
    assert nplint("--select", RANGE, "--write-baseline", "b.json").code == 0
    assert Path("b.json").is_symlink()
    assert stat.S_IMODE(Path("real/b.json").stat().st_mode) == 0o600
    assert [path.name for path in Path("real").iterdir()] == ["b.json"]


def test_a_folder_that_is_not_there_is_told(nplint: "Nplint") -> None:
    write(a=service())
    run = nplint("--write-baseline", "no/b.json")
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: cannot write no/b.json: no such file or directory\n"


def test_standard_input_may_be_known(nplint: "Nplint") -> None:
    arguments = ("-", "--select", RANGE)
    nplint(*arguments, "--write-baseline", "b.json", stdin=service("web", 1))
    assert nplint(*arguments, "--baseline", "b.json", stdin=service("web", 1)).code == 0
    assert "match" in nplint(*arguments, "--baseline", "b.json", stdin=service("web", 0)).err
