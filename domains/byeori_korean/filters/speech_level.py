"""Keeps texts of the speech levels that are wanted, and those that keep to one."""

from typing import Literal

from pydantic import Field, model_validator

from byeori import Config, Document
from byeori.korean import NEEDS_KIWI, kiwi_installed
from byeori_korean.text.speech import POLITE, Level, speech_levels
from byeori_plugins.filters import Row, RowFilter, text_of


class SpeechLevelConfig(Config):
    """Settings of `korean/speech-level`."""

    keep: tuple[Level, ...] = Field(
        (),
        description="Levels that stay: `hapsyo` (합니다), `haeyo` (해요), `hao`, `hage`, `haera` "
        "(한다), `hae` (해); all where empty.",
    )
    consistent: Literal["level", "politeness", "no"] = Field(
        "politeness",
        description="What may not change within a text: the `level`, or only `politeness`, where "
        "hapsyo, haeyo and hao are polite and 합니다 may stand beside 해요; or nothing: `no`.",
    )
    without: Literal["keep", "drop"] = Field(
        "keep", description="What becomes of texts without any level: names, numbers, lists."
    )

    @model_validator(mode="after")
    def _can_be_told(self) -> "SpeechLevelConfig":
        if not kiwi_installed():
            raise ValueError(f"korean/speech-level {NEEDS_KIWI}")
        if not self.keep and self.consistent == "no" and self.without == "keep":
            raise ValueError("these settings drop nothing: say `keep`, `consistent` or `without`")
        return self


class SpeechLevel(RowFilter[SpeechLevelConfig]):
    """Drops answers (or documents) in another speech level, or in several at once."""

    name = "speech-level"
    version = 1
    config_model = SpeechLevelConfig
    applies_to = "both"

    def reason(self, row: Row) -> str:
        """The level that is not wanted, or which ones stand side by side."""
        config = self.config
        levels = list(dict.fromkeys(speech_levels(text_of(row, "output"))))
        what = "text" if isinstance(row, Document) else "output"
        if not levels:
            return f"{what} without a speech level" if config.without == "drop" else ""
        if config.keep and (other := [level for level in levels if level not in config.keep]):
            return f"{what} in another speech level: {other[0]}"
        if config.consistent == "level" and len(levels) > 1:
            return f"{what} changes its speech level"
        if config.consistent == "politeness" and len({level in POLITE for level in levels}) > 1:
            return f"{what} is polite in one sentence and plain in another"
        return ""
