"""Ratings by people, to compare the judges with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from byeori import Context, DataError
from byeori.answering import Answered
from byeori_plugins.evaluators.judge.rubric import Rubric
from byeori_plugins.sources.checked_rows import json_rows, text_field

Ratings = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""By item and metric, what people rated."""


def ratings(path: Path, rubric: Rubric, answered: Answered, context: Context) -> Ratings:
    """The ratings of one model's answers.

    A rating whose `prediction` is another text than the model answered is of another answer: it
    goes to `context.reject`.

    Raises:
        DataError: a row cannot be read, names no metric of the rubric, or is out of range.
    """
    answers = {answer.item_id: answer.text for answer in answered.own}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line, row in json_rows(path):
        where = f"{path}:{line}"
        item, model, metric = (
            text_field(row, (name,), where, required=True)
            for name in ("item_id", "model", "metric")
        )
        value = _value(row.get("value"), metric, rubric, where)
        if model != answered.model:
            continue
        if item not in answers:
            context.reject(f"{path.name}:{line}", "a rating of an item that is not asked")
            continue
        rated = text_field(row, ("prediction",), where, required=False)
        if rated and rated.strip() != answers[item].strip():
            context.reject(f"{path.name}:{line}", "a rating of another answer than the model's")
            continue
        rater = text_field(row, ("rater",), where, required=False)
        found.setdefault((item, metric), []).append({"rater": rater, "value": value})
    return found


def _value(value: Any, metric: str, rubric: Rubric, where: str) -> float:
    scale = rubric.scales.get(metric)
    if scale is None and metric not in rubric.choices:
        known = ", ".join(rubric.metrics)
        raise DataError(f"{where}: `metric` is {metric!r}; the rubric has {known}")
    low, high = (scale.lowest, scale.highest) if scale else (0, 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise DataError(f"{where}: `value` must be a number from {low} to {high}, not {value!r}")
    return float(value)
