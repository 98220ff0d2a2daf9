"""Builds the plan: the stages in the order the data flows, each with its fingerprint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from byeori.answering import AnswerEvaluator
from byeori.errors import RecipeError
from byeori.models import base_reference
from byeori.plan.check import Checker
from byeori.plan.stage import Stage, Use
from byeori.plan.whole import base_folder, check_whole
from byeori.plugins import Registry
from byeori.recipe import Recipe, RecipeSource
from byeori.recipe.fields import FieldPath
from byeori.records import ModelRef
from byeori.store.files import fingerprint

RULES = {
    "source": 1,
    "documents": 1,
    "generator": 1,
    "examples": 1,
    "split": 2,
    "items": 1,
    "training": 3,
    "tuning": 1,
    "answers": 1,
    "scores": 1,
}
"""Versions of what the core itself does in each kind of stage: raise one when its output changes
(how documents are split, what counts as leakage, how prompts become tokens)."""


@dataclass(frozen=True)
class Plan:
    """A recipe that can run.

    Attributes:
        source: the recipe as written.
        recipe: the recipe, checked.
        base: the base model with the recipe's prompt template.
        stages: all stages; a stage's inputs come before it.
        uses: the components by their place in the recipe.
        sample: how many documents the data is tried on; 0 for a whole run. A sample ends with the
            examples.
    """

    source: RecipeSource
    recipe: Recipe
    registry: Registry
    base: ModelRef
    stages: tuple[Stage, ...]
    uses: Mapping[FieldPath, Use]
    sample: int = 0

    @cached_property
    def by_id(self) -> dict[str, Stage]:
        """The stages by id."""
        return {stage.id: stage for stage in self.stages}

    def place(self, stage: str) -> FieldPath:
        """Where in the recipe a stage's component stands: `("tuning", 0)`."""
        steps = {use.step for use in self.by_id[stage].uses()}
        return next((path for path, use in self.uses.items() if use.step in steps), ())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything a report depends on: the stages, their names, and `compare:`."""
        stages = [(stage.id, stage.fingerprint) for stage in self.stages]
        return fingerprint([stages, self.recipe.compare.model_dump()])


def make_plan(source: RecipeSource, registry: Registry, sample: int = 0) -> Plan:
    """Check everything and build the plan; reads files only to hash them, and imports no torch.

    Args:
        source: the recipe.
        registry: what is installed.
        sample: for a plan of the data alone, on so many documents of the sources; 0 for all.

    Raises:
        RecipeError: with every mistake there is.
    """
    checker = Checker(source, registry)
    recipe = checker.recipe()
    checker.components()
    check_whole(checker)
    if checker.mistakes or recipe is None:
        raise RecipeError(checker.mistakes)
    base, folder = recipe.base_model, base_folder(source)
    template = registry.templates()[recipe.prompt]
    reference = base_reference(base.path, base.revision, folder, template)
    stages = tuple(_Builder(checker, recipe, reference, sample).stages())
    return Plan(source, recipe, registry, reference, stages, checker.uses, sample)


class _Builder:
    def __init__(self, checker: Checker, recipe: Recipe, base: ModelRef, sample: int) -> None:
        self.uses, self.recipe, self.base, self.sample = checker.uses, recipe, base, sample
        self.made: dict[str, Stage] = {}

    def stages(self) -> Iterable[Stage]:
        documents = self._chained("documents", "source", self._section("documents"))
        some = {"sample": self.sample} if self.sample else {}
        self._add("documents", "documents", documents, _ids(documents), **some)
        generated = self._chained("examples", "generator", self._section("examples"))
        filters = self._section("filters")
        self._add("examples", "examples", (*generated, *filters), _ids(generated))
        if not self.sample:
            self._after_examples()
        return self.made.values()

    def _after_examples(self) -> None:
        shares = self.recipe.split.model_dump()
        self._add("split", "split", (), ("examples", "documents"), shares=shares)
        evaluators = self._section("evaluators")
        for use in evaluators:
            self._add(f"items.{use.step}", "items", (use,), ("split", "documents"))
        items = tuple(f"items.{use.step}" for use in evaluators)
        own = {} if self.recipe.leakage == "remove" else {"leakage": self.recipe.leakage}
        self._add("training", "training", (), ("split", "documents", *items), **own)
        tunings = self._section("tuning")
        for use, step in zip(tunings, self.recipe.tuning, strict=True):
            self._tuning(use, **({} if step.seed is None else {"seed": step.seed}))
        models = ("base", *(use.step for use in tunings))
        rating = [use for use in evaluators if issubclass(use.entry.cls, AnswerEvaluator)]
        for model in models:
            for use in evaluators:
                self._asked(use, model, "answers" if use in rating else "scores")
        for use in rating:
            for model in models:
                self._rated(use, model, models)

    def _tuning(self, use: Use, **more: Any) -> None:
        before = dict.fromkeys(name for name in (use.start, *use.models) if name != "base")
        if use.models:
            # In their order, which weights and results depend on.
            made = [self.made[m].fingerprint if m != "base" else m for m in use.models]
            more |= {"models": made, **self._base_if("base")}
        inputs = ("training", "documents", *before)
        self._add(use.step, "tuning", (use,), inputs, **{**self._base_if(use.start), **more})

    def _asked(self, evaluator: Use, model: str, kind: str) -> None:
        use = replace(evaluator, start=model)
        inputs = (f"items.{use.step}", *(() if model == "base" else (model,)))
        self._add(f"{kind}.{use.step}.{model}", kind, (use,), inputs, **self._base_if(model))

    def _rated(self, evaluator: Use, model: str, models: tuple[str, ...]) -> None:
        use, baseline = replace(evaluator, start=model), self.recipe.compare.baseline
        beside = use.make(AnswerEvaluator).beside(model, baseline, models)
        answers = (f"answers.{use.step}.{name}" for name in (model, *beside))
        is_baseline = {"baseline": model == baseline} if beside else {}
        inputs = (f"items.{use.step}", *answers)
        self._add(f"scores.{use.step}.{model}", "scores", (use,), inputs, **is_baseline)

    def _base_if(self, model: str) -> dict[str, Any]:
        """The base model is an input only of what starts from it; other stages name its stage."""
        if model != "base":
            return {}
        template = {"name": self.base.template.name, "template": self.base.template.template}
        return {"base": self.base.base_fingerprint, "template": template}

    def _section(self, name: str) -> tuple[Use, ...]:
        return tuple(use for path, use in self.uses.items() if path[0] == name)

    def _chained(self, section: str, kind: str, uses: Iterable[Use]) -> tuple[Use | str, ...]:
        """Give every source or generator a stage of its own; filters stay where they stand."""
        steps: list[Use | str] = []
        for use in uses:
            if use.entry.kind == "filter":
                steps.append(use)
            else:
                inputs = ("documents",) if section == "examples" else ()
                self._add(use.step, kind, (use,), inputs)
                steps.append(use.step)
        return tuple(steps)

    def _add(
        self,
        id_: str,
        kind: str,
        steps: tuple[Use | str, ...],
        inputs: tuple[str, ...],
        **more: Any,
    ) -> None:
        if id_ in self.made:
            raise ValueError(f"two stages are named {id_!r}")
        identities = tuple(step.identity(kind) for step in steps if isinstance(step, Use))
        remaining = iter(identities)
        identity = {
            "kind": kind,
            "rules": RULES[kind],
            "steps": [
                next(remaining) if isinstance(step, Use) else self.made[step].fingerprint
                for step in steps
            ],
            "inputs": [self.made[name].fingerprint for name in inputs],
            "seed": self.recipe.seed,
            **more,
        }
        seed, name = identity["seed"], fingerprint(identity)
        self.made[id_] = Stage(id_, kind, steps, inputs, seed, name, identities)


def _ids(steps: Iterable[Use | str]) -> tuple[str, ...]:
    return tuple(step for step in steps if isinstance(step, str))
