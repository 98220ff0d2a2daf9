"""Writes a report's files: each appears whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from byeori.report.card import model_card
from byeori.report.csv_tables import ablation_rows, as_csv, csv_tables
from byeori.report.figures import figure_files, forest_files
from byeori.report.html import render_html, render_sweep_html
from byeori.report.markdown import render_markdown
from byeori.report.model import Report
from byeori.report.serialise import sweep_to_json, to_json
from byeori.report.sweep.markdown import render_sweep_markdown
from byeori.report.sweep.model import SweepReport
from byeori.report.sweep.tables import metric_tables
from byeori.store.files import write_atomically


def write_report(report: Report, folder: Path) -> None:
    """Write `report.html`, `report.md` and `report.json` (figures only) into `folder`.

    Beside them `cards/ID.md`, the model card of each tuned model; `tables/*.csv`, every table; and
    `figures/*.svg`, every figure. All but what tells time and costs (the HTML and `time.csv`,
    `energy.csv` and `costs.csv` in `tables/`) are the same bytes for the same figures. Everything
    is rendered before the first file is replaced; tables and figures of an earlier report that this
    one lacks go.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    texts = {
        "report.json": to_json(report),
        "report.md": render_markdown(report),
        "report.html": render_html(report),
    }
    texts |= {f"cards/{t.id}.md": model_card(report, t.id) for t in report.tunings}
    texts |= {f"tables/{name}": text for name, text in csv_tables(report).items()}
    texts |= {f"figures/{name}": text for name, text in figure_files(report).items()}
    _write(texts, folder)


def write_sweep_files(report: SweepReport, folder: Path) -> None:
    """Write the same for the one table of a sweep; all are the same bytes each time.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    texts = {
        "report.json": sweep_to_json(report),
        "report.md": render_sweep_markdown(report),
        "report.html": render_sweep_html(report),
    }
    if rows := as_csv(list(ablation_rows(report))):
        texts["tables/comparisons.csv"] = rows
    for table in metric_tables(report):
        files = forest_files(table.comparisons(), f"{table.evaluator}-{table.metric}")
        texts |= {f"figures/{name}": text for name, text in files}
    _write(texts, folder)


def _write(texts: Mapping[str, str], folder: Path) -> None:
    """Write them all, and remove what an earlier report had besides."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_atomically(folder / name, text)
    for kind in ("cards/*.md", "tables/*.csv", "figures/*.svg"):
        for old in folder.glob(kind):
            if old.relative_to(folder).as_posix() not in texts:
                old.unlink()
