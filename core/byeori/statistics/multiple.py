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
    for index, p in enumerate(p_values):
        if not (math.isfinite(p) and 0 <= p <= 1):
            raise ValueError(f"p_values[{index}] is {p}; a p-value lies between 0 and 1")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)
