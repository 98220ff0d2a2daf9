"""The rows of a sweep's table, metric by metric, each with its place among the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from byeori.comparison.model import Comparison, Contender
from byeori.report import formats
from byeori.report.model import Verdict
from byeori.report.sweep.model import Row, SweepReport


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table.

    Attributes:
        row: the model against its base.
        contender: the model among the others; None for a summary, which has no tests.
        group: number of the set of items it answered, from 1.
        rivals: how many other models answered that set.
    """

    row: Row
    contender: Contender | None
    group: int
    rivals: int


@dataclass(frozen=True, slots=True)
class MetricTable:
    """All models by one metric.

    Attributes:
        evaluator, metric: what was measured.
        lines: in the order of the variants.
        groups: how many sets of items there are.
    """

    evaluator: str
    metric: str
    lines: tuple[Line, ...]
    groups: int

    def comparisons(self) -> list[Comparison]:
        """For a plot: each model under its name in the table."""
        rows = [line.row for line in self.lines]
        return [replace(r.comparison, model=r.name, baseline_model="its base") for r in rows]


def metric_tables(report: SweepReport) -> list[MetricTable]:
    """One table for each metric, in the recipe's order."""
    metrics: dict[tuple[str, str], list[Row]] = {}
    for row in report.rows:
        key = row.comparison.evaluator, row.comparison.metric
        metrics.setdefault(key, []).append(row)
    return [_table(*metric, rows, report) for metric, rows in metrics.items()]


def _table(evaluator: str, metric: str, rows: Sequence[Row], report: SweepReport) -> MetricTable:
    mine = [c for c in report.contests if (c.evaluator, c.metric) == (evaluator, metric)]
    places = {
        contender.name: (contender, number, len(contest.contenders) - 1)
        for number, contest in enumerate(mine, start=1)
        for contender in contest.contenders
    }
    lines = tuple(Line(row, *places.get(row.name, (None, 0, 0))) for row in rows)
    return MetricTable(evaluator, metric, lines, len(mine))


def standing(line: Line) -> tuple[Verdict, str]:
    """How a model stands against the best on its items: a verdict, and what to write."""
    contender = line.contender
    if contender is None:
        return "no-difference", "no paired test"
    if contender.standing == "best":
        return ("better", "★ best") if line.rivals else ("no-difference", "alone on its items")
    against = contender.against_best
    if against is None or against.difference is None or against.test is None:
        return "too-few", "not tested"
    figures = (
        f"{formats.signed(against.difference.value)}, {formats.p_value(against.test.p_adjusted)}"
    )
    if contender.standing == "tied":
        return "no-difference", f"not told apart ({figures})"
    found: Verdict = "better" if against.difference.value > 0 else "worse"
    return found, f"{'▲ higher' if found == 'better' else '▼ lower'} ({figures})"
