"""Korean in general: translated instruction sets, Korean text, and the Korean models' recipes.

After the paper on KULLM and the survey of Korean instruction tuning.
"""

from collections.abc import Iterable
from typing import Any

from byeori import Evaluator, Filter, hookimpl


@hookimpl
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Hangul, spacing, scripts and speech levels."""
    from byeori_korean.filters import FILTERS

    return FILTERS


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """Generated answers with metrics of the Korean beside those of the text."""
    from byeori_korean.evaluators import EVALUATORS

    return EVALUATORS
