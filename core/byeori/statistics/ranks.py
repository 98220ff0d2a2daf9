"""Wilcoxon's signed-rank test, exact with ties: scores of 0/1 or 1-5 are nearly all ties."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byeori.statistics.vectors import Vector, pair, resolution

EXACT = 100
"""Up to this many non-zero differences the exact distribution is computed."""


@dataclass(frozen=True, slots=True)
class WilcoxonTest:
    """Signed-rank test on the differences `a - b`.

    Attributes:
        statistic: W+, the sum of ranks of the positive differences.
        p_value: two-sided.
        n: number of pairs.
        zeros: pairs without a difference; they say nothing about direction and are left out.
        rank_biserial: effect size, (W+ - W-) / (W+ + W-), from -1 to 1 (Kerby 2014).
        method: `exact` (conditional on the ranks, ties included) or `normal` (approximation).
    """

    statistic: float
    p_value: float
    n: int
    zeros: int
    rank_biserial: float
    method: Literal["exact", "normal"]


def wilcoxon_signed_rank(a: Iterable[float | None], b: Iterable[float | None]) -> WilcoxonTest:
    """Test whether differences are symmetric around zero (Wilcoxon 1945).

    Zero differences are dropped, ties share their mean rank. Up to 100 non-zero differences the
    p-value is exact given those ranks, by counting all sign patterns; beyond, scipy's normal
    approximation corrected for ties. For scores of 0 and 1 the exact test is McNemar's.

    Returns:
        The test; identical scores give p = 1.

    Raises:
        ValueError: no pairs, unequal lengths, None or NaN.
    """
    left, right = pair(a, b, least=1)
    differences = left - right
    nonzero = differences[np.abs(differences) > resolution(left, right)]
    zeros = len(differences) - len(nonzero)
    if not len(nonzero):
        return WilcoxonTest(0.0, 1.0, len(differences), zeros, 0.0, "exact")
    ranks = _ranks(np.abs(nonzero), resolution(left, right))
    positive, total = float(ranks[nonzero > 0].sum()), float(ranks.sum())
    exact = len(nonzero) <= EXACT
    p_value = _exact_p(ranks, positive) if exact else _normal_p(ranks, nonzero)
    return WilcoxonTest(
        statistic=positive,
        p_value=p_value,
        n=len(differences),
        zeros=zeros,
        rank_biserial=(2 * positive - total) / total,
        method="exact" if exact else "normal",
    )


def _ranks(sizes: Vector, tolerance: float) -> Vector:
    """Ranks from 1; sizes equal up to rounding (0.3 - 0.2 and 0.2 - 0.1) share their mean rank."""
    from scipy import stats

    order = np.argsort(sizes, kind="stable")
    steps = np.diff(sizes[order], prepend=sizes[order[0]]) > tolerance
    levels = np.empty(len(sizes), dtype=np.float64)
    levels[order] = np.cumsum(steps)
    return np.asarray(stats.rankdata(levels), dtype=np.float64)


def _exact_p(ranks: Vector, positive: float) -> float:
    """Two-sided p over all 2^n sign patterns, by adding one rank at a time to the distribution."""
    doubled = np.rint(2 * ranks).astype(np.intp)  # mean ranks are halves; integers can be counted
    share = np.zeros(int(doubled.sum()) + 1)
    share[0] = 1.0
    for rank in doubled:
        share = 0.5 * share
        share[rank:] += share[:-rank].copy()
    seen = int(np.rint(2 * positive))
    tail = min(float(share[: seen + 1].sum()), float(share[seen:].sum()))
    return min(1.0, 2 * tail)


def _normal_p(ranks: Vector, differences: Vector) -> float:
    from scipy import stats

    # Signed ranks have the same ranks as the differences, with near-ties already joined.
    signed = np.sign(differences) * ranks
    test = stats.wilcoxon(signed, zero_method="wilcox", correction=False, method="asymptotic")
    return float(test.pvalue)
