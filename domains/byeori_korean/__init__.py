"""Korean in general: translated instruction sets, Korean text, and the Korean models' recipes.

After the paper on KULLM and the survey of Korean instruction tuning.
"""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from byeori import Evaluator, Filter, PromptTemplate, hookimpl

if TYPE_CHECKING:
    from byeori.reproduction import Paper


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


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """`korean/kullm` and the other systems of the KULLM paper and the survey."""
    folder = files("byeori_korean") / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_prompt_templates() -> Iterable[PromptTemplate]:
    """`korean/koalpaca` and `korean/koat`."""
    from byeori_korean.prompts import TEMPLATES

    return TEMPLATES


@hookimpl
def byeori_papers() -> "Iterable[Paper]":
    """The KULLM paper and the survey of Korean instruction tuning."""
    from byeori_korean.papers import PAPERS

    return PAPERS
