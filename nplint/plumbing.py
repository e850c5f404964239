"""The only module that runs git, in ways that nothing configured in a repository can turn into more."""

import os
import subprocess

from nplint.errors import NplintError

# What git could be made to run or fetch by the configuration of a repository that a stranger wrote.
_HARMLESS = ("core.fsmonitor=false", "core.hooksPath=" + os.devnull)
_ENVIRON = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # Versions that do not know the line above may not fetch either: no protocol is allowed.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
# Variables that make git run a program, or write what it does to a file.
_DROPPED = ("GIT_EXTERNAL_DIFF", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND")


def run(folder: str, *arguments: str) -> bytes:
    """What git prints.

    Raises:
        NplintError: git is not there, or refuses.
    """
    done = call(folder, *arguments)
    if done.returncode:
        raise NplintError(_complaint(folder, done.stderr.decode("utf-8", "replace")))
    return done.stdout


def call(folder: str, *arguments: str, asking: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What git prints and how it ends, whatever that is; `asking` is what it gets to read.

    Raises:
        NplintError: git is not there.
    """
    command = _command(*arguments)
    return subprocess.run(command, cwd=folder, env=_environ(), input=asking, capture_output=True, check=False)


def started(folder: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Git as it runs, to be asked and to answer.

    Raises:
        NplintError: git is not there.
    """
    return subprocess.Popen(
        _command(*arguments),
        cwd=folder,
        env=_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _command(*arguments: str) -> list[str]:
    settings = [word for setting in _HARMLESS for word in ("-c", setting)]
    return [_program(), "--no-optional-locks", "--no-pager", *settings, *arguments]


def _program() -> str:
    """Where git is. The current folder is never looked at, whatever PATH says: it may be the repository itself."""
    folders = (folder for folder in os.get_exec_path() if os.path.isabs(folder))
    for path in (os.path.join(folder, name) for folder in folders for name in ("git", "git.exe")):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise NplintError("git is not installed, and revisions cannot be compared without it: install it")


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED and "TRACE" not in name}
    return kept | _ENVIRON


def _complaint(folder: str, words: str) -> str:
    first = next(iter(words.removeprefix("fatal: ").splitlines()), "it gives no reason")
    if "not a git repository" in first:
        return f"{folder} is in no git repository: revisions can be compared only in one"
    if "dubious ownership" in first:
        top = first.partition("'")[2].rpartition("'")[0]
        return f"git refuses {top}, which belongs to another user: `git config --global --add safe.directory {top}`"
    return f"git cannot read the repository: {first}"
