"""Which form a file of rows has: JSON, JSON lines, CSV or Parquet."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from byeori import DataError
from byeori_plugins.sources.csv_files import read_csv
from byeori_plugins.sources.files import check_file
from byeori_plugins.sources.json_files import json_text, read_json, read_json_lines
from byeori_plugins.sources.opening import beginning, plain_name
from byeori_plugins.sources.parquet_files import read_parquet
from byeori_plugins.sources.reading import BadRow, Row

Form = Literal["csv", "json", "jsonl", "parquet"]

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
_SHORT = 2**16
"""Characters; a first line that is longer is not decoded whole to find out what it is."""
_BY_SUFFIX: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def recognise_form(path: Path, encoding: str = "utf-8") -> Form:
    """The form of a file, by its name where that says it, else by its first two lines.

    Raises:
        DataError: as `text_lines`.
    """
    if known := _BY_SUFFIX.get(plain_name(path).suffix.lower()):
        return known
    check_file(path)
    start = beginning(path, encoding)
    first, second = [*filter(None, map(str.strip, start.split("\n"))), "", ""][:2]
    if first.startswith("["):
        return "json"
    if first.lower().startswith(("<!doctype", "<html")):
        raise DataError(f"{path}: this is a web page, not data; was an error page saved instead?")
    if not first.startswith("{"):
        return "csv"
    if "\n" not in start.lstrip() and len(start) > _SHORT:
        return "json" if _is_one_object(path, encoding) else "jsonl"
    try:
        alone = json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    holds_records = any(isinstance(value, list) for value in alone.values())
    return "json" if holds_records and not second else "jsonl"


def _is_one_object(path: Path, encoding: str) -> bool:
    """Whether nothing follows the object that a file begins with; it is not held."""
    text = json_text(path, encoding)
    for _ in text.fields():
        text.pass_over()
    return not text.next()


def read_rows(path: Path, form: Form, encoding: str = "utf-8") -> Iterator[Row | BadRow]:
    """The rows of a file.

    Raises:
        DataError: as `read_csv`, `read_json`, `read_json_lines` and `read_parquet`.
    """
    readers: dict[Form, Callable[[], Iterator[Row | BadRow]]] = {
        "csv": lambda: read_csv(path, encoding=encoding),
        "json": lambda: read_json(path, encoding=encoding),
        "jsonl": lambda: read_json_lines(path, encoding),
        "parquet": lambda: read_parquet(path),
    }
    return readers[form]()
