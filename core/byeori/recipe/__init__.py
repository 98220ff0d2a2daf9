"""Recipes: one YAML file, checked whole, with the line and column of every mistake."""

from byeori.recipe.model import (
    BaseModelSettings,
    EvaluatorStep,
    Recipe,
    Split,
    Step,
    TuningStep,
)
from byeori.recipe.source import RecipeSource, read_recipe

__all__ = [
    "BaseModelSettings",
    "EvaluatorStep",
    "Recipe",
    "RecipeSource",
    "Split",
    "Step",
    "TuningStep",
    "read_recipe",
]
