"""{{ title }} for byeori.

Each function marked `@hookimpl` tells byeori what this package offers; leave out those you do not
need. There are more: filters, tuning methods, rubrics, prompt templates, commands.
"""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from byeori import DataSource, Evaluator, InstructionGenerator, hookimpl

from .answers import Answers
from .questions import Questions
from .records import Records


@hookimpl
def byeori_data_sources() -> Iterable[type[DataSource[Any]]]:
    """`use: {{ name }}/records` under `documents:`."""
    return [Records]


@hookimpl
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """`use: {{ name }}/questions` under `examples:`."""
    return [Questions]


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """`use: {{ name }}/answers` under `evaluators:`."""
    return [Answers]


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """Every file of `recipes/`: `first.yaml` is run as `byeori run {{ name }}/first`."""
    folder = files(__name__) / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
