"""The tiny form of a recipe: the fields that `tiny:` sets, under `--tiny`."""

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from byeori.errors import Mistake, RecipeError
from byeori.recipe.fields import FieldPath, assign, split_path

if TYPE_CHECKING:
    from byeori.recipe.source import RecipeSource

KEY = "tiny"


def tiny_form(source: "RecipeSource") -> "RecipeSource":
    """The recipe with every field of its `tiny:` in place, named NAME-tiny.

    Raises:
        RecipeError: it has no `tiny:`, or a field leads nowhere; all of them at once.
    """
    fields = source.data.get(KEY)
    if not isinstance(fields, dict) or not fields:
        message = "the recipe has no `tiny:`, which says what --tiny changes; run it without --tiny"
        raise RecipeError([source.mistake((KEY,), message)])
    data = deepcopy(source.data)
    if "name" not in fields and isinstance(name := data.get("name"), str):
        data["name"] = f"{name}-tiny"
    tiny = replace(source, data=data, tiny=True)
    mistakes: list[Mistake] = []
    # What lies further out comes first: `tuning`, then `tuning.lora.r`, whatever the order written.
    for field in sorted(fields, key=lambda name: len(split_path(name))):
        tiny = _placed(tiny, field, fields[field], mistakes)
    if mistakes:
        raise RecipeError(mistakes)
    return tiny


def _placed(
    source: "RecipeSource", field: str, value: Any, mistakes: list[Mistake]
) -> "RecipeSource":
    where: FieldPath = (KEY, field)
    path = split_path(field)
    if path[0] == KEY:
        mistakes.append(source.mistake(where, "`tiny:` cannot change itself"))
        return source
    try:
        return source.moved(where, assign(source.data, path, deepcopy(value)))
    except ValueError as error:
        mistakes.append(source.mistake(where, str(error)))
        return source
