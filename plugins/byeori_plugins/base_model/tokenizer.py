"""Learns the vocabulary: byte-level BPE in which every digit is a token of its own."""

from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from byeori_plugins.base_model.corpus import Text, sample
from byeori_plugins.base_model.facts import LANGUAGES, prose
from byeori_plugins.base_model.prompts import BOS, CHAT_TEMPLATE, EOS, PAD, SPECIAL_TOKENS

PROSE_REPEATS = 60
"""Prose is repeated, so that ordinary words win merges against the templated text."""


def train_tokenizer(vocabulary: int, texts: int, seed: int) -> Tokenizer:
    """A tokenizer of at most `vocabulary` tokens from `texts` pieces of text and the prose.

    It adds no token by itself: neither a start nor an end.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_training_text(sample(seed, texts)), trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, out: Path, context: int) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json`, chat template included."""
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=context,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    wrapped.save_pretrained(out)


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """The id of a token that is known to be there; raises `KeyError` if it is not."""
    return tokenizer.get_vocab()[token]


def _training_text(texts: list[Text]) -> Iterator[str]:
    for text in texts:
        yield text.text
    for _ in range(PROSE_REPEATS):
        for language in LANGUAGES:
            yield from prose(language)
