"""The built-in plugins. They go through the same hooks as anyone's."""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from byeori import (
    DataSource,
    Evaluator,
    Filter,
    InstructionGenerator,
    PromptTemplate,
    TuningMethod,
    hookimpl,
)

if TYPE_CHECKING:
    import click


@hookimpl
def byeori_data_sources() -> Iterable[type[DataSource[Any]]]:
    """Files of rows, texts, PDF, web pages, instruction sets, data sets, collections."""
    from byeori_plugins.sources import SOURCES

    return SOURCES


@hookimpl
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """Templates over fields, and question-answer pairs from a model."""
    from byeori_plugins.generators import GENERATORS

    return GENERATORS


@hookimpl
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Length."""
    from byeori_plugins.filters import FILTERS

    return FILTERS


@hookimpl
def byeori_tuning_methods() -> Iterable[type[TuningMethod[Any]]]:
    """LoRA, IA3 and full supervised fine-tuning."""
    from byeori_plugins.tuning import METHODS

    return METHODS


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """Multiple choice by log-likelihood, and generated answers."""
    from byeori_plugins.evaluators import EVALUATORS

    return EVALUATORS


@hookimpl
def byeori_prompt_templates() -> Iterable[PromptTemplate]:
    """Alpaca in English and Korean, and the model's own chat template."""
    from byeori_plugins.prompts import TEMPLATES

    return TEMPLATES


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """The demo, a sweep, ways to mix, and two published shapes of data."""
    folder = files("byeori_plugins") / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_rubrics() -> Iterable[Traversable]:
    """KULLM's scales, general quality with and without a reference, pairs."""
    folder = files("byeori_plugins") / "rubrics"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_commands(app: "click.Group") -> None:
    """`byeori build-base-model`, `byeori lm-eval-tasks`."""
    from byeori_plugins.base_model.command import build_base_model
    from byeori_plugins.evaluators.harness.command import lm_eval_tasks

    app.add_command(build_base_model)
    app.add_command(lm_eval_tasks)
