"""Reads settings and prompts out of a recipe, what it leaves to a default too."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from byeori.comparison.model import Estimate
from byeori.errors import DataError
from byeori.recipe import Recipe
from byeori.recipe.fields import FieldPath, dotted, split_path, step_id
from byeori.reproduction.table import Figure, Ours, Place
from byeori.reproduction.ways import FromRecipe, PromptOf

if TYPE_CHECKING:
    from byeori.plugins import Registry
    from byeori.recipe import RecipeSource
    from byeori.reproduction.paper import Experiment


KINDS = {"tuning": ("tuning",), "evaluators": ("evaluator",), "examples": ("generator",)}
"""What stands in a recipe's list, where it is not a source or filter."""


def settings_of(
    experiment: "Experiment", way: FromRecipe, source: "RecipeSource", registry: "Registry"
) -> Ours:
    """Our side of a table of settings.

    Raises:
        DataError: the recipe has no such field.
    """
    figures: dict[Place, Figure] = {}
    missing: dict[Place, str] = {}
    for row, column in experiment.places():
        if row in way.fields:
            value = setting(source.data, way.fields[row], registry)
            figures[row, column] = as_figure(value)
        else:
            missing[row, column] = way.missing.get(row, "a recipe has no such field")
    return Ours(figures, missing)


def prompt_of(
    experiment: "Experiment", way: PromptOf, source: "RecipeSource", registry: "Registry"
) -> Ours:
    """Our side of a prompt that the paper prints.

    Raises:
        DataError: the template is the tokenizer's own, or cannot be filled in.
    """
    from byeori.prompts import TEMPLATE_ERRORS, render

    name = str(setting(source.data, "prompt", registry))
    template = registry.templates().get(name)
    if template is None or template.template is None:
        raise DataError(f"the prompt {name} of {way.recipe} is none that can be shown by itself")
    values = {"instruction": way.instruction, "input": way.input, "system": way.system}
    try:
        text = render(template.template, {**values, "history": ()})
    except TEMPLATE_ERRORS as error:
        raise DataError(f"the prompt {name} cannot be filled in: {error}") from error
    return Ours(dict.fromkeys(experiment.places(), text))


def setting(data: Mapping[str, Any], field: str, registry: "Registry") -> Any:
    """The value of a field, or the default that it has where the recipe leaves it out.

    Args:
        data: the recipe.
        field: as `--set` names it, such as `tuning.lora.r`; entries of lists by number or id.
        registry: knows the components' settings.

    Raises:
        DataError: it leads nowhere.
    """
    path = split_path(field)
    node: Any = data
    defaults: Mapping[str, Any] = Recipe.model_fields
    for depth, part in enumerate(path):
        if isinstance(node, list):
            node, defaults = _entry(node, part, path[: depth + 1], registry)
        elif isinstance(node, Mapping) and part in node:
            node, defaults = node[part], _inner(defaults, part)
        elif str(part) in defaults:
            node = _plain(defaults[str(part)].get_default(call_default_factory=True))
            defaults = _inner(defaults, part)
        else:
            raise DataError(f"the recipe has no field {dotted(path[: depth + 1])}")
    return node


def _entry(
    entries: list[Any], part: str | int, path: FieldPath, registry: "Registry"
) -> tuple[Any, Mapping[str, Any]]:
    names = [step_id(entry) for entry in entries]
    number = part if isinstance(part, int) else names.index(part) if part in names else -1
    if not 0 <= number < len(entries):
        raise DataError(f"the recipe has no entry {dotted(path)}; there is {', '.join(names)}")
    use = entries[number].get("use", "") if isinstance(entries[number], dict) else ""
    kinds = KINDS.get(str(path[0]), ("source", "filter"))
    component = registry.components(*kinds).get(use)
    return entries[number], component.cls.config_model.model_fields if component else {}


def _inner(fields: Mapping[str, Any], part: str | int) -> Mapping[str, Any]:
    """The fields of a block within a block."""
    return getattr(getattr(fields.get(str(part)), "annotation", None), "model_fields", {})


def _plain(value: Any) -> Any:
    return value.model_dump() if hasattr(value, "model_dump") else value


def as_figure(value: Any) -> Figure:
    """A recipe's value as a cell of a table."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, (int, float)):
        return Estimate(float(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return str(value)
