"""Keeps examples whose questions are unlike those before them."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from byeori import Config, Context, Example, Filter
from byeori_plugins.filters.rows import Part, text_of
from byeori_plugins.text.tokens import TokenKind


class NearDuplicatesConfig(Config):
    """Settings of `near-duplicates`."""

    rouge_l: float = Field(
        0.7, gt=0, lt=1, description="Highest ROUGE-L (F) with any example kept before."
    )
    of: Part = Field(
        "question",
        description="What is compared: `instruction` (as Self-Instruct does), `question` (earlier "
        "turns, instruction and input), `output` or `all`.",
    )
    tokens: TokenKind = Field(
        "words",
        description="What it is cut into: `words`, `syllables` (words, but Hangul by syllable) or "
        "`ascii` (as rouge-score does, which sees no Korean).",
    )


class NearDuplicates(Filter[NearDuplicatesConfig]):
    """Drops examples too much alike by ROUGE-L to one kept before."""

    name = "near-duplicates"
    version = 1
    config_model = NearDuplicatesConfig
    applies_to = "examples"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield the examples that are novel, in order; of a cluster the first stays."""
        from byeori_plugins.text.novelty import Novelty

        novelty = Novelty(self.config.rouge_l, self.config.tokens)
        reason = f"ROUGE-L over {self.config.rouge_l} with an earlier example"
        kept: list[str] = []
        for example in examples:
            text = text_of(example, self.config.of)
            if found := novelty.compare(text):
                other = kept[found.number]
                context.reject(example.id, reason, f"{found.rouge_l:.2f} with {other}: {text}")
            else:
                kept.append(example.id)
                yield example
