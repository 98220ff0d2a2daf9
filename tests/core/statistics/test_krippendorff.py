"""Krippendorff's alpha against his own example and an independent implementation."""

from typing import get_args

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from byeori.statistics import krippendorff_alpha
from byeori.statistics.krippendorff import Level

# Krippendorff 2011, section D: four observers, twelve units, gaps.
OBSERVERS = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3",
             ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]  # fmt: skip
UNITS = [
    [None if rating == "." else int(rating) for rating in unit]
    for unit in zip(*(line.split() for line in OBSERVERS), strict=True)
]
RATINGS = st.lists(
    st.lists(st.none() | st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=15
)


@pytest.mark.parametrize(
    ("level", "printed"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_the_paper_s_example_comes_out_to_the_printed_digits(level: Level, printed: float) -> None:
    found = krippendorff_alpha(UNITS, level)
    assert found.statistic == pytest.approx(printed, abs=5e-4)
    assert (found.n, found.ratings, found.single) == (11, 40, 1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.statistic < found.high


@given(RATINGS, st.sampled_from(get_args(Level)))
def test_alpha_is_that_of_the_krippendorff_library(
    units: list[list[int | None]], level: Level
) -> None:
    pairable = [unit for unit in units if sum(rating is not None for rating in unit) > 1]
    assume(len({rating for unit in pairable for rating in unit if rating is not None}) > 1)
    by_rater = np.array(
        [[np.nan if rating is None else rating for rating in unit] for unit in units]
    ).T
    theirs = krippendorff.alpha(by_rater, level_of_measurement=level)
    mine = krippendorff_alpha(units, level, resamples=2)
    assert mine.statistic == pytest.approx(theirs, abs=1e-9)


def test_full_agreement_is_one_and_has_no_interval() -> None:
    found = krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "a"], ["b", "b"]] * 10)
    assert (found.statistic, found.observed) == (1.0, 0.0)
    assert (found.low, found.high) == (None, None)


def test_raters_who_guess_agree_no_more_than_chance() -> None:
    draws = np.random.default_rng(3).integers(1, 6, size=(400, 3)).tolist()
    found = krippendorff_alpha(draws, "ordinal", resamples=399)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


def test_input_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="two ratings"):
        krippendorff_alpha([["a", None], [None, "b"]])
    with pytest.raises(ValueError, match="every rating is 3"):
        krippendorff_alpha([[3, 3], [3, 3]], "interval")
    with pytest.raises(ValueError, match="no finite number"):
        krippendorff_alpha([["a", "b"]], "ordinal")
    with pytest.raises(ValueError, match="negative"):
        krippendorff_alpha([[-1, 2]], "ratio")
