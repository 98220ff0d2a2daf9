"""Measured values as papers give them: a quantity, and what it was measured under.

`62 mS cm−1 at 80 °C`, `0.9 V vs. RHE`, `35 % (25 °C, 95 % RH)`. Numbers and units are read by pint.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from byeori_chemistry.units import CHEMISTRY
from byeori_plugins.evaluators import same_quantity
from byeori_plugins.text import Quantity, UnitError, plain_of_latex, readings, same_kind

_APART = re.compile(r"(?<=[^\s(])\s*\((?=[^)]*\d)|[;@]|,\s|\s(?:at|under|in)\s", re.IGNORECASE)
"""What stands between a value and its conditions: a bracket with a number in it, `at`, ..."""
_REFERENCE = re.compile(r"[\s(]*\b(?:vs\.?|versus)\s+([\w/+.-]+(?:\s?/\s?[\w+-]+)?)", re.IGNORECASE)
_HUMIDITY = re.compile(r"\b(?:RH|relative humidity)\b", re.IGNORECASE)
_KINDS = {"[temperature]": "temperature"}
_KELVINS = 0.5
"""Temperatures that differ by less are the same: 80 °C and 353 K."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a value was measured under.

    Attributes:
        kind: `temperature`, `humidity`, or the dimension as pint writes it.
        quantity: number and unit.
    """

    kind: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value, and under what it was measured.

    Attributes:
        value: number, or range, and unit.
        conditions: those with a number; words (`in water`) are left out.
        reference: the electrode of a potential, in lower case: `rhe`; empty where none is given.
    """

    value: Quantity
    conditions: tuple[Condition, ...] = ()
    reference: str = ""


def parse_measurement(text: str) -> Measurement:
    """A value with its conditions, LaTeX or not.

    Raises:
        UnitError: it does not begin with a number and a unit.
    """
    plain = plain_of_latex(text)
    reference = _REFERENCE.search(plain)
    value, *rest = _APART.split(_REFERENCE.sub(" ", plain).strip(), maxsplit=1)
    return Measurement(
        CHEMISTRY.parse_quantity(value),
        tuple(_conditions(rest[0])) if rest else (),
        reference[1].casefold().replace(" ", "").rstrip(".") if reference else "",
    )


def _conditions(text: str) -> Iterator[Condition]:
    humid = bool(_HUMIDITY.search(text))
    for several in readings(text, CHEMISTRY):
        quantity = next((q for q in several if not _bare(q)), None)
        if quantity is None:
            continue  # the 1 of `membrane 1`
        kind = str(quantity.unit.dimensionality)
        share = humid and kind == "dimensionless"
        yield Condition("humidity" if share else _KINDS.get(kind, kind), quantity)


def _bare(quantity: Quantity) -> bool:
    return str(quantity.unit) == "dimensionless"


def same_measurement(found: str, right: str, tolerance: float, *, conditions: bool = True) -> bool:
    """Whether two values are the same quantity, under the same conditions.

    `0.05 S/cm` is `50 mS cm−1`. Each condition that the right value gives must be met; what only
    the found one gives is no mistake. Potentials against different electrodes differ.

    Args:
        found, right: as `parse_measurement` reads them; what it cannot read is compared as text.
        tolerance: relative to the right value.
        conditions: False compares the values alone.
    """
    try:
        one, other = parse_measurement(found), parse_measurement(right)
    except UnitError:
        return " ".join(found.split()).casefold() == " ".join(right.split()).casefold()
    if not same_value(one.value, other.value, tolerance):
        return False
    if one.reference != other.reference and one.reference and other.reference:
        return False
    return not conditions or all(_met(each, one, tolerance) for each in other.conditions)


def same_value(found: Quantity, right: Quantity, tolerance: float) -> bool:
    """Whether two quantities are the same; one without a unit is none with a unit."""
    if _bare(found) != _bare(right) or not same_kind(found.unit, right.unit):
        return False
    return same_quantity(found, right, tolerance)


def _met(wanted: Condition, found: Measurement, tolerance: float) -> bool:
    for each in found.conditions:
        if each.kind != wanted.kind:
            continue
        if wanted.kind == "temperature":
            kelvin = CHEMISTRY.parse_unit("K")
            ours, theirs = (c.quantity.converted(c.quantity.low, kelvin) for c in (each, wanted))
            if abs(ours - theirs) <= _KELVINS:
                return True
        elif same_value(each.quantity, wanted.quantity, tolerance):
            return True
    return False
