"""What of the findings counts: suppressions, and the baseline."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress as silence
from dataclasses import replace
from datetime import date
from functools import partial

from nplint import baseline, suppress
from nplint.baseline import Baseline, Entry
from nplint.cli.options import Setting
from nplint.cli.run import covers
from nplint.cli.terminal import tell
from nplint.declared import Config
from nplint.errors import NplintError
from nplint.extent import Extent
from nplint.output.excerpt import printable
from nplint.plugins import Plugins
from nplint.report import Report

_MOST_TOLD = 10


def settle(
    report: Report, loaded: Plugins, paths: Sequence[str], config: Config, options: dict[str, Setting]
) -> Report:
    """Mark what is suppressed and what the baseline knows, or write the baseline.

    Raises:
        NplintError: the baseline is none, or cannot be read or written.
    """
    whole = covers(paths, config.folder) and not options["separately"].value
    report = suppress.apply(
        replace(report, configuration=config.root.document if config.root else None),
        config.ignores,
        date.today().isoformat(),
        rules=loaded.rules,
        whole=whole,
        hide=not options["no_ignores"].value,
    )
    file, new = options["baseline"].value, options["write_baseline"].value
    if not file and not new:
        return report
    known = Baseline(new) if new and not os.path.lexists(new) else baseline.load(new or file, new or file)
    found = baseline.match(report, known)
    looked_at = partial(covers, paths)
    gone = baseline.gone(found.left, known, Extent(report, whole=whole), looked_at, loaded.rules)
    if not new:
        _tell_gone(gone, file)
        return found.report
    dropped = {id(entry) for entry in gone}
    return _write(report, known, [entry for entry in found.left if id(entry) not in dropped])


def _write(report: Report, old: Baseline, kept: list[Entry]) -> Report:
    """Write what counts now, and keep the entries of which this run cannot say that they are gone."""
    entries = [entry for finding in report.open for entry in old.entries_of(finding)]
    new = Baseline(old.file, [*entries, *kept])
    _save(old.file, baseline.text(new.entries))
    beside = f", and kept {_entries(len(kept))} that this run cannot judge" if kept else ""
    tell(f"wrote {_entries(len(entries))} to {printable(old.file)}{beside}")
    return baseline.match(report, new).report


def _save(file: str, text: str) -> None:
    """Put a text in the place of a file at once, so that nobody ever reads half of it."""
    target = os.path.realpath(file)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        if os.path.exists(target):
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        with silence(OSError):
            os.unlink(temporary)
        raise NplintError(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from None


def _tell_gone(gone: Sequence[Entry], file: str) -> None:
    if not gone:
        return
    lines = [_line(entry) for entry in gone[:_MOST_TOLD]]
    lines += [f"and {len(gone) - _MOST_TOLD} more"] if len(gone) > _MOST_TOLD else []
    verb, it = ("matches", "it") if len(gone) == 1 else ("match", "them")
    what = f"{_entries(len(gone))} of {printable(file)} {verb} nothing any more"
    tell(f"warning: {what}: drop {it} with --write-baseline {printable(file)}")
    for line in lines:
        tell(f"  {line}")


def _line(entry: Entry) -> str:
    rule, cluster, resource, _, field, fact = entry.identity
    place = " ".join(part for part in (resource or entry.path, field) if part)
    return printable(f"{rule}: {place}: {fact}" + (f" [{cluster}]" if cluster else ""))


def _entries(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"
