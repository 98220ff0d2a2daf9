"""Means with their intervals."""

import statistics as plain
from collections.abc import Sequence
from typing import Literal

from byeori import statistics
from byeori.comparison.model import Estimate

Unit = tuple[str, str]
Scale = Literal["any", "share", "difference"]
RESAMPLES = 9999


def estimate(
    values: Sequence[float],
    units: Sequence[Unit],
    confidence: float,
    seed: int,
    *,
    scale: Scale = "any",
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean, interval and standard deviation.

    Args:
        values: scores or differences, at least one.
        units: what each value shares its luck with; whole units are drawn.
        confidence, seed, resamples: of the bootstrap.
        scale: whether the values are shares (0 and 1) or differences of such. They have an interval
            even where all are alike: that many units can be alike by chance.
    """
    mean, count = plain.fmean(values), len(set(units))
    if count < 2:
        return Estimate(mean)
    interval = statistics.bootstrap_interval(
        values, clusters=units, confidence=confidence, seed=seed, resamples=resamples
    )
    deviation = plain.stdev(values)
    if interval.method != "constant":
        return Estimate(mean, interval.low, interval.high, deviation)
    if scale != "any" and min(values) == max(values):
        return Estimate(mean, *_alike(mean, count, confidence, scale), deviation)
    return Estimate(mean, standard_deviation=deviation)


def _alike(value: float, count: int, confidence: float, scale: Scale) -> tuple[float, float]:
    """The exact interval of `count` equal answers, or the score interval of equal differences."""
    if scale == "share":
        from scipy import stats

        exact = stats.binomtest(round(value * count), count).proportion_ci(confidence)
        return float(exact.low), float(exact.high)
    tuned, baseline = float(value > 0), float(value < 0)
    shares = statistics.paired_shares([tuned] * count, [baseline] * count, confidence=confidence)
    return shares.low, shares.high
