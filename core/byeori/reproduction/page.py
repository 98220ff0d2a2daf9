"""Writes a paper's tables beside ours: a page to read, one to paste, figures to compute with."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from byeori.comparison.model import Estimate
from byeori.report.csv_tables import as_csv
from byeori.report.markdown import escape
from byeori.report.markdown import table as table_lines
from byeori.report.rendering import environment
from byeori.reproduction.grid import grid, reasons
from byeori.reproduction.outcome import Cell, Reproduction, TableOutcome
from byeori.store.files import write_atomically


def write_pages(outcome: Reproduction, folder: Path, stem: str) -> None:
    """Write `STEM.html`, `STEM.md`, `STEM.json` and `STEM.csv`, each whole or not at all.

    The same figures give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "json": as_json(outcome),
        "csv": as_csv([row for table in outcome.tables for row in _rows(table)]),
        "md": render_markdown(outcome),
        "html": render_html(outcome),
    }
    for ending, text in texts.items():
        write_atomically(folder / f"{stem}.{ending}", text)


def as_json(outcome: Reproduction) -> str:
    """Everything, with the mark of each table."""
    values = asdict(outcome)
    for table, given in zip(outcome.tables, values["tables"], strict=True):
        given |= {"mark": table.mark, "says": table.says, "counts": dict(table.counts)}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def _rows(table: TableOutcome) -> Iterator[dict[str, object]]:
    for cell in table.cells:
        yield {"table": table.table, "row": cell.row, "column": cell.column, **_figures(cell)}


def _figures(cell: Cell) -> dict[str, object]:
    ours = cell.ours
    figure = ours if isinstance(ours, Estimate) else None
    return {
        "paper": cell.paper,
        "ours": figure.value if figure else ours,
        "low": figure.low if figure else None,
        "high": figure.high if figure else None,
        "mark": cell.mark,
        "why": cell.why,
    }


def render_html(outcome: Reproduction) -> str:
    """The page; every text is escaped."""
    tables = [(table, grid(table), list(remarks(table))) for table in outcome.tables]
    template = environment().get_template("reproduction.html.j2")
    return template.render(outcome=outcome, tables=tables, script="")


def render_markdown(outcome: Reproduction) -> str:
    """The same, for a repository or a mail."""
    lines = [f"# {escape(outcome.title)}", "", escape(outcome.citation), "", outcome.models, ""]
    heads = ("table", "what it shows", "mark")
    rows = [(escape(t.table), escape(t.shows), escape(t.says)) for t in outcome.tables]
    lines += table_lines(heads, rows)
    for table in outcome.tables:
        lines += ["", f"## {escape(table.table)}", "", f"{escape(table.shows)}", ""]
        lines += [f"**{escape(table.says)}.** {escape(table.how)}", ""]
        cells = grid(table)
        lines += table_lines(
            [escape(head) for head in cells.heads], [list(map(escape, row)) for row in cells.rows]
        )
        said = [escape(line) for line in remarks(table)]
        lines += ["", *(f"- {line}" for line in said)] if said else []
        lines += ["", f"To run it: `{table.command}`"] if table.command else []
    return "\n".join(lines) + "\n"


def remarks(table: TableOutcome) -> Iterator[str]:
    """What must be read with a table: its rule, what differs, why cells are marked as they are."""
    if table.error:
        yield f"It failed: {table.error}"
    if table.rule:
        yield table.rule
    if table.differs:
        yield f"What differs: {table.differs}"
    yield from table.notes
    yield from reasons(table)
