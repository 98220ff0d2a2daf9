"""Draws of units with replacement, and the means that they and leaving units out give."""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from byeori.statistics.vectors import Codes, Vector, codes

CHUNK = 1 << 20
"""Indices drawn at once; bounds memory, and has no influence on the draws."""


def draws(units: int, resamples: int, random: np.random.Generator) -> Iterator[Codes]:
    """Matrices of drawn units, shape (some resamples, units), all resamples in all."""
    rows = max(1, CHUNK // units)
    for start in range(0, resamples, rows):
        yield random.integers(0, units, size=(min(rows, resamples - start), units), dtype=np.intp)


def unit_sums(values: Vector, clusters: Sequence[Hashable] | None) -> tuple[Vector, Vector]:
    """Sum and number of the values of each unit."""
    labels, units = codes(clusters, len(values))
    sums = np.bincount(labels, weights=values, minlength=units).astype(np.float64)
    return sums, np.bincount(labels, minlength=units).astype(np.float64)


def drawn_means(sums: Vector, counts: Vector, drawn: Iterator[Codes]) -> Vector:
    """The mean of each draw of units."""
    return np.concatenate([sums[draw].sum(axis=1) / counts[draw].sum(axis=1) for draw in drawn])


def left_out_means(sums: Vector, counts: Vector) -> Vector:
    """The means that leaving out one unit at a time gives."""
    return np.asarray((sums.sum() - sums) / (counts.sum() - counts))
