"""Compares figures that are not means of items, such as macro F1, by resampling items."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from byeori import statistics
from byeori.comparison.model import Comparison, Estimate
from byeori.comparison.pairing import Pairs
from byeori.errors import PluginError
from byeori.records import Score

if TYPE_CHECKING:
    from byeori.comparison import Summarise
    from byeori.comparison.measure import Measurement

RESAMPLES = 999
"""Fewer than for means: each one calls the evaluator's own function, twice."""

Row = tuple[Sequence[Score], Sequence[Score]]
"""One item's scores by every metric: the baseline's and the tuned model's."""


def compare(
    measurement: "Measurement",
    evaluator: str,
    metrics: Sequence[dict[str, Pairs]],
    summarise: "Summarise",
) -> list[Comparison]:
    """Each summary of each tuned model, ordered by summary, then model.

    Args:
        measurement: what the run's comparisons share.
        evaluator: id of the evaluator.
        metrics: by metric, the pairs of each tuned model.
        summarise: the evaluator's function.

    Raises:
        PluginError: the function gives other names for resampled scores, or no finite number.
    """
    found: dict[str, list[Comparison]] = {}
    for model in metrics[0]:
        rows = _rows([by_model[model] for by_model in metrics])
        if not rows:
            continue
        units = measurement.units(list(rows))
        count = len(set(units))
        try:
            summaries = _estimates(measurement, list(rows.values()), units, summarise)
        except ValueError as error:
            raise PluginError(f"evaluator {evaluator}: summarise is not usable: {error}") from error
        for name, side in summaries.items():
            comparison = dataclasses.replace(
                measurement.blank(evaluator, name, model, "summary", len(rows)),
                documents=count if count < len(rows) else None,
                **_unscored([by_model[model] for by_model in metrics], len(rows)),
                baseline=side["baseline"],
                tuned=side["tuned"],
                difference=side["difference"],
            )
            found.setdefault(name, []).append(comparison)
    return [comparison for comparisons in found.values() for comparison in comparisons]


def _unscored(metrics: Sequence[Pairs], scored: int) -> dict[str, Any]:
    """Items that no metric could score, as a metric of its own would count them."""
    asked, seen = 0, set[str]()
    for pairs in metrics:
        if seen.isdisjoint(pairs.items):  # else the same items by another metric
            asked += len(pairs.items) + pairs.dropped
        seen.update(pairs.items)
    return {
        "unscored_baseline": min(pairs.unscored_baseline for pairs in metrics),
        "unscored_tuned": min(pairs.unscored_tuned for pairs in metrics),
        "dropped": asked - scored,
    }


def _rows(metrics: Sequence[Pairs]) -> dict[str, Row]:
    """By item, both sides' scores; an item that no metric could score is not there."""
    rows: dict[str, tuple[list[Score], list[Score]]] = {}
    for pairs in metrics:
        for baseline, tuned in zip(pairs.baseline, pairs.tuned, strict=True):
            row = rows.setdefault(baseline.item_id, ([], []))
            row[0].append(baseline)
            row[1].append(tuned)
    return {item: rows[item] for item in sorted(rows)}


def _estimates(
    measurement: "Measurement",
    rows: Sequence[Row],
    units: Sequence[tuple[str, str]],
    summarise: "Summarise",
) -> dict[str, dict[str, Estimate]]:
    """By summary: `baseline`, `tuned` and `difference`, all from the same resamples."""

    def figures(chosen: Sequence[Row]) -> dict[str, float]:
        baseline = summarise([score for row in chosen for score in row[0]])
        tuned = summarise([score for row in chosen for score in row[1]])
        if baseline.keys() != tuned.keys():
            raise ValueError(f"{', '.join(baseline)} for one model, {', '.join(tuned)} for another")
        found = {}
        for name in baseline:
            found[f"baseline {name}"] = baseline[name]
            found[f"tuned {name}"] = tuned[name]
            found[f"difference {name}"] = tuned[name] - baseline[name]
        return found

    if len(set(units)) < 2:
        estimates = {name: Estimate(value) for name, value in figures(rows).items()}
    else:
        intervals = statistics.bootstrap_figures(
            rows,
            figures,
            clusters=units,
            confidence=measurement.settings.confidence,
            resamples=RESAMPLES,
            seed=measurement.seed,
        )
        estimates = {name: _estimate(interval) for name, interval in intervals.items()}
    by_name: dict[str, dict[str, Estimate]] = {}
    for key, estimate in estimates.items():
        side, name = key.split(" ", 1)
        by_name.setdefault(name, {})[side] = estimate
    return by_name


def _estimate(interval: statistics.BootstrapInterval) -> Estimate:
    if interval.method == "constant":
        return Estimate(interval.statistic)
    return Estimate(interval.statistic, interval.low, interval.high)
