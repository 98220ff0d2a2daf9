"""The loss where the output layer is: logits of all learnt tokens at once never exist."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.trainable_tokens import TrainableTokensLayer
from torch import Tensor
from torch.nn.functional import cross_entropy, linear, linear_cross_entropy
from torch.utils.checkpoint import checkpoint

_LOGITS_AT_ONCE = 2**22
_LEAST_ROWS = 64


@dataclass
class Targets:
    """What the output layer is to predict in the forward pass that comes.

    Attributes:
        places: index of the hidden states [n, r, d], for each learnt token the one it is
            predicted from: batch rows and positions, each [m] or one number; None outside of a
            forward pass: then the layer gives its logits.
        labels: [m], the learnt tokens.
    """

    places: tuple[Tensor | int, Tensor] | None = None
    labels: Tensor | None = None

    @contextmanager
    def of(self, places: tuple[Tensor | int, Tensor], labels: Tensor) -> Iterator[None]:
        """While the block runs, the output layer gives the loss of these."""
        self.places, self.labels = places, labels
        try:
            yield
        finally:
            self.places = self.labels = None


@contextmanager
def loss_in_head(head: Any) -> Iterator[Targets]:
    """While the block runs, a linear output layer can give the summed loss instead of logits.

    The layer may be one of which peft trains some tokens' rows. It does so inside the model's own
    forward pass, so that whatever wraps the model (a shard of its weights, a mixed precision) sees
    nothing new. The result has the shape [1, 1, 1].
    """
    targets = Targets()

    def forward(hidden: Tensor) -> Tensor:
        if targets.places is None or targets.labels is None:
            return linear(hidden, *_weights(head))
        rows = hidden[targets.places] if len(targets.labels) else hidden[0, :0]
        return summed_loss(rows, *_weights(head), targets.labels).view(1, 1, 1)

    head.forward = forward
    try:
        yield targets
    finally:
        del head.forward


def _weights(head: Any) -> tuple[Tensor, Tensor | None]:
    """The weight [v, d] and bias of the output layer, with the rows that are trained apart."""
    if isinstance(head, TrainableTokensLayer):
        return head.get_merged_weights(head.active_adapters), None
    return head.weight, head.bias


def summed_loss(hidden: Tensor, weight: Tensor, bias: Tensor | None, labels: Tensor) -> Tensor:
    """Cross-entropy of `labels` [m], summed, in float32 or more, without all logits at once.

    Args:
        hidden: [m, d].
        weight, bias: of the output layer, [v, d] and [v] or None.
        labels: [m].
    """
    if not len(labels):
        return (hidden.sum() + weight.flatten()[0]) * 0.0
    rows = max(_LEAST_ROWS, _LOGITS_AT_ONCE // len(weight))

    def part(hidden: Tensor, labels: Tensor) -> Tensor:
        logits = linear(hidden, weight, bias)
        return cross_entropy(_at_least_float32(logits), labels, reduction="sum")

    if len(labels) <= rows:
        return part(hidden, labels)
    full = torch.float32.itemsize <= hidden.dtype.itemsize == weight.dtype.itemsize
    if full and not torch.is_autocast_enabled(hidden.device.type):
        options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=rows)
        return linear_cross_entropy(
            hidden, weight, labels, linear_bias=bias, reduction="sum", options=options
        )
    # That function would sum half precision in half precision.
    parts = zip(torch.split(hidden, rows), torch.split(labels, rows), strict=True)
    return torch.stack([checkpoint(part, *pair, use_reentrant=False) for pair in parts]).sum()


def _at_least_float32(logits: Tensor) -> Tensor:
    return logits.float() if logits.dtype.itemsize < torch.float32.itemsize else logits


def summed_loss_of_logits(logits: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    """The same from logits [r, v], where `labels` [m] are predicted by the `rows` [m] of them."""
    count = max(_LEAST_ROWS, _LOGITS_AT_ONCE // logits.shape[1])

    def part(rows: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(_at_least_float32(logits[rows]), labels, reduction="sum")

    if len(labels) <= count:
        return part(rows, labels)
    parts = zip(torch.split(rows, count), torch.split(labels, count), strict=True)
    return torch.stack([checkpoint(part, *pair, use_reentrant=False) for pair in parts]).sum()
