"""Correction for many comparisons."""

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given (Holm 1979): reject where adjusted <= alpha.

    They keep the chance of any false finding among all comparisons at alpha, whatever their
    dependence.

    Raises:
        ValueError: a p-value is NaN or outside 0 to 1.
    """
    _check(p_values)
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given (Benjamini and Hochberg 1995): reject where <= alpha.

    They keep the expected share of false findings among all findings at alpha, for tests that are
    independent or positively dependent. They find more than `holm`, and promise less.

    Raises:
        ValueError: a p-value is NaN or outside 0 to 1.
    """
    from scipy import stats

    _check(p_values)
    if not p_values:
        return ()
    return tuple(float(p) for p in stats.false_discovery_control(p_values, method="bh"))


def _check(p_values: Sequence[float]) -> None:
    for index, p in enumerate(p_values):
        if not (math.isfinite(p) and 0 <= p <= 1):
            raise ValueError(f"p_values[{index}] is {p}; a p-value lies between 0 and 1")
