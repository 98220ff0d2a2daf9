"""The table a paper prints: evaluations as rows; the base, the tuned models and differences."""

from collections.abc import Sequence
from dataclasses import dataclass

from byeori.comparison.model import Comparison, Estimate

MARKS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
"""By corrected p-value, at or below; where the confidence of the comparison allows a mark."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One evaluation by one metric.

    Attributes:
        evaluator, metric: what was measured.
        base: the baseline's figure; where models were paired with it on different items, that of
            the comparison with the most.
        shared: whether every model was compared with that very figure.
        cells: by model, in the board's order; None where a model was not compared.
        averaged: whether it is the average of several evaluations.
    """

    evaluator: str
    metric: str
    base: Estimate | None
    shared: bool
    cells: tuple[Comparison | None, ...]
    averaged: bool = False

    @property
    def known(self) -> list[Comparison]:
        """The comparisons there are."""
        return [cell for cell in self.cells if cell is not None]

    @property
    def items(self) -> str:
        """How many items were paired: one number, or from the fewest to the most."""
        counts = sorted({cell.items for cell in self.known})
        return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """All evaluations of a run.

    Attributes:
        baseline: the model the others are compared with.
        models: the tuned ones, in the order they were compared.
        rows: by evaluation and metric.
    """

    baseline: str
    models: tuple[str, ...]
    rows: tuple[BoardRow, ...]


def worth_a_board(comparisons: Sequence[Comparison]) -> bool:
    """Whether a board shows what single comparisons do not: several models, or an average."""
    models = {c.model for c in comparisons}
    return len(models) > 1 or any(c.kind == "average" for c in comparisons)


def scoreboard(comparisons: Sequence[Comparison]) -> Scoreboard | None:
    """The board of these comparisons, which share a baseline; None without any."""
    if not comparisons:
        return None
    models = tuple(dict.fromkeys(c.model for c in comparisons))
    by_metric: dict[tuple[str, str], dict[str, Comparison]] = {}
    for c in comparisons:
        by_metric.setdefault((c.evaluator, c.metric), {})[c.model] = c
    rows = tuple(
        _row(*metric, [found.get(model) for model in models]) for metric, found in by_metric.items()
    )
    return Scoreboard(comparisons[0].baseline_model, models, rows)


def _row(evaluator: str, metric: str, cells: Sequence[Comparison | None]) -> BoardRow:
    known = [cell for cell in cells if cell is not None]
    largest = max(known, key=lambda c: c.items)
    shared = len({cell.baseline for cell in known}) == 1
    averaged = largest.kind == "average"
    return BoardRow(evaluator, metric, largest.baseline, shared, tuple(cells), averaged)


def mark(comparison: Comparison) -> str:
    """`*`, `**` or `***` for a significant difference from the baseline; else empty."""
    if comparison.test is None or not comparison.test.significant or comparison.unreliable:
        return ""
    p = comparison.test.p_adjusted
    return next((stars for level, stars in MARKS if p <= level), "*")
