"""Where a report goes beside standard output: into files, and into the summary of a step of GitHub Actions."""

import os
from collections.abc import Mapping, Sequence
from errno import ENOSPC
from typing import TYPE_CHECKING, NamedTuple

from nplint.cli import put
from nplint.errors import NplintError, reason
from nplint.hookspecs import Formatter, Terminal

if TYPE_CHECKING:
    from nplint.report import Report

# GitHub drops the whole summary of a step that is larger.
_MAX_SUMMARY = 1024 * 1024


class Output(NamedTuple):
    """A file to write a report to, and its format."""

    render: Formatter
    path: str


def parse(values: Sequence[str]) -> list[tuple[str, str]]:
    """The formats and paths that the values of --output name.

    Raises:
        NplintError: one has not the form FORMAT=PATH, or two name one file.
    """
    found: dict[str, tuple[str, str]] = {}
    for value in values:
        format, _, path = value.partition("=")
        if not format or path in ("", "-"):
            raise NplintError(f"`{value}` is no output: write it as FORMAT=PATH, such as sarif=nplint.sarif")
        if _is_standard_output(path):
            raise NplintError(f"{path} is standard output, which --format is for: name another file")
        target = os.path.realpath(path)
        if target in found:
            raise NplintError(f"two outputs go to {path}: give each a file of its own")
        found[target] = format, path
    return list(found.values())


def _is_standard_output(path: str) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(1))
    except OSError:
        return False


def write(report: "Report", outputs: Sequence[Output], screen: Terminal) -> None:
    """Write the files, each as a whole or not at all.

    Raises:
        NplintError: a file cannot be written.
    """
    for render, path in outputs:
        text = render(report, Terminal(folder=screen.folder, show_suppressed=screen.show_suppressed))
        put.write(path, text)


def append_summary(report: "Report", environ: Mapping[str, str]) -> None:
    """Add a table of the findings to the summary of the step, where GitHub Actions runs this.

    Raises:
        NplintError: the file that the environment names for it cannot be written.
    """
    from nplint.output.markdown import summary

    path = environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "ab", buffering=0) as file:
            before = file.tell()
            text = summary(report, _MAX_SUMMARY - before).encode("utf-8", "backslashreplace")
            if file.write(text) < len(text):
                file.truncate(before)
                raise OSError(ENOSPC, os.strerror(ENOSPC))
    except OSError as error:
        raise NplintError(f"cannot write {path}, which GITHUB_STEP_SUMMARY names: {reason(error)}") from None
