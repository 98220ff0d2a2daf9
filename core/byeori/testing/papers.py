"""Conformance of a paper: what it names is there, and what it computes fits its tables."""

from collections.abc import Iterator
from importlib.resources import as_file
from typing import TYPE_CHECKING

from byeori.errors import ByeoriError
from byeori.plugins import Registry
from byeori.reproduction import (
    Above,
    Computed,
    Experiment,
    FromRecipe,
    Measured,
    ModelAt,
    NotRunnable,
    Paper,
    PromptOf,
    Rule,
    SameDirection,
    Way,
)
from byeori.testing.rules import broken

if TYPE_CHECKING:
    from byeori.recipe import RecipeSource


def check_paper(paper: Paper, registry: Registry) -> None:
    """Check that a paper can be set beside ours, without running a recipe.

    Its recipes are shipped, and have the tuning stages, evaluators, variants and fields that its
    tables name; labels are those of its tables; what is computed has their rows and columns.

    Args:
        paper: the paper.
        registry: knows the recipes; all that the paper names must be in it.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    who = f"paper {paper.name}"
    if not paper.title or not paper.authors or not paper.experiments:
        broken(who, "lacks a title, authors or experiments", "give what its text gives")
    for experiment in paper.experiments:
        for full in (True, False):
            _check_way(f"{who}, {experiment.table}", experiment, full, registry)
    _check_names(who, paper)


def _check_way(who: str, experiment: Experiment, full: bool, registry: Registry) -> None:
    way = experiment.way(full=full)
    if isinstance(way, NotRunnable):
        if not way.reason:
            broken(who, "is not runnable without a reason", "say what it needs")
    elif isinstance(way, Computed):
        _check_computed(who, experiment, way)
    elif isinstance(way, (FromRecipe, PromptOf)):
        _check_read(who, experiment, way, registry)
    else:
        _check_measured(who, experiment, way, registry, tiny=not full)


def _check_computed(who: str, experiment: Experiment, way: Computed) -> None:
    from byeori.reproduction.reproduce import computed

    try:
        computed(experiment, way)
    except ByeoriError as error:
        broken(who, f"computes another table: {error}", "give a value for each cell")


def _check_read(
    who: str, experiment: Experiment, way: FromRecipe | PromptOf, registry: Registry
) -> None:
    from byeori.reproduction.settings import prompt_of, settings_of

    if len(experiment.columns) != 1:
        broken(who, f"has {len(experiment.columns)} columns", "what a recipe says has one column")
    source = _source(who, way.recipe, registry)
    try:
        if isinstance(way, PromptOf):
            prompt_of(experiment, way, source, registry)
            return
        _check_labels(who, (*way.fields, *way.missing), tuple(experiment.rows))
        settings_of(experiment, way, source, registry)
    except ByeoriError as error:
        broken(who, f"names a setting that is not there: {error}", "name it as `--set` does")


def _check_measured(
    who: str, experiment: Experiment, way: Measured, registry: Registry, *, tiny: bool
) -> None:
    labels = (*experiment.rows, *experiment.columns)
    _check_labels(who, (*way.models, *way.metrics, *way.missing), labels)
    _check_labels(who, tuple(_compared(way.rule)), labels)
    if not way.differs and tiny and experiment.tiny is way:
        broken(who, "does not say what differs on the small model", "fill in `differs`")
    for model in way.models.values():
        _check_model(who, model, way, registry, tiny=tiny)


def _compared(rule: Rule) -> Iterator[str]:
    """Labels that a rule names."""
    if isinstance(rule, SameDirection):
        yield rule.against
    elif isinstance(rule, Above):
        for label, lower in rule.above.items():
            yield from (label, *lower)


def _check_model(
    who: str, model: ModelAt, way: Measured, registry: Registry, *, tiny: bool
) -> None:
    from byeori.recipe.fields import step_id

    data = _source(who, model.recipe, registry, model.overrides, tiny=tiny).data
    stages = [step_id(step) for step in data.get("tuning", ())]
    if not data.get("sweep"):  # a sweep may set other stages and evaluators
        if model.model not in ("base", *stages):
            broken(who, f"names the model {model.model}", f"{model.recipe} has {stages} and base")
        evaluators = [step_id(step) for step in data.get("evaluators", ())]
        if absent := {metric.evaluator for metric in way.metrics.values()} - {
            *evaluators,
            "average",
        }:
            broken(who, f"names {sorted(absent)}", f"{model.recipe} has {evaluators}")
    elif not model.variant:
        broken(who, f"names no variant of {model.recipe}", "give ModelAt(variant=...)")


def _source(
    who: str,
    recipe: str,
    registry: Registry,
    overrides: tuple[str, ...] = (),
    *,
    tiny: bool = False,
) -> "RecipeSource":
    from byeori.recipe import read_recipe

    shipped = registry.recipes()
    if recipe not in shipped:
        broken(who, f"names the recipe {recipe!r}", f"use one of {', '.join(shipped)}")
    with as_file(shipped[recipe]) as path:
        try:
            return read_recipe(path, overrides, tiny=tiny)
        except ByeoriError as error:
            broken(who, f"cannot read {recipe}: {error}", "correct it")


def _check_labels(who: str, named: tuple[str, ...], known: tuple[str, ...]) -> None:
    if unknown := [label for label in named if label not in known]:
        broken(who, f"names the label {unknown[0]!r}", f"its table has {', '.join(known)}")


def _check_names(who: str, paper: Paper) -> None:
    """A recipe run in several ways needs a name for each, or reports take each other's place."""
    for full in (True, False):
        ways: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        for experiment in paper.experiments:
            for model in _models(experiment.way(full=full)):
                name = next((o for o in model.overrides if o.startswith("name=")), "")
                ways.setdefault((model.recipe, name), set()).add(model.overrides)
        for (recipe, _), options in ways.items():
            if len(options) > 1:
                broken(
                    who,
                    f"runs {recipe} in {len(options)} ways under one name",
                    "give each `name=...` among its overrides",
                )


def _models(way: Way) -> Iterator[ModelAt]:
    if isinstance(way, Measured):
        yield from way.models.values()
