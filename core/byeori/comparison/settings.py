"""The recipe's `compare:` block."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

AVERAGE = "average"
"""What a rule calls the row of `compare.average`, unless an evaluator has that id."""

LIMITS = ("worsens_by_more_than", "drops_by_more_than", "rises_by_more_than")
"""The fields of a rule that give its limit; each rule has one."""


class GateRule(BaseModel):
    """What must not get worse; a run in which it does ends with exit code 6."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    evaluator: str = Field(
        description="Id of the evaluator, or `average` for the row of `compare.average`."
    )
    metric: str = Field("", description="Its metric; its first one where none is named.")
    worsens_by_more_than: float | None = Field(
        None,
        ge=0,
        description="The largest change for the worse allowed, in the metric's unit: a drop, or a "
        "rise of a metric that is named `(lower is better)`.",
    )
    drops_by_more_than: float | None = Field(
        None, ge=0, description="The largest drop allowed, in the metric's unit (0.01: one point)."
    )
    rises_by_more_than: float | None = Field(
        None, ge=0, description="The largest rise allowed, where lower is better (perplexity)."
    )
    models: tuple[str, ...] = Field(
        (), description="Tuning stages it is asked of; all where none is named."
    )
    confidence: float | None = Field(
        None,
        gt=0.5,
        lt=1,
        description="Of the one-sided bound; `compare.confidence` where it is not given.",
    )
    mode: Literal["not-excluded", "shown"] = Field(
        "not-excluded",
        description="Blocks unless the items exclude so large a drop (`not-excluded`), or only if "
        "they show one (`shown`).",
    )

    @model_validator(mode="after")
    def _one_direction(self) -> "GateRule":
        if len(self.limits) != 1:
            raise ValueError(
                "give one of worsens_by_more_than, drops_by_more_than and rises_by_more_than"
            )
        return self

    @property
    def limits(self) -> list[str]:
        """The names of the limits it gives: one of `LIMITS`."""
        return [name for name in LIMITS if getattr(self, name) is not None]

    @property
    def limit(self) -> float:
        """The largest change for the worse that is allowed."""
        return float(getattr(self, self.limits[0]))


class CompareSettings(BaseModel):
    """How tuned models are compared with the baseline."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    baseline: str = Field(
        "base", description="What the others are compared with: `base` or a tuning stage's id."
    )
    test: Literal["auto", "paired-t", "wilcoxon", "mcnemar", "permutation"] = Field(
        "auto",
        description="Test of the difference: Student's paired t, Wilcoxon's signed ranks, "
        "McNemar's for right/wrong, or swapping the models' scores; `auto`: McNemar's where all "
        "scores are right or wrong and no items share a document, else the paired t.",
    )
    correction: Literal["holm", "benjamini-hochberg", "none"] = Field(
        "holm",
        description="Correction of p-values for the number of comparisons: of any false finding "
        "(Holm), or of the share of false ones among the findings (Benjamini-Hochberg).",
    )
    confidence: float = Field(
        0.95, gt=0, lt=1, description="Of intervals; the tests' level is 1 minus this."
    )
    average: tuple[str, ...] = Field(
        (),
        description="Evaluators (their ids) to average: each metric they share gets a row in which "
        "every evaluator counts the same.",
    )
    fail_if: tuple[GateRule, ...] = Field(
        (), description="What must not get worse, such as general knowledge; decides the exit code."
    )
