"""Agreement of any number of raters, with gaps, on any scale: Krippendorff's alpha."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byeori.statistics.bootstrap import bootstrap_interval
from byeori.statistics.vectors import Vector

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class KrippendorffAlpha:
    """Agreement beyond chance.

    Attributes:
        statistic: alpha; 1 is full agreement, 0 what chance alone would give, below 0 worse.
        low, high: bootstrap interval over units, or None where all resamples agree.
        observed, expected: disagreement, in the squared unit of the level; alpha is 1 minus their
            ratio.
        level: how the ratings were read.
        n: units that two or more raters rated; only those say anything about agreement.
        ratings: how many ratings those units have.
        single: units left out because fewer than two raters rated them.
    """

    statistic: float
    low: float | None
    high: float | None
    observed: float
    expected: float
    level: Level
    n: int
    ratings: int
    single: int


def krippendorff_alpha(
    units: Sequence[Sequence[str | float | None]],
    level: Level = "nominal",
    *,
    confidence: float = 0.95,
    resamples: int = 1999,
    seed: int = 0,
) -> KrippendorffAlpha:
    """Krippendorff's alpha (2011, "Computing Krippendorff's Alpha-Reliability").

    Args:
        units: one row per thing rated, with the ratings it was given; None where a rater gave none.
            Rows may differ in length. Who gave which rating has no influence.
        level: `nominal` for categories, `ordinal` for ranks (1 to 5 without equal steps),
            `interval` for scores with equal steps, `ratio` for amounts from zero upwards.
        confidence, resamples, seed: of the interval. Units are drawn; a resample in which nothing
            varies shows no agreement beyond chance and counts as 0.

    Raises:
        ValueError: no unit was rated twice, everything got one and the same rating, a rating that
            is no finite number where the level needs one, or a negative one for `ratio`.
    """
    rated = [[rating for rating in unit if rating is not None] for unit in units]
    pairable = [unit for unit in rated if len(unit) > 1]
    if not pairable:
        raise ValueError("no unit has two ratings; agreement needs at least two raters")
    names = sorted(
        {rating for unit in pairable for rating in unit}, key=lambda r: (str(type(r)), r)
    )
    values = _values(names, level)
    if len(names) == 1:
        raise ValueError(f"every rating is {names[0]!r}; alpha is not defined without variation")
    counts = np.array([[Counter(unit)[name] for name in names] for unit in pairable], dtype=float)
    observed, expected = _disagreements(counts, values, level)
    low, high = None, None
    if len(pairable) > 1:
        interval = bootstrap_interval(
            list(range(len(pairable))),
            lambda drawn: _alpha(counts[list(drawn)], values, level),
            confidence=confidence,
            resamples=resamples,
            seed=seed,
        )
        if interval.method != "constant":
            low, high = interval.low, interval.high
    return KrippendorffAlpha(
        statistic=1 - observed / expected,
        low=low,
        high=high,
        observed=observed,
        expected=expected,
        level=level,
        n=len(pairable),
        ratings=int(counts.sum()),
        single=len(rated) - len(pairable),
    )


def _values(names: Sequence[str | float], level: Level) -> Vector:
    """The ratings as numbers; categories only as different ones."""
    if level == "nominal":
        return np.arange(len(names), dtype=float)
    for name in names:
        if isinstance(name, str) or not np.isfinite(name):
            raise ValueError(f"{name!r} is no finite number, which level {level!r} needs")
        if level == "ratio" and name < 0:
            raise ValueError(
                f"{name} is negative; level 'ratio' measures amounts from zero upwards"
            )
    return np.array(names, dtype=float)


def _alpha(counts: Vector, values: Vector, level: Level) -> float:
    observed, expected = _disagreements(counts, values, level)
    return 1 - observed / expected if expected else 0.0


def _disagreements(counts: Vector, values: Vector, level: Level) -> tuple[float, float]:
    """Observed and expected disagreement of counts of each value (columns) in each unit (rows)."""
    totals, sizes = counts.sum(axis=0), counts.sum(axis=1)
    distances = _distances(values, totals, level)
    number = float(totals.sum())
    within = ((counts @ distances) * counts).sum(axis=1) / (sizes - 1)
    return float(within.sum()) / number, float(totals @ distances @ totals) / number / (number - 1)


def _distances(values: Vector, totals: Vector, level: Level) -> Vector:
    """Squared distance of every two values."""
    if level == "nominal":
        return 1 - np.eye(len(values))
    if level == "ordinal":
        # The ratings between two ranks, half of those at both ends: the distance of mean ranks.
        values = np.cumsum(totals) - totals / 2
    gaps = values[:, None] - values[None, :]
    if level == "ratio":
        sums = values[:, None] + values[None, :]
        gaps = np.divide(gaps, sums, out=np.zeros_like(gaps), where=sums > 0)
    return np.asarray(gaps**2)
