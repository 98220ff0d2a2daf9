"""Measures pairs: means, intervals, tests, effect sizes, figures by group."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byeori import statistics
from byeori.comparison import averages, pairing, summaries
from byeori.comparison.correction import corrected
from byeori.comparison.estimates import Scale, estimate
from byeori.comparison.groups import Grouping
from byeori.comparison.model import Comparison, Estimate, Kind, Significance
from byeori.comparison.pairing import Pairs
from byeori.comparison.settings import CompareSettings
from byeori.comparison.significance import effects, tested
from byeori.comparison.values import PairedValues, paired_values, scored_values
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
        everything: dict[tuple[str, str], dict[str, Pairs]] = {}
        for evaluator in dict.fromkeys(evaluator for evaluator, _ in table):
            metrics = {metric: rows for (name, metric), rows in table.items() if name == evaluator}
            paired = [self._pairs(rows) for rows in metrics.values()]
            for metric, by_model in zip(metrics, paired, strict=True):
                everything[evaluator, metric] = by_model
                found += [
                    self.metric(evaluator, metric, model, pairs)
                    for model, pairs in by_model.items()
                ]
            if evaluator in summarise:
                found += summaries.compare(self, evaluator, paired, summarise[evaluator])
        found += averages.compare(self, everything)
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

    def blank(self, evaluator: str, metric: str, model: str, kind: Kind, n: int) -> Comparison:
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
            **self._estimates(values),
            groups=self._grouping().figures(items, values),
            **(self._tested(values, comparison.notes) if count > 1 else {}),
        )

    def _estimates(self, values: PairedValues) -> dict[str, Any]:
        def of(side: Sequence[float], scale: Scale) -> Estimate:
            known: Scale = scale if values.right_wrong else "any"
            return estimate(side, values.units, self.settings.confidence, self.seed, scale=known)

        return {
            "baseline": of(values.baseline, "share"),
            "tuned": of(values.tuned, "share"),
            "difference": of(values.differences, "difference"),
        }

    def mean(self, scores: Sequence[Score]) -> Estimate | None:
        """The mean of one model's scores, with its interval; None where it has none."""
        known = [score for score in scores if score.value is not None]
        if not known:
            return None
        values = scored_values(known)
        scale: Scale = "share" if statistics.is_right_wrong(values) else "any"
        units = self.units([score.item_id for score in known])
        return estimate(values, units, self.settings.confidence, self.seed, scale=scale)

    def _grouping(self) -> Grouping:
        return Grouping(self.groups, self.settings.confidence, self.seed)

    def test(self, pairs: Pairs) -> Significance | None:
        """The test alone, uncorrected; None where fewer than two independent items are paired."""
        values = paired_values(pairs, self.units(pairs.items))
        if values.independent < 2:
            return None
        return tested(values, self.settings, self.seed)[0]

    def _tested(self, values: PairedValues, notes: tuple[str, ...]) -> dict[str, Any]:
        """Test, effect sizes and power, where they are defined."""
        confidence = self.settings.confidence
        test, why = tested(values, self.settings, self.seed)
        figures: dict[str, Any] = {
            "test": test,
            "variance": values.variance_ratio(),
            "effects": effects(values, confidence),
            "notes": (*notes, *why),
        }
        try:
            t = values.t_test(confidence)
            effect = statistics.cohens_d_paired(values.tuned, values.baseline)
        except statistics.ConstantDifferenceError:
            note = "Every item (or document) changed alike, so that Hedges' g is not defined."
            return {**figures, "notes": (*figures["notes"], note)}
        # The spread that would give this standard error to independent items: with it, the figures
        # on power allow for items that share a document.
        spread = t.standard_error * len(values.differences) ** 0.5
        alpha = 1 - confidence
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
        return figures


def _notes(items: int, units: int) -> tuple[str, ...]:
    if items == 0:
        return ("No item was scored on both sides.",)
    if units < 2:
        return ("Too few independent items for an interval or a test: at least two are needed.",)
    if units < items and units < FEW_DOCUMENTS:
        return (f"The items come from only {units} documents: read intervals with caution.",)
    return ()
