"""Keeps rows in the languages that are wanted."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, field_validator

from byeori import Config, Context, DataError, Document
from byeori_plugins.filters.rows import Row, RowFilter, text_of
from byeori_plugins.text.language import language_of, languages

_CODE = re.compile(r"[a-z]{2,3}")
Looked = Literal["instruction", "question", "output"]


class LanguageConfig(Config):
    """Settings of `language`."""

    keep: tuple[str, ...] = Field(
        min_length=1, description="Codes (ISO 639-1) of the languages that stay, such as `ko`."
    )
    of: tuple[Looked, ...] = Field(
        ("question", "output"),
        min_length=1,
        description="Texts of an example that must be in one of them, each on its own: "
        "`instruction`, `question` (earlier turns, instruction and input), `output`. Of documents "
        "it is their text.",
    )
    hangul: float = Field(
        0.2,
        gt=0,
        le=1,
        description="Least share of Hangul among the letters of a Korean text; English words and "
        "formulas may make up the rest.",
    )
    letters: int = Field(
        20,
        ge=1,
        description="Fewest letters from which another language is told. A shorter text without "
        "enough Hangul (a number, a name, a formula) is in no language and stays.",
    )

    @field_validator("keep")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [code for code in value if not _CODE.fullmatch(code)]:
            raise ValueError(f"{wrong[0]!r} is no language code: write `en`, not `en-US` or a name")
        return value


class Language(RowFilter[LanguageConfig]):
    """Drops rows in other languages than those that are wanted."""

    name = "language"
    version = 1
    config_model = LanguageConfig
    applies_to = "both"

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield the rows in the languages that are wanted."""
        if unknown := sorted(set(self.config.keep) - languages()):
            raise DataError(
                f"{context.stage}: no text is ever told to be in {unknown[0]!r}; "
                "`keep` takes ISO 639-1 codes, such as ko and en"
            )
        yield from super().keep(examples, context)

    def reason(self, row: Row) -> str:
        """The first text in another language, and which one it is."""
        config = self.config
        texts: dict[str, str] = {part: text_of(row, part) for part in config.of}
        if isinstance(row, Document):
            texts = {"text": row.text}
        for part, text in texts.items():
            code = language_of(text, config.hangul, config.letters)
            if code and code not in config.keep:
                return f"{part} in another language: {code}"
        return ""
