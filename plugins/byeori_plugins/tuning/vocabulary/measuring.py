"""How well a tokenizer fits a text: tokens a word, characters a token, and which tokens it uses."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_AT_ONCE = 256


def fit_of(
    before: "Tokenizer", after: "Tokenizer", texts: Iterable[str], new: Collection[int]
) -> dict[str, object]:
    """Figures of some texts under an old and a new tokenizer.

    Args:
        before, after: the old one and the new one.
        texts: read once.
        new: ids of the new tokens.

    Returns:
        Numbers of `documents`, `characters` and `words` (split at white space); under `before` and
        `after` each `tokens`, `tokens_per_word` and `characters_per_token`; and how many of the new
        tokens are used at all (`new_tokens_used`), in what share of the tokens
        (`share_of_new_tokens`).
    """
    documents = characters = words = new_tokens = 0
    tokens = [0, 0]
    used: set[int] = set()
    for batch in _batches(texts):
        documents += len(batch)
        characters += sum(map(len, batch))
        words += sum(len(text.split()) for text in batch)
        for place, core in enumerate((before, after)):
            for encoding in core.encode_batch(batch, add_special_tokens=False):
                tokens[place] += len(encoding.ids)
                found = [id_ for id_ in encoding.ids if id_ in new] if place else []
                new_tokens += len(found)
                used.update(found)
    return {
        "documents": documents,
        "characters": characters,
        "words": words,
        "before": _rates(tokens[0], words, characters),
        "after": _rates(tokens[1], words, characters),
        "new_tokens_used": len(used),
        "share_of_new_tokens": _ratio(new_tokens, tokens[1]),
    }


def _rates(tokens: int, words: int, characters: int) -> dict[str, float]:
    return {
        "tokens": tokens,
        "tokens_per_word": _ratio(tokens, words),
        "characters_per_token": _ratio(characters, tokens),
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(texts)
    while batch := list(islice(iterator, _AT_ONCE)):
        yield batch
