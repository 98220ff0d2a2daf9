"""Reads rows and dropped rows page by page; a million of them are never in memory at once."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from byeori.browsing.run_data import DataStage
from byeori.browsing.select import Wanted


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that are wanted.

    Attributes:
        rows: as plain values, each with its `stage` and, in a file of a split, its `split`.
        start: how many wanted rows come before them.
        total: how many wanted rows there are.
    """

    rows: list[dict[str, Any]]
    start: int
    total: int


def rows(stages: Iterable[DataStage], wanted: Wanted, *, start: int, limit: int) -> Page:
    """The wanted rows of stages, in their order.

    Raises:
        ValueError: a condition names a field that rows do not have.
    """
    found: list[dict[str, Any]] = []
    total = 0
    for stage, path, batch in _batches(stages):
        wanted.check(batch.schema.names)
        hits = wanted.of_batch(batch)
        mine = hits[max(0, start - total) : max(0, start + limit - total)]
        total += len(hits)
        if mine:
            split = {} if len(stage.files) == 1 else {"split": path.stem}
            at = {"stage": stage.id, **split}
            found += [at | decoded(row) for row in batch.take(pa.array(mine)).to_pylist()]
    return Page(found, start, total)


def _batches(stages: Iterable[DataStage]) -> Iterator[tuple[DataStage, Path, pa.RecordBatch]]:
    for stage in stages:
        for path in stage.files:
            for batch in batches(path, whole=stage.state == "done"):
                yield stage, path, batch


def batches(path: Path, *, whole: bool) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow stream; of one that is still being written, those that are there."""
    with pa.memory_map(str(path)) if path.stat().st_size else pa.BufferReader(b"") as source:
        try:
            with pa.ipc.open_stream(source) as reader:
                yield from reader
        except (pa.ArrowInvalid, OSError):
            if whole:
                raise


def decoded(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a batch with its metadata as values."""
    return row | {"metadata": json.loads(row["metadata"])}


def metadata_keys(stages: Iterable[DataStage]) -> list[str]:
    """Keys of the metadata of the first batch of each file of rows."""
    found: dict[str, None] = {}
    for stage in stages:
        for path in stage.files:
            batch = next(batches(path, whole=stage.state == "done"), None)
            for text in batch.column("metadata").to_pylist() if batch is not None else ():
                found |= dict.fromkeys(json.loads(text))
    return list(found)


def drops(
    stages: Iterable[DataStage],
    wanted: Wanted,
    *,
    reason: str = "",
    step: str = "",
    start: int,
    limit: int,
) -> Page:
    """The rows that stages did not use: `{"stage", "step", "where", "reason", "text"}`.

    Args:
        stages: where to look.
        wanted: which of them.
        reason: a part of the reason; empty for all.
        step: only what this step dropped; empty for all.
        start, limit: which of them to give back.
    """
    found: list[dict[str, Any]] = []
    total = 0
    for row in rejects(stages):
        if reason.casefold() not in row["reason"].casefold() or (step and row["step"] != step):
            continue
        wanted.check(list(row))
        if wanted.of_row(row):
            if start <= total < start + limit:
                found.append(row)
            total += 1
    return Page(found, start, total)


def rejects(stages: Iterable[DataStage]) -> Iterator[dict[str, Any]]:
    """The dropped rows of stages, as they lie in `rejects.jsonl`, each with its `stage`."""
    for stage in stages:
        if stage.rejects is None:
            continue
        with stage.rejects.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    row = json.loads(line)
                except ValueError:  # the last line of a stage that is being made
                    if stage.state == "done":
                        raise
                    continue
                yield {"stage": stage.id, **row}
