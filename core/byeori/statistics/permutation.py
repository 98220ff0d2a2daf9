"""Permutation test of paired scores: whether it matters which model gave which score."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byeori.statistics.vectors import Vector, codes, pair, resolution, vector

CHUNK = 1 << 20
"""Signs drawn at once; bounds memory, and has no influence on the draws."""


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """Sign-flip test on the differences `a - b`.

    Attributes:
        statistic: the mean of `a - b` (its weighted sum, where weights were given).
        p_value: two-sided.
        n: number of pairs.
        units: pairs, or clusters, whose scores may be swapped.
        changed: units among them with a difference; swapping the others changes nothing.
        permutations: how many were looked at.
        method: `exact` over all permutations, or `random`; there the permutation that was seen
            counts as one of them (Phipson and Smyth 2010), so that p is never 0.
    """

    statistic: float
    p_value: float
    n: int
    units: int
    changed: int
    permutations: int
    method: Literal["exact", "random"]


def permutation_test(
    a: Iterable[float | None],
    b: Iterable[float | None],
    *,
    clusters: Sequence[Hashable] | None = None,
    weights: Sequence[float] | None = None,
    resamples: int = 9999,
    seed: int = 0,
) -> PermutationTest:
    """Test whether the mean of `a - b` is zero, by swapping `a` and `b` (Fisher 1935).

    Needs no distribution of the scores. For scores of 0 and 1 it is McNemar's exact test.

    Args:
        a, b: scores of the same items in the same order, shape (n,), n >= 1.
        clusters: one label per pair (such as the item's document); a cluster is swapped whole.
        weights: of each pair, instead of 1/n; such as 1/(k * size of its benchmark) for the average
            over k benchmarks.
        resamples: up to this many permutations all are looked at; of more, this many are drawn.
        seed: the only source of randomness.

    Raises:
        ValueError: no pairs, unequal lengths, None or NaN, or fewer than one resample.
    """
    left, right = pair(a, b, least=1)
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; thousands are usual")
    labels, units = codes(clusters, len(left))
    weigh = np.full(len(left), 1 / len(left)) if weights is None else vector(weights, "weights")
    if len(weigh) != len(left):
        raise ValueError(f"{len(weigh)} weights for {len(left)} pairs; give one for each pair")
    weighed: Vector = (left - right) * weigh
    sums: Vector = np.bincount(labels, weights=weighed, minlength=units).astype(np.float64)
    rounding = resolution(left, right) * float(np.max(np.abs(weigh)))
    changed = sums[np.abs(sums) > rounding]
    seen = float(np.sum(sums))
    exact = 2 ** min(len(changed), 60) <= resamples
    drawn = _all(changed) if exact else _drawn(changed, resamples, seed)
    # Sums of the same numbers in another order differ by rounding.
    beyond = int(np.sum(np.abs(drawn) >= abs(float(np.sum(changed))) - rounding * units))
    return PermutationTest(
        statistic=seen,
        p_value=beyond / len(drawn) if exact else (beyond + 1) / (resamples + 1),
        n=len(left),
        units=units,
        changed=len(changed),
        permutations=len(drawn),
        method="exact" if exact else "random",
    )


def _all(values: Vector) -> Vector:
    """The sums of every choice of signs."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def _drawn(values: Vector, resamples: int, seed: int) -> Vector:
    random = np.random.default_rng(seed)
    rows = max(1, CHUNK // len(values))
    found = []
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start), len(values)
        found.append((2.0 * random.integers(0, 2, size=size, dtype=np.int8) - 1) @ values)
    return np.concatenate(found)
