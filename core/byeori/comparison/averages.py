"""Averages over several evaluators (benchmarks), each counting the same."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from byeori import statistics
from byeori.comparison.correction import uncorrected
from byeori.comparison.groups import average
from byeori.comparison.model import Comparison, Significance, average_name
from byeori.comparison.pairing import Pairs
from byeori.comparison.values import PairedValues, paired_values
from byeori.errors import Mistake, RecipeError

if TYPE_CHECKING:
    from byeori.comparison.measure import Measurement

ByModel = Mapping[str, Pairs]


def compare(
    measurement: "Measurement", metrics: Mapping[tuple[str, str], ByModel]
) -> list[Comparison]:
    """Each metric that all evaluators of `compare.average` have, for each tuned model.

    Args:
        measurement: what the run's comparisons share.
        metrics: by evaluator and metric, the pairs of each tuned model.

    Raises:
        RecipeError: the evaluators have no metric in common.
    """
    names = measurement.settings.average
    own = [[metric for evaluator, metric in metrics if evaluator == name] for name in names]
    if not own:
        return []
    shared = [metric for metric in own[0] if all(metric in others for others in own)]
    if not shared:
        each = "; ".join(f"{n}: {', '.join(m) or 'none'}" for n, m in zip(names, own, strict=True))
        message = f"there is no metric that all of them were scored by ({each})"
        raise RecipeError([Mistake("compare.average", message)], started=True)
    return [
        _average(measurement, metric, model, {name: metrics[name, metric][model] for name in names})
        for metric in shared
        for model in metrics[names[0], metric]
    ]


def _average(
    measurement: "Measurement", metric: str, model: str, by_evaluator: Mapping[str, Pairs]
) -> Comparison:
    parts = {
        name: paired_values(pairs, measurement.units(pairs.items))
        for name, pairs in by_evaluator.items()
    }
    items = sum(len(part.units) for part in parts.values())
    name = average_name(len(parts))
    blank = measurement.blank(name, metric, model, "average", items)
    independent = sum(part.independent for part in parts.values())
    found = dataclasses.replace(
        blank,
        documents=independent if independent < items else None,
        unscored_baseline=sum(pairs.unscored_baseline for pairs in by_evaluator.values()),
        unscored_tuned=sum(pairs.unscored_tuned for pairs in by_evaluator.values()),
        dropped=sum(pairs.dropped for pairs in by_evaluator.values()),
        notes=(f"Every evaluator counts the same: {', '.join(parts)}.",),
    )
    if few := [name for name, part in parts.items() if part.independent < 2]:
        why = f"No average: too few scored items of {', '.join(few)}."
        return dataclasses.replace(found, notes=(*found.notes, why))
    confidence, seed = measurement.settings.confidence, measurement.seed
    baseline, tuned, difference = average(parts, confidence, seed)
    return dataclasses.replace(
        found,
        baseline=baseline,
        tuned=tuned,
        difference=difference,
        test=_test(parts, seed),
    )


def _test(parts: Mapping[str, PairedValues], seed: int) -> Significance:
    """Swaps the models' scores, each item weighing by its evaluator's size."""
    sizes = [(name, part, 1 / len(parts) / len(part.units)) for name, part in parts.items()]
    test = statistics.permutation_test(
        [value for _, part, _ in sizes for value in part.tuned],
        [value for _, part, _ in sizes for value in part.baseline],
        clusters=[(name, unit) for name, part, _ in sizes for unit in part.units],
        weights=[weight for _, part, weight in sizes for _ in part.units],
        seed=seed,
    )
    shared = any(part.shared for part in parts.values())
    name = "permutation, by document" if shared else "permutation"
    return uncorrected(name, test.statistic, test.p_value, None)
