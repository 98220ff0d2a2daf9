"""How a model writes its answers."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from byeori.components import Config
from byeori.identity import ASKING


class Decoding(Config):
    """How answers are generated; part of the recipe and of the record.

    The names and the meaning are those of transformers' `GenerationConfig`. What a recipe does not
    say is the default here, never what is saved with a model: base and tuned are asked alike.
    """

    max_new_tokens: int = Field(
        64,
        ge=1,
        description="Longest answer, in tokens.",
        json_schema_extra=ASKING,
    )
    num_beams: int = Field(
        1,
        ge=1,
        description="Beams of beam search; 1 is greedy.",
        json_schema_extra=ASKING,
    )
    repetition_penalty: float = Field(
        1.0,
        gt=0,
        description="Penalty on repeated tokens (Keskar et al. 2019); 1 is none.",
        json_schema_extra=ASKING,
    )
    do_sample: bool = Field(
        False,
        description="Draw each token by its probability instead of taking the likeliest.",
        json_schema_extra=ASKING,
    )
    temperature: float = Field(
        1.0,
        gt=0,
        description="Divides the logits before a token is drawn; only with `do_sample`.",
        json_schema_extra=ASKING,
    )
    top_k: int | None = Field(
        None,
        ge=1,
        description="Draw among so many likeliest tokens; only with `do_sample`.",
        json_schema_extra=ASKING,
    )
    top_p: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Draw among the likeliest tokens that make up this probability (Holtzman et "
        "al. 2020); only with `do_sample`.",
        json_schema_extra=ASKING,
    )
    stop: tuple[str, ...] = Field(
        (),
        description="Texts that end an answer; neither they nor what follows is part of it.",
        json_schema_extra=ASKING,
    )
    sampling_seed: int | None = Field(
        None,
        description="Seed of `do_sample`, for another draw of the same questions; where none, the "
        "recipe's.",
        json_schema_extra=ASKING,
    )

    @field_validator("stop")
    @classmethod
    def _no_empty_stop(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "" in value:
            raise ValueError("an empty text would end every answer before it began")
        return value

    @model_validator(mode="after")
    def _one_search(self) -> Self:
        if self.do_sample and self.num_beams > 1:
            raise ValueError("sampling within beams is not offered: set one of them only")
        return self


def decoding_of(config: Decoding, seed: int) -> Decoding:
    """The decoding alone, of settings that have more than it.

    Args:
        config: an evaluator's settings, derived from `Decoding`.
        seed: what answers are sampled by where the settings name none.
    """
    values = {name: getattr(config, name) for name in Decoding.model_fields}
    if config.sampling_seed is None:
        values["sampling_seed"] = seed
    return Decoding(**values)
