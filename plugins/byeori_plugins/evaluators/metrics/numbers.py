"""Numbers with units against the right one, and texts that may be such numbers."""

from typing import TYPE_CHECKING

from byeori import Item
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import MetricSettings

if TYPE_CHECKING:
    from byeori_plugins.text.units import Quantity


def numeric(settings: MetricSettings) -> Measure:
    """1 where the answer's last number of the right dimension is the right one, else 0.

    Units are converted (`0.05 L` is `50 mL`). A reference that is a range (`20-30 %`) is met by a
    number within it, or by the same range. Of a reference without a unit only the number counts.
    """

    def measure(answer: str, item: Item) -> Outcome:
        from byeori_plugins.text.quantities import plain_of_latex, readings
        from byeori_plugins.text.units import UnitError, parse_quantity

        try:
            right = parse_quantity(plain_of_latex(item.reference))
        except UnitError:
            return unscored("the reference is no number with a unit")
        found = [
            _comparable(several, right, needs_unit=settings.needs_unit)
            for several in readings(plain_of_latex(answer))
        ]
        last = next((one for one in reversed(found) if one is not None), None)
        return Outcome(float(last is not None and same(last, right, settings.tolerance)))

    return measure


def _bare(quantity: "Quantity") -> bool:
    return str(quantity.unit) == "dimensionless"


def _comparable(
    several: "list[Quantity]", right: "Quantity", *, needs_unit: bool
) -> "Quantity | None":
    """The reading of a number that may be what was asked for, or None."""
    from byeori_plugins.text.units import same_kind

    if _bare(right) or (len(several) == 1 and not needs_unit):
        return several[-1]
    alike = (one for one in several if not _bare(one) and same_kind(one.unit, right.unit))
    return next(alike, None)


def same(found: "Quantity", right: "Quantity", tolerance: float) -> bool:
    """Whether a number is the right one, in the right one's unit; see `numeric`.

    Args:
        found: of the right one's dimension, or without a unit, which is then taken for its unit.
        right: what it is compared with.
        tolerance: relative to the right value; 0 asks for the same number up to rounding.
    """
    # Converted units bring rounding: 0.05 L is 50.000000000000003 mL.
    low = right.low - max(tolerance, 1e-9) * abs(right.low)
    high = right.high + max(tolerance, 1e-9) * abs(right.high)
    ends = [_in_unit(value, found, right) for value in (found.low, found.high)]
    if found.low != found.high:  # a range must be the same range
        width = max(tolerance, 1e-9)
        pairs = zip(ends, (right.low, right.high), strict=True)
        return all(abs(one - other) <= width * abs(other) for one, other in pairs)
    return low <= ends[0] <= high


def _in_unit(value: float, found: "Quantity", right: "Quantity") -> float:
    if _bare(found) or _bare(right):
        return value
    return found.converted(value, right.unit)


def same_text(found: str, right: str, tolerance: float) -> bool:
    """Whether two field values are the same: as texts, or as quantities of one dimension."""
    from byeori_plugins.evaluators.text_metrics import exact_match
    from byeori_plugins.text.units import UnitError, parse_quantity, same_kind

    if exact_match(found, right):
        return True
    try:
        one, other = parse_quantity(found), parse_quantity(right)
    except UnitError:
        return False
    alike = _bare(one) == _bare(other) and same_kind(one.unit, other.unit)
    return alike and same(one, other, tolerance)
