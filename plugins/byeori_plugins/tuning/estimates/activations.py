"""What a micro-batch keeps for its backward pass, traced on shapes alone (on `meta`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from transformers import AttentionInterface

from byeori_plugins.tuning.batches.head import loss_in_head
from byeori_plugins.tuning.batches.probe import FAILURES
from byeori_plugins.tuning.batches.switch import plain_model

_IMPLEMENTATION = "byeori_outline"


@dataclass(frozen=True)
class Activations:
    """Bytes that the backward pass needs, without weights.

    Attributes:
        kept: of all of it, where attention keeps no weights of pairs of tokens.
        with_pairs: the same with those that attention which cannot be replaced keeps of a row.
        largest: of the largest tensor among the first.
    """

    kept: int
    with_pairs: int
    largest: int


def activations(model: Any, shape: tuple[int, int], learnt: int) -> Activations | None:
    """Trace the forward pass of a micro-batch; all of it in the types of the weights.

    Args:
        model: on `meta`, as wrapped for training.
        shape: of its token ids.
        learnt: tokens of it that are learnt.

    Returns:
        None where the model needs values for its forward pass.
    """
    sizes: dict[int, tuple[int, bool]] = {}
    held = []

    def pack(tensor: Tensor) -> Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            held.append(storage)  # so that no address is used twice
            pairs = tensor.shape[-2:] == (shape[1], shape[1])
            sizes.setdefault(storage._cdata, (storage.nbytes(), pairs))
        return tensor

    training = model.training
    model.train()
    try:
        with _without_pairs(model), torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            _forward(model, shape, learnt)
    except FAILURES:
        return None
    finally:
        model.train(training)
    without = [size for size, pairs in sizes.values() if not pairs]
    both = sum(size for size, _ in sizes.values())
    return Activations(sum(without), both, max(without, default=0))


def _forward(model: Any, shape: tuple[int, int], learnt: int) -> None:
    ids = torch.zeros(shape, dtype=torch.long, device="meta")
    labels = torch.zeros(learnt, dtype=torch.long, device="meta")
    head = plain_model(model).get_output_embeddings()
    with loss_in_head(head) as targets, targets.of((labels, labels), labels):
        model(input_ids=ids)


class _Outline(Function):
    """Attention by its shapes: what a kernel keeps that computes the weights of pairs again."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        output = query.new_empty(*query.shape[:-1], value.shape[-1])
        ctx.save_for_backward(query, key, value, output)
        return output


@contextmanager
def _without_pairs(model: Any) -> Iterator[None]:
    """Where a model's attention can be replaced, it is by `_Outline`."""
    base = plain_model(model)
    if not base._can_set_attn_implementation():
        yield
        return
    before = base.config._attn_implementation
    AttentionInterface.register(_IMPLEMENTATION, _attention)
    base.set_attn_implementation(_IMPLEMENTATION)
    try:
        yield
    finally:
        base.set_attn_implementation(before)


def _attention(
    module: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, *args: Any, **kwargs: Any
) -> tuple[Tensor, None]:
    apply: Any = _Outline.apply
    return apply(query, key, value).transpose(1, 2).contiguous(), None
