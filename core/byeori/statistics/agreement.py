"""Agreement of two people who put the same things into categories."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm


@dataclass(frozen=True, slots=True)
class CohensKappa:
    """Agreement beyond chance.

    Attributes:
        statistic: kappa; 1 is full agreement, 0 what chance alone would give.
        low, high: its interval, by the asymptotic standard error.
        standard_error: of kappa (Fleiss, Cohen and Everitt 1969, formula 13).
        observed: share of things on which both agree.
        expected: share on which they would agree by chance, given how often each uses a category.
        n: number of things.
    """

    statistic: float
    low: float
    high: float
    standard_error: float
    observed: float
    expected: float
    n: int


def cohens_kappa(a: Sequence[str], b: Sequence[str], confidence: float = 0.95) -> CohensKappa:
    """Cohen's kappa (1960) of two raters, for categories without an order.

    Args:
        a, b: the categories each gave to the same things, in the same order.
        confidence: of the interval.

    Raises:
        ValueError: unequal lengths, nothing rated, or both gave one and the same category to
            everything: agreement beyond chance is then not defined.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} ratings; both must rate the same things")
    if not a:
        raise ValueError("no ratings")
    names = {name: number for number, name in enumerate(sorted({*a, *b}))}
    table = np.zeros((len(names), len(names)))
    np.add.at(table, ([names[x] for x in a], [names[x] for x in b]), 1)
    table /= len(a)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if len(names) == 1:
        raise ValueError(f"both gave {a[0]!r} to everything; kappa is not defined")
    kappa = (observed - expected) / (1 - expected)
    error = _standard_error(table, observed, expected, len(a))
    reach = float(norm.ppf((1 + confidence) / 2)) * error
    return CohensKappa(kappa, kappa - reach, kappa + reach, error, observed, expected, len(a))


def _standard_error(table: "np.ndarray", observed: float, expected: float, n: int) -> float:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    diagonal = np.diag(table)
    agreed = diagonal @ ((1 - expected) - (rows + columns) * (1 - observed)) ** 2
    # Cell (i, j) weighs how often b says i and a says j.
    sums = (columns[:, None] + rows[None, :]) ** 2
    differed = (1 - observed) ** 2 * float((table * sums).sum() - diagonal @ np.diag(sums))
    rest = (observed * expected - 2 * expected + observed) ** 2
    variance = (agreed + differed - rest) / (n * (1 - expected) ** 4)
    return float(np.sqrt(max(variance, 0.0)))
