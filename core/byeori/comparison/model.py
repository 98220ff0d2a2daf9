"""The figures of a comparison, as frozen dataclasses."""

from dataclasses import dataclass
from typing import Literal

from byeori.records import LOWER_IS_BETTER

MOST_UNSCORED = 0.05
"""A comparison is no headline where a larger share of either model's items has no score: which
items fail is seldom chance, so what is left may be another set than the one that was asked."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its uncertainty, in the metric's unit.

    Attributes:
        value: the figure.
        low, high: bootstrap interval; where all scores are alike, an exact or score interval if
            they are right or wrong; or None where the scores say nothing about it (fewer than two
            independent items, or all alike).
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
        name: of the test that was done, such as `paired t` or `McNemar, exact`, and whether by
            document.
        statistic: see `symbol`; a positive t, or difference, where the tuned model is higher.
        degrees_of_freedom: of t; None for the others.
        p_value: two-sided.
        p_adjusted: corrected for `family` comparisons.
        family: number of p-values corrected together.
        correction: `holm`, `benjamini-hochberg` or `none`.
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

    @property
    def symbol(self) -> str:
        """What `statistic` is: `t`, `W+`, or what was counted or averaged."""
        if self.name.startswith("McNemar, exact"):
            return "items only the tuned model has right"
        if self.degrees_of_freedom is None:
            return "W+" if self.name.startswith("Wilcoxon") else "mean difference"
        return "t"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size.

    Attributes:
        name: what it is.
        value: the figure; None where it has no bound, such as an odds ratio over zero.
        low, high: its interval, where it has one; an end that is None has no bound.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class VarianceRatio:
    """F-test of variances, baseline over tuned: above 1 the tuned model is the steadier one.

    Attributes:
        statistic: F.
        p_value: one-sided, in the direction seen.
        levene: W of the test of Brown and Forsythe, which needs no normal scores; or None.
        levene_p: its p-value.
    """

    statistic: float
    p_value: float
    levene: float | None = None
    levene_p: float | None = None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Means of one task's or one language's items, or the average of all tasks.

    Attributes:
        by: what the items are grouped by; `average`: every task counts the same.
        name: the task or language, or what is averaged.
        items: scored pairs in the group.
        baseline, tuned, difference: means with intervals, in the metric's unit; the intervals are
            not corrected for the number of groups.
    """

    by: Literal["task", "language", "average"]
    name: str
    items: int
    baseline: Estimate
    tuned: Estimate
    difference: Estimate


Kind = Literal["metric", "summary", "average"]


def average_name(count: int) -> str:
    """What the average of so many evaluators is called where an evaluator's id would stand."""
    return f"average of {count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One tuned model against the baseline by one metric.

    Attributes:
        evaluator, metric: what was measured.
        model, baseline_model: who is compared with whom.
        kind: `metric` is a mean of items; `summary` a figure of all items, such as macro F1;
            `average` the mean of several evaluators' means.
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
        effects: further effect sizes, where the scores have them.
        variance: tests of the spread.
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
    kind: Kind
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
    effects: tuple[Effect, ...] = ()
    variance: VarianceRatio | None = None
    items_needed: int | None = None
    detectable_difference: float | None = None
    groups: tuple[GroupFigures, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lower_is_better(self) -> bool:
        """Whether the metric says so in its name."""
        return LOWER_IS_BETTER in self.metric

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
        value: mean over the items it has a score for, with its interval, or None.
        against_best: against the best one (`difference` is this model's minus the best one's;
            the test is corrected for all pairs of all contests); None for the best itself.
        standing: `best`; `tied` where it cannot be told apart from the best; `apart` where the
            difference is significant; `untested` where there is no test.
    """

    name: str
    value: Estimate | None
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
