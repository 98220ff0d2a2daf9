"""Power, items needed, difference seen: against statsmodels."""

import math
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori.statistics import detectable_difference, paired_t_power, required_items


@pytest.mark.parametrize("effect", [0.05, 0.28, 0.8, 2.0])
@pytest.mark.parametrize("n", [3, 10, 150])
@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_power_agrees_with_statsmodels(effect: float, n: int, alpha: float) -> None:
    from statsmodels.stats.power import TTestPower

    theirs = TTestPower().power(effect, n, alpha, alternative="two-sided")
    if math.isnan(theirs):  # statsmodels gives no number where the power is 1
        theirs = 1.0
    assert paired_t_power(effect, n, alpha=alpha) == pytest.approx(float(theirs), abs=1e-6)


@pytest.mark.parametrize("effect", [0.1, 0.28, 0.5, 1.0])
def test_items_needed_agree_with_statsmodels(effect: float) -> None:
    from statsmodels.stats.power import TTestPower

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = TTestPower().solve_power(effect, power=0.8, alpha=0.05)
    assert required_items(effect) == -int(-float(theirs) // 1)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 5), st.sampled_from([0.5, 0.8, 0.95]))
def test_items_needed_are_the_fewest_that_do(effect: float, power: float) -> None:
    n = required_items(effect, power=power)
    assert paired_t_power(effect, n) >= power
    assert n == 2 or paired_t_power(effect, n - 1) < power


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 10), st.integers(2, 5000))
def test_the_detectable_difference_is_seen_four_times_out_of_five(sd: float, n: int) -> None:
    assert paired_t_power(detectable_difference(sd, n) / sd, n) == pytest.approx(0.8, abs=1e-6)


def test_without_effect_power_is_the_level() -> None:
    assert paired_t_power(0.0, 20, alpha=0.05) == pytest.approx(0.05)


@pytest.mark.parametrize("effect", [1e-9, 1e-4, 1e3, 1e9])
def test_tiny_and_huge_effects_stay_finite_and_in_order(effect: float) -> None:
    needed = required_items(effect)
    assert needed >= 2
    assert paired_t_power(effect, 2) <= paired_t_power(effect, 10) <= 1


def test_what_no_number_of_items_can_show_is_refused() -> None:
    with pytest.raises(ValueError, match="no number of items"):
        required_items(0.0)
    with pytest.raises(ValueError, match="at least 2 pairs"):
        detectable_difference(1.0, 1)
    assert detectable_difference(0.0, 10) == 0.0
