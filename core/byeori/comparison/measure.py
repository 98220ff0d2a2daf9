"""Measures pairs: means, intervals, tests, effect sizes, figures by group."""

import dataclasses
import statistics as plain
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from byeori import statistics
from byeori.comparison import pairing, summaries
from byeori.comparison.correction import corrected, uncorrected
from byeori.comparison.model import (
    Comparison,
    Estimate,
    Significance,
)
from byeori.comparison.pairing import Pairs
from byeori.comparison.settings import CompareSettings
from byeori.comparison.values import PairedValues, by_group, paired_values
from byeori.records import Score

if TYPE_CHECKING:
    from byeori.comparison import Summarise

FEW_DOCUMENTS = 10
"""Below this a cluster-robust standard error is known to be too small now and then."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What every comparison of one run shares; see `byeori.comparison.compare`."""

    settings: CompareSettings
    groups: Mapping[str, tuple[str, str]]
    clusters: Mapping[str, str]
    seed: int

    def all(
        self, scores: Sequence[Score], summarise: Mapping[str, "Summarise"]
    ) -> list[Comparison]:
        """Every metric and summary of every evaluator, corrected for their number."""
        table = pairing.table(scores, self.settings.baseline)
        found: list[Comparison] = []
        for evaluator in dict.fromkeys(evaluator for evaluator, _ in table):
            metrics = {metric: rows for (name, metric), rows in table.items() if name == evaluator}
            for metric, rows in metrics.items():
                found += [
                    self.metric(evaluator, metric, model, pairs)
                    for model, pairs in self._pairs(rows).items()
                ]
            if evaluator in summarise:
                paired = [self._pairs(rows) for rows in metrics.values()]
                found += summaries.compare(self, evaluator, paired, summarise[evaluator])
        return corrected(found, self.settings)

    def _pairs(self, rows: Mapping[str, pairing.ByItem]) -> dict[str, Pairs]:
        baseline = self.settings.baseline
        return {
            model: pairing.pairs(rows[baseline], by_item)
            for model, by_item in rows.items()
            if model != baseline
        }

    def units(self, items: Sequence[str]) -> list[tuple[str, str]]:
        """What each item shares its luck with: its document, or only itself."""
        named = ((item, self.clusters.get(item, "")) for item in items)
        return [("document", name) if name else ("item", item) for item, name in named]

    def blank(
        self, evaluator: str, metric: str, model: str, kind: Literal["metric", "summary"], n: int
    ) -> Comparison:
        """A comparison without figures."""
        return Comparison(
            evaluator=evaluator,
            metric=metric,
            model=model,
            baseline_model=self.settings.baseline,
            kind=kind,
            confidence=self.settings.confidence,
            items=n,
        )

    def metric(self, evaluator: str, metric: str, model: str, pairs: Pairs) -> Comparison:
        """One metric of one tuned model."""
        items = pairs.items
        units = self.units(items)
        count = len(set(units))
        values = paired_values(pairs, units)
        comparison = dataclasses.replace(
            self.blank(evaluator, metric, model, "metric", len(items)),
            documents=count if count < len(items) else None,
            unscored_baseline=pairs.unscored_baseline,
            unscored_tuned=pairs.unscored_tuned,
            dropped=pairs.dropped,
            notes=_notes(len(items), count),
        )
        if not items:
            return comparison
        return dataclasses.replace(
            comparison,
            baseline=self.estimate(values.baseline, units),
            tuned=self.estimate(values.tuned, units),
            difference=self.estimate(values.differences, units),
            groups=by_group(items, values, self.groups),
            **(self._tested(values, comparison.notes) if count > 1 else {}),
        )

    def estimate(self, values: Sequence[float], units: Sequence[tuple[str, str]]) -> Estimate:
        """Mean, bootstrap interval and standard deviation."""
        mean = plain.fmean(values)
        if len(set(units)) < 2:
            return Estimate(mean)
        interval = statistics.bootstrap_interval(
            values, clusters=units, confidence=self.settings.confidence, seed=self.seed
        )
        deviation = plain.stdev(values)
        if interval.method == "constant":
            return Estimate(mean, standard_deviation=deviation)
        return Estimate(mean, interval.low, interval.high, deviation)

    def test(self, pairs: Pairs) -> Significance | None:
        """The test alone, uncorrected; None where fewer than two independent items are paired."""
        units = self.units(pairs.items)
        if len(set(units)) < 2:
            return None
        values = paired_values(pairs, units)
        try:
            return self._significance(values, self._t_test(values))
        except statistics.ConstantDifferenceError:
            return self._wilcoxon(values)

    def _tested(self, values: PairedValues, notes: tuple[str, ...]) -> dict[str, Any]:
        """Test, effect size and power, where they are defined."""
        figures: dict[str, Any] = {"variance": values.variance_ratio(), "notes": notes}
        try:
            t = self._t_test(values)
            effect = statistics.cohens_d_paired(values.tuned, values.baseline)
        except statistics.ConstantDifferenceError:
            note = (
                "Every item (or document) changed alike, so neither a t-test nor an effect size "
                "is defined; the exact signed-rank test takes the t-test's place."
            )
            return {**figures, "test": self._wilcoxon(values), "notes": (*notes, note)}
        # The spread that would give this standard error to independent items: with it, the figures
        # on power allow for items that share a document.
        spread = t.standard_error * len(values.differences) ** 0.5
        alpha = 1 - self.settings.confidence
        figures["effect_size"] = effect.hedges_g
        figures["correlation"] = t.correlation
        if spread > 0:
            figures["detectable_difference"] = statistics.detectable_difference(
                spread, t.n, alpha=alpha
            )
        if spread > 0 and t.mean_difference:
            figures["items_needed"] = statistics.required_items(
                t.mean_difference / spread, alpha=alpha
            )
        return {**figures, "test": self._significance(values, t)}

    def _t_test(self, values: PairedValues) -> statistics.PairedTTest:
        return statistics.paired_t_test(
            values.tuned,
            values.baseline,
            confidence=self.settings.confidence,
            clusters=values.units,
        )

    def _significance(self, values: PairedValues, t: statistics.PairedTTest) -> Significance:
        """The test that was asked for."""
        if self.settings.test == "wilcoxon":
            return self._wilcoxon(values)
        name = "paired t, by document" if values.shared else "paired t"
        return uncorrected(name, t.statistic, t.p_value, float(t.degrees_of_freedom))

    def _wilcoxon(self, values: PairedValues) -> Significance:
        name = "Wilcoxon signed-rank"
        differences = values.differences
        if values.shared:
            name += ", by document"
            differences = values.means_by_unit()
        test = statistics.wilcoxon_signed_rank(differences, [0.0] * len(differences))
        return uncorrected(name, test.statistic, test.p_value, None)


def _notes(items: int, units: int) -> tuple[str, ...]:
    if items == 0:
        return ("No item was scored on both sides.",)
    if units < 2:
        return ("Too few independent items for an interval or a test: at least two are needed.",)
    if units < items and units < FEW_DOCUMENTS:
        return (f"The items come from only {units} documents: read intervals with caution.",)
    return ()
