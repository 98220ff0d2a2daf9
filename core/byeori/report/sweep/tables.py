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


@dataclass(frozen=True, slots=True)
class Place:
    """How a model stands against the best on its items, for people.

    Attributes:
        verdict: decides the colour.
        words: such as `not told apart`.
        difference: its mean minus the best one's, with interval; empty where there is none.
        p: of the pair, corrected; empty where there is none.
    """

    verdict: Verdict
    words: str
    difference: str = ""
    p: str = ""

    def __str__(self) -> str:
        figures = ", ".join(part for part in (self.difference, self.p) if part)
        return f"{self.words}: {figures}" if figures else self.words


def standing(line: Line) -> Place:
    """How a model stands against the best on its items."""
    contender = line.contender
    if contender is None:
        return Place("no-difference", "no paired test")
    if contender.standing == "best":
        alone = Place("no-difference", "alone on its items")
        return Place("better", "★ best") if line.rivals else alone
    against = contender.against_best
    if against is None or against.difference is None or against.test is None:
        return Place("too-few", "not tested")
    d = against.difference
    span = formats.interval(d, with_sign=True)
    figures = f"{formats.signed(d.value)} ({span or formats.NO_INTERVAL})"
    p = formats.p_value(against.test.p_adjusted)
    if contender.standing == "tied":
        return Place("no-difference", "not told apart", figures, p)
    higher = d.value > 0  # on the items both have scores for
    found: Verdict = "worse" if higher == against.lower_is_better else "better"
    return Place(found, "▲ higher" if higher else "▼ lower", figures, p)
