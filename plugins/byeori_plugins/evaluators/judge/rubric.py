"""Rubrics as data: what a judge is shown, on which scales it scores, between what it chooses."""

from typing import Annotated, Any, Literal, Self

from jinja2 import TemplateError
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from byeori import Config
from byeori.prompts import compile_template

REASON = "reason"
_TAKEN = (REASON, "answer_1", "answer_2", "both", "choice")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
FIRST, SECOND = "answer_1", "answer_2"


def _template(value: str) -> str:
    try:
        compile_template(value)
    except TemplateError as error:
        raise ValueError(f"not a Jinja template: {error}") from None
    return value


Template = Annotated[str, AfterValidator(_template)]


class Scale(Config):
    """One scale, in whole numbers."""

    lowest: int = Field(description="Lowest score there is.")
    highest: int = Field(description="Highest score there is.")
    about: str = Field("", description="What is scored, and what the scores mean.")

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.lowest >= self.highest:
            raise ValueError(f"lowest ({self.lowest}) must lie below highest ({self.highest})")
        return self


class Choice(Config):
    """Between two answers: the first, the second, or neither of them before the other."""

    about: str = Field("", description="By what the judge chooses.")
    tie: Name = Field("tie", description="What it answers where neither is before the other.")
    analysis: bool = Field(
        False,
        description="It first writes what both answers have in common, and what each has alone.",
    )


class Rubric(Config):
    """One rubric."""

    title: str = Field(min_length=1, description="What it is, in a line.")
    source: str = Field("", description="Where it comes from.")
    answers: Literal["one", "two"] = Field(
        "one", description="How many answers the judge sees: one model's, or two side by side."
    )
    reference: Literal["none", "optional", "required"] = Field(
        "optional", description="Whether items must have a reference answer."
    )
    system: Template = Field("", description="System message; Jinja.")
    prompt: Template = Field(min_length=1, description="User message; Jinja.")
    reply: Literal["json", "brackets"] = Field(
        "json",
        description="How the judge answers: data by a JSON schema, or text with the verdict in "
        "double brackets, as MT-bench has it.",
    )
    scales: dict[Name, Scale] = Field(default_factory=dict, description="Scales by name.")
    choices: dict[Name, Choice] = Field(
        default_factory=dict, description="Choices between two answers, by name."
    )

    @field_validator("scales", "choices")
    @classmethod
    def _names_are_free(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(set(value) & set(_TAKEN)):
            raise ValueError(f"{taken[0]!r} is a field of every judgement; choose another name")
        return value

    @model_validator(mode="after")
    def _judges_something(self) -> Self:
        if not self.scales and not self.choices:
            raise ValueError("there is nothing to judge: give `scales` or `choices`")
        if self.choices and self.answers == "one":
            raise ValueError("`choices` are between two answers: write `answers: two`")
        if both := sorted(self.scales.keys() & self.choices.keys()):
            raise ValueError(f"{both[0]!r} is both a scale and a choice")
        if self.reply == "brackets":
            self._one_verdict()
        return self

    def _one_verdict(self) -> None:
        wanted = (1, 0) if self.answers == "one" else (0, 1)
        if (len(self.scales), len(self.choices)) != wanted:
            raise ValueError(
                "`reply: brackets` holds one verdict: one scale for one answer, or one choice "
                "between two"
            )
        if any(choice.analysis for choice in self.choices.values()):
            raise ValueError("`analysis` needs `reply: json`")

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is scored, scales first."""
        return (*self.scales, *self.choices)
