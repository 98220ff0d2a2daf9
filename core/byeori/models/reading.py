"""Log-likelihoods of whole texts, in windows where they are longer than a model can read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from byeori.asking import LogLikelihood
from byeori.errors import DataError
from byeori.prompts import many_text_token_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LONGEST = 2048
"""Tokens of a window where nothing else is said, and the model could read more."""


def text_log_likelihoods(
    model: Any,
    tokenizer: "PreTrainedTokenizerBase",
    texts: Sequence[str],
    *,
    window: int,
    stride: int,
    budget: int,
) -> list[LogLikelihood]:
    """Log-likelihood of each text as it stands, its first token after that which begins a document.

    Args:
        model: a causal language model of transformers.
        tokenizer: its own.
        texts: whatever looks like a special token in them is text.
        window, stride: as in `windows`.
        budget: most tokens read at a time, padding counted.
    """
    from byeori.models.scoring import Span, plain

    start = _first_token(tokenizer)
    rows = [(start, *ids) for ids in many_text_token_ids(texts, tokenizer)]
    spans, owners = [], []
    for owner, row in enumerate(rows):
        for begin, first, end in windows(len(row), window, stride):
            spans.append(Span(tuple(row[begin:first]), tuple(row[first:end])))
            owners.append(owner)
    totals = [0.0] * len(spans)
    plain.add_totals(model, spans, totals, budget)
    by_text = [0.0] * len(rows)
    for owner, total in zip(owners, totals, strict=True):
        by_text[owner] += total
    return [LogLikelihood(total, len(row) - 1) for total, row in zip(by_text, rows, strict=True)]


def windows(length: int, window: int, stride: int) -> Iterator[tuple[int, int, int]]:
    """Where a text is cut: (begin, first, end), tokens from `first` to `end` read from `begin` on.

    The first token begins the document and is not predicted; every other one is predicted once,
    after at least `window - stride` tokens where there are so many.

    Args:
        length: tokens of the text, with the first.
        window: tokens looked at at once, the predicted ones counted; at least 2.
        stride: tokens predicted in every window but the first; less than `window`.
    """
    first = 1
    while first < length:
        end = min(first + (window - 1 if first == 1 else stride), length)
        yield max(0, end - window), first, end
        first = end


def _first_token(tokenizer: "PreTrainedTokenizerBase") -> int:
    """What a document begins with, as lm-evaluation-harness has it: BOS, or EOS without one."""
    for token in (tokenizer.bos_token_id, tokenizer.eos_token_id):
        if token is not None:
            return int(token)
    raise DataError(
        "the tokenizer has no token that begins or ends a text, so the first token of a document "
        "has no likelihood; set bos_token or eos_token in its tokenizer_config.json"
    )
