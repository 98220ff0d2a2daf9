"""The plan of a sweep: an ordinary plan for every variant, and what they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from byeori.errors import Mistake, RecipeError, suggest
from byeori.plan.build import Plan, make_plan
from byeori.plan.variants import Variant, variants_of
from byeori.plugins import Registry
from byeori.recipe.source import RecipeSource
from byeori.store.files import fingerprint, hashing_once

NAMED = 3
"""Variants a mistake names before it only counts them."""


@dataclass(frozen=True)
class PlannedVariant:
    """One variant of a sweep, ready to run."""

    variant: Variant
    plan: Plan

    @property
    def name(self) -> str:
        """The variant's name."""
        return self.variant.name


@dataclass(frozen=True)
class Sweep:
    """A recipe with `sweep:` that can run.

    Attributes:
        source: the recipe as written.
        name: of the run; reports lie in runs/NAME and runs/NAME/VARIANT.
        members: its variants, in the order they run.
    """

    source: RecipeSource
    name: str
    members: tuple[PlannedVariant, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything its table depends on."""
        return fingerprint([(member.name, member.plan.fingerprint) for member in self.members])

    def stages(self) -> list[str]:
        """Fingerprints of all stages, each once, in the order they are made."""
        return list(
            dict.fromkeys(
                stage.fingerprint for member in self.members for stage in member.plan.stages
            )
        )


def is_sweep(source: RecipeSource) -> bool:
    """Whether a recipe has variants."""
    return bool(source.data.get("sweep", {}) != {})


def plan_recipe(source: RecipeSource, registry: Registry, variant: str = "") -> "Plan | Sweep":
    """The plan of a recipe, of one variant of its sweep, or of the whole sweep.

    Raises:
        RecipeError: with every mistake there is, or there is no such variant.
    """
    if not is_sweep(source):
        if variant:
            message = f"there is no variant {variant}: this recipe has no `sweep:`"
            raise RecipeError([source.mistake((), message)])
        return make_plan(source, registry)
    sweep = make_sweep(source, registry)
    if not variant:
        return sweep
    plans = {member.name: member.plan for member in sweep.members}
    if variant not in plans:
        message = f"no variant is named {variant}{suggest(variant, list(plans))}"
        raise RecipeError([source.mistake(("sweep",), message)])
    return plans[variant]


def make_sweep(source: RecipeSource, registry: Registry) -> Sweep:
    """Plan every variant.

    Raises:
        RecipeError: with every mistake of every variant, each once.
    """
    try:
        variants = variants_of(source)
    except RecipeError as error:
        raise RecipeError([*error.mistakes, *_elsewhere(source, registry)]) from None
    plans: list[PlannedVariant] = []
    wrong: dict[Mistake, list[str]] = {}
    with hashing_once():
        for variant in variants:
            try:
                plans.append(PlannedVariant(variant, make_plan(variant.source, registry)))
            except RecipeError as error:
                for mistake in error.mistakes:
                    wrong.setdefault(mistake, []).append(variant.name)
    if wrong:
        raise RecipeError([_signed(mistake, n, len(variants)) for mistake, n in wrong.items()])
    return Sweep(source, plans[0].plan.recipe.name, tuple(plans))


def _signed(mistake: Mistake, variants: Sequence[str], total: int) -> Mistake:
    """The mistake with the variants that have it; one that all have is the recipe's own."""
    if len(variants) == total:
        return mistake
    rest = len(variants) - NAMED
    names = "; ".join(variants[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
    plural = "s" if len(variants) > 1 else ""
    return replace(mistake, message=f"{mistake.message} (variant{plural} {names})")


def _elsewhere(source: RecipeSource, registry: Registry) -> list[Mistake]:
    """What is wrong in the recipe outside its sweep, where the sweep itself cannot be read.

    Fields that a readable sweep might set, and what holds them, are not looked at.
    """
    without = {key: value for key, value in source.data.items() if key != "sweep"}
    try:
        make_plan(replace(source, data=without), registry)
    except RecipeError as error:
        grids = source.data["sweep"] if isinstance(source.data["sweep"], list) else []
        swept = [grid for grid in (*grids, source.data["sweep"]) if isinstance(grid, dict)]
        sections = {str(field).partition(".")[0] for grid in swept for field in grid}
        return [m for m in error.mistakes if m.path.partition(".")[0] not in sections]
    return []
