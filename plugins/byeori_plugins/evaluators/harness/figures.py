"""What lm-eval computes of all items together, from the scores alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from byeori import Score
from byeori.records import LOWER_IS_BETTER
from byeori_plugins.evaluators.harness.metrics import function_of, with_filter

Key = tuple[str, str, str]
"""Task, filter, metric."""


def figures(scores: Sequence[Score], near: Path | None) -> dict[str, float]:
    """Figures by `task metric` and `group metric`.

    A task's figure is here where it is no mean of its items; a group's where it is not the mean
    of all items that are scored by the metric, which stands beside it anyway.

    Args:
        scores: of one model, each item's first of a filter with its raw values.
        near: folder of the user's own tasks.
    """
    rows = [score.metadata for score in scores if "raw" in score.metadata]
    raw: dict[Key, list[Any]] = {}
    plans: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        plans[row["task"]] = row
        for metric, value in row["raw"].items():
            raw.setdefault((row["task"], row["filter"], metric), []).append(value)
    by_task = {
        key: value
        for key, values in raw.items()
        if (value := _figure(values, plans[key[0]]["aggregations"].get(key[2]), near)) is not None
    }
    own = {
        f"{task} {with_filter(metric, kind)}{_suffix(plans[task], metric)}": value
        for (task, kind, metric), value in by_task.items()
        if metric in plans[task]["aggregations"]
    }
    return {**own, **_groups(by_task, {key: len(values) for key, values in raw.items()}, plans)}


def _figure(values: list[Any], where: str | None, near: Path | None) -> float | None:
    if where is not None:
        return float(function_of(where, near)(values))
    numbers = [value for value in values if isinstance(value, bool | int | float)]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None


def _groups(
    by_task: Mapping[Key, float], sizes: Mapping[Key, int], plans: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """Means over tasks, as `lm_eval.api.metrics.aggregate_subtask_metrics` has them."""
    from lm_eval.api.metrics import aggregate_subtask_metrics

    members: dict[tuple[str, str, str, bool, int], list[Key]] = {}
    for key in by_task:
        task, kind, metric = key
        for group, wanted, filters, weighted, size in plans[task]["groups"]:
            if metric == wanted and (filters is None or kind in filters):
                members.setdefault((group, metric, kind, weighted, size), []).append(key)
    found = {}
    for (group, metric, kind, weighted, size), keys in members.items():
        if len(keys) < size:  # of some tasks nothing is there, or nothing was drawn
            continue
        averaged = all(metric not in plans[key[0]]["aggregations"] for key in keys)
        everywhere = len(keys) == sum(key[1:] == (kind, metric) for key in by_task)
        if averaged and everywhere and (weighted or len(keys) == 1):
            continue
        values, counts = [by_task[key] for key in keys], [sizes[key] for key in keys]
        name = f"{group} {with_filter(metric, kind)}{_suffix(plans[keys[0][0]], metric)}"
        found[name] = float(aggregate_subtask_metrics(values, counts, weighted))
    return found


def _suffix(plan: Mapping[str, Any], metric: str) -> str:
    return LOWER_IS_BETTER if metric in plan["lower"] else ""
