"""How many examples of each group make an epoch: exact, and the same each time."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.tuning.data.shares import apportion, balanced, by_temperature, replayed

NAMES = st.tuples(st.sampled_from("abcdefgh"))
SHARES = st.dictionaries(NAMES, st.floats(0, 1e6, allow_subnormal=False), min_size=1).filter(
    lambda shares: any(shares.values())
)


@given(total=st.integers(0, 10_000), shares=SHARES)
def test_counts_add_up_and_are_the_exact_parts_rounded_up_or_down(
    total: int, shares: dict[tuple[str], float]
) -> None:
    counts = apportion(total, shares)
    assert sum(counts.values()) == total
    assert counts.keys() == shares.keys()
    whole = sum(map(Fraction, map(repr, shares.values())))
    for name, share in shares.items():
        exact = total * Fraction(repr(share)) / whole
        assert abs(counts[name] - exact) < 1
        assert counts[name] == exact or exact.denominator != 1


@given(total=st.integers(0, 1000), shares=SHARES)
def test_the_order_in_which_groups_are_named_does_not_matter(
    total: int, shares: dict[tuple[str], float]
) -> None:
    assert apportion(total, dict(reversed(shares.items()))) == apportion(total, shares)


def test_parts_are_those_of_a_textbook() -> None:
    # Balinski and Young's example of Hamilton's method: populations of 26 seats.
    people = {("A",): 9061, ("B",): 7179, ("C",): 5259, ("D",): 3319, ("E",): 1182}
    assert list(apportion(26, people).values()) == [9, 7, 5, 4, 1]


def test_decimals_are_meant_as_they_are_written() -> None:
    assert apportion(30, {("a",): 0.1, ("b",): 0.9}) == {("a",): 3, ("b",): 27}


def test_temperatures_are_those_of_multilingual_models() -> None:
    available = {("en",): 1_000_000, ("ko",): 10_000, ("is",): 100}
    n = np.array(list(available.values()), dtype=float)
    for temperature in (1.0, 1 / 0.7, 1 / 0.3, 5.0):  # itself, mBERT, XLM-R, mT5
        parts = np.array(list(by_temperature(available, temperature).values()))
        q = (n / n.sum()) ** (1 / temperature)  # equation 1 of Conneau et al. 2020
        np.testing.assert_allclose(parts / parts.sum(), q / q.sum())
    assert min(by_temperature({("a",): 10**9, ("b",): 1}, 1e9).values()) == pytest.approx(1)


def test_a_balance_is_equal_at_each_level() -> None:
    parts = balanced([("ko", "qa"), ("ko", "sum"), ("ko", "chat"), ("en", "qa")])
    assert parts == pytest.approx(
        {("ko", "qa"): 1 / 6, ("ko", "sum"): 1 / 6, ("ko", "chat"): 1 / 6, ("en", "qa"): 1 / 2}
    )
    assert balanced([("ko",), ("en",)]) == {("ko",): 0.5, ("en",): 0.5}


@given(main=st.integers(20, 100_000), share=st.floats(0.05, 0.95))
def test_replayed_examples_have_their_share_of_the_whole(main: int, share: float) -> None:
    count = replayed(main, share)
    assert abs(count - main * share / (1 - share)) <= 0.5
    assert abs(count / (main + count) - share) <= 0.5 / (main + count) + 1e-9
