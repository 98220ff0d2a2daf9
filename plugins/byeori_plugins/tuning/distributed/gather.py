"""Whole weights of a model whose processes hold parts of them."""

import importlib
from typing import Any

import torch
from torch import Tensor

from byeori_plugins.tuning.distributed.group import rank
from byeori_plugins.tuning.training.weights import learnt_weights


def gathered(model: Any) -> dict[str, Tensor]:
    """The weights that learn, whole, on the CPU of the first process; nothing in the others.

    All processes must call it together. One weight after the other is put together, so that no
    process needs room for all of them but the first.
    """
    whole = {}
    for name, weight in learnt_weights(model).items():
        tensor = _whole(weight)
        if rank() == 0:
            whole[name] = tensor.cpu()
    return whole


def _whole(weight: Any) -> Tensor:
    if hasattr(weight, "ds_id"):  # ZeRO-3
        zero: Any = importlib.import_module("deepspeed").zero
        with zero.GatheredParameters([weight]):
            return torch.clone(weight.detach().cpu())
    full = getattr(weight, "full_tensor", None)  # FSDP's DTensor
    tensor: Tensor = weight if full is None else full()
    return tensor.detach()
