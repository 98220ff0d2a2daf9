"""Writes every score with its question: `scores.parquet` for analysis, `scores.json` to read."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from byeori.errors import DataError
from byeori.records import Item, Score
from byeori.store.files import replace_atomically, write_atomically

_TEXTS = (
    "evaluator",
    "metric",
    "model",
    "item_id",
    "task",
    "language",
    "document_id",
    "instruction",
    "input",
    "reference",
    "prediction",
    "metadata",
)


def write_scores(scores: Iterable[Score], items: Iterable[Item], folder: Path) -> None:
    """Write one row per score, sorted by evaluator, metric, item and model; same rows, same bytes.

    Args:
        scores: of all models.
        items: the items they belong to.
        folder: where `scores.parquet` and `scores.json` go; made if need be.

    Raises:
        DataError: a score belongs to no item.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = {item.id: item for item in items}
    ordered = sorted(scores, key=lambda s: (s.evaluator, s.metric, s.item_id, s.model))
    rows = [_row(score, known) for score in ordered]
    schema = pa.schema([*((name, pa.string()) for name in _TEXTS), ("value", pa.float64())])
    table = pa.Table.from_pylist(rows, schema=schema)
    folder.mkdir(parents=True, exist_ok=True)
    replace_atomically(folder / "scores.parquet", lambda path: pq.write_table(table, path))
    lines = ",\n".join(
        json.dumps(
            {**row, "metadata": json.loads(row["metadata"])}, sort_keys=True, ensure_ascii=False
        )
        for row in rows
    )
    text = f"[\n{lines}\n]\n" if rows else "[]\n"
    write_atomically(folder / "scores.json", text)


def _row(score: Score, known: Mapping[str, Item]) -> dict[str, Any]:
    item = known.get(score.item_id)
    if item is None:
        raise DataError(
            f"evaluator {score.evaluator}: a {score.metric} score belongs to item "
            f"{score.item_id}, which is not among the items"
        )
    return {
        "evaluator": score.evaluator,
        "metric": score.metric,
        "model": score.model,
        "item_id": score.item_id,
        "task": item.task,
        "language": item.language,
        "document_id": item.document_id,
        "instruction": item.instruction,
        "input": item.input,
        "reference": score.reference or item.reference,
        "prediction": score.prediction,
        "metadata": json.dumps(dict(score.metadata), sort_keys=True, ensure_ascii=False),
        "value": score.value,
    }
