"""Prints the one table of a sweep."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from byeori.cli.tables import estimate, print_table
from byeori.comparison.model import Estimate


def is_table_of_sweep(text: str) -> bool:
    """Whether the text of a `report.json` is that of a sweep."""
    try:
        return "contests" in json.loads(text)
    except ValueError:
        return False


def print_sweep_headline(text: str, folder: Path, *, as_json: bool) -> None:
    """Print title, table and repetitions of a sweep's `report.json`."""
    from byeori.report.serialise import sweep_from_json
    from byeori.report.sweep.tables import metric_tables, standing

    report = sweep_from_json(text)  # says so where the file is broken
    if as_json:
        click.echo(text, nl=False)
        return
    click.echo(report.title)
    click.echo("\n".join(f"  {sentence}" for sentence in report.lines))
    rows = []
    for table in metric_tables(report):
        for line in table.lines:
            c = line.row.comparison
            p = "-" if c.test is None else f"{c.test.p_adjusted:.2g}"
            base, tuned, difference = map(_as_json, (c.baseline, c.tuned, c.difference))
            figures = estimate(base), estimate(tuned), estimate(difference, signed=True)
            name, best = line.row.name, str(standing(line))
            rows.append((c.evaluator, c.metric, name, c.items, *figures, p, best))
    print_table(HEADER, rows)
    for repeated in report.repetitions:
        what = f"{repeated.evaluator} {repeated.metric}, {repeated.name}"
        value, runs = repeated.value, len(repeated.values)
        spread = f"sd {value.standard_deviation:.3f} over {runs} runs"
        click.echo(f"{what}: {estimate(_as_json(value))}, {spread}")
    click.echo(f"report: {folder / 'report.html'}")


def _as_json(figure: Estimate | None) -> dict[str, Any] | None:
    return None if figure is None else asdict(figure)


HEADER: tuple[str, ...] = (
    "evaluation", "metric", "model", "items", "base", "tuned", "difference", "p", "the best",
)  # fmt: skip
