"""Drops Korean texts that slip into Chinese, Japanese, English or other letters."""

from pydantic import Field

from byeori import Config, Document
from byeori_korean.text.scripts import SlipKind, hangul_share, slips
from byeori_plugins.filters import Part, Row, RowFilter, text_of


class ScriptsConfig(Config):
    """Settings of `korean/scripts`."""

    of: tuple[Part, ...] = Field(
        ("output",),
        min_length=1,
        description="Texts of an example that are looked at, each on its own: `instruction`, "
        "`question` (earlier turns, instruction and input), `output`, `all`. Of documents it is "
        "their text.",
    )
    allow: tuple[SlipKind, ...] = Field(
        (),
        description="What is no reason to drop: `ideographs`, `kana`, `English`, `other letters`.",
    )
    min_hangul: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Least share of Hangul among the letters outside code, addresses and formulas; "
        "0 for any. Of texts with a letter, also of those without any Hangul.",
    )
    ideographs: int = Field(
        2,
        ge=1,
        description="Shortest stretch of ideographs that counts; single ones are the press's way.",
    )
    english: int = Field(
        8, ge=2, description="Shortest run of words in Latin letters that counts as English."
    )


class Scripts(RowFilter[ScriptsConfig]):
    """Drops Korean texts with a stretch in letters that a Korean writer would not use there.

    A text without any Hangul slips into nothing: the filter `language` knows what it is, and
    `min_hangul` drops it.
    """

    name = "scripts"
    version = 1
    config_model = ScriptsConfig
    applies_to = "both"

    def reason(self, row: Row) -> str:
        """Which text slips into what."""
        config = self.config
        parts: tuple[Part, ...] = ("all",) if isinstance(row, Document) else config.of
        for part in parts:
            text = text_of(row, part)
            what = "text" if isinstance(row, Document) else part
            for slip in slips(text, config.ideographs, config.english):
                if slip.kind not in config.allow:
                    return f"{what} slips from Korean into {slip.kind}"
            share = hangul_share(text)
            if share is not None and share < config.min_hangul:
                return f"{what} with less than {config.min_hangul:.0%} Hangul"
        return ""
