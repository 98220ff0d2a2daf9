"""Expands `sweep:` into variants: one ordinary recipe for each point of its grids."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from byeori.errors import Mistake, RecipeError
from byeori.plan.axes import Axis, Choice, axes_of
from byeori.recipe.fields import FieldPath, assign
from byeori.recipe.source import RecipeSource

MOST = 1000
"""Variants of one sweep; more is a slip of the pen, not an experiment."""
LONGEST = 150
"""Characters of a variant's name, which is the name of a folder."""
TAKEN = frozenset({"recipe.yaml", "plan.json", "report.html", "report.md", "report.json", "sample"})


@dataclass(frozen=True)
class Variant:
    """One point of a sweep.

    Attributes:
        name: such as `r=8,seed=1`; the name of its folder in the run's.
        source: the recipe with the variant's values, and without `sweep:`. The place of a value is
            where it stands in the sweep.
        settings: the label of each value, by the short name of its field.
        repeats: the settings but for seeds: variants that agree on them are repetitions.
        common: the part of the name that repetitions have in common.
    """

    name: str
    source: RecipeSource
    settings: Mapping[str, str]
    repeats: Mapping[str, str]
    common: str


def variants_of(source: RecipeSource) -> tuple[Variant, ...]:
    """The variants of a recipe's `sweep:`, in the order of its fields, the last one fastest.

    Raises:
        RecipeError: with everything that is wrong in `sweep:` itself, whatever the variants are.
    """
    grids, mistakes = axes_of(source)
    if not mistakes and (total := sum(math.prod(len(a.choices) for a in g) for g in grids)) > MOST:
        message = f"{total:,} variants; at most {MOST:,}: sweep fewer fields or values at once"
        mistakes.append(source.mistake(("sweep",), message))
    if mistakes:
        raise RecipeError(mistakes)
    points = [point for grid in grids for point in _points(grid)]
    found = [variant for point in points if (variant := _variant(source, point, mistakes))]
    mistakes += _same_names(source, found)
    if mistakes:
        raise RecipeError(mistakes)
    return tuple(found)


Point = Sequence[tuple[Axis, Choice]]


def _points(grid: Sequence[Axis]) -> Iterator[Point]:
    for choices in itertools.product(*(axis.choices for axis in grid)):
        yield tuple(zip(grid, choices, strict=True))


def _variant(source: RecipeSource, point: Point, mistakes: list[Mistake]) -> Variant | None:
    name = ",".join(choice.in_name(axis) for axis, choice in point)
    data = deepcopy({key: value for key, value in source.data.items() if key != "sweep"})
    swept = replace(source, data=data, variant=name)
    places: dict[FieldPath, Axis] = {}
    # What lies further out comes first: `tuning.0`, then `tuning.0.r`, whatever the order written.
    for axis, choice in sorted(point, key=lambda pair: len(pair[0].path)):
        try:
            path = assign(data, axis.path, deepcopy(choice.value))
            _refuse_clash(source, path, places)
        except ValueError as error:
            mistake = source.mistake(axis.where, str(error))
            mistakes += [mistake] if mistake not in mistakes else []
            return None
        places[path] = axis
        swept = _placed(swept, choice.where, path)
    settings = {axis.short: choice.label for axis, choice in point}
    repeats = {axis.short: choice.label for axis, choice in point if axis.path[-1] != "seed"}
    common = ",".join(choice.in_name(axis) for axis, choice in point if axis.short in repeats)
    return Variant(name, replace(swept, swept=settings), settings, repeats, common)


def _refuse_clash(source: RecipeSource, path: FieldPath, places: Mapping[FieldPath, Axis]) -> None:
    if other := places.get(path):
        raise ValueError(f"is the same field as {other.field}; give it one list of values")
    for key, option in source.overrides.items():
        if key[: len(path)] == path:
            raise ValueError(
                f"is swept, and set by --set {option}: leave one of them out "
                "(--set sweep={} runs the recipe without its sweep)"
            )


def _placed(source: RecipeSource, value: FieldPath, path: FieldPath) -> RecipeSource:
    """Let what is wrong at `path` or below be placed where the sweep has the value."""
    option = next((text for key, text in source.overrides.items() if key[0] == "sweep"), None)
    if option is not None:  # the whole sweep came from --set, and has no lines
        return replace(source, overrides={**source.overrides, path: option})
    return source.moved(value, path)


def _same_names(source: RecipeSource, variants: Sequence[Variant]) -> Iterator[Mistake]:
    names = [variant.name for variant in variants]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"{names.count(name)} variants are named {name}; give values other labels"
            yield source.mistake(("sweep",), message)
        if len(name) > LONGEST:
            message = f"the name {name} is too long for a folder; give values shorter labels"
            yield source.mistake(("sweep",), message)
        if name in TAKEN:
            message = f"{name} is the name of a file of the run; give the value another label"
            yield source.mistake(("sweep",), message)
