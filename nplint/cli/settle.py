"""What of the findings counts: all but those that are suppressed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from nplint import suppress
from nplint.cli.options import Setting
from nplint.cli.run import covers
from nplint.declared import Config
from nplint.plugins import Plugins
from nplint.report import Report


def settle(
    report: Report, loaded: Plugins, paths: Sequence[str], config: Config, options: dict[str, Setting]
) -> Report:
    """Mark what is suppressed."""
    return suppress.apply(
        replace(report, configuration=config.root.document if config.root else None),
        config.ignores,
        date.today().isoformat(),
        rules=loaded.rules,
        whole=covers(paths, config.folder) and not options["separately"].value,
        hide=not options["no_ignores"].value,
    )
