"""Whether a continuation is what the model would have said itself."""

from collections.abc import Sequence
from typing import Any

import torch

from byeori.models.batches import length_batches
from byeori.models.scoring.caches import read
from byeori.models.scoring.spans import Span
from byeori.models.scoring.targets import Target, add, places_of


def totals_and_greedy(model: Any, spans: Sequence[Span], budget: int) -> list[tuple[float, bool]]:
    """Log-likelihood (nats) of each continuation, and whether each of its tokens is the likeliest.

    Each row is read alone: what is asked this way is mostly one continuation a prefix.

    Args:
        model: a causal language model of transformers.
        spans: what to score.
        budget: most tokens read at a time, padding counted.
    """
    rows = [(span.prefix + span.continuation)[:-1] for span in spans]
    totals, greedy = [0.0] * len(spans), [True] * len(spans)
    for batch in length_batches([len(row) for row in rows], budget):
        targets = [
            Target(row, len(spans[index].prefix) - 1 + offset, token, index)
            for row, index in enumerate(batch)
            for offset, token in enumerate(spans[index].continuation)
        ]
        places = places_of(targets, model.device)
        logits, _ = read(model, [rows[index] for index in batch], None, places, keep=False)
        add(totals, logits, places, targets)
        likeliest = _likeliest(logits, places, targets)
        for target, token in zip(targets, likeliest, strict=True):
            greedy[target.span] &= token == target.token
    return list(zip(totals, greedy, strict=True))


def _likeliest(logits: torch.Tensor, places: torch.Tensor, targets: list[Target]) -> list[int]:
    rows, wanted, _, _ = torch.tensor(targets, device=logits.device).T.contiguous()
    found: list[int] = logits[rows, torch.searchsorted(places, wanted)].argmax(dim=1).tolist()
    return found
