"""Problems with numbers: final answers with units, and the arithmetic of worked solutions."""

from byeori_science.problems.answers import (
    final_answer,
    marked_answer,
    problem_with,
    quantity,
    right_answer,
    right_unit,
)
from byeori_science.problems.equations import Equation, equations, same
from byeori_science.problems.expressions import NotArithmetic, value_of

__all__ = [
    "Equation",
    "NotArithmetic",
    "equations",
    "final_answer",
    "marked_answer",
    "problem_with",
    "quantity",
    "right_answer",
    "right_unit",
    "same",
    "value_of",
]
