"""Bootstrap intervals: of means, of paired differences and of any figure computed from rows."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar, overload

import numpy as np

from byeori.statistics.resampling import drawn_means, draws, left_out_means, unit_sums
from byeori.statistics.vectors import Codes, Vector, check_share, codes, pair, vector

T = TypeVar("T")

BLOCKS = 200
"""BCa's acceleration is found by leaving out one unit at a time, or one of this many blocks."""


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """An interval found by resampling.

    Attributes:
        statistic: the figure on the rows as they are.
        low, high: the interval at `confidence`.
        confidence: share of such intervals that hold the true figure.
        method: `bca`; `percentile` where BCa is not defined; `constant` where every resample gives
            the same figure, so that the rows say nothing about its uncertainty.
        resamples: how many.
        units: how many rows, or clusters, were drawn from.
    """

    statistic: float
    low: float
    high: float
    confidence: float
    method: Literal["bca", "percentile", "constant"]
    resamples: int
    units: int


@overload
def bootstrap_interval(
    values: Iterable[float | None],
    statistic: None = None,
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> BootstrapInterval: ...
@overload
def bootstrap_interval(
    values: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> BootstrapInterval: ...
def bootstrap_interval(
    values: Any,
    statistic: Callable[[Sequence[Any]], float] | None = None,
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> BootstrapInterval:
    """Bias-corrected and accelerated interval (Efron 1987) of a figure; same seed, same interval.

    Args:
        values: numbers, or rows of any type where `statistic` is given; at least two units.
        statistic: a function of a sequence of rows; the mean by default.
        clusters: one label per row (such as its document); whole clusters are then drawn
            (Davison and Hinkley 1997, section 3.8), since rows of one cluster are not independent.
        confidence: of the interval.
        resamples: how many times to draw.
        seed: the only source of randomness.

    Raises:
        ValueError: fewer than two units, a value or figure that is None, NaN or infinite.
    """
    if statistic is not None:
        figures = bootstrap_figures(
            values,
            lambda rows: {"figure": statistic(rows)},
            clusters=clusters,
            confidence=confidence,
            resamples=resamples,
            seed=seed,
        )
        return figures["figure"]
    numbers = vector(values, "values", 2)
    _, units = _checked(clusters, len(numbers), confidence, resamples)
    sums, counts = unit_sums(numbers, clusters)
    drawn = drawn_means(sums, counts, draws(units, resamples, np.random.default_rng(seed)))
    left_out = left_out_means(sums, counts)
    return find_interval(float(np.mean(numbers)), drawn, left_out, units, confidence)


def bootstrap_figures(
    rows: Sequence[T],
    statistic: Callable[[Sequence[T]], Mapping[str, float]],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> dict[str, BootstrapInterval]:
    """Intervals of several figures of the same rows, computed once per resample.

    Args:
        rows: of any type, at least two units.
        statistic: figures by name. Of some rows one may not be defined (that of a benchmark none
            of whose items was drawn); its interval is of the resamples that have it.
        clusters, confidence, resamples, seed: as for `bootstrap_interval`.

    Raises:
        ValueError: as for `bootstrap_interval`, or a resample has a figure that all rows have not,
            or most resamples lack one.
    """
    labels, units = _checked(clusters, len(rows), confidence, resamples)
    members: list[list[T]] = [[] for _ in range(units)]
    for row, label in zip(rows, labels, strict=True):
        members[label].append(row)

    def of(chosen: Iterable[int]) -> Mapping[str, float]:
        return statistic([row for unit in chosen for row in members[unit]])

    whole = of(range(units))
    names = list(whole)
    drawn = [
        _checked_figures(of(draw), names)
        for matrix in draws(units, resamples, np.random.default_rng(seed))
        for draw in matrix.tolist()
    ]
    blocks = min(units, BLOCKS)
    left_out = [
        _checked_figures(of(u for u in range(units) if u % blocks != out), names)
        for out in range(blocks)
    ]
    columns = zip(_checked_figures(whole, names), _defined(drawn), _defined(left_out), strict=True)
    intervals = (find_interval(*column, units, confidence) for column in columns)
    return dict(zip(names, intervals, strict=True))


def bootstrap_difference(
    a: Iterable[float | None],
    b: Iterable[float | None],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> BootstrapInterval:
    """Interval of the mean of `a - b`, drawing pairs (or clusters of pairs) together."""
    left, right = pair(a, b, least=2)
    return bootstrap_interval(
        [float(d) for d in left - right],
        clusters=clusters,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
    )


def _checked(
    clusters: Sequence[Hashable] | None, count: int, confidence: float, resamples: int
) -> tuple[Codes, int]:
    check_share(confidence, "confidence")
    if resamples < 2:
        raise ValueError(f"resamples is {resamples}; thousands are usual")
    labels, units = codes(clusters, count)
    if units < 2:
        raise ValueError(f"{units} unit(s) to draw from; an interval needs at least two")
    return labels, units


def _checked_figures(figures: Mapping[str, float], names: Sequence[str]) -> list[float]:
    """Figures in the order of their names; NaN for one that is not defined."""
    if more := figures.keys() - set(names):
        raise ValueError(
            f"the statistic of a resample gives {', '.join(sorted(more))}, which it does not give "
            f"of all rows: {', '.join(names)}"
        )
    for name, value in figures.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} of a resample is {value}; it must be a finite number")
    return [float(figures.get(name, math.nan)) for name in names]


def _defined(rows: Sequence[Sequence[float]]) -> list[Vector]:
    """For each figure its values, without those of resamples where it was not defined."""
    columns = [column[np.isfinite(column)] for column in np.array(rows).T]
    if columns and min(map(len, columns)) < len(rows) / 2:
        raise ValueError("a figure is not defined for most resamples: leave it out")
    return columns


def find_interval(
    figure: float, drawn: Vector, left_out: Vector, units: int, confidence: float
) -> BootstrapInterval:
    """The BCa interval of a figure, its resamples and what leaving out units gives."""
    found = partial(
        BootstrapInterval,
        figure,
        confidence=confidence,
        resamples=len(drawn),
        units=units,
    )
    if float(np.ptp(drawn)) <= 1e-12 * max(1.0, abs(figure)):
        return found(low=figure, high=figure, method="constant")
    tails = (1 - confidence) / 2, (1 + confidence) / 2
    corrected = _bca_tails(figure, drawn, left_out, tails)
    low, high = np.quantile(drawn, corrected or tails)
    return found(low=float(low), high=float(high), method="bca" if corrected else "percentile")


def _bca_tails(
    figure: float, drawn: Vector, left_out: Vector, tails: tuple[float, float]
) -> tuple[float, float] | None:
    """Where the interval's ends lie in the resamples, or None where that is not defined."""
    from scipy import stats

    below = float(np.mean(drawn < figure) + np.mean(drawn <= figure)) / 2
    deviations = left_out.mean() - left_out
    spread = float(np.sum(deviations**2))
    if not 0 < below < 1 or spread <= 0:
        return None
    bias = float(stats.norm.ppf(below))
    acceleration = float(np.sum(deviations**3)) / (6 * spread**1.5)
    ends = []
    for tail in tails:
        z = bias + float(stats.norm.ppf(tail))
        if 1 - acceleration * z <= 0:
            return None
        ends.append(float(stats.norm.cdf(bias + z / (1 - acceleration * z))))
    return ends[0], ends[1]
