"""What the items of a finished run can see, and how many would be needed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from byeori import statistics
from byeori.comparison import CompareSettings, pairing
from byeori.comparison.measure import Measurement
from byeori.comparison.values import PairedValues, paired_values
from byeori.finished.reading import FinishedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    """The power of one comparison.

    Attributes:
        evaluator, metric, model, baseline_model: whose items they are.
        test: whose power it is: `McNemar, exact` or `paired t`.
        items: the items asked about: those of the run, or as many as were asked for.
        design_effect: how many times more items are needed because they share documents; 1 without.
        changed: share of items that only one model has right, or None for other scores.
        standard_deviation: of the differences, as if items were independent; None for McNemar.
        seen, low, high: the difference seen (tuned minus baseline) with Student's interval.
        difference: the one asked about: the one seen where none was given; None where that is 0.
        power: chance that `items` items show it; None without a difference.
        items_needed: for it to be shown with the chance asked for; None without a difference.
        detectable: the smallest difference that `items` items show with that chance; None where
            they show none.
    """

    evaluator: str
    metric: str
    model: str
    baseline_model: str
    test: str
    items: int
    design_effect: float
    changed: float | None
    standard_deviation: float | None
    seen: float
    low: float
    high: float
    difference: float | None
    power: float | None
    items_needed: int | None
    detectable: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the items.

    Attributes:
        difference: to be found; None: the one that was seen.
        items: how many; None: those of the run.
        power: the chance that is wanted.
        confidence: 1 minus the level of the test.
    """

    difference: float | None = None
    items: int | None = None
    power: float = 0.8
    confidence: float = 0.95

    @property
    def alpha(self) -> float:
        """The level of the two-sided test."""
        return 1 - self.confidence


def power_of_run(run: FinishedRun, asked: Asked) -> Iterator[PowerRow]:
    """One row for each metric and tuned model whose scores differ between any two items.

    Raises:
        DataError: the run's models did not answer the very same items.
    """
    comparisons = run.report.comparisons
    baseline = comparisons[0].baseline_model if comparisons else "base"
    measurement = Measurement(CompareSettings(baseline=baseline), {}, run.clusters, 0)
    order = {(c.evaluator, c.metric): n for n, c in reversed(list(enumerate(comparisons)))}
    table = pairing.table(run.scores, baseline) if run.scores else {}
    for metric in sorted(table, key=lambda name: order.get(name, len(order))):
        rows = table[metric]
        for model in rows:
            if model == baseline:
                continue
            pairs = pairing.pairs(rows[baseline], rows[model])
            values = paired_values(pairs, measurement.units(pairs.items))
            try:
                t = values.t_test(asked.confidence)
            except ValueError:  # fewer than two documents, or every item changed alike
                continue
            if t.standard_error:
                yield _row((*metric, model, baseline), values, t, asked)


def _row(
    names: tuple[str, str, str, str],
    values: PairedValues,
    t: statistics.PairedTTest,
    asked: Asked,
) -> PowerRow:
    alone = statistics.paired_t_test(values.tuned, values.baseline)
    effect = (t.standard_error / alone.standard_error) ** 2 if values.shared else 1.0
    spread = alone.standard_error * math.sqrt(alone.n)
    changed = sum(d != 0 for d in values.differences) / t.n if values.right_wrong else None
    difference = asked.difference if asked.difference is not None else t.mean_difference
    items = asked.items or t.n
    found = figures(asked, difference, items, changed, spread, effect)
    return PowerRow(
        evaluator=names[0],
        metric=names[1],
        model=names[2],
        baseline_model=names[3],
        test="paired t" if changed is None else "McNemar, exact",
        items=items,
        design_effect=effect,
        changed=changed,
        standard_deviation=spread if changed is None else None,
        seen=t.mean_difference,
        low=t.interval[0],
        high=t.interval[1],
        difference=difference or None,
        **found,
    )


def figures(
    asked: Asked,
    difference: float,
    items: int,
    changed: float | None,
    spread: float,
    effect: float,
) -> dict[str, Any]:
    """`power`, `items_needed` and `detectable` of a `PowerRow`.

    Args:
        asked: chance and level.
        difference: to be found; 0 has no power and no number of items.
        items: how many there are.
        changed: share of items that only one model has right, for McNemar's test; None: paired t.
        spread: standard deviation of the differences, for the paired t.
        effect: the design effect; `items` count as so many times fewer.
    """
    independent, size = max(2, math.floor(items / effect)), abs(difference)
    level = {"alpha": asked.alpha}
    wanted = {"power": asked.power, **level}
    found: dict[str, Any] = {"power": None, "items_needed": None}
    detectable: float | None
    if changed is None:
        detectable = statistics.detectable_difference(spread, independent, **wanted)
        if size:
            found["power"] = statistics.paired_t_power(size / spread, independent, **level)
            needed = statistics.required_items(size / spread, **wanted)
    else:
        detectable = statistics.mcnemar_detectable_difference(changed, independent, **wanted)
        if size:
            # No fewer items can change than the difference itself.
            both = max(changed, size)
            gained, lost = (both + size) / 2, (both - size) / 2
            found["power"] = statistics.mcnemar_power(gained, lost, independent, **level)
            needed = statistics.mcnemar_required_items(gained, lost, **wanted)
    if size:
        found["items_needed"] = math.ceil(needed * effect)
    return {**found, "detectable": detectable}
