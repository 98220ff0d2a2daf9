"""Tables of an evaluator's own, beside the comparisons that every evaluator has."""

import math
from dataclasses import dataclass

from byeori.errors import PluginError

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTable:
    """One table of an evaluator's own for the report.

    Attributes:
        title: what it shows, such as `Points of base and lora`.
        columns: heads, the first one that of the rows' names.
        rows: cells by column: texts, counts (`int`), figures (`float`), or None for none.
        note: how to read it, or empty.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise PluginError(
                    f"table {self.title!r}: a row has {len(row)} cells for {len(self.columns)} "
                    "columns; give one cell a column"
                )
            if any(isinstance(cell, float) and not math.isfinite(cell) for cell in row):
                raise PluginError(
                    f"table {self.title!r}: a figure is not finite; give None where there is none"
                )
