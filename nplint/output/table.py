"""Rows as a table of text or Markdown; the first one names the columns."""

from collections.abc import Sequence

from nplint.output.excerpt import printable

Rows = Sequence[Sequence[str]]


def text(rows: Rows) -> str:
    """Columns that stand below each other; an empty cell is a dash."""
    shown = [[printable(cell) or "-" for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def markdown(rows: Rows) -> str:
    """A table of cells that are Markdown already."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
