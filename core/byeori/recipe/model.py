"""What a recipe holds. Component settings stay raw here; the plan checks them."""

from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from byeori.comparison import CompareSettings

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
LABEL = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"
STEP_ID = r"^([A-Za-z0-9][A-Za-z0-9_-]*)?$"
"""No dots: stages are named `scores.EVALUATION.MODEL`."""


class _Block(pydantic.BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BaseModelSettings(_Block):
    """Which model is adapted."""

    path: str = Field(
        description="`builtin:tiny`, a folder, or a Hugging Face hub id (which needs a revision)"
    )
    revision: str | None = Field(None, description="commit or tag of the hub id")


class Step(_Block):
    """One use of a component; its settings stand beside `use`."""

    model_config = ConfigDict(extra="allow")

    use: str = Field(description="`plugin/component`; built-in components have no prefix")

    @property
    def settings(self) -> dict[str, Any]:
        """The component's own settings, unchecked."""
        return dict(self.model_extra or {})


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f"`{name}` is the name of another stage; choose another id")
    return name


RESERVED = ("base", "documents", "examples", "items", "split", "training", "scores", "report")


class TuningStep(Step):
    """One tuning stage."""

    id: Annotated[str, AfterValidator(_not_reserved)] = Field(
        "", pattern=STEP_ID, description="name of the stage; the method's name by default"
    )
    start: str = Field("base", alias="from", description="`base`, or the id of an earlier stage")
    models: tuple[str, ...] = Field(
        (), description="earlier stages, or `base`, that a method like `merge` makes one model of"
    )
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        description="seed of this stage alone; the recipe's where null. Data and split stay",
    )


class EvaluatorStep(Step):
    """One evaluation, run on the base and on every tuned model."""

    id: str = Field("", pattern=STEP_ID, description="name; the evaluator's by default")


class Split(_Block):
    """Shares of the documents; a document's examples stay together."""

    train: float = Field(0.8, gt=0, le=1)
    validation: float = Field(0.1, ge=0, lt=1)
    test: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _sums_to_one(self) -> "Split":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, validation and test must add up to 1, not {total:g}")
        return self


class NamedValue(_Block):
    """A value of a swept field, with the name it has in tables and folders."""

    label: str = Field(
        pattern=LABEL, max_length=60, description="name of the value in tables and folders"
    )
    value: Any = Field(description="any YAML value, also a whole list of stages")


Grid = dict[str, Annotated[list[NamedValue | Any], Field(min_length=1)]]
"""Fields, as `--set` names them, and the values each takes."""


class Recipe(_Block):
    """One recipe, from documents to report."""

    name: str = Field(
        pattern=NAME, max_length=100, description="name of the run; its report lies in runs/NAME"
    )
    base_model: BaseModelSettings
    seed: int = Field(42, ge=0, lt=2**32, description="the only source of randomness")
    prompt: str = Field("alpaca", description="prompt template, for training and evaluation")
    documents: list[Step] = Field(min_length=1, description="data sources, then document filters")
    examples: list[Step] = Field(min_length=1, description="instruction generators")
    filters: list[Step] = Field(default=[], description="example filters, in order")
    split: Split = Split()
    leakage: Literal["remove", "report"] = Field(
        "remove",
        description="what is done with training examples that overlap with evaluation items",
    )
    tuning: list[TuningStep] = Field(min_length=1, description="tuning stages")
    evaluators: list[EvaluatorStep] = Field(min_length=1)
    compare: CompareSettings = CompareSettings()
    sweep: Grid | list[Grid] = Field(
        default={}, description="fields and their values: the recipe runs once for each combination"
    )
    tiny: dict[str, Any] = Field(
        default={}, description="fields and what `--tiny` sets them to: a small run, to try it out"
    )


SECTIONS: dict[str, tuple[Literal["source", "generator", "filter", "tuning", "evaluator"], ...]] = {
    "documents": ("source", "filter"),
    "examples": ("generator",),
    "filters": ("filter",),
    "tuning": ("tuning",),
    "evaluators": ("evaluator",),
}
"""Which kinds of component each section of a recipe takes."""

STEPS: dict[str, type[Step]] = {"tuning": TuningStep, "evaluators": EvaluatorStep}
"""The entries of sections that have more than `use:` to themselves."""


def step_keys(section: str) -> frozenset[str]:
    """The keys of an entry that are the recipe's own, and no settings of its component."""
    fields = STEPS.get(section, Step).model_fields
    return frozenset(info.alias or name for name, info in fields.items())
