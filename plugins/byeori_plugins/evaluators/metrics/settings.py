"""What metrics of generated answers can be told."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from byeori import Config
from byeori.identity import ASKING

Metric = Literal[
    "exact-match",
    "token-f1",
    "chrf",
    "bleu",
    "rouge-l",
    "numeric",
    "json",
    "json-schema",
    "extraction-f1",
    "instructions",
    "instructions-loose",
    "answer-language",
]
Normalisation = Literal["plain", "squad", "korquad"]
Tokens = Literal["syllables", "words", "morphemes"]


class MetricSettings(Config):
    """Settings of the metrics; each says which of them it is for."""

    normalise: Normalisation = Field(
        "plain",
        description="How exact-match and token-f1 compare: plain keeps what changes the meaning "
        "(2.5, -3, Cl-), squad and korquad are the rules of their official scripts.",
        json_schema_extra=ASKING,
    )
    tokens: Tokens = Field(
        "syllables",
        description="What rouge-l (and token-f1 where `normalise` is plain) compares: words, of "
        "which each Hangul syllable, kana or ideograph is one; whole words; or Korean morphemes "
        "(needs `pip install byeori[korean]`).",
        json_schema_extra=ASKING,
    )
    bleu_tokens: Literal["auto", "13a", "char", "intl"] = Field(
        "auto",
        description="sacrebleu's tokenizer for bleu; auto: char for items in Korean, Japanese or "
        "Chinese, else 13a.",
    )
    tolerance: float = Field(
        0.01,
        ge=0,
        description="Of numeric and extraction-f1: relative to the right value.",
        json_schema_extra=ASKING,
    )
    needs_unit: bool = Field(
        True,
        description="Whether numeric takes a number without a unit for wrong where the "
        "reference has one.",
        json_schema_extra=ASKING,
    )
    json_schema: Path | None = Field(
        None,
        description="JSON Schema of json-schema, for items that have none of their own.",
        json_schema_extra=ASKING,
    )
    fields: tuple[str, ...] = Field(
        (),
        description="Fields of extraction-f1; where none, all that stand in either answer.",
        json_schema_extra=ASKING,
    )
    record_key: str = Field(
        "",
        description="Field that tells an answer's records apart (`material`): extraction-f1 counts "
        "a value only in the record it belongs to.",
        json_schema_extra=ASKING,
    )
    record_level: int | None = Field(
        None,
        ge=1,
        description="Depth, from 1, at which keys name an answer's records: 2 for "
        '`{"MATERIAL": {name: {"WU": value}}}`. extraction-f1 then counts a value only in its '
        "record.",
    )
    absent: tuple[str, ...] = Field(
        ("-", "N/A"),
        description="What stands for a value that is not given, in extraction-f1.",
        json_schema_extra=ASKING,
    )
