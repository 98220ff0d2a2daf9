"""One-sided bounds of a change for the worse."""

import math
import statistics as plain
from typing import Any

from byeori import statistics
from byeori.comparison.values import PairedValues

POWER = 0.8


def bounds(values: PairedValues, falls: bool, confidence: float, seed: int) -> dict[str, Any]:
    """`worse_by`, `at_least`, `at_most`, `method` and `items_needed` of a `GateDecision`.

    A one-sided bound at 95 % is an end of the two-sided interval at 90 %. Right/wrong scores of
    independent items have Tango's, which has a width even where nothing changed; others the
    bootstrap's by document.

    Args:
        values: both models' scores, at least one pair.
        falls: whether lower is worse.
        confidence: of each bound, above 0.5.
        seed: of the bootstrap.
    """
    worse = [-d for d in values.differences] if falls else values.differences
    found: dict[str, Any] = {"worse_by": plain.fmean(worse)}
    if values.independent < 2:
        return found
    if values.right_wrong and not values.shared:
        before, after = (values.baseline, values.tuned)[:: 1 if falls else -1]
        shares = statistics.paired_shares(before, after, confidence=2 * confidence - 1)
        return {**found, "method": "score", "at_least": shares.low, "at_most": shares.high}
    interval = statistics.bootstrap_interval(
        worse, clusters=values.units, confidence=2 * confidence - 1, seed=seed
    )
    if interval.method == "constant":
        return found
    return {**found, "method": "bootstrap", "at_least": interval.low, "at_most": interval.high}


def items_needed(values: PairedValues, limit: float, confidence: float) -> int | None:
    """Items with which a model that did not change passes `not-excluded` four times out of five.

    The usual number for showing that something is not worse: ((z of confidence + z of 0.8) times
    standard deviation / limit), squared. None where no number would do, or nothing varied.
    """
    from scipy import stats

    try:
        t = values.t_test(confidence)
    except ValueError:
        return None
    spread = t.standard_error * math.sqrt(t.n)
    if spread <= 0 or limit <= 0:
        return None
    quantiles = float(stats.norm.ppf(confidence) + stats.norm.ppf(POWER))
    return math.ceil((quantiles * spread / limit) ** 2)
