"""What the grid of strategies calls the same, and what it does not."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMED = ("full", "zero-2", "float32")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.syspath_prepend(str(FOLDER))
    names = ("jobs", "table", "memory")
    yield {name: importlib.import_module(f"processes.{name}") for name in names}
    for name in list(sys.modules):
        if name.split(".")[0] in ("processes", "throughput"):
            del sys.modules[name]


@pytest.fixture
def made(parts: dict[str, Any]) -> Any:
    def make(losses: list[float], weight: list[float], *files: str) -> Any:
        return parts["jobs"].Made(losses, {"w": torch.tensor(weight)}, frozenset(files), 1.0)

    return make


def test_differences_are_relative_and_the_largest_counts(parts: dict[str, Any], made: Any) -> None:
    row = parts["jobs"].compared(
        NAMED, made([2.0, 1.0], [0.0, -4.0]), made([2.0, 1.00001], [0.0002, -4.0])
    )
    assert row.loss == pytest.approx(1e-5, rel=1e-3)
    assert row.weight == pytest.approx(5e-5)
    assert row.passed
    assert "| pass |" in parts["table"].line(row)


@pytest.mark.parametrize(
    ("losses", "weight", "files"),
    [
        ([2.0, 1.001], [0.0, -4.0], ()),
        ([2.0, float("nan")], [0.0, -4.0], ()),
        ([2.0, 1.0], [0.001, -4.0], ()),
        ([2.0], [0.0, -4.0], ()),
        ([2.0, 1.0], [0.0, -4.0], ("more",)),
    ],
)
def test_what_differs_does_not_pass(
    losses: list[float],
    weight: list[float],
    files: tuple[str, ...],
    parts: dict[str, Any],
    made: Any,
) -> None:
    row = parts["jobs"].compared(NAMED, made([2.0, 1.0], [0.0, -4.0]), made(losses, weight, *files))
    assert not row.passed
    text = parts["table"].table([row])
    assert "| pass |" not in text
    assert "0 of 1 passed" in text


def test_one_that_fails_is_a_line_of_the_table(
    parts: dict[str, Any], made: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jobs = parts["jobs"]

    def train(method: str, strategy: str | None, setting: Any) -> Any:
        if strategy == "zero-3":
            raise OSError("no room\nat all")
        return made([1.0], [1.0])

    monkeypatch.setattr(jobs, "train", train)
    monkeypatch.setattr(jobs, "build_model", lambda *args: None)
    told: list[Any] = []
    setting = jobs.Setting(tmp_path, 2, "float32")
    rows = jobs.run(("full",), ("zero-2", "zero-3"), setting, told.append)
    assert told == rows
    assert [row.passed for row in rows] == [True, False]
    assert "failed: OSError: no room at all" in parts["table"].line(rows[1])


def test_all_strategies_and_methods_that_there_are_stand_in_the_grid(parts: dict[str, Any]) -> None:
    from byeori_plugins.tuning import METHODS
    from byeori_plugins.tuning.distributed.config import NAMES

    assert set(parts["jobs"].STRATEGIES) == set(NAMES)
    assert set(parts["jobs"].METHODS) <= {method.name for method in METHODS}


def test_tensors_are_counted_once_and_buckets_not(parts: dict[str, Any]) -> None:
    before = parts["memory"]._held(1000)
    tensor = torch.zeros(300)
    views = [tensor[:10], tensor[10:]]
    bucket = torch.zeros(1000)
    weight = torch.nn.Parameter(torch.zeros(5))
    weight.grad = torch.zeros(5)
    assert parts["memory"]._held(1000) - before == 300 * 4 + 2 * 5 * 4
    del views, bucket
