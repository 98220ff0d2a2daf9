"""Cohen's kappa against scikit-learn, and its standard error against statsmodels."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa as reference
from statsmodels.stats.inter_rater import to_table

from byeori.statistics import cohens_kappa

PAIRS = st.lists(
    st.tuples(st.sampled_from("aerf"), st.sampled_from("aerf")), min_size=2, max_size=60
)


@given(PAIRS)
def test_kappa_and_its_error_are_those_of_scikit_learn_and_statsmodels(
    pairs: list[tuple[str, str]],
) -> None:
    a, b = map(list, zip(*pairs, strict=True))
    assume(len({*a, *b}) > 1)
    mine = cohens_kappa(a, b)
    assert mine.statistic == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)
    numbered = [["aerf".index(x) for x in pair] for pair in pairs]
    with np.errstate(all="ignore"):  # theirs divides by an error of zero
        theirs = reference(to_table(numbered, bins=4)[0])
    assert mine.statistic == pytest.approx(theirs.kappa, abs=1e-9)
    assert mine.standard_error == pytest.approx(max(theirs.var_kappa, 0) ** 0.5, abs=1e-6)
    if theirs.var_kappa > 1e-9:
        assert (mine.low, mine.high) == pytest.approx(
            (theirs.kappa_low, theirs.kappa_upp), abs=1e-6
        )


def test_the_example_of_fleiss_cohen_and_everitt() -> None:
    # Two raters, three categories; table 1 of the paper of 1969 gives kappa 0.429 unweighted.
    counts = {"aa": 106, "ab": 10, "ac": 4, "ba": 22, "bb": 28, "bc": 10, "ca": 2, "cb": 12,
              "cc": 6}  # fmt: skip
    a, b = ([cell[i] for cell, count in counts.items() for _ in range(count)] for i in range(2))
    assert cohens_kappa(a, b).statistic == pytest.approx(0.429, abs=5e-4)


def test_input_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="same things"):
        cohens_kappa(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="no ratings"):
        cohens_kappa([], [])
    with pytest.raises(ValueError, match="'accept' to everything"):
        cohens_kappa(["accept"] * 3, ["accept"] * 3)
