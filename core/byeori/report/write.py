"""Writes a report's files: each appears whole or not at all."""

from pathlib import Path

from byeori.report.html import render_html
from byeori.report.markdown import render_markdown
from byeori.report.model import Report
from byeori.report.serialise import to_json
from byeori.store.files import write_atomically


def write_report(report: Report, folder: Path) -> None:
    """Write `report.html`, `report.md` and `report.json` (figures only) into `folder`.

    `report.md` and `report.json` are the same bytes for the same figures; timings are in the HTML
    alone. Everything is rendered before the first file is replaced.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    texts = {
        "report.json": to_json(report),
        "report.md": render_markdown(report),
        "report.html": render_html(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomically(folder / name, text)
