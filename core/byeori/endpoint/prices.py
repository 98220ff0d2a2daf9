"""What a model costs, and how much may be spent."""

from typing import Self

from pydantic import Field, model_validator

from byeori.components import Config


class Prices(Config):
    """What a model costs; there is no list of prices here that would go out of date."""

    input: float = Field(ge=0, description="Price of a million tokens of the prompts.")
    output: float = Field(ge=0, description="Price of a million tokens of the answers.")

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """In the currency of the prices."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


class Budget(Config):
    """How much one stage may spend on a model, answers of earlier runs included."""

    tokens: int | None = Field(
        default=None, ge=1, description="Tokens of prompts and answers, at most; null for no limit."
    )
    money: float | None = Field(
        default=None,
        gt=0,
        description="Money, at most, in the currency of `prices`; null for no limit.",
    )
    requests: int | None = Field(
        default=None, ge=1, description="Answers, at most; null for no limit."
    )

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.tokens is None and self.money is None and self.requests is None:
            raise ValueError("give `tokens`, `money` or `requests`")
        return self
