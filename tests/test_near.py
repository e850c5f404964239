"""What a narrow look at a change finds is what a look at everything finds."""

import os
from typing import TYPE_CHECKING

from fuzz.memory import Memory, found
from nplint import git
from nplint.config import read
from nplint.document import Source
from nplint.kinship import kinship
from nplint.profile import DEFAULT_NODE_PORTS
from nplint.reader import decode
from nplint.reader import read as read_documents
from tests.clusters import CONFIGURATION, Chance

if TYPE_CHECKING:
    from tests.conftest import Repository


def agreed(seed: int) -> list[str]:
    """What both looks at a change by chance find."""
    before, now = Chance(seed).change()
    repository = Memory(before=before, now=now)
    options = ({}, {"type_": "standard", "network": "vpc"}, {"type_": "standard", "network": "tunnel"}, {})[seed % 4]
    text = CONFIGURATION if seed % 4 == 0 else ""
    config = read(Source(".nplint.yaml", text), os.path.realpath("."))
    narrow, wide = (found(repository, options, config, is_local=each) for each in (True, False))
    assert narrow == wide, seed
    return wide


def test_a_narrow_look_at_a_change_finds_what_a_look_at_everything_does() -> None:
    findings = [line for seed in range(200) for line in agreed(seed)]
    rules = {line.split(": ")[1] for line in findings}
    # It is no proof where nothing is found.
    assert rules >= {"node-port-conflict", "selector-matches-nothing", "target-port-unresolved", "hairpin-unreachable"}


def test_git_and_python_tell_the_same_of_lines(repository: "Repository") -> None:
    files = {f"{seed}/{path}": data for seed in range(12) for path, data in Chance(seed).change()[0].items()}
    for path, data in files.items():
        file = repository.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    repository.commit({})
    real, memory = git.find(str(repository.folder)), Memory(now=files)
    asked = [kinship(read_documents(decode(path, data)), (), (), [DEFAULT_NODE_PORTS]) for path, data in files.items()]
    patterns = [kin.words.patterns for kin in asked if kin and kin.words]
    assert len(patterns) > 50
    told = [real.holding(each, None) for each in patterns]
    assert told == [memory.holding(each, None) for each in patterns]
    assert len(set(told)) > 20
