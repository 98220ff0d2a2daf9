"""One-sided bounds of a change for the worse."""

import math
import statistics as plain
from collections.abc import Mapping
from typing import Any

from byeori import statistics
from byeori.comparison.values import PairedValues

POWER = 0.8


def bounds(
    parts: Mapping[str, PairedValues], falls: bool, confidence: float, seed: int
) -> dict[str, Any]:
    """`worse_by`, `at_least`, `at_most` and `method` of a `GateDecision`; nothing without items.

    A one-sided bound at 95 % is an end of the two-sided interval at 90 %. Right/wrong scores of
    independent items have Tango's, which has a width even where nothing changed; others, and the
    average of several evaluators, the bootstrap's by document.

    Args:
        parts: by evaluator, both models' scores; several count the same.
        falls: whether lower is worse.
        confidence: of each bound, above 0.5.
        seed: of the bootstrap.
    """
    if not all(part.units for part in parts.values()):
        return {}
    worse = {name: _worse(part, falls) for name, part in parts.items()}
    found = {"worse_by": plain.fmean(plain.fmean(values) for values in worse.values())}
    if any(part.independent < 2 for part in parts.values()):
        return found
    return {**found, **_bounds(parts, worse, falls, 2 * confidence - 1, seed)}


def _worse(values: PairedValues, falls: bool) -> list[float]:
    return [-d for d in values.differences] if falls else values.differences


def _bounds(
    parts: Mapping[str, PairedValues],
    worse: Mapping[str, list[float]],
    falls: bool,
    confidence: float,
    seed: int,
) -> dict[str, Any]:
    first, *others = parts.values()
    if not others and first.right_wrong and not first.shared:
        before, after = (first.baseline, first.tuned)[:: 1 if falls else -1]
        shares = statistics.paired_shares(before, after, confidence=confidence)
        return {"method": "score", "at_least": shares.low, "at_most": shares.high}
    units = {name: part.units for name, part in parts.items()}
    if others:
        interval = statistics.macro_average(worse, clusters=units, confidence=confidence, seed=seed)
    else:
        (values,), (own,) = worse.values(), units.values()
        interval = statistics.bootstrap_interval(
            values, clusters=own, confidence=confidence, seed=seed
        )
    if interval.method == "constant":
        return {}
    return {"method": "bootstrap", "at_least": interval.low, "at_most": interval.high}


def items_needed(parts: Mapping[str, PairedValues], limit: float, confidence: float) -> int | None:
    """Items with which a model that did not change passes `not-excluded` four times out of five.

    The usual number for showing that something is not worse: ((z of confidence + z of 0.8) times
    standard deviation / limit), squared. None where no number would do, nothing varied, or several
    evaluators are averaged.
    """
    from scipy import stats

    values, *others = parts.values()
    if others or len(values.units) < 2:
        return None
    try:
        t = values.t_test(confidence)
    except ValueError:
        return None
    spread = t.standard_error * math.sqrt(t.n)
    if spread <= 0 or limit <= 0:
        return None
    quantiles = float(stats.norm.ppf(confidence) + stats.norm.ppf(POWER))
    return math.ceil((quantiles * spread / limit) ** 2)
