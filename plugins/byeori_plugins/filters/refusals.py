"""Drops answers that refuse, speak of the model itself, or are filled with placeholders."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import Field, field_validator

from byeori import Config
from byeori_plugins.filters.rows import Row, RowFilter, text_of

Kind = Literal["refusal", "about-itself", "placeholder", "talk-about-the-task"]
KINDS: tuple[Kind, ...] = ("refusal", "about-itself", "placeholder", "talk-about-the-task")
_EXCUSE = r"\W*(?:(?:well|oh|hello|hi|sure|thank you[^.!?]{0,40}|안녕하세요|네|아)[,.!~ ]+)?"
_LONGEST = 400
"""Characters from the beginning in which an opening stands."""


class RefusalsConfig(Config):
    """Settings of `refusals`."""

    kinds: tuple[Kind, ...] = Field(
        KINDS,
        description="What is dropped: `refusal`, `about-itself` (as an AI ...), `placeholder` "
        "([your name]), `talk-about-the-task` (no text was given). In Korean and in English.",
    )
    openings: tuple[str, ...] = Field(
        (), description="Further regular expressions for how an answer to drop begins."
    )
    phrases: tuple[str, ...] = Field(
        (), description="Further regular expressions for what an answer to drop holds."
    )

    @field_validator("openings", "phrases")
    @classmethod
    def _compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return value


class Refusals(RowFilter[RefusalsConfig]):
    """Drops examples whose answer answers nothing."""

    name = "refusals"
    version = 1
    config_model = RefusalsConfig
    applies_to = "examples"

    def __init__(self, config: RefusalsConfig) -> None:
        super().__init__(config)
        own = {"opening": config.openings, "anywhere": config.phrases}
        self._own = _patterns(own)

    def reason(self, row: Row) -> str:
        """The first kind that the answer is of."""
        answer = text_of(row, "output")
        patterns = [(kind, *_compiled(kind)) for kind in self.config.kinds]
        for kind, opening, anywhere in (*patterns, ("the recipe's own patterns", *self._own)):
            if opening and opening.match(answer[:_LONGEST]):
                return f"answers nothing: {kind}"
            if anywhere and anywhere.search(answer):
                return f"answers nothing: {kind}"
        return ""


_Pair = tuple[re.Pattern[str] | None, re.Pattern[str] | None]


@lru_cache
def _compiled(kind: Kind) -> _Pair:
    text = (files("byeori_plugins.text") / "refusals.toml").read_text(encoding="utf-8")
    return _patterns(tomllib.loads(text)[kind])


def _patterns(lists: "dict[str, tuple[str, ...]]") -> _Pair:
    def one(patterns: "tuple[str, ...] | list[str]", before: str = "") -> re.Pattern[str] | None:
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        return re.compile(f"{before}(?:{joined})", re.IGNORECASE) if joined else None

    return one(lists.get("opening", ()), _EXCUSE), one(lists.get("anywhere", ()))
