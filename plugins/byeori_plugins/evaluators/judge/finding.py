"""Finds a rubric: by the name a plugin offers it under, in a file, or in the recipe itself."""

from collections.abc import Mapping
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pydantic
from pydantic import BeforeValidator, ValidationInfo

from byeori import RecipeError
from byeori.errors import suggest
from byeori_plugins.evaluators.judge.rubric import Rubric

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SUFFIXES = (".yaml", ".yml")


def find_rubric(value: object, info: ValidationInfo) -> object:
    """What pydantic checks as a `Rubric`: the content of the file that is named, or what is given.

    Raises:
        ValueError: there is no such rubric, or its file is wrong; names the file and the field.
    """
    if not isinstance(value, str):
        return value
    settings: Mapping[str, Any] = info.context or {}
    if value.endswith(SUFFIXES):
        overridden = "rubric" in settings.get("overridden", ())
        folder = settings.get("working_directory" if overridden else "folder", ".")
        return _read(Path(folder) / Path(value).expanduser())
    known = settings.get("rubrics")
    if known is None:
        from byeori.plugins import discover

        known = discover().rubrics()
    if value not in known:
        raise ValueError(
            f"no rubric is named {value!r}{suggest(value, list(known))}; a file of your own ends "
            "in .yaml"
        )
    return _read(known[value])


def _read(file: "Path | Traversable") -> Rubric:
    from byeori.plan.mistakes import from_validation
    from byeori.recipe import read_recipe

    if not file.is_file():
        raise ValueError(f"no such rubric file: {file}")
    with as_file(file) as path:
        try:
            source = read_recipe(path)  # a YAML file with the places of its keys
        except RecipeError as error:
            raise ValueError("; ".join(map(str, error.mistakes))) from None
        try:
            return Rubric.model_validate(source.data)
        except pydantic.ValidationError as error:
            wrong = from_validation(error, Rubric, source)
            raise ValueError("; ".join(map(str, wrong))) from None


RubricSetting = Annotated[Rubric, BeforeValidator(find_rubric, json_schema_input_type=str | Rubric)]
"""A rubric in a recipe: its name, a path, or the rubric written there."""
