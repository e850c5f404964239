"""Files of rules -> rules that run, are explained and tested, or sentences that say what is wrong with them."""

import json
import posixpath
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any
from unittest.mock import patch

from fuzz.bundle import UNNAMED, File, split
from fuzz.case import plugins
from fuzz.targets.documents import check_span
from nplint import rulefiles, testing, worker
from nplint.check import Rule
from nplint.cluster import Cluster
from nplint.engine import lint
from nplint.errors import NplintError
from nplint.hookspecs import Terminal
from nplint.output import rules as listing
from nplint.output.explain import explain
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.rulefiles import RuleFiles
from nplint.sandbox import LimitError, Sandbox

FOLDER = "rules/"
_SECONDS = 1.0
_MOST_EXAMPLES = 4
_PROFILE = Profile(type="standard", network="vpc", version=(1, 30, 0, 0), is_declared=True)


class _TooSlowError(BaseException):
    pass


class Here(Sandbox):
    """Answers without a process of its own, so that what fails in it is seen, and still gives up what is slow."""

    def ask(self, request: dict[str, Any]) -> Iterator[Any]:
        """The answers, as JSON carries them."""
        given = json.loads(json.dumps(request))
        answers = worker._ANSWERS[given.pop("do")](**given)
        before = signal.signal(signal.SIGVTALRM, _give_up)
        signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
        try:
            yield from [json.loads(json.dumps(answer)) for answer in answers]
        except (_TooSlowError, MemoryError):
            raise LimitError("it takes too much") from None
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)


def _give_up(number: int, frame: FrameType | None) -> None:
    raise _TooSlowError


def check(data: bytes) -> None:
    """Take the files of an input that are in the folder of rules for rules, or the first one, and lint the others."""
    files = [file for file in split(data) if not file.revision]
    written = [file for file in files if file.path.startswith(FOLDER)] or files[:1]
    try:
        rules = _rules(written)
    except NplintError as error:
        assert error.args
        assert all(isinstance(sentence, str) and sentence for sentence in error.args)
        return
    others = [document for file in files if file not in written for document in read(decode(file.path, file.data))]
    report = lint(Cluster(others, _PROFILE), rules)
    for crash in report.crashes:
        assert crash.error
        raise crash.error
    for finding in report.findings:
        check_span(finding.span, report.texts[finding.span.file, None])
    json.loads(plugins().formats["sarif"](report, Terminal()))
    for rule in rules:
        _check_rule(rule)


def _rules(files: list[File]) -> list[Rule]:
    with TemporaryDirectory(dir=".") as folder, patch.object(rulefiles, "Sandbox", Here):
        for file in files:
            name = re.sub(r"[^\w.-]", "-", posixpath.basename(file.path), flags=re.ASCII) or UNNAMED
            Path(folder, name).write_bytes(file.data)
        return [rule for _, rule in rulefiles.load([RuleFiles(folder)])]


def _check_rule(rule: Rule) -> None:
    explain(rule, Terminal()).encode()
    listing.render([rule], "markdown").encode()
    for case in testing.cases([rule])[:_MOST_EXAMPLES]:
        testing.differences(case)
