"""Rows on disk: turns iterators of records into Arrow files with fixed features, and back.

The files are Arrow IPC streams, as Hugging Face `datasets` writes them: `dataset(path)` opens one
memory-mapped, and `Rows` reads single records from it without loading the rest.
"""

import dataclasses
import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import pyarrow as pa

from byeori.records import Answer, Document, Example, Item, Score, Turn

if TYPE_CHECKING:
    import datasets

R = TypeVar("R", Document, Example, Item, Score, Answer)

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
    """Hash of a row's content, 16 hexadecimal digits: equal rows are one, wherever they stood."""
    values = _columns(row)
    for name in ("id", "origin"):
        values.pop(name, None)
    text = json.dumps([type(row).__name__, values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def with_id(row: R) -> R:
    """The row with its content hash as id; an id that a plugin gave it is replaced."""
    if isinstance(row, Score | Answer):
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
