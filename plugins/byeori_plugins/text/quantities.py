"""Finds quantities in running text, where an answer gives its number among words."""

import re

from byeori_plugins.text.units import NUMBER, PLAIN, Quantity, UnitError, Units, plain_text

_LATEX_TEXT = re.compile(r"\\(?:mathrm|text|mathbf|mathit|operatorname|rm)\s*\{([^{}]*)\}")
_LATEX_POWER = re.compile(r"\^\s*\{\s*([^{}]*?)\s*\}")
_FOUND = re.compile(rf"(?<![\w.]){NUMBER}(?:\s?(?:-|to|~|\+/-|±)\s?{NUMBER})?")
_NO_TIMES = re.compile(r"(?<=\d)\s+(?:×\s*)?10\s?\^")
_NOT_A_UNIT = re.compile(
    r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]|\s(?:and|to)\s|(?:^|\s)[-+.]?\d"
)
_WORD = re.compile(r"\S+")
_UNIT_WORDS = 5
"""Words of a unit, at most: `kg m^2 s^-2 K^-1 mol^-1`."""


def plain_of_latex(text: str) -> str:
    r"""A text with the LaTeX that numbers are written in taken out.

    `$5.0 \\times 10^{-3} \\mathrm{~mol}$` becomes `5.0 × 10^-3  mol`, and so does `5.0 10^{-3}`.
    """
    # Powers stand within `\\mathrm{}` as well as around it.
    while (bare := _LATEX_POWER.sub(r"^\1", _LATEX_TEXT.sub(r"\1", text))) != text:
        text = bare
    text = text.replace(r"\times", "×").replace(r"\cdot", "·")
    text = text.replace(r"^\circ", "°").replace(r"\circ", "°").replace(r"\%", "%")
    text = text.replace("$", " ").replace("~", " ").replace(r"\ ", " ").replace(r"\,", " ")
    return _NO_TIMES.sub(" × 10^", text)


def readings(text: str, units: Units = PLAIN) -> list[list[Quantity]]:
    """Every number of a text, in order, each with the units it may be given in, longest first.

    `5 atm in the flask` is read as atmosphere inches, as atmospheres and without a unit: what a
    sentence means is known to who asked. A Korean particle ends a unit (`5 atm입니다`).
    """
    found, folded, place = [], plain_text(text), 0
    while match := _FOUND.search(folded, place):
        quantities, taken = _with_units(match[0], folded[match.end() :].partition("\n")[0], units)
        found.append(quantities)
        place = match.end() + taken  # the numbers of a unit are its powers
    return found


def _with_units(number: str, rest: str, units: Units) -> tuple[list[Quantity], int]:
    """A number's readings, and how many characters behind it the longest unit takes."""
    found, taken = [], 0
    ends = [match.end() for match in _WORD.finditer(_NOT_A_UNIT.split(rest, maxsplit=1)[0])]
    for end in reversed(ends[:_UNIT_WORDS]):
        try:
            found.append(units.parse_quantity(f"{number} {rest[:end].strip()}"))
        except UnitError:
            continue
        taken = max(taken, end)
    return [*found, units.parse_quantity(number)], taken
