"""Which form a file of rows has: JSON, JSON lines, CSV or Parquet."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from byeori_plugins.sources.csv_files import read_csv
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.json_files import read_json, read_json_lines
from byeori_plugins.sources.parquet_files import read_parquet
from byeori_plugins.sources.reading import BadRow, Row

Form = Literal["csv", "json", "jsonl", "parquet"]

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
_BY_SUFFIX: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def recognise_form(path: Path) -> Form:
    """The form of a file, by its name where that says it, else by its first two lines.

    Raises:
        DataError: as `text_lines`.
    """
    if known := _BY_SUFFIX.get(path.suffix.lower()):
        return known
    lines = (line.strip() for line in text_lines(path))
    first, second = [*itertools.islice(filter(None, lines), 2), "", ""][:2]
    if first.startswith("["):
        return "json"
    if not first.startswith("{"):
        return "csv"
    try:
        alone = json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    holds_records = any(isinstance(value, list) for value in alone.values())
    return "json" if holds_records and not second else "jsonl"


def read_rows(path: Path, form: Form) -> Iterator[Row | BadRow]:
    """The rows of a file.

    Raises:
        DataError: as `read_csv`, `read_json`, `read_json_lines` and `read_parquet`.
    """
    readers: dict[Form, Callable[[Path], Iterator[Row | BadRow]]] = {
        "csv": read_csv,
        "json": read_json,
        "jsonl": read_json_lines,
        "parquet": read_parquet,
    }
    return readers[form](path)
