"""The permutation test against scipy's, and its level by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from byeori.statistics import permutation_test

SCORES = st.lists(
    st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=2, max_size=9
).map(lambda pairs: [[x / 4 for x in side] for side in zip(*pairs, strict=True)])


@given(SCORES)
def test_all_permutations_give_scipys_exact_p(sides: list[list[float]]) -> None:
    a, b = sides
    theirs = stats.permutation_test(
        (np.array(a) - np.array(b),), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    mine = permutation_test(a, b)
    assert mine.p_value == pytest.approx(float(theirs.pvalue), abs=1e-12)
    assert mine.statistic == pytest.approx(float(theirs.statistic))


@given(SCORES, st.floats(0.1, 50))
def test_scale_and_direction_have_no_influence(sides: list[list[float]], scale: float) -> None:
    a, b = sides
    one = permutation_test(a, b)
    other = permutation_test([scale * x for x in b], [scale * x for x in a])
    assert one.p_value == pytest.approx(other.p_value)
    assert other.statistic == pytest.approx(-scale * one.statistic, abs=1e-9)


def test_a_document_is_swapped_whole() -> None:
    a, b = [3.0, 2.0, 1.0, 4.0, 2.0, 5.0], [1.0, 1.0, 2.0, 1.0, 1.0, 1.0]
    documents = ["x", "x", "y", "y", "z", "z"]
    sums = permutation_test([5.0, 5.0, 7.0], [2.0, 3.0, 2.0])
    assert permutation_test(a, b, clusters=documents).p_value == sums.p_value == 0.25


def test_drawn_permutations_come_near_the_exact_ones_and_depend_on_the_seed_alone() -> None:
    random = np.random.default_rng(4)
    a, b = random.normal(0.5, 1, 12).tolist(), random.normal(0, 1, 12).tolist()
    exact = permutation_test(a, b)
    drawn = permutation_test(a, b, resamples=3999, seed=1)
    assert (exact.method, drawn.method) == ("exact", "random")
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.03)
    assert drawn == permutation_test(a, b, resamples=3999, seed=1)


def test_without_an_effect_it_rejects_as_often_as_its_level_whatever_the_distribution() -> None:
    random = np.random.default_rng(5)
    rejected = 0
    for _ in range(400):
        documents = np.repeat(np.arange(12), 3)
        shared = random.standard_t(2, size=12)[documents]  # items of a document move together
        noise = random.normal(size=36) * 0.3
        test = permutation_test(
            (shared + noise).tolist(), [0.0] * 36, clusters=documents.tolist(), resamples=999
        )
        rejected += test.p_value <= 0.05
    assert rejected / 400 <= 0.08


def test_identical_scores_give_p_one_and_bad_input_is_refused() -> None:
    same = permutation_test([1, 2], [1, 2])
    assert (same.p_value, same.changed, same.permutations) == (1.0, 0, 1)
    with pytest.raises(ValueError, match="1 weights for 2 pairs"):
        permutation_test([1, 2], [1, 3], weights=[1.0])
    with pytest.raises(ValueError, match="resamples is 0"):
        permutation_test([1, 2], [1, 3], resamples=0)
