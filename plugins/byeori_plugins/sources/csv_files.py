"""CSV and TSV (RFC 4180): quoted line ends, any of four delimiters, ragged rows refused."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from byeori import Context, DataError
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.rows import BadRow, FileConfig, FileSource, Row

_DELIMITERS = (",", "\t", ";", "|")
_LARGEST_CELL = 2**31 - 1
"""Characters; the module's own limit of 131,072 is less than a long document."""


def read_csv(
    path: Path, delimiter: str | None = None, columns: Sequence[str] | None = None
) -> Iterator[Row | BadRow]:
    """Read a file of delimited rows; every value is a text, blank lines are passed over.

    Args:
        path: the file.
        delimiter: one character; by default the one that splits the first line into most fields.
        columns: names of the columns of a file without a header.

    Raises:
        DataError: as `text_lines`; a header without names or with a name given twice; a quotation
            mark that is never closed.
    """
    lines = text_lines(path)
    first = next(lines, "")
    csv.field_size_limit(_LARGEST_CELL)
    delimiter = delimiter or recognise_delimiter(first)
    reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    names = list(columns) if columns is not None else None
    start = 1
    while (cells := _next(reader, path, start)) is not None:
        origin = f"{path.name}:{start}"
        start = reader.line_num + 1
        if not cells:
            continue
        if names is None and not isinstance(cells, str):
            names = _header(cells, path)
            continue
        yield _row(cells, names or (), origin)


def recognise_delimiter(line: str) -> str:
    """Of comma, tab, semicolon and bar the one that splits a line into most fields."""

    def fields(delimiter: str) -> int:
        return len(next(csv.reader([line], delimiter=delimiter), ()))

    return max(_DELIMITERS, key=fields)


def _next(reader: Iterator[list[str]], path: Path, start: int) -> list[str] | str | None:
    """The next row's cells; what is wrong with it; or None at the end."""
    try:
        return next(reader, None)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise DataError(
                f"{path}:{start}: a quotation mark opened in this row is never closed; "
                'close it, or double it (`""`) if it is part of the text'
            ) from error
        return f"not CSV: {error}"


def _header(cells: Sequence[str], path: Path) -> list[str]:
    names = [cell.strip() or f"column_{i}" for i, cell in enumerate(cells, start=1)]
    if not any(cell.strip() for cell in cells):
        raise DataError(f"{path}:1: the header names no column; give the names with `columns`")
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path}:1: the header names `{name}` twice; rename one of them")
    return names


def _row(cells: list[str] | str, names: Sequence[str], origin: str) -> Row | BadRow:
    if isinstance(cells, str):
        return BadRow(origin, cells)
    if len(cells) != len(names):
        return BadRow(origin, f"{len(cells)} fields where {len(names)} are named", str(cells))
    return Row(origin, dict(zip(names, cells, strict=True)))


class CsvConfig(FileConfig):
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

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row a record, by the line where it starts."""
        delimiter = None if self.config.delimiter == "auto" else self.config.delimiter
        return read_csv(self.config.path, delimiter, self.config.columns)
