"""Equations in a worked solution: those that can be computed, and whether they hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from byeori_plugins.text import plain_of_latex
from byeori_science.problems.expressions import NotArithmetic, value_of

_EQUALS = re.compile(r"=|≈|≃")
_LINES = re.compile(r"[\n;]|[.,]\s|\.$")
_STARTS = re.compile(r"(?<![\w.,)])[-+]?\s?[(\d.]")
_ENDS = re.compile(r"(?<=[\w%°)])(?=[가-힣]|[^\w.]|\.?$)")
_SYMBOL = re.compile(r"(?:\\\w+|(?<!\w)[^\W\d]|[)}\]])\s*$")
"""What stands before a number that is its factor or argument: `R`, `\\ln`, a bracket."""
_OPERATORS = ("+", "-", "*", "/", "×", "·", "÷", "^", "(", "−", "⋅", "\\")
_MOST = 12
"""Beginnings, or ends, of a side that are tried; sentences are longer than expressions."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation whose two sides can be computed.

    Attributes:
        text: as it was written, its LaTeX taken out.
        holds: whether both sides are the same quantity within the tolerance asked for.
    """

    text: str
    holds: bool


def equations(text: str, tolerance: float = 0.02) -> Iterator[Equation]:
    """The equations of a solution that are arithmetic on both sides, in order.

    Words may stand before and behind (`so there are 3 × 2 mol = 6 mol in it`). Sides with symbols
    (`n = m / M`) say nothing that could be checked and are passed over, and so are sides of unlike
    dimension, where a symbol was probably read as a unit; of `n = 9.0 g / 18.0 g/mol = 0.50 mol`
    the second equation is checked. Where words could be units (`5 g in`), an equation that holds by
    one reading holds.

    Args:
        text: a worked solution; LaTeX is understood as far as `plain_of_latex` does.
        tolerance: relative to the right side; intermediate results are rounded.
    """
    for line in _LINES.split(plain_of_latex(text)):
        for left, right in pairwise(_EQUALS.split(line)):
            pairs = [(a, b) for a in _endings(left) for b in _beginnings(right) if alike(a, b)]
            if pairs:
                holds = any(same(a, b, tolerance) for a, b in pairs)
                yield Equation(f"{left.strip()} = {right.strip()}", holds)


def _endings(side: str) -> list[Any]:
    """The values that the end of a left side may have, longest reading first."""
    starts = [match.start() for match in _STARTS.finditer(side)][-_MOST:]
    free = [start for start in starts if _begins(side[:start])]
    return _values(side[start:] for start in free)


def _begins(before: str) -> bool:
    """Whether an expression may begin behind this text."""
    return not before.rstrip().endswith(_OPERATORS) and not _SYMBOL.search(before)


def _beginnings(side: str) -> list[Any]:
    """The values that the beginning of a right side may have."""
    ends = [match.start() for match in _ENDS.finditer(side)][:_MOST]
    free = [end for end in ends if not side[end:].lstrip().startswith(_OPERATORS)]
    return _values(side[:end] for end in reversed(free))


def _values(texts: Iterator[str] | Any) -> list[Any]:
    found = []
    for text in texts:
        try:
            found.append(value_of(text))
        except NotArithmetic:
            continue
    return found


def alike(one: Any, other: Any) -> bool:
    """Whether two quantities are of one dimension."""
    return bool(one.dimensionality == other.dimensionality)


def same(one: Any, other: Any, tolerance: float) -> bool:
    """Whether two quantities are the same, in any unit, relative to the second."""
    from pint import PintError

    try:
        found = float(one.to(other.units).magnitude)
    except PintError:
        return False
    right = float(other.magnitude)
    return abs(found - right) <= max(tolerance, 1e-9) * abs(right)
