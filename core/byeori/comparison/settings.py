"""The recipe's `compare:` block."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
