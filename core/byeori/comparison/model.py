"""The figures of a comparison, as frozen dataclasses."""

from dataclasses import dataclass
from typing import Literal

MOST_UNSCORED = 0.05
"""A comparison is no headline where a larger share of either model's items has no score: which
items fail is seldom chance, so what is left may be another set than the one that was asked."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its uncertainty, in the metric's unit.

    Attributes:
        value: the figure.
        low, high: bootstrap interval, or None where the scores say nothing about it (fewer than
            two independent items, or all alike).
        standard_deviation: of the items' scores, or None (fewer than two, or not a mean).
    """

    value: float
    low: float | None = None
    high: float | None = None
    standard_deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Significance:
    """The test of a difference.

    Attributes:
        name: of the test that was done, `paired t` or `Wilcoxon signed-rank`, and whether by
            document.
        statistic: t or W+; positive t where the tuned model is higher.
        degrees_of_freedom: of t; None for Wilcoxon.
        p_value: two-sided.
        p_adjusted: corrected for `family` comparisons.
        family: number of p-values corrected together.
        correction: `holm` or `none`.
        significant: whether `p_adjusted` is at or below 1 minus the confidence.
    """

    name: str
    statistic: float
    degrees_of_freedom: float | None
    p_value: float
    p_adjusted: float
    family: int
    correction: str
    significant: bool


@dataclass(frozen=True, slots=True)
class VarianceRatio:
    """F-test of variances, baseline over tuned: above 1 the tuned model is the steadier one.

    Attributes:
        statistic: F.
        p_value: one-sided, in the direction seen.
    """

    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Means of one task's or one language's items.

    Attributes:
        by: what the items are grouped by.
        name: the task or language.
        items: scored pairs in the group.
        baseline, tuned, difference: means, in the metric's unit.
    """

    by: Literal["task", "language"]
    name: str
    items: int
    baseline: float
    tuned: float
    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One tuned model against the baseline by one metric.

    Attributes:
        evaluator, metric: what was measured.
        model, baseline_model: who is compared with whom.
        kind: `metric` is a mean of items; `summary` a figure of all items, such as macro F1.
        confidence: of every interval.
        items: pairs that were scored on both sides.
        documents: independent units among them: documents, where items share any; else None.
        unscored_baseline, unscored_tuned: items each side has no score for.
        dropped: items left out because either side has no score.
        baseline, tuned, difference: figures with intervals; None where no pair was scored.
            `difference` is tuned minus baseline.
        test: None for a summary, or where a test is not defined (`notes` says why).
        correlation: Pearson's r of the two models' scores.
        effect_size: Hedges' g of the paired differences (d_z without small-sample bias).
        variance: F-test of variances.
        items_needed: items with which a difference as large as the one seen is found with a chance
            of 80 %.
        detectable_difference: the smallest difference these items show with a chance of 80 %.
        groups: by task and by language, where there is more than one.
        notes: what a reader must know besides.
    """

    evaluator: str
    metric: str
    model: str
    baseline_model: str
    kind: Literal["metric", "summary"]
    confidence: float
    items: int
    documents: int | None = None
    unscored_baseline: int = 0
    unscored_tuned: int = 0
    dropped: int = 0
    baseline: Estimate | None = None
    tuned: Estimate | None = None
    difference: Estimate | None = None
    test: Significance | None = None
    correlation: float | None = None
    effect_size: float | None = None
    variance: VarianceRatio | None = None
    items_needed: int | None = None
    detectable_difference: float | None = None
    groups: tuple[GroupFigures, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unscored_share(self) -> float:
        """Share of the items without a score, 0-1: of the model that lacks more of them."""
        asked = self.items + self.dropped
        return max(self.unscored_baseline, self.unscored_tuned) / asked if asked else 0.0

    @property
    def unreliable(self) -> bool:
        """Whether so many items have no score that the figures must not be a headline."""
        return self.unscored_share > MOST_UNSCORED


Standing = Literal["best", "tied", "apart", "untested"]


@dataclass(frozen=True, slots=True)
class Contender:
    """One model among those that answered the same items.

    Attributes:
        name: of the model.
        value: mean over the items it has a score for, or None.
        against_best: against the best one (`difference` is this model's minus the best one's;
            the test is corrected for all pairs of all contests); None for the best itself.
        standing: `best`; `tied` where it cannot be told apart from the best; `apart` where the
            difference is significant; `untested` where there is no test.
    """

    name: str
    value: float | None
    against_best: Comparison | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Contest:
    """Models that answered the very same items, by one metric.

    Attributes:
        evaluator, metric: what was measured.
        items: how many items.
        pairs: tests between two of its models.
        contenders: in the order given.
    """

    evaluator: str
    metric: str
    items: int
    pairs: int
    contenders: tuple[Contender, ...]

    @property
    def best(self) -> str:
        """Name of the model with the highest mean, the first of equals; empty without scores."""
        return next((c.name for c in self.contenders if c.standing == "best"), "")
