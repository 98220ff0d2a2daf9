"""Checks that every statistic shares: numbers, pairs, clusters."""

import math
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

LARGEST = 1e100
"""Squares of larger values leave the range of a float."""
RELATIVE = 1e-12
"""Differences below this share of the values are rounding, not scores."""
SMALLEST = 1e-100
"""Squares of smaller values vanish."""


class ConstantDifferenceError(ValueError):
    """Every pair differs by the same amount, so a t-test has no variation to compare it with."""


def vector(values: Iterable[float | None], name: str, least: int = 1) -> Vector:
    """The values as a float64 vector of at least `least` elements.

    Raises:
        ValueError: too few values, or one that is None, NaN, infinite or beyond 1e100.
    """
    checked = [_number(value, f"{name}[{index}]") for index, value in enumerate(values)]
    if len(checked) < least:
        raise ValueError(f"{name} has {len(checked)} value(s); at least {least} are needed")
    return np.asarray(checked, dtype=np.float64)


def _number(value: float | None, where: str) -> float:
    if value is None:
        raise ValueError(f"{where} is None: drop items without a score from both sides, and count")
    number = float(value)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise ValueError(f"{where} is {number}, which is not a score; fix or drop the pair")
    return number


def pair(a: Iterable[float | None], b: Iterable[float | None], least: int) -> tuple[Vector, Vector]:
    """Both sides of a paired comparison.

    Raises:
        ValueError: as for `vector`, or the sides differ in length.
    """
    left, right = vector(a, "a", least), vector(b, "b", least)
    if len(left) != len(right):
        raise ValueError(
            f"a has {len(left)} values and b {len(right)}; paired scores need the same items"
        )
    return left, right


def resolution(*vectors: Vector) -> float:
    """The smallest difference between these values that is more than rounding."""
    largest = max(float(np.max(np.abs(values))) for values in vectors)
    return max(RELATIVE * largest, SMALLEST)


def is_constant(values: Vector, tolerance: float) -> bool:
    """Whether all values are equal up to rounding."""
    return float(np.ptp(values)) <= tolerance


def codes(clusters: Sequence[Hashable] | None, count: int) -> tuple[Codes, int]:
    """Number the clusters 0, 1, ... in order of appearance; without clusters, each value its own.

    Returns:
        One code per value, and the number of clusters.

    Raises:
        ValueError: not one cluster per value.
    """
    if clusters is None:
        return np.arange(count, dtype=np.intp), count
    if len(clusters) != count:
        raise ValueError(f"{len(clusters)} clusters for {count} values; give one for each value")
    numbers: dict[Hashable, int] = {}
    numbered = [numbers.setdefault(cluster, len(numbers)) for cluster in clusters]
    return np.asarray(numbered, dtype=np.intp), len(numbers)


def check_share(value: float, name: str) -> None:
    """Refuse a confidence, level or power outside (0, 1)."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it must lie between 0 and 1, such as 0.95")
