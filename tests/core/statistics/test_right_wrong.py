"""McNemar and paired shares against statsmodels and published examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from byeori.statistics import is_right_wrong, mcnemar_test, paired_shares, permutation_test

Answers = tuple[list[float], list[float]]
PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40)


def answers(both: int, only_a: int, only_b: int, neither: int) -> Answers:
    a = [1.0] * both + [1.0] * only_a + [0.0] * only_b + [0.0] * neither
    b = [1.0] * both + [0.0] * only_a + [1.0] * only_b + [0.0] * neither
    return a, b


def test_fagerland_lydersen_and_laakes_example_comes_out_to_the_printed_digits() -> None:
    # Airway hyper-responsiveness of 21 children before and after stem cell transplantation (2013,
    # table 1): exact p 0.070, mid-p 0.039; Tango's interval -0.517 to -0.026.
    test = mcnemar_test(*answers(1, 1, 7, 12))
    assert (test.only_a, test.only_b, test.both, test.neither) == (1, 7, 1, 12)
    assert test.p_value == pytest.approx(0.0703, abs=5e-5)
    assert test.p_value_mid == pytest.approx(0.0391, abs=5e-5)
    shares = paired_shares(*answers(1, 1, 7, 12))
    assert (shares.low, shares.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert shares.odds_ratio == pytest.approx(1 / 7)


def test_armitage_and_berrys_matched_media_come_out_to_the_printed_digits() -> None:
    # Two media for the same sputum specimens (1994, p. 127), as StatsDirect prints them.
    data = answers(20, 12, 2, 16)
    assert mcnemar_test(*data).p_value == pytest.approx(0.0129, abs=5e-5)
    shares = paired_shares(*data)
    assert shares.odds_ratio == 6
    assert (shares.odds_low, shares.odds_high) == pytest.approx((1.335744, 55.197091), abs=1e-6)


@given(PAIRS)
def test_the_exact_test_is_that_of_statsmodels_and_swapping_sides_changes_nothing(
    pairs: list[tuple[int, int]],
) -> None:
    a, b = map(list, zip(*pairs, strict=True))
    test, other = mcnemar_test(a, b), mcnemar_test(b, a)
    theirs = mcnemar([[test.both, test.only_a], [test.only_b, test.neither]], exact=True)
    assert test.p_value == pytest.approx(float(theirs.pvalue), abs=1e-12)
    assert 0 < test.p_value_mid <= test.p_value
    assert (test.p_value, test.p_value_mid) == pytest.approx((other.p_value, other.p_value_mid))
    mine, swapped = paired_shares(a, b), paired_shares(b, a)
    assert mine.low <= mine.statistic <= mine.high
    assert (mine.low, mine.high) == pytest.approx((-swapped.high, -swapped.low), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=12))
def test_mcnemar_is_the_exact_permutation_test_of_right_and_wrong(
    pairs: list[tuple[int, int]],
) -> None:
    a, b = map(list, zip(*pairs, strict=True))
    swapped = permutation_test(a, b)
    assert swapped.method == "exact"
    assert swapped.p_value == pytest.approx(mcnemar_test(a, b).p_value, abs=1e-12)


def test_the_score_interval_of_identical_answers_has_a_width() -> None:
    shares = paired_shares(*answers(25, 0, 0, 25), confidence=0.9)
    z = 1.6448536269514722
    assert shares.high == pytest.approx(z**2 / (50 + z**2))  # where Tango's equation is solved
    assert shares.low == pytest.approx(-shares.high)
    assert (shares.odds_ratio, shares.odds_low, shares.odds_high) == (None, None, None)


def test_the_score_interval_holds_the_true_difference_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    cells, true, held = [0.55, 0.15, 0.07, 0.23], 0.08, 0
    for _ in range(400):
        shares = paired_shares(*answers(*random.multinomial(60, cells).tolist()))
        held += shares.low <= true <= shares.high
    assert 0.92 <= held / 400 <= 0.98


def test_scores_that_are_not_right_or_wrong_are_refused() -> None:
    assert is_right_wrong([0, 1.0, 1])
    assert not is_right_wrong([0, 0.5])
    with pytest.raises(ValueError, match=r"a holds 0\.5"):
        mcnemar_test([0.5, 1], [0, 1])
    with pytest.raises(ValueError, match="b holds 2"):
        paired_shares([0, 1], [2, 1])
