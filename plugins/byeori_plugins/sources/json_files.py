"""JSON lines, and JSON arrays: read strictly, with the line of every record."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field

from byeori import DataError
from byeori.errors import suggest
from byeori_plugins.sources.files import check_file, text_lines
from byeori_plugins.sources.json_text import JsonText, StrictDecoder
from byeori_plugins.sources.opening import beginning, text_pieces
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import FileSource, TextFileConfig


def read_json_lines(path: Path, encoding: str = "utf-8") -> Iterator[Row | BadRow]:
    """Read a file of one JSON object a line; blank lines are passed over.

    Raises:
        DataError: as `text_lines`; or the file is a JSON array.
    """
    check_file(path)
    if beginning(path, encoding).lstrip(" \t\r").startswith("["):
        # Told before its first line is read, which may be the whole of it.
        raise DataError(
            f"{path}:1: this is a JSON array, not JSON lines (one object a line); "
            "as a source of documents, `use: json` reads it"
        )
    strict = StrictDecoder()
    for number, line in enumerate(text_lines(path, encoding), start=1):
        if line.strip():
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
        problem += " (lines end in carriage returns: convert them)" if "\r" in body else ""
    return _checked(origin, value, problem)


def _syntax(error: json.JSONDecodeError, *, whole_line: bool) -> str:
    if "\x00" in error.doc:
        return "NUL bytes: the file is damaged, or not UTF-8 text"
    if not whole_line:
        return "the file ends in the middle of this line: it was cut off; fetch it again"
    return f"not JSON: {error.msg.removesuffix(' starting at')} at column {error.colno}"


def _checked(origin: str, value: object, problem: str) -> Row | BadRow:
    if problem:
        return BadRow(origin, problem, str(value))
    if not isinstance(value, dict):
        return BadRow(origin, f"a JSON object is needed, not {_kind(value)}", str(value))
    return Row(origin, value)


def _kind(value: object) -> str:
    names = {type(None): "null", list: "an array", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def read_json(
    path: Path, records: str | None = None, encoding: str = "utf-8"
) -> Iterator[Row | BadRow]:
    """Read the objects of one JSON array, each with the line where it starts.

    One of them is held at a time. A file that is an object is read twice: to its end first, for
    the fields that hold arrays.

    Args:
        path: the file: an array, or an object with the array in one of its fields.
        records: that field's name; by default the only field that holds an array.
        encoding: of the text.

    Raises:
        DataError: as `text_pieces`; not JSON (with line and column); no array, or several.
    """
    text = json_text(path, encoding)
    first = text.next()
    if first == "{":
        name = _array_in(path, outline(path, encoding), records)
        for field in text.fields():
            if field == name:
                yield from _array_rows(text)
                return
            text.pass_over()
    elif first == "[":
        yield from _array_rows(text)
        text.nothing_more()
    else:
        raise text.error("an array, or an object that holds one, is needed")


def json_text(path: Path, encoding: str = "utf-8") -> JsonText:
    """A file's JSON text, from its beginning.

    Raises:
        DataError: as `check_file`.
    """
    check_file(path)
    return JsonText(path, text_pieces(path, encoding))


def outline(path: Path, encoding: str = "utf-8") -> dict[str, bool]:
    """The fields of the one object that a file holds, and which of them hold an array.

    Raises:
        DataError: as `read_json`.
    """
    text, fields = json_text(path, encoding), {}
    for name in text.fields():
        fields[name] = text.next() == "["
        text.pass_over()
    text.nothing_more()
    return fields


def _array_rows(text: JsonText) -> Iterator[Row | BadRow]:
    for line, value, problem in text.array():
        yield _checked(f"{text.path.name}:{line}", value, problem)


def _array_in(path: Path, fields: Mapping[str, bool], records: str | None) -> str:
    """The field with the array of records."""
    arrays = [name for name, is_array in fields.items() if is_array]
    if records is None and len(arrays) == 1:
        return arrays[0]
    if records is None:
        raise DataError(
            f"{path}: say with `records` which field holds the array of records; "
            f"fields with an array: {', '.join(arrays) or 'none'}"
        )
    if records not in arrays:
        raise DataError(
            f"{path}: no array in a field `{records}`"
            f"{suggest(records, arrays) or '; no field holds an array'}"
        )
    return records


class JsonConfig(TextFileConfig):
    """Settings of `json`."""

    records: str | None = Field(
        None,
        description="Field that holds the array of records, where the file is an object; "
        "by default the only one that holds an array.",
    )


class JsonLines(FileSource[TextFileConfig]):
    """JSON lines: one object a line, read line by line."""

    name = "jsonl"
    version = 1
    config_model = TextFileConfig
    suffixes = (".jsonl", ".ndjson")

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """One row a line."""
        return read_json_lines(path, self.config.encoding)


class Json(FileSource[JsonConfig]):
    """A JSON file: an array of objects, or an object that holds one; one object is held."""

    name = "json"
    version = 1
    config_model = JsonConfig
    suffixes = (".json",)

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """One row an element of the array."""
        return read_json(path, self.config.records, self.config.encoding)
