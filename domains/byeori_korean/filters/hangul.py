"""Writes Korean in the one usual way among those that Unicode allows."""

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import Field

from byeori import Config, Context, Filter
from byeori_korean.text.hangul import FIXES, Fix, normalise_hangul
from byeori_plugins.filters import Row, each_text

_COUNTED: dict[Fix, str] = {
    "invisible": "invisible characters and odd spaces",
    "width": "full-width and half-width characters",
    "composed": "decomposed Hangul",
    "letters": "syllables spelled out in letters",
    "ideographs": "compatibility ideographs",
}


class HangulConfig(Config):
    """Settings of `korean/hangul`."""

    fixes: tuple[Fix, ...] = Field(
        FIXES,
        min_length=1,
        description="What is put right: `invisible` characters and odd spaces, `width`, `composed` "
        "(conjoining letters to syllables), `letters` (`ㅎㅏㄴ` to 한), compatibility "
        "`ideographs`.",
    )
    metadata: bool = Field(
        True, description="Whether texts in metadata are rewritten, too: the fields of templates."
    )


class Hangul(Filter[HangulConfig]):
    """Rewrites Hangul to composed syllables, widths and spaces to the usual ones, and counts it."""

    name = "hangul"
    version = 1
    config_model = HangulConfig
    applies_to = "both"
    rewrites = True

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield every row; what was changed is counted by kind."""
        for row in examples:
            counts: Counter[Fix] = Counter()

            def clean(text: str, counts: Counter[Fix] = counts) -> str:
                return normalise_hangul(text, self.config.fixes, counts)

            changed = each_text(row, clean, metadata=self.config.metadata)
            for fix, number in sorted(counts.items()):
                context.count(f"{_COUNTED[fix]} put right", number)
            yield changed if counts else row
