"""Keeps rows whose texts are neither too short nor too long."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from byeori import Config, Context, DataError, Document, Filter
from byeori_plugins.filters.rows import Row, text_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH = 512


class LengthConfig(Config):
    """Settings of `length`. Both ends of a range stay."""

    min_instruction: int = Field(
        1, ge=1, description="Fewest characters of an instruction, its input included."
    )
    max_instruction: int | None = Field(
        None, ge=1, description="Most characters of an instruction, its input included."
    )
    min_output: int = Field(1, ge=1, description="Fewest characters of an answer.")
    max_output: int | None = Field(None, ge=1, description="Most characters of an answer.")
    min_text: int = Field(1, ge=1, description="Fewest characters of a document.")
    max_text: int | None = Field(None, ge=1, description="Most characters of a document.")
    tokenizer: Path | None = Field(
        None, description="A `tokenizer.json` file, or a folder with one, to count tokens with."
    )
    min_tokens: int = Field(
        1, ge=1, description="Fewest tokens of a row: of all its texts together, uncut."
    )
    max_tokens: int | None = Field(
        None, ge=1, description="Most tokens of a row: of all its texts together, uncut."
    )

    @model_validator(mode="after")
    def _ranges_hold_something(self) -> Self:
        for part in ("instruction", "output", "text", "tokens"):
            least, most = getattr(self, f"min_{part}"), getattr(self, f"max_{part}")
            if most is not None and most < least:
                raise ValueError(f"max_{part} ({most}) is less than min_{part} ({least})")
        if self.tokenizer is None and (self.min_tokens > 1 or self.max_tokens is not None):
            raise ValueError("min_tokens and max_tokens need a `tokenizer` to count with")
        return self


class Length(Filter[LengthConfig]):
    """Drops rows by the number of characters in each text, and of tokens in all."""

    name = "length"
    version = 2
    config_model = LengthConfig
    applies_to = "both"

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield the rows whose lengths are within the limits."""
        for row, tokens in self._counted(examples):
            if reason := self._reason(row, tokens):
                context.reject(row.id, reason, text_of(row, "output"))
            else:
                yield row

    def _counted(self, rows: Iterable[Row]) -> Iterator[tuple[Row, int | None]]:
        """Rows with their tokens, where they are to be counted; in batches, on all cores."""
        if self.config.tokenizer is None:
            yield from ((row, None) for row in rows)
            return
        tokenizer, iterator = _load(self.config.tokenizer), iter(rows)
        while batch := list(itertools.islice(iterator, _BATCH)):
            texts = [text_of(row) for row in batch]
            encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
            yield from ((row, len(e.ids)) for row, e in zip(batch, encoded, strict=True))

    def _reason(self, row: Row, tokens: int | None) -> str:
        if isinstance(row, Document):
            lengths = {"text": len(row.text)}
        else:
            asked = len(row.instruction) + len(row.input)
            lengths = {"instruction": asked, "output": len(row.output)}
        reasons = [self._outside(part, length, "characters") for part, length in lengths.items()]
        if tokens is not None:
            reasons.append(self._outside("tokens", tokens, "tokens"))
        return next(filter(None, reasons), "")

    def _outside(self, part: str, length: int, unit: str) -> str:
        least = getattr(self.config, f"min_{part}")
        most = getattr(self.config, f"max_{part}")
        what = "row" if part == unit else part
        if length < least:
            return f"{what} shorter than {least} {unit}"
        if most is not None and length > most:
            return f"{what} longer than {most} {unit}"
        return ""


def _load(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise DataError(f"{file}: no such file; `tokenizer` names a tokenizer.json or its folder")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises bare exceptions
        raise DataError(f"{file}: not a tokenizer.json that can be read: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
