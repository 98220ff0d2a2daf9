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


class Pick(NamedTuple):
    """One token: in which row of the logits it is found, and whose log-likelihood it is."""

    row: int
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
    rows, wanted, _, _ = torch.tensor(targets, device=logits.device).T.contiguous()
    selected = logits[rows, torch.searchsorted(places, wanted)]
    picks = [Pick(number, target.token, target.span) for number, target in enumerate(targets)]
    add_picked(totals, selected, picks)


def add_picked(totals: list[float], logits: Tensor, picks: list[Pick]) -> None:
    """Add the log-softmax of each picked token, computed in float32 at least (nats).

    Args:
        totals: one a span.
        logits: (n, vocabulary).
        picks: from which row, which token, to whose total.
    """
    if logits.dtype != torch.float64:
        logits = logits.float()
    rows, tokens, _ = torch.tensor(picks, device=logits.device).T.contiguous()
    chosen = logits.log_softmax(dim=1)[rows, tokens]
    for pick, value in zip(picks, chosen.double().tolist(), strict=True):
        totals[pick.span] += value
