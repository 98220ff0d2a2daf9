"""Bootstrap intervals: against scipy's, the same every time, honest about clusters."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from byeori.statistics import (
    bootstrap_difference,
    bootstrap_figures,
    bootstrap_interval,
    macro_f1,
)

RANDOM = np.random.default_rng(11)
SKEWED = RANDOM.lognormal(size=60)


def test_the_interval_agrees_with_scipys_bca() -> None:
    ours = bootstrap_interval(SKEWED)
    theirs = stats.bootstrap(
        (SKEWED,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.method == "bca"
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.06 * width)


def test_the_mean_as_a_function_gives_the_interval_of_the_mean() -> None:
    plain = bootstrap_interval(SKEWED, resamples=500)
    called = bootstrap_interval(list(SKEWED), lambda rows: float(np.mean(rows)), resamples=500)
    assert called.low == pytest.approx(plain.low)
    assert called.high == pytest.approx(plain.high)


def test_leaving_out_blocks_gives_nearly_the_interval_of_leaving_out_one() -> None:
    values = list(RANDOM.lognormal(size=500))
    one = bootstrap_interval(values, resamples=999)
    blocks = bootstrap_interval(values, lambda rows: sum(rows) / len(rows), resamples=999)
    assert blocks.units == 500
    width = one.high - one.low
    assert (blocks.low, blocks.high) == pytest.approx((one.low, one.high), abs=0.05 * width)


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    first, again = bootstrap_interval(SKEWED, seed=3), bootstrap_interval(SKEWED, seed=3)
    assert first == again
    assert bootstrap_interval(SKEWED, seed=4) != first


def test_drawing_in_smaller_chunks_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap_interval(SKEWED, resamples=999)
    monkeypatch.setattr("byeori.statistics.resampling.CHUNK", 700)
    assert bootstrap_interval(SKEWED, resamples=999) == whole


def test_ninety_five_percent_of_intervals_hold_the_true_mean() -> None:
    random = np.random.default_rng(8)
    hits = 0
    for seed in range(300):
        values = random.normal(2.0, 1.0, 40)
        interval = bootstrap_interval(values, resamples=600, seed=seed)
        hits += interval.low <= 2.0 <= interval.high
    assert 0.90 <= hits / 300 <= 0.98


def test_items_that_share_documents_make_the_interval_wider() -> None:
    documents = np.repeat(RANDOM.normal(size=20), 5)
    values = documents + 0.1 * RANDOM.normal(size=100)
    by_item = bootstrap_interval(values)
    by_document = bootstrap_interval(values, clusters=[i // 5 for i in range(100)])
    assert by_document.units == 20
    assert by_document.high - by_document.low > 1.7 * (by_item.high - by_item.low)


def test_a_paired_difference_draws_both_sides_together() -> None:
    shared = RANDOM.normal(size=50)
    interval = bootstrap_difference(shared + 0.1, shared + 0.01 * RANDOM.normal(size=50))
    assert interval.high - interval.low < 0.01
    assert interval.low < 0.1 < interval.high


def test_figures_of_rows_have_one_interval_each() -> None:
    rows = [("a", "a"), ("b", "a"), ("b", "b"), ("a", "b"), ("a", "a")] * 8
    found = bootstrap_figures(
        rows,
        lambda chosen: {
            "f1": macro_f1([p for p, _ in chosen], [r for _, r in chosen], labels=["a", "b"]),
            "share": sum(p == "a" for p, _ in chosen) / len(chosen),
        },
        resamples=400,
    )
    assert list(found) == ["f1", "share"]
    assert found["share"].statistic == pytest.approx(0.6)
    assert found["share"].low < 0.6 < found["share"].high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.3, 1.0, 5.0]), min_size=2, max_size=12))
def test_an_interval_is_finite_and_in_order(values: list[float]) -> None:
    interval = bootstrap_interval(values, resamples=200)
    assert math.isfinite(interval.low)
    assert min(values) <= interval.low <= interval.high <= max(values)
    assert (interval.method == "constant") == (len(set(values)) == 1)


@pytest.mark.parametrize(
    ("values", "arguments", "message"),
    [
        ([1.0], {}, "at least 2"),
        ([1.0, None], {}, r"values\[1\] is None"),
        ([1.0, 2.0], {"clusters": ["d", "d"]}, r"1 unit\(s\)"),
        ([1.0, 2.0], {"confidence": 95}, "confidence is 95"),
        ([1.0, 2.0], {"resamples": 1}, "resamples is 1"),
    ],
)
def test_what_has_no_interval_is_refused(values: list, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(values, **arguments)


def test_a_figure_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="of a resample is nan"):
        bootstrap_interval([1, 2, 3], lambda rows: math.nan)
    with pytest.raises(ValueError, match="gives 2, which it does not give of all rows: 3"):
        bootstrap_figures([1, 2, 3], lambda rows: {str(len(set(rows))): 1.0})


def test_resamples_without_a_figure_are_left_out_of_its_interval() -> None:
    def first_and_all(rows: Sequence[int]) -> dict[str, float]:
        small = [row for row in rows if row < 4]
        means = {"all": sum(rows) / len(rows)}
        return means | ({"small": sum(small) / len(small)} if small else {})

    found = bootstrap_figures(range(8), first_and_all, resamples=500)
    assert found["all"].resamples == 500
    assert 480 < found["small"].resamples < 500
    assert 0 <= found["small"].low < 1.5 < found["small"].high <= 3
    with pytest.raises(ValueError, match="not defined for most resamples"):
        bootstrap_figures(range(8), lambda rows: {"one": 1.0} if len(set(rows)) == 8 else {})
