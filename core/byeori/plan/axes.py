"""Reads `sweep:`: grids of fields, each with the values it takes and what they are called."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pydantic

from byeori.errors import Mistake
from byeori.plan.mistakes import from_validation
from byeori.recipe.fields import FieldPath, dotted, split_path
from byeori.recipe.model import NamedValue
from byeori.recipe.source import RecipeSource

FIXED = {
    "name": "all variants are one run, with one name",
    "sweep": "a sweep cannot be swept",
    "compare": "one table compares all variants, so they are compared in one way",
}
LONGEST_LABEL = 60
FIELD = re.compile(r"\w[\w-]*(\.\w[\w-]*)*", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """One value of a swept field.

    Attributes:
        label: what it is called in tables.
        value: any YAML value.
        where: its place in the recipe.
        named: whether the label is the user's own, and says enough without the field.
    """

    label: str
    value: Any
    where: FieldPath
    named: bool

    def in_name(self, axis: "Axis") -> str:
        """Its part of a variant's name, which is a folder's."""
        return self.label if self.named else f"{axis.short}={_slug(self.label)}"


@dataclass(frozen=True)
class Axis:
    """One swept field.

    Attributes:
        field: as written: `tuning.lora.r`.
        path: the same in parts.
        where: its place in the recipe.
        choices: its values, in order.
        short: the shortest end of `field` that no other swept field has: `r`.
    """

    field: str
    path: FieldPath
    where: FieldPath
    choices: tuple[Choice, ...]
    short: str = ""


def axes_of(source: RecipeSource) -> tuple[list[list[Axis]], list[Mistake]]:
    """The grids of a recipe's `sweep:`, and what is wrong in it."""
    mistakes: list[Mistake] = []
    sweep = source.data.get("sweep")
    grids: list[list[Axis]] = []
    for where, grid in _grids(sweep):
        if not isinstance(grid, dict) or not grid:
            message = "must be a mapping of fields to lists of values, or a list of such mappings"
            mistakes.append(source.mistake(where, message))
            continue
        grids.append([_axis(source, where, str(f), v, mistakes) for f, v in grid.items()])
    return _shortened(grids), mistakes


def _grids(sweep: Any) -> Iterator[tuple[FieldPath, Any]]:
    if isinstance(sweep, list) and sweep:
        yield from ((("sweep", number), grid) for number, grid in enumerate(sweep))
    else:
        yield ("sweep",), sweep


def _axis(
    source: RecipeSource, grid: FieldPath, field: str, values: Any, mistakes: list[Mistake]
) -> Axis:
    where, path = (*grid, field), split_path(field)
    if reason := FIXED.get(str(path[0])):
        mistakes.append(source.mistake(where, f"cannot be swept: {reason}"))
    if not FIELD.fullmatch(field):
        mistakes.append(source.mistake(where, "is not a field, such as tuning.lora.r"))
    if not isinstance(values, list) or not values:
        message = "must be a list of values, such as [8, 16]"
        mistakes.append(source.mistake(where, message))
        return Axis(field, path, where, ())
    found = [_choice(source, (*where, n), value, mistakes) for n, value in enumerate(values)]
    choices = tuple(choice for choice in found if choice)
    for number, choice in enumerate(choices):
        if _slug(choice.label) in {_slug(other.label) for other in choices[:number]}:
            message = f"two values are called {choice.label}; write {{label: NAME, value: ...}}"
            mistakes.append(source.mistake(choice.where, message))
    return Axis(field, path, where, choices)


def _choice(
    source: RecipeSource, where: FieldPath, value: Any, mistakes: list[Mistake]
) -> Choice | None:
    if isinstance(value, dict) and "label" in value and value.keys() <= {"label", "value"}:
        try:
            named = NamedValue.model_validate(value)
        except pydantic.ValidationError as error:
            mistakes += from_validation(error, NamedValue, source, where)
            return None
        return Choice(named.label, named.value, (*where, "value"), named=True)
    if isinstance(value, dict | list):
        message = "a value of several parts needs a name: write {label: NAME, value: ...}"
        mistakes.append(source.mistake(where, message))
        return None
    label = _text(value)
    if not _slug(label) or len(label) > LONGEST_LABEL:
        message = f"{label!r} cannot be the name of a folder; write {{label: NAME, value: ...}}"
        mistakes.append(source.mistake(where, message))
        return None
    return Choice(label, value, where, named=False)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _slug(label: str) -> str:
    """What a folder can be called on any system: `./other` is `other`."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", label.lstrip("./~ ")).rstrip("-.")


def _shortened(grids: Sequence[Sequence[Axis]]) -> list[list[Axis]]:
    """The axes with the shortest names that tell their fields apart."""
    paths = list(dict.fromkeys(axis.path for grid in grids for axis in grid))
    names = {path: _shortest(path, [p for p in paths if p != path]) for path in paths}
    return [[replace(axis, short=names[axis.path]) for axis in grid] for grid in grids]


def _shortest(path: FieldPath, others: Sequence[FieldPath]) -> str:
    for length in range(1, len(path)):
        end = path[-length:]
        if isinstance(end[0], str) and all(other[-length:] != end for other in others):
            return dotted(end)
    return dotted(path)
