"""Parquet files, and the way from Arrow's values to what JSON can hold."""

import datetime
import decimal
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import DataError
from byeori_plugins.sources.files import check_file
from byeori_plugins.sources.opening import plain_name
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import FileConfig, FileSource


def read_parquet(path: Path) -> Iterator[Row | BadRow]:
    """Read a Parquet file batch by batch; origins are `file:row`, rows counted from 1.

    Raises:
        DataError: no such file, empty, or not (whole) Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_file(path)
    if plain_name(path) != path:
        raise DataError(f"{path}: a packed Parquet file; unpack it, Parquet is packed within")
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024):
                for values in batch.to_pylist():
                    number += 1
                    yield plain_row(f"{path.name}:{number}", values)
    except (pa.ArrowException, OSError) as error:
        after = f" after row {number}" if number else ""
        raise DataError(f"{path}: cannot be read as Parquet{after}: {error}") from error


def plain_row(origin: str, values: Mapping[str, Any]) -> Row | BadRow:
    """A row of what JSON can hold; bytes and infinities make it a bad row."""
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = plain_value(value)
        except ValueError as error:
            return BadRow(origin, f"field `{name}`: {error}", str(value))
    return Row(origin, plain)


def plain_value(value: Any) -> Any:
    """A value as JSON holds it: times in ISO 8601, NaN as null (so pandas writes what is missing).

    Raises:
        ValueError: bytes, an infinity, or a type that is neither a number, a text nor a container.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | decimal.Decimal):
        return _plain_number(float(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    raise ValueError(f"a value of type {type(value).__name__} is neither text nor number")


def _plain_number(value: float) -> float | None:
    if math.isinf(value):
        raise ValueError("an infinity is no value")
    return None if math.isnan(value) else value


class Parquet(FileSource[FileConfig]):
    """Parquet files."""

    name = "parquet"
    version = 1
    config_model = FileConfig
    suffixes = (".parquet",)

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """One row a record, by its number."""
        return read_parquet(path)
