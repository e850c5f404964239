"""The answer that an earlier run gave to the same question about the same files, so that no rule has to run again."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, TextIO

from nplint import __version__, sources
from nplint.answers import Answer, Answers
from nplint.cli import run
from nplint.cli.options import Setting, limits
from nplint.cli.terminal import replay, screen, today
from nplint.document import Document
from nplint.limits import Limits
from nplint.reading import File

if TYPE_CHECKING:
    from nplint.declared import Config

# Options that read or write something else than the manifests, or bring rules of others.
_AND_MORE = ("fix", "write_baseline", "baseline", "output", "context", "debug", "plugin", "rules")


class Recall:
    """A question, and where its answer is kept."""

    def __init__(self, answers: Answers, question: str, files: "Files") -> None:
        self.answers = answers
        self.question = question
        self.files = files
        self.sum = _Sum()

    def answer(self) -> int | None:
        """Print what an earlier run printed and tell how it ended, if the files are the same; else None."""
        known = self.answers.find(self.question)
        if known is None or self.files.about() != known.about:
            return None
        replay(known.out, known.err)
        return known.code

    def seen(self, files: Iterator[File]) -> Iterator[File]:
        """The files, each noted as it is."""
        return self.sum.of(files)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is printed within, if it is an answer that the next run would give too."""
        out, err = _Recorded(sys.stdout), _Recorded(sys.stderr)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                yield
        except SystemExit as left:
            about = self.sum.about if out.is_whole and err.is_whole else None
            if about and self.sum.files >= run.WORTH and left.code in (0, 1):
                self.answers.keep(self.question, Answer(about, out.said, err.said, int(left.code)))
            raise


class Files:
    """The files that a run with these paths reads."""

    def __init__(self, paths: Sequence[str], configuration: "Config", limits: Limits, *, force_exclude: bool) -> None:
        self.paths = paths or (".",)
        self.excluded = configuration.exclude.match if configuration.exclude else None
        self.force_exclude = force_exclude
        self.limits = limits

    def about(self) -> str | None:
        """The sum of what is in them now."""
        sum = _Sum()
        for files in (
            sources.files_at(dict.fromkeys(self.paths), BytesIO(), self.excluded, self.force_exclude, self.limits),
            sources.files_above(self.paths, self.limits),
        ):
            for _ in sum.of(files):
                pass
        return sum.about


class _Sum:
    """The sum of the paths and bytes of files, in their order."""

    def __init__(self) -> None:
        self.files = 0
        self.is_sure = True
        self._sum = blake2b(digest_size=32)

    def of(self, files: Iterator[File]) -> Iterator[File]:
        for file in files:
            self._add(file)
            yield file

    def _add(self, file: File) -> None:
        self.files += 1
        if isinstance(file.data, Document):
            # Why a file cannot be read may be another reason, or none, the next time.
            self.is_sure = False
        else:
            head = f"{file.path}\0{file.name}\0{len(file.data)}\0"
            self._sum.update(head.encode("utf-8", "surrogateescape") + file.data)

    @property
    def about(self) -> str | None:
        """The sum; None where some file could not be read."""
        return self._sum.hexdigest() if self.is_sure else None


class _Recorded:
    """A stream that remembers the text that goes to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said: list[str] = []
        self.is_whole = True
        """Whether all that went there was text."""

    @property
    def said(self) -> str:
        return "".join(self._said)

    def write(self, text: str) -> int:
        self._said.append(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    @property
    def buffer(self) -> object:
        self.is_whole = False
        return self._stream.buffer

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def recall(paths: Sequence[str], chosen: Mapping[str, Setting], configuration: "Config") -> Recall | None:
    """Where the answer of this run may be kept; None where it hangs on more than its options and its files."""
    if chosen["no_cache"].value or not _is_plain(paths, chosen, configuration):
        return None
    from nplint.installed import registers_plugins

    folder = cache_folder(os.environ)
    if not folder or _is_within(folder, paths) or registers_plugins():
        return None
    files = Files(paths, configuration, limits(chosen), force_exclude=chosen["force_exclude"].value)
    return Recall(Answers(folder), _question(paths, chosen, configuration), files)


def _is_plain(paths: Sequence[str], chosen: Mapping[str, Setting], configuration: "Config") -> bool:
    """Whether the run reads the files at its paths and its configuration, and prints what it finds."""
    if any(chosen[name].value not in (None, False, ()) for name in _AND_MORE) or chosen["format_"].value == "github":
        return False
    if configuration.rules_dir or any(target.context.lines for target in configuration.targets):
        return False
    return sys.stdout is not None and sys.stderr is not None


def _question(paths: Sequence[str], chosen: Mapping[str, Setting], configuration: "Config") -> str:
    """All that decides what the run prints, but for the files."""
    from nplint.installed import packages

    declared = configuration.root.document.source if configuration.root else None
    asked = (
        *(__version__, *_program(), sys.version, sys.platform, *packages()),
        *(os.getcwd(), *paths, today()),
        # A link that leads elsewhere now may lead to another cluster.
        *map(os.path.realpath, paths or (".",)),
        *((name, setting.value) for name, setting in sorted(chosen.items())),
        *screen(chosen["color"].value),
        *(configuration.folder, declared and declared.path, declared and declared.text),
    )
    return blake2b(repr(asked).encode("utf-8", "backslashreplace"), digest_size=32).hexdigest()


def _program() -> Iterator[tuple[str, int, int]]:
    """The files of the program, so that a changed one is another program whatever its version says."""
    from importlib.util import find_spec

    for package in ("nplint", "nplint.cli", "nplint.output", "nplint.rules", "nplint.schemas"):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            with os.scandir(folder) as entries:
                stats = [(entry.path, entry.stat()) for entry in entries]
            yield from sorted((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """The folder of the user for what is kept between runs; None where the user has none."""
    if environ.get("NPLINT_CACHE_DIR"):
        return os.path.abspath(environ["NPLINT_CACHE_DIR"])
    if sys.platform == "win32":
        place = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        place = os.path.expanduser("~/Library/Caches")
    else:
        place = environ.get("XDG_CACHE_HOME", "")
        place = place if os.path.isabs(place) else os.path.expanduser("~/.cache")
    return os.path.join(place, "nplint") if os.path.isabs(place) else None


def _is_within(folder: str, paths: Sequence[str]) -> bool:
    """Whether the folder lies here, in what is linted or in its repository, which must not bring answers of its own."""
    inside = os.path.join(os.path.realpath(folder), "")
    return any(inside.startswith(os.path.join(root, "")) for root in map(_root, (".", *paths)))


def _root(path: str) -> str:
    """The repository that a path is in, or the path itself."""
    start = here = os.path.realpath(path)
    while not os.path.lexists(os.path.join(here, ".git")):
        here, below = os.path.dirname(here), here
        if here == below:
            return start
    return here
