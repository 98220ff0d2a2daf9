"""A table beside ours as rows of texts, for terminal, Markdown and HTML alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from byeori.comparison.model import Estimate
from byeori.report import formats
from byeori.report.markdown import figure
from byeori.reproduction.outcome import Cell, TableOutcome
from byeori.reproduction.printed import decimals, printed_number

DIGITS = 6
"""Significant digits of a figure that the paper does not print and that has no interval."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as texts: for each column the paper's and ours, then the row's mark."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grid(table: TableOutcome) -> Grid:
    """The table beside ours."""
    heads = [f"{column}: {side}" for column in table.columns for side in ("paper", "ours")]
    rows = []
    for row, cells in groupby(table.cells, key=lambda cell: cell.row):
        of_row = list(cells)
        texts = [text for cell in of_row for text in (cell.paper, shown(cell))]
        rows.append((row, *texts, _mark(of_row)))
    return Grid(("", *heads, "mark"), tuple(rows))


def shown(cell: Cell) -> str:
    """Our figure: with its interval, or with the digits that the paper prints."""
    ours = cell.ours
    if ours is None:
        return formats.NONE if cell.paper else ""
    if isinstance(ours, str):
        return ours
    if ours.low is not None:
        return figure(ours)
    return _digits(ours, cell.paper)


def _digits(ours: Estimate, paper: str) -> str:
    number = printed_number(paper)
    if number is None or "e" in paper.lower():
        return f"{ours.value:.{DIGITS}g}"
    return f"{ours.value:.{max(decimals(number), _own(ours.value))}f}"


def _own(value: float) -> int:
    """Decimal places that a setting such as 0.05 has; none for what has many."""
    text = f"{value:.12g}"
    places = len(text.partition(".")[2]) if "e" not in text else 0
    return places if places <= DIGITS else 0


def _mark(cells: Sequence[Cell]) -> str:
    marks = [(cell.column, cell.mark) for cell in cells if cell.mark]
    if len({mark for _, mark in marks}) < 2:
        return marks[0][1] if marks else ""
    return "; ".join(f"{column}: {mark}" for column, mark in marks)


def reasons(table: TableOutcome) -> Iterator[str]:
    """Why cells are different or have no figure of ours, cells of one reason together."""
    found: dict[tuple[str, str], list[str]] = {}
    for cell in table.cells:
        if cell.why and cell.why not in (table.how, table.error):
            found.setdefault((cell.mark, cell.why), []).append(_named(cell, table))
    for (mark, why), names in found.items():
        yield f"{mark}: {', '.join(names)}: {why}"


def _named(cell: Cell, table: TableOutcome) -> str:
    return f"{cell.row}, {cell.column}" if len(table.columns) > 1 else cell.row
