"""Paired t-test, F-test, effect size: against scipy and statsmodels, and where they end."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from byeori.statistics import (
    ConstantDifferenceError,
    cohens_d_paired,
    paired_t_test,
    variance_f_test,
)

RANDOM = np.random.default_rng(5)
A = RANDOM.normal(0.6, 0.2, 40)
B = RANDOM.normal(0.5, 0.2, 40) + 0.3 * A
SCORES = st.floats(-1e6, 1e6, allow_nan=False)
PAIRS = st.lists(st.tuples(SCORES, SCORES), min_size=2, max_size=30)
GRADES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_paired_t_test_agrees_with_scipy(confidence: float) -> None:
    ours, theirs = paired_t_test(A, B, confidence=confidence), stats.ttest_rel(A, B)
    interval = theirs.confidence_interval(confidence)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours.interval == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert ours.correlation == pytest.approx(stats.pearsonr(A, B).statistic, rel=1e-12)


def test_the_clustered_t_test_agrees_with_cluster_robust_regression() -> None:
    from statsmodels.regression.linear_model import OLS

    clusters = [i // 3 for i in range(40)]
    fit = OLS(A - B, np.ones(40)).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    ours = paired_t_test(A, B, clusters=clusters)
    assert ours.standard_error == pytest.approx(fit.bse[0], rel=1e-12)
    assert ours.statistic == pytest.approx(fit.tvalues[0], rel=1e-12)
    assert ours.p_value == pytest.approx(fit.pvalues[0], rel=1e-10)
    assert ours.degrees_of_freedom == 13


def test_clusters_of_one_pair_each_give_the_ordinary_test() -> None:
    assert paired_t_test(A, B, clusters=range(40)).statistic == pytest.approx(
        paired_t_test(A, B).statistic, rel=1e-12
    )


def test_doubling_every_pair_within_its_cluster_does_not_sharpen_the_test() -> None:
    single = paired_t_test(A, B)
    doubled = paired_t_test([*A, *A], [*B, *B], clusters=[*range(40), *range(40)])
    assert doubled.p_value == pytest.approx(single.p_value, rel=1e-9)


@given(PAIRS | GRADES)
def test_no_scores_give_a_figure_that_is_not_a_number(pairs: list[tuple[float, float]]) -> None:
    a, b = zip(*pairs, strict=True)
    try:
        test, effect = paired_t_test(a, b), cohens_d_paired(a, b)
    except ConstantDifferenceError:
        return
    figures = [test.statistic, test.p_value, *test.interval, effect.statistic, effect.hedges_g]
    assert all(math.isfinite(figure) for figure in figures)
    assert 0 <= test.p_value <= 1
    assert test.correlation is None or -1 <= test.correlation <= 1


@given(GRADES)
def test_exchanging_the_sides_changes_only_the_sign(pairs: list[tuple[int, int]]) -> None:
    a, b = zip(*pairs, strict=True)
    try:
        there, back = paired_t_test(a, b), paired_t_test(b, a)
    except ConstantDifferenceError:
        return
    assert there.statistic == pytest.approx(-back.statistic)
    assert there.p_value == pytest.approx(back.p_value)


def test_identical_scores_have_p_one_and_no_effect() -> None:
    test = paired_t_test([0.1, 0.5, 0.9], [0.1, 0.5, 0.9])
    assert (test.statistic, test.p_value, test.interval) == (0.0, 1.0, (0.0, 0.0))
    assert cohens_d_paired([1, 2], [1, 2]).statistic == 0.0


def test_a_constant_difference_is_refused_even_when_rounding_hides_it() -> None:
    a = [0.1, 0.2, 0.7]
    for test in (paired_t_test, cohens_d_paired):
        with pytest.raises(ConstantDifferenceError, match="differs"):
            test([x + 0.1 for x in a], a)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1.0], [2.0], r"a has 1 value\(s\); at least 2"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "a has 2 values and b 3"),
        ([1.0, None], [1.0, 2.0], r"a\[1\] is None"),
        ([1.0, 2.0], [math.nan, 2.0], r"b\[0\] is nan"),
        ([1.0, 2.0], [math.inf, 2.0], r"b\[0\] is inf"),
    ],
)
def test_unusable_scores_are_refused_with_their_place(
    a: list[float | None], b: list[float | None], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        paired_t_test(a, b)


def test_clusters_must_fit_the_pairs() -> None:
    with pytest.raises(ValueError, match="all pairs lie in one cluster"):
        paired_t_test([1, 2, 3], [3, 2, 2], clusters=["d"] * 3)
    with pytest.raises(ValueError, match="2 clusters for 3 values"):
        paired_t_test([1, 2, 3], [3, 2, 2], clusters=["d", "e"])


def test_the_f_test_takes_the_tail_the_ratio_lies_in() -> None:
    wide, narrow = [1.0, 5.0, 9.0, 2.0], [2.0, 3.0, 4.0, 3.5, 2.5]
    above, below = variance_f_test(wide, narrow), variance_f_test(narrow, wide)
    ratio = np.var(wide, ddof=1) / np.var(narrow, ddof=1)
    assert above.statistic == pytest.approx(ratio)
    assert above.p_value == pytest.approx(stats.f.sf(ratio, 3, 4))
    assert below.p_value == pytest.approx(above.p_value)
    assert below.critical < 1 < above.critical


def test_a_side_without_variance_has_no_f_test() -> None:
    with pytest.raises(ValueError, match="all values of b are equal"):
        variance_f_test([1, 2, 3], [2, 2, 2])


def test_hedges_factor_is_the_exact_one() -> None:
    effect = cohens_d_paired(A[:10], B[:10])
    differences = A[:10] - B[:10]
    d = differences.mean() / differences.std(ddof=1)
    exact = math.gamma(4.5) / (math.sqrt(4.5) * math.gamma(4))
    assert effect.statistic == pytest.approx(d)
    assert effect.hedges_g == pytest.approx(d * exact)
    assert effect.hedges_g == pytest.approx(d * (1 - 3 / (4 * 9 - 1)), rel=1e-3)
