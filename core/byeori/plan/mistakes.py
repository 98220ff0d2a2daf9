"""Turns what pydantic finds wrong into mistakes a person can mend."""

import typing
from collections.abc import Iterator
from typing import Any

import pydantic

from byeori.errors import Mistake, suggest
from byeori.recipe.fields import FieldPath
from byeori.recipe.source import RecipeSource

_PLAIN_WORDS = {
    "model_type": "must be a mapping, such as {use: NAME}",
    "model_attributes_type": "must be a mapping, such as {use: NAME}",
    "dict_type": "must be a mapping",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "path_type": "must be a path",
    "too_short": "must have at least one entry",
    "string_type": "must be a text; put it in quotes",
    "string_pattern_mismatch": "must be letters, digits, `_` or `-`, and begin with one of the "
    "first two",
}
"""What pydantic says in words of Python, in words of a recipe."""


def from_validation(
    error: pydantic.ValidationError,
    model: type[pydantic.BaseModel],
    source: RecipeSource,
    path: FieldPath = (),
) -> list[Mistake]:
    """One mistake per thing pydantic complains about, placed in the recipe.

    Args:
        error: what validating `model` raised.
        model: the model, to suggest names of its fields.
        source: the recipe.
        path: where in the recipe the validated value stands.
    """
    mistakes: dict[str, Mistake] = {}
    for detail in error.errors():
        if _only_wrong_entries(detail):
            continue
        where = (*path, *detail["loc"])
        mistake = source.mistake(where, _message(detail, model))
        mistakes.setdefault(f"{mistake.path}: {mistake.message}", mistake)
    return list(mistakes.values())


def _only_wrong_entries(detail: Any) -> bool:
    """Whether a list is called too short because its wrong entries, told as well, do not count."""
    given = detail["input"]
    return detail["type"] == "too_short" and (
        isinstance(given, list | tuple | dict) and len(given) >= detail["ctx"]["min_length"]
    )


def _message(detail: Any, model: type[pydantic.BaseModel]) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = _field_names(model, detail["loc"][:-1])
        return f"unknown key{suggest(str(detail['loc'][-1]), known) or '; there are no settings'}"
    if kind == "missing":
        return "is required"
    message = str(detail["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    message = message.partition(", unable to parse")[0]
    if kind in _PLAIN_WORDS:
        message = _PLAIN_WORDS[kind]
    if value is None:
        return f"is empty; {message}"
    if kind == "value_error" or isinstance(value, dict | list):
        return message
    return f"{message}, not {value!r}"


def _field_names(model: type[pydantic.BaseModel], loc: tuple[Any, ...]) -> list[str]:
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(_models_in(model.model_fields[part].annotation), None)
            if inner is None:
                return []
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)
