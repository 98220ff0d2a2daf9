"""Corrects the p-values of comparisons for their number."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from byeori import statistics
from byeori.comparison.model import Comparison, Significance
from byeori.comparison.settings import CompareSettings

_CORRECTIONS: dict[str, Callable[[Sequence[float]], Sequence[float]]] = {
    "holm": statistics.holm,
    "benjamini-hochberg": statistics.benjamini_hochberg,
    "none": list,
}


def uncorrected(name: str, statistic: float, p: float, dof: float | None) -> Significance:
    """A test on its own, before it is corrected."""
    return Significance(name, statistic, dof, p, p, 1, "none", significant=False)


def corrected_tests(
    tests: Sequence[Significance | None], settings: CompareSettings
) -> list[Significance | None]:
    """Tests of one family, with p-values that allow for their number; None stays None."""
    p_values = [test.p_value for test in tests if test is not None]
    adjusted = iter(_CORRECTIONS[settings.correction](p_values))
    return [
        None if test is None else _with(test, next(adjusted), len(p_values), settings)
        for test in tests
    ]


def _with(test: Significance, p: float, family: int, settings: CompareSettings) -> Significance:
    return replace(
        test,
        p_adjusted=p,
        family=family,
        correction=settings.correction,
        significant=p <= 1 - settings.confidence,
    )


def corrected(found: Sequence[Comparison], settings: CompareSettings) -> list[Comparison]:
    """Comparisons of one family: all that one report, or one table, shows."""
    tests = corrected_tests([comparison.test for comparison in found], settings)
    return [replace(comparison, test=test) for comparison, test in zip(found, tests, strict=True)]
