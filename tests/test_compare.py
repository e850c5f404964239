"""What a change does, seen through the command line in real repositories."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository, Run

Files = Mapping[str, str | None]

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: http, port: 80, nodePort: 30080}
"""
LOCAL = SERVICE.replace("  type", "  externalTrafficPolicy: Local\n  type")
CLUSTER = SERVICE.replace("  type", "  externalTrafficPolicy: Cluster\n  type")
MOVED = SERVICE.replace("30080", "30081")
AS_JSON = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "kind": "Service",
                "apiVersion": "v1",
                "metadata": {"namespace": "shop", "name": "web"},
                "spec": {
                    "ports": [{"nodePort": 30080, "port": 80, "name": "http"}],
                    "selector": {"app": "web"},
                    "type": "NodePort",
                },
            }
        ],
    }
)
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {0}, namespace: shop, labels: {{app: {0}}}}}
spec: {{containers: []}}
"""
HEAD = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
REVISIONS = ",".join(
    [
        "affinity-switched-to-local",
        "affinity-modified",
        "node-port-changed",
        "service-type-changed",
        "service-recreated",
        "selector-retargeted",
        "update-refused",
    ]
)


def compared(run: "Run") -> list[str]:
    return run.out.splitlines()


def judge(nplint: "Nplint", *arguments: str) -> list[str]:
    return compared(nplint("--format", "concise", "--select", REVISIONS, *arguments))


CHANGED = "warning[node-port-changed] nodePort"
BACK = "warning[affinity-modified] externalTrafficPolicy changes from Local to Cluster"
RETYPED = "warning[service-type-changed] the type changes from"
FLIP = "error[affinity-switched-to-local] externalTrafficPolicy changes from Cluster to Local"
GONE = "warning[node-port-changed] Service shop/web is deleted, and nodePort 30080 disappears with it"


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        # Affinity, and the innocent that look like it.
        ({"a.yaml": SERVICE}, {"a.yaml": LOCAL}, [f"a.yaml:5:26: {FLIP}"]),
        ({"a.yaml": CLUSTER}, {"b/c.yml": LOCAL, "a.yaml": None}, [f"b/c.yml:5:26: {FLIP}"]),
        ({"a.yaml": SERVICE}, {"a.yaml": LOCAL.replace("Local", "local")}, [f"a.yaml:5:26: {FLIP}"]),
        (
            {"a.yaml": SERVICE.replace("NodePort", "LoadBalancer")},
            {"a.yaml": LOCAL.replace("NodePort", "LoadBalancer")},
            [f"a.yaml:5:26: {FLIP}"],
        ),
        ({"a.yaml": LOCAL}, {"a.yaml": SERVICE}, [f"a.yaml:4:1: {BACK}"]),
        ({"a.yaml": LOCAL}, {"a.yaml": CLUSTER}, [f"a.yaml:5:26: {BACK}"]),
        ({"a.yaml": SERVICE}, {"a.yaml": CLUSTER}, []),
        ({"a.yaml": LOCAL}, {"a.yaml": LOCAL.replace("Local", '"Local"   # kept')}, []),
        ({"a.yaml": LOCAL}, {"a.yaml": LOCAL.replace("\n", "\r\n")}, []),
        ({"a.yaml": SERVICE}, {"a.json": AS_JSON, "a.yaml": None}, []),
        ({"a.yaml": SERVICE}, {"deep/er/svc.yaml": f"# moved\n{SERVICE}", "a.yaml": None}, []),
        (
            {"a.yaml": f"{SERVICE}---\n{POD.format('web')}"},
            {"svc.yaml": SERVICE, "pod.yaml": POD.format("web"), "a.yaml": None},
            [],
        ),
        ({"dev/a.yaml": SERVICE, "prod/a.yaml": LOCAL}, {"dev/a.yaml": f"{SERVICE}#", "prod/a.yaml": f"{LOCAL}#"}, []),
        ({"dev/a.yaml": SERVICE}, {"prod/a.yaml": LOCAL}, []),
        # A Service that becomes NodePort with Local, or stops being one, was not switched.
        (
            {"a.yaml": f"{HEAD}spec: {{ports: [{{port: 80}}]}}\n"},
            {"a.yaml": LOCAL},
            [f"a.yaml:6:9: {RETYPED} ClusterIP to NodePort, and every node answers for it"],
        ),
        (
            {"a.yaml": LOCAL},
            {"a.yaml": SERVICE.replace("NodePort", "ClusterIP").replace(", nodePort: 30080", "")},
            [f"a.yaml:5:9: {RETYPED} NodePort to ClusterIP, and nodePort 30080 disappears"],
        ),
        # Created anew under another name, as the advice says.
        (
            {"a.yaml": SERVICE},
            {"a.yaml": LOCAL.replace("name: web", "name: web-local")},
            ["a.yaml:3:18: note[service-recreated] Service shop/web-local takes the place of Service shop/web"],
        ),
        (
            {"a.yaml": SERVICE},
            {"a.yaml": SERVICE.replace("shop", "store")},
            ["a.yaml:3:34: note[service-recreated] Service store/web takes the place of Service shop/web"],
        ),
        # Node ports.
        ({"a.yaml": SERVICE}, {"a.yaml": MOVED}, [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]),
        ({"a.yaml": SERVICE}, {"a.yaml": SERVICE.replace("nodePort: 30080", "nodePort: 0x7580")}, []),
        (
            {"a.yaml": SERVICE.replace(", nodePort: 30080", "")},
            {"a.yaml": SERVICE},
            [f"a.yaml:8:40: {CHANGED} is pinned to 30080, which the cluster chose before"],
        ),
        (
            {"a.yaml": SERVICE},
            {"a.yaml": SERVICE.replace(", nodePort: 30080", "")},
            [f"a.yaml:8:7: {CHANGED} 30080 is pinned no more"],
        ),
        (
            {"a.yaml": SERVICE},
            {"a.yaml": SERVICE.replace("30080", "0")},
            [f"a.yaml:8:40: {CHANGED} 30080 is pinned no more"],
        ),
        (
            {"a.yaml": SERVICE},
            {"a.yaml": SERVICE.replace("port: 80,", "port: 80, protocol: UDP,")},
            [f"a.yaml:8:40: {CHANGED} 30080 answers UDP instead of TCP"],
        ),
        (
            {"a.yaml": SERVICE, "b.yaml": SERVICE.replace("web", "api").replace("30080", "30090")},
            {"a.yaml": SERVICE.replace("30080", "30091"), "b.yaml": SERVICE.replace("web", "api")},
            [
                f"a.yaml:8:40: {CHANGED} changes from 30080 to 30091: Service shop/api has it now",
                f"b.yaml:8:40: {CHANGED} changes from 30090 to 30080",
            ],
        ),
        # Deleted, at its place in the base; not where it may only have moved out of sight.
        ({"a.yaml": SERVICE, "b.yaml": POD.format("web")}, {"a.yaml": None}, [f"base:a.yaml:3:18: {GONE}"]),
        (
            {"a.yaml": SERVICE, "b.yaml": POD.format("web")},
            {"a.yaml": None, "chart/web.yaml": f"{SERVICE}{{{{- if .x }}}}\n{{{{- end }}}}\n"},
            [],
        ),
        ({"a.yaml": SERVICE, "b.yaml": POD.format("web")}, {"a.yaml": f"{SERVICE}  x: ["}, []),
        ({"dev/a.yaml": SERVICE, "prod/a.yaml": SERVICE}, {"dev/a.yaml": None}, []),
        # Selectors.
        (
            {"a.yaml": SERVICE, "p.yaml": f"{POD.format('web')}---\n{POD.format('api')}"},
            {"a.yaml": SERVICE.replace("app: web", "app: api")},
            ["a.yaml:6:13: note[selector-retargeted] the Service selects Pod shop/api now, and Pod shop/web no more"],
        ),
        (
            {"a.yaml": SERVICE, "p.yaml": POD.format("web")},
            {
                "a.yaml": SERVICE.replace("app: web", "app: api"),
                "p.yaml": POD.format("web").replace("app: web", "app: api"),
            },
            [],
        ),
        # What the API server refuses does not come about.
        (
            {"a.yaml": SERVICE.replace("type: NodePort", "clusterIP: None").replace(", nodePort: 30080", "")},
            {"a.yaml": SERVICE},
            ["a.yaml:5:9: error[update-refused] a headless Service cannot become NodePort: its clusterIP stays None"],
        ),
        (
            {"a.yaml": "apiVersion: v1\nkind: ConfigMap\n"},
            {"a.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: {}\n"},
            [],
        ),
    ],
)
def test_what_a_change_does(
    repository: "Repository", nplint: "Nplint", before: Files, now: Files, found: list[str]
) -> None:
    base = repository.commit({"kept.yaml": POD.format("kept"), **before})
    repository.write(now)
    assert judge(nplint, "--against", "HEAD") == found
    repository.git("add", "--all")
    assert judge(nplint, "--staged") == found
    commit = repository.commit({})
    assert judge(nplint, f"{base}..HEAD") == found
    assert judge(nplint, "--against", base, "--exact", "--new-only") == found
    each = judge(nplint, "--each-commit", "HEAD~1..HEAD")
    short = commit[:12]
    assert each == [f"{short}^:{line[5:]}" if line.startswith("base:") else f"{short}:{line}" for line in found]
    # Nothing changes from here on.
    assert judge(nplint, "--against", "HEAD") == judge(nplint, "HEAD..HEAD") == []
    assert judge(nplint) == []


def test_a_flip_that_is_flipped_back_is_found_where_each_commit_is_deployed(
    repository: "Repository", nplint: "Nplint"
) -> None:
    base = repository.commit({"a.yaml": SERVICE})
    flipped = repository.commit({"a.yaml": LOCAL})
    back = repository.commit({"a.yaml": f"# back\n{SERVICE}"})
    repository.commit({"README.md": "read"})
    assert judge(nplint, "--against", base) == []
    assert judge(nplint, "--each-commit", f"{base}..HEAD") == [
        f"{flipped[:12]}:a.yaml:5:26: {FLIP}",
        f"{back[:12]}:a.yaml:5:1: {BACK}",
    ]


def test_what_two_commits_find_alike_is_told_once(repository: "Repository", nplint: "Nplint") -> None:
    base = repository.commit({"a.yaml": SERVICE})
    first = repository.commit({"a.yaml": SERVICE.replace("30080", "80")})
    repository.commit({"a.yaml": f"# more\n{SERVICE.replace('30080', '80')}"})
    run = nplint("--format", "concise", "--select", "node-port-out-of-range", "--each-commit", f"{base}..HEAD")
    assert run.out == f"{first[:12]}:a.yaml:8:40: error[node-port-out-of-range] nodePort 80 is outside 30000-32767\n"
    assert run.err.startswith("1 error in 1 file (1 Service, 1 with node ports); 1 in the base")


def test_clusters_are_compared_with_themselves(repository: "Repository", nplint: "Nplint") -> None:
    config = "clusters: {dev: {paths: [dev/**]}, prod: {paths: [prod/**]}}\n"
    repository.commit({".nplint.yaml": config, "dev/a.yaml": SERVICE, "prod/a.yaml": LOCAL})
    repository.stage({"dev/a.yaml": None, "prod/b.yaml": SERVICE.replace("web", "api").replace("30080", "30090")})
    assert judge(nplint, "--staged") == [f"base:dev/a.yaml:3:18: {GONE} [dev]"]
    repository.stage({"dev/b.yaml": LOCAL})
    assert judge(nplint, "--staged") == [f"dev/b.yaml:5:26: {FLIP} [dev]"]


def test_clusters_that_do_not_change_are_not_judged(repository: "Repository", nplint: "Nplint") -> None:
    config = "clusters: {dev: {paths: [dev/**]}, prod: {paths: [prod/**]}}\n"
    bad = SERVICE.replace("30080", "80")
    repository.commit({".nplint.yaml": config, "dev/a.yaml": bad, "prod/a.yaml": bad})
    repository.stage({"dev/a.yaml": f"# more\n{bad}"})
    run = nplint("--staged", "--format", "concise")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("nothing found in 1 file (1 Service, 1 with node ports, 1 cluster); ")
    assert " in the base" in run.err


def test_the_changed_side_of_a_conflict_is_shown_first(repository: "Repository", nplint: "Nplint") -> None:
    other = SERVICE.replace("web", "api").replace("shop", "pay")
    repository.commit({"a.yaml": MOVED, "b.yaml": other})
    repository.stage({"a.yaml": SERVICE})
    run = nplint("--staged", "--type", "standard", "--select", "node-port-conflict")
    assert run.out.splitlines()[:12] == [
        "error[node-port-conflict]: nodePort 30080 is claimed by Service pay/api too",
        " --> a.yaml:8:40                                    Service shop/web, port \"http\"",
        "  |",
        "8 |     - {name: http, port: 80, nodePort: 30080}",
        "  |                                        ^^^^^ changed here (was 30081)",
        "  |",
        " ::: b.yaml:8:40                                    Service pay/api",
        "  |",
        "8 |     - {name: http, port: 80, nodePort: 30080}",
        "  |                                        ----- already taken here",
        "  |",
        "  = why: The API server refuses the second Service.",
    ]  # fmt: skip


def test_a_deleted_service_is_shown_in_the_base(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.stage({"a.yaml": None})
    text = nplint("--staged", "--select", "node-port-changed")
    assert text.out.splitlines()[:5] == [
        "warning[node-port-changed]: Service shop/web is deleted, and nodePort 30080 disappears with it",
        " --> base:a.yaml:3:18                               Service shop/web",
        "  |",
        "3 | metadata: {name: web, namespace: shop}",
        "  |                  ^^^ deleted by the change",
    ]
    (finding,) = json.loads(nplint("--staged", "--select", "node-port-changed", "--format", "json").out)["findings"]
    assert (finding["path"], finding["line"], finding["revision"]) == ("a.yaml", 3, "base")
    assert finding["field"] == "metadata.name"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--staged",), ["b.yaml"]),
        (("--staged", "--all"), ["a.yaml", "b.yaml"]),
        (("--against", "HEAD"), ["a.yaml", "b.yaml"]),
        (("--against", "HEAD", "--new-only"), ["b.yaml"]),
        (("--revision", "HEAD"), ["a.yaml"]),
        (("--revision", "HEAD~1"), []),
        (("--revision", "HEAD", "--against", "HEAD~1", "--new-only"), ["a.yaml"]),
    ],
)
def test_only_what_is_new_counts_where_that_is_asked_for(
    repository: "Repository", nplint: "Nplint", options: tuple[str, ...], lines: list[str]
) -> None:
    bad = SERVICE.replace("30080", "80")
    repository.commit({"a.yaml": SERVICE})
    repository.commit({"a.yaml": bad})
    repository.stage({"a.yaml": f"# moved down\n{bad}", "b.yaml": bad.replace("web", "api")})
    run = nplint("--format", "concise", "--select", "node-port-out-of-range", *options)
    assert [line.partition(":")[0] for line in run.out.splitlines()] == lines
    assert run.code == bool(lines)


def test_what_was_there_before_stays_in_the_machine_format(repository: "Repository", nplint: "Nplint") -> None:
    bad = SERVICE.replace("30080", "80")
    repository.commit({"a.yaml": bad})
    repository.stage({"a.yaml": bad.replace("80}", "81}")})
    report = json.loads(nplint("--staged", "--format", "json", "--select", "node-port-out-of-range").out)
    assert [finding["baseline"] for finding in report["findings"]] == [None]
    repository.stage({"a.yaml": f"# more\n{bad}"})
    report = json.loads(nplint("--staged", "--format", "json", "--select", "node-port-out-of-range").out)
    assert [finding["baseline"] for finding in report["findings"]] == ["base"]
    assert report["summary"]["baseline"] == 1
    assert report["summary"]["errors"] == 0


def test_the_index_is_read_and_not_the_work_tree(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.stage({"a.yaml": MOVED})
    repository.write({"a.yaml": LOCAL, "untracked.yaml": SERVICE.replace("30080", "80")})
    assert judge(nplint, "--staged") == [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]
    assert nplint("--staged").out.count("error") == 0


def test_nothing_is_read_where_no_manifest_changes(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": SERVICE.replace("30080", "80")})
    repository.stage({"README.md": "read", "src/main.py": "1"})
    assert nplint("--staged") == (0, "", "no manifest changes, so nothing was judged\n")
    report = json.loads(nplint("--staged", "--format", "json").out)
    assert (report["findings"], report["summary"]["files"]) == ([], 0)
    assert nplint("--staged", "--select", "nowhere").code == 2


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"GITHUB_BASE_REF": "main"}, True),
        ({"GITHUB_BASE_REF": "", "CHANGE_TARGET": "main"}, True),
        ({"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, True),
        ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": "{base}"}, True),
        ({"CI_COMMIT_BEFORE_SHA": "{base}"}, True),
        ({"CI_COMMIT_BEFORE_SHA": "0" * 40, "DRONE_TARGET_BRANCH": "main"}, True),
        ({"PRE_COMMIT_FROM_REF": "main", "PRE_COMMIT_TO_REF": "topic"}, True),
        ({"PRE_COMMIT_FROM_REF": "main", "PRE_COMMIT_TO_REF": "main"}, False),
        ({"GITHUB_EVENT_PATH": "event.json"}, True),
        ({"GITHUB_BASE_REF": "topic"}, False),
    ],
)
def test_the_base_comes_from_pre_commit_or_the_ci_system(
    repository: "Repository",
    nplint: "Nplint",
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    found: bool,
) -> None:
    base = repository.commit({"a.yaml": SERVICE})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a.yaml": MOVED})
    repository.write({"event.json": json.dumps({"before": base})})
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(base=base))
    moved = [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]
    assert judge(nplint, "--against", "auto") == (moved if found else [])


@pytest.mark.parametrize("variables", [{}, {"CI_COMMIT_BEFORE_SHA": "0" * 40}, {"GITHUB_EVENT_PATH": "nowhere.json"}])
def test_auto_needs_somebody_who_names_a_base(
    repository: "Repository", nplint: "Nplint", monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    repository.commit({"a.yaml": SERVICE})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    sentence = "nothing that pre-commit or a CI system sets names one, so name it yourself"
    assert nplint("--against", "auto") == (2, "", f"error: --against auto finds no base: {sentence}\n")


def test_the_merge_base_is_compared_with_unless_the_revision_itself_is_wanted(
    repository: "Repository", nplint: "Nplint"
) -> None:
    base = repository.commit({"a.yaml": SERVICE, "b.yaml": MOVED.replace("web", "api")})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a.yaml": LOCAL})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"b.yaml": SERVICE.replace("web", "api").replace("30080", "30082")})
    repository.git("checkout", "--quiet", "topic")
    flip = f"a.yaml:5:26: {FLIP}"
    back = f"b.yaml:8:40: {CHANGED} changes from 30082 to 30081"
    assert judge(nplint, "--against", "main") == judge(nplint, "main...topic") == judge(nplint, "main...") == [flip]
    assert judge(nplint, "--against", "main", "--exact") == judge(nplint, "main..topic") == [flip, back]
    told = nplint("--against", "main").err.splitlines()[0]
    assert told == f"compared with {base[:12]}, where HEAD left main"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--staged", "--revision", "HEAD"), "--staged and --revision both say what is compared: give one of them"),
        (("--staged", "--against", "HEAD"), "--staged and --against both say what is compared: give one of them"),
        (("--each-commit", "HEAD~1..", "--staged"), "--staged and --each-commit both say what is compared"),
        (("--exact",), "--exact is about --against: name the revision to compare with"),
        (("--staged", "--separately"), "--separately judges each file alone, and a comparison needs its neighbours"),
        (("--against", "nowhere"), "there is no revision nowhere in this repository"),
        (("--revision", "HEAD~9"), "there is no revision HEAD~9 in this repository"),
        (("nowhere..HEAD",), "there is no revision nowhere in this repository"),
        (("--each-commit", "HEAD"), "--each-commit takes a range such as origin/main..HEAD, and HEAD is none"),
        (
            ("--against", "HEAD..", "--revision", "HEAD"),
            "--against HEAD.. says already what is judged: drop --revision",
        ),
        (("--staged", "-"), "standard input has no revisions: name files or folders of a repository"),
        (("--staged", "a.yaml", ".."), ".. is not in the repository "),
        (("--against", "HEAD", "gone.yaml"), "no such file or folder, neither now nor before: gone.yaml"),
        (("--revision", "HEAD", "empty"), "no Kubernetes manifest in empty: name a file or folder that holds one"),
    ],
)
def test_wrong_calls_get_a_sentence(
    repository: "Repository", nplint: "Nplint", arguments: tuple[str, ...], sentence: str
) -> None:
    repository.commit({"a.yaml": SERVICE, "empty/x.txt": ""})
    repository.write({"a.yaml": LOCAL})
    repository.git("add", "a.yaml")
    run = nplint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ")
    assert sentence in run.err


def test_a_folder_in_no_repository_has_no_revisions(nplint: "Nplint", tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SERVICE)
    run = nplint("--staged")
    assert (run.code, run.out) == (2, "")
    assert run.err == f"error: {tmp_path} is in no git repository: revisions can be compared only in one\n"


def test_everything_is_new_in_the_first_commit(repository: "Repository", nplint: "Nplint") -> None:
    repository.stage({"a.yaml": SERVICE.replace("30080", "80")})
    run = nplint("--staged", "--format", "concise", "--select", f"{REVISIONS},node-port-out-of-range")
    assert run.out == "a.yaml:8:40: error[node-port-out-of-range] nodePort 80 is outside 30000-32767\n"


def test_paths_narrow_what_is_compared(
    repository: "Repository", nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(
        {
            "one/a.yaml": SERVICE,
            "two/b.txt": SERVICE.replace("web", "api"),
            "two/gone.yaml": MOVED.replace("web", "old"),
        }
    )
    repository.stage(
        {
            "one/a.yaml": MOVED,
            "two/b.txt": SERVICE.replace("web", "api").replace("30080", "30082"),
            "two/gone.yaml": None,
        }
    )
    one = f"one/a.yaml:8:40: {CHANGED} changes from 30080 to 30081"
    two = f"two/b.txt:8:40: {CHANGED} changes from 30080 to 30082"
    gone = f"base:two/gone.yaml:3:18: {GONE.replace('web', 'old').replace('30080', '30081')}"
    for options in (("--staged",), ("--against", "HEAD")):
        assert judge(nplint, *options, "one") == [one]
        # A file that is named itself is read whatever it is called, and one that is gone may still be named.
        assert judge(nplint, *options, "one", "two/b.txt") == [one, two]
        assert judge(nplint, *options, "two/gone.yaml") == [gone]
    monkeypatch.chdir(repository.folder / "one")
    for options in (("--staged",), ("--against", "HEAD")):
        assert judge(nplint, *options) == [one.replace("one/", "")]
        assert judge(nplint, *options, "../two/gone.yaml") == [gone.replace("two/", "../two/")]
        assert judge(nplint, *options, "..")[-1] == one.replace("one/", "")


def test_what_git_or_the_configuration_leaves_out_is_not_taken_for_deleted(
    repository: "Repository", nplint: "Nplint"
) -> None:
    repository.commit({"a.yaml": SERVICE, "vendor/b.yaml": SERVICE.replace("web", "api")})
    repository.write({".gitignore": "a.yaml\n", ".nplint.yaml": "exclude: [vendor/**]\n"})
    (repository.folder / "vendor/b.yaml").unlink()
    assert judge(nplint, "--against", "HEAD") == []


def test_what_a_sparse_checkout_leaves_out_is_not_taken_for_deleted(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"in/a.yaml": SERVICE, "out/b.yaml": SERVICE.replace("web", "api")})
    repository.git("sparse-checkout", "set", "in")
    assert not (repository.folder / "out").exists()
    assert judge(nplint, "--against", "HEAD") == []
    repository.write({"in/a.yaml": None})
    assert judge(nplint, "--against", "HEAD") == [f"base:in/a.yaml:3:18: {GONE}"]


def test_links_are_followed_in_git_as_on_disk(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"real/a.txt": SERVICE})
    os.symlink("real/a.txt", repository.folder / "a.yaml")
    os.symlink("nowhere", repository.folder / "dangling.yaml")
    os.symlink("loop.yaml", repository.folder / "loop.yaml")
    os.symlink("/etc/hostname", repository.folder / "outside.yaml")
    repository.commit({})
    repository.stage({"real/a.txt": MOVED})
    assert judge(nplint, "--against", "HEAD") == [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]
    commit = repository.commit({})
    assert judge(nplint, f"{commit}~1..{commit}") == judge(nplint, f"{commit}~1..{commit}", "--all")
    assert nplint("--revision", commit).err.startswith("1 note in 1 file (1 Service")


def test_names_that_are_hard_to_write_are_read(repository: "Repository", nplint: "Nplint") -> None:
    names = ["a b.yaml", "ä.yaml", "line\nend.yaml", "--upload-pack=x.yaml"]
    texts = [SERVICE.replace("web", f"web-{number}").replace("30080", f"3009{number}") for number in range(4)]
    repository.commit(dict(zip(names, texts, strict=True)))
    repository.stage(dict(zip(names, [text.replace("3009", "3019") for text in texts], strict=True)))
    found = [line.partition(": ")[0] for line in judge(nplint, "--staged")]
    assert found == ["--upload-pack=x.yaml:8:40", "a b.yaml:8:40", "line\\x0aend.yaml:8:40", "ä.yaml:8:40"]


def test_worktrees_and_bare_repositories_are_read(
    repository: "Repository",
    nplint: "Nplint",
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.commit({"a.yaml": MOVED})
    moved = [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    repository.git("worktree", "add", "--quiet", "--detach", str(elsewhere / "tree"), "HEAD~1")
    monkeypatch.chdir(elsewhere / "tree")
    Path("a.yaml").write_text(MOVED)
    assert judge(nplint, "--against", "HEAD") == moved
    repository.git("clone", "--quiet", "--bare", str(repository.folder), str(elsewhere / "bare.git"))
    monkeypatch.chdir(elsewhere / "bare.git")
    assert judge(nplint, "HEAD~1..HEAD") == judge(nplint, "HEAD~1..HEAD", "a.yaml") == moved
    assert judge(nplint, "--each-commit", "HEAD~1..HEAD")[0].endswith(moved[0])
    assert " is a bare repository, where nothing is staged: give --revision or --against\n" in nplint("--staged").err
    assert " is a bare repository without a work tree: give --revision as well\n" in nplint("--against", "HEAD").err


def test_a_submodule_is_not_compared(
    repository: "Repository", nplint: "Nplint", tmp_path_factory: pytest.TempPathFactory
) -> None:
    inner = type(repository)(tmp_path_factory.mktemp("inner"), repository.environ)
    inner.git("init", "--quiet")
    inner.commit({"a.yaml": SERVICE})
    repository.commit({"b.yaml": SERVICE.replace("web", "api")})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder), "vendored")
    repository.commit({})
    assert judge(nplint, "--against", "HEAD") == judge(nplint, "HEAD~1..HEAD") == []


def test_another_repository_is_compared_by_its_path(
    repository: "Repository",
    nplint: "Nplint",
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository.commit({"deploy/a.yaml": SERVICE})
    repository.stage({"deploy/a.yaml": MOVED})
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    way = os.path.relpath(repository.folder)
    found = f"{way}/deploy/a.yaml:8:40: {CHANGED} changes from 30080 to 30081"
    assert judge(nplint, "--staged", str(repository.folder)) == [found]
    assert judge(nplint, "--against", "HEAD", str(repository.folder / "deploy")) == [found]


def test_kustomizations_above_what_is_looked_at_are_known_in_each_revision(
    repository: "Repository", nplint: "Nplint"
) -> None:
    kustomization = "resources: [deploy/a.yaml]\n"
    before = f"namespace: pay\n{kustomization}"
    repository.commit({"kustomization.yaml": before, "deploy/a.yaml": SERVICE.replace(", namespace: shop", "")})
    repository.stage({"kustomization.yaml": f"namespace: shop\n{kustomization}"})
    note = ["deploy/a.yaml:3:18: note[service-recreated] Service web takes the place of Service web"]
    for options in (("--staged",), ("--against", "HEAD")):
        assert judge(nplint, *options, "deploy") == note


def test_a_patch_that_may_set_the_field_leaves_it_undecided(repository: "Repository", nplint: "Nplint") -> None:
    patched = "resources: [a.yaml]\npatches: [{path: p.yaml}]\n"
    patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {externalTrafficPolicy: Cluster}\n"
    repository.commit({"a.yaml": SERVICE, "kustomization.yaml": patched, "p.yaml": patch})
    repository.stage({"a.yaml": LOCAL.replace("30080", "30081")})
    run = nplint("--staged", "--format", "concise", "--select", REVISIONS)
    assert run.out == f"a.yaml:9:40: {CHANGED} changes from 30080 to 30081\n"
    assert "; 1 changed Service not judged" in run.err


def test_the_options_of_revisions_come_from_the_environment_too(
    repository: "Repository", nplint: "Nplint", monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.write({"a.yaml": MOVED})
    monkeypatch.setenv("NPLINT_AGAINST", "HEAD")
    assert judge(nplint) == [f"a.yaml:8:40: {CHANGED} changes from 30080 to 30081"]
    assert re.search(r"^against +=\sHEAD  \(NPLINT_AGAINST\)$", nplint("config", "show").out, re.MULTILINE)


def test_a_range_is_no_path_unless_there_is_such_a_path(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"HEAD..HEAD/a.yaml": SERVICE, "b.yaml": MOVED.replace("web", "api")})
    assert "1 file (1 Service" in nplint("HEAD..HEAD").err
    shutil.rmtree(repository.folder / "HEAD..HEAD")
    assert nplint("HEAD..HEAD").err.startswith("2 notes in 2 files")
    assert nplint("a/../gone.yaml").err == "error: no such file or folder: a/../gone.yaml\n"


def test_suppressions_hold_on_both_sides(repository: "Repository", nplint: "Nplint") -> None:
    useless = SERVICE.replace("30080}", "30080}  # nplint: ignore[unnamed-port] it has a name")
    rules = ("--select", "unused-suppression,node-port-changed,unnamed-port")
    repository.commit({"a.yaml": useless})
    repository.stage({"b.yaml": SERVICE.replace("web", "api")})
    assert nplint("--staged", *rules) == (0, "", nplint("--staged", *rules).err)
    moved = useless.replace("30080}", "30081}").replace("unnamed-port", "node-port-changed")
    repository.stage({"a.yaml": moved})
    run = nplint("--staged", *rules)
    assert (run.code, run.out) == (0, "")
    assert "1 suppressed" in run.err
    assert nplint("--staged", "--no-ignores", *rules).code == 1


def test_a_baseline_holds_for_what_is_new_too(repository: "Repository", nplint: "Nplint") -> None:
    rules = ("--select", "node-port-out-of-range", "--format", "concise")
    repository.commit({"a.yaml": SERVICE.replace("30080", "80")})
    assert nplint("--write-baseline", "known.json", *rules).code == 0
    assert nplint("--against", "HEAD", "--baseline", "known.json", *rules).out == ""
    repository.stage({"b.yaml": SERVICE.replace("web", "api").replace("30080", "81")})
    found = "b.yaml:8:40: error[node-port-out-of-range] nodePort 81 is outside 30000-32767\n"
    assert nplint("--staged", "--baseline", "known.json", *rules).out == found
    assert nplint("--against", "HEAD", "--baseline", "known.json", *rules).out == found


PATCH = (
    "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec: {{externalTrafficPolicy: {0}}}\n"
)
OVERLAY = "resources: [../base]\npatches: [{path: p.yaml}]\n"
BARE = "resources: [../base]\npatches: [{path: q.yaml}]\n"


@pytest.mark.parametrize(
    ("before", "now", "found", "unjudged"),
    [
        (
            {"prod/p.yaml": PATCH.format("Cluster")},
            {"prod/p.yaml": PATCH.format("Local")},
            [f"prod/p.yaml:4:31: {FLIP}"],
            False,
        ),
        (
            {"prod/p.yaml": PATCH.format("Local")},
            {"prod/p.yaml": PATCH.format("Cluster")},
            [f"prod/p.yaml:4:31: {BACK}"],
            False,
        ),
        # What a patch leaves alone is what the Service says.
        (
            {"prod/kustomization.yaml": BARE},
            {"prod/kustomization.yaml": OVERLAY, "prod/p.yaml": PATCH.format("Local")},
            [f"prod/p.yaml:4:31: {FLIP}"],
            False,
        ),
        ({"prod/p.yaml": PATCH.format("Cluster")}, {"prod/p.yaml": PATCH.format('"Cluster"  # as before')}, [], False),
        # An overlay that comes or goes brings or takes Services, and switches none.
        (
            {"prod/kustomization.yaml": None},
            {"prod/kustomization.yaml": OVERLAY, "prod/p.yaml": PATCH.format("Local")},
            [],
            False,
        ),
        ({"prod/p.yaml": PATCH.format("Local")}, {"prod/p.yaml": None, "prod/kustomization.yaml": None}, [], False),
        # A Service that gets node ports with the policy was not switched.
        (
            {"base/web.yaml": SERVICE.replace("NodePort", "ClusterIP").replace(", nodePort: 30080", "")}
            | {"prod/kustomization.yaml": BARE},
            {"prod/kustomization.yaml": OVERLAY}
            | {"prod/p.yaml": PATCH.format("Local").replace("{external", "{type: NodePort, external")},
            [],
            False,
        ),
        # What is not followed is said.
        (
            {"prod/p.yaml": PATCH.format("Cluster")},
            {"prod/kustomization.yaml": f'{OVERLAY}patchesJson6902: [{{patch: "/spec/externalTrafficPolicy"}}]\n'},
            [],
            True,
        ),
    ],
)
def test_a_patch_may_switch_the_affinity(
    repository: "Repository", nplint: "Nplint", before: Files, now: Files, found: list[str], unjudged: bool
) -> None:
    base = {"base/web.yaml": SERVICE, "base/kustomization.yaml": "resources: [web.yaml]\n"}
    start = {**base, "prod/kustomization.yaml": OVERLAY, **before}
    repository.commit({path: text for path, text in start.items() if text is not None})
    repository.stage(now)
    for options in (("--staged",), ("--against", "HEAD")):
        run = nplint("--format", "concise", "--select", REVISIONS, *options)
        assert run.out.splitlines() == found
        assert ("changed patch" in run.err) is unjudged


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"pod.yaml": POD.format("web").replace("shop", "default") + "# fieldPath: metadata.namespace\n"}, ""),
        ({"pod.yaml": POD.format("web").replace("shop", "default")}, ""),
        (
            {
                "pod.yaml": POD.format("web").replace(", namespace: shop", ""),
                "kustomization.yaml": "namespace: shop\nresources: [pod.yaml]\n",
            },
            ", namespace: shop",
        ),
        (
            {
                "pod.yaml": POD.format("web"),
                "kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n",
                "a.yaml": SERVICE.replace("web", "old").replace(", namespace: shop", ""),
            },
            "",
        ),
    ],
)
def test_files_that_are_left_unread_hide_nothing(
    repository: "Repository", nplint: "Nplint", before: Files, now: str
) -> None:
    other = SERVICE.replace("30080", "30081").replace("name: web", "name: other")
    repository.commit({".nplint.yaml": "clusters: {prod: {}}\n", "z.yaml": other, **before})
    repository.stage({"a.yaml": SERVICE.replace(", namespace: shop", now).replace("app: web", "app: wbe")})
    rules = ("--format", "concise", "--new-only", "--select", "selector-matches-nothing")
    staged, full = nplint("--staged", *rules), nplint("--against", "HEAD", *rules)
    assert staged.out == full.out
    assert "warning[selector-matches-nothing]" in full.out


def test_what_was_wrong_with_one_declaration_does_not_excuse_another(
    repository: "Repository", nplint: "Nplint"
) -> None:
    wrong = SERVICE.replace("30080", "80")
    rules = ("--format", "concise", "--select", "node-port-out-of-range", "--staged")
    repository.commit({"prod/a.yaml": wrong, "old/a.yaml": wrong, "good/a.yaml": SERVICE})
    repository.stage({"dev/a.yaml": wrong})
    message = "error[node-port-out-of-range] nodePort 80 is outside 30000-32767\n"
    assert nplint(*rules).out == f"dev/a.yaml:8:40: {message}"
    repository.stage({"dev/a.yaml": None, "old/a.yaml": None, "good/a.yaml": wrong})
    assert nplint(*rules).out == f"good/a.yaml:8:40: {message}"


def test_what_moves_is_not_new(repository: "Repository", nplint: "Nplint") -> None:
    clash = SERVICE.replace("web", "api")
    broken = "apiVersion: v1\nkind: Service\nmetadata: [\n"
    high = SERVICE.replace("web", "high").replace("30080", "40000")
    repository.commit({"a.yaml": SERVICE, "b.yaml": clash, "c.yaml": broken, "d.yaml": high})
    repository.git("mv", "a.yaml", "z.yaml")
    repository.git("mv", "c.yaml", "y.yaml")
    repository.stage({"d.yaml": high.replace("ports:", "ports:\n    - {name: first, port: 81}")})
    for options in (("--staged",), ("--against", "HEAD", "--new-only")):
        run = nplint("--format", "concise", "--type", "standard", "--ignore", "node-port-pinned", *options)
        assert (run.code, run.out) == (0, "")


def test_what_another_repository_holds_is_not_compared(
    repository: "Repository", nplint: "Nplint", tmp_path: Path
) -> None:
    repository.commit({"a.yaml": SERVICE})
    inner = type(repository)(tmp_path / "inner", repository.environ)
    inner.folder.mkdir()
    inner.git("init", "--quiet")
    inner.commit({"b.yaml": SERVICE.replace("30080", "80")})
    assert nplint("--against", "HEAD", "--new-only").code == 0


def test_a_move_that_nobody_committed_is_followed(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"x/web.yaml": SERVICE, "y/web.yaml": LOCAL.replace("NodePort", "LoadBalancer")})
    repository.write({"x/web.yaml": None, "y/web.yaml": None, "x/lb.yaml": LOCAL.replace("NodePort", "LoadBalancer")})
    assert judge(nplint, "--against", "HEAD") == []


def test_what_a_merge_brings_from_what_is_deployed_is_no_news_of_a_range(
    repository: "Repository", nplint: "Nplint"
) -> None:
    repository.commit({"a.yaml": SERVICE, "b.yaml": MOVED.replace("web", "api")})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"README.md": "read"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"a.yaml": LOCAL})
    repository.git("checkout", "--quiet", "topic")
    repository.git("merge", "--quiet", "--no-edit", "main")
    assert judge(nplint, "--each-commit", "main..topic") == []
    flipped = repository.commit({"b.yaml": LOCAL.replace("web", "api").replace("30080", "30081")})
    assert judge(nplint, "--each-commit", "main..topic") == [f"{flipped[:12]}:b.yaml:5:26: {FLIP}"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--against", ""), "--against is given no revision: is a variable empty?"),
        (("--revision", ""), "--revision is given no revision: is a variable empty?"),
        (("--each-commit", ""), "--each-commit is given no revision: is a variable empty?"),
        (("--staged", "deplyo"), "no such file or folder, neither now nor before: deplyo"),
        (
            ("--each-commit", "HEAD..HEAD^"),
            "no commit lies in HEAD..HEAD^: the first of the two has to be",
        ),
        (("--new-only",), "--new-only needs something to compare with: give --against or --staged"),
        (("--new-only", "--revision", "HEAD"), "--new-only needs something to compare with"),
    ],
)
def test_a_call_that_compares_nothing_is_refused(
    repository: "Repository", nplint: "Nplint", arguments: tuple[str, ...], sentence: str
) -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.commit({"a.yaml": LOCAL})
    run = nplint(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"error: {sentence}")


def test_what_was_or_is_not_rendered_is_said(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": LOCAL.replace("Local", '"{{ .p }}"'), "b.yaml": SERVICE.replace("web", "api")})
    repository.stage({"a.yaml": LOCAL, "b.yaml": SERVICE.replace("web", "api").replace("30080", '"{{ .n }}"')})
    run = nplint("--staged", "--format", "concise", "--select", REVISIONS)
    assert run.out == ""
    assert "; 2 changed Services not judged" in run.err
    repository.commit({"a.yaml": LOCAL.replace("NodePort", '"{{ .t }}"')})
    repository.stage({"a.yaml": LOCAL.replace("NodePort", "ClusterIP")})
    run = nplint("--staged", "--format", "concise", "--select", REVISIONS)
    assert run.out == ""
    assert "; 1 changed Service not judged" in run.err


def test_a_number_out_of_its_quotes_is_no_other_one(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": SERVICE.replace("30080", '"30080"')})
    repository.stage({"a.yaml": SERVICE})
    assert judge(nplint, "--staged") == []


def test_a_service_of_many_ports_is_compared_in_one_go(repository: "Repository", nplint: "Nplint") -> None:
    def service(first: int) -> str:
        ports = "".join(f"    - {{name: p{n}, port: {n + 1}, nodePort: {first + n}}}\n" for n in range(1500))
        return SERVICE[: SERVICE.index("    - ")] + ports

    repository.commit({"a.yaml": service(30000)})
    repository.stage({"a.yaml": service(31000)})
    # Each pairing of all ports with all others would take minutes.
    assert len(judge(nplint, "--staged")) == 1500


AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent, namespace: ops}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
      containers:
        - name: agent
          env:
            - {{name: NODE_IP, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}
            - {{name: URL, value: "{0}"}}
"""
BACKEND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
"""


def test_a_client_is_followed_through_files_that_share_no_word_with_it(
    repository: "Repository", nplint: "Nplint"
) -> None:
    config = "clusters: {prod: {network: vpc}}\n"
    before = {"svc.yaml": LOCAL, "web.yaml": BACKEND, "agent.yaml": AGENT.format("http://web.shop")}
    repository.commit({".nplint.yaml": config, **before})
    repository.stage({"agent.yaml": AGENT.format("http://$(NODE_IP):30080")})
    rules = ("--select", "hairpin-unreachable", "--format", "concise")
    staged, full = nplint("--staged", *rules), nplint("--against", "HEAD", "--new-only", *rules)
    assert staged.out == full.out
    assert staged.out.startswith("agent.yaml:13:34: error[hairpin-unreachable] DaemonSet ops/agent cannot reach ")


def test_what_a_change_does_is_no_debt(repository: "Repository", nplint: "Nplint") -> None:
    repository.commit({"a.yaml": SERVICE, "b.yaml": POD.format("web")})
    repository.stage({"a.yaml": None})
    assert "wrote 0 entries to known.json" in nplint("--staged", "--write-baseline", "known.json").err
    assert judge(nplint, "--staged", "--baseline", "known.json") == [f"base:a.yaml:3:18: {GONE}"]


@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_baseline_without_a_name_is_refused_even_where_nothing_changes(
    repository: "Repository", nplint: "Nplint", option: str
) -> None:
    repository.commit({"a.yaml": SERVICE})
    repository.stage({"README.md": "read"})
    run = nplint("--staged", option, "")
    assert (run.code, run.out) == (2, "")
    assert f"error: {option} is given no file: " in run.err
