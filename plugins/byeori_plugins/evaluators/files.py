"""Reads evaluation files: rows of JSON lines or CSV, each with the line it starts on."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import DataError

Row = Mapping[str, Any]
"""Column (lower case) to value."""

# One field may hold a whole document.
_LONGEST_FIELD = 2**27


def read_text(path: Path) -> str:
    """The whole file, which must be UTF-8 (a byte-order mark is dropped) and hold no NUL.

    Raises:
        DataError: it cannot be read, naming the line of the first wrong byte.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}:{line}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{path}:{line}: a NUL byte; the file is damaged or UTF-16")
    if not text.strip():
        raise DataError(f"{path}: the file is empty; expected one question a line")
    return text


def json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Objects of a JSON lines file with their lines, keys in lower case; blank lines are skipped.

    Raises:
        DataError: a line is not a JSON object, naming it.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            # An escaped half of a surrogate pair is JSON, but no text.
            json.dumps(row, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{path}:{number}: not usable as JSON ({error}); expected one object a line, "
                f"found {line[:60]!r}"
            ) from error
        if not isinstance(row, dict):
            raise DataError(
                f"{path}:{number}: expected a JSON object, found {type(row).__name__}: "
                f"{line[:60]!r}"
            )
        yield number, {key.lower(): value for key, value in row.items()}


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Records of a CSV (or, by its ending, TSV) file with the lines they start on.

    Raises:
        DataError: a quote is not closed or misplaced, naming the line.
    """
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    before = csv.field_size_limit(_LONGEST_FIELD)
    lines = io.StringIO(read_text(path), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}:{start}: not CSV ({error}); check the quotes") from error
    finally:
        csv.field_size_limit(before)


def text_field(row: Row, names: tuple[str, ...], where: str, *, required: bool) -> str:
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
        raise DataError(
            f"{where}: `{names[0]}` is missing or empty; found the columns {sorted(row)}"
        )
    return ""
