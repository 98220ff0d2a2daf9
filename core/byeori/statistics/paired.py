"""Paired t-test, F-test of variances and effect size: the tests of the NASA R&D paper and more."""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from byeori.statistics.vectors import (
    ConstantDifferenceError,
    Vector,
    check_share,
    codes,
    is_constant,
    pair,
    resolution,
    vector,
)


@dataclass(frozen=True, slots=True)
class PairedTTest:
    """Student's t-test on the differences `a - b`.

    Attributes:
        statistic: t, positive where `a` is larger.
        p_value: two-sided.
        p_value_one_sided: in the direction seen, as spreadsheets print it (`P(T<=t) one-tail`).
        degrees_of_freedom: pairs minus one, or clusters minus one.
        n: number of pairs.
        mean_a, mean_b, variance_a, variance_b: of each side (variance with n - 1).
        mean_difference: mean of `a - b`.
        standard_error: of the mean difference; cluster-robust where clusters were given.
        interval: of the mean difference, at `confidence`.
        confidence: share of such intervals that hold the true difference.
        correlation: Pearson's r of the two sides, or None where a side is constant.
        critical_one_sided, critical_two_sided: t beyond which the test is significant at
            `1 - confidence`.
    """

    statistic: float
    p_value: float
    p_value_one_sided: float
    degrees_of_freedom: int
    n: int
    mean_a: float
    mean_b: float
    variance_a: float
    variance_b: float
    mean_difference: float
    standard_error: float
    interval: tuple[float, float]
    confidence: float
    correlation: float | None
    critical_one_sided: float
    critical_two_sided: float


def paired_t_test(
    a: Iterable[float | None],
    b: Iterable[float | None],
    *,
    confidence: float = 0.95,
    clusters: Sequence[Hashable] | None = None,
) -> PairedTTest:
    """Test whether the mean of `a - b` is zero.

    Args:
        a, b: scores of the same items in the same order, shape (n,), n >= 2.
        confidence: of the interval and the critical values.
        clusters: one label per pair (such as the item's document) where pairs are not independent.
            The standard error is then the cluster-robust one (Liang and Zeger 1986, with the
            factor G/(G-1) of Cameron and Miller 2015, eq. 11) on G - 1 degrees of freedom; with
            every pair its own cluster it is the ordinary test.

    Returns:
        The test; identical scores give t = 0, p = 1.

    Raises:
        ConstantDifferenceError: all differences (or all clusters) vary by nothing but are not zero.
        ValueError: fewer than two pairs or clusters, unequal lengths, None or NaN.
    """
    from scipy import stats

    check_share(confidence, "confidence")
    left, right = pair(a, b, least=2)
    mean, error, dof = _mean_and_error(left - right, clusters, resolution(left, right))
    statistic = mean / error if error else 0.0
    p_value = float(2 * stats.t.sf(abs(statistic), dof))
    critical = float(stats.t.isf((1 - confidence) / 2, dof))
    return PairedTTest(
        statistic=statistic,
        p_value=p_value,
        p_value_one_sided=p_value / 2,
        degrees_of_freedom=dof,
        n=len(left),
        mean_a=float(np.mean(left)),
        mean_b=float(np.mean(right)),
        variance_a=float(np.var(left, ddof=1)),
        variance_b=float(np.var(right, ddof=1)),
        mean_difference=mean,
        standard_error=error,
        interval=(mean - critical * error, mean + critical * error),
        confidence=confidence,
        correlation=_correlation(left, right),
        critical_one_sided=float(stats.t.isf(1 - confidence, dof)),
        critical_two_sided=critical,
    )


def _mean_and_error(
    differences: Vector, clusters: Sequence[Hashable] | None, tolerance: float
) -> tuple[float, float, int]:
    """Mean, its standard error and the degrees of freedom; both 0 where nothing differs."""
    error, dof = _standard_error(differences, clusters)
    mean = float(np.mean(differences))
    if error > tolerance / math.sqrt(len(differences)):
        return mean, error, dof
    if is_constant(differences, tolerance) and abs(mean) <= tolerance:
        return 0.0, 0.0, dof
    raise ConstantDifferenceError(
        f"no variation: every pair (or cluster) differs alike, by {mean:.6g} on average; "
        "a t-test is not defined there, use wilcoxon_signed_rank"
    )


def _standard_error(differences: Vector, clusters: Sequence[Hashable] | None) -> tuple[float, int]:
    labels, count = codes(clusters, len(differences))
    if count < 2:
        raise ValueError("all pairs lie in one cluster; at least two are needed to see variation")
    residuals = np.bincount(labels, weights=differences - np.mean(differences), minlength=count)
    variance = count / (count - 1) * float(residuals @ residuals) / len(differences) ** 2
    return math.sqrt(variance), count - 1


def _correlation(left: Vector, right: Vector) -> float | None:
    if any(is_constant(side, resolution(side)) for side in (left, right)):
        return None
    x, y = (side - np.mean(side) for side in (left, right))
    x, y = x / np.max(np.abs(x)), y / np.max(np.abs(y))
    r = float(x @ y / math.sqrt(float(x @ x) * float(y @ y)))
    return max(-1.0, min(1.0, r))


@dataclass(frozen=True, slots=True)
class VarianceFTest:
    """Ratio of two variances.

    Attributes:
        statistic: F = variance of `a` over variance of `b`.
        p_value: one-sided, in the direction seen, as spreadsheets print it (`P(F<=f) one-tail`).
        p_value_two_sided: twice that, at most 1.
        degrees_of_freedom: of numerator and denominator.
        variance_a, variance_b: with n - 1.
        critical: F beyond which the one-sided test is significant at `1 - confidence`: above it
            where F > 1, below it where F < 1.
    """

    statistic: float
    p_value: float
    p_value_two_sided: float
    degrees_of_freedom: tuple[int, int]
    variance_a: float
    variance_b: float
    critical: float


def variance_f_test(
    a: Iterable[float | None], b: Iterable[float | None], *, confidence: float = 0.95
) -> VarianceFTest:
    """Compare how widely two models' scores vary, one-sided, as in the NASA R&D paper (Table 6).

    The test assumes independent, normal samples; on paired scores read it as a description. The
    sides may differ in length.

    Raises:
        ValueError: fewer than two values on a side, None or NaN, or a side without variation.
    """
    from scipy import stats

    check_share(confidence, "confidence")
    sides = vector(a, "a", 2), vector(b, "b", 2)
    for name, side in zip("ab", sides, strict=True):
        if is_constant(side, resolution(side)):
            raise ValueError(
                f"all values of {name} are equal; a ratio of variances needs variation"
            )
    variances = float(np.var(sides[0], ddof=1)), float(np.var(sides[1], ddof=1))
    dof = len(sides[0]) - 1, len(sides[1]) - 1
    ratio = variances[0] / variances[1]
    if not 0 < ratio < math.inf:
        raise ValueError("the variances differ by more than a float can hold")
    upper = ratio >= 1
    p_value = float(stats.f.sf(ratio, *dof) if upper else stats.f.cdf(ratio, *dof))
    critical = stats.f.isf(1 - confidence, *dof) if upper else stats.f.ppf(1 - confidence, *dof)
    return VarianceFTest(
        ratio, p_value, min(1.0, 2 * p_value), dof, variances[0], variances[1], float(critical)
    )


@dataclass(frozen=True, slots=True)
class EffectSize:
    """Standardised mean difference of paired scores.

    Attributes:
        statistic: Cohen's d_z: mean of `a - b` over the standard deviation of `a - b`.
        hedges_g: the same without its small-sample bias (Hedges 1981, exact factor).
        n: number of pairs.
    """

    statistic: float
    hedges_g: float
    n: int


def cohens_d_paired(a: Iterable[float | None], b: Iterable[float | None]) -> EffectSize:
    """How large the difference is beside its own variation (Cohen 1988, d_z); 0 where identical.

    Raises:
        ConstantDifferenceError: all differences are equal and not zero.
        ValueError: fewer than two pairs, unequal lengths, None or NaN.
    """
    left, right = pair(a, b, least=2)
    differences, tolerance = left - right, resolution(left, right)
    mean, n = float(np.mean(differences)), len(differences)
    if is_constant(differences, tolerance):
        if abs(mean) > tolerance:
            raise ConstantDifferenceError(
                f"every pair differs by {mean:.6g}: an effect size has no variation to divide by"
            )
        return EffectSize(0.0, 0.0, n)
    d = mean / float(np.std(differences, ddof=1))
    return EffectSize(d, d * _hedges_factor(n - 1), n)


def _hedges_factor(dof: int) -> float:
    if dof == 1:
        return 0.0  # the exact factor's limit: one degree of freedom carries no unbiased estimate
    return math.exp(math.lgamma(dof / 2) - math.lgamma((dof - 1) / 2)) / math.sqrt(dof / 2)
