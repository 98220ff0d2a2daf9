"""Reads the records of a file of any form; what a record means is the formats' business."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from byeori import DataError
from byeori_plugins.sources.csv_files import csv_records, read_csv
from byeori_plugins.sources.exam_files import exam_columns
from byeori_plugins.sources.forms import read_rows, recognise_form
from byeori_plugins.sources.instructions.exams import is_headless
from byeori_plugins.sources.instructions.formats import shape_of
from byeori_plugins.sources.json_files import json_text, outline, read_json
from byeori_plugins.sources.opening import plain_name
from byeori_plugins.sources.reading import BadRow, Row

_LISTS = ("data", "rows", "examples", "train")
"""Where an object that is no record itself may hold the array of records."""


def records(path: Path, encoding: str = "utf-8") -> Iterator[Row | BadRow]:
    """The records of a file, whatever its form.

    Raises:
        DataError: as the readers; or a JSON object is neither a record nor holds an array of them.
    """
    form = recognise_form(path, encoding)
    if form == "json":
        return _of_json(path, encoding)
    if form == "csv":
        return read_csv(path, None, _columns(path, encoding), encoding)
    return read_rows(path, form, encoding)


def _columns(path: Path, encoding: str) -> list[str] | None:
    """Names for the columns of a table without a header; None where it has one."""
    _, cells = next(csv_records(path, None, encoding), (0, ""))
    headless = not isinstance(cells, str) and is_headless(cells)
    return exam_columns(len(cells)) if headless and not shape_of(dict.fromkeys(cells)) else None


def _of_json(path: Path, encoding: str) -> Iterator[Row | BadRow]:
    text = json_text(path, encoding)
    if text.next() != "{":
        yield from read_json(path, encoding=encoding)
        return
    fields = outline(path, encoding)
    if shape_of(fields) is None:
        yield from read_json(path, _list_in(fields, path), encoding)
        return
    values, problem = text.value()
    origin = f"{path.name}:1"
    # The file of a task has its name, and nowhere else (Natural Instructions).
    record = {"task": plain_name(path).stem, **values}
    yield BadRow(origin, problem, str(values)) if problem else Row(origin, record)


def _list_in(values: Mapping[str, bool], path: Path) -> str:
    lists = [name for name, is_list in values.items() if is_list]
    known = [name for name in _LISTS if name in lists]
    if not known and len(lists) != 1:
        raise DataError(
            f"{path}: one JSON object with the fields {', '.join(values) or '(none)'} is neither a "
            f"record of a known format nor holds an array of records (in {', '.join(_LISTS)}, or "
            "in its only list)"
        )
    return (known or lists)[0]
