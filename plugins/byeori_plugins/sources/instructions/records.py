"""Reads the records of a file of any form; what a record means is the formats' business."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import DataError
from byeori_plugins.sources.csv_files import csv_records, read_csv
from byeori_plugins.sources.exam_files import exam_columns
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.forms import read_rows, recognise_form
from byeori_plugins.sources.instructions.exams import is_headless
from byeori_plugins.sources.instructions.formats import shape_of
from byeori_plugins.sources.json_files import read_json
from byeori_plugins.sources.json_text import JsonText
from byeori_plugins.sources.reading import BadRow, Row

_LISTS = ("data", "rows", "examples", "train")
"""Where an object that is no record itself may hold the array of records."""


def records(path: Path) -> Iterator[Row | BadRow]:
    """The records of a file, whatever its form.

    Raises:
        DataError: as the readers; or a JSON object is neither a record nor holds an array of them.
    """
    form = recognise_form(path)
    if form == "json":
        return _of_json(path)
    if form == "csv":
        return read_csv(path, None, _columns(path))
    return read_rows(path, form)


def _columns(path: Path) -> list[str] | None:
    """Names for the columns of a table without a header; None where it has one."""
    _, cells = next(csv_records(path), (0, ""))
    headless = not isinstance(cells, str) and is_headless(cells)
    return exam_columns(len(cells)) if headless and not shape_of(dict.fromkeys(cells)) else None


def _of_json(path: Path) -> Iterator[Row | BadRow]:
    text = JsonText(path, "".join(text_lines(path)))
    start = text.skip(0)
    if not text.starts("{", start):
        yield from read_json(path)
        return
    values = {name: value for name, _, value in text.object(start)}
    if shape_of(values) is not None:
        # The file of a task has its name, and nowhere else (Natural Instructions).
        yield Row(f"{path.name}:1", {"task": path.stem, **values})
    else:
        yield from read_json(path, _list_in(values, path))


def _list_in(values: Mapping[str, Any], path: Path) -> str:
    lists = [name for name, value in values.items() if isinstance(value, list)]
    known = [name for name in _LISTS if name in lists]
    if not known and len(lists) != 1:
        raise DataError(
            f"{path}: one JSON object with the fields {', '.join(values) or '(none)'} is neither a "
            f"record of a known format nor holds an array of records (in {', '.join(_LISTS)}, or "
            "in its only list)"
        )
    return (known or lists)[0]
