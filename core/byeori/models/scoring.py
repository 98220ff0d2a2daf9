"""Log-likelihoods of continuations: batched, and equal to scoring each row alone."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byeori.models.batches import length_batches

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Span:
    """One continuation: the token ids before it (at least one) and its own (at least one)."""

    prefix: tuple[int, ...]
    continuation: tuple[int, ...]


@dataclass(slots=True)
class _Row:
    """One sequence the model reads, and where in the result its continuations go."""

    ids: tuple[int, ...]
    spans: list[int] = field(default_factory=list)


def span_log_likelihoods(model: Any, spans: Sequence[Span], budget: int) -> list[float]:
    """Sum of the log-softmax (float32, nats) over each continuation's tokens.

    The last token of a continuation is never read, only predicted, so continuations that differ
    in nothing else (the letters of a multiple choice) share one row and cost one.

    Args:
        model: a causal language model of transformers.
        spans: what to score.
        budget: most tokens in a batch.
    """
    rows: dict[tuple[int, ...], _Row] = {}
    for index, span in enumerate(spans):
        ids = (span.prefix + span.continuation)[:-1]
        rows.setdefault(ids, _Row(ids)).spans.append(index)
    ordered = list(rows.values())
    totals = [0.0] * len(spans)
    for batch in length_batches([len(row.ids) for row in ordered], budget):
        _score_batch(model, [ordered[i] for i in batch], spans, totals)
    return totals


def _score_batch(
    model: Any, rows: Sequence[_Row], spans: Sequence[Span], totals: list[float]
) -> None:
    import torch

    targets = [
        (number, index, len(spans[index].prefix) - 1 + offset, token)
        for number, row in enumerate(rows)
        for index in row.spans
        for offset, token in enumerate(spans[index].continuation)
    ]
    device = model.device
    positions = torch.tensor(sorted({position for _, _, position, _ in targets}), device=device)
    logits = _logits(model, [row.ids for row in rows], positions)
    where = torch.tensor([position for _, _, position, _ in targets], device=device)
    number = torch.tensor([number for number, *_ in targets], device=device)
    token = torch.tensor([token for *_, token in targets], device=device)
    selected = logits[number, torch.searchsorted(positions, where)].float()
    chosen = selected.gather(1, token[:, None])[:, 0] - selected.logsumexp(dim=1)
    for (_, index, _, _), value in zip(targets, chosen.double().tolist(), strict=True):
        totals[index] += value


def _logits(
    model: Any, rows: Sequence[tuple[int, ...]], positions: "torch.Tensor"
) -> "torch.Tensor":
    """Logits (rows, positions, vocabulary) of right-padded rows.

    Padding stands to the right, where a causal model's earlier positions never see it. So no mask
    is needed, and without one attention takes its fast causal path.
    """
    import torch

    width = max(len(ids) for ids in rows)
    padded = [[*ids, *ids[-1:] * (width - len(ids))] for ids in rows]
    arguments = {"input_ids": torch.tensor(padded, device=model.device), "use_cache": False}
    with torch.inference_mode():
        # Most of a large vocabulary's cost is positions nobody asks for.
        if "logits_to_keep" in inspect.signature(model.forward).parameters:
            logits: torch.Tensor = model(**arguments, logits_to_keep=positions).logits
            return logits
        logits = model(**arguments).logits
        return logits[:, positions]
