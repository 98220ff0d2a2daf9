"""Chooses the test of a difference, and makes it."""

from byeori import statistics
from byeori.comparison.correction import uncorrected
from byeori.comparison.model import Effect, Significance
from byeori.comparison.settings import CompareSettings
from byeori.comparison.values import PairedValues

Tested = tuple[Significance, tuple[str, ...]]
"""A test, and what a reader must know of how it was chosen."""

AUTO_RIGHT_WRONG = "No test was named, and the scores are right or wrong: McNemar's, exact."
AUTO_SHARED = (
    "No test was named, and items share documents: the paired t-test with a standard error by "
    "document."
)
AUTO_SCORES = "No test was named, and the scores are not only right or wrong: the paired t-test."
NOT_RIGHT_WRONG = (
    "McNemar's test needs scores that are right or wrong, which these are not: the paired t-test "
    "takes its place."
)
CONSTANT = (
    "Every item (or document) changed alike, so that no t-test is defined; the exact signed-rank "
    "test takes its place."
)


def tested(values: PairedValues, settings: CompareSettings, seed: int) -> Tested:
    """The test that was asked for, or the one that fits the scores; uncorrected."""
    right_wrong = values.right_wrong
    if settings.test == "wilcoxon":
        return _wilcoxon(values), ()
    if settings.test == "permutation":
        return _permutation(values, "permutation", seed), ()
    if settings.test == "mcnemar" and right_wrong:
        if values.shared:
            return _permutation(values, "McNemar, swapping documents", seed), ()
        return _mcnemar(values), ()
    if settings.test == "auto" and right_wrong and not values.shared:
        return _mcnemar(values), (AUTO_RIGHT_WRONG,)
    why: tuple[str, ...] = ()
    if settings.test == "auto":
        why = (AUTO_SHARED if values.shared else AUTO_SCORES,)
    if settings.test == "mcnemar":
        why = (NOT_RIGHT_WRONG,)
    try:
        return _paired_t(values, settings.confidence), why
    except statistics.ConstantDifferenceError:
        return _wilcoxon(values), (*why, CONSTANT)


def effects(values: PairedValues, confidence: float) -> tuple[Effect, ...]:
    """Effect sizes beside Hedges' g: of shares for right/wrong scores, of ranks for others."""
    if not values.right_wrong:
        differences = values.means_by_unit() if values.shared else values.differences
        ranks = statistics.wilcoxon_signed_rank(differences, [0.0] * len(differences))
        return (Effect("rank-biserial correlation", ranks.rank_biserial),)
    if values.shared:
        return ()  # their intervals suppose independent items
    shares = statistics.paired_shares(values.tuned, values.baseline, confidence=confidence)
    risk = Effect("risk difference, score interval", shares.statistic, shares.low, shares.high)
    if shares.odds_low is None:  # no item differs
        return (risk,)
    odds = Effect("odds ratio of pairs", shares.odds_ratio, shares.odds_low, shares.odds_high)
    return risk, odds


def _paired_t(values: PairedValues, confidence: float) -> Significance:
    t = values.t_test(confidence)
    name = "paired t, by document" if values.shared else "paired t"
    return uncorrected(name, t.statistic, t.p_value, float(t.degrees_of_freedom))


def _wilcoxon(values: PairedValues) -> Significance:
    name = "Wilcoxon signed-rank"
    differences = values.differences
    if values.shared:
        name += ", by document"
        differences = values.means_by_unit()
    test = statistics.wilcoxon_signed_rank(differences, [0.0] * len(differences))
    return uncorrected(name, test.statistic, test.p_value, None)


def _mcnemar(values: PairedValues) -> Significance:
    test = statistics.mcnemar_test(values.tuned, values.baseline)
    return uncorrected("McNemar, exact", float(test.statistic), test.p_value, None)


def _permutation(values: PairedValues, name: str, seed: int) -> Significance:
    test = statistics.permutation_test(
        values.tuned, values.baseline, clusters=values.units, seed=seed
    )
    shared = values.shared and name == "permutation"
    return uncorrected(f"{name}{', by document' * shared}", test.statistic, test.p_value, None)
