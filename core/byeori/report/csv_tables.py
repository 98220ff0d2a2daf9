"""Every table of a report as CSV, with all digits and intervals in columns of their own."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from byeori.comparison.model import Comparison, Estimate
from byeori.report.energy import energy_total
from byeori.report.figures.radar import radars
from byeori.report.headline import verdict
from byeori.report.model import Report
from byeori.report.scoreboard import mark, scoreboard
from byeori.report.sweep.ablation import ablation
from byeori.report.sweep.model import SweepReport

Rows = Iterable[Mapping[str, Any]]


def csv_tables(report: Report) -> dict[str, str]:
    """By file name, the text of each table that has rows; times and costs among them."""
    tables: dict[str, Rows] = {
        "comparisons.csv": map(comparison_row, report.comparisons),
        "scores.csv": _board(report.comparisons),
        "gates.csv": map(_flat, report.gates),
        "groups.csv": _groups(report.comparisons),
        "rescaled.csv": _rescaled(report),
        "trust.csv": (
            {"evaluator": name, **_plain(d)} for name, of in report.diagnostics.items() for d in of
        ),
        "data.csv": _steps(report),
        "drops.csv": _drops(report),
        "overlaps.csv": _overlaps(report),
        "sources.csv": _sources(report),
        "training.csv": _trainings(report),
        "losses.csv": _losses(report),
        "costs.csv": ({**_plain(cost)} for cost in report.costs),
        "energy.csv": map(_plain, filter(None, [energy_total(report.timings)])),
        "time.csv": (
            {"stage": t.stage, "seconds": t.seconds, "reused": t.reused, **t.measured}
            for t in report.timings
        ),
    }
    tables |= {
        f"{evaluator}-{number}.csv": [dict(zip(one.columns, row, strict=True)) for row in one.rows]
        for evaluator, of in report.tables.items()
        for number, one in enumerate(of, start=1)
    }
    texts = {name: as_csv(list(rows)) for name, rows in tables.items()}
    return {name: text for name, text in texts.items() if text}


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV, with a byte order mark, without which a spreadsheet takes Korean for Latin.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    if not rows:
        return ""
    heads = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return "\ufeff" + out.getvalue().encode("utf-8", "backslashreplace").decode()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def comparison_row(c: Comparison) -> dict[str, Any]:
    """Every figure of a comparison, by column."""
    test = c.test
    return {
        "evaluator": c.evaluator,
        "metric": c.metric,
        "model": c.model,
        "baseline": c.baseline_model,
        "items": c.items,
        "documents": c.documents,
        "unscored": c.dropped,
        **_estimate("baseline", c.baseline),
        **_estimate("tuned", c.tuned),
        **_estimate("difference", c.difference),
        "confidence": c.confidence,
        "test": test.name if test else None,
        "p": test.p_value if test else None,
        "p_adjusted": test.p_adjusted if test else None,
        "correction": test.correction if test else None,
        "tests_in_family": test.family if test else None,
        "effect_size_g": c.effect_size,
        "items_needed": c.items_needed,
        "detectable_difference": c.detectable_difference,
        "reading": verdict(c),
    }


def _board(comparisons: Sequence[Comparison]) -> Rows:
    """One row for each evaluation, one group of columns for each model."""
    board = scoreboard(comparisons)
    for row in board.rows if board else ():
        found: dict[str, Any] = {"evaluator": row.evaluator, "metric": row.metric}
        found |= {"average": row.averaged, **_estimate("baseline", row.base)}
        for model, cell in zip(board.models if board else (), row.cells, strict=True):
            usable = cell is not None and not cell.unreliable
            found |= _estimate(model, cell.tuned if cell and usable else None)
            found[f"{model}_marks"] = mark(cell) if cell else None
        yield found


def _estimate(name: str, estimate: Estimate | None) -> dict[str, Any]:
    ends = (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
    return dict(zip((f"{name}_value", f"{name}_low", f"{name}_high"), ends, strict=True))


def _groups(comparisons: Sequence[Comparison]) -> Rows:
    for c in comparisons:
        for group in c.groups:
            named = {"evaluator": c.evaluator, "metric": c.metric, "model": c.model}
            yield {**named, **_flat(group)}


def _flat(value: Any) -> dict[str, Any]:
    """A dataclass as one row: its estimates become three columns each."""
    row: dict[str, Any] = {}
    for name, part in _plain(value).items():
        row |= _estimate(name, part) if isinstance(part, Estimate) else {name: part}
    return row


def _rescaled(report: Report) -> Rows:
    for radar in radars(report.comparisons, report.scales):
        for outline in radar.outlines:
            for scale, value in zip(radar.scales, outline.values, strict=True):
                yield {
                    **_plain(scale),
                    "model": outline.model,
                    **_estimate("of_100", value),
                }


def _steps(report: Report) -> Iterator[dict[str, Any]]:
    for s in report.steps:
        named = {"step": s.label, "stage": s.stage, "unit": s.unit}
        yield {**named, "kept": s.kept, "dropped": s.dropped, **s.parts}


def _drops(report: Report) -> Rows:
    for s in report.steps:
        for reason, n in s.reasons.items():
            yield {"step": s.label, "stage": s.stage, "reason": reason, "dropped": n}


def _overlaps(report: Report) -> Rows:
    for s in report.steps:
        for evaluator, reasons in s.overlaps.items():
            for reason, n in reasons.items() or (("none", 0),):
                yield {"evaluator": evaluator, "overlap": reason, "training_examples": n}


def _sources(report: Report) -> Rows:
    for s in report.provenance.sources:
        for licence, n in s.licences.items():
            named = {"source": s.use, "stage": s.stage, "from": ", ".join(s.origins)}
            yield {**named, "licence": licence or "unknown", "documents": n}


def _trainings(report: Report) -> Rows:
    for t in report.tunings:
        yield {k: v for k, v in _plain(t).items() if k not in ("config", "losses", "mixture")}


def _losses(report: Report) -> Rows:
    for t in report.tunings:
        for point in t.losses:
            yield {"model": t.id, **_plain(point)}


def ablation_rows(report: SweepReport) -> Iterator[dict[str, Any]]:
    """Of a sweep, one row for each model and metric, with all digits and marks."""
    table = ablation(report)
    for row in table.rows:
        for cell in filter(None, row.cells):
            named = {"variant": row.name, **dict(zip(table.fields, row.settings, strict=True))}
            figures = comparison_row(cell.comparison)
            yield {**named, **figures, "marks": cell.marks, "standing": cell.standing}
