"""Reads evaluation files with the readers of the sources, and stops at the first row that is bad.

A source may leave bad rows out; an exam with a question missing is another exam.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import DataError
from byeori.errors import suggest
from byeori_plugins.sources.json_files import read_json_lines
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import problem_in

Values = Mapping[str, Any]
"""Column (lower case) to value."""


def json_rows(path: Path) -> Iterator[tuple[int, Values]]:
    """Objects of a JSON lines file with their lines, keys in lower case; blank lines are skipped.

    Raises:
        DataError: as `read_json_lines` and `good_rows`.
    """
    return good_rows(path, read_json_lines(path))


def good_rows(path: Path, rows: Iterable[Row | BadRow]) -> Iterator[tuple[int, Values]]:
    """The values of rows by the names of their columns in lower case, with the rows' lines.

    Raises:
        DataError: a row cannot be read, holds text that no model can be given, or has two columns
            whose names differ in letter case alone.
    """
    for row in rows:
        where = str(path.parent / row.origin)
        if isinstance(row, BadRow):
            found = f"; found {row.text[:60]!r}" if row.text else ""
            raise DataError(f"{where}: {row.reason}{found}")
        if problem := problem_in(row.values):
            raise DataError(f"{where}: the row {problem}")
        yield int(row.origin.rpartition(":")[2]), lowered(row.values, where)


def lowered(values: Values, where: str) -> Values:
    """The values by their columns' names in lower case.

    Raises:
        DataError: two names differ in letter case alone.
    """
    names: dict[str, str] = {}
    for name in values:
        first = names.setdefault(name.strip().lower(), name)
        if first != name:
            raise DataError(
                f"{where}: `{first}` and `{name}` are read as one column, whatever the case of "
                "the letters; rename one of them"
            )
    return {lower: values[name] for lower, name in names.items()}


def text_field(row: Values, names: tuple[str, ...], where: str, *, required: bool) -> str:
    """The first of several columns that a row has, as text; numbers are written out.

    Raises:
        DataError: it is missing, empty or no text; `where` is `file:line`.
    """
    for name in names:
        value = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            continue
        if not isinstance(value, str):
            raise DataError(f"{where}: `{name}` must be text, found {type(value).__name__}")
        if value.strip():
            return value.strip()
    if required:
        raise missing(row, names, where)
    return ""


def missing(row: Values, names: tuple[str, ...], where: str) -> DataError:
    """What to raise where none of several columns has a value."""
    if empty := next((name for name in names if name in row), ""):
        return DataError(f"{where}: `{empty}` is empty")
    return DataError(f"{where}: `{names[0]}` is missing{suggest(names[0], list(row))}")
