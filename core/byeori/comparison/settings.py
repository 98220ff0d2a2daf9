"""The recipe's `compare:` block."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CompareSettings(BaseModel):
    """How tuned models are compared with the baseline."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    baseline: str = Field(
        "base", description="What the others are compared with: `base` or a tuning stage's id."
    )
    test: Literal["paired-t", "wilcoxon"] = Field(
        "paired-t",
        description="Test of the difference: Student's paired t, or Wilcoxon's signed ranks.",
    )
    correction: Literal["holm", "none"] = Field(
        "holm", description="Correction of p-values for the number of comparisons."
    )
    confidence: float = Field(
        0.95, gt=0, lt=1, description="Of intervals; the tests' level is 1 minus this."
    )
