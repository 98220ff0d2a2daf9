"""LoRA's layers as one operation: the update is added inside the matrix products."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from peft.tuners.lora import Linear as PeftLinear
from torch import Tensor
from torch.autograd import Function
from torch.nn import Linear, Parameter
from torch.nn.functional import linear


@contextmanager
def fast_lora(model: Any) -> Iterator[None]:
    """While the block runs, peft's plain LoRA layers compute with `LoraLinear` where they can.

    A layer decides at each call: dropout, several adapters, a variant such as DoRA, a bias that
    learns, mixed precision or weights that are elsewhere (sharded, quantised) go peft's way.
    """
    layers = [part for part in model.modules() if type(part) is PeftLinear]
    for layer in layers:
        layer.forward = partial(_forward, layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _forward(layer: Any, x: Tensor, *args: Any, **kwargs: Any) -> Any:
    parts = None if args or kwargs else _parts(layer, x)
    if parts is None:
        return PeftLinear.forward(layer, x, *args, **kwargs)
    apply: Any = LoraLinear.apply
    return apply(x, *parts)


def _parts(layer: Any, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor, Tensor, float] | None:
    """Weight, bias, A, B and scale of a layer that is plain LoRA for this input, or None."""
    base = layer.get_base_layer()
    if layer.disable_adapters or layer.merged or len(layer.active_adapters) != 1:
        return None
    (name,) = layer.active_adapters
    if name not in layer.lora_A or name in layer.lora_variant or type(base) is not Linear:
        return None
    dropout = layer.lora_dropout[name]
    if layer.training and getattr(dropout, "p", 0.0):
        return None
    a, b = layer.lora_A[name], layer.lora_B[name]
    if type(a) is not Linear or type(b) is not Linear or getattr(b, "bias", None) is not None:
        return None
    weights = (base.weight, base.bias, a.weight, b.weight)
    if not all(weight is None or _plain(weight, x) for weight in weights):
        return None
    if any(weight is not None and weight.requires_grad for weight in weights[:2]):
        return None
    return (*weights, layer.scaling[name])


def _plain(weight: Tensor, x: Tensor) -> bool:
    """Whether a weight is all there, and of the input's type."""
    ordinary = type(weight) is Parameter and not hasattr(weight, "ds_id")
    mixed = torch.is_autocast_enabled(x.device.type)
    return ordinary and not mixed and weight.dtype == x.dtype and weight.device == x.device


class LoraLinear(Function):
    """x W^T + b + s (x A^T) B^T with W and b frozen (Hu et al. 2021, arXiv:2106.09685).

    No tensor of the output's size is made for the update, neither forward nor backward.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scale: float
    ) -> Tensor:
        """Shapes: x [..., i], weight [o, i], bias [o], a [r, i], b [o, r]; returns [..., o]."""
        rows = x.reshape(-1, x.shape[-1])
        low = rows @ a.t()
        result = linear(rows, weight, bias)
        result.addmm_(low, b.t(), alpha=scale)
        ctx.save_for_backward(rows, weight, a, b, low)
        ctx.scale = scale
        return result.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        """Gradients of x, a and b."""
        rows, weight, a, b, low = ctx.saved_tensors
        upper = gradients[0].reshape(-1, gradients[0].shape[-1])
        lower = (upper @ b).mul_(ctx.scale)
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = (upper @ weight).addmm_(lower, a).view(*gradients[0].shape[:-1], -1)
        return of_x, None, None, lower.t() @ rows, (upper.t() @ low).mul_(ctx.scale), None
