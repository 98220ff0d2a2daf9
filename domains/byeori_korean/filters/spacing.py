"""Puts spaces into Korean that is written without them."""

from collections.abc import Iterable, Iterator

from pydantic import Field, model_validator

from byeori import Config, Context, Filter
from byeori.korean import NEEDS_KIWI, kiwi_installed
from byeori_korean.text.spacing import with_spaces
from byeori_plugins.filters import Row, each_text


class SpacingConfig(Config):
    """Settings of `korean/spacing`."""

    longest_word: int | None = Field(
        8,
        ge=4,
        description="Only words of more Hangul syllables than this are parted: nobody writes such. "
        "Null: every text as Kiwi spaces it, which also parts compounds.",
    )

    @model_validator(mode="after")
    def _kiwi_is_there(self) -> "SpacingConfig":
        if not kiwi_installed():
            raise ValueError(f"korean/spacing {NEEDS_KIWI}")
        return self


class Spacing(Filter[SpacingConfig]):
    """Rewrites texts whose words are written together with the spaces that Kiwi finds."""

    name = "spacing"
    version = 1
    config_model = SpacingConfig
    applies_to = "both"
    rewrites = True

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield every row; spaces that were put in are counted. Metadata stays as it is."""
        for row in examples:
            added: list[int] = []

            def clean(text: str, added: list[int] = added) -> str:
                new = with_spaces(text, self.config.longest_word)
                added.append(len(new) - len(text))
                return new

            changed = each_text(row, clean, metadata=False)
            if changed == row:
                yield row
                continue
            context.count("rows with other spaces")
            context.count("spaces put in", sum(added))
            yield changed
