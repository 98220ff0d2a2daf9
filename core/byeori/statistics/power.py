"""How many items a comparison needs, and what a given number of items can see."""

import math

from byeori.statistics.vectors import check_share

LARGE = 1_000_000
"""From this many pairs on t is normal for all purposes, and the noncentral t loses digits."""


def paired_t_power(effect_size: float, n: int, *, alpha: float = 0.05) -> float:
    """Chance that a two-sided paired t-test on `n` pairs finds an effect of `effect_size`.

    Args:
        effect_size: true mean difference over the standard deviation of differences (d_z).
        n: number of pairs, at least 2.
        alpha: level of the test.

    Returns:
        0 to 1, by the noncentral t distribution (Cohen 1988, section 2.4); `alpha` without effect.

    Raises:
        ValueError: fewer than two pairs, a level outside (0, 1), or an effect that is not finite.
    """
    from scipy import stats

    check_share(alpha, "alpha")
    if n < 2:
        raise ValueError(f"n is {n}; a paired test needs at least 2 pairs")
    if not math.isfinite(effect_size):
        raise ValueError(f"effect_size is {effect_size}; it must be a finite number")
    shift = abs(effect_size) * math.sqrt(n)
    if n >= LARGE:
        critical = float(stats.norm.isf(alpha / 2))
        return float(stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift))
    critical = float(stats.t.isf(alpha / 2, n - 1))
    return _beyond(critical, n - 1, shift)


def _beyond(critical: float, dof: int, shift: float) -> float:
    """P(|T| > critical) for a noncentral t."""
    from scipy import stats

    if shift > 1000:
        # Here the normal part is its mean for all purposes: T > critical is chi < shift/critical.
        return float(stats.chi2.cdf(dof * (shift / critical) ** 2, dof))
    upper = float(stats.nct.sf(critical, dof, shift))
    # T < -critical needs a normal below -shift, so from 6 on this tail is under 1e-9; scipy's own
    # left tail gives NaN there now and then.
    lower = float(stats.nct.sf(critical, dof, -shift)) if shift < 6 else 0.0
    power = upper + lower
    if not math.isfinite(power):
        raise ArithmeticError(f"scipy gives no noncentral t for dof {dof}, shift {shift}")
    return min(1.0, power)


def required_items(effect_size: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """The fewest pairs with which a paired t-test finds `effect_size` with chance `power`.

    Args:
        effect_size: mean difference over the standard deviation of differences (d_z), not 0.
        power: chance to find it.
        alpha: level of the two-sided test.

    Raises:
        ValueError: no effect (no number of items would do), or shares outside (0, 1).
    """
    check_share(power, "power")
    if effect_size == 0 or not math.isfinite(effect_size):
        raise ValueError(f"effect_size is {effect_size}; no number of items can show it")
    if paired_t_power(effect_size, LARGE, alpha=alpha) < power:
        return _normal_items(abs(effect_size), power, alpha)
    low, high = 1, 2
    while paired_t_power(effect_size, high, alpha=alpha) < power:
        low, high = high, min(2 * high, LARGE)
    while high - low > 1:
        middle = (low + high) // 2
        enough = paired_t_power(effect_size, middle, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _normal_items(effect_size: float, power: float, alpha: float) -> int:
    from scipy import stats

    quantiles = float(stats.norm.isf(alpha / 2) + stats.norm.ppf(power))
    return math.ceil((quantiles / effect_size) * (quantiles / effect_size))


def detectable_difference(
    standard_deviation: float, n: int, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The smallest true mean difference that `n` pairs show with chance `power`.

    Args:
        standard_deviation: of the differences, in the metric's unit, not negative.
        n: number of pairs, at least 2.
        power: chance to find it.
        alpha: level of the two-sided test, below `power`.

    Returns:
        A difference in the metric's unit; 0 where differences do not vary.

    Raises:
        ValueError: as for `paired_t_power`, or a negative deviation.
    """
    from scipy import optimize

    check_share(power, "power")
    if not 0 <= standard_deviation < math.inf:
        raise ValueError(f"standard_deviation is {standard_deviation}; it must be 0 or more")
    if power <= alpha:
        raise ValueError(f"power {power} must be above alpha {alpha}, which is met without effect")
    high = 1.0 / math.sqrt(n) if n > 0 else 1.0
    while paired_t_power(high, n, alpha=alpha) < power:
        high *= 2
    effect = optimize.brentq(
        lambda d: paired_t_power(d, n, alpha=alpha) - power, 0.0, high, xtol=1e-12
    )
    return float(effect) * standard_deviation
