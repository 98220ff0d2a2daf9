"""Averages over benchmarks, each counting the same however many items it has."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from byeori.statistics.bootstrap import BootstrapInterval, find_interval
from byeori.statistics.resampling import drawn_means, draws, left_out_means, unit_sums
from byeori.statistics.vectors import check_share, vector


def macro_average(
    strata: Mapping[str, Sequence[float]],
    *,
    clusters: Mapping[str, Sequence[Hashable]] | None = None,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> BootstrapInterval:
    """Mean of the benchmarks' means, its interval found by resampling within each benchmark.

    The benchmarks are taken as given: the interval speaks of other items of these benchmarks, not
    of other benchmarks. BCa with the acceleration of stratified samples (Davison and Hinkley 1997,
    section 5.3.2). For the difference of two models, give the differences of their paired scores.

    Args:
        strata: scores by benchmark.
        clusters: by benchmark, one label per score (such as its document); whole clusters are
            drawn. A cluster is looked for within its benchmark only.
        confidence, resamples, seed: as for `bootstrap_interval`.

    Returns:
        The interval; `units` is the number of scores, or clusters, of all benchmarks.

    Raises:
        ValueError: no benchmark, a benchmark with fewer than two units, None or NaN.
    """
    check_share(confidence, "confidence")
    if not strata:
        raise ValueError("no benchmarks to average")
    random = np.random.default_rng(seed)
    figure, drawn, deviations, units = 0.0, np.zeros(resamples), [], 0
    for name, values in strata.items():
        numbers = vector(values, name, 2)
        own = clusters.get(name) if clusters is not None else None
        sums, counts = unit_sums(numbers, own)
        if len(sums) < 2:
            raise ValueError(f"{name} has one cluster; an interval needs at least two")
        mean, share = float(np.mean(numbers)), 1 / len(strata)
        figure += share * mean
        drawn += share * drawn_means(sums, counts, draws(len(sums), resamples, random))
        left_out = left_out_means(sums, counts)
        deviations.append(share * (left_out - left_out.mean()))
        units += len(sums)
    return find_interval(figure, drawn, figure + np.concatenate(deviations), units, confidence)
