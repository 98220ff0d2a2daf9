r"""The final answer of a worked solution, and whether it is the right quantity.

A solution ends with `Answer: 6.0 mol`, `답: 6.0 mol` or `\boxed{6.0 mol}`; without such a mark, its
last line that holds a number is taken.
"""

import re
from collections.abc import Iterator
from itertools import islice

from byeori_plugins.text import (
    Quantity,
    UnitError,
    parse_quantity,
    plain_of_latex,
    readings,
    same_kind,
)

_MARKED = re.compile(
    r"(?:\b(?:final\s+)?answer\b|(?<!\w)(?:최종\s*)?(?:정답|답))\s*(?:is|은|는)?\s*[:：=]?\s*(.+)",
    re.I,
)
_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")


def final_answer(solution: str) -> str:
    """What stands behind the last mark, or the last line with a number; empty without a number."""
    lines = [line for line in solution.splitlines() if re.search(r"\d", line)]
    return marked_answer(solution) or (lines[-1].strip() if lines else "")


def marked_answer(solution: str) -> str:
    """What stands behind the last mark of an answer; empty where there is none with a number."""
    for found in (_BOXED.findall(solution), _MARKED.findall(solution)):
        numbers = [text for text in found if re.search(r"\d", text)]
        if numbers:
            return str(numbers[-1]).strip()
    return ""


def quantity(value: object, unit: str = "") -> Quantity:
    """The quantity that a record gives as a number and a unit, in LaTeX or not.

    Raises:
        UnitError: it is no number, or its unit is none that pint knows.
    """
    return parse_quantity(plain_of_latex(f"{value} {unit}").strip())


def is_bare(found: Quantity) -> bool:
    """Whether a quantity has no unit; a percentage has one."""
    return str(found.unit) == "dimensionless"


def right_answer(text: str, right: Quantity, *, tolerance: float = 0.02) -> bool:
    """Whether the last fitting number of a text is the right quantity, in any unit.

    Args:
        text: a final answer, such as `final_answer` gives it.
        right: what it is compared with; where it has a unit, the answer must have one.
        tolerance: relative to the right value.
    """
    found = next(_fitting(text, right), None)
    return found is not None and close(found, right, tolerance)


def right_unit(text: str, right: Quantity) -> bool:
    """Whether a number of the text has a unit of the right kind, whatever its value."""
    return next(_fitting(text, right), None) is not None


def close(found: Quantity, right: Quantity, tolerance: float) -> bool:
    """Whether two quantities of one kind are the same, relative to the second."""
    value = found.low if is_bare(right) else found.converted(found.low, right.unit)
    slack = max(tolerance, 1e-9)
    return right.low - slack * abs(right.low) <= value <= right.high + slack * abs(right.high)


def _fitting(text: str, right: Quantity) -> Iterator[Quantity]:
    """The numbers that may be what is asked for, the last one first: those of the right kind."""
    for several in reversed(readings(plain_of_latex(text))):
        if is_bare(right):
            yield several[-1]
            continue
        alike = (one for one in several if not is_bare(one) and same_kind(one.unit, right.unit))
        yield from islice(alike, 1)


def problem_with(answer: object, unit: str, solution: str, tolerance: float) -> str:
    """What is wrong with an annotated problem, or an empty string.

    The answer must be a number with a unit that pint knows. A solution must end with it where it
    marks its answer, and name it where it does not.
    """
    try:
        right = quantity(answer, unit)
    except UnitError:
        return "the answer is no number with a unit that pint knows"
    found = list(_fitting(marked_answer(solution) or solution, right))
    if marked_answer(solution):
        found = found[:1]
    if solution and not any(close(one, right, tolerance) for one in found):
        return "the solution does not give the answer"
    return ""
