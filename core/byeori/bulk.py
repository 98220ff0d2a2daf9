"""Rows on disk: turns iterators of records into Arrow files with fixed features, and back.

The files are Arrow IPC streams, as Hugging Face `datasets` writes them: `dataset(path)` opens one
memory-mapped, and `Rows` reads single records from it without loading the rest.
"""

import dataclasses
import hashlib
import itertools
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import pyarrow as pa

from byeori.errors import PluginError
from byeori.records import Document, Example, Item, Score, Turn

if TYPE_CHECKING:
    import datasets

R = TypeVar("R", Document, Example, Item, Score)

BATCH = 1024
_HISTORY = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_SPECIAL: Mapping[str, pa.DataType] = {
    "metadata": pa.string(),
    "history": _HISTORY,
    "choices": pa.list_(pa.string()),
    "answer": pa.int64(),
    "value": pa.float64(),
}


def schema(row_type: type[Any]) -> pa.Schema:
    """Arrow schema of a record; `metadata` travels as a JSON text with sorted keys."""
    return pa.schema(
        (field.name, _SPECIAL.get(field.name, pa.string()))
        for field in dataclasses.fields(row_type)
    )


def content_id(row: Document | Example | Item) -> str:
    """Hash of everything in a row but its id: 16 hexadecimal digits."""
    values = _columns(row)
    del values["id"]
    text = json.dumps([type(row).__name__, values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def with_id(row: R) -> R:
    """The row with its content hash as id, unless it has one."""
    if isinstance(row, Score) or row.id:
        return row
    return dataclasses.replace(row, id=content_id(row))


def _columns(row: Any) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    values["metadata"] = json.dumps(dict(row.metadata), sort_keys=True, ensure_ascii=False)
    if "history" in values:
        values["history"] = [{"role": turn.role, "content": turn.content} for turn in row.history]
    if "choices" in values:
        values["choices"] = list(row.choices)
    return values


def _row(row_type: type[R], values: dict[str, Any]) -> R:
    values["metadata"] = json.loads(values["metadata"])
    if "history" in values:
        values["history"] = tuple(Turn(**turn) for turn in values["history"])
    if "choices" in values:
        values["choices"] = tuple(values["choices"])
    return row_type(**values)


_TEXT_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    Document: ("text",),
    Example: ("instruction", "output"),
    Item: ("instruction",),
    Score: ("item_id", "metric"),
}


def check(row: object, row_type: type[R], maker: str) -> R:
    """Refuse a row a plugin should not have made, naming the plugin and the field.

    Raises:
        PluginError: wrong type, an empty required text, or a text that is not valid Unicode.
    """
    if not isinstance(row, row_type):
        raise PluginError(
            f"{maker} yielded {type(row).__name__}; it must yield {row_type.__name__} rows"
        )
    for field in dataclasses.fields(row_type):
        _check_field(getattr(row, field.name), field.name, row_type.__name__, maker)
    for name in _TEXT_FIELDS[row_type]:
        if not getattr(row, name).strip():
            raise PluginError(
                f"{maker} yielded a {row_type.__name__} with an empty `{name}`; "
                "skip such rows with context.reject(where, reason)"
            )
    return row


def _check_field(value: object, name: str, row_name: str, maker: str) -> None:
    special = _SPECIAL.get(name)
    try:
        if special is None and not isinstance(value, str):
            raise TypeError(f"expected a str, got {type(value).__name__}")
        if isinstance(value, str):
            value.encode()
        elif name == "metadata":
            json.dumps(dict(value), sort_keys=True)  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"{maker} yielded a {row_name} whose `{name}` is not usable: {error}"
        ) from error


def write(path: Path, rows: Iterable[R], row_type: type[R]) -> int:
    """Write rows to an Arrow stream, fsync it, and return their count. Same rows, same bytes."""
    count = 0
    with path.open("wb") as file:
        with pa.ipc.new_stream(file, schema(row_type)) as stream:
            iterator = iter(rows)
            while batch := [_columns(row) for row in itertools.islice(iterator, BATCH)]:
                stream.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema(row_type)))
                count += len(batch)
        file.flush()
        os.fsync(file.fileno())
    return count


class Rows(Sequence[R], Generic[R]):
    """The records of an Arrow file, memory-mapped: `len`, index, slice and iteration."""

    def __init__(self, path: Path, row_type: type[R]) -> None:
        self.path = path
        self.row_type: type[R] = row_type
        with pa.memory_map(str(path)) as source:
            self._table = pa.ipc.open_stream(source).read_all()

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        (values,) = self._table.slice(index % len(self), 1).to_pylist()
        row: R = _row(self.row_type, values)
        return row

    def __iter__(self) -> Iterator[R]:
        for batch in self._table.to_batches(max_chunksize=BATCH):
            for values in batch.to_pylist():
                yield _row(self.row_type, values)

    def column(self, name: str) -> list[Any]:
        """One column's values, without making records."""
        return list(self._table.column(name).to_pylist())


def dataset(path: Path) -> "datasets.Dataset":
    """The file as a memory-mapped `datasets.Dataset`; imports `datasets`."""
    from datasets import Dataset

    return Dataset.from_file(str(path))


def normalise(text: str) -> str:
    """Text as leakage checks compare it: NFKC, case-folded, words only, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())
