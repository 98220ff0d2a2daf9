"""Byte-pair encoding of sequences of tokens, by the tokenizers library."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

Tokens = tuple[str, ...]
Sequences = Mapping[Tokens, int]
"""How often sequences of tokens occur in a text."""
Merge = tuple[Tokens, Tokens]
"""The two sides of a merge, as the tokens they were at first."""

_AT_ONCE = 10_000


def trained_merges(words: Sequences, size: int, min_frequency: int) -> list[Merge]:
    """The merges of byte-pair encoding (Sennrich et al. 2016), the most frequent first.

    The library starts from characters: each token is given one of its own.

    Args:
        words: what to learn from.
        size: merges at most.
        min_frequency: how often each of them is made at least.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokens = sorted({token for word in words for token in word})
    letters = {token: _letter(n) for n, token in enumerate(tokens)}
    trainer = trainers.BpeTrainer(
        vocab_size=len(tokens) + size, min_frequency=min_frequency, show_progress=False
    )
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.CharDelimiterSplit("\n")
    core.train_from_iterator(_lines(words, letters), trainer)
    token_of = {letter: token for token, letter in letters.items()}
    pairs = json.loads(core.to_str())["model"]["merges"]
    sides = (pair if isinstance(pair, list) else pair.split(" ") for pair in pairs)
    return [
        (tuple(token_of[letter] for letter in first), tuple(token_of[letter] for letter in second))
        for first, second in sides
    ]


def _lines(words: Sequences, letters: Mapping[str, str]) -> Iterator[str]:
    for word, count in words.items():
        line = "".join(letters[token] for token in word) + "\n"
        for start in range(0, count, _AT_ONCE):
            yield line * min(_AT_ONCE, count - start)


def _letter(number: int) -> str:
    """One character for each number: no white space, no surrogate."""
    code = 0x4E00 + number
    return chr(code if code < 0xD800 else code + 0x2800)


def times_made(words: Sequences, merges: Sequence[Merge]) -> Counter[Merge]:
    """How often each merge is made where all of them are applied in their order."""
    ranks = {merge: rank for rank, merge in enumerate(merges)}
    made: Counter[Merge] = Counter()
    for word, count in words.items():
        parts: list[Tokens] = [(token,) for token in word]
        while len(parts) > 1:
            pairs = list(pairwise(parts))
            best = min(range(len(pairs)), key=lambda n: ranks.get(pairs[n], len(ranks)))
            if pairs[best] not in ranks:
                break
            made[pairs[best]] += count
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
    return made
