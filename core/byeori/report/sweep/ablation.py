"""All models of a sweep by all metrics in one table, with marks: what a paper calls an ablation."""

from dataclasses import dataclass

from byeori.comparison.model import Comparison
from byeori.report.scoreboard import mark
from byeori.report.sweep.model import SweepReport
from byeori.report.sweep.tables import Line, metric_tables


@dataclass(frozen=True, slots=True)
class Cell:
    """One model by one metric.

    Attributes:
        comparison: with its own base.
        marks: `*` to `***` for a significant difference from its base.
        standing: among the models that answered the same items: `★` best, `≈` not told apart
            from the best, or empty.
    """

    comparison: Comparison
    marks: str
    standing: str


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One model: its name, what the sweep set for it, and its cells by metric (None: no score)."""

    name: str
    settings: tuple[str, ...]
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Ablation:
    """The table.

    Attributes:
        fields: what the sweep sets, by short name.
        metrics: evaluator and metric of each column.
        rows: in the order of the variants.
    """

    fields: tuple[str, ...]
    metrics: tuple[tuple[str, str], ...]
    rows: tuple[AblationRow, ...]


def ablation(report: SweepReport) -> Ablation:
    """Every model by every metric, from the same comparisons as the tables of single metrics."""
    tables = metric_tables(report)
    settings = {variant.name: variant.settings for variant in report.variants}
    fields = tuple(dict.fromkeys(field for of in settings.values() for field in of))
    metrics = tuple((table.evaluator, table.metric) for table in tables)
    found: dict[str, dict[tuple[str, str], Line]] = {}
    for table in tables:
        for line in table.lines:
            found.setdefault(line.row.name, {})[table.evaluator, table.metric] = line
    rows = []
    for name, lines in found.items():
        variant = next(iter(lines.values())).row.variants[0]
        set_to = tuple(settings.get(variant, {}).get(field, "") for field in fields)
        rows.append(AblationRow(name, set_to, tuple(_cell(lines.get(m)) for m in metrics)))
    return Ablation(fields, metrics, tuple(rows))


def _cell(line: Line | None) -> Cell | None:
    if line is None:
        return None
    signs = {"best": "★" if line.rivals else "", "tied": "≈"}
    standing = signs.get(line.contender.standing, "") if line.contender else ""
    return Cell(line.row.comparison, mark(line.row.comparison), standing)
