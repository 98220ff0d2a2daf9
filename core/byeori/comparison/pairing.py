"""Sorts score rows into pairs, and refuses models that did not answer the very same items."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from byeori.errors import DataError
from byeori.records import Score

ByItem = Mapping[str, Score]
Table = Mapping[tuple[str, str], Mapping[str, ByItem]]
"""(evaluator, metric) -> model -> item id -> its score."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Both sides' scores of the items that both sides have a score for, in order of item id."""

    baseline: tuple[Score, ...]
    tuned: tuple[Score, ...]
    unscored_baseline: int
    unscored_tuned: int
    dropped: int

    @property
    def items(self) -> list[str]:
        """The items' ids."""
        return [score.item_id for score in self.baseline]


def table(scores: Iterable[Score], baseline: str) -> Table:
    """Scores by evaluator and metric, model and item, in the order each first appears.

    Raises:
        DataError: an item scored twice, no baseline, or models scored on different items.
    """
    rows: dict[tuple[str, str], dict[str, dict[str, Score]]] = {}
    for score in scores:
        key = score.evaluator, score.metric
        by_item = rows.setdefault(key, {}).setdefault(score.model, {})
        if score.item_id in by_item:
            raise DataError(
                f"evaluator {score.evaluator}: model {score.model} has two {score.metric} scores "
                f"for item {score.item_id}; an evaluator gives one per item and metric"
            )
        by_item[score.item_id] = score
    models = _in_order(model for by_model in rows.values() for model in by_model)
    for (evaluator, metric), by_model in rows.items():
        _check_same_items(evaluator, metric, by_model, models, baseline)
    return rows


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _check_same_items(
    evaluator: str,
    metric: str,
    by_model: Mapping[str, ByItem],
    models: Sequence[str],
    baseline: str,
) -> None:
    if baseline not in models:
        raise DataError(
            f"compare.baseline: no scores of {baseline!r}; scored models are {', '.join(models)}"
        )
    expected = by_model.get(baseline, {}).keys()
    for model in models:
        found = by_model.get(model, {}).keys()
        if found == expected:
            continue
        only = sorted(found ^ expected)
        raise DataError(
            f"evaluator {evaluator}, metric {metric}: {model} was scored on {len(found)} items and "
            f"{baseline} on {len(expected)}; {len(only)} differ, such as {only[0]}. Both models "
            "must be scored on the very same items: give an item that could not be scored the "
            "value None"
        )


def pairs(baseline: ByItem, tuned: ByItem) -> Pairs:
    """Pair both sides; an item without a score on either side is dropped and counted."""
    lacking_baseline = {item for item, score in baseline.items() if score.value is None}
    lacking_tuned = {item for item, score in tuned.items() if score.value is None}
    dropped = lacking_baseline | lacking_tuned
    kept = sorted(baseline.keys() - dropped)
    return Pairs(
        baseline=tuple(baseline[item] for item in kept),
        tuned=tuple(tuned[item] for item in kept),
        unscored_baseline=len(lacking_baseline),
        unscored_tuned=len(lacking_tuned),
        dropped=len(dropped),
    )
