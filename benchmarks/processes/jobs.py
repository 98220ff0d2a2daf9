"""The trainings of the grid, each made by one process and by several, and how far they differ."""

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from throughput.workload import TEMPLATE, Shape, build_model, make_examples

STRATEGIES = ("ddp", "zero-1", "zero-2", "zero-3", "zero-2-offload", "zero-3-offload", "fsdp")
METHODS = ("lora", "ia3", "full", "together", "pretraining")
SHAPE = Shape(hidden=64, intermediate=128, layers=2, heads=4, dtype="float32")
SEED = 42
TOLERANCE = {"float32": 1e-4, "bfloat16": 2e-2}
"""Of both differences; bfloat16 has 8 bits, and parts of a sum are rounded to it on the way."""

_STEPS = {"max_steps": 6, "batch_size": 8, "micro_batch_size": 2, "max_length": 1024}
_OWN: dict[str, dict[str, Any]] = {
    "lora": {"r": 8, "dropout": 0.0, "learning_rate": 1e-3},
    "ia3": {"learning_rate": 1e-2},
    "full": {"learning_rate": 1e-3},
    "together": {
        "learning_rate": 1e-3,
        "parts": [
            {"method": "lora", "targets": ["q_proj", "v_proj"], "dropout": 0.0},
            {"method": "ia3", "targets": ["down_proj"]},
        ],
    },
    "pretraining": {"learning_rate": 1e-3},
}


@dataclass(frozen=True)
class Setting:
    """What all trainings share.

    Attributes:
        folder: of the model.
        processes: that train together.
        precision: of the forward pass.
    """

    folder: Path
    processes: int
    precision: str


@dataclass(frozen=True)
class Made:
    """What a training made.

    Attributes:
        losses: of each step.
        weights: what was written, by name.
        files: their names.
        seconds: it took, start of the processes and saving included.
    """

    losses: list[float]
    weights: dict[str, Any]
    files: frozenset[str]
    seconds: float


@dataclass(frozen=True)
class Row:
    """A line of the grid.

    Attributes:
        loss: the largest difference of a step's loss, over the loss.
        weight: the largest difference of a weight, over the largest weight of its tensor.
        seconds: of the processes; `alone`, of one.
        problem: why there is nothing to compare; empty where there is.
    """

    method: str
    strategy: str
    precision: str
    loss: float = float("nan")
    weight: float = float("nan")
    seconds: float = float("nan")
    alone: float = float("nan")
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether several processes trained what one does."""
        limit = TOLERANCE[self.precision]
        return not self.problem and self.loss <= limit and self.weight <= limit


def run(
    methods: tuple[str, ...],
    strategies: tuple[str, ...],
    setting: Setting,
    told: Callable[[Row], None],
) -> list[Row]:
    """Train all of them, one after the other."""
    build_model(setting.folder, SHAPE, "cpu")
    rows = []
    for method in methods:
        alone = train(method, None, setting)
        for strategy in strategies:
            rows.append(_row(method, strategy, setting, alone))
            told(rows[-1])
    return rows


def _row(method: str, strategy: str, setting: Setting, alone: Made) -> Row:
    named = (method, strategy, setting.precision)
    try:
        return compared(named, alone, train(method, strategy, setting))
    except Exception as error:  # one that fails is a line of the table, and not its end
        return Row(*named, problem=f"{type(error).__name__}: {error}")


def compared(named: tuple[str, str, str], alone: Made, together: Made) -> Row:
    """How far two trainings differ."""
    if together.files != alone.files or together.weights.keys() != alone.weights.keys():
        return Row(*named, problem="other files or other weights were written")
    if len(together.losses) != len(alone.losses):
        return Row(*named, problem=f"{len(together.losses)} steps, not {len(alone.losses)}")
    pairs = zip(together.losses, alone.losses, strict=True)
    return Row(
        *named,
        loss=_largest(abs(one - other) / abs(other) for one, other in pairs),
        weight=_largest(_difference(together.weights[k], w) for k, w in alone.weights.items()),
        seconds=together.seconds,
        alone=alone.seconds,
    )


def _largest(numbers: Iterable[float]) -> float:
    return float(np.max(list(numbers)))  # NaN if any is; Python's own may lose it


def _difference(one: Any, other: Any) -> float:
    largest = other.float().abs().max().item()
    return float((one.float() - other.float()).abs().max().item() / largest) if largest else 0.0


def train(method: str, strategy: str | None, setting: Setting) -> Made:
    """Train in folders that are gone afterwards."""
    from byeori import Context, ModelRef, TuningData
    from byeori_plugins import tuning

    classes: dict[str, Any] = {cls.name: cls for cls in tuning.METHODS}
    settings = {**_STEPS, **_OWN[method], "precision": setting.precision}
    if strategy:
        settings["distributed"] = {"strategy": strategy, "processes": setting.processes}
    made = classes[method](classes[method].config_model.model_validate(settings))
    rows = make_examples("grouped", 24)
    data = TuningData(train=rows[:20], validation=rows[20:], documents=list(_documents()))
    with tempfile.TemporaryDirectory() as name:
        output, scratch = Path(name) / "output", Path(name) / "scratch"
        output.mkdir()
        start = time.perf_counter()
        ref = ModelRef(base=str(setting.folder), template=TEMPLATE)
        made.tune(ref, data, Context(method, SEED, output, scratch))
        return _made(output, time.perf_counter() - start)


def _documents() -> Iterator[Any]:
    from byeori import Document

    texts = {row.document_id: row.input for row in make_examples("grouped", 60)}
    return (Document(text=text, id=name) for name, text in texts.items())


def _made(output: Path, seconds: float) -> Made:
    from safetensors.torch import load_file

    weights: dict[str, Any] = {}
    for path in sorted(output.rglob("*.safetensors")):
        folder = path.parent.relative_to(output)
        weights |= {f"{folder}/{name}": weight for name, weight in load_file(path).items()}
    record = json.loads((output / "training.json").read_text(encoding="utf-8"))
    files = frozenset(p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file())
    return Made([row["loss"] for row in record["losses"] if "loss" in row], weights, files, seconds)
