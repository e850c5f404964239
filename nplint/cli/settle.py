"""What of the findings counts: suppressions, and the baseline."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from nplint import baseline, suppress
from nplint.baseline import Baseline, Entry
from nplint.cli import put
from nplint.cli.options import REVISION_NAMES, Setting, limits
from nplint.cli.parting import covers
from nplint.cli.terminal import tell, today
from nplint.declared import Config
from nplint.errors import NplintError
from nplint.extent import Extent
from nplint.output.excerpt import printable
from nplint.plugins import Plugins
from nplint.report import Report

_MOST_TOLD = 10


def settle(
    report: Report, loaded: Plugins, paths: Sequence[str], config: Config, options: Mapping[str, Setting]
) -> Report:
    """Mark what is suppressed, and what the baseline knows unless it is being written.

    Raises:
        NplintError: the baseline is none, or cannot be read.
    """
    report = suppress.apply(
        replace(report, configuration=config.root.document if config.root else None),
        config.ignores,
        today(),
        rules=loaded.rules,
        whole=_is_whole(paths, config, options),
        hide=not options["no_ignores"].value,
    )
    file = options["baseline"].value
    writes = "write_baseline" in options and options["write_baseline"].value
    return baseline.match(report, _load(file, options)).report if file and not writes else report


def keep_baseline(
    report: Report, loaded: Plugins, paths: Sequence[str], config: Config, options: Mapping[str, Setting]
) -> Report:
    """Write the baseline, or tell what it has of entries that stand for nothing any more.

    Raises:
        NplintError: the baseline is none, or cannot be read or written.
    """
    file, new = options["baseline"].value, options["write_baseline"].value
    if new in ("", "-"):
        raise NplintError("--write-baseline is given no file: name the one to write")
    known = Baseline(new) if new and not os.path.lexists(new) else _load(new or file, options)
    left = baseline.match(report, known).left
    extent = Extent(report, whole=_is_whole(paths, config, options))
    gone = baseline.gone(left, known, extent, partial(covers, paths), loaded.rules)
    if not new:
        _tell_gone(gone, file)
        return report
    dropped = {id(entry) for entry in gone}
    return _write(report, known, [entry for entry in left if id(entry) not in dropped])


def _load(file: str, options: Mapping[str, Setting]) -> Baseline:
    return baseline.load(file, file, limits(options))


def _is_whole(paths: Sequence[str], config: Config, options: Mapping[str, Setting]) -> bool:
    """Whether a run leaves no manifest of the project out."""
    separately = options["separately"].value
    return (
        covers(paths, config.folder)
        and not separately
        and not any(name in options and options[name].value not in (None, False) for name in REVISION_NAMES)
    )


def _write(report: Report, old: Baseline, kept: list[Entry]) -> Report:
    """Write what counts now, and keep the entries of which this run cannot say that they are gone."""
    # What a change does is no debt that stays: the same change another day is another one.
    events = {run.rule.name for run in report.runs if run.rule.is_about_changes}
    lasting = [finding for finding in report.open if finding.rule not in events]
    entries = [entry for finding in lasting for entry in old.entries_of(finding)]
    new = Baseline(old.file, [*entries, *kept])
    put.write(old.file, baseline.text(new.entries))
    beside = f", and kept {_entries(len(kept))} that this run cannot judge" if kept else ""
    tell(f"wrote {_entries(len(entries))} to {printable(old.file)}{beside}")
    return baseline.match(report, new).report


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
