"""What a worker process is told: one JSON file, and arrays beside it. Nothing is pickled."""

import json
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from byeori import Document, Example, ModelRef
from byeori.bulk import Rows, write
from byeori.store.files import write_atomically, write_json
from byeori_plugins.tuning.data.material import Material
from byeori_plugins.tuning.data.order import Order
from byeori_plugins.tuning.data.packing import PackedTokens
from byeori_plugins.tuning.data.tokens import Tokens
from byeori_plugins.tuning.training.conductor import Training
from byeori_plugins.tuning.training.schedule import Schedule

SPEC = "spec.json"
_ROWS = {"examples": Example, "documents": Document}
_KINDS = {kind.__name__: kind for kind in (Tokens, PackedTokens)}


class Spec(BaseModel):
    """A training, for processes that have nothing of it in memory.

    Attributes:
        component: the method, as a recipe names it.
        config: its settings, as given.
        ref: the model to start from.
        stage, seed: of the training.
        scratch: its scratch folder, which is that of all processes.
        key: of its checkpoints.
        pad_id, schedule, learning_rates: as in `Training`.
        unit: what is learnt from.
        sources: file of the rows it was made of.
        batch_size: of the order, whose entries are in a file of their own.
    """

    component: str
    config: dict[str, Any]
    ref: ModelRef
    stage: str
    seed: int
    scratch: Path
    key: str
    pad_id: int
    schedule: Schedule
    learning_rates: dict[str, float]
    unit: Literal["examples", "documents"]
    sources: Path
    batch_size: int


def write_spec(training: Training, component: str, ref: ModelRef, folder: Path) -> Path:
    """Write everything a worker needs below a folder; returns the file that names the rest."""
    material = training.material
    _write_tokens(material.train, folder / "train")
    if material.validation is not None:
        _write_tokens(material.validation, folder / "validation")
    np.save(folder / "order.npy", training.order.entries)
    spec = Spec(
        component=component,
        config=training.config.model_dump(mode="json", exclude_unset=True),
        ref=ref,
        stage=training.context.stage,
        seed=training.context.seed,
        scratch=training.context.scratch,
        key=training.key,
        pad_id=training.pad_id,
        schedule=training.schedule,
        learning_rates=dict(training.learning_rates),
        unit=material.unit,
        sources=_rows_file(material, folder),
        batch_size=training.order.batch_size,
    )
    write_atomically(folder / SPEC, spec.model_dump_json(indent=1))
    return folder / SPEC


def read_spec(path: Path) -> Spec:
    """What `write_spec` wrote."""
    return Spec.model_validate_json(path.read_bytes())


def material_of(spec: Spec, folder: Path) -> Material:
    """What is learnt."""
    validation = folder / "validation"
    return Material(
        spec.unit,
        _read_tokens(folder / "train"),
        _read_tokens(validation) if validation.is_dir() else None,
        Rows(spec.sources, _ROWS[spec.unit]),
    )


def order_of(spec: Spec, folder: Path) -> Order:
    """In which order."""
    return Order(np.load(folder / "order.npy"), spec.batch_size)


def _rows_file(material: Material, folder: Path) -> Path:
    """The file of the rows: the artifact's where they come from one."""
    rows: Sequence[Any] = material.sources
    if isinstance(rows, Rows):
        return rows.path
    path = folder / "sources.arrow"
    write(path, rows, _ROWS[material.unit])
    return path


def _write_tokens(tokens: Tokens, folder: Path) -> None:
    folder.mkdir()
    plain: dict[str, Any] = {"kind": type(tokens).__name__}
    for field in fields(tokens):
        value = getattr(tokens, field.name)
        if isinstance(value, array):
            np.save(folder / f"{field.name}.npy", np.array(value, dtype=np.int64))
        else:
            plain[field.name] = str(value) if isinstance(value, Path) else value
    write_json(folder / "tokens.json", plain)


def _read_tokens(folder: Path) -> Tokens:
    plain = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    kind = _KINDS[plain.pop("kind")]
    plain["path"], plain["dropped"] = Path(plain["path"]), Counter(plain["dropped"])
    arrays: dict[str, Any] = {}
    for path in folder.glob("*.npy"):
        arrays[path.stem] = array("q")
        arrays[path.stem].frombytes(np.load(path).tobytes())
    return kind(**plain, **arrays)
