"""Wilcoxon's test: every sign pattern counted, ties or not."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from byeori.statistics import wilcoxon_signed_rank


def counted(differences: list[int]) -> float:
    """Two-sided p by trying all sign patterns of the non-zero differences."""
    sizes = np.abs([d for d in differences if d])
    ranks = stats.rankdata(sizes)
    seen = ranks[np.array([d for d in differences if d]) > 0].sum()
    sums = [np.dot(signs, ranks) for signs in itertools.product((0, 1), repeat=len(ranks))]
    tails = np.mean(np.array(sums) <= seen), np.mean(np.array(sums) >= seen)
    return min(1.0, 2 * min(tails))


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9).filter(any))
def test_the_exact_p_counts_all_sign_patterns_with_ties(differences: list[int]) -> None:
    test = wilcoxon_signed_rank(differences, [0] * len(differences))
    assert test.method == "exact"
    assert test.p_value == pytest.approx(counted(differences))
    assert test.zeros == differences.count(0)


def test_without_ties_it_agrees_with_scipy() -> None:
    a, b = np.random.default_rng(3).normal(size=(2, 30))
    theirs = stats.wilcoxon(a, b, method="exact", alternative="greater")
    ours = wilcoxon_signed_rank(a, b)
    assert ours.statistic == theirs.statistic
    assert ours.p_value == pytest.approx(stats.wilcoxon(a, b, method="exact").pvalue)


def test_many_pairs_use_the_normal_approximation_with_ties_corrected() -> None:
    a, b = np.random.default_rng(4).integers(1, 6, size=(2, 400))
    ours = wilcoxon_signed_rank(a, b)
    assert ours.method == "normal"
    theirs = stats.wilcoxon(a, b, method="asymptotic", correction=False)
    assert ours.p_value == pytest.approx(theirs.pvalue)


def test_on_right_and_wrong_it_is_mcnemars_exact_test() -> None:
    gained, lost = 11, 3
    tuned = [1] * gained + [0] * lost + [1] * 20
    base = [0] * gained + [1] * lost + [1] * 20
    assert wilcoxon_signed_rank(tuned, base).p_value == pytest.approx(
        stats.binomtest(gained, gained + lost).pvalue
    )


def test_identical_scores_have_p_one() -> None:
    test = wilcoxon_signed_rank([1, 2, 3], [1, 2, 3])
    assert (test.p_value, test.zeros, test.rank_biserial) == (1.0, 3, 0.0)


def test_a_difference_that_is_only_rounding_is_a_tie() -> None:
    test = wilcoxon_signed_rank([0.3, 0.2], [0.2, 0.3])
    assert test.rank_biserial == 0.0
