"""JSON lines, and whole-file JSON: read strictly, with the line of every record."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from byeori import Context, DataError
from byeori.errors import suggest
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.json_text import JsonText, StrictDecoder
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import FileConfig, FileSource


def read_json_lines(path: Path) -> Iterator[Row | BadRow]:
    """Read a file of one JSON object a line; blank lines are passed over.

    Raises:
        DataError: as `text_lines`; or the file is a JSON array.
    """
    strict = StrictDecoder()
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            raise DataError(
                f"{path}:1: this is a JSON array, not JSON lines (one object a line); "
                "as a source of documents, `use: json` reads it"
            )
        yield _line_row(strict, f"{path.name}:{number}", line)


def _line_row(strict: StrictDecoder, origin: str, line: str) -> Row | BadRow:
    body = line.strip()
    try:
        value, end, problem = strict.value(body, 0)
    except RecursionError:
        return BadRow(origin, "the object is nested too deeply", body)
    except json.JSONDecodeError as error:
        return BadRow(origin, _syntax(error, whole_line=line.endswith("\n")), body)
    if body[end:].strip():
        problem = "more than one JSON value on the line"
    return _checked(origin, value, problem)


def _syntax(error: json.JSONDecodeError, *, whole_line: bool) -> str:
    if "\x00" in error.doc:
        return "NUL bytes: the file is damaged, or not UTF-8 text"
    if not whole_line:
        return "the file ends in the middle of this line: it was cut off; fetch it again"
    return f"not JSON: {error.msg} at column {error.colno}"


def _checked(origin: str, value: object, problem: str) -> Row | BadRow:
    if problem:
        return BadRow(origin, problem, str(value))
    if not isinstance(value, dict):
        return BadRow(origin, f"a JSON object is needed, not {_kind(value)}", str(value))
    return Row(origin, value)


def _kind(value: object) -> str:
    names = {type(None): "null", list: "an array", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def read_json(path: Path, records: str | None = None) -> Iterator[Row | BadRow]:
    """Read the objects of one JSON array, each with the line where it starts.

    Args:
        path: the file: an array, or an object with the array in one of its fields.
        records: that field's name; by default the only field that holds an array.

    Raises:
        DataError: as `text_lines`; not JSON (with line and column); no array, or several.
    """
    text = JsonText(path, "".join(text_lines(path)))
    start = text.skip(0)
    if text.starts("{", start):
        yield from _array_rows(text, _array_in_object(text, start, records))
    elif text.starts("[", start):
        yield from _array_rows(text, start)
        text.nothing_after(text.end)
    else:
        raise text.error(start, "an array, or an object that holds one, is needed")


def _array_rows(text: JsonText, start: int) -> Iterator[Row | BadRow]:
    line, counted = 1, 0
    for position, value, problem in text.array(start):
        line, counted = text.line(position, counted, line), position
        yield _checked(f"{text.path.name}:{line}", value, problem)


def _array_in_object(text: JsonText, start: int, records: str | None) -> int:
    """Where the array of records starts in the object at `start`."""
    arrays = {
        name: position for name, position, value in text.object(start) if isinstance(value, list)
    }
    text.nothing_after(text.end)
    if records is None and len(arrays) == 1:
        return next(iter(arrays.values()))
    if records is None:
        raise DataError(
            f"{text.path}: say with `records` which field holds the array of records; "
            f"fields with an array: {', '.join(arrays) or 'none'}"
        )
    if records not in arrays:
        raise DataError(
            f"{text.path}: no array in a field `{records}`"
            f"{suggest(records, list(arrays)) or '; no field holds an array'}"
        )
    return arrays[records]


class JsonConfig(FileConfig):
    """Settings of `json`."""

    records: str | None = Field(
        None,
        description="Field that holds the array of records, where the file is an object; "
        "by default the only one that holds an array.",
    )


class JsonLines(FileSource[FileConfig]):
    """JSON lines: one object a line, read line by line."""

    name = "jsonl"
    version = 1
    config_model = FileConfig

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row a line."""
        return read_json_lines(self.config.path)


class Json(FileSource[JsonConfig]):
    """A JSON file: an array of objects, or an object that holds one; read as a whole."""

    name = "json"
    version = 1
    config_model = JsonConfig

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row an element of the array."""
        return read_json(self.config.path, self.config.records)
