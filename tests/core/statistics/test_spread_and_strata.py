"""Levene's test, Benjamini-Hochberg and averages over benchmarks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import test_scale_oneway as scale_oneway

from byeori.statistics import (
    benjamini_hochberg,
    bootstrap_interval,
    holm,
    levene_test,
    macro_average,
)

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_the_spread_is_tested_as_statsmodels_does() -> None:
    random = np.random.default_rng(2)
    a, b = random.normal(0, 2, 30).tolist(), random.exponential(1, 40).tolist()
    for center in ("median", "mean"):
        mine = levene_test(a, b, center=center)
        theirs = scale_oneway([np.array(a), np.array(b)], method="equal", center=center,
                              transform="abs")  # fmt: skip
        assert mine.statistic == pytest.approx(float(theirs.statistic))
        assert mine.p_value == pytest.approx(float(theirs.pvalue))
        assert mine.degrees_of_freedom == (1, 68)


def test_a_spread_that_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be tested"):
        levene_test([1, 2], [1, 5])
    with pytest.raises(ValueError, match="at least 2"):
        levene_test([1], [1, 5])


@given(P_VALUES)
def test_benjamini_hochberg_is_that_of_statsmodels_and_never_stricter_than_holm(
    p_values: list[float],
) -> None:
    mine = benjamini_hochberg(p_values)
    theirs = multipletests(p_values, method="fdr_bh")[1]
    assert mine == pytest.approx(theirs.tolist(), abs=1e-12)
    assert all(one <= other + 1e-12 for one, other in zip(mine, holm(p_values), strict=True))


def test_no_p_values_need_no_correction_and_broken_ones_are_refused() -> None:
    assert benjamini_hochberg([]) == ()
    with pytest.raises(ValueError, match=r"p_values\[1\] is nan"):
        benjamini_hochberg([0.5, float("nan")])


def test_each_benchmark_counts_the_same_however_many_items_it_has() -> None:
    strata = {"large": [1.0] * 90 + [0.0] * 10, "small": [1.0, 0.0, 0.0, 0.0]}
    found = macro_average(strata)
    assert found.statistic == pytest.approx((0.9 + 0.25) / 2)
    assert found.low < found.statistic < found.high
    assert found.units == 104
    alone = macro_average({"small": strata["small"]}, seed=3)
    same = bootstrap_interval(strata["small"], seed=3)
    assert (alone.low, alone.high) == pytest.approx((same.low, same.high))


def test_the_width_is_that_of_the_stratified_standard_error() -> None:
    random = np.random.default_rng(8)
    strata = {name: random.normal(0, s, n).tolist() for name, s, n in
              (("a", 1, 200), ("b", 3, 50), ("c", 2, 400))}  # fmt: skip
    error = sum(np.var(v, ddof=1) / len(v) for v in strata.values()) ** 0.5 / 3
    found = macro_average(strata)
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.975) * error, rel=0.05)


def test_the_interval_holds_the_true_average_as_often_as_it_says() -> None:
    random = np.random.default_rng(9)
    held = 0
    for seed in range(300):
        strata = {
            "a": random.binomial(1, 0.8, 60).tolist(),
            "b": random.exponential(2, 40).tolist(),
        }
        found = macro_average(strata, resamples=399, seed=seed)
        held += found.low <= (0.8 + 2) / 2 <= found.high
    assert 0.90 <= held / 300 <= 0.98


def test_documents_are_drawn_whole_and_a_benchmark_of_one_document_is_refused() -> None:
    values = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]
    documents = ["a"] * 3 + ["b"] * 3 + ["c"] * 2 + ["d"] * 2
    wide = macro_average({"x": values}, clusters={"x": documents})
    narrow = macro_average({"x": values})
    assert wide.high - wide.low > narrow.high - narrow.low
    with pytest.raises(ValueError, match="x has one cluster"):
        macro_average({"x": [0, 1]}, clusters={"x": ["a", "a"]})
    with pytest.raises(ValueError, match="no benchmarks"):
        macro_average({})
