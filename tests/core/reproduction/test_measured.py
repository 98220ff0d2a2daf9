"""Cells filled from finished runs, and the differences between them."""

import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from byeori import DataError, Score, statistics
from byeori.comparison import CompareSettings, compare
from byeori.finished import FinishedRun
from byeori.reproduction import (
    Estimate,
    Experiment,
    Measured,
    MetricAt,
    ModelAt,
    Ours,
    SameDirection,
)
from byeori.reproduction.measured import measured

ITEMS = 80


def run(name: str, gain: float, seed: int = 0) -> FinishedRun:
    """A run whose tuned model is right more often than its base, in two languages."""
    chance = random.Random(seed)
    scores = []
    for number in range(ITEMS):
        item = f"item-{number}"
        base = float(chance.random() < 0.3)
        tuned = float(base or chance.random() < gain)
        for model, value in (("base", base), ("lora", tuned)):
            scores.append(
                Score(item_id=item, metric="f1", value=value, model=model, evaluator="exam")
            )
    groups = {f"item-{n}": ("exam", "ko" if n % 2 else "en") for n in range(ITEMS)}
    comparisons = compare(scores, CompareSettings(), groups=groups)
    report: Any = SimpleNamespace(comparisons=tuple(comparisons))
    return FinishedRun(name, Path(name), report, {}, tuple(scores), {})


RUNS = {"korean": run("korean", 0.5), "english": run("english", 0.1)}


class Finished:
    """The runs above, instead of running anything."""

    def of(self, model: ModelAt) -> FinishedRun:
        return RUNS[model.recipe]


def table(way: Measured) -> Experiment:
    rows = {"No tuning": ("0.4", "0.3"), "English": ("0.4", "0.3"), "Korean": ("0.5", "0.6")}
    return Experiment(table="Table 9", shows="F1.", columns=("All", "한국어"), rows=rows, ours=way)


def way(**changes: Any) -> Measured:
    return replace(
        Measured(
            models={
                "No tuning": ModelAt("korean", "base"),
                "English": ModelAt("english", "lora"),
                "Korean": ModelAt("korean", "lora"),
            },
            metrics={"All": MetricAt("exam", "f1"), "한국어": MetricAt("exam", "f1", group="ko")},
            rule=SameDirection(against="No tuning"),
            differs="other runs",
        ),
        **changes,
    )


def filled(chosen: Measured) -> Ours:
    runs: Any = Finished()
    return measured(table(chosen), chosen, runs)


def values(name: str, model: str, language: str = "") -> list[float]:
    return [
        score.value or 0.0
        for number, score in enumerate(s for s in RUNS[name].scores if s.model == model)
        if not language or ("ko" if number % 2 else "en") == language
    ]


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def figure(ours: Ours, row: str, column: str) -> Estimate:
    found = ours.figures[row, column]
    assert isinstance(found, Estimate)
    return found


def test_cells_are_the_means_of_the_models_they_name_with_their_intervals() -> None:
    ours = filled(way())
    assert figure(ours, "Korean", "All").value == mean(values("korean", "lora"))
    assert figure(ours, "No tuning", "All").value == mean(values("korean", "base"))
    assert figure(ours, "Korean", "한국어").value == mean(values("korean", "lora", "ko"))
    interval = statistics.bootstrap_interval(values("korean", "lora"))
    assert figure(ours, "Korean", "All").low == interval.low


def test_a_difference_from_the_base_is_the_reports_own() -> None:
    ours = filled(way())
    comparison = RUNS["korean"].report.comparisons[0]
    assert ours.difference(("Korean", "All"), ("No tuning", "All")) == comparison.difference
    turned = ours.difference(("No tuning", "All"), ("Korean", "All"))
    assert turned is not None and comparison.difference is not None
    assert (turned.low, turned.high) == (
        -(comparison.difference.high or 0),
        -(comparison.difference.low or 0),
    )


def test_a_difference_between_runs_is_of_the_items_both_answered() -> None:
    found = filled(way()).difference(("Korean", "All"), ("English", "All"))
    pairs = values("korean", "lora"), values("english", "lora")
    expected = statistics.bootstrap_difference(*pairs)
    assert found is not None
    assert found.value == pytest.approx(mean(pairs[0]) - mean(pairs[1]))
    assert (found.low, found.high) == (expected.low, expected.high)


def test_a_difference_of_groups_of_two_runs_is_wider_than_needed_never_narrower() -> None:
    ours = filled(way())
    found = ours.difference(("Korean", "한국어"), ("English", "한국어"))
    paired = statistics.bootstrap_difference(
        values("korean", "lora", "ko"), values("english", "lora", "ko")
    )
    assert found is not None and found.low is not None and found.high is not None
    assert found.low <= paired.low <= paired.high <= found.high


def test_figures_are_given_in_the_papers_unit() -> None:
    plain, percent = filled(way()), filled(way(metrics={"All": MetricAt("exam", "f1", scale=100)}))
    small, large = (figure(ours, "Korean", "All") for ours in (plain, percent))
    assert large.value == pytest.approx(100 * small.value)
    assert large.low == pytest.approx(100 * (small.low or 0))
    one, other = ("Korean", "All"), ("No tuning", "All")
    differences = plain.difference(one, other), percent.difference(one, other)
    assert differences[0] is not None and differences[1] is not None
    assert differences[1].high == pytest.approx(100 * (differences[0].high or 0))


def test_the_rule_decides_by_these_differences() -> None:
    chosen = way()
    found = chosen.rule.decide(table(chosen), filled(chosen))
    assert found["Korean", "All"].mark == "reproduced"
    assert ("No tuning", "All") not in found


def test_a_row_with_a_reason_is_missing_for_that_reason() -> None:
    ours = filled(way(missing={"English": "no English exam here"}))
    assert ours.missing["English", "All"] == "no English exam here"
    assert ("English", "All") not in ours.figures


def test_a_figure_that_the_run_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(DataError, match=r"no exam rouge for base; there is exam f1 \(base, lora\)"):
        filled(way(metrics={"All": MetricAt("exam", "rouge")}))
