"""CSV and TSV (RFC 4180): quoted line ends, any of four delimiters, ragged rows refused."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from byeori import DataError
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import FileSource, TextFileConfig

_DELIMITERS = (",", "\t", ";", "|")
_LARGEST_CELL = 2**31 - 1
"""Characters; the module's own limit of 131,072 is less than a long document."""


def read_csv(
    path: Path,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    encoding: str = "utf-8",
) -> Iterator[Row | BadRow]:
    """Read a file of delimited rows; every value is a text, blank lines are passed over.

    Args:
        path: the file.
        delimiter: one character; by default the one that splits the first line into most fields.
        columns: names of the columns of a file without a header.
        encoding: of the text.

    Raises:
        DataError: as `text_lines`; a header without names or with a name given twice; a quotation
            mark that is never closed.
    """
    names = list(columns) if columns is not None else None
    for line, cells in csv_records(path, delimiter, encoding):
        origin = f"{path.name}:{line}"
        if isinstance(cells, str):
            yield BadRow(origin, cells)
        elif names is None:
            names = _header(cells, path)
        elif len(cells) == len(names):
            yield Row(origin, dict(zip(names, cells, strict=True)))
        elif len(cells) > 1 or cells[0].strip():
            yield BadRow(origin, f"{len(cells)} fields where {len(names)} are named", str(cells))


def csv_records(
    path: Path, delimiter: str | None = None, encoding: str = "utf-8"
) -> Iterator[tuple[int, list[str] | str]]:
    """Read a file of delimited rows without naming the fields; empty lines are passed over.

    Args:
        path: the file.
        delimiter, encoding: as for `read_csv`.

    Yields:
        The line where a row starts, with its fields, or with what is wrong with it.

    Raises:
        DataError: as `text_lines`; a quotation mark that is never closed.
    """
    lines = text_lines(path, encoding)
    first = next(lines, "")
    delimiter = delimiter or recognise_delimiter(first)
    reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    start = 1
    while (cells := _next(reader, path, start)) is not None:
        if cells:
            yield start, cells
        start = reader.line_num + 1


@contextmanager
def _long_cells() -> Iterator[None]:
    """The module's limit belongs to the process: it is lifted for one row and put back."""
    before = csv.field_size_limit(_LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def recognise_delimiter(line: str) -> str:
    """Of comma, tab, semicolon and bar the one that splits a line into most fields."""

    def fields(delimiter: str) -> int:
        return len(next(csv.reader([line.replace("\r", " ")], delimiter=delimiter), ()))

    with _long_cells():
        return max(_DELIMITERS, key=fields)


def _next(reader: Iterator[list[str]], path: Path, start: int) -> list[str] | str | None:
    """The next row's cells; what is wrong with it; or None at the end."""
    try:
        with _long_cells():
            return next(reader, None)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise DataError(
                f"{path}:{start}: a quotation mark opened in this row is never closed; "
                'close it, or double it (`""`) if it is part of the text'
            ) from error
        if "new-line character" in str(error):
            return (
                "a carriage return inside a line: old Macs end lines so; convert it to line feeds"
            )
        return f"not CSV: {error}"


def _header(cells: Sequence[str], path: Path) -> list[str]:
    names = [cell.strip() or f"column_{i}" for i, cell in enumerate(cells, start=1)]
    if not any(cell.strip() for cell in cells):
        raise DataError(f"{path}:1: the header names no column; give the names with `columns`")
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path}:1: the header names `{name}` twice; rename one of them")
    return names


class CsvConfig(TextFileConfig):
    """Settings of `csv`."""

    delimiter: Literal["auto", ",", "\t", ";", "|"] = Field(
        "auto", description="What separates fields; recognised from the first line by default."
    )
    columns: tuple[str, ...] | None = Field(
        None, min_length=1, description="Names of the columns, for a file without a header."
    )

    @field_validator("columns")
    @classmethod
    def _names_differ(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and len(set(value)) < len(value):
            raise ValueError("two columns have the same name")
        return value


class Csv(FileSource[CsvConfig]):
    """CSV or TSV with a header (or `columns`); a column without a name is called `column_N`."""

    name = "csv"
    version = 1
    config_model = CsvConfig
    suffixes = (".csv", ".tsv")

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """One row a record, by the line where it starts."""
        delimiter = None if self.config.delimiter == "auto" else self.config.delimiter
        return read_csv(path, delimiter, self.config.columns, self.config.encoding)
