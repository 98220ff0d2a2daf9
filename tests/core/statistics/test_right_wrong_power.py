"""Power of McNemar's test against G*Power, statsmodels' tests and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from byeori.statistics import (
    design_effect,
    mcnemar_detectable_difference,
    mcnemar_power,
    mcnemar_required_items,
)


def test_gpowers_example_comes_out_to_the_printed_digits() -> None:
    # The manual of G*Power 3.1: one-sided at 0.05, odds ratio 0.25, 40 % discordant, N = 50.
    # Two-sided at 0.1 adds the other tail, 1.5e-5.
    assert mcnemar_power(0.08, 0.32, 50, alpha=0.1) == pytest.approx(0.839343, abs=2e-5)


def test_it_is_the_share_of_simulated_sets_in_which_statsmodels_test_rejects() -> None:
    random = np.random.default_rng(1)
    gained, lost, n, found = 0.2, 0.08, 80, 0
    for _ in range(1500):
        only_a, only_b, same = random.multinomial(n, [gained, lost, 1 - gained - lost])
        found += mcnemar([[same, only_a], [only_b, 0]], exact=True).pvalue <= 0.05
    assert mcnemar_power(gained, lost, n) == pytest.approx(found / 1500, abs=0.035)


@settings(max_examples=25)
@given(st.floats(0.02, 0.4), st.floats(0.0, 0.4), st.integers(5, 400))
def test_sides_may_be_swapped_and_the_level_is_kept(gained: float, lost: float, n: int) -> None:
    assert mcnemar_power(gained, lost, n) == pytest.approx(mcnemar_power(lost, gained, n))
    assert mcnemar_power(gained, gained, n) <= 0.05 + 1e-9


def test_items_needed_and_the_smallest_difference_turn_power_round() -> None:
    n = mcnemar_required_items(0.12, 0.06)
    assert mcnemar_power(0.12, 0.06, n) >= 0.8
    assert mcnemar_power(0.12, 0.06, n - 15) < 0.8
    difference = mcnemar_detectable_difference(0.18, n)
    assert difference == pytest.approx(0.06, abs=0.002)
    assert mcnemar_detectable_difference(0.01, 50) is None
    # A tiny difference needs millions, and they are found by the normal approximation.
    connor = ((1.959964 * 0.1**0.5 + 0.841621 * (0.1 - 1e-6) ** 0.5) / 1e-3) ** 2
    assert mcnemar_required_items(0.0505, 0.0495) == pytest.approx(connor, rel=0.02)


def test_the_approximation_takes_over_without_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = mcnemar_power(0.052, 0.048, 90_000)
    monkeypatch.setattr("byeori.statistics.right_wrong_power.LARGE", 90_000)
    assert mcnemar_power(0.052, 0.048, 90_000) == pytest.approx(exact, abs=0.005)


def test_documents_multiply_the_items_needed() -> None:
    assert design_effect(1, 0.5) == 1
    assert design_effect(5, 0.25) == 2
    with pytest.raises(ValueError, match="per_document is 0"):
        design_effect(0, 0.2)
    with pytest.raises(ValueError, match="correlation is 2"):
        design_effect(3, 2)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no number of items"):
        mcnemar_required_items(0.1, 0.1)
    with pytest.raises(ValueError, match="at most 1"):
        mcnemar_power(0.7, 0.6, 10)
    with pytest.raises(ValueError, match="gained is -1"):
        mcnemar_power(-1, 0.6, 10)
    with pytest.raises(ValueError, match="n is 0"):
        mcnemar_power(0.1, 0.2, 0)
