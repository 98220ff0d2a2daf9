"""What two models' points on one scale say: mean, spread, paired t, F, and what could be seen."""

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, stdev

from byeori import ResultTable
from byeori.statistics import (
    bootstrap_interval,
    cohens_d_paired,
    detectable_difference,
    paired_t_test,
    required_items,
    variance_f_test,
)

Figure = str | int | float | None
Rows = tuple[tuple[Figure, ...], ...]
Make = Callable[[Sequence[float], Sequence[float]], Rows]
FEWEST = 3
"""Questions; with fewer nothing is tested."""


def statistics_of(
    scale: str, models: tuple[str, str], pairs: Sequence[tuple[float, float]]
) -> Iterator[ResultTable]:
    """The tables of section 4.2.4, Table 5 and Table 6, where there are points enough for them."""
    if len(pairs) < FEWEST:
        return
    base, own = ([pair[side] for pair in pairs] for side in (0, 1))
    heads = ("Figure", *models)
    yield ResultTable(
        title=f"{scale}: mean and spread", columns=heads, rows=_described((base, own))
    )
    made: tuple[tuple[str, Rows | str, str], ...] = (
        ("paired t-test", _tried(_paired_t, base, own), _T_NOTE),
        ("F-test of the variances", _tried(_variance_f, base, own), _F_NOTE),
    )
    for name, rows, note in made:
        if isinstance(rows, str):
            rows, note = (), f"Not defined: {rows}."
        yield ResultTable(title=f"{scale}: {name}", columns=heads, rows=rows, note=note)


_T_NOTE = (
    "The first model minus the second. Each question counts as one, as in the paper; the "
    "comparison above takes the questions of one document together. Needed and seen: power 80 %, "
    "two-sided, at 95 %."
)
_F_NOTE = "One-sided, as in the paper; it assumes independent samples, which paired ones are not."


def _tried(make: Make, base: Sequence[float], own: Sequence[float]) -> Rows | str:
    """The rows, or why there are none: points without variation."""
    try:
        return make(base, own)
    except ValueError as error:
        return str(error)


def _described(sides: tuple[Sequence[float], Sequence[float]]) -> Rows:
    intervals = [bootstrap_interval(side) for side in sides]
    return (
        ("Mean", *map(fmean, sides)),
        ("95 % interval, from", *(one.low for one in intervals)),
        ("95 % interval, to", *(one.high for one in intervals)),
        ("Standard error", *(stdev(side) / len(side) ** 0.5 for side in sides)),
        ("Standard deviation", *map(stdev, sides)),
    )


def _paired_t(base: Sequence[float], own: Sequence[float]) -> Rows:
    test = paired_t_test(base, own)
    effect = cohens_d_paired(base, own).statistic
    spread = test.standard_error * test.n**0.5
    return (
        ("Mean", test.mean_a, test.mean_b),
        ("Variance", test.variance_a, test.variance_b),
        ("Observations", test.n, test.n),
        ("Pearson correlation", test.correlation, None),
        ("Degrees of freedom", test.degrees_of_freedom, None),
        ("t", test.statistic, None),
        ("p, one-tail", test.p_value_one_sided, None),
        ("t critical, one-tail", test.critical_one_sided, None),
        ("p, two-tail", test.p_value, None),
        ("t critical, two-tail", test.critical_two_sided, None),
        ("Questions needed for this difference", required_items(effect) if effect else None, None),
        (
            f"Smallest difference {test.n} questions show",
            detectable_difference(spread, test.n),
            None,
        ),
    )


def _variance_f(base: Sequence[float], own: Sequence[float]) -> Rows:
    test = variance_f_test(base, own)
    return (
        ("Variance", test.variance_a, test.variance_b),
        ("Degrees of freedom", *test.degrees_of_freedom),
        ("F", test.statistic, None),
        ("p, one-tail", test.p_value, None),
        ("F critical, one-tail", test.critical, None),
    )
