"""How much is taken in, and that docs/limits.md tells the same."""

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint import limits, reading, sources
from nplint.errors import NplintError
from nplint.limits import DEFAULT, HIGHEST, Limits, load, parse
from nplint.reading import File

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

PAGE = (Path(__file__).parent.parent / "docs" / "limits.md").read_text("utf-8")
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 8080}]}
"""
PLACE = "4:75: error[node-port-out-of-range] nodePort 8080 is outside 30000-32767\n"
OPTIONS = ("--isolated", "--format", "concise", "--ignore", "unnamed-port,selector-matches-nothing")


def unreadable(at: str, reason: str) -> str:
    return f"{at}: error[unreadable-manifest] this cannot be read: {reason}\n"


def deep(levels: int, text: str = SERVICE) -> str:
    """The Service with an annotation, in which lists stand in each other: so many levels in all."""
    value = "[" * (levels - 3) + "]" * (levels - 3)
    return text.replace("{name: web}", f"{{name: web, annotations: {{a: {value}}}}}")


# --- options


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), DEFAULT),
        (("depth=3",), DEFAULT._replace(depth=3)),
        (("file-size=1GiB", "documents=7"), DEFAULT._replace(file_size=1 << 30, documents=7)),
        (("file-size=2MiB", "ignore-size=3KiB"), DEFAULT._replace(file_size=2 << 20, ignore_size=3 << 10)),
        (("file-size=10", "file-size=20"), DEFAULT._replace(file_size=20)),
        ((f"depth={HIGHEST.depth}",), DEFAULT._replace(depth=HIGHEST.depth)),
    ],
)
def test_limits_are_written_by_name(values: tuple[str, ...], expected: Limits) -> None:
    assert parse(values) == expected


NAMES = "depth, documents, file-size, ignore-size, rule-size"
NO_SIZE = "write a number from 1 to 1,099,511,627,776, such as file-size=2MiB"


@pytest.mark.parametrize(
    ("value", "way_out"),
    [
        ("", f"write it as NAME=NUMBER, where NAME is one of {NAMES}"),
        ("10", f"write it as NAME=NUMBER, where NAME is one of {NAMES}"),
        ("width=10", f"write it as NAME=NUMBER, where NAME is one of {NAMES}"),
        *((f"depth={text}", "write a number from 1 to 1,000, such as depth=500") for text in ("", "0", "-1", "1001")),
        *((f"file-size={text}", NO_SIZE) for text in ("x", "1.5MiB", "1 MiB", "1MB", "٣", "9" * 5000, "9" * 14)),
    ],
)
def test_what_is_no_limit_is_answered_with_the_way_out(nplint: "Nplint", value: str, way_out: str) -> None:
    assert nplint("--limit", value) == (2, "", f"error: `{value}` is no limit: {way_out}\n".replace("٣", "\u0663"))


def test_a_repository_cannot_move_them(nplint: "Nplint") -> None:
    Path(".nplint.yaml").write_text("limit: [depth=500]\n")
    run = nplint()
    assert (run.code, run.err.partition(":1:1: ")[2].partition(":")[0]) == (2, "there is no key limit")


# --- the limits themselves


REASONS = {
    "depth": "it nests more than {limit} lists and mappings in each other (`--limit depth=N` raises that)",
    "documents": "there are more documents in its file than {limit} (`--limit documents=N` raises that)",
    "file-size": "it is larger than {limit} bytes (`--limit file-size=N` raises that)",
    "ignore-size": "it is larger than {limit} bytes (`--limit ignore-size=N` raises that)",
    "rule-size": "it is larger than {limit} bytes (`--limit rule-size=N` raises that)",
}


@pytest.mark.parametrize(
    ("text", "most", "line", "column"),
    [
        (SERVICE, 4, 4, SERVICE.splitlines()[3].index("{port") + 1),
        *((deep(levels), levels, 3, deep(levels).splitlines()[2].index("]")) for levels in (150, 201, 800)),
    ],
    ids=["flow", "150", "201", "800"],
)
def test_depth(nplint: "Nplint", text: str, most: int, line: int, column: int) -> None:
    Path("f.yaml").write_text(text)
    assert f"f.yaml:{PLACE}" in nplint(*OPTIONS, "--limit", f"depth={most}").out
    run = nplint(*OPTIONS, "--limit", f"depth={most - 1}")
    assert (run.code, run.out) == (1, unreadable(f"f.yaml:{line}:{column}", REASONS["depth"].format(limit=most - 1)))


def test_depth_of_block_style(nplint: "Nplint") -> None:
    Path("f.yaml").write_text("apiVersion: v1\nkind: ConfigMap\ndata:\n  a:\n    b: c\n")
    assert nplint(*OPTIONS, "--limit", "depth=3").out == ""
    said = unreadable("f.yaml:5:5", REASONS["depth"].format(limit=2))
    assert nplint(*OPTIONS, "--limit", "depth=2").out == said


def test_depth_of_json(nplint: "Nplint") -> None:
    text = '{"apiVersion": "v1", "kind": "Service", "metadata": {"annotations": {"a": %s1%s}}}'
    Path("f.json").write_text(text % ("[" * 297, "]" * 297))
    assert "nests more than" not in nplint("--limit", "depth=300").out
    said = unreadable(f"f.json:1:{Path('f.json').read_text().index('1]')}", REASONS["depth"].format(limit=299))
    assert nplint(*OPTIONS, "--limit", "depth=299").out == said


def test_what_is_deep_goes_through_every_rule_and_format(nplint: "Nplint") -> None:
    """Nothing that reads, judges, draws or mends a value stumbles over the deepest one that is read."""
    Path("f.yaml").write_text(deep(HIGHEST.depth).replace("8080", "808"))
    Path("l.yaml").write_text("kind: ConfigMap\napiVersion: v1\ndata: " + "{a: " * 900 + "1" + "}" * 900)
    for arguments in (["--output", "sarif=o.sarif"], ["graph"], ["ports"], ["fix", "--unsafe", "--diff"]):
        assert "failed" not in nplint(*arguments, "--limit", f"depth={HIGHEST.depth}").err


def test_documents(nplint: "Nplint") -> None:
    Path("f.yaml").write_text("---\n".join([SERVICE] * 3) + "---\n# nothing\n---\n\n")
    assert unreadable("f", "").partition(":")[2] not in nplint(*OPTIONS, "--limit", "documents=5").out
    run = nplint(*OPTIONS, "--limit", "documents=2")
    assert (run.code, run.out.count("8080")) == (1, 2)
    assert run.out.endswith(unreadable("f.yaml:11:1", REASONS["documents"].format(limit=2)))


def test_documents_of_json(nplint: "Nplint") -> None:
    Path("f.json").write_text('{"apiVersion": "v1", "kind": "ConfigMap"}\n' * 3)
    assert nplint(*OPTIONS, "--limit", "documents=3").out == ""
    run = nplint(*OPTIONS, "--limit", "documents=2")
    assert (run.code, run.out) == (1, unreadable("f.json:3:1", REASONS["documents"].format(limit=2)))


@pytest.mark.parametrize("path", [".", "f.yaml", "-"])
def test_file_size(nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    Path("f.yaml").write_text(SERVICE)
    name = "<stdin>" if path == "-" else "f.yaml"
    monkeypatch.setenv("NPLINT_LIMIT", f"depth=9 file-size={len(SERVICE)}")
    assert nplint(*OPTIONS, path, stdin=SERVICE).out == f"{name}:{PLACE}"
    monkeypatch.setenv("NPLINT_LIMIT", f"depth=9 file-size={len(SERVICE) - 1}")
    run = nplint(*OPTIONS, path, stdin=SERVICE)
    assert run.out == unreadable(f"{name}:1:1", REASONS["file-size"].format(limit=len(SERVICE) - 1))


def test_file_size_in_a_revision(nplint: "Nplint", repository: "Repository") -> None:
    repository.commit({"f.yaml": SERVICE})
    reason = REASONS["file-size"].format(limit=10)
    assert nplint(*OPTIONS, "--revision", "HEAD", "--limit", "file-size=10").out == unreadable("f.yaml:1:1", reason)
    assert nplint(*OPTIONS, "--revision", "HEAD").out == f"f.yaml:{PLACE}"


def test_nothing_is_printed_of_an_input_that_is_too_large_to_be_fixed(nplint: "Nplint") -> None:
    said = "error: standard input cannot be read: it is larger than 5 bytes (`--limit file-size=N` raises that)\n"
    assert nplint("fix", "-", "--limit", "file-size=5", stdin=SERVICE) == (2, "", said)


STEERING = {
    "--context": SERVICE.replace("web", "api").replace("8080", "30080"),
    "--config": "rules: {node-port-out-of-range: warning}\n",
    "--baseline": '{"version": 1, "findings": []}\n',
    "--rules": """\
summary: A Service has no label `team`.
why: Nobody knows whom to call.
severity: note
kinds: [{apiVersion: v1, kind: Service}]
schema: {properties: {metadata: {required: [labels]}}}
message: "{path} is not set"
good: |
  {apiVersion: v1, kind: Service, metadata: {name: web, labels: {}}}
bad: |
  apiVersion: v1
  kind: Service
  metadata: {name: web}  # <- metadata.labels is not set
""",
}


@pytest.mark.parametrize("option", STEERING)
def test_what_steers_a_run_has_to_be_read_and_the_limit_that_is_told_is_the_one_that_holds(
    nplint: "Nplint", option: str
) -> None:
    Path("f.yaml").write_text(SERVICE)
    file, name = "steering.yaml", "rule-size" if option == "--rules" else "file-size"
    # Larger than what is linted, which falls under the same limit.
    Path(file).write_text(STEERING[option] + " " * len(SERVICE))
    size = Path(file).stat().st_size
    run = nplint(option, file, "--limit", f"{name}={size - 1}", "f.yaml")
    assert (run.code, run.out) == (2, "")
    assert file in run.err
    assert run.err.endswith(f": {REASONS[name].format(limit=size - 1)}\n")
    assert nplint(option, file, "--limit", f"{name}={size}", "f.yaml").code == 1


@pytest.mark.parametrize(
    "command",
    [
        *(["config", "validate"], ["config", "show"], ["rules"], ["explain"], ["rule", "test"], ["ports"], ["graph"]),
        *(["fix"], ["--staged"]),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", [".nplint.yaml", "pyproject.toml"])
def test_every_command_that_reads_a_configuration_takes_its_limit(
    nplint: "Nplint", repository: "Repository", command: list[str], name: str
) -> None:
    text = {".nplint.yaml": "fail-on: error\n", "pyproject.toml": "[tool.nplint]\nfail-on = 'error'\n"}[name]
    repository.commit({name: text, "f.yaml": SERVICE.replace("8080", "30080")})
    said = f"it is larger than {len(text) - 1} bytes (`--limit file-size=N` raises that)\n"
    run = nplint(*command, "--limit", f"file-size={len(text) - 1}")
    assert (run.code, run.out, run.err.startswith("error: cannot read "), run.err.endswith(f"{name}: {said}")) == (
        *(2, "", True, True),
    )
    assert nplint(*command, "--limit", "file-size=1MiB").code == 0


@pytest.mark.parametrize("command", [["rules"], ["explain"], ["rule", "test"], ["config", "validate"], ["f.yaml"]])
def test_rule_size(nplint: "Nplint", command: list[str]) -> None:
    Path("f.yaml").write_text(SERVICE.replace("8080", "30080"))
    Path("policy").mkdir()
    Path("policy/no-team.yaml").write_text(STEERING["--rules"])
    Path(".nplint.yaml").write_text("rules-dir: policy\nfail-on: error\n")
    size = len(STEERING["--rules"])
    run = nplint(*command, "--limit", f"rule-size={size - 1}")
    said = REASONS["rule-size"].format(limit=size - 1)
    assert (run.code, run.out, run.err) == (2, "", f"error: cannot read policy/no-team.yaml: {said}\n")
    assert nplint(*command, "--limit", f"rule-size={size}").code == 0


def test_ignore_size(nplint: "Nplint", repository: "Repository") -> None:
    repository.write({"a/f.yaml": SERVICE, "a/.gitignore": "*.yaml\n", ".gitignore": "*.nothing\n"})
    assert nplint(*OPTIONS, "--limit", "ignore-size=10").out == ""
    run = nplint(*OPTIONS, "--limit", "ignore-size=6")
    reason = REASONS["ignore-size"].format(limit=6)
    said = unreadable(".gitignore:1:1", reason), unreadable("a/.gitignore:1:1", reason), f"a/f.yaml:{PLACE}"
    assert (run.code, run.out) == (1, "".join(said))


def test_a_file_that_grows_is_read_as_far_as_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * 10)
    before = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        status = before(descriptor)
        with file.open("ab") as more:
            more.write(b"y" * 10)
        return status

    monkeypatch.setattr(os, "fstat", growing)
    assert load(file, 100) == b"x" * 10 + b"y" * 10
    with pytest.raises(NplintError, match="larger than 29 bytes"):
        load(file, 29)


def test_a_file_that_vanishes_before_it_is_read_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        Path(name).write_text(SERVICE)

    def watch(files: Iterator[File]) -> Iterator[File]:
        for file in files:
            Path("b.yaml").unlink(missing_ok=True)
            yield file

    found = sources.gather(["."], BytesIO(), watch=watch).documents
    assert [(one.source.path, [each.message for each in one.defects]) for one in found] == [
        ("a.yaml", []),
        ("b.yaml", ["no such file or directory"]),
    ]


def test_a_folder_that_vanishes_before_it_is_searched_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b").mkdir()
    for name in ("a.yaml", "b/f.yaml", "c.yaml"):
        Path(name).write_text(SERVICE)

    def watch(files: Iterator[File]) -> Iterator[File]:
        for file in files:
            shutil.rmtree("b", ignore_errors=True)
            yield file

    found = sources.gather(["."], BytesIO(), watch=watch).documents
    assert [(one.source.path, [each.message for each in one.defects]) for one in found] == [
        ("a.yaml", []),
        ("b", ["no such file or directory"]),
        ("c.yaml", []),
    ]


def test_they_hold_whoever_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ALONE", 0)
    most = DEFAULT._replace(depth=3)
    found = reading.with_help(iter([File(".", "f.yaml", SERVICE.encode(), most)]), lambda: ThreadPoolExecutor(1))
    [(_, [document])] = found
    assert [defect.message for defect in document.defects] == [REASONS["depth"].format(limit=3)]
    assert document.source.limits == most


# --- the page


def rows() -> dict[str, list[str]]:
    """The rows of the first table of the page, by what is in code at their beginning."""
    found = (re.fullmatch(r"\| `([^`]+)` \| (.*) \|", line) for line in PAGE.splitlines())
    return {row[1]: row[2].split(" | ") for row in found if row}


def test_the_page_tells_every_limit_with_its_default() -> None:
    defaults = {name: cells[0] for name, cells in rows().items()}
    assert defaults == {
        name.replace("_", "-"): f"{number:,}" if number % 1024 else limits.size(number)
        for name, number in DEFAULT._asdict().items()
    }


@pytest.mark.parametrize("name", REASONS)
def test_the_page_quotes_what_is_said(name: str) -> None:
    limit = rows()[name][0]
    assert REASONS[name].replace("{limit} bytes", "{limit}").format(limit=limit) in " ".join(PAGE.split())
