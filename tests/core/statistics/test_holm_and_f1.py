"""Holm's correction and macro F1: against statsmodels and scikit-learn."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori.statistics import holm, macro_f1

LABELS = st.sampled_from(["a", "b", "c", "다"])


def test_holm_agrees_with_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    draw = random.Random(4)
    for size in [*range(1, 13)] * 5:
        p_values = [round(draw.random() ** 3, draw.choice([1, 9])) for _ in range(size)]
        assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_order_and_never_lowers_a_p_value(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    by_p = sorted(zip(p_values, adjusted, strict=True))
    assert [a for _, a in by_p] == sorted(adjusted)


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == ()


@pytest.mark.parametrize("p", [math.nan, -0.1, 1.1])
def test_holm_refuses_what_is_no_p_value(p: float) -> None:
    with pytest.raises(ValueError, match=r"p_values\[1\]"):
        holm([0.5, p])


@settings(deadline=None)  # the first call imports the peer
@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=30))
def test_macro_f1_agrees_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    from sklearn.metrics import f1_score

    predictions, references = zip(*pairs, strict=True)
    theirs = f1_score(references, predictions, average="macro", zero_division=0)
    assert macro_f1(predictions, references) == pytest.approx(float(theirs))


def test_an_answer_outside_the_labels_counts_against_its_class_only() -> None:
    assert macro_f1(["a", "?"], ["a", "b"], labels=["a", "b"]) == pytest.approx(0.5)


def test_macro_f1_refuses_nothing_and_unequal_lengths() -> None:
    with pytest.raises(ValueError, match="at least one prediction"):
        macro_f1([], [])
    with pytest.raises(ValueError, match="1 predictions for 2 references"):
        macro_f1(["a"], ["a", "b"])
