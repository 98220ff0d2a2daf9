"""Keeps examples whose texts are neither too short nor too long."""

from collections.abc import Iterable, Iterator
from typing import Self

from pydantic import Field, model_validator

from byeori import Config, Context, Example, Filter


class LengthConfig(Config):
    """Settings of `length`. Lengths are in characters, not tokens: no model is needed."""

    min_instruction: int = Field(1, ge=1, description="Shortest instruction, its input included.")
    max_instruction: int | None = Field(
        None, ge=1, description="Longest instruction, its input included."
    )
    min_output: int = Field(1, ge=1, description="Shortest answer.")
    max_output: int | None = Field(None, ge=1, description="Longest answer.")

    @model_validator(mode="after")
    def _ranges_hold_something(self) -> Self:
        for part in ("instruction", "output"):
            least, most = getattr(self, f"min_{part}"), getattr(self, f"max_{part}")
            if most is not None and most < least:
                raise ValueError(f"max_{part} ({most}) is less than min_{part} ({least})")
        return self


class Length(Filter[LengthConfig]):
    """Drops examples by the number of characters in instruction (with input) and output."""

    name = "length"
    version = 1
    config_model = LengthConfig
    applies_to = "examples"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield the examples whose lengths are within the limits, both ends included."""
        for example in examples:
            reason = self._reason(example)
            if reason:
                context.reject(example.id, reason, example.output)
            else:
                yield example

    def _reason(self, example: Example) -> str:
        config = self.config
        asked = len(example.instruction) + len(example.input)
        return _outside(
            "instruction", asked, config.min_instruction, config.max_instruction
        ) or _outside("output", len(example.output), config.min_output, config.max_output)


def _outside(part: str, length: int, least: int, most: int | None) -> str:
    if length < least:
        return f"{part} shorter than {least} characters"
    if most is not None and length > most:
        return f"{part} longer than {most} characters"
    return ""
