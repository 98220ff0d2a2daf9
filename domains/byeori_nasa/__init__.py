"""NASA's research and development: SBIR and STTR award records, and questions about them.

After Kim et al. (2024), "Instruction Fine-tuning and LoRA Combined Approach for Optimizing Large
Language Models", sections 3.2, 3.3 and 4.2.
"""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from byeori import DataSource, Evaluator, Filter, InstructionGenerator, hookimpl

if TYPE_CHECKING:
    from byeori.reproduction import Paper


@hookimpl
def byeori_data_sources() -> Iterable[type[DataSource[Any]]]:
    """Award records of SBIR and STTR, technical reports (NTRS), technology projects (TechPort)."""
    from byeori_nasa.awards import Awards
    from byeori_nasa.collections import Ntrs, TechPort
    from byeori_nasa.sbir_api import AwardsApi

    return (Awards, AwardsApi, Ntrs, TechPort)


@hookimpl
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """Questions about the fields of an award, by templates and by a model."""
    from byeori_nasa.asked import AskedQuestions
    from byeori_nasa.questions import FieldQuestions

    return (FieldQuestions, AskedQuestions)


@hookimpl
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Awards beside a second listing."""
    from byeori_nasa.cross_check import CrossCheck

    return (CrossCheck,)


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """A judge beside answers that were matched with raw records."""
    from byeori_nasa.closest import ClosestAnswer

    return (ClosestAnswer,)


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """`nasa/lora`: the paper's settings, from award records to a report."""
    folder = files("byeori_nasa") / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_rubrics() -> Iterable[Traversable]:
    """`nasa/closest-answer` and `nasa/similarities`: how the paper had answers judged."""
    folder = files("byeori_nasa") / "rubrics"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_papers() -> "Iterable[Paper]":
    """`nasa/lora`: the paper's tables beside ours."""
    from byeori_nasa.papers import LORA

    return (LORA,)
