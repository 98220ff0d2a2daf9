"""Power of McNemar's exact test, and of items that share documents."""

import math

from byeori.statistics.vectors import check_share

LARGE = 1_000_000
"""From this many pairs on the normal approximation is exact for all purposes."""
NEGLIGIBLE = 1e-12
MOST = 10**12


def mcnemar_power(gained: float, lost: float, n: int, *, alpha: float = 0.05) -> float:
    """Chance that the exact McNemar test on `n` pairs finds a difference of `gained - lost`.

    Args:
        gained, lost: shares of all items that only the one, or only the other, model has right.
        n: number of pairs, at least 1.
        alpha: level of the two-sided test.

    Returns:
        0 to 1: the test's chance given how many items differ, averaged over how many will. Exact up
        to a million pairs, beyond by the normal approximation (Connor 1987).

    Raises:
        ValueError: shares outside 0 to 1 or with a sum above 1, no pairs, or a bad level.
    """
    from scipy import stats

    changing = _changing(gained, lost)
    check_share(alpha, "alpha")
    if n < 1:
        raise ValueError(f"n is {n}; a paired test needs pairs")
    if changing == 0:
        return 0.0
    if n >= LARGE:
        return _normal_power(gained, lost, n, alpha)
    import numpy as np

    ends = (stats.binom.ppf(NEGLIGIBLE, n, changing), stats.binom.isf(NEGLIGIBLE, n, changing))
    counts = np.arange(int(ends[0]), int(ends[1]) + 1)
    # The largest number of losses, or of gains, at which the test still rejects.
    most = stats.binom.ppf(alpha / 2, counts, 0.5)
    most = np.where(stats.binom.cdf(most, counts, 0.5) <= alpha / 2, most, most - 1)
    share = gained / changing
    rejects = stats.binom.cdf(most, counts, share) + stats.binom.sf(
        counts - most - 1, counts, share
    )
    return min(1.0, float(np.sum(stats.binom.pmf(counts, n, changing) * rejects)))


def mcnemar_required_items(
    gained: float, lost: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Pairs with which McNemar's exact test finds `gained - lost` with chance `power`.

    The power of a discrete test goes up in teeth: a few pairs more may have a little less.

    Raises:
        ValueError: no difference (no number of items would do), or as for `mcnemar_power`.
    """
    check_share(power, "power")
    _changing(gained, lost)
    if gained == lost:
        raise ValueError("gained and lost are equal; no number of items can show a difference")
    low, high = 0, 1
    while mcnemar_power(gained, lost, high, alpha=alpha) < power:
        low, high = high, 2 * high
        if high > MOST:
            raise ValueError(f"more than {MOST:,} items would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        enough = mcnemar_power(gained, lost, middle, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def mcnemar_detectable_difference(
    changing: float, n: int, *, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """The smallest difference of shares that `n` pairs show with chance `power`.

    Args:
        changing: share of all items that only one of the two models has right.
        n: number of pairs.
        power, alpha: as for `mcnemar_required_items`.

    Returns:
        A difference, at most `changing`; None where even that is not found so often.

    Raises:
        ValueError: as for `mcnemar_power`.
    """
    from scipy import optimize

    check_share(power, "power")

    def missing(difference: float) -> float:
        gained, lost = (changing + difference) / 2, (changing - difference) / 2
        return mcnemar_power(gained, max(lost, 0.0), n, alpha=alpha) - power

    if changing == 0 or missing(changing) < 0:
        return None
    if missing(0.0) >= 0:
        raise ValueError(f"power {power} is met without a difference; it must be above alpha")
    return float(optimize.brentq(missing, 0.0, changing, xtol=1e-10))


def design_effect(per_document: float, correlation: float) -> float:
    """How many times more items are needed where `per_document` of them share each document.

    Args:
        per_document: items a document, on average, at least 1.
        correlation: of the differences of two items of one document (intraclass), 0 to 1.

    Returns:
        1 + (per_document - 1) * correlation (Kish 1965).

    Raises:
        ValueError: fewer than one item a document, or a correlation outside 0 to 1.
    """
    if not 1 <= per_document < math.inf:
        raise ValueError(f"per_document is {per_document}; it must be 1 or more")
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation is {correlation}; it must lie between 0 and 1")
    return 1 + (per_document - 1) * correlation


def _changing(gained: float, lost: float) -> float:
    for name, share in (("gained", gained), ("lost", lost)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is {share}; a share lies between 0 and 1")
    if gained + lost > 1 + 1e-12:
        raise ValueError(f"gained and lost are {gained + lost} together; they are at most 1")
    return min(1.0, gained + lost)


def _normal_power(gained: float, lost: float, n: int, alpha: float) -> float:
    from scipy import stats

    difference, changing = abs(gained - lost), gained + lost
    spread = math.sqrt(max(changing - difference**2, 0.0))
    reach = difference * math.sqrt(n) - float(stats.norm.isf(alpha / 2)) * math.sqrt(changing)
    return float(stats.norm.cdf(reach / spread)) if spread else float(reach >= 0)
