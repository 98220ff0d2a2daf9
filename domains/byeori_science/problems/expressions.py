"""Arithmetic as worked solutions write it: numbers with units, computed by pint.

`2.0 mol × 22.4 L/mol`, `(5.0 g + 3.0 g) / 18.0 g/mol`, `11 × 1 e`. A slash before a number or a
bracket divides; any other belongs to a unit.
"""

import re
from dataclasses import dataclass
from typing import Any

from byeori_plugins.text import UnitError, parse_unit, plain_text

_NUMBER = re.compile(
    r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?<=\d)"
    r"(?:\s?[*x]\s?10(?:\s?\^\s?[-+]?|[-+])\d+|[eE][-+]?\d+)?"
)
"""As byeori's own numbers, but `1 × 100` is a product, and not a power of ten without its `^`."""
_RAISED = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_OPERATOR = re.compile(r"\s*[*/÷x](?=\s*[-+]?\s*\(*[\d.])|\s+[+-](?=\s*\(*[\d.])|\s*\)")
"""Where a unit ends. A minus without a space before it is an exponent's (`mol-1`)."""
_SUM_WITHOUT_SPACE = re.compile(r"[+-]\s*\(*[\d.]")
_OFFSET = ("delta_degree_Celsius", "degree_Celsius", "degree_Fahrenheit")


class NotArithmetic(ValueError):  # noqa: N818  # says what the text is, not that somebody erred
    """A text is no expression of numbers, units, brackets and the four operations."""


def value_of(text: str) -> Any:
    """The value of an expression, as a `pint.Quantity`.

    Raises:
        NotArithmetic: it is none; it holds a symbol (`m / M`), a temperature in °C or °F, whose
            arithmetic is ambiguous, or adds what cannot be added.
    """
    # Superscripts behind digits are powers, and told apart before they are folded to digits.
    parser = _Parser(plain_text(_RAISED.sub(lambda found: f"^{found[0]}", text)))
    found = parser.sum()
    if parser.rest().strip():
        raise NotArithmetic(f"{text!r} goes on after an expression")
    return found


@dataclass
class _Parser:
    """Recursive descent over one text."""

    text: str
    place: int = 0

    def rest(self) -> str:
        return self.text[self.place :]

    def sum(self) -> Any:
        total = self._product()
        while (operator := self._next("+-")) is not None:
            other = self._product()
            total = _computed(total, operator, other)
        return total

    def _product(self) -> Any:
        total = self._factor()
        while (operator := self._next("*/÷x")) is not None:
            total = _computed(total, operator, self._factor())
        return total

    def _factor(self) -> Any:
        opening = re.match(r"\s*([-+]?)\s*\(", self.rest())
        if opening:
            self.place += opening.end()
            inside = self.sum()
            if self._next(")") is None:
                raise NotArithmetic("a bracket is not closed")
            return -inside * self._unit() if opening[1] == "-" else inside * self._unit()
        return self._number() * self._unit()

    def _number(self) -> float:
        start = re.match(r"\s*([-+]?)\s*", self.rest())
        self.place += start.end() if start else 0
        match = _NUMBER.match(self.rest())
        if not match or not match[0]:
            raise NotArithmetic(f"no number at {self.rest()[:20]!r}")
        self.place += match.end()
        sign = -1.0 if start and start[1] == "-" else 1.0
        return sign * number(match[0])

    def _unit(self) -> Any:
        """What stands before the next operator, as a unit; none where nothing stands there."""
        stop = self._end_of_unit()
        written = self.text[self.place : stop].strip()
        self.place = stop
        try:
            unit = parse_unit(written)
        except UnitError as error:
            raise NotArithmetic(str(error)) from error
        if any(name in str(unit) for name in _OFFSET):
            raise NotArithmetic("a temperature on a scale with an offset")
        return unit

    def _end_of_unit(self) -> int:
        if _SUM_WITHOUT_SPACE.match(self.rest()):  # `5-3` has no unit
            return self.place
        for match in _OPERATOR.finditer(self.text, self.place):
            between = self.text[self.place : match.start()]
            if between.count("(") == between.count(")"):  # `J/(mol K)` ends behind its bracket
                return match.start()
        return len(self.text)

    def _next(self, wanted: str) -> str | None:
        match = re.match(rf"\s*([{re.escape(wanted)}])", self.rest())
        if match is None:
            return None
        self.place += match.end()
        return match[1]


def number(text: str) -> float:
    """A number as papers write it: `1,200`, `3.2 x 10^-3`, `5e3`."""
    plain = re.sub(r"[\s,]", "", text).replace("x", "*")
    mantissa, times, power = plain.partition("*10")
    return float(mantissa) * (10.0 ** int(power.strip("^")) if times else 1)


def _computed(one: Any, operator: str, other: Any) -> Any:
    """The result of one operation.

    Raises:
        NotArithmetic: the two cannot be added, or the second is zero.
    """
    from pint import PintError

    try:
        if operator in "+-":
            return one + other if operator == "+" else one - other
        return one * other if operator in "*x" else one / other
    except (PintError, ArithmeticError) as error:
        raise NotArithmetic(str(error)) from error
