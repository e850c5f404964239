"""The table of node ports, in the formats that people paste it into."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nplint.output import table
from nplint.output.excerpt import printable, whole
from nplint.output.markdown import escaped

if TYPE_CHECKING:
    from nplint.cli.ports import Claim

_HEAD = ("port", "protocol", "cluster", "service", "place")


def render(claims: "Sequence[Claim]", format: str) -> str:
    """The claimed ports as `text`, `json`, `csv` or `markdown`."""
    rows = [tuple(str(value) for value in claim) for claim in claims]
    if format == "json":
        return json.dumps([claim._asdict() | {"place": whole(claim.place)} for claim in claims], indent=2) + "\n"
    if format == "csv":
        return _csv([_HEAD, *rows])
    if format == "markdown":
        return _markdown(_HEAD, rows)
    return table.text([tuple(word.upper() for word in _HEAD), *rows]) if rows else "no node port is pinned\n"


def render_free(proposals: Mapping[str, Sequence[int]], format: str) -> str:
    """Free ports by cluster, in the same formats."""
    if format == "json":
        return (
            json.dumps([{"cluster": name, "free": list(ports)} for name, ports in proposals.items()], indent=2) + "\n"
        )
    rows = [(name, str(port)) for name, ports in proposals.items() for port in ports]
    if format == "csv":
        return _csv([("cluster", "port"), *rows])
    if format == "markdown":
        return _markdown(("cluster", "port"), rows)
    return "".join(
        f"{printable(name) + ': ' if name else ''}{', '.join(map(str, ports))}\n" for name, ports in proposals.items()
    )


def _markdown(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    return table.markdown([head, *([escaped(cell) for cell in row] for row in rows)])


def _csv(rows: Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet takes a cell that begins like a formula for one."""
    return ("'" if cell.startswith(("=", "+", "-", "@")) else "") + printable(cell)
