"""On how many machines, and in how many processes, the trainings of a recipe run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pydantic

from byeori.errors import Mistake, RecipeError
from byeori.plan import Plan, Stage
from byeori.plan.mistakes import from_validation

FIELD = "distributed"
_OPTIONS = {"nodes": "--nodes", "processes": "--gpus-per-node"}


class Spread(Protocol):
    """What a tuning method's settings have in the field `distributed`, where they have one.

    Attributes:
        processes: on each machine; None for one for each of its accelerators.
        nodes: machines; None for any number.
    """

    processes: int | None
    nodes: int | None


@dataclass(frozen=True)
class Shape:
    """The processes of a launch.

    Attributes:
        nodes: machines.
        processes: on each of them; None where neither the recipe nor the user says it.
        stages: ids of the trainings that use all of them.
    """

    nodes: int
    processes: int | None
    stages: tuple[str, ...]


def shape_of(plans: Sequence[Plan], nodes: int | None, processes: int | None) -> Shape:
    """What the trainings of a recipe, or of all variants of a sweep, are to be launched in.

    Args:
        plans: of the recipe.
        nodes: as the user wants it; None for what the recipe says, or 1.
        processes: as the user wants it; None for what the recipe says.

    Raises:
        RecipeError: a training asks for another launch, or cannot be spread over this one.
    """
    spread = [found for plan in plans for found in _spread(plan)]
    nodes = nodes or _asked(spread, "nodes") or 1
    processes = processes or _asked(spread, "processes")
    mistakes: dict[Mistake, None] = {}  # variants of a sweep may share one
    for plan, stage, config in spread:
        mistakes |= dict.fromkeys(_mistakes(plan, stage, config, nodes, processes))
    if mistakes:
        raise RecipeError(list(mistakes))
    return Shape(nodes, processes, tuple(dict.fromkeys(stage.id for _, stage, _ in spread)))


def _asked(spread: Sequence[tuple[Plan, Stage, Any]], name: str) -> int | None:
    numbers = (getattr(config.distributed, name) for _, _, config in spread)
    return next((number for number in numbers if number), None)


def _spread(plan: Plan) -> Iterator[tuple[Plan, Stage, Any]]:
    for stage in plan.stages:
        if stage.kind == "tuning" and getattr(stage.use().config, FIELD, None) is not None:
            yield plan, stage, stage.use().config


def _mistakes(
    plan: Plan, stage: Stage, config: Any, nodes: int, processes: int | None
) -> Iterator[Mistake]:
    spread: Spread = config.distributed
    place = plan.place(stage.id)
    launch = {"nodes": nodes, "processes": processes}
    wrong = [name for name, n in launch.items() if getattr(spread, name) not in (None, n)]
    for name in wrong:
        yield plan.source.mistake(
            (*place, FIELD, name),
            f"asks for {getattr(spread, name)}, and the launch is of {launch[name]} "
            f"({_OPTIONS[name]}, or another stage); make them equal, or leave `{name}` out",
        )
    if wrong or processes is None:
        return
    values = config.model_dump(exclude_unset=True)
    values[FIELD] = {**values[FIELD], **launch}
    try:
        type(config).model_validate(values)
    except pydantic.ValidationError as error:
        yield from from_validation(error, type(config), plan.source, place)
