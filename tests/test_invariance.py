"""What does not matter to what is found: the order of files, their form, and what has nothing to do with it."""

import json
import math
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fuzz import corpus
from fuzz.bundle import split
from fuzz.case import PROFILES, plugins
from fuzz.mutation import Mutator
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.finding import Finding
from nplint.objects import resources_of
from nplint.profile import Profile
from nplint.reader import decode, read

POOL = [*corpus.whole()]
Files = Mapping[str, bytes]
UNRELATED = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: unrelated, namespace: nowhere}\ndata: {some: thing}\n"


class Input(NamedTuple):
    """Files and the cluster that they are for."""

    files: Files
    profile: Profile


def changed(seed: int) -> Files:
    """The files of a project or an example, somewhat changed; each seed makes others."""
    data = Mutator(seed, POOL).mutate(POOL[seed % len(POOL)])
    return {file.path: file.data for file in split(data) if not file.path.startswith((".nplint", "pyproject"))}


INPUTS = st.builds(Input, st.integers(0, 2**32).map(changed), st.sampled_from(PROFILES))


def found(files: Files, profile: Profile) -> list[Finding]:
    documents = [document for path, data in files.items() for document in read(decode(path, data))]
    report = lint(Cluster(documents, profile), plugins().rules.values())
    assert not report.crashes
    return list(report.findings)


def told(findings: list[Finding]) -> list[tuple[object, ...]]:
    return [(one.rule, one.severity, one.span, one.message, one.resource and one.resource.title) for one in findings]


def whatever_the_order(findings: list[Finding]) -> tuple[list[tuple[object, ...]], set[str]]:
    """What is found; which of several resources is told of what they all have a part in hangs on their order."""
    return told([one for one in findings if not one.mutual]), {one.rule for one in findings if one.mutual}


def whatever_the_file(findings: list[Finding]) -> Counter[tuple[object, ...]]:
    return Counter(
        (one.rule, one.severity, one.message, one.field, one.resource and one.resource.title) for one in findings
    )


def repeats_nothing(files: Files) -> bool:
    """Whether each name stands for one object. Of two declarations of one, the later is what holds in a cluster."""
    documents = [document for path, data in files.items() for document in read(decode(path, data))]
    names = [(one.kind, one.name) for document in documents for one in resources_of(document)]
    return len(names) == len(set(names))


def test_the_order_in_which_python_keeps_sets() -> None:
    command = [
        sys.executable,
        "-m",
        "nplint",
        "--isolated",
        "--type",
        "turbo",
        "--format",
        "json",
        str(corpus.PROJECTS),
    ]
    runs = [
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stderr == runs[1].stderr
    assert len(json.loads(runs[0].stdout)["findings"]) > 100


@settings(deadline=None)
@given(INPUTS, st.randoms())
def test_the_order_of_files(given: Input, chance: random.Random) -> None:
    shuffled = dict(chance.sample([*given.files.items()], len(given.files)))
    assume(repeats_nothing(given.files))
    one, other = (whatever_the_order(found(files, given.profile)) for files in (given.files, shuffled))
    assert one == other


@settings(deadline=None)
@given(INPUTS)
def test_a_config_map_of_nobody(given: Input) -> None:
    more = {"unrelated/config.yaml": UNRELATED, **given.files}
    assert told(found(more, given.profile)) == told(found(given.files, given.profile))


@settings(deadline=None)
@given(INPUTS)
def test_line_ends(given: Input) -> None:
    texts = {path: decode(path, data).text for path, data in given.files.items()}
    one, other = (
        {path: re.sub(r"\r\n|\r|\n", end, text).encode() for path, text in texts.items()} for end in ("\n", "\r\n")
    )
    assert told(found(one, given.profile)) == told(found(other, given.profile))


@settings(deadline=None)
@given(INPUTS, st.sampled_from(["utf-8-sig", "utf-16"]))
def test_the_encoding(given: Input, encoding: str) -> None:
    texts = {path: decode(path, data).text for path, data in given.files.items()}
    one, other = ({path: text.encode(name) for path, text in texts.items()} for name in ("utf-8", encoding))
    assert told(found(one, given.profile)) == told(found(other, given.profile))


class Dumper(yaml.SafeDumper):
    """Writes block style with all strings in quotes, so that none is taken for something else."""


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def as_json(path: str, data: bytes) -> bytes:
    """The documents of a file as JSON, those that cannot be read left out."""
    values = (one.value for one in read(decode(path, data)) if one.value is not None)
    return "\n---\n".join(json.dumps(value, indent=2) for value in values).encode()


def as_yaml(path: str, data: bytes) -> bytes:
    """The same as YAML, with all strings in quotes."""
    values = (one.value for one in read(decode(path, data)) if one.value is not None)
    return "---\n".join(yaml.dump(value, Dumper=Dumper, sort_keys=False, width=math.inf) for value in values).encode()


def meant(findings: list[Finding]) -> Counter[tuple[object, ...]]:
    """What is found, without where; messages show values as they are written."""
    return Counter((one.rule, one.severity, one.field, one.resource and one.resource.title) for one in findings)


@settings(deadline=None)
@given(INPUTS)
def test_json_or_yaml(given: Input) -> None:
    one, other = ({path: write(path, data) for path, data in given.files.items()} for write in (as_json, as_yaml))
    assert meant(found(one, given.profile)) == meant(found(other, given.profile))


@settings(deadline=None)
@given(INPUTS)
def test_a_line_above(given: Input) -> None:
    texts = {path: decode(path, data).text.replace("\ufeff", "") for path, data in given.files.items()}
    # What begins like JSON is read as JSON, which knows no comments.
    assume(not any(text.lstrip().startswith("{") for text in texts.values()))
    one, other = ({path: (line + text).encode() for path, text in texts.items()} for line in ("", "# a comment\n"))
    moved = [
        finding._replace(span=span._replace(line=span.line + 1, end_line=span.end_line + 1))
        for finding in found(one, given.profile)
        for span in [finding.span]
    ]
    assert told(found(other, given.profile)) == told(moved)


@settings(deadline=None)
@given(INPUTS, st.sampled_from([profile for profile in PROFILES if profile.is_declared]))
def test_one_file_or_several(given: Input, profile: Profile) -> None:
    documents = [read(decode(path, data)) for path, data in given.files.items()]
    assume(all(documents) and all(one.judged for several in documents for one in several))
    assume(repeats_nothing(given.files) and not any("kustomization" in path for path in given.files))
    texts = [decode(path, data).text for path, data in given.files.items()]
    together = {"all.yaml": "\n---\n".join(texts).encode()}
    one, other = (whatever_the_file(found(files, profile)) for files in (given.files, together))
    assert one == other
