"""Levene's test of equal spread, in the form that does not need normal scores."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byeori.statistics.vectors import is_constant, resolution, vector


@dataclass(frozen=True, slots=True)
class LeveneTest:
    """Test whether two sides spread equally.

    Attributes:
        statistic: W, an F statistic of the distances from each side's centre.
        p_value: two-sided by nature: either side may be the wider one.
        degrees_of_freedom: of numerator and denominator.
        center: what distances are taken from; `median` is the test of Brown and Forsythe.
    """

    statistic: float
    p_value: float
    degrees_of_freedom: tuple[int, int]
    center: Literal["median", "mean"]


def levene_test(
    a: Iterable[float | None],
    b: Iterable[float | None],
    *,
    center: Literal["median", "mean"] = "median",
) -> LeveneTest:
    """Compare how widely two models' scores spread (Levene 1960; Brown and Forsythe 1974).

    Unlike `variance_f_test` it holds its level where scores are not normal. It supposes independent
    sides too: on paired scores read it as a description. The sides may differ in length.

    Args:
        a, b: scores; at least two on each side.
        center: `median` (Brown and Forsythe) or `mean` (Levene's own).

    Raises:
        ValueError: fewer than two values on a side, None or NaN, or distances from the centre that
            do not vary on either side, such as two values a side.
    """
    from scipy import stats

    sides = vector(a, "a", 2), vector(b, "b", 2)
    find = np.median if center == "median" else np.mean
    distances = [np.abs(side - find(side)) for side in sides]
    if all(is_constant(one, resolution(side)) for one, side in zip(distances, sides, strict=True)):
        raise ValueError("no side's distances from its centre vary; their spread cannot be tested")
    test = stats.levene(*sides, center=center)
    dof = 1, len(sides[0]) + len(sides[1]) - 2
    return LeveneTest(float(test.statistic), float(test.pvalue), dof, center)
