"""Fills a table's cells from finished runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from byeori.comparison.model import Comparison, Estimate, GroupFigures
from byeori.errors import DataError, suggest
from byeori.records import Score
from byeori.reproduction.table import Ours, Place
from byeori.reproduction.ways import Measured, MetricAt

if TYPE_CHECKING:
    from byeori.finished import FinishedRun
    from byeori.reproduction.paper import Experiment
    from byeori.reproduction.runs import Runs

T = TypeVar("T")

UNNAMED = "the recipe has no counterpart of it"
"""Said of a cell whose labels name no model and metric, and no reason why."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where one cell's figure comes from."""

    run: "FinishedRun"
    model: str
    metric: MetricAt

    @property
    def baseline(self) -> bool:
        return any(c.baseline_model == self.model for c in self.run.report.comparisons)

    def compared(self) -> Comparison | None:
        """The comparison that holds the model's figure."""
        found = [
            c
            for c in self.run.report.comparisons
            if (c.evaluator, c.metric) == (self.metric.evaluator, self.metric.metric)
            and self.model in (c.model, c.baseline_model)
        ]
        return found[0] if found else None

    def figures(self) -> Comparison | GroupFigures | None:
        """The comparison, or that of one group."""
        comparison = self.compared()
        if comparison is None or not self.metric.group:
            return comparison
        return next((g for g in comparison.groups if g.name == self.metric.group), None)

    def scores(self) -> dict[str, Score]:
        """The model's scores by item; empty where the figure is no mean of items."""
        if self.metric.group:
            return {}
        return {
            score.item_id: score
            for score in self.run.scores
            if (score.evaluator, score.metric, score.model)
            == (self.metric.evaluator, self.metric.metric, self.model)
        }

    def figure(self) -> Estimate:
        """The figure with its interval, in the paper's unit.

        Raises:
            DataError: the run has no such figure.
        """
        found = self.figures()
        estimate = None
        if found is not None:
            estimate = found.baseline if self.baseline else found.tuned
        if estimate is None:
            estimate = _mean(list(self.scores().values()), self.run.clusters)
        if estimate is None:
            raise DataError(f"run {self.run.name} has no {self._named()}{suggest('', _has(self))}")
        return scaled(estimate, self.metric.scale)

    def _named(self) -> str:
        group = f" of {self.metric.group}" if self.metric.group else ""
        return f"{self.metric.evaluator} {self.metric.metric}{group} for {self.model}"


def _has(source: _Source) -> list[str]:
    comparisons = source.run.report.comparisons
    return sorted(
        {f"{c.evaluator} {c.metric} ({c.baseline_model}, {c.model})" for c in comparisons}
    )


def measured(experiment: "Experiment", way: Measured, runs: "Runs") -> Ours:
    """Our side of a table that is measured by runs.

    Raises:
        ByeoriError: a recipe cannot be run, or its report lacks a figure that is asked for.
    """
    sources: dict[Place, _Source] = {}
    missing: dict[Place, str] = {}
    for place in experiment.places():
        model, metric = _first(way.models, place), _first(way.metrics, place)
        reason = _first(way.missing, place)
        if reason is None and model is not None and metric is not None:
            sources[place] = _Source(runs.of(model), model.model, metric)
        else:
            missing[place] = reason or UNNAMED
    figures = {place: source.figure() for place, source in sources.items()}

    def difference(one: Place, other: Place) -> Estimate | None:
        return _difference(sources[one], sources[other], figures[one], figures[other])

    return Ours(figures, missing, difference)


def _first(by_label: Mapping[str, T], place: Place) -> T | None:
    return next((by_label[label] for label in place if label in by_label), None)


def scaled(estimate: Estimate, scale: float) -> Estimate:
    """An estimate in another unit; `scale` may be negative."""
    if scale == 1.0:
        return estimate
    ends = [None if end is None else end * scale for end in (estimate.low, estimate.high)]
    low, high = ends if scale > 0 else reversed(ends)
    spread = estimate.standard_deviation
    return replace(
        estimate,
        value=estimate.value * scale,
        low=low,
        high=high,
        standard_deviation=None if spread is None else spread * abs(scale),
    )


def _difference(a: _Source, b: _Source, of_a: Estimate, of_b: Estimate) -> Estimate | None:
    if a.run is b.run and a.metric == b.metric and a.baseline != b.baseline:
        found = (b if a.baseline else a).figures()
        if found is not None and found.difference is not None:
            return scaled(found.difference, -a.metric.scale if a.baseline else a.metric.scale)
    return _paired(a, b) or _from_ends(of_a, of_b)


def _paired(a: _Source, b: _Source) -> Estimate | None:
    """On the items both answered, where both are means of items."""
    from byeori.comparison import CompareSettings, pairing
    from byeori.comparison.measure import Measurement

    rows = a.scores(), b.scores()
    common = sorted(set(rows[0]) & set(rows[1]))
    if not common or a.metric.scale != b.metric.scale:
        return None
    mine, other = ({item: side[item] for item in common} for side in rows)
    comparison = a.compared() or b.compared()
    settings = CompareSettings(confidence=comparison.confidence if comparison else 0.95)
    measurement = Measurement(settings, {}, {**b.run.clusters, **a.run.clusters}, 0)
    found = measurement.metric(
        a.metric.evaluator, a.metric.metric, a.model, pairing.pairs(other, mine)
    )
    return scaled(found.difference, a.metric.scale) if found.difference else None


def _from_ends(a: Estimate, b: Estimate) -> Estimate:
    """From the ends of the two intervals: wider than needed, never narrower.

    The difference lies outside only where one of the two figures lies outside its own interval.
    """
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Estimate(a.value - b.value)
    return Estimate(a.value - b.value, a.low - b.high, a.high - b.low)


def _mean(scores: Sequence[Score], clusters: Mapping[str, str]) -> Estimate | None:
    from byeori.comparison import CompareSettings
    from byeori.comparison.measure import Measurement

    return Measurement(CompareSettings(), {}, clusters, 0).mean(scores)
