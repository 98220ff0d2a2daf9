"""Settings of `judge`."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from byeori import Decoding
from byeori.endpoint import EndpointConfig
from byeori_plugins.evaluators.judge.finding import RubricSetting
from byeori_plugins.sources.instructions import Format

_RATING: dict[str, Any] = {"identity": ["scores"]}
"""What matters only once the models have answered: another value asks no model again."""


class JudgeConfig(Decoding):
    """Settings of `judge`, with those of the decoding."""

    rubric: RubricSetting = Field(
        description="By what is judged: a rubric's name, a file (`.yaml`), or the rubric itself.",
        json_schema_extra=_RATING,
    )
    model: EndpointConfig = Field(description="Which model judges.", json_schema_extra=_RATING)
    panel: tuple[EndpointConfig, ...] = Field(
        (),
        description="Further judges; an item's score is the mean of all judges' scores.",
        json_schema_extra=_RATING,
    )
    repeats: int = Field(
        1,
        ge=1,
        le=100,
        description="How often each judge judges the same; the mean counts. At temperature 0 it "
        "mostly says the same again.",
        json_schema_extra=_RATING,
    )
    orders: Literal["both", "one"] = Field(
        "both",
        description="Two answers are shown in both orders, or in one that the seed draws.",
        json_schema_extra=_RATING,
    )
    inconsistent: Literal["tie", "unjudged"] = Field(
        "tie",
        description="What a choice is that changes with the order: a tie, or not judged.",
        json_schema_extra=_RATING,
    )
    human: Path | None = Field(
        None,
        description="JSON lines of ratings by people (`item_id`, `model`, `metric`, `value`, "
        "optional `rater` and `prediction`), to tell how far the judges agree with them.",
        json_schema_extra=_RATING,
    )
    path: Path | None = Field(
        None,
        description="Questions in any format of `instruction-set`. Where none, the test examples "
        "are asked.",
    )
    format: Literal["auto"] | Format = Field(
        "auto", description="The format of `path`; recognised from the first row by default."
    )
    reference_answers: Path | None = Field(
        None, description="`mt-bench`: file of reference answers, as FastChat writes them."
    )
    language: str = Field("", description="BCP-47 tag of the questions in `path`.")
    limit: int | None = Field(None, ge=1, description="Most items; drawn by the seed.")

    @model_validator(mode="after")
    def _questions_come_from_a_file(self) -> Self:
        for name in ("format", "reference_answers", "language"):
            if name in self.model_fields_set and self.path is None:
                raise ValueError(f"`{name}` is about the file in `path`, and there is none")
        return self

    @property
    def judges(self) -> tuple[EndpointConfig, ...]:
        """All judges, the first one first."""
        return (self.model, *self.panel)
