"""Rubrics as data: what a judge is shown, on which scales it scores, between what it chooses."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from byeori import Config
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori_plugins.text.jinja import Template

REASON = "reason"
_TAKEN = (REASON, "answer_1", "answer_2", "both", "choice")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
FIRST, SECOND = "answer_1", "answer_2"
_SHOWN = ("question", "instruction", "input", "reference", "mark")
"""Texts that templates see beside the answers."""


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
        self._shows_the_answers()
        return self

    def _shows_the_answers(self) -> None:
        """Fill the templates once, so that a slip is found before any model has answered."""
        texts = {name: f"<{name}>" for name in (*_SHOWN, *self.answer_names)}
        empty = {**texts, "input": "", "reference": ""}
        for values in (empty, texts):
            known = {**values, "scales": self.scales, "choices": self.choices}
            try:
                filled = render(self.system, known) + render(self.prompt, known)
            except TEMPLATE_ERRORS as error:
                raise ValueError(f"the prompt cannot be filled: {error}") from None
        needed = [*self.answer_names, *(["reference"] if self.reference == "required" else [])]
        if hidden := [name for name in needed if texts[name] not in filled]:
            raise ValueError(f"the prompt never shows `{{{{ {hidden[0]} }}}}`")

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
    def answer_names(self) -> tuple[str, ...]:
        """What templates call the answers."""
        return ("answer",) if self.answers == "one" else (FIRST, SECOND)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is scored, scales first."""
        return (*self.scales, *self.choices)
