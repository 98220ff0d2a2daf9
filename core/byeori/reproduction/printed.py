"""Reads figures as papers print them."""

import re
from decimal import Decimal

_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?:%p?)?"
    r"(?:\s*±.*|\s*\(.*\))?"
)


def printed_number(text: str) -> Decimal | None:
    """The number in a printed cell; None where the cell is a text, or empty.

    Thousands separators, a Unicode minus, a percent sign, and a spread after `±` or in brackets
    are understood: `30,776`, `−0.88`, `57.16 %`, `3e-4`, `2.20 (0.36)`.
    """
    found = _NUMBER.fullmatch(text.strip().replace("\u2212", "-"))
    if found is None or not any(character.isdigit() for character in found["number"]):
        return None
    return Decimal(found["number"].replace(",", ""))


def decimals(number: Decimal) -> int:
    """Decimal places that were printed: 2 for `0.80`, 0 for `12`, 4 for `3e-4`."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
