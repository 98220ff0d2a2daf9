"""Writes a report's files: each appears whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from byeori.report.html import render_html
from byeori.report.markdown import render_markdown
from byeori.report.model import Report
from byeori.report.serialise import to_json


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
        write_atomically(folder / name, partial(_write_text, text))


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, fsync it, and put it in `path`'s place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_text(text: str, path: Path) -> None:
    path.write_bytes(text.encode())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
