"""Keeps the first of rows that say the same."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from pydantic import Field

from byeori import Config, Context, Filter
from byeori.text import normalise
from byeori_plugins.filters.rows import Part, Row, text_of


class DuplicatesConfig(Config):
    """Settings of `duplicates`."""

    of: Part = Field(
        "all",
        description="What must be the same in two examples: `instruction`, `question` (earlier "
        "turns, instruction and input), `output` or `all`. Of documents it is their text.",
    )
    exactly: bool = Field(
        False,
        description="Whether case, width, spacing and punctuation count; by default they do not.",
    )


class Duplicates(Filter[DuplicatesConfig]):
    """Drops rows whose text an earlier row had already, whatever else differs."""

    name = "duplicates"
    version = 1
    config_model = DuplicatesConfig
    applies_to = "both"

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield the first row with each text."""
        first: dict[bytes, str] = {}
        for row in examples:
            text = text_of(row, self.config.of)
            compared = text if self.config.exactly else normalise(text)
            # 16 bytes of a hash: by chance two of a billion texts are taken for one with 1e-21.
            digest = blake2b(compared.encode(), digest_size=16).digest()
            earlier = first.setdefault(digest, row.id)
            if earlier is row.id:
                yield row
            else:
                context.reject(row.id, "the same as an earlier row", f"{earlier}: {text}")
