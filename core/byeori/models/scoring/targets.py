"""Picks the tokens of continuations out of what a model predicts."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor


class Target(NamedTuple):
    """One token: after which place of which row it is predicted, and whose log-likelihood it is."""

    row: int
    place: int
    token: int
    span: int


def places_of(targets: Iterable[Target], device: torch.device) -> Tensor:
    """The places where logits are wanted, (n,) int64, each once and sorted."""
    return torch.tensor(sorted({target.place for target in targets}), device=device)


def add(totals: list[float], logits: Tensor, places: Tensor, targets: list[Target]) -> None:
    """Add each target's log-softmax, computed in float32 at least, to its span's total (nats).

    Args:
        totals: one a span.
        logits: (rows, n, vocabulary).
        places: (n,) those of `places_of`.
        targets: what to pick.
    """
    rows, wanted, tokens, _ = torch.tensor(targets, device=logits.device).T.contiguous()
    selected = logits[rows, torch.searchsorted(places, wanted)]
    if selected.dtype != torch.float64:
        selected = selected.float()
    chosen = selected.gather(1, tokens[:, None])[:, 0] - selected.logsumexp(dim=1)
    for target, value in zip(targets, chosen.double().tolist(), strict=True):
        totals[target.span] += value
