"""Scores that are right or wrong: McNemar's test and the effect sizes of paired shares."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from byeori.statistics.vectors import check_share, pair


@dataclass(frozen=True, slots=True)
class McNemarTest:
    """Test of paired right/wrong scores; only items on which the two sides differ count.

    Attributes:
        statistic: items that only `a` has right.
        p_value: two-sided, exact (binomial, given the number of items that differ).
        p_value_mid: two-sided mid-p, which counts what was seen by half: less conservative, and
            hardly ever above the level (Fagerland, Lydersen and Laake 2013).
        only_a, only_b, both, neither: items by who has them right.
        n: number of pairs.
    """

    statistic: int
    p_value: float
    p_value_mid: float
    only_a: int
    only_b: int
    both: int
    neither: int
    n: int


def mcnemar_test(a: Iterable[float | None], b: Iterable[float | None]) -> McNemarTest:
    """Test whether `a` and `b` are right equally often (McNemar 1947; exact).

    Args:
        a, b: 1 for right and 0 for wrong, of the same items in the same order.

    Returns:
        The test; without items that differ, p = 1.

    Raises:
        ValueError: no pairs, unequal lengths, or a value that is neither 0 nor 1.
    """
    from scipy import stats

    both, only_a, only_b, neither = _cells(a, b)
    differing = only_a + only_b
    exact = mid = 1.0
    if differing:
        exact = float(stats.binomtest(only_a, differing).pvalue)
        seen = float(stats.binom.pmf(only_a, differing, 0.5))
        mid = exact - (seen / 2 if only_a == only_b else seen)  # both tails share the middle
    n = both + differing + neither
    return McNemarTest(only_a, exact, mid, only_a, only_b, both, neither, n)


@dataclass(frozen=True, slots=True)
class PairedShares:
    """How far two shares of right answers on the same items lie apart.

    Attributes:
        statistic: risk difference, share right of `a` minus that of `b`.
        low, high: its score interval (Tango 1998).
        odds_ratio: of pairs, `only_a / only_b`; None where `only_b` is 0.
        odds_low, odds_high: its exact interval (Clopper and Pearson 1934, on the items that
            differ); None where it has no upper end, or no item differs.
        confidence: of both intervals.
        n: number of pairs.
    """

    statistic: float
    low: float
    high: float
    odds_ratio: float | None
    odds_low: float | None
    odds_high: float | None
    confidence: float
    n: int


def paired_shares(
    a: Iterable[float | None], b: Iterable[float | None], *, confidence: float = 0.95
) -> PairedShares:
    """Risk difference and odds ratio of paired right/wrong scores, with intervals.

    Unlike a bootstrap interval, the score interval has a width even where no item differs.

    Args:
        a, b: 1 for right and 0 for wrong, of the same items in the same order.
        confidence: of the intervals.

    Raises:
        ValueError: as for `mcnemar_test`, or a confidence outside (0, 1).
    """
    from scipy import stats

    check_share(confidence, "confidence")
    both, only_a, only_b, neither = _cells(a, b)
    n = both + only_a + only_b + neither
    odds: tuple[float | None, float | None] = None, None
    if only_a + only_b:
        share = stats.binomtest(only_a, only_a + only_b).proportion_ci(confidence, method="exact")
        odds = _odds(share.low), _odds(share.high)
    low, high = _tango(only_a, only_b, n, float(stats.norm.isf((1 - confidence) / 2)))
    return PairedShares(
        statistic=(only_a - only_b) / n,
        low=low,
        high=high,
        odds_ratio=only_a / only_b if only_b else None,
        odds_low=odds[0],
        odds_high=odds[1],
        confidence=confidence,
        n=n,
    )


def is_right_wrong(values: Iterable[float]) -> bool:
    """Whether all values are 0 or 1."""
    return all(value in (0, 1) for value in values)


def _cells(a: Iterable[float | None], b: Iterable[float | None]) -> tuple[int, int, int, int]:
    """Items both, only `a`, only `b` and neither have right."""
    left, right = pair(a, b, least=1)
    for name, side in (("a", left), ("b", right)):
        if not is_right_wrong(side):
            wrong = next(value for value in side if value not in (0, 1))
            raise ValueError(f"{name} holds {wrong:g}; right/wrong scores are 1 and 0")
    table = np.bincount((2 * (1 - left) + (1 - right)).astype(np.intp), minlength=4)
    both, only_a, only_b, neither = table.tolist()
    return both, only_a, only_b, neither


def _odds(share: float) -> float | None:
    return float(share / (1 - share)) if share < 1 else None


def _tango(only_a: int, only_b: int, n: int, z: float) -> tuple[float, float]:
    """The differences that a score test at this z does not reject."""
    from scipy import optimize

    seen = (only_a - only_b) / n

    def at(difference: float) -> float:
        return _score(only_a, only_b, n, difference)

    # The score falls from +infinity at -1 to -infinity at 1, and is 0 at the difference seen.
    edge = 1 - 1e-12
    low = -1.0 if seen <= -edge else optimize.brentq(lambda d: at(d) - z, -edge, seen, xtol=1e-12)
    high = 1.0 if seen >= edge else optimize.brentq(lambda d: at(d) + z, seen, edge, xtol=1e-12)
    return float(low), float(high)


def _score(only_a: int, only_b: int, n: int, difference: float) -> float:
    """Tango's score statistic of a difference (1998, equations 4 and 5)."""
    linear = (2 * n - only_a + only_b) * difference - only_a - only_b
    constant = -only_b * difference * (1 - difference)
    share = (math.sqrt(max(linear**2 - 8 * n * constant, 0.0)) - linear) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    gap = only_a - only_b - n * difference
    if variance <= 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / math.sqrt(variance)
